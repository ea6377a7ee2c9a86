"""When something goes again and again: the rules, and what clocks that change make of them."""

from __future__ import annotations

import calendar
import datetime as dt
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendmode_sync.model.desired import OnWeekday, Repeat
from sendmode_sync.sms import recurrence, schedule

DUBLIN = "Europe/Dublin"
FRIDAY = 4


def rule(every: Any = "month", interval: int = 1, at: str = "10:00", **more: Any) -> Repeat:
    return Repeat(every, interval, dt.time.fromisoformat(at), DUBLIN, **more)


def days(repeat: Repeat, after: str, many: int = 3) -> list[str]:
    found = islice(recurrence.walls(repeat, dt.datetime.fromisoformat(after)), many)
    return [f"{wall:%Y-%m-%d}" for wall in found]


@pytest.mark.parametrize(
    ("repeat", "after", "expected"),
    [
        pytest.param(rule("day"), "2026-11-24T10:00", ["2026-11-24", "2026-11-25", "2026-11-26"], id="itself included"),
        pytest.param(rule("day"), "2026-11-24T10:01", ["2026-11-25", "2026-11-26", "2026-11-27"], id="a minute late"),
        pytest.param(
            rule("week", weekdays=(OnWeekday(0), OnWeekday(3))),
            "2026-11-24T00:00",
            ["2026-11-26", "2026-11-30", "2026-12-03"],
            id="two days a week",
        ),
        pytest.param(
            rule("week", 2, weekdays=(OnWeekday(0),), start=dt.date(2026, 11, 2)),
            "2026-11-24T00:00",
            ["2026-11-30", "2026-12-14", "2026-12-28"],
            id="every other week, counted from its start",
        ),
        pytest.param(
            rule(weekdays=(OnWeekday(FRIDAY, -1),)),
            "2026-11-24T00:00",
            ["2026-11-27", "2026-12-25", "2027-01-29"],
            id="the last friday",
        ),
        pytest.param(
            rule(weekdays=(OnWeekday(0, 1),)),
            "2026-11-24T00:00",
            ["2026-12-07", "2027-01-04", "2027-02-01"],
            id="the first monday",
        ),
        pytest.param(
            rule(monthdays=(-1,)), "2027-01-31T11:00", ["2027-02-28", "2027-03-31", "2027-04-30"], id="the last day"
        ),
        pytest.param(
            rule(monthdays=(1, 15)), "2026-11-24T00:00", ["2026-12-01", "2026-12-15", "2027-01-01"], id="two days"
        ),
        pytest.param(
            rule("month", 3, monthdays=(1,), start=dt.date(2026, 1, 1)),
            "2026-11-24T00:00",
            ["2027-01-01", "2027-04-01", "2027-07-01"],
            id="every quarter",
        ),
        pytest.param(
            rule("day", start=dt.date(2027, 1, 1)), "2026-11-24T00:00", ["2027-01-01"], id="not before its start"
        ),
        pytest.param(
            rule("day", until=dt.date(2026, 11, 25)),
            "2026-11-24T00:00",
            ["2026-11-24", "2026-11-25"],
            id="until a day, itself too",
        ),
    ],
)
def test_which_days(repeat: Repeat, after: str, expected: list[str]) -> None:
    assert days(repeat, after)[: len(expected)] == expected
    assert repeat.until is None or days(repeat, after) == expected


@given(nth=st.sampled_from([1, 2, 3, 4, -1]), weekday=st.integers(0, 6), month=st.integers(1, 12))
def test_the_nth_weekday_is_the_one_of_a_calendar(nth: int, weekday: int, month: int) -> None:
    weeks = calendar.Calendar().monthdatescalendar(2027, month)
    own = [week[weekday] for week in weeks if week[weekday].month == month]
    wanted = own[nth - 1] if nth > 0 else own[-1]
    found = next(recurrence.walls(rule(weekdays=(OnWeekday(weekday, nth),)), dt.datetime(2027, month, 1)))  # noqa: DTZ001
    assert found.date() == wanted


def test_which_times_are_of_a_rule() -> None:
    repeat = rule(weekdays=(OnWeekday(FRIDAY, -1),))
    held = {
        text
        for text in ("2026-11-27T10:00", "2026-11-27T10:01", "2026-11-20T10:00")
        if recurrence.holds(repeat, dt.datetime.fromisoformat(text))
    }
    assert held == {"2026-11-27T10:00"}


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        pytest.param("2027-03-28T00:59", "2027-03-28T00:59", id="before the clocks go forward"),
        pytest.param("2027-03-28T01:30", "2027-03-28T01:30", id="skipped: an hour later by the new clock"),
        pytest.param("2027-03-28T02:00", "2027-03-28T01:00", id="after"),
        pytest.param("2026-10-25T01:30", "2026-10-25T00:30", id="twice: the first"),
        pytest.param("2026-10-25T02:00", "2026-10-25T02:00", id="after they went back"),
        pytest.param("2026-07-01T10:00", "2026-07-01T09:00", id="summer"),
        pytest.param("2026-12-01T10:00", "2026-12-01T10:00", id="winter"),
    ],
)
def test_a_wall_time_is_one_instant_whatever_the_clocks_do(wall: str, instant: str) -> None:
    found = schedule.localised(dt.datetime.fromisoformat(wall), DUBLIN)
    assert found == dt.datetime.fromisoformat(instant).replace(tzinfo=dt.UTC)


def test_ten_in_the_morning_stays_ten_in_the_morning() -> None:
    walls = islice(recurrence.walls(rule("day"), dt.datetime(2027, 3, 26)), 4)  # noqa: DTZ001
    hours = [schedule.localised(wall, DUBLIN).hour for wall in walls]
    assert hours == [10, 10, 9, 9]
