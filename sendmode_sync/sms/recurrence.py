"""The times at which something goes again and again, as clocks on a wall show them; no zone and no clock is known here.

The only module that imports ``dateutil``, which takes a while; it is itself imported where a project repeats something.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Literal

from dateutil import rrule

from sendmode_sync.model.desired import Every, Repeat

_FREQUENCIES: Mapping[Every, Literal[1, 2, 3]] = {"day": rrule.DAILY, "week": rrule.WEEKLY, "month": rrule.MONTHLY}


def walls(repeat: Repeat, after: dt.datetime) -> Iterator[dt.datetime]:
    """Yield the wall times (naive) from ``after`` on, itself included, as many as are asked for.

    A month without the day that is meant is left out, as in RFC 5545.
    """
    first = after.date() if repeat.start is None else repeat.start
    rule = rrule.rrule(
        _FREQUENCIES[repeat.every],
        dtstart=dt.datetime.combine(first, repeat.at),
        interval=repeat.interval,
        byweekday=[rrule.weekday(day.weekday, day.nth or None) for day in repeat.weekdays] or None,
        bymonthday=repeat.monthdays or None,
        until=None if repeat.until is None else dt.datetime.combine(repeat.until, dt.time.max),
    )
    return iter(rule.xafter(after, inc=True))


def holds(repeat: Repeat, wall: dt.datetime) -> bool:
    """Say whether a wall time is one of them."""
    return next(walls(repeat, wall), None) == wall
