"""Customers of a YAML file that are written plainly, taken out of it before a parser has to walk through them.

Every other item stays in the file, and where such an item is not whole by itself nothing is taken out. The lines that are
taken out are left empty, so that all others keep their numbers. Customers that are remembered are not even read.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from sendmode_sync.config import characters, plainitems
from sendmode_sync.config.dates import bad_date
from sendmode_sync.config.decoding import is_tidy
from sendmode_sync.config.document import Document
from sendmode_sync.config.marks import Stretch, Trail
from sendmode_sync.config.pages import unusual
from sendmode_sync.config.plainitems import Item, Layout
from sendmode_sync.config.plainlists import Parcel, PlainList
from sendmode_sync.config.reader import read
from sendmode_sync.config.remembered_files import RememberedFile
from sendmode_sync.config.rows import RowCheck, TextRows
from sendmode_sync.errors import Place

_HEAD = re.compile(rb"^customers: *(?:(?<= )#[^\n]*)?\n", re.MULTILINE)
_LIVE = b"live_"
_WINDOW = 1 << 20
_MARKED = 1024


class Thinned(NamedTuple):
    """A document without the customers that were written plainly, and those."""

    document: Document
    plain: PlainList | None = None


def thin(data: bytes, check: RowCheck, plain: PlainList) -> Thinned | None:
    """Read a YAML file into a document and ``plain``; None where it has to be read by the parser alone, or decoded first.

    ``check`` is what the schema wants of a customer. What ``plain`` knows is believed, not looked at.
    """
    head = _HEAD.search(data)
    found = None if head is None else plainitems.begins(data, head.end())
    if head is None or found is None:
        return None
    layout, at = found
    plain.indent = layout.indent
    walk = _Walk(data, at, layout, TextRows(check, "groups"), plain)
    walk.run()
    if not plain.lines or not all(map(_is_sound, walk.unknown())):
        return None
    left = len(walk.left)
    if left and not _are_whole(b"".join(walk.left).decode(), left):
        return None
    document = read(plain.path, walk.text())
    line = data.count(b"\n", 0, head.start()) + 1
    return Thinned(document, plain) if _is_as_expected(document, line, left) else None


class _Back(NamedTuple):
    """The last items of a list as they were walked through by somebody who could not know whether an item begins there.

    ``pieces`` is the text from there on without what was taken out of it, ``left`` the items that were left in it.
    """

    people: Parcel
    pieces: list[bytes]
    left: list[bytes]


class _Walk:
    """Where we are in the bytes and lines of a list that begins at a byte, and what there was so far."""

    def __init__(self, data: bytes, at: int, layout: Layout, rows: TextRows, plain: PlainList) -> None:
        self.data = data
        self.at = self.begin = at
        self.line = data.count(b"\n", 0, at) + 1
        self.left: list[bytes] = []
        self._layout = layout
        self._rows = rows
        self._plain = plain
        self._pieces = [data[:at]]
        self._emptied = 0
        self._spans = [(0, at)]
        self._marked: list[bytes] = []
        self._gaps = [] if plain.known is None else plain.known.gaps()
        self._dates: set[str] = set()

    def run(self) -> None:
        """Go through the list to its end."""
        data, known, size = self.data, self._plain.known, len(self.data)
        if known is not None:
            self._follow(known)
        else:
            middle = self._layout.next_item(data, self.at + (size - self.at) // 2)
            with self._plain.ahead(partial(self._walk_back, middle), size - self.at) as walked:
                self._take_to(middle)
                if self.at == middle and (back := walked()) is not None:
                    self._join(back)
                    return
        self._end()

    def _end(self) -> None:
        """Go through what is left of the list."""
        self._take_to(len(self.data))
        self._mark()
        self._keep(self.data[self.at :])
        self._unknown(len(self.data))

    def _take_to(self, stop: int) -> None:
        """Take the items that begin in front of a byte."""
        while self.at < stop and self._is_item():
            self._take()

    def _is_item(self) -> bool:
        return self.data.startswith(self._layout.begin, self.at)

    def _walk_back(self, middle: int) -> _Back | None:
        """Walk from a byte on, as if an item began there; None where somebody has to look more closely."""
        walk = _Walk(self.data, middle, self._layout, self._rows, self._plain.fresh())
        walk._pieces, walk._spans = [], [(middle, middle)]
        walk._end()
        return _Back(walk._plain.parcel(), walk._pieces, walk.left) if all(map(_is_sound, walk.unknown())) else None

    def _join(self, back: _Back) -> None:
        """Take what was walked through from here to the end, of which all that is not known is sound."""
        self._mark()
        self._plain.join(back.people)
        self._pieces += [b"\n" * self._emptied, *back.pieces]
        self.left += back.left

    def _follow(self, known: RememberedFile) -> None:
        """Go along what is remembered, to the end."""
        trail = self._trail(known)
        while self._is_item():
            stretch = trail.follow(self.at)
            if stretch.rows:
                self._go_along(known, trail, stretch)
            else:
                self._take()

    def _go_along(self, known: RememberedFile, trail: Trail, stretch: Stretch) -> None:
        """Recall what is remembered of a stretch and take what is not, up to where it is not what it seemed to be."""
        for rows, start, stop, expected, _ in stretch.parts():
            if rows:
                self._recall(known, rows, stop)
            elif start < stop:
                if self._is_item():
                    self._take()
                if self.at != stop:
                    trail.next = expected
                    return

    def text(self) -> str:
        """Return the text without what was taken out of it."""
        return b"".join(self._pieces).decode()

    def unknown(self) -> Iterator[bytes]:
        """Yield, by pieces of whole lines, what nothing is known of."""
        for start, stop in self._spans:
            at = start
            while at < stop:
                end = stop if stop - at <= _WINDOW else self.data.rfind(b"\n", at, at + _WINDOW) + 1 or stop
                yield self.data[at:end]
                at = end

    def _trail(self, known: RememberedFile) -> Trail:
        data, layout = self.data, self._layout
        return Trail(known.marks, data, lambda at: layout.next_item(data, at), lambda at: layout.ends(data, at))

    def _recall(self, known: RememberedFile, rows: range, stop: int) -> None:
        """Recall rows that end at a byte; what stood between any of them once is not there now."""
        first = rows.start
        gaps = slice(bisect_left(self._gaps, (first + 1, 0)), bisect_left(self._gaps, (rows.stop, 0)))
        for row, end in self._gaps[gaps]:
            self._recall_next(known, range(first, row), self.at + end - known.starts[first])
            first = row
        self._recall_next(known, range(first, rows.stop), stop)

    def _recall_next(self, known: RememberedFile, rows: range, stop: int) -> None:
        self._plain.recall(known, rows, self.line, self.at)
        self._empty(self._lines_of(known, rows, stop))
        self.at = stop

    def _lines_of(self, known: RememberedFile, rows: range, stop: int) -> int:
        """Count the lines of remembered rows; where the next stood directly behind them it says where it began."""
        behind = rows.stop
        if behind < len(known.lines) and stop - self.at == known.starts[behind] - known.starts[rows.start]:
            return known.lines[behind] - known.lines[rows.start]
        return self._lines_to(stop)

    def _lines_to(self, stop: int) -> int:
        return self.data.count(b"\n", self.at, stop)

    def _take(self) -> None:
        item, stop = self._layout.read_item(self.data, self.at)
        if item is not None and self._rows.accepts(item.texts, item.groups) and self._is_dated(item):
            self._plain.add(self.line, self.at, item)
            if self._plain.marking is not None:
                self._marked.append(self.data[self.at : stop])
                if len(self._marked) == _MARKED:
                    self._mark()
            self._unknown(stop)
            self._empty(self._lines_to(stop))
        else:
            self._mark()  # no page reaches over what stays in the text
            self.left.append(self.data[self.at : stop])
            self._keep(self.left[-1])
            self.line += self._lines_to(stop)
            self._unknown(stop)
        self.at = stop

    def _is_dated(self, item: Item) -> bool:
        """Say whether the date of birth is one; else the parser tells where it stands."""
        born = item.texts.get("dateofbirth", "").strip()
        if born and born not in self._dates:
            if bad_date(born):
                return False
            self._dates.add(born)
        return True

    def _empty(self, lines: int) -> None:
        self._emptied += lines
        self.line += lines

    def _keep(self, piece: bytes) -> None:
        self._pieces += [b"\n" * self._emptied, piece]
        self._emptied = 0

    def _unknown(self, stop: int) -> None:
        start, end = self._spans[-1]
        if end == self.at:
            self._spans[-1] = (start, stop)
        else:
            self._spans.append((self.at, stop))

    def _mark(self) -> None:
        if self._plain.marking is not None:
            self._plain.marking.add(self._marked)
        self._marked = []


def _is_sound(piece: bytes) -> bool:
    """Say whether text is as ``decoding`` leaves it, and nothing in it may be an API key or cannot be seen."""
    odd = unusual(piece)
    return (
        is_tidy(piece, odd)
        and _LIVE not in piece.lower()
        and not characters.CONTROL.search(odd)
        and not any(characters.unseen(odd))
    )


def _are_whole(items: str, count: int) -> bool:
    """Say whether so many items are as many by themselves, so that none of them can reach beyond its last line."""
    document = read("", f"customers:\n{items}")
    found = document.data.get("customers")
    return not document.problems and isinstance(found, list) and len(found) == count


def _is_as_expected(document: Document, line: int, left: int) -> bool:
    """Say whether the parser, too, saw the list on the line where it was found, with the items that were left and no other.

    No list of this form stands in braces, where an outermost mapping begins before its first key.
    """
    found = document.data.get("customers")
    items = found if isinstance(found, list) else []
    return (
        not document.problems
        and found is not None
        and document.place(()) == document.place((next(iter(document.data)),), key=True)
        and (left > 0 or found == "")
        and len(items) == left
        and document.place(("customers",), key=True) == Place(document.path, line)
    )
