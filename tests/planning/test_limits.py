from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sendmode_sync.errors import UsageError
from sendmode_sync.model.plan import LimitHit, Plan
from sendmode_sync.model.settings import Safety, Threshold
from sendmode_sync.model.state import OptOutRecord
from sendmode_sync.planning import limits
from tests.planning.small_project import (
    NOW,
    applied_imports,
    campaign,
    codes,
    customer,
    memory,
    person,
    planned,
    project,
    values,
)

SHARE = Threshold(Decimal(30), percent=True)


@pytest.mark.parametrize(
    ("estimated", "allowed", "hit"),
    [("500", "500", False), ("500.5", "500", True), ("0", "0", False), ("1", "0", True)],
)
def test_credits(estimated: str, allowed: str, hit: bool) -> None:
    assert (limits.credits_hit(Decimal(estimated), Decimal(allowed)) is not None) is hit


def test_the_sentence_names_key_and_option() -> None:
    hit = limits.credits_hit(Decimal("1200.50"), Decimal(500))
    assert hit == LimitHit(
        "max_credits",
        "500",
        "1200.5",
        "this run would spend 1200.5 credits and safety.max_credits allows 500; "
        "raise it, or run with --allow max_credits=1200.5",
    )
    assert limits.notice(hit).code == "limit-max-credits"
    assert limits.notice(hit).level == "error"


@pytest.mark.parametrize(
    ("updates", "applied", "allowed", "met"),
    [
        (9, 9, SHARE, None),
        (3, 10, SHARE, None),
        (4, 10, SHARE, "40%"),
        (301, 1000, SHARE, "30.1%"),
        (3001, 10000, SHARE, "30.1%"),
        (10, 10, Threshold(Decimal(100), percent=True), None),
        (1, 9, Threshold(Decimal(0)), "1"),
        (5, 9, Threshold(Decimal(5)), None),
        (6, 9, Threshold(Decimal(5)), "6"),
        (1, 10, Threshold(Decimal(0), percent=True), "10%"),
        (0, 10, Threshold(Decimal(0), percent=True), None),
    ],
)
def test_shares_count_from_ten_on_and_numbers_always(
    updates: int, applied: int, allowed: Threshold, met: str | None
) -> None:
    for hit in (limits.updates_hit(updates, applied, allowed), limits.shrink_hit(updates, applied, allowed)):
        assert (hit and hit.met) == met
        if hit:
            assert f"--allow {hit.key}={met}" in hit.message
            assert f"safety.{hit.key} allows {allowed}" in hit.message


def test_allowing_a_limit_replaces_it_for_this_run() -> None:
    found = limits.effective(
        Safety(), {"max_credits": Threshold(Decimal(9)), "max_updates": SHARE, "max_shrink": Threshold(Decimal(4))}
    )
    assert (found.max_credits, found.max_credits_written) == (Decimal(9), True)
    assert (found.max_updates, found.max_shrink) == (SHARE, Threshold(Decimal(4)))
    assert limits.effective(Safety(), {}) == Safety()


@pytest.mark.parametrize("allow", [{"max_credits": SHARE}, {"max_recipients": Threshold(Decimal(1))}])
def test_what_cannot_be_allowed(allow: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        limits.effective(Safety(), allow)


# -- in a plan --------------------------------------------------------------------------------------------------------

TEN = [customer(which) for which in range(10)]


def hits(plan: Plan) -> list[str]:
    return [hit.key for hit in plan.limits]


@pytest.mark.parametrize(
    ("settings", "options", "hit"),
    [
        ({"max_credits": Decimal(9)}, {}, True),
        ({"max_credits": Decimal(10)}, {}, False),
        ({"max_credits": Decimal(9)}, {"allow": {"max_credits": Threshold(Decimal(10))}}, False),
        ({"max_credits": Decimal(90)}, {"allow": {"max_credits": Threshold(Decimal(9))}}, True),
        ({"max_credits": Decimal(9)}, {"approved_credits": Decimal(10)}, False),
        ({"max_credits": Decimal(9), "max_credits_written": True}, {"approved_credits": Decimal(10)}, True),
        ({"max_credits": Decimal(9)}, {"only": frozenset({"imports"})}, False),
    ],
)
def test_max_credits_holds_for_what_is_due(settings: dict[str, Any], options: dict[str, Any], hit: bool) -> None:
    plan = planned(project(TEN, campaign(), **settings), memory(), **options)
    assert hits(plan) == (["max_credits"] if hit else [])
    assert ("limit-max-credits" in codes(plan)) is hit
    assert len(plan.sends) == (0 if "only" in options else 1)


def updating(number: int) -> Plan:
    state = memory(applied=applied_imports(project(TEN)))
    desired = project([customer(which, firstname="New" if which < number else "") for which in range(10)])
    return planned(desired, state, before={("members", person(which)): values() for which in range(10)})


def test_max_updates_is_a_share_of_what_was_applied_before() -> None:
    assert hits(updating(3)) == []
    plan = updating(4)
    assert hits(plan) == ["max_updates"]
    assert len(plan.imports) == 4


def test_creates_are_no_updates() -> None:
    desired = project([*TEN, *(customer(which) for which in range(10, 60))])
    assert hits(planned(desired, memory(applied=applied_imports(project(TEN))))) == []


def test_max_shrink_counts_people_who_are_written_nowhere() -> None:
    state = memory(applied=applied_imports(project(TEN)) | {"news": {person(0): b"x"}})
    assert hits(planned(project(TEN[3:]), state)) == []
    assert hits(planned(project(TEN[4:]), state)) == ["max_shrink"]
    assert hits(planned(project(TEN[4:], max_shrink=Threshold(Decimal(4))), state)) == []


@pytest.mark.parametrize("where", ["project", "state"])
def test_who_opted_out_is_not_gone(where: str) -> None:
    done = OptOutRecord(NOW, NOW, "command")
    known = {} if where == "project" else {person(which): done for which in range(4)}
    state = memory(applied=applied_imports(project(TEN)), optouts=known)
    assert hits(planned(project(TEN[4:], optouts=range(4) if where == "project" else ()), state)) == []


def test_without_a_state_nothing_shrinks() -> None:
    assert hits(planned(project(TEN), None)) == []


def test_who_was_gone_before_does_not_count_again() -> None:
    applied = applied_imports(project(customer(which) for which in range(20)))
    gone = frozenset(person(which) for which in range(10, 20))
    assert limits.people_gone(gone, memory(applied=applied)) == (10, 20)
    assert limits.people_gone(gone, memory(applied=applied, gone=gone)) == (0, 10)
