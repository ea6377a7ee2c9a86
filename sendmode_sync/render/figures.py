"""Figures and times as people read them: counts with their nouns, credits, durations, instants in the account's zone."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from decimal import Decimal
from zoneinfo import ZoneInfo

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # strftime would follow the process's locale


def amount(value: Decimal) -> str:
    """Return an amount of credits without its unit: ``1,200``, ``2.5``."""
    return f"{value.normalize():,f}"


def credits(value: Decimal) -> str:  # noqa: A001 - the field's own word; the builtin is no part of programs
    """Return ``1 credit``, ``2.5 credits``."""
    return f"{amount(value)} {'credit' if value == 1 else 'credits'}"


def duration(seconds: float) -> str:
    """Return seconds, rounded up, in one or two units: ``4 s``, ``2 min``, ``1 h 5 min``."""
    whole = math.ceil(seconds)
    if whole < 120:
        return f"{whole} s"
    minutes = math.ceil(whole / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours:,} h {rest} min" if rest else f"{hours:,} h"


def moment(instant: dt.datetime, zone: str) -> str:
    """Return an aware instant as wall time with the zone's abbreviation: ``Tue 2026-12-01 10:00 GMT``."""
    there = instant.astimezone(ZoneInfo(zone))
    return f"{_day(there)} {there:%H:%M} {_abbreviation(there)}"


def span(start: dt.datetime, end: dt.datetime | None, zone: str) -> str:
    """Return ``Tue 2026-12-01 10:00 to 21:00 GMT``; both days where they differ, no end where there is none."""
    if end is None:
        return f"{moment(start, zone)} or later"
    first, last = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    if first.date() == last.date() and first.utcoffset() == last.utcoffset():
        return f"{_day(first)} {first:%H:%M} to {last:%H:%M} {_abbreviation(first)}"
    return f"{moment(start, zone)} to {moment(end, zone)}"


def joined(parts: Iterable[str], otherwise: str) -> str:
    """Return parts with commas between them, empty ones left out."""
    return ", ".join(part for part in parts if part) or otherwise


def _day(there: dt.datetime) -> str:
    return f"{_WEEKDAYS[there.weekday()]} {there:%Y-%m-%d}"


def _abbreviation(there: dt.datetime) -> str:
    name = there.tzname() or "UTC"
    return f"UTC{name}" if name[0] in "+-" else name
