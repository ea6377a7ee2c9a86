"""Times: what is read, the days on which clocks change, quiet hours over midnight, deadlines."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendmode_sync.model.settings import QuietHours
from sendmode_sync.sms import schedule
from sendmode_sync.sms.schedule import BadTime

DUBLIN = "Europe/Dublin"
NIGHT = QuietHours(dt.time(21), dt.time(8))
ZONES = [DUBLIN, "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-12-01T10:00", "2026-12-01T10:00"),
        ("2026-12-01 10:00", "2026-12-01T10:00"),
        ("2026-12-01T10:00:30", "2026-12-01T10:00:30"),
        ("2026-07-01T10:00", "2026-07-01T09:00"),
        ("2026-07-01T10:00Z", "2026-07-01T10:00"),
        ("2026-07-01 10:00:00+02:00", "2026-07-01T08:00"),
        ("2026-07-01T10:00-05:30", "2026-07-01T15:30"),
        ("2026-03-29T00:59", "2026-03-29T00:59"),
        ("2026-03-29T02:00", "2026-03-29T01:00"),
        ("2026-03-29T01:30Z", "2026-03-29T01:30"),
        ("2026-10-25T00:59", "2026-10-24T23:59"),
        ("2026-10-25T01:30+01:00", "2026-10-25T00:30"),
        ("2026-10-25T01:30+00:00", "2026-10-25T01:30"),
        ("2026-10-25T02:00", "2026-10-25T02:00"),
        ("2028-02-29T10:00", "2028-02-29T10:00"),
    ],
)
def test_an_instant_is_read_into_utc(text: str, instant: str) -> None:
    read = schedule.parse_instant(text, DUBLIN)
    assert read == utc(instant)
    assert isinstance(read, dt.datetime)
    assert read.tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("2026-12-01", "time-missing", "such as 2026-12-01T10:00"),
        ("20261201", "time-missing", "a date without a time"),
        ("2026-W49-2", "time-missing", "a date without a time"),
        ("2026-W49", "time-missing", "a date without a time"),
        ("2026-335", "time-missing", "a date without a time"),
        ("10:00", "bad-time", "write it as 2026-12-01T10:00"),
        ("", "bad-time", "write it as"),
        ("tomorrow", "bad-time", "write it as"),
        ("01/12/2026 10:00", "bad-time", "write it as"),
        ("20261201T100000Z", "bad-time", "write it as"),
        ("2026-12-01T10", "bad-time", "write it as"),
        ("2026-12-01T10:00 ", "bad-time", "write it as"),
        ("2026-12-01T10:00:00.5", "bad-time", "write it as"),
        ("2026-12-01T10:00+0100", "bad-time", "write it as"),
        ("２026-12-01T10:00", "bad-time", "write it as"),
        ("2026-02-30T10:00", "bad-time", "of the calendar"),
        ("2026-12-01T24:00", "bad-time", "of the calendar"),
        ("2026-12-01T10:60", "bad-time", "of the calendar"),
        ("2026-12-01T10:00+25:00", "bad-time", "of the calendar"),
        ("0001-01-01T00:00+14:00", "bad-time", "the years 2000 to 2999"),
        ("9999-12-31T23:59", "bad-time", "the years 2000 to 2999"),
        ("2026-03-29T01:30", "time-skipped", "write 2026-03-29T00:30 or 2026-03-29T02:30"),
        ("2026-03-29T01:00", "time-skipped", "write 2026-03-29T00:00 or 2026-03-29T02:00"),
        ("2026-10-25T01:30", "time-repeated", "write 2026-10-25T01:30+01:00 or 2026-10-25T01:30+00:00"),
        ("2026-10-25T01:00", "time-repeated", "happens twice in Europe/Dublin"),
        ("2027-03-28T01:59", "time-skipped", "does not exist in Europe/Dublin"),
    ],
)
def test_what_is_no_instant(text: str, code: str, says: str) -> None:
    bad = schedule.parse_instant(text, DUBLIN)
    assert isinstance(bad, BadTime)
    assert bad.code == code
    assert says in bad.message


@pytest.mark.parametrize("zone", ZONES)
@given(minute=st.integers(0, 2 * 365 * 24 * 60))
def test_a_wall_time_is_read_back_as_written_or_its_neighbours_can_be(zone: str, minute: int) -> None:
    wall = utc("2026-01-01T00:00").replace(tzinfo=None) + dt.timedelta(minutes=minute)
    local = zoneinfo.ZoneInfo(zone)
    match schedule.parse_instant(wall.isoformat(timespec="minutes"), zone):
        case dt.datetime() as read:
            assert read.astimezone(local).replace(tzinfo=None) == wall
        case BadTime(code, message):
            first, second = message.rpartition("; write ")[2].split(" or ")
            instants = [schedule.parse_instant(text, zone) for text in (first, second)]
            assert all(isinstance(instant, dt.datetime) for instant in instants)
            assert code in {"time-skipped", "time-repeated"}


@pytest.mark.parametrize(
    "zone", ["Europe/Dublinn", "", "../etc/passwd", "/etc/localtime", "Europe", "a\x00b", "GMT+99x"]
)
def test_no_zone(zone: str) -> None:
    assert not schedule.is_zone(zone)


@pytest.mark.parametrize("zone", ZONES)
def test_zones(zone: str) -> None:
    assert schedule.is_zone(zone)


@pytest.mark.parametrize("zone", ["Europe/Dubln", "Europe", "../x", ""])
def test_an_unknown_zone_is_a_value(zone: str) -> None:
    bad = schedule.parse_instant("2026-12-01T10:00", zone)
    assert isinstance(bad, BadTime)
    assert bad.code == "unknown-zone"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0s", 0),
        ("30s", 30),
        ("90s", 90),
        ("50m", 3000),
        ("12h", 43200),
        ("7d", 604800),
        ("1h30m", 5400),
        ("1d2h3m4s", 93784),
        ("", None),
        ("12", None),
        ("h", None),
        ("-1h", None),
        ("1.5h", None),
        ("1h ", None),
        ("30m1h", None),
        ("1h1h", None),
        ("1w", None),
        ("１h", None),
        ("9999999d", None),
    ],
)
def test_duration(text: str, seconds: int | None) -> None:
    expected = None if seconds is None else dt.timedelta(seconds=seconds)
    assert schedule.parse_duration(text) == expected


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ("none", None),
        ("21:00-08:00", NIGHT),
        ("21:00 - 8:00", NIGHT),
        ("12:30-13:15", QuietHours(dt.time(12, 30), dt.time(13, 15))),
        ("20:00-24:00", QuietHours(dt.time(20), dt.time(0))),
        ("00:00-09:00", QuietHours(dt.time(0), dt.time(9))),
    ],
)
def test_quiet_hours(text: str, quiet: QuietHours | None) -> None:
    assert schedule.parse_quiet_hours(text) == quiet


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "write it as 21:00-08:00, or none"),
        ("None", "write it as"),
        ("21-8", "write it as"),
        ("21:00", "write it as"),
        ("21:00-08:00 daily", "write it as"),
        ("21:00\n-08:00", "write it as"),
        ("25:00-08:00", "no clock shows"),
        ("21:60-08:00", "no clock shows"),
        ("24:00-08:00", "no clock shows"),
        ("21:00-24:01", "no clock shows"),
        ("21:00-21:00", "begins when it ends"),
        ("00:00-24:00", "begins when it ends"),
    ],
)
def test_what_are_no_quiet_hours(text: str, says: str) -> None:
    bad = schedule.parse_quiet_hours(text)
    assert isinstance(bad, BadTime)
    assert bad.code == "bad-quiet-hours"
    assert says in bad.message


@pytest.mark.parametrize(
    ("instant", "mark"),
    [
        ("2026-12-01T10:00:00", "2026-12-01T10:00"),
        ("2026-12-01T10:00:00.000001", "2026-12-01T10:15"),
        ("2026-12-01T10:00:01", "2026-12-01T10:15"),
        ("2026-12-01T10:14:59", "2026-12-01T10:15"),
        ("2026-12-01T23:46:00", "2026-12-02T00:00"),
    ],
)
def test_round_up_quarter(instant: str, mark: str) -> None:
    assert schedule.round_up_quarter(utc(instant)) == utc(mark)


def test_round_up_quarter_of_another_offset_is_in_utc() -> None:
    rounded = schedule.round_up_quarter(dt.datetime.fromisoformat("2026-07-01T10:01+01:00"))
    assert rounded.isoformat() == "2026-07-01T09:15:00+00:00"


@pytest.mark.parametrize(
    ("instant", "quiet", "allowed"),
    [
        pytest.param("2026-12-01T10:00", NIGHT, "2026-12-01T10:00", id="by day"),
        pytest.param("2026-12-01T20:59:59", NIGHT, "2026-12-01T20:59:59", id="a second before"),
        pytest.param("2026-12-01T21:00", NIGHT, "2026-12-02T08:00", id="the start is quiet"),
        pytest.param("2026-12-02T00:30", NIGHT, "2026-12-02T08:00", id="after midnight"),
        pytest.param("2026-12-02T08:00", NIGHT, "2026-12-02T08:00", id="the end is allowed"),
        pytest.param("2026-07-01T20:30", NIGHT, "2026-07-02T07:00", id="summer"),
        pytest.param("2026-03-28T22:00", NIGHT, "2026-03-29T07:00", id="the night that loses an hour"),
        pytest.param("2026-10-24T22:00", NIGHT, "2026-10-25T08:00", id="the night that gains an hour"),
        pytest.param("2026-12-01T23:00", None, "2026-12-01T23:00", id="no quiet hours"),
        pytest.param(
            "2026-03-29T00:10", QuietHours(dt.time(22), dt.time(1, 30)), "2026-03-29T01:00", id="the end is skipped"
        ),
        pytest.param(
            "2026-10-25T00:10", QuietHours(dt.time(22), dt.time(1, 30)), "2026-10-25T00:30", id="the end comes once"
        ),
        pytest.param(
            "2026-10-25T01:10", QuietHours(dt.time(22), dt.time(1, 30)), "2026-10-25T01:30", id="the end comes again"
        ),
    ],
)
def test_next_allowed(instant: str, quiet: QuietHours | None, allowed: str) -> None:
    assert schedule.next_allowed(utc(instant), quiet, DUBLIN) == utc(allowed)
    assert schedule.is_quiet(utc(instant), quiet, DUBLIN) == (instant != allowed)


@pytest.mark.parametrize(
    ("instant", "quiet", "begins"),
    [
        pytest.param("2026-12-01T10:00", NIGHT, "2026-12-01T21:00", id="by day"),
        pytest.param("2026-12-01T08:00", NIGHT, "2026-12-01T21:00", id="at the end of quiet hours"),
        pytest.param("2026-12-01T21:00", NIGHT, "2026-12-02T21:00", id="at their start: those of the next day"),
        pytest.param("2026-12-01T03:00", NIGHT, "2026-12-01T21:00", id="inside them"),
        pytest.param("2026-07-01T10:00", NIGHT, "2026-07-01T20:00", id="summer"),
        pytest.param(
            "2026-03-29T00:30", QuietHours(dt.time(1, 15), dt.time(6)), "2026-03-29T01:00", id="the start is skipped"
        ),
        pytest.param(
            "2026-10-25T00:45",
            QuietHours(dt.time(22), dt.time(1, 30)),
            "2026-10-25T01:00",
            id="clocks go back into them",
        ),
    ],
)
def test_next_quiet(instant: str, quiet: QuietHours, begins: str) -> None:
    assert schedule.next_quiet(utc(instant), quiet, DUBLIN) == utc(begins)


@pytest.mark.parametrize(
    ("scheduledate", "quiet", "deadline"),
    [
        pytest.param("2026-12-01T10:00", NIGHT, "2026-12-01T21:00", id="until quiet hours of the day"),
        pytest.param("2026-12-01T22:00", NIGHT, "2026-12-02T21:00", id="inside quiet hours: of the next allowed day"),
        pytest.param("2026-12-01T03:00", NIGHT, "2026-12-01T21:00", id="before dawn: of the same day"),
        pytest.param("2026-12-01T10:00", QuietHours(dt.time(1), dt.time(6)), "2026-12-02T01:00", id="after midnight"),
        pytest.param("2026-12-01T15:00", None, "2026-12-02T03:00", id="12 hours without"),
        pytest.param("2026-03-28T20:00", None, "2026-03-29T08:00", id="12 hours that pass, whatever clocks show"),
    ],
)
def test_default_deadline(scheduledate: str, quiet: QuietHours | None, deadline: str) -> None:
    assert schedule.default_deadline(utc(scheduledate), quiet, DUBLIN) == utc(deadline)


def _minutes(start: dt.datetime, hours: int) -> Iterator[dt.datetime]:
    return (start + dt.timedelta(minutes=minute) for minute in range(hours * 60))


TIMES = st.times().map(lambda time: time.replace(second=0, microsecond=0))
CHANGES = ["2026-03-28T18:00", "2026-10-24T18:00", "2026-06-01T00:00", "2026-04-04T10:00", "2026-03-08T00:00"]


@pytest.mark.parametrize("zone", ZONES)
@given(
    minute=st.integers(0, 24 * 60),
    day=st.sampled_from(CHANGES),
    quiet=st.builds(QuietHours, TIMES, TIMES).filter(lambda quiet: quiet.start != quiet.end),
)
def test_the_next_turn_is_the_one_that_a_minute_hand_finds(zone: str, minute: int, day: str, quiet: QuietHours) -> None:
    instant = utc(day) + dt.timedelta(minutes=minute)
    allowed = next(at for at in _minutes(instant, 49) if not schedule.is_quiet(at, quiet, zone))
    begins = next(at for at in _minutes(allowed, 49) if schedule.is_quiet(at, quiet, zone))
    assert schedule.next_allowed(instant, quiet, zone) == allowed
    assert schedule.next_quiet(instant, quiet, zone) == begins
