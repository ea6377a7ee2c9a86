"""The plain customers of one YAML file in columns, each with its line and its first byte; their fields stay in the file."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from sendmode_sync.config import plainitems
from sendmode_sync.config.marks import Marking, Marks
from sendmode_sync.config.plainitems import Item
from sendmode_sync.config.remembered_files import RememberedFile
from sendmode_sync.errors import Place
from sendmode_sync.model.ahead import Ahead, alone
from sendmode_sync.model.desired import FIELDS, Values
from sendmode_sync.model.fingerprint import of_values
from sendmode_sync.model.roll import PRINT, joined


class Run(NamedTuple):
    """Rows that follow each other: the first of them here, how many, and where they begin in what is remembered (-1: not)."""

    first: int
    size: int
    known: int = -1


class Read(NamedTuple):
    """Rows that were read, in columns: numbers and groups as written, and fingerprints of the ten fields, each stripped."""

    numbers: list[str]
    groups: list[tuple[str, ...]]
    prints: bytearray


class Parcel(NamedTuple):
    """The customers of a part of a file that were all read, in as few objects as can be, since it is copied.

    ``kinds`` says which of ``groups`` a row has; ``numbers``, as written, are lines. ``texts`` are of all of them or of none.
    """

    lines: array[int]
    starts: array[int]
    numbers: str
    groups: list[tuple[str, ...]]
    kinds: array[int]
    prints: bytearray
    texts: list[str]
    marks: Marks | None


class PlainList:
    """The customers that were taken out of one file, in its order; those that are remembered were not read.

    ``again`` returns the very bytes that they were taken out of. With ``keep`` the fields of the others stay in memory.
    With ``marking`` they can be remembered. ``ahead`` may read the back of the file while its front is read.
    """

    def __init__(
        self,
        path: str,
        again: Callable[[], bytes],
        known: RememberedFile | None = None,
        *,
        keep: bool = False,
        marking: Marking | None = None,
        ahead: Ahead = alone,
    ) -> None:
        """Begin empty."""
        self.path = path
        self.known = known
        self.marking = marking
        self.ahead = ahead
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

    def fresh(self) -> PlainList:
        """Return a list of the same file that is empty, and in which nothing is known."""
        marking = None if self.marking is None else Marking()
        return PlainList(self.path, self._again, keep=self._keep, marking=marking)

    def parcel(self) -> Parcel:
        """Return what was read so far; nothing of it may have been remembered."""
        kinds = {groups: at for at, groups in enumerate(dict.fromkeys(self._groups))}
        numbered = array("I", map(kinds.__getitem__, self._groups))
        marks = None if self.marking is None else self.marking.marks
        numbers, texts = "\n".join(self._numbers), [*self._texts.values()]
        return Parcel(self.lines, self.starts, numbers, [*kinds], numbered, self._prints, texts, marks)

    def join(self, behind: Parcel) -> None:
        """Add the customers of the next part of the file, who were read elsewhere."""
        self._texts.update(enumerate(behind.texts, len(self.lines)))
        self.lines.extend(behind.lines)
        self.starts.extend(behind.starts)
        self._numbers += behind.numbers.split("\n") if behind.lines else []
        self._groups += map(behind.groups.__getitem__, behind.kinds)
        self._prints += behind.prints
        if self.marking is not None and behind.marks is not None:
            self.marking.join(behind.marks)

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

    def read(self, first: int, stop: int) -> Read:
        """Return rows by their positions among those that were read."""
        prints = self._prints[first * PRINT : stop * PRINT]
        return Read(self._numbers[first:stop], self._groups[first:stop], prints)

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
