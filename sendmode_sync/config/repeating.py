"""``repeat`` of a campaign: words such as ``last friday`` into a rule, with what is wrong with them; no time is computed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, get_args

from sendmode_sync.config.wording import shown, suggestion
from sendmode_sync.model.desired import Every, OnWeekday, Repeat

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_EVERY = re.compile(r"(?:([1-9]\d?) )?(day|week|month)s?")
_AT = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_IN_EVERY_MONTH = 28
_LAST_DAY = -1


class Wrong(NamedTuple):
    """What is wrong with one key of ``repeat``, and what would be right."""

    key: str
    message: str


class _Days(NamedTuple):
    weekdays: tuple[OnWeekday, ...] = ()
    monthdays: tuple[int, ...] = ()


def read_repeat(body: Mapping[str, Any], zone: str, lifetime: dt.timedelta | None) -> Repeat | tuple[Wrong, ...]:
    """Return the rule of a mapping that the schema let through, in wall time of ``zone``, or all that is wrong with it."""
    wrong: list[Wrong] = []
    every = _EVERY.fullmatch(body["every"].strip())
    if every is None:
        wrong.append(Wrong("every", f"{shown(body['every'])} is no interval; write day, week, month, or 2 weeks"))
    at = _AT.fullmatch(body["at"].strip())
    if at is None:
        wrong.append(Wrong("at", f'{shown(body["at"])} is no time of the day; write it as "10:00"'))
    start, until = _date(body, "from", wrong), _date(body, "until", wrong)
    if start and until and until < start:
        wrong.append(Wrong("until", "it ends before it begins; write a later date"))
    if every is None or at is None or wrong:
        return tuple(wrong)
    unit, interval = _unit(every[2]), int(every[1] or 1)
    if interval > 1 and start is None:
        wrong.append(Wrong("every", "where one is left out, from says where counting begins; write from: 2026-12-01"))
    days = _days(unit, body.get("on"), wrong)
    if wrong:
        return tuple(wrong)
    time = dt.time(int(at[1]), int(at[2]))
    return Repeat(unit, interval, time, zone, days.weekdays, days.monthdays, start, until, lifetime)


def _unit(word: str) -> Every:
    return next(unit for unit in get_args(Every) if unit == word)


def _date(body: Mapping[str, Any], key: str, wrong: list[Wrong]) -> dt.date | None:
    text = body.get(key)
    if text is None:
        return None
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        wrong.append(Wrong(key, f"{shown(text)} is no date; write it as 2027-06-30"))
        return None


def _days(unit: Every, written: Any, wrong: list[Wrong]) -> _Days:
    words = [written] if isinstance(written, str) else list(written or ())
    if unit == "day":
        if words:
            wrong.append(Wrong("on", "every day is every day; leave on out, or write every: week"))
        return _Days()
    if not words:
        example = "friday" if unit == "week" else "last friday"
        wrong.append(Wrong("on", f"say on which day of the {unit}, such as {example}"))
    read = _weekly if unit == "week" else _monthly
    found = [read(word.strip().lower(), wrong) for word in words]
    if any(days.weekdays for days in found) and any(days.monthdays for days in found):
        wrong.append(Wrong("on", "name days of the week or days of the month; for both, write two campaigns"))
    return _Days(
        tuple(dict.fromkeys(day for days in found for day in days.weekdays)),
        tuple(dict.fromkeys(day for days in found for day in days.monthdays)),
    )


def _weekly(word: str, wrong: list[Wrong]) -> _Days:
    if word in _WEEKDAYS:
        return _Days((OnWeekday(_WEEKDAYS.index(word)),))
    near = suggestion(word, _WEEKDAYS)
    wrong.append(Wrong("on", f"{shown(word)} is no day of the week{near or '; write friday, or [monday, thursday]'}"))
    return _Days()


def _monthly(word: str, wrong: list[Wrong]) -> _Days:
    nth, _, day = word.partition(" ")
    if nth in _NTH and day in _WEEKDAYS:
        return _Days((OnWeekday(_WEEKDAYS.index(day), _NTH[nth]),))
    if word == "last day":
        return _Days(monthdays=(_LAST_DAY,))
    if re.fullmatch(r"[1-9]\d?", word) and int(word) <= 31:
        if int(word) <= _IN_EVERY_MONTH:
            return _Days(monthdays=(int(word),))
        wrong.append(Wrong("on", f"not every month has a day {word}; write last day, or a day up to {_IN_EVERY_MONTH}"))
        return _Days()
    wrong.extend(_unread(word))
    return _Days()


def _unread(word: str) -> Iterator[Wrong]:
    yield Wrong("on", f"{shown(word)} is no day of a month; write last friday, first monday, last day, or 15")
