"""The judge is judged: what it must not let pass, and what it must not mind, one small piece of evidence each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from sendmode_sync.errors import Exit
from sendmode_sync.model.desired import NO_VALUES, Campaign, Customer, Desired, Group, Repeat
from sendmode_sync.model.report import Reason, RunReport, SendTally
from sendmode_sync.model.settings import Account, QuietHours, RateLimit, Safety, Settings
from tests.faults import hours
from tests.faults.evidence import Evidence, Memory, Operation, Ran, Request, Row
from tests.faults.invariants import EVERY, violations
from tests.faults.projects import PLACE, person
from tests.faults.remote import account
from tests.faults.seeded_bugs import CAUGHT_BY

ONE = person(1)
DAY = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)


def evidence(*, cause: str = "", deadlines: bool = False, answered: str | None = None) -> Evidence:
    """Return the evidence of one send that is unknown for a cause; the remote answered ``answered``, or never heard of it."""
    found = Evidence(account(10, (10, 1.0), lambda: 0.0), RateLimit(), deadlines=deadlines)
    found.memory = Memory(operations=(Operation("op-1", "run-1", "send", "unknown", cause, "c0", None, (ONE,)),))
    if answered is not None:
        found.requests.append(
            Request(1, "send", (ONE,), "c0", "", "op-1", ok=answered == "ok", certain=answered == "no")
        )
    return found


@pytest.mark.parametrize(
    ("cause", "deadlines", "answered", "broken"),
    [
        ("deadline", True, "ok", []),
        ("deadline", False, "ok", ["I12"]),
        ("write-timeout", True, "ok", []),
        ("write-timeout", False, "ok", ["I12"]),
        ("read-timeout", False, "ok", []),
        ("reset", False, "ok", []),
        ("http-500", True, "ok", ["I12"]),
        ("http-500", True, "no", ["I12"]),
        ("http-500", False, "open", []),
        ("interrupted", True, "open", ["I12"]),
        ("html", True, None, ["I12"]),
    ],
)
def test_an_unknown_outcome_needs_a_reason(
    cause: str, deadlines: bool, answered: str | None, broken: list[str]
) -> None:
    said = violations(evidence(cause=cause, deadlines=deadlines, answered=answered))
    assert [each.split(":")[0] for each in said] == broken


def ran(run: str = "run-1", **parts: Any) -> Ran:
    """Return a run that came to its end, and left the state at serial 5."""
    told: dict[str, Any] = {"report": None, "refusal": "refused", "known_optouts": frozenset(), "undisturbed": True}
    told |= {"changes_after": 0, "lineage": "one", "serial": 5, "unknown": 0, "calls": 0}
    return Ran(run, **(told | parts))


def report(exit_code: Exit, *reasons: Reason, accepted: int = 0) -> RunReport:
    return RunReport("run-1", exit_code, reasons, sends=SendTally(accepted=accepted))


def at_rest(**parts: Any) -> Evidence:
    """Return evidence without anything in it, but for what is given."""
    found = Evidence(account(10, (10, 1.0), lambda: 0.0), RateLimit(), at_rest=True)
    for name, value in parts.items():
        setattr(found, name, value)
    return found


BROKEN: Mapping[str, tuple[Evidence, ...]] = {
    "I2": (
        at_rest(memory=Memory(rows=(Row("c0", ONE, "planned", None),))),
        at_rest(memory=Memory(rows=(Row("c0", ONE, "claimed", "op-1"),), cancelled=frozenset({"c0"}))),
    ),
    "I9": (
        at_rest(runs=[ran("run-1"), ran("run-2", lineage="another")]),
        at_rest(runs=[ran("run-1"), ran("run-2", serial=4)]),
    ),
    "I10": (
        at_rest(runs=[ran(refusal="", calls=3)]),
        at_rest(runs=[ran(report=report(Exit.OK, Reason.UNKNOWN))]),
        at_rest(runs=[ran(report=report(Exit.OK), unknown=1)]),
        at_rest(runs=[ran(report=report(Exit.PERSON, Reason.UNKNOWN))]),
        at_rest(runs=[ran(report=report(Exit.OK), changes_after=2)]),
        at_rest(runs=[ran(report=report(Exit.OK, accepted=2))]),
    ),
    "I11": (at_rest(outputs=["sent to Zebedee001"], secrets=("Zebedee001",)),),
    "I12": (
        at_rest(idle_calls=1),
        evidence(cause="html"),
    ),
    "H1": (at_rest(hours=["c0 left in quiet hours"]),),
}
"""What breaks each rule that no seeded bug is there to break."""

WHOLE: tuple[Evidence, ...] = (
    at_rest(),
    at_rest(memory=Memory(rows=(Row("c0", ONE, "planned", None),), cancelled=frozenset({"c0"}))),
    at_rest(memory=Memory(rows=(Row("c0", ONE, "planned", None),)), given_up=frozenset({"c0"})),
    at_rest(runs=[ran("run-1"), ran("run-2", serial=4, restored=True)]),
    at_rest(runs=[ran(report=report(Exit.OK), changes_after=2, undisturbed=False)]),
    at_rest(outputs=["sent to +44 ** **** **01"], secrets=("Zebedee001",)),
)


@pytest.mark.parametrize(("rule", "at"), [(rule, at) for rule, found in BROKEN.items() for at in range(len(found))])
def test_what_breaks_a_rule_is_said_by_that_rule_alone(rule: str, at: int) -> None:
    assert {said.split(":")[0] for said in violations(BROKEN[rule][at])} == {rule}


@pytest.mark.parametrize("at", range(len(WHOLE)))
def test_what_breaks_no_rule_is_left_alone(at: int) -> None:
    assert violations(WHOLE[at]) == []


def test_every_rule_is_seen_to_be_broken_here_or_by_a_seeded_bug() -> None:
    rules = {check.__name__.split("_")[0].upper() for check in EVERY}
    assert rules == BROKEN.keys() | frozenset().union(*CAUGHT_BY.values())


def project(zone: str | None, **parts: object) -> Desired:
    """Return a project of one person in one group and one campaign to it."""
    campaign = Campaign("c0", "Hi", PLACE, groups=("friends",), **parts)  # type: ignore[arg-type]
    return Desired(
        Settings(Account(region="GB"), Safety(max_credits=Decimal(10))),
        {"friends": Group("friends", timezone=zone)},
        {ONE: Customer(ONE, NO_VALUES, ("friends",), PLACE)},
        {},
        {"c0": campaign},
        "sha256:0",
    )


@pytest.mark.parametrize(
    ("zone", "hour", "asleep"),
    [
        (None, 20, False),
        (None, 21, True),
        (None, 7, True),
        (None, 8, False),
        ("Europe/Berlin", 20, True),
        ("Europe/Berlin", 7, False),
        ("Asia/Kolkata", 16, True),
        ("Asia/Kolkata", 3, False),
    ],
)
def test_a_text_in_somebodys_quiet_hours_is_noticed(zone: str | None, hour: int, asleep: bool) -> None:
    desired = project(zone, quiet_hours=QuietHours(dt.time(21), dt.time(8)))
    assert bool(list(hours.wrong(desired, "c0", [ONE], DAY + dt.timedelta(hours=hour)))) is asleep


@pytest.mark.parametrize(
    ("minute", "early", "late"), [(-1, True, False), (0, False, False), (5, False, False), (6, False, True)]
)
def test_a_text_before_its_time_or_past_its_deadline_is_noticed(minute: int, early: bool, late: bool) -> None:
    ten, minutes = DAY + dt.timedelta(hours=10), dt.timedelta(minutes=minute)
    desired = project(None, scheduledate=ten, deadline=ten + dt.timedelta(minutes=5))
    said = " ".join(hours.wrong(desired, "c0", [ONE], ten + minutes))
    assert ("its time is" in said, "its deadline is" in said) == (early, late)
    rule = Repeat("day", 1, dt.time(11), "Europe/Berlin", lifetime=dt.timedelta(minutes=5))
    said = " ".join(hours.wrong(project(None, repeat=rule), "c0@2026-12-01T11:00", [ONE], ten + minutes))
    assert ("its time is" in said, "its deadline is" in said) == (early, late)
