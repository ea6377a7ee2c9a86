"""``apply --wait``: a run that stays for what becomes due, seen from outside."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from tests.story.storyline import MEMBERS, Project, Remote, campaign, lines, people, until

DUBLIN = zoneinfo.ZoneInfo("Europe/Dublin")


def soon(**ahead: float) -> str:
    """Return a wall time of the account's zone, to the second."""
    return f"{dt.datetime.now(DUBLIN) + dt.timedelta(**ahead):%Y-%m-%dT%H:%M:%S}"


def begin(project: Project, scheduledate: str) -> None:
    project.write(
        lines(
            MEMBERS,
            people(1, 2),
            campaign("later", "Hello", quiet_hours="none", scheduledate=scheduledate, deadline="12h"),
        )
    )
    project.begin()


def test_it_stays_sends_and_ends(remote: Remote, project: Project) -> None:
    begin(project, soon(seconds=6))
    running = project.start("apply", "--auto-approve", "--wait", "10m")
    until(lambda: remote.calls("import") == 2)
    ended = running.ended()
    assert ended.code == 0
    assert len(remote.messages) == 1
    assert project.status("later")["status"] == "sent"


def test_it_leaves_at_once_where_nothing_is_due_in_time(remote: Remote, project: Project) -> None:
    begin(project, soon(hours=2))
    assert project.run("apply", "--auto-approve", "--wait", "1h").code == 0
    assert not remote.messages
    assert project.status("later")["status"] == "waiting"


def test_what_is_cancelled_meanwhile_is_not_waited_for(remote: Remote, project: Project) -> None:
    begin(project, soon(seconds=10))
    running = project.start("apply", "--auto-approve", "--wait", "1h", "--max-duration", "50m")
    until(lambda: remote.calls("import") == 2)
    assert project.run("cancel", "later", key=None).code == 0
    ended = running.ended()
    assert ended.code == 0
    assert not remote.messages


def test_a_saved_plan_is_not_stayed_for(project: Project) -> None:
    begin(project, soon(hours=2))
    assert project.run("plan", "--out", "plan.json").code == 0
    refused = project.run("apply", "plan.json", "--auto-approve", "--wait", "1h")
    assert (refused.code, "a saved plan is applied as it is" in refused.err) == (64, True)
