"""A saved plan that is applied later: what became due meanwhile is said, and left to the next apply."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from sendmode_sync.errors import Exit, StaleError
from sendmode_sync.executor.job import Job
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.plan import Abilities, Plan
from sendmode_sync.model.report import RunReport
from sendmode_sync.planning import approval, saved
from sendmode_sync.planning.planner import Options
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.workflow import applying, planning
from sendmode_sync.workflow.applying import Approval, Request
from sendmode_sync.workflow.planning import Asked
from sendmode_sync.workspace import project

MORNING = dt.datetime(2026, 12, 1, 9, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
PROJECT = """\
version: 1
account: {senderid: Repliable, allow_fictional: true, base_url: "http://127.0.0.1:8025/v2"}
groups: {members: {}}
customers: [{mobilenumber: "+447700900001", groups: [members]}]
campaigns:
  now: {groups: [members], messagetext: Hello}
  chosen: {groups: [members], messagetext: Hello again}
  later: {groups: [members], messagetext: It is later, scheduledate: 2026-12-01T09:30}
"""


class At:
    """A clock that stands still unless somebody moves it."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at

    def now(self) -> dt.datetime:
        return self.at

    def instant(self) -> Instant:
        raise AssertionError("nothing here makes a call")

    def monotonic(self) -> float:
        return 0.0


class Agrees:
    def approve(self, plan: Plan) -> Approval:
        return Approval(agreed=True)


def execute(job: Job) -> RunReport:
    return RunReport(job.run, Exit.OK)


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    opened = SqliteStore.throwaway(None, MORNING)
    yield opened
    opened.close()


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    file = tmp_path / "sendmode.yaml"
    file.write_text(PROJECT, encoding="utf-8")
    desired = project.load(file).desired
    assert desired is not None
    return Asked(desired, Abilities(), Options(), "plan-1")


def request(asked: Asked, made: Plan | None, digest: str | None = None) -> Request:
    start = RunStart("run-1", "apply", "host", 1, "user", MORNING)
    document = None if made is None else saved.to_document(made)
    return Request(asked, start, document, approved=None if digest is None else approval.read(digest))


def test_what_became_due_is_said_in_plan_and_report(store: SqliteStore, asked: Asked) -> None:
    only = asked._replace(options=Options(campaigns=frozenset({"chosen"})))
    made = planning.make(only, store, MORNING)
    applied = applying.apply(request(asked, made), store, At(MORNING + HOUR), Agrees(), execute)
    assert applied.report is not None
    assert [each.campaign for each in applied.report.notices] == [
        "later"
    ]  # and not "now", which was left out by choice
    assert applied.report.notices[0] in applied.plan.notices
    assert {send.campaign for send in applied.plan.sends} == {"chosen"}


def test_what_becomes_due_while_a_saved_plan_is_applied_is_said_in_the_report(store: SqliteStore, asked: Asked) -> None:
    made = planning.make(asked, store, MORNING)
    clock = At(MORNING)

    def slowly(job: Job) -> RunReport:
        clock.at += HOUR
        return execute(job)

    applied = applying.apply(request(asked, made), store, clock, Agrees(), slowly)
    assert applied.report is not None
    assert [each.campaign for each in applied.report.notices] == ["later"]
    assert applied.plan.notices == made.notices


def test_a_plan_that_is_made_and_applied_at_once_leaves_nothing_behind(store: SqliteStore, asked: Asked) -> None:
    clock = At(MORNING)

    def slowly(job: Job) -> RunReport:
        clock.at += HOUR
        return execute(job)

    applied = applying.apply(request(asked, None), store, clock, Agrees(), slowly)
    assert applied.report is not None
    assert applied.report.notices == ()


def test_nothing_is_said_where_nothing_became_due(store: SqliteStore, asked: Asked) -> None:
    made = planning.make(asked, store, MORNING)
    applied = applying.apply(request(asked, made), store, At(MORNING), Agrees(), execute)
    assert applied.report is not None
    assert applied.report.notices == ()


def test_a_refusal_leaves_no_run_and_no_used_plan(store: SqliteStore, asked: Asked) -> None:
    made = planning.make(asked, store, MORNING)
    fewer = dataclasses.replace(asked.desired, campaigns={"now": asked.desired.campaigns["now"]})
    digest = planning.make(asked._replace(desired=fewer), store, MORNING).approval
    with pytest.raises(StaleError, match="campaign chosen is no part of what was approved; campaign later is no part"):
        applying.apply(request(asked, made, digest), store, At(MORNING), Agrees(), execute)
    assert store.runs() == ()
    assert not store.plan_was_applied(made.plan_id)
    assert applying.apply(request(asked, made, made.approval), store, At(MORNING), Agrees(), execute).report is not None
