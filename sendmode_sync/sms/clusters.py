"""Where a boundary between two parts cuts what readers see as one character; it counts nothing and changes nothing.

Phones join the parts again, but some show a cut emoji broken. The rules are those of Unicode Standard Annex 29 that
matter once a text is NFC: marks, joiners, variation selectors, skin tones, tags and flags. Hangul jamo (which NFC
composes) and Indic conjuncts are left out; a library for the whole annex would weigh more than all of this package's
other text rules together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import accumulate

_JOINER = "\u200d"
_LATE = re.compile("[^\0-\u02ff]")  # the first of all marks, joiners, tags and flags is U+0300
_MARKS = frozenset({"Mn", "Mc", "Me"})


def possible(text: str) -> bool:
    """Say whether any character of a text can be a part of a cluster: plain and accented letters alone cannot."""
    return _LATE.search(text) is not None


def cut_by(parts: Iterable[str]) -> tuple[str, ...]:
    """Return each cluster that a boundary between two successive parts cuts, as ``segments.split`` makes them."""
    pieces = tuple(parts)
    text = "".join(pieces)
    borders = accumulate(map(len, pieces[:-1]))
    return tuple(_cluster_around(text, at) for at in borders if _inside(text, at))


def _inside(text: str, at: int) -> bool:
    """Say whether a position (0 < at < len) lies within a cluster."""
    char = text[at]
    if _extends(char):
        return not text[at - 1].isspace() or char == _JOINER
    if text[at - 1] == _JOINER:
        return _pictographic(char)
    return _regional(char) and _flags_before(text, at) % 2 == 1


def _extends(char: str) -> bool:
    """Say whether a character belongs to the one before it."""
    return (
        char == _JOINER
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= char <= "\U000e007f"  # tags, as in the flag of Scotland
        or unicodedata.category(char) in _MARKS  # also variation selectors and the key cap
    )


def _pictographic(char: str) -> bool:
    return unicodedata.category(char) == "So"


def _regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flags_before(text: str, at: int) -> int:
    """Return how many regional indicators stand in a row right before a position."""
    start = at
    while start and _regional(text[start - 1]):
        start -= 1
    return at - start


def _cluster_around(text: str, at: int) -> str:
    start, end = at, at + 1
    while start and _inside(text, start):
        start -= 1
    while end < len(text) and _inside(text, end):
        end += 1
    return text[start:end]
