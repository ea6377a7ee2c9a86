"""How many segments a text takes, and where they are cut; the text is measured as it stands, never changed.

A part carries 140 octets. A text of several parts loses six of them in each to the header that joins them
(3GPP TS 23.040, 8-bit reference), so the capacities are 160 and 153 septets in GSM-7, 70 and 67 UTF-16 units in
UCS-2. An escape pair and a surrogate pair move whole into the next part, which is why counting is a walk and not a
division. Emoji made of several code points may be cut between them, as networks require no more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from sendmode_sync.sms import gsm7

Encoding = Literal["GSM-7", "UCS-2"]


class Measure(NamedTuple):
    """The size of one text. ``units`` are septets in GSM-7 and UTF-16 units in UCS-2, without headers.

    ``capacity_left`` is how many units the last part still takes. An empty text has no segment.
    """

    encoding: Encoding
    units: int
    segments: int
    capacity_left: int


class _Coding(NamedTuple):
    """An encoding: what a text alone holds, what each of several joined parts holds, and how to count."""

    encoding: Encoding
    alone: int
    joined: int
    units: Callable[[str], int]


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


_GSM7 = _Coding("GSM-7", alone=160, joined=153, units=gsm7.count)
_UCS2 = _Coding("UCS-2", alone=70, joined=67, units=_utf16_units)


def capacity(encoding: Encoding, segments: int) -> int:
    """Return how many units a text of so many segments holds at most: 160, then 153 each, or 70, then 67 each."""
    coding = _GSM7 if encoding == "GSM-7" else _UCS2
    return coding.alone if segments <= 1 else segments * coding.joined


def measure(text: str) -> Measure:
    """Return encoding, units and segments of a text."""
    coding, units = _counted(text)
    if units <= coding.alone:
        return Measure(coding.encoding, units, min(units, 1), coding.alone - units)
    if units == len(text):
        # Every character takes one unit, so that no pair can be in the way of a cut.
        segments = -(-units // coding.joined)
        return Measure(coding.encoding, units, segments, segments * coding.joined - units)
    parts = _cut(text, coding)
    return Measure(coding.encoding, units, len(parts), coding.joined - coding.units(parts[-1]))


def split(text: str) -> tuple[str, ...]:
    """Return the text of each part; joined they are the text. An empty text has none."""
    coding = _coding(text)
    if coding.units(text) <= coding.alone:
        return (text,) if text else ()
    return tuple(_cut(text, coding))


def forcing(text: str) -> tuple[tuple[int, str], ...]:
    """Return position and character of everything that forces the text out of GSM-7; empty where nothing does."""
    return gsm7.outside(text)


def _counted(text: str) -> tuple[_Coding, int]:
    try:
        octets = text.encode("latin-1")
    except UnicodeEncodeError:
        coding = _coding(text)
        return coding, coding.units(text)
    septets = gsm7.septets_of_latin(octets)
    return (_UCS2, len(text)) if septets is None else (_GSM7, septets)


def _coding(text: str) -> _Coding:
    return _GSM7 if gsm7.holds(text) else _UCS2


def _cut(text: str, coding: _Coding) -> list[str]:
    """Fill one joined part after another, giving back whole characters where a part holds too many units."""
    parts: list[str] = []
    start = 0
    while start < len(text):
        part = text[start : start + coding.joined]
        surplus = coding.units(part) - coding.joined
        while surplus > 0:
            surplus -= coding.units(part[-1])
            part = part[:-1]
        parts.append(part)
        start += len(part)
    return parts
