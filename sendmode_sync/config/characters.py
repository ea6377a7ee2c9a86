"""Characters that no file of a project may hold: controls, and what cannot be seen or turns text around.

Joiners inside emoji are the one exception, and only where the caller says that the text is a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
"""Controls but tab and line feed, other line breaks, non-characters, and lone surrogates (which only escapes can bring in)."""

_UNSEEN = (
    "\u00ad\u061c\u180e\u200b-\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0e\ufeff\U000e0000-\U000e0fff"
)
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff"
)
_STRICT = re.compile(f"[{_UNSEEN}\u200d\ufe0f]")
_MESSAGE = re.compile(
    f"[{_UNSEEN}]|(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])|(?<![{_EMOJI}0-9#*])\ufe0f",
)


def unseen(text: str, *, message: bool = False) -> Iterator[re.Match[str]]:
    """Find bidirectional controls, zero-width characters and other characters that cannot be seen.

    With ``message``, a zero-width joiner or a variation selector inside an emoji is no finding.
    """
    return iter(()) if text.isascii() else (_MESSAGE if message else _STRICT).finditer(text)


def located(text: str, offsets: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Return line and column, both from 1, of offsets in ascending order, in one walk over the text."""
    line, start, walked = 1, 0, 0
    for offset in offsets:
        breaks = text.count("\n", walked, offset)
        if breaks:
            line += breaks
            start = text.rindex("\n", walked, offset) + 1
        walked = offset
        yield line, offset - start + 1


def describe(char: str) -> str:
    """Name a refused character by its code point, since it cannot be shown."""
    point = ord(char)
    if 0xD800 <= point <= 0xDFFF:
        kind = "half of a character"
    elif CONTROL.match(char):
        kind = "control character"
    else:
        kind = "invisible character"
    return f"{kind} U+{point:04X}"
