"""``repeat`` as people write it, and what is said of what nobody can read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sendmode_sync.config.repeating import Wrong, read_repeat
from sendmode_sync.model.desired import Campaign, Desired, OnWeekday, Repeat
from tests.config.test_campaigns import Compile, keys, project

ZONE = "Europe/Dublin"


def rule(**body: Any) -> Repeat | tuple[Wrong, ...]:
    return read_repeat({"every": "month", "on": "last friday", "at": "10:00", **body}, ZONE, None)


TEN = dt.time(10)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, Repeat("month", 1, TEN, ZONE, (OnWeekday(4, -1),))),
        ({"on": "First Monday"}, Repeat("month", 1, TEN, ZONE, (OnWeekday(0, 1),))),
        (
            {"on": ["second tuesday", "fourth tuesday"]},
            Repeat("month", 1, TEN, ZONE, (OnWeekday(1, 2), OnWeekday(1, 4))),
        ),
        ({"on": "15"}, Repeat("month", 1, TEN, ZONE, (), (15,))),
        ({"on": ["1", "15", "1"]}, Repeat("month", 1, TEN, ZONE, (), (1, 15))),
        ({"on": "last day"}, Repeat("month", 1, TEN, ZONE, (), (-1,))),
        ({"every": "week", "on": ["monday", "thursday"]}, Repeat("week", 1, TEN, ZONE, (OnWeekday(0), OnWeekday(3)))),
        (
            {"every": "2 weeks", "on": "sunday", "from": "2026-12-01"},
            Repeat("week", 2, TEN, ZONE, (OnWeekday(6),), (), dt.date(2026, 12, 1)),
        ),
        ({"every": "day", "on": None, "at": "8:05"}, Repeat("day", 1, dt.time(8, 5), ZONE)),
        ({"until": "2027-06-30"}, Repeat("month", 1, TEN, ZONE, (OnWeekday(4, -1),), (), None, dt.date(2027, 6, 30))),
    ],
)
def test_what_is_meant(body: dict[str, Any], expected: Repeat) -> None:
    assert rule(**body) == expected


@pytest.mark.parametrize(
    ("body", "key", "says"),
    [
        ({"every": "fortnight"}, "every", "write day, week, month, or 2 weeks"),
        ({"every": "0 weeks"}, "every", "is no interval"),
        ({"every": "2 weeks", "on": "friday"}, "every", "write from: 2026-12-01"),
        ({"at": "25:00"}, "at", 'write it as "10:00"'),
        ({"at": "10am"}, "at", "is no time of the day"),
        ({"until": "30/06/2027"}, "until", "write it as 2027-06-30"),
        ({"from": "2026-02-30"}, "from", "is no date"),
        ({"from": "2027-01-01", "until": "2026-01-01"}, "until", "ends before it begins"),
        ({"on": None}, "on", "such as last friday"),
        ({"every": "week", "on": None}, "on", "such as friday"),
        ({"every": "day"}, "on", "leave on out"),
        ({"every": "week", "on": "fryday"}, "on", 'did you mean "friday"?'),
        ({"every": "week", "on": "last friday"}, "on", "is no day of the week"),
        ({"on": "friday"}, "on", "write last friday"),
        ({"on": "fifth friday"}, "on", "is no day of a month"),
        ({"on": "0"}, "on", "is no day of a month"),
        ({"on": "31"}, "on", "write last day"),
        ({"on": "32"}, "on", "is no day of a month"),
        ({"on": ["last friday", "15"]}, "on", "for both, write two campaigns"),
    ],
)
def test_what_nobody_can_read(body: dict[str, Any], key: str, says: str) -> None:
    found = rule(**body)
    assert not isinstance(found, Repeat)
    assert [(wrong.key, says in wrong.message) for wrong in found] == [(key, True)]


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = rule(every="never", at="noon", until="soon")
    assert not isinstance(found, Repeat)
    assert [wrong.key for wrong in found] == ["every", "at", "until"]


REPEAT = 'repeat: {every: month, on: last friday, at: "10:00"}'


@pytest.fixture(scope="session")
def campaign_of(desired_of: Callable[..., Desired]) -> Callable[..., Campaign]:
    return lambda *lines: desired_of(project(keys("groups: [a]", "messagetext: Hi", *lines))).campaigns["x"]


def test_it_stands_in_a_campaign_with_a_deadline_for_each_time(campaign_of: Callable[..., Campaign]) -> None:
    campaign = campaign_of(REPEAT, "deadline: 2h")
    assert (campaign.scheduledate, campaign.deadline) == (None, None)
    assert campaign.repeat == Repeat("month", 1, TEN, ZONE, (OnWeekday(4, -1),), lifetime=dt.timedelta(hours=2))
    assert str(campaign.places["repeat"]) == "sendmode.yaml:8:13"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((REPEAT, "scheduledate: 2026-12-01T10:00"), "a campaign goes once or again and again; keep one of the two"),
        ((REPEAT, "schedule_with: sendmode"), "what repeats is sent by an apply each time; write schedule_with: apply"),
        (("repeat: {every: month, on: last fryday, at: '10:00'}",), '"last fryday" is no day of a month'),
        (("repeat: {every: month, on: last friday}",), '"at" is missing'),
        (("repeat: {every: month, on: last friday, at: '10:00', twice: yes}",), 'unknown key "twice"'),
    ],
)
def test_errors_are_placed(compiling: Compile, lines: tuple[str, ...], said: str) -> None:
    compiled = compiling(project(keys("groups: [a]", "messagetext: Hi", *lines)))
    assert compiled.desired is None
    (problem,) = (each for each in compiled.problems if each.level == "error")
    assert said in problem.message
    assert problem.place is not None
    assert problem.place.line >= 8
