"""Lines of text: marked items, labelled entries, tables, lists cut to examples, and colour that carries no meaning."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeVar

WIDTH = 100
EXAMPLES = 10

Mark = Literal["+", "~", "-", ">", "!", "?", "."]
"""Import, update, opt-out, send, held, unknown, and nothing to be done now."""

_BOLD = "1"
_SGR: Mapping[Mark, str] = MappingProxyType(
    {"+": "32", "~": "33", "-": "35", ">": "36", "!": "31", "?": "1;31", ".": "2"}
)
_LABEL = 10
_GLUED = re.compile(r" (?=\*|p-[a-z2-7]{8}\b)")  # the spaces within a masked number
_GLUE = "\x1f"

T = TypeVar("T")


class Layout(NamedTuple):
    """How a text is to look: lists in full, colour (SGR codes), and the IANA zone of its times."""

    all_items: bool = False
    colour: bool = False
    zone: str = "UTC"


def title(text: str, layout: Layout) -> str:
    """Return a heading."""
    return _painted(text, _BOLD, layout)


def item(mark: Mark, text: str, layout: Layout, indent: int = 2) -> list[str]:
    """Return an item behind its mark, wrapped under itself."""
    lines = wrapped(text, " " * indent + f"{mark} ", " " * (indent + 2))
    return [lines[0].replace(mark, _painted(mark, _SGR[mark], layout), 1), *lines[1:]]


def entry(label: str, text: str, indent: int = 6) -> list[str]:
    """Return a value behind its label, wrapped under itself."""
    return wrapped(text, f"{'':{indent}}{label:<{_LABEL}}", " " * (indent + _LABEL))


def wrapped(text: str, first: str, rest: str = "") -> list[str]:
    """Return a text in lines of at most ``WIDTH`` characters; a longer word and a masked number stay whole."""
    lines = textwrap.wrap(
        _GLUED.sub(_GLUE, text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
    return [line.replace(_GLUE, " ") for line in lines] or [first.rstrip()]


def cut(items: Sequence[T], layout: Layout, indent: int) -> tuple[Sequence[T], list[str]]:
    """Return what of a list is shown, and the line that says how much is not."""
    if layout.all_items or len(items) <= EXAMPLES:
        return items, []
    return items[:EXAMPLES], [" " * indent + more(len(items) - EXAMPLES)]


def more(hidden: int, remedy: str = "--all") -> str:
    """Return ``and 12 more (--all)``."""
    return f"and {hidden:,} more ({remedy})"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int], indent: int = 2) -> list[str]:
    """Return aligned columns; those of ``right`` (from 0) hold figures."""
    cells = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        " " * indent
        + "  ".join(
            cell.rjust(width) if at in right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def sections(*parts: Sequence[str]) -> list[str]:
    """Return groups of lines with an empty line between them, empty groups left out."""
    lines: list[str] = []
    for part in parts:
        if part:
            lines += [""] * bool(lines) + list(part)
    return lines


def _painted(text: str, code: str, layout: Layout) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if layout.colour else text
