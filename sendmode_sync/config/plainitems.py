"""One customer of a YAML file that is written plainly, as bytes: it can be read in one way only, and needs no parser.

Plain is an item indented by two, each line of it one key with a text that no sign of YAML's stands in.
"""

from __future__ import annotations

import re
from typing import NamedTuple

BEGIN = b"  - "
"""What an item begins with, at the start of a line."""

INDENT = 4
_AT_LINE = b"\n" + BEGIN
_NOTHING = re.compile(rb"(?: *(?:#[^\n]*)?\n)*")
_NEXT_KEY = re.compile(rb"^[^ \n#]", re.MULTILINE)
_LETTER = rb"[A-Za-z0-9+(]|\xc3[\x80-\xbf]|[\xc4-\xc8][\x80-\xbf]|\xc9[\x80-\x8f]"  # the others are U+00C0 to U+024F
_LINE = (
    rb"(?:groups: \[[A-Za-z0-9_-]+(?:, [A-Za-z0-9_-]+)*\]"
    rb"|[a-z0-9]+: (?:" + _LETTER + rb")(?:[^\n:#\t]*[^\n:#\t ])?)\n"
)
_PLAIN = re.compile(rb"  - " + _LINE + rb"(?:    " + _LINE + rb")*")
_LONGEST = 16 * 1024


class Spot(NamedTuple):
    """Where the value of a key stands: lines below the first of its item, and its column, from 1."""

    line: int
    column: int


def next_item(data: bytes, start: int) -> int:
    """Return where the next item may begin, or the data ends; what stands before it need not be one item."""
    return data.find(_AT_LINE, start) + 1 or len(data)


def ends(data: bytes, at: int) -> bool:
    """Say whether an item whose lines end before a byte is whole there."""
    return data.startswith(BEGIN, at) or data[at : at + 1] not in {b" ", b"\n", b"#"}


def begins(data: bytes, start: int) -> int:
    """Return where the first item begins behind the line of ``customers:``; -1 where there is none, or more than comments between."""
    at = data.find(_AT_LINE, start - 1) + 1
    return at if at and _NOTHING.fullmatch(data, start, at) else -1


def read_item(data: bytes, start: int) -> tuple[dict[str, str] | None, int]:
    """Read the item that begins at a byte, None where it is not plain; return also where it ends.

    That is at the next item, the next outermost key, or the end.
    """
    stop = next_item(data, start)
    row = _read(data, start, stop)
    if row is None and (behind := _NEXT_KEY.search(data, start, stop)):
        stop = behind.start()
        row = _read(data, start, stop)
    return row, stop


def names(row: dict[str, str]) -> tuple[str, ...]:
    """Return the groups of an item."""
    return tuple(row["groups"][1:-1].split(", "))


def again(data: bytes, start: int) -> dict[str, str]:
    """Read an item that is known to be plain once more."""
    return dict(_pairs(_found(data, start)))


def spot(data: bytes, start: int, name: str, group: int) -> Spot:
    """Return where the value of a key of a plain item stands, or one of its groups."""
    row = again(data, start)
    column = INDENT + len(name) + len(": ") + 1
    if name == "groups":
        column += 1 + sum(len(each) + len(", ") for each in names(row)[:group])
    return Spot(list(row).index(name), column)


def _read(data: bytes, start: int, stop: int) -> dict[str, str] | None:
    if stop - start > _LONGEST or _PLAIN.fullmatch(data, start, stop) is None:
        return None
    pairs = _pairs(data[start:stop])
    row = dict(pairs)
    return row if len(row) == len(pairs) and row.get("groups", "").startswith("[") else None


def _found(data: bytes, start: int) -> bytes:
    found = _PLAIN.match(data, start)
    return b"" if found is None else found.group()


def _pairs(item: bytes) -> list[list[str]]:
    return [line.split(": ", 1) for line in item[INDENT:-1].decode().split("\n    ")]
