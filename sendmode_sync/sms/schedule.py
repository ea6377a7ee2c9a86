"""Times at which texts may go: reading them, quarter hours, quiet hours and deadlines; the clock is never read.

Every instant in and out is aware; results are in UTC. Zones are checked by ``is_zone`` before they come here. Wall
times are resolved by ``utcoffset`` alone, because Europe/Dublin calls its winter the daylight saving time.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sendmode_sync.model.settings import QuietHours

_YEARS = range(2000, 3000)
_DAY = dt.timedelta(days=1)
_LONG_ENOUGH = dt.timedelta(days=3)  # a day on which clocks change may be the only one that lacks a common hour
_QUARTER = dt.timedelta(minutes=15)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LIFE_WITHOUT_QUIET_HOURS = dt.timedelta(hours=12)

_INSTANT = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?P<offset>Z|[+-]\d\d:\d\d)?", re.ASCII
)
_DATE_ALONE = re.compile(r"\d{4}-\d\d-\d\d|\d{8}|\d{4}-?W\d\d(?:-?\d)?|\d{4}-\d{3}", re.ASCII)
_DURATION = re.compile(
    r"(?=.)(?:(?P<days>\d{1,6})d)?(?:(?P<hours>\d{1,6})h)?(?:(?P<minutes>\d{1,6})m)?(?:(?P<seconds>\d{1,6})s)?",
    re.ASCII,
)
_QUIET_HOURS = re.compile(r"(\d{1,2}:\d\d) ?- ?(\d{1,2}:\d\d)", re.ASCII)


class BadTime(NamedTuple):
    """Why a text is no time, and what to write instead. ``code`` is stable."""

    code: str
    message: str


def is_zone(name: str) -> bool:
    """Say whether a name is a time zone of the IANA database that this machine has data for."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def parse_instant(text: str, zone: str) -> dt.datetime | BadTime:
    """Read ISO 8601 date and time, with an offset or ``Z``, or else as wall time of ``zone``; the result is in UTC.

    A wall time that the clocks skip or repeat there is a ``BadTime`` that says what to write instead.
    """
    found = _INSTANT.fullmatch(text)
    if found is None:
        return _no_instant(text)
    try:
        written = dt.datetime.fromisoformat(f"{found['date']}T{found['time']}{found['offset'] or ''}")
    except ValueError:
        return BadTime("bad-time", f'"{text}" is no date and time of the calendar')
    if written.year not in _YEARS:
        return BadTime("bad-time", f'"{text}" is not in the years 2000 to 2999')
    if written.tzinfo is not None:
        return written.astimezone(dt.UTC)
    if not is_zone(zone):
        return BadTime("unknown-zone", f'unknown time zone "{zone}"; write one such as Europe/Dublin')
    return _from_wall(written, zone)


def localised(wall: dt.datetime, zone: str) -> dt.datetime:
    """Return the instant (UTC) of a naive wall time, whatever it is.

    One that the clocks skip is read with the offset before the change, so that it is as much later; of one that they show
    twice the first counts (RFC 5545, section 3.3.5).
    """
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(dt.UTC)


def is_wall_time(text: str) -> bool:
    """Say whether a text is a date and time without an offset, which some zone must be taken for."""
    found = _INSTANT.fullmatch(text)
    return found is not None and not found["offset"]


def parse_duration(text: str) -> dt.timedelta | None:
    """Read ``30s``, ``50m``, ``12h``, ``7d`` or a falling series of them such as ``1h30m``; None for anything else."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    return dt.timedelta(**{unit: int(amount) for unit, amount in found.groupdict(default="0").items()})


def parse_quiet_hours(text: str) -> QuietHours | BadTime | None:
    """Read ``21:00-08:00``, which may run over midnight; ``none`` is None. An end of ``24:00`` is midnight."""
    if text == "none":
        return None
    found = _QUIET_HOURS.fullmatch(text)
    if found is None:
        shown = " ".join(text.split())[:40]
        return BadTime("bad-quiet-hours", f'"{shown}" is no period of the day; write it as 21:00-08:00, or none')
    start, end = _wall_time(found[1]), _wall_time("0:00" if found[2] == "24:00" else found[2])
    if start is None or end is None:
        return BadTime(
            "bad-quiet-hours", f'"{text}" holds a time that no clock shows; hours are 0 to 23, minutes 0 to 59'
        )
    if start == end:
        return BadTime("bad-quiet-hours", f'"{text}" begins when it ends; write none to turn quiet hours off')
    return QuietHours(start, end)


def round_up_quarter(instant: dt.datetime) -> dt.datetime:
    """Return the first 15-minute mark at or after an instant (Sendmode REST v2: "nearest 15 minute interval")."""
    return instant.astimezone(dt.UTC) + (_EPOCH - instant) % _QUARTER


def is_quiet(instant: dt.datetime, quiet: QuietHours | None, zone: str) -> bool:
    """Say whether no send may start at an instant; the end of quiet hours is itself allowed."""
    return quiet is not None and _within(instant.astimezone(ZoneInfo(zone)).time(), quiet)


def next_allowed(instant: dt.datetime, quiet: QuietHours | None, zone: str) -> dt.datetime:
    """Return the first instant from this one on that is outside quiet hours: itself when it is allowed."""
    if quiet is None or not is_quiet(instant, quiet, zone):
        return instant.astimezone(dt.UTC)
    return _turn(instant, quiet, zone)


def next_allowed_everywhere(instant: dt.datetime, quiet: QuietHours, zones: Collection[str]) -> dt.datetime | None:
    """Return the first instant from this one on that is outside quiet hours in every zone; None where no day has one."""
    allowed, end = instant.astimezone(dt.UTC), instant + _LONG_ENOUGH
    while allowed <= end:
        latest = max(next_allowed(allowed, quiet, zone) for zone in zones)
        if latest == allowed:
            return allowed
        allowed = latest
    return None


def next_quiet(instant: dt.datetime, quiet: QuietHours, zone: str) -> dt.datetime:
    """Return when quiet hours next begin after an instant; where it is inside them, the quiet hours after those."""
    return _turn(next_allowed(instant, quiet, zone), quiet, zone)


def default_deadline(scheduledate: dt.datetime, quiet: QuietHours | None, zone: str) -> dt.datetime:
    """Return past when a campaign without a ``deadline`` is not sent any more.

    That is when quiet hours begin after ``scheduledate`` (after the first allowed time, where it is inside them),
    and 12 hours later where there are none.
    """
    if quiet is None:
        return scheduledate.astimezone(dt.UTC) + _LIFE_WITHOUT_QUIET_HOURS
    return next_quiet(scheduledate, quiet, zone)


def _no_instant(text: str) -> BadTime:
    shown = " ".join(text.split())[:40]
    if _DATE_ALONE.fullmatch(text):
        return BadTime("time-missing", f'"{shown}" is a date without a time; write both, such as 2026-12-01T10:00')
    return BadTime(
        "bad-time",
        f'"{shown}" is no date and time; write it as 2026-12-01T10:00, or with an offset as 2026-12-01T10:00Z',
    )


def _from_wall(wall: dt.datetime, zone: str) -> dt.datetime | BadTime:
    """Resolve a naive wall time; the two readings differ only where the clocks change."""
    local = ZoneInfo(zone)
    first, second = (wall.replace(tzinfo=local, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    if first == second:
        return first
    shown = wall.isoformat(timespec="minutes")
    if first.astimezone(local).replace(tzinfo=None) != wall:
        # In a gap the later offset gives the time before it, and the earlier offset the time after it.
        before, after = (
            side.astimezone(local).replace(tzinfo=None).isoformat(timespec="minutes") for side in (second, first)
        )
        return BadTime(
            "time-skipped",
            f"{shown} does not exist in {zone}, where the clocks go forward; write {before} or {after}",
        )
    summer, winter = (side.astimezone(local).isoformat(timespec="minutes") for side in (first, second))
    return BadTime(
        "time-repeated",
        f"{shown} happens twice in {zone}, where the clocks go back; write {summer} or {winter}",
    )


def _wall_time(text: str) -> dt.time | None:
    hour, _, minute = text.partition(":")
    return dt.time(int(hour), int(minute)) if int(hour) < 24 and int(minute) < 60 else None


def _within(time: dt.time, quiet: QuietHours) -> bool:
    if quiet.start <= quiet.end:
        return quiet.start <= time < quiet.end
    return time >= quiet.start or time < quiet.end


def _turn(instant: dt.datetime, quiet: QuietHours, zone: str) -> dt.datetime:
    """Return the next instant at which quiet becomes allowed, or allowed becomes quiet."""
    local = ZoneInfo(zone)
    here = instant.astimezone(dt.UTC)
    was_quiet = is_quiet(here, quiet, zone)
    edge = quiet.end if was_quiet else quiet.start
    while True:
        wall = here.astimezone(local)
        turn = here + (dt.datetime.combine(wall, edge) - wall.replace(tzinfo=None)) % _DAY
        if turn.astimezone(local).utcoffset() == wall.utcoffset():
            return turn
        # The clocks change on the way: they may skip the edge, or go back over it.
        here = _clock_change(here, turn, local)
        if is_quiet(here, quiet, zone) != was_quiet:
            return here


def _clock_change(before: dt.datetime, after: dt.datetime, local: ZoneInfo) -> dt.datetime:
    """Return the first second with a new offset between two instants (UTC) of which only the first has the old one."""
    old = before.astimezone(local).utcoffset()
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if dt.datetime.fromtimestamp(middle, local).utcoffset() == old:
            low = middle
        else:
            high = middle
    return dt.datetime.fromtimestamp(high, dt.UTC)
