"""A campaign that repeats, from outside: due, sent once, cancelled once or for good, settled, listed."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from sendmode_sync.emulator.faults import Fault
from tests.story.storyline import MEMBERS, Project, Remote, campaign, lines, people

DUBLIN = zoneinfo.ZoneInfo("Europe/Dublin")


def begin(project: Project) -> tuple[str, list[str]]:
    """Start a project that texts two people every day at the present minute; return the name of today's and of the next three."""
    now = dt.datetime.now(DUBLIN).replace(tzinfo=None, second=0, microsecond=0)
    repeat = {"every": "day", "at": f"{now:%H:%M}"}
    project.write(
        lines(MEMBERS, people(1, 2), campaign("daily", "Hello", repeat=repeat, deadline="1h", quiet_hours="none"))
    )
    project.begin()
    first, *later = (f"daily@{now + dt.timedelta(days=day):%Y-%m-%dT%H:%M}" for day in range(4))
    return first, later


def statuses(project: Project) -> dict[str, str]:
    return {each["name"]: each["status"] for each in project.status()["campaigns"]}


def test_todays_is_sent_once_and_the_next_three_wait(remote: Remote, project: Project) -> None:
    today, later = begin(project)
    assert statuses(project) == {today: "due", **dict.fromkeys(later, "waiting")}
    assert project.apply().code == 0
    assert len(remote.messages) == 1
    assert project.plan()["changes"] == []
    assert statuses(project) == {today: "sent", **dict.fromkeys(later, "waiting")}
    assert project.apply().code == 0
    assert len(remote.messages) == 1


def test_one_is_cancelled_and_then_all_of_them(remote: Remote, project: Project) -> None:
    today, later = begin(project)
    assert project.run("cancel", later[0], key=None).code == 0
    assert statuses(project) == {today: "due", later[0]: "cancelled", later[1]: "waiting", later[2]: "waiting"}
    assert project.run("cancel", "daily", key=None).code == 0
    assert set(statuses(project).values()) == {"cancelled"}
    assert project.apply().code == 0
    assert not remote.messages


def test_one_that_is_none_cannot_be_cancelled(project: Project) -> None:
    begin(project)
    refused = project.run("cancel", "daily@2026-01-01T00:61", key=None)
    assert (refused.code, "no campaign" in refused.err) == (64, True)


def test_an_unknown_outcome_is_settled_under_the_name_of_its_occurrence(remote: Remote, project: Project) -> None:
    today, _ = begin(project)
    remote.faults(Fault("send", "http-500"))
    assert project.apply().code == 4
    (held,) = project.status()["needs_person"]
    assert held["campaign"] == today
    assert any(f"resolve {today} " in command for command in held["commands"])
    assert project.run("resolve", today, "--sent", key=None).code == 0
    assert statuses(project)[today] == "sent"


def test_preview_and_test_sends_take_the_occurrence_that_is_due(project: Project) -> None:
    today, later = begin(project)
    assert project.run("preview", "daily", "--format", "json", key=None).json["campaign"] == today
    assert project.run("preview", later[0], "--format", "json", key=None).json["campaign"] == later[0]


def test_adopting_names_one_occurrence(project: Project) -> None:
    today, _ = begin(project)
    refused = project.run("adopt", "--campaign", "daily", "--auto-approve", key=None)
    assert (refused.code, today in refused.err) == (64, True)
    assert project.run("adopt", "--campaign", today, "--auto-approve", key=None).code == 0
    assert statuses(project)[today] == "sent"
