from __future__ import annotations

import dataclasses
import datetime as dt
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sendmode_sync.errors import Exit, Problem, UsageError
from sendmode_sync.model.plan import Abilities, Credits, Plan
from sendmode_sync.model.settings import RateLimit, Safety, Threshold
from sendmode_sync.planning import planner
from tests.planning.small_project import (
    DAY,
    HOUR,
    NOW,
    applied_imports,
    campaign,
    codes,
    customer,
    memory,
    outlook,
    person,
    planned,
    project,
    record,
)

PEOPLE = [customer(1), customer(2)]


def test_opt_outs_then_sends_then_imports() -> None:
    plan = planned(project(PEOPLE, campaign(), optouts=[3]), memory())
    assert [type(change).__name__ for change in plan.changes()] == [
        "OptOutChange",
        "SendChange",
        "ImportChange",
        "ImportChange",
    ]
    assert plan.api_calls == 4


def test_sends_go_oldest_scheduledate_first_then_those_without_one_by_name() -> None:
    each = [
        campaign("none-b", "1"),
        campaign("none-a", "2"),
        campaign("new", "3", scheduledate=NOW - HOUR),
        campaign("old-b", "4", scheduledate=NOW - DAY),
        campaign("old-a", "5", scheduledate=NOW - DAY),
    ]
    plan = planned(project(PEOPLE, *each), memory())
    assert [send.campaign for send in plan.sends] == ["old-a", "old-b", "new", "none-a", "none-b"]
    assert [one.name for one in plan.campaigns] == [one.name for one in each]


def test_what_a_plan_says_of_itself() -> None:
    now = NOW.replace(microsecond=5)
    plan = planned(project(PEOPLE, campaign(), rate_limit=RateLimit(10, 60.0)), memory(), now)
    assert (plan.plan_id, plan.created_at, plan.config_digest) == ("plan-1", NOW, "sha256:c")
    assert (plan.lineage, plan.serial, plan.estimated_seconds) == ("lineage-1", 7, 18.0)
    assert plan.credits == Credits(Decimal(2))


def test_without_a_state() -> None:
    plan = planned(project(PEOPLE, campaign()), None)
    assert (plan.lineage, plan.serial, codes(plan)) == (None, None, ["no-state"])
    assert len(plan.sends) == 1


def test_notices_of_the_files_come_first() -> None:
    said = Problem("empty-glob", "no file", level="warning")
    plan = planned(dataclasses.replace(project(), notices=(said,)), None)
    assert plan.notices[0] == said


@pytest.mark.parametrize(
    ("only", "counts"),
    [
        ({"optouts"}, (1, 0, 0)),
        ({"sends"}, (0, 1, 0)),
        ({"imports"}, (0, 0, 2)),
        ({"imports", "sends"}, (0, 1, 2)),
        (set(), (0, 0, 0)),
    ],
)
def test_only(only: set[str], counts: tuple[int, int, int]) -> None:
    plan = planned(project(PEOPLE, campaign(), optouts=[3]), memory(), only=frozenset(only))
    assert (len(plan.optouts), len(plan.sends), len(plan.imports)) == counts
    assert bool(outlook(plan).freeze) == ("sends" in only)


def test_campaigns_limit_the_sends_and_nothing_else() -> None:
    desired = project(PEOPLE, campaign("first", "1"), campaign("second", "2"), optouts=[3])
    plan = planned(desired, memory(), campaigns=frozenset({"second"}))
    assert [send.campaign for send in plan.sends] == ["second"]
    assert (len(plan.optouts), len(plan.imports), len(plan.campaigns)) == (1, 2, 2)


@pytest.mark.parametrize(("typed", "hint"), [("ofer", 'did you mean "offer"?'), ("xyz", "there are: offer")])
def test_an_unknown_campaign_is_wrong_usage(typed: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f'no campaign "{typed}"') as caught:
        planned(project(PEOPLE, campaign()), memory(), campaigns=frozenset({typed}))
    assert hint in str(caught.value)


def test_what_the_api_cannot_do_is_held_with_the_reason() -> None:
    desired = project(PEOPLE, campaign(), optouts=[3])
    plan = planned(desired, memory(), abilities=Abilities(imports=False, optouts=False))
    assert (len(plan.optouts), len(plan.sends), len(plan.imports)) == (0, 1, 0)
    held = [notice.message for notice in plan.notices if notice.code == "api-cannot"]
    assert [message.split()[:2] for message in held] == [["1", "opt-out"], ["2", "imports"]]
    assert "api-cannot" not in codes(planned(project(), memory(), abilities=Abilities(imports=False, optouts=False)))


def test_a_started_campaign_that_is_no_longer_written_is_said() -> None:
    gone = campaign("gone")
    rows = {1: "accepted", 2: "planned", 3: "planned"}
    plan = planned(project(), memory(record(gone, rows)))
    (notice,) = plan.notices
    assert notice.code == "campaign-unwritten"
    assert "its remaining 2 are not sent" in notice.message
    for quiet in ({"cancelled_at": NOW}, {"closed_as": "adopted"}):
        assert not planned(project(), memory(record(gone, rows, **quiet))).notices


@pytest.mark.parametrize(
    ("refreshed", "started", "warned"),
    [
        (NOW - 30 * DAY, None, False),
        (NOW - 31 * DAY, None, True),
        (None, None, False),
        (None, NOW - 31 * DAY, True),
        (None, NOW - 30 * DAY, False),
        (NOW - DAY, NOW - 31 * DAY, False),
    ],
)
def test_opt_outs_that_were_not_refreshed_for_long_are_a_warning(refreshed: Any, started: Any, warned: bool) -> None:
    one = campaign()
    records = [] if started is None else [record(one, {1: "accepted"}, started_at=started)]
    state = memory(*records, optouts_refreshed_at=refreshed)
    assert ("optouts-ageing" in codes(planned(project((), one), state))) is warned
    assert "optouts-ageing" not in codes(planned(project((), one, optouts_max_age=90 * DAY), state))


def test_days_are_counted_in_words() -> None:
    plan = planned(project(PEOPLE, campaign(), optouts_max_age=DAY), memory(optouts_refreshed_at=NOW - DAY - HOUR))
    assert "last refreshed 1 day ago" in (outlook(plan).reason or "")


# -- balance ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("balance", "kept", "sufficient"),
    [(None, "0", None), ("2", "0", True), ("1.9", "0", False), ("7", "5", True), ("6", "5", False)],
)
def test_the_balance_must_cover_the_estimate_and_what_is_kept(
    balance: str | None, kept: str, sufficient: bool | None
) -> None:
    plan = planned(project(PEOPLE, campaign()), memory())
    read = None if balance is None else Decimal(balance)
    found = planner.with_balance(plan, read, Safety(min_balance=Decimal(kept)))
    assert found.credits == Credits(Decimal(2), read, sufficient)
    assert ("balance-short" in codes(found)) == (sufficient is False)
    if sufficient is False:
        assert ("must be left" in found.notices[-1].message) == (kept != "0")


# -- exit codes and the next run --------------------------------------------------------------------------------------

WRONG = Problem("undeclared-group", "no such group", None, "error", "offer")


@pytest.mark.parametrize(
    ("plan", "detailed", "code"),
    [
        (planned(project(PEOPLE), memory()), False, Exit.OK),
        (planned(project(PEOPLE), memory()), True, Exit.CHANGES),
        (planned(project(), memory()), True, Exit.OK),
        (planned(project((), campaign(scheduledate=NOW + HOUR)), memory()), True, Exit.OK),
        (planned(project(PEOPLE, campaign(problems=(WRONG,))), memory()), True, Exit.ERROR),
        (planned(project(PEOPLE, campaign(), max_credits=Decimal(1)), memory()), True, Exit.ERROR),
        (planned(project(PEOPLE, campaign(problems=(WRONG,))), memory(record(campaign(), {1: "unknown"}))), False, Exit.ERROR),
        (planned(project((), campaign()), memory(record(campaign(), {1: "unknown"}))), True, Exit.OK),
    ],
)  # fmt: skip
def test_the_exit_code_of_a_plan(plan: Plan, detailed: bool, code: Exit) -> None:
    assert planner.exit_of(plan, detailed=detailed) is code


def test_the_next_run_that_is_needed() -> None:
    def needed(*campaigns: Any, now: dt.datetime = NOW) -> dt.datetime | None:
        return planner.next_run_needed(planned(project(PEOPLE, *campaigns), memory()).campaigns, now)

    later, sooner = campaign("later", scheduledate=NOW + DAY), campaign("sooner", scheduledate=NOW + HOUR)
    assert needed() is None
    assert needed(campaign(draft=True)) is None
    assert needed(later, sooner) == NOW + HOUR
    assert needed(later, campaign()) == NOW
    assert needed(sooner, now=NOW + 2 * HOUR) == NOW + 2 * HOUR


def test_the_records_that_a_plan_reads() -> None:
    desired = project((), campaign("b", exclude_received=("old", "a")), campaign("a"))
    assert planner.campaigns_needed(desired, NOW) == ("b", "a", "old")


# -- the digest that is approved --------------------------------------------------------------------------------------


def digest(of: Any, now: dt.datetime = NOW, state: Any = None, people: Any = PEOPLE, **more: Any) -> str:
    options = {key: more.pop(key) for key in ("only", "campaigns", "allow", "approved_credits") if key in more}
    plan = planned(project(people, of, **more), state or memory(), now, **options)
    assert plan.approval.startswith("p1:")
    return plan.approval


@pytest.mark.parametrize(
    "changed",
    [
        {"messagetext": "Another"},
        {"senderid": "Acme"},
        {"scheduledate": NOW + HOUR},
        {"schedule_with": "sendmode"},
        {"deadline": NOW + DAY},
        {"groups": (), "recipients": (person(1), person(2))},
        {"exclude_groups": ("members",)},
        {"exclude_recipients": (person(8),)},
        {"exclude_received": ("old",)},
        {"purpose": "service"},
        {"batch_size": 5},
        {"transliterate": "none"},
        {"allow_repeat": True},
    ],
)
def test_every_rule_of_a_campaign_is_approved(changed: dict[str, Any]) -> None:
    assert digest(campaign(**changed)) != digest(campaign())


@pytest.mark.parametrize("changed", [{"max_credits": Decimal(7)}, {"max_recipients": 100}, {"min_balance": Decimal(5)}])
def test_the_limits_are_approved(changed: dict[str, Any]) -> None:
    assert digest(campaign(), **changed) != digest(campaign())


@pytest.mark.parametrize(
    "options",
    [
        {"only": frozenset({"imports"})},
        {"campaigns": frozenset({"other"})},
        {"allow": {"max_credits": Threshold(Decimal(7))}},
    ],
)
def test_what_a_run_leaves_out_or_is_allowed_is_approved(options: dict[str, Any]) -> None:
    def both(**more: Any) -> str:
        return planned(project(PEOPLE, campaign(), campaign("other", "2")), memory(), **more).approval

    assert both(**options) != both()


def test_the_number_of_recipients_is_approved() -> None:
    assert digest(campaign(), people=PEOPLE[:1]) != digest(campaign())


def test_clock_balance_imports_opt_outs_and_typing_are_not_approved() -> None:
    one = campaign(scheduledate=NOW, deadline=NOW + HOUR)
    same = {
        digest(one),
        digest(one, NOW - HOUR),
        digest(one, NOW + 2 * HOUR),
        digest(one, people=[customer(1, firstname="New"), customer(2)]),
        digest(one, optouts=[9]),
        digest(one, state=memory(applied=applied_imports(project(PEOPLE)))),
        digest(one, approved_credits=Decimal(900)),
        digest(one, state=memory(record(one, {1: "accepted", 2: "planned"}))),
    }
    assert len(same) == 1


@pytest.mark.parametrize("more", [{"draft": True}, {"groups": ()}])
def test_what_is_never_sent_is_not_approved(more: dict[str, Any]) -> None:
    nothing = digest(campaign(draft=True, messagetext="Hello"))
    assert (digest(campaign(messagetext="Another", **more)) == nothing) is ("draft" in more)


# -- the same bytes every time ----------------------------------------------------------------------------------------

PROGRAM = """
import json, sys
sys.path.insert(0, {root!r})
from tests.planning.small_project import *
from sendmode_sync.planning import saved
people = [customer(one, "members", f"g{{one % 3}}", firstname=f"N{{one % 4}}") for one in range(40)]
each = [campaign("a", "Hi {{firstname}}", groups=("g0", "g1"), exclude_groups=("g2",), exclude_received=("b", "zz")),
        campaign("b", "Yo {{surname}}{{town}}"), campaign("c", "Yes", recipients=(person(90), person(91)))]
forgotten = memory(forgotten=frozenset(), optouts={{}}, applied=applied_imports(project(people[:20])))
print(json.dumps(saved.to_document(planned(project(people, *each, optouts=range(5)), forgotten))))
"""


def test_the_same_bytes_whatever_the_hash_seed() -> None:
    program = PROGRAM.format(root=str(Path(__file__).parents[2]))

    def run(seed: str) -> bytes:
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])}
        return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True).stdout

    first = run("1")
    assert b'"messagetext"' in first
    assert run("2") == first == run("3")
