"""The GSM 7-bit default alphabet as data; it refuses national shift tables, which no account is known to use.

Source: 3GPP TS 23.038, section 6.2.1 (default alphabet) and 6.2.1.1 (extension table).
"""

from __future__ import annotations

import re
from typing import Final

_DEFAULT_TABLE = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
"""The 128 positions in order. 0x09 is the capital Ç, which several old tables print as ç; 0x1B is the escape."""

BASIC: Final = frozenset(_DEFAULT_TABLE) - {"\x1b"}
"""The 127 characters of one septet. The escape is no character: a text that holds it is outside the alphabet."""

EXTENSION: Final = frozenset("\f^{}\\[~]|€")
"""The ten characters of two septets: an escape and a code, which no part boundary may separate."""

_OUTSIDE = re.compile(f"[^{re.escape(''.join(sorted(BASIC | EXTENSION)))}]")
_EXTENDED = tuple(sorted(EXTENSION))
_BASIC_OCTETS = "".join(sorted(BASIC)).encode("latin-1", "ignore")
_EXTENDED_OCTETS = "".join(_EXTENDED).encode("latin-1", "ignore")


def holds(text: str) -> bool:
    """Say whether GSM-7 can write every character of the text."""
    return _OUTSIDE.search(text) is None


def septets(text: str) -> int | None:
    """Return how many septets the text takes, without any header; None where a character is outside GSM-7."""
    return count(text) if holds(text) else None


def septets_of_latin(octets: bytes) -> int | None:
    """Return ``septets`` of a text that is given in Latin-1, as nearly every text can be, in a quarter of the time."""
    others = octets.translate(None, _BASIC_OCTETS)
    if others and others.translate(None, _EXTENDED_OCTETS):
        return None
    return len(octets) + len(others)


def count(text: str) -> int:
    """Return how many septets a text takes that GSM-7 is known to hold."""
    return len(text) + sum(map(text.count, _EXTENDED))


def outside(text: str) -> tuple[tuple[int, str], ...]:
    """Return position and character of everything that GSM-7 cannot write, in order."""
    return tuple((found.start(), found.group()) for found in _OUTSIDE.finditer(text))
