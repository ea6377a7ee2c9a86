from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendmode_sync.model.desired import Campaign, Desired
from sendmode_sync.model.settings import Threshold
from sendmode_sync.model.state import State
from sendmode_sync.planning import approval, planner
from sendmode_sync.planning.planner import NO_OPTIONS, Options
from tests.planning.small_project import DAY, HOUR, NOW, campaign, customer, memory, person, planned, project, record

HUNDRED = [customer(which) for which in range(100)]
OFFER = campaign()


def digest(desired: Desired, state: State | None = None) -> str:
    return planned(desired, state or memory()).approval


def refused(
    approved: str, desired: Desired, state: State | None = None, now: dt.datetime = NOW, options: Options = NO_OPTIONS
) -> tuple[str, ...]:
    """Return why a run of a project is not what was approved."""
    read = approval.read(approved)
    assert read is not None
    state = state or memory()
    made = planned(desired, state, now, **options._asdict())
    return planner.unapproved(made, desired, read, options)


def people(number: int) -> Desired:
    return project(HUNDRED[:number], OFFER)


# -- reading back -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("campaigns", [(), (OFFER,), (OFFER, campaign("other", "2"), campaign("third", "3"))])
def test_a_digest_is_read_back(campaigns: tuple[Campaign, ...]) -> None:
    written = digest(project(HUNDRED, *campaigns))
    read = approval.read(written)
    assert read is not None
    assert [part.recipients for part in read.campaigns] == [100] * len(campaigns)
    assert len(written) <= 36 + 30 * len(campaigns)


WHOLE = digest(project(HUNDRED, OFFER, campaign("other", "2")))


@pytest.mark.parametrize(
    "text", ["", " ", "p1:", "p1", WHOLE + "\n", " " + WHOLE, WHOLE.upper(), "p2" + WHOLE[2:], "sha256:" + "0" * 64]
)
def test_what_is_no_digest_approves_nothing(text: str) -> None:
    assert approval.read(text) is None


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_part_of_a_digest_approves_nothing(length: int) -> None:
    assert approval.read(WHOLE[:length]) is None


@given(at=st.integers(0, len(WHOLE) - 1), other=st.sampled_from("0123456789abcdefgz-.:"))
def test_a_digest_with_a_typing_error_approves_nothing(at: int, other: str) -> None:
    typed = WHOLE[:at] + other + WHOLE[at + 1 :]
    assert (approval.read(typed) is None) is (typed != WHOLE)


def test_a_sum_that_fits_does_not_make_a_digest() -> None:
    body = WHOLE.split(":", 2)[2]
    for bad in (body + ".", body.replace("-", "-0"), body + ":", body.split(":")[0] + ":"):
        assert approval.read(f"p1:{approval._sum(bad)}:{bad}") is None


# -- comparing --------------------------------------------------------------------------------------------------------


def test_the_same_project_is_what_was_approved() -> None:
    assert refused(digest(people(100)), people(100)) == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"messagetext": "Another"},
        {"senderid": "Acme"},
        {"scheduledate": NOW + HOUR},
        {"deadline": NOW + DAY},
        {"exclude_groups": ("members",)},
        {"exclude_recipients": (person(8),)},
        {"recipients": (person(8),)},
        {"purpose": "service"},
        {"allow_repeat": True},
    ],
)
def test_an_edited_campaign_is_named(changed: dict[str, Any]) -> None:
    others = campaign("other", "2")
    after = project(HUNDRED, dataclasses.replace(OFFER, **changed), others)
    assert refused(digest(project(HUNDRED, OFFER, others)), after) == (
        "campaign offer: its text, sender, times or audience rules are others",
    )


@pytest.mark.parametrize(("approved", "now", "passes"), [
    (100, 100, True), (95, 100, False), (96, 100, True), (100, 96, True), (100, 95, True), (100, 94, False),
    (20, 21, True), (20, 22, False), (20, 19, True), (20, 18, False), (1, 2, False), (2, 1, False), (0, 1, False),
])  # fmt: skip
def test_recipients_may_differ_by_five_percent(approved: int, now: int, passes: bool) -> None:
    said = refused(digest(people(approved)), people(now))
    who = "1 recipient" if now == 1 else f"{now} recipients"
    assert said == (() if passes else (f"campaign offer: {who}, and {approved} were approved",))


def test_a_limit_is_named() -> None:
    before, seven = digest(people(9)), Decimal(7)
    said = ("the limits of safety, the prices, or whom and when the account reaches, are others",)
    assert refused(before, people(9), options=Options(allow={"max_updates": Threshold(seven)})) == said
    assert refused(before, project(HUNDRED[:9], OFFER, min_balance=seven)) == said
    assert refused(before, project(HUNDRED[:9], OFFER, credits_per_segment={"default": seven})) == said


def test_a_new_campaign_is_named() -> None:
    assert refused(digest(people(9)), project(HUNDRED[:9], OFFER, campaign("other", "2"))) == (
        "campaign other is no part of what was approved",
    )


def test_a_campaign_that_is_gone_or_a_draft_is_told() -> None:
    before = digest(project(HUNDRED, OFFER, campaign("other", "2")))
    assert refused(before, people(100)) == ("1 that was approved is written no more",)
    draft = dataclasses.replace(campaign("other", "2"), draft=True)
    assert refused(before, project(HUNDRED, OFFER, draft)) == ("campaign other is a draft now",)


def test_a_run_may_do_less_than_was_approved() -> None:
    desired = project(HUNDRED, OFFER, campaign("other", "2"))
    before = digest(desired)
    assert refused(before, desired, options=Options(campaigns=frozenset({"other"}))) == ()
    assert refused(before, desired, options=Options(only=frozenset({"imports"}))) == ()
    part = planned(desired, memory(), campaigns=frozenset({"other"})).approval
    assert refused(part, desired) == ("campaign offer is no part of what was approved",)


def test_what_was_sent_or_cancelled_since_is_no_difference() -> None:
    desired = project(HUNDRED[:2], OFFER, campaign("other", "2"))
    before = digest(desired)
    sent = memory(record(OFFER, {0: "accepted", 1: "accepted"}))
    assert refused(before, desired, sent) == ()
    cancelled = dataclasses.replace(record(OFFER, {0: "accepted", 1: "planned"}), cancelled_at=NOW)
    assert refused(before, desired, memory(cancelled)) == ()
    assert refused(digest(desired, sent), desired) == ("campaign offer is no part of what was approved",)


def test_clock_imports_and_opt_outs_do_not_void_an_approval() -> None:
    timed = campaign(scheduledate=NOW, deadline=NOW + HOUR)
    before = digest(project(HUNDRED[:20], timed))
    newer = [customer(which, firstname="New") for which in range(20)]
    for now in (NOW - DAY, NOW, NOW + HOUR, NOW + DAY):
        assert refused(before, project(newer, timed, optouts=range(5)), now=now) == ()


def test_fewer_people_because_they_had_an_earlier_campaign_is_no_difference() -> None:
    earlier, later = campaign("earlier"), campaign("later", "2", exclude_received=("earlier",))
    approved = digest(project(HUNDRED[:4], later))
    had = memory(record(earlier, {0: "accepted", 1: "accepted"}))
    assert refused(approved, project(HUNDRED[:4], later), had) == ()
    assert refused(digest(project(HUNDRED[:4], later), had), project(HUNDRED[:4], later)) == (
        "campaign later: 4 recipients, and 2 were approved",
    )


@pytest.mark.parametrize("first", ["accepted", "rejected", "unknown", "suppressed", "planned"])
def test_what_was_fixed_by_the_first_call_is_what_was_approved(first: str) -> None:
    desired = project(HUNDRED[:4], OFFER, optouts=[3])
    begun = memory(record(OFFER, {0: first, 1: "planned"}))
    assert refused(digest(project(HUNDRED[:4], OFFER)), desired, begun) == ()
    assert refused(digest(people(1)), desired, begun) == ("campaign offer: 2 recipients, and 1 were approved",)
