"""One customer of a YAML file that is written plainly: it can be read in one way only, and needs no parser.

Plain is an item in lines of one key each, or in braces on one line. Its texts stand in quotes that nothing is escaped in, or
hold no sign of YAML's; its groups stand in brackets, or each on a line. Whole lines of comment may stand between.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

MARKER = 2
"""Characters of the sign that an item begins with."""

_LONGEST = 16 * 1024
_INDENT = re.compile(rb"(?: *(?:#[^\n]*)?\n)*( {0,8})- ")

_NAME = r"(?:[A-Za-z0-9_][A-Za-z0-9_-]*)"
_GROUP = rf"(?:{_NAME}|\"{_NAME}\"|'{_NAME}')"
_GROUPS = rf"\[ ?{_GROUP}(?:, ?{_GROUP})* ?\]"
_LETTER = r"[A-Za-z0-9+(\u00c0-\u024f]"
_QUOTED = r"\"[^\"\\\n\t]*\"|'(?:[^'\n\t]|'')*'"
_LINE = (
    rf"(?:[a-z0-9]+: (?:{_LETTER}(?:[^\n:#\t]*[^\n:#\t ])?|{_QUOTED})"
    rf"|groups: {_GROUPS}|groups:(?:\n<in>- {_GROUP})+|groups:(?:\n<in>  - {_GROUP})+)\n"
)
_SIMPLE = rf"(?:groups: \[{_NAME}(?:, {_NAME})*\]|[a-z0-9]+: {_LETTER}(?:[^\n:#\t]*[^\n:#\t ])?)\n"
_BETWEEN = r"(?: *(?:#[^\n]*)?\n)*"
_LINES = rf"{_LINE}{_BETWEEN}(?:<in>{_LINE}{_BETWEEN})*"
_KEY = r"(?:[a-z0-9]+|\"[a-z0-9]+\")"
_ENTRY = rf"(?:{_KEY}: (?:{_LETTER}(?:[^][{{}},\n:#\t]*[^][{{}},\n:#\t ])?|{_QUOTED})|(?:groups|\"groups\"): {_GROUPS})"
_BRACES = rf"{{ ?{_ENTRY}(?:, ?{_ENTRY})* ?}}\n{_BETWEEN}"

# What stands where in an item that is known to be plain: key, and its value as written; groups below a key are another.
_VALUE = rf"{_QUOTED}|\[[^\]]*\]"
_IN_LINES = re.compile(r"^ *(?:- )?([a-z0-9]+):(?: (.*)|((?:\n *- .*)+))$", re.MULTILINE)
_IN_BRACES = re.compile(rf"[{{,] ?\"?([a-z0-9]+)\"?: ({_VALUE}|[^,}}]*[^,}} ])()")
_IN_GROUPS = re.compile(rf"(?:[\[,] ?|- )((?:[\"'])?({_NAME}))")


class Item(NamedTuple):
    """One customer as written: the text of each key but ``groups``, and those."""

    texts: dict[str, str]
    groups: tuple[str, ...]


class Spot(NamedTuple):
    """Where the value of a key stands: lines below the first of its item, and its column, from 1."""

    line: int
    column: int


class Layout:
    """How a list is indented; its items begin with ``begin`` at the start of a line."""

    def __init__(self, indent: int) -> None:
        """Prepare for a list that is indented by so many spaces."""
        self.indent = indent
        self.begin = b" " * indent + b"- "
        self._at_line = b"\n" + self.begin
        self._next_key = re.compile(rb"^(?!- )[^ \n#]" if indent == 0 else rb"^[^ \n#]", re.MULTILINE)
        inner = " " * (indent + MARKER)
        self._plain = re.compile(rf" {{{indent}}}- (?:{_LINES}|{_BRACES})".replace("<in>", inner))
        self._simple = re.compile(rf" {{{indent}}}- {_SIMPLE}(?:{inner}{_SIMPLE})*")
        self._apart = f"\n{inner}"

    def next_item(self, data: bytes, start: int) -> int:
        """Return where the next item may begin, or the data ends; what stands before it need not be one item."""
        return data.find(self._at_line, start) + 1 or len(data)

    def ends(self, data: bytes, at: int) -> bool:
        """Say whether an item whose lines end before a byte is whole there."""
        return data.startswith(self.begin, at) or data[at : at + 1] not in {b" ", b"\n", b"#"}

    def read_item(self, data: bytes, start: int) -> tuple[Item | None, int]:
        """Read the item that begins at a byte, None where it is not plain; return also where it ends.

        That is at the next item, the next outermost key, or the end.
        """
        stop = self.next_item(data, start)
        item = self._read(data, start, stop)
        if item is None and (behind := self._next_key.search(data, start, stop)):
            stop = behind.start()
            item = self._read(data, start, stop)
        return item, stop

    def text(self, data: bytes, start: int) -> str:
        """Return the text of an item that is known to be plain."""
        found = self._plain.match(data[start : start + _LONGEST].decode(errors="ignore"))
        return "" if found is None else found.group()

    def _read(self, data: bytes, start: int, stop: int) -> Item | None:
        if stop - start > _LONGEST:
            return None
        try:
            text = data[start:stop].decode()
        except UnicodeDecodeError:  # who decodes the whole file says where
            return None
        if self._simple.fullmatch(text):  # so most are written, and so they are read in half the time
            found = [line.split(": ", 1) for line in text[self.indent + MARKER : -1].split(self._apart)]
            return _made(dict(found), len(found))
        return None if self._plain.fullmatch(text) is None else _item(text)


def begins(data: bytes, start: int) -> tuple[Layout, int] | None:
    """Return how the list behind the line of ``customers:`` is laid out, and where its first item begins; None if nowhere."""
    found = _INDENT.match(data, start)
    return None if found is None else (layout(len(found[1])), found.start(1))


@cache
def layout(indent: int) -> Layout:
    """Return what is made once for each indent."""
    return Layout(indent)


def again(data: bytes, start: int) -> Item:
    """Read an item that is known to be plain once more."""
    item = _item(_layout_at(data, start).text(data, start))
    return Item({}, ()) if item is None else item


def spot(data: bytes, start: int, name: str, group: int) -> Spot:
    """Return where the value of a key of a plain item stands, or one of its groups."""
    text = _layout_at(data, start).text(data, start)
    pattern, part = _way(text)
    found = next(each for each in pattern.finditer(part) if each[1] == name)
    begin, end = found.span(2 if found[2] else 3)
    if name == "groups":
        begin = [each.start(1) for each in _IN_GROUPS.finditer(text, begin, end)][group]
    return Spot(text.count("\n", 0, begin), begin - text.rfind("\n", 0, begin))


def _layout_at(data: bytes, start: int) -> Layout:
    return layout(data.index(b"-", start) - start)


def _way(text: str) -> tuple[re.Pattern[str], str]:
    """Return what finds the keys of an item, and in which part of it."""
    if text.startswith("- {", text.index("-")):
        return _IN_BRACES, text[: text.index("\n")]  # behind them are only comments, in which braces may stand as well
    return _IN_LINES, text


def _item(text: str) -> Item | None:
    """Return an item that is known to be plain; None where a key stands twice, or groups are no list of groups."""
    pattern, text = _way(text)
    found = pattern.findall(text)
    made = _made({key: value or below for key, value, below in found}, len(found))
    if made is None or not ('"' in text or ": '" in text):
        return made
    return Item({key: _unquoted(value) for key, value in made.texts.items()}, made.groups)


def _made(texts: dict[str, str], count: int) -> Item | None:
    groups = texts.pop("groups", "")
    return Item(texts, names(groups)) if len(texts) + 1 == count and groups.startswith(("[", "\n")) else None


def _unquoted(value: str) -> str:
    match value[0]:
        case '"':
            return value[1:-1]
        case "'":
            return value[1:-1].replace("''", "'")
        case _:
            return value


@lru_cache(maxsize=1024)
def names(groups: str) -> tuple[str, ...]:
    """Return the groups that stand in a list of them."""
    return tuple(name for _, name in _IN_GROUPS.findall(groups))
