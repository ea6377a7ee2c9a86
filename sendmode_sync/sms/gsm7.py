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
_BASIC_ALONE = re.compile(f"[{re.escape(''.join(sorted(BASIC)))}]*")
_EXTENDED = tuple(sorted(EXTENSION))


def holds(text: str) -> bool:
    """Say whether GSM-7 can write every character of the text."""
    return _OUTSIDE.search(text) is None


def is_basic(text: str) -> bool:
    """Say whether every character of the text takes one septet, as in nearly every text that GSM-7 holds."""
    return _BASIC_ALONE.fullmatch(text) is not None


def septets(text: str) -> int | None:
    """Return how many septets the text takes, without any header; None where a character is outside GSM-7."""
    return count(text) if holds(text) else None


def count(text: str) -> int:
    """Return how many septets a text takes that GSM-7 is known to hold."""
    return len(text) + sum(map(text.count, _EXTENDED))


def outside(text: str) -> tuple[tuple[int, str], ...]:
    """Return position and character of everything that GSM-7 cannot write, in order."""
    return tuple((found.start(), found.group()) for found in _OUTSIDE.finditer(text))
