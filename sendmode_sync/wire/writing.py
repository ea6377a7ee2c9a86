"""How values are written on the wire: numbers, wall times and bodies; it decides nothing about what is sent.

JSON is written in ASCII, other characters as escapes, and forms are percent-encoded throughout (a space is ``%20``, never
``+``), so that no guess at a character set on the way can change a text.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import assert_never
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sendmode_sync.model.phone import E164
from sendmode_sync.model.settings import NumberFormat
from sendmode_sync.sms.numbers import national

FORM_TYPE = ("Content-Type", "application/x-www-form-urlencoded")
JSON_TYPE = ("Content-Type", "application/json")

_COMPACT = json.JSONEncoder(separators=(",", ":"))
_PRINTABLE = "%" + "".join(map(chr, range(0x20, 0x7F))).replace("%", "")  # % first, since every escape brings one
_ESCAPES = tuple((char, escape) for char in _PRINTABLE if (escape := quote(char, safe="")) != char)


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
    return _COMPACT.encode(value)


def write_form(fields: Mapping[str, str]) -> bytes:
    """Return an ``application/x-www-form-urlencoded`` body."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in fields.items()).encode("ascii")


def without_none(**values: object) -> dict[str, object]:
    """Return the values that are there: an optional key is left out, never written as null."""
    return {name: value for name, value in values.items() if value is not None}


def _quoted(text: str) -> str:
    """Return text percent-encoded as UTF-8; JSON is printable, and repeats the few characters that need it often."""
    if not (text.isascii() and text.isprintable()):
        return quote(text, safe="")
    for char, escape in _ESCAPES:
        if char in text:
            text = text.replace(char, escape)
    return text
