"""Dates of birth as Sendmode takes them: day, month and year."""

from __future__ import annotations

import datetime as dt
import re

_DATE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")


def bad_date(text: str) -> str | None:
    """Say what is wrong with a date of birth, None where it is a day of the calendar written dd/mm/yyyy."""
    found = _DATE.fullmatch(text)
    if found is None:
        return "must be a date written dd/mm/yyyy, such as 01/02/1990"
    day, month, year = map(int, found.groups())
    try:
        dt.date(year, month, day)
    except ValueError:
        return "is no day of the calendar; dates are written dd/mm/yyyy"
    return None
