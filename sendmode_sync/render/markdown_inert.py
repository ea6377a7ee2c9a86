"""Data in Markdown that can make nothing: no link, mention, reference, emoji, image, HTML or column; it lays out nothing.

A backslash does not keep a forge from linking ``@name``, ``#12`` or an address: it looks for them in the finished page,
everywhere but in code. So data stands in code, and a sentence stands as words only where nothing in it could be meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sendmode_sync.render.view import page, printable

_RUN = re.compile(r"`+")
_WORDS = re.compile(r"[\w ,.;:()\[\]'\"%+*=?/{}|…-]+")
_MEANT = re.compile(
    r"//"  # an address, https or not
    r"|(?i:www\.)"
    r"|:[\w+-]+:"  # an emoji
    r"|(?i:\bgh-\d)"  # an issue
    r"|\b(?!GSM-7\b|UCS-2\b)[A-Z][A-Z0-9]*-\d"  # an issue of another tracker
    r"|(?i:\b(?=[a-f]*\d)[0-9a-f]{7,}\b)"  # a commit
)
_MARKUP = re.compile(r"[*|\[\]]|(?<!\w)_|_(?!\w)")
_OPENING = re.compile(r"^(\d+(?=[.)])|(?=[+=-]))")


def code(text: str) -> str:
    """Return data as a span of code, whatever backticks it holds."""
    shown = page([printable(text)])
    ticks = _fence(shown, 1)
    pad = " " if not shown or shown != shown.strip(" `") else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def cell(text: str) -> str:
    r"""Return data as a span of code for a cell of a table; a bar, which would end the cell, is written ``\x7c``."""
    return code(text.replace("|", "\\x7c"))


def block(lines: Iterable[str], language: str = "text") -> tuple[str, str, list[str]]:
    """Return the fences of a block of code and its lines; a line that is data may hold line breaks."""
    shown = [page(printable(line, keep="\n").split("\n")) for line in lines]
    ticks = _fence("\n".join(shown), 3)
    return f"{ticks}{language}", ticks, shown


def prose(text: str) -> str:
    """Return a sentence with data in it as words where no part of it could be meant, else as code."""
    shown = text.strip(" ")
    if not _WORDS.fullmatch(shown) or _MEANT.search(shown):
        return code(text)
    return _OPENING.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", shown))


def _fence(text: str, least: int) -> str:
    return "`" * max([least, *(len(run) + 1 for run in _RUN.findall(text))])
