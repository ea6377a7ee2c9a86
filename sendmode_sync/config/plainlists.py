"""The plain customers of one YAML file in columns, each with its line and its first byte; their fields stay in the file."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from sendmode_sync.config import plainitems
from sendmode_sync.config.marks import Marking
from sendmode_sync.config.plainitems import Item
from sendmode_sync.config.remembered_files import RememberedFile
from sendmode_sync.errors import Place
from sendmode_sync.model.desired import FIELDS, Values
from sendmode_sync.model.fingerprint import of_values
from sendmode_sync.model.roll import PRINT, joined


class Run(NamedTuple):
    """Rows that follow each other: the first of them here, how many, and where they begin in what is remembered (-1: not)."""

    first: int
    size: int
    known: int = -1


class Read(NamedTuple):
    """A row that was read: number and groups as written, and the fingerprint of its ten fields, each stripped."""

    mobilenumber: str
    groups: tuple[str, ...]
    print: bytes


class PlainList:
    """The customers that were taken out of one file, in its order; those that are remembered were not read.

    ``again`` returns the very bytes that they were taken out of. With ``keep`` the fields of the others stay in memory.
    With ``marking`` they can be remembered.
    """

    def __init__(
        self,
        path: str,
        again: Callable[[], bytes],
        known: RememberedFile | None = None,
        *,
        keep: bool = False,
        marking: Marking | None = None,
    ) -> None:
        """Begin empty."""
        self.path = path
        self.known = known
        self.marking = marking
        self.indent = 0 if known is None else known.indent
        self.lines, self.starts = array("I"), array("I")
        self._again = again
        self._keep = keep
        self._runs: list[Run] = []
        self._numbers: list[str] = []
        self._groups: list[tuple[str, ...]] = []
        self._prints = bytearray()
        self._texts: dict[int, str] = {}
        self._data = b""

    @classmethod
    def recalled(cls, path: str, known: RememberedFile, again: Callable[[], bytes]) -> PlainList:
        """Return the customers of a file of which every byte is as it was."""
        plain = cls(path, again, known)
        plain.lines, plain.starts = known.lines, known.starts
        plain._runs.append(Run(0, len(known.numbers), 0))
        return plain

    def add(self, line: int, start: int, item: Item) -> None:
        """Add an item that begins on a line, and at a byte."""
        self.lines.append(line)
        self.starts.append(start)
        self._take(item)

    def recall(self, known: RememberedFile, rows: range, line: int, start: int) -> None:
        """Add remembered rows, which begin on a line, and at a byte."""
        self._runs.append(Run(len(self.lines), len(rows), rows.start))
        moved, shift = line - known.lines[rows.start], start - known.starts[rows.start]
        here = slice(rows.start, rows.stop)
        self.lines.extend([each + moved for each in known.lines[here]] if moved else known.lines[here])
        self.starts.extend([each + shift for each in known.starts[here]] if shift else known.starts[here])

    def read_all(self) -> None:
        """Read what is remembered as well: it means something else by now."""
        data = self._again()
        self.known = None
        self._runs, self._numbers, self._groups, self._prints = [], [], [], bytearray()
        self._keep = False
        for start in self.starts:
            self._take(plainitems.again(data, start))

    def runs(self, first: int, stop: int) -> Iterator[Run]:
        """Return the runs of some rows that follow each other."""
        at = first
        for run in self._runs[max(bisect_right(self._runs, first, key=lambda run: run.first) - 1, 0) :]:
            begin, end = max(at, run.first), min(run.first + run.size, stop)
            if begin < end:
                if at < begin:
                    yield Run(at, begin - at)
                yield Run(begin, end - begin, run.known + begin - run.first)
                at = end
        if at < stop:
            yield Run(at, stop - at)

    def rows(self) -> Iterator[Read]:
        """Yield what was read, in the order of the file."""
        for at, (number, groups) in enumerate(zip(self._numbers, self._groups, strict=True)):
            yield Read(number, groups, bytes(self._prints[at * PRINT : (at + 1) * PRINT]))

    def let_go(self, *, fields: bool) -> None:
        """Keep only where each is in memory; with ``fields`` those are let go as well."""
        self.known = self.marking = None
        self._numbers, self._groups, self._prints, self._data = [], [], bytearray(), b""
        self._texts = {} if fields else self._texts

    def place(self, at: int) -> Place:
        """Return where an item begins."""
        return Place(self.path, self.lines[at], self.indent + plainitems.MARKER + 1)

    def texts(self, rows: Sequence[int]) -> Iterator[str]:
        """Yield the ten fields of some items, each as one text."""
        texts = self._texts
        if all(map(texts.__contains__, rows)):
            yield from map(texts.__getitem__, rows)
            return
        data = self._again()
        for at in rows:
            yield joined(_values(plainitems.again(data, self.starts[at])))

    def place_of(self, at: int, name: str, group: int) -> Place:
        """Return where the value of a key of an item stands, or one of its groups."""
        self._data = self._data or self._again()  # many may be wrong
        below, column = plainitems.spot(self._data, self.starts[at], name, group)
        return Place(self.path, self.lines[at] + below, column)

    def _take(self, item: Item) -> None:
        values = _values(item)
        if self._keep:
            self._texts[len(self.lines) - 1] = joined(values)
        self._numbers.append(item.texts["mobilenumber"])
        self._groups.append(item.groups)
        self._prints += of_values(values)


def _values(item: Item) -> Values:
    get = item.texts.get
    return tuple([get(name, "").strip() for name in FIELDS])
