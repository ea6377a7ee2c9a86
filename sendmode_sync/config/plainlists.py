"""Customers of a YAML file that are written plainly, taken out of its text before a parser has to walk through them.

Plain is what can be read in one way only: an item of the outermost ``customers:``, indented by two, each line of it one key
with a text that no sign of YAML's stands in. Every other item stays in the text, and where such an item is not whole
by itself nothing is taken out. The lines that are taken out are left empty, so that all others keep their numbers.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator
from typing import NamedTuple

from sendmode_sync.config import characters
from sendmode_sync.config.document import Document, Node
from sendmode_sync.config.pages import unusual
from sendmode_sync.config.reader import read
from sendmode_sync.config.remembered_files import RememberedFile
from sendmode_sync.errors import Place
from sendmode_sync.model.desired import FIELDS, Values

_HEAD = re.compile(r"^customers:\n", re.MULTILINE)
_NEXT_KEY = re.compile(r"^[^ \n#]", re.MULTILINE)
_ITEM = "\n  - "
_LINE = (
    r"(?:groups: \[[A-Za-z0-9_-]+(?:, [A-Za-z0-9_-]+)*\]"
    r"|[a-z0-9]+: [A-Za-z0-9+(\u00c0-\u024f](?:[^\n:#\t]*[^\n:#\t ])?)\n"
)
_PLAIN = re.compile(rf"  - {_LINE}(?:    {_LINE})*")
_LONGEST = 16 * 1024
_INDENT = 4
_WINDOW = 1 << 20
_LIVE = b"live_"
_SEPARATOR = "\x1f"


class Item(NamedTuple):
    """One customer: number and groups as written, and the ten fields, each stripped."""

    mobilenumber: str
    groups: tuple[str, ...]
    values: Values


class PlainList:
    """The customers that were taken out of one file, in its order.

    ``again`` returns the very text that they were taken out of, for who needs their places or, once ``let_go``, their fields.
    """

    def __init__(self, path: str, again: Callable[[], str], known: RememberedFile | None = None) -> None:
        """Begin empty, or with what is remembered of the file."""
        self.path = path
        self.known = known
        self.lines, self.starts = (array("I"), array("I")) if known is None else (known.lines, known.starts)
        self._again = again
        self._texts: list[str] | None = [] if known is None else None
        self._whole = ""

    def add(self, line: int, start: int, row: dict[str, str]) -> None:
        """Add an item that begins on a line, and at an offset of the text."""
        self.lines.append(line)
        self.starts.append(start)
        if self._texts is not None:
            self._texts.append(_joined(row))

    def let_go(self) -> None:
        """Keep the fields no longer in memory."""
        self._texts, self._whole = None, ""

    def items(self) -> Iterator[Item]:
        """Yield every item."""
        known: dict[str, tuple[str, ...]] = {}
        for text in self._read() if self._texts is None else self._texts:
            number, groups, *values = text.split(_SEPARATOR)
            names = known.get(groups)
            if names is None:
                names = known[groups] = tuple(groups.split(", "))
            yield Item(number, names, tuple(values))

    def _read(self) -> Iterator[str]:
        text = self._again()
        return (_joined(dict(_pairs(text, start))) for start in self.starts)

    def place(self, at: int) -> Place:
        """Return where an item begins."""
        return Place(self.path, self.lines[at], _INDENT + 1)

    def values(self, rows: list[int]) -> Iterator[Values]:
        """Yield the ten fields of some items."""
        if self._texts is not None:
            yield from (tuple(self._texts[at].split(_SEPARATOR)[2:]) for at in rows)
            return
        text = self._again()
        for at in rows:
            row = dict(_pairs(text, self.starts[at]))
            yield tuple([row.get(name, "").strip() for name in FIELDS])

    def place_of(self, at: int, name: str, group: int) -> Place:
        """Return where the value of a key of an item stands, or one of its groups."""
        self._whole = self._whole or self._again()  # many may be wrong
        pairs = _pairs(self._whole, self.starts[at])
        column = _INDENT + len(name) + len(": ") + 1
        if name == "groups":
            names = dict(pairs)[name][1:-1].split(", ")
            column += 1 + sum(len(each) + len(", ") for each in names[:group])
        return Place(self.path, self.lines[at] + [key for key, _ in pairs].index(name), column)


def _joined(row: dict[str, str]) -> str:
    get = row.get
    fields = [get(name, "").strip() for name in FIELDS]
    return _SEPARATOR.join((row["mobilenumber"], row["groups"][1:-1], *fields))


class Thinned(NamedTuple):
    """A document without the customers that were written plainly, and those."""

    document: Document
    plain: PlainList | None = None


def read_thinned(path: str, text: str, accepts: Callable[[Node], bool], again: Callable[[], str]) -> Thinned:
    """Read a YAML file. ``accepts`` says whether the schema has anything against a customer."""
    head = _HEAD.search(text)
    if head is None or _is_delicate(text):
        return Thinned(read(path, text))
    plain = PlainList(path, again)
    thin, left = _thin(text, head.end(), plain, accepts)
    if not plain.lines or not all(map(_is_whole, left)):
        return Thinned(read(path, text))
    document = read(path, thin)
    return Thinned(document, plain) if _is_as_expected(document, text, head, left) else Thinned(read(path, text))


def _is_delicate(text: str) -> bool:
    """Say whether the file as a whole has to be looked at: for what cannot be seen, or may be an API key."""
    for start in range(0, len(text), _WINDOW):
        piece = text[start : start + _WINDOW + len(_LIVE)].encode()
        odd = unusual(piece)
        if _LIVE in piece.lower() or characters.CONTROL.search(odd) or any(characters.unseen(odd)):
            return True
    return False


def _thin(text: str, start: int, plain: PlainList, accepts: Callable[[Node], bool]) -> tuple[str, list[str]]:
    """Return the text with the lines of plain items emptied, and the other items."""
    behind = _NEXT_KEY.search(text, start)
    end = len(text) if behind is None else behind.start()
    at = text.find(_ITEM, start - 1, end) + 1
    if not at:
        return text, []
    line = text.count("\n", 0, at) + 1
    pieces, left = [text[:at]], []
    while at < end:
        stop = text.find(_ITEM, at, end) + 1 or end
        row = _row(text, at, stop)
        lines = text.count("\n", at, stop)
        if row is not None and accepts({**row, "groups": [*row.get("groups", "")[1:-1].split(", ")]}):
            plain.add(line, at, row)
            pieces.append("\n" * lines)
        else:
            left.append(text[at:stop])
            pieces.append(left[-1])
        at, line = stop, line + lines
    pieces.append(text[end:])
    return "".join(pieces), left


def _row(text: str, start: int, stop: int) -> dict[str, str] | None:
    if stop - start > _LONGEST or _PLAIN.fullmatch(text, start, stop) is None:
        return None
    pairs = [line.split(": ", 1) for line in text[start + _INDENT : stop - 1].split("\n    ")]
    row = dict(pairs)
    return row if len(row) == len(pairs) and row.get("groups", "").startswith("[") else None


def _pairs(text: str, start: int) -> list[list[str]]:
    """Return the keys and texts of a plain item that begins at an offset."""
    found = _PLAIN.match(text, start)
    return [] if found is None else [line.split(": ", 1) for line in found.group()[_INDENT:-1].split("\n    ")]


def _is_whole(item: str) -> bool:
    """Say whether an item is one by itself, so that it cannot reach beyond its last line."""
    document = read("", f"customers:\n{item}")
    found = document.data.get("customers")
    return not document.problems and isinstance(found, list) and len(found) == 1


def _is_as_expected(document: Document, text: str, head: re.Match[str], left: list[str]) -> bool:
    """Say whether the parser, too, saw the list where it was found, with the items that were left and no other."""
    found = document.data.get("customers")
    line = text.count("\n", 0, head.start()) + 1
    items = found if isinstance(found, list) else []
    return (
        not document.problems
        and found is not None
        and (bool(left) or found == "")
        and len(items) == len(left)
        and document.place(("customers",), key=True) == Place(document.path, line)
    )
