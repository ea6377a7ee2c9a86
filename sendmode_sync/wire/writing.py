"""How values are written on the wire: numbers, wall times and bodies; it decides nothing about what is sent.

JSON is written in ASCII, other characters as escapes, and forms are percent-encoded throughout (a space is ``%20``, never
``+``), so that no guess at a character set on the way can change a text.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import assert_never
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from sendmode_sync.model.phone import E164
from sendmode_sync.model.settings import NumberFormat
from sendmode_sync.sms.numbers import national

FORM_TYPE = ("Content-Type", "application/x-www-form-urlencoded")
JSON_TYPE = ("Content-Type", "application/json")


def write_number(number: E164, style: NumberFormat) -> str:
    """Return a number as the account wants it: ``353871234567``, ``+353871234567`` or ``0871234567``."""
    match style:
        case "digits":
            return number.removeprefix("+")
        case "e164":
            return number
        case "national":
            return national(number)
        case _:
            assert_never(style)


def write_wall_time(instant: dt.datetime, zone: str) -> str:
    """Return ``YYYY-MM-DDTHH:MM:SS``, the wall time of a zone.

    The format that Sendmode reads is not published; this one at least cannot be taken for another date.
    In the hour that a zone repeats in autumn both instants read the same.
    """
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(timespec="seconds")


def write_json(value: Mapping[str, object]) -> str:
    """Return compact JSON in ASCII, keys in the order given."""
    return json.dumps(value, separators=(",", ":"))


def write_form(fields: Mapping[str, str]) -> bytes:
    """Return an ``application/x-www-form-urlencoded`` body."""
    return urlencode(fields, quote_via=quote, safe="").encode("ascii")


def without_none(**values: object) -> dict[str, object]:
    """Return the values that are there: an optional key is left out, never written as null."""
    return {name: value for name, value in values.items() if value is not None}
