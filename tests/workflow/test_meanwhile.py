"""Campaigns that become due while others wait, by the real planner, executor and state: nobody gets more than one plan allows."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict

import pytest

from sendmode_sync.executor import run
from sendmode_sync.executor.job import Job
from sendmode_sync.model.calls import SendText
from sendmode_sync.model.desired import Campaign
from sendmode_sync.model.report import RunReport
from sendmode_sync.model.settings import RateLimit, Safety
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.workflow import applying
from tests.executor.fake_stage import START, Stage
from tests.workflow.verbs import PLACE, Person, person, project, request

SOON = START + dt.timedelta(seconds=35)  # between two looks


def to(name: str, first: int, last: int, text: str, at: dt.datetime | None = None, *without: str) -> Campaign:
    """Return a campaign of one call a person, so that it waits for long."""
    numbers = tuple(person(which) for which in range(first, last + 1))
    return Campaign(
        name,
        text,
        PLACE,
        recipients=numbers,
        customerid=name,
        scheduledate=at,
        exclude_received=without,
        batch_size=1,
    )


BEFORE = to("before", 100, 160, "Before", START - dt.timedelta(hours=1))


def applied(store: SqliteStore, *campaigns: Campaign) -> tuple[dict[str, list[str]], RunReport]:
    """Apply, ten calls in twenty seconds, and return who was sent which campaigns, in their order."""
    stage = Stage()

    def execute(job: Job) -> RunReport:
        return stage.play(lambda: run.apply(job, store, stage.client, stage.clock, stage.progress, stage.stop))

    desired = project(*campaigns, people=0, rate_limit=RateLimit(10, 20.0))
    settings = dataclasses.replace(desired.settings, safety=Safety(canary_wait=0))
    desired = dataclasses.replace(desired, settings=settings)
    report = applying.apply(request(desired), store, stage.clock, Person(), execute).report
    assert report is not None
    sent = defaultdict(list)
    for call in stage.client.of(SendText):
        for number in call.recipients:
            sent[number].append(call.customerid.split("-")[0])
    return dict(sent), report


@pytest.mark.parametrize("others", [(), (BEFORE,)], ids=["under way", "not begun"])
def test_one_that_goes_first_takes_the_text_from_who_waits_for_it_under_another_name(
    store: SqliteStore, others: tuple[Campaign, ...]
) -> None:
    sent, report = applied(store, *others, to("waits", 1, 60, "Hello"), to("due", 50, 60, "Hello", SOON))
    assert [sent[person(which)] for which in range(50, 61)] == [["due"]] * 11
    assert (report.reasons, report.exit_code) == (("blocked",), 1)


@pytest.mark.parametrize("others", [(), (BEFORE,)], ids=["under way", "not begun"])
def test_who_is_sent_what_goes_first_is_left_out_of_what_waits_and_excludes_it(
    store: SqliteStore, others: tuple[Campaign, ...]
) -> None:
    sent, report = applied(store, *others, to("waits", 1, 60, "Hello", None, "due"), to("due", 50, 60, "Other", SOON))
    assert [sent[person(which)] for which in range(50, 61)] == [["due"]] * 11
    assert [sent[person(which)] for which in range(1, 50)] == [["waits"]] * 49
    assert (report.sends.left, report.exit_code) == (0, 0)


def test_what_becomes_due_goes_where_its_time_puts_it(store: SqliteStore) -> None:
    sent, report = applied(store, BEFORE, to("waits", 1, 60, "Hello"), to("due", 50, 60, "Other", SOON))
    assert [sent[person(which)] for which in range(50, 61)] == [["due", "waits"]] * 11
    assert (report.sends.left, report.exit_code) == (0, 0)
