from __future__ import annotations

import pytest

from sendmode_sync.executor.waiting import in_order, key, trimmed
from sendmode_sync.model.plan import CampaignStatus, Plan
from tests.executor.fake_stage import frozen, outlook, people, plan, send

CALL = send("a", *people(1, 3))
OTHER = send("b", *people(4, 5))


@pytest.mark.parametrize(
    ("newer", "left"),
    [
        (plan(CALL, outlooks=[outlook("a")]), people(1, 3)),
        (plan(CALL, outlooks=[outlook("a", suppress=people(2, 3))]), people(1, 1)),
        (plan(CALL, outlooks=[outlook("a", suppress=people(1, 3))]), ()),
        (plan(CALL, outlooks=[outlook("a", **frozen(*people(3, 9)))]), people(3, 3)),
        (plan(CALL, outlooks=[outlook("a", **frozen(*people(7, 9)))]), ()),
        (plan(OTHER, outlooks=[outlook("a", CampaignStatus.WAITING), outlook("b")]), None),
        (plan(), None),
    ],
)
def test_what_is_left_of_a_call(newer: Plan, left: tuple[str, ...] | None) -> None:
    (found,) = trimmed([CALL], newer, ())
    assert found.was == CALL
    assert (None if found.now is None else found.now.recipients) == left
    assert [each.now for each in trimmed([CALL], newer, {key(CALL)})] == [
        CALL
    ]  # what is claimed is sent to nobody else


def test_a_newer_plan_tells_what_goes_first_but_for_what_is_claimed() -> None:
    third = send("c", *people(6, 6))
    newer = plan(OTHER, CALL)
    assert in_order([CALL, third, OTHER], newer, ()) == [OTHER, CALL, third]
    assert in_order([CALL, third, OTHER], newer, {key(third)}) == [third, OTHER, CALL]
