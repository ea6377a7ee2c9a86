"""People far away, from outside: those for whom it is night wait, the others get the text in calls of their own."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from tests.story.storyline import Project, Remote, campaign, number

FAR = "Pacific/Auckland"  # eleven to thirteen hours ahead: when it is night there, it is day here, and the other way round


def night_there() -> str:
    """Return quiet hours that began two hours ago on the clocks of the far zone, and end in two."""
    now = dt.datetime.now(zoneinfo.ZoneInfo(FAR))
    return f"{now - dt.timedelta(hours=2):%H:%M}-{now + dt.timedelta(hours=2):%H:%M}"


def test_who_sleeps_waits_and_the_others_get_it(remote: Remote, project: Project) -> None:
    project.write(
        f"groups: {{members: {{}}, far: {{timezone: {FAR}}}}}\n"
        "customers:\n"
        f'  - {{mobilenumber: "{number(1)}", groups: [members]}}\n'
        f'  - {{mobilenumber: "{number(2)}", groups: [members, far]}}\n'
        + campaign("hello", "Hello", quiet_hours=night_there()),
    )
    project.begin()
    (planned,) = (each for each in project.plan()["changes"] if each["action"] == "send")
    assert len(planned["recipients"]) == 1
    (held,) = project.plan()["campaigns"][0]["held"]
    assert (held["zones"], held["recipients"]) == (FAR, 1)
    ran = project.apply()
    assert (ran.code, "nothing sends this by itself" in ran.out) == (0, True)
    assert dict(remote.received) == {(number(1), "Hello"): 1}
    status = project.status("hello")
    assert (status["status"], status["accepted"], status["left"]) == ("waiting", 1, 1)
    assert status["next"] == held["next_at"]
    assert project.apply().code == 0
    assert dict(remote.received) == {(number(1), "Hello"): 1}
