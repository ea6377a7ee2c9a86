"""Digests of the rows of a list, by which those that did not change are found again; what stands in them is not known here.

Rows are marked one by one, and by pages of a few that follow each other: an unchanged page costs one digest, and of a page
that changed only the rows that did are unknown. Where a row stands does not matter, so that one may come or go anywhere.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

DIGEST = 16
"""Bytes of one digest."""

_PAGE = 8
_NEAR = 64 * DIGEST
_ABOUT = 2048 * DIGEST
_LOST = 64
_EDITS = 256


def digest(rows: bytes | memoryview) -> bytes:
    """Return the digest of one row, or of a page of them; its version is that of the rules it is remembered under.

    This runs for all of a list. SHA-256 takes half the time of BLAKE2 where the processor knows it, as most do.
    """
    return hashlib.sha256(rows).digest()[:DIGEST]


class Marks(NamedTuple):
    """The digest of every row in order, and of every page; ``counts`` are its rows, ``sizes`` its bytes."""

    rows: bytes | bytearray | memoryview
    pages: bytes | bytearray | memoryview
    counts: array[int]
    sizes: array[int]

    def fit(self, rows: int) -> bool:
        """Say whether these can be the marks of so many rows."""
        pages = len(self.counts)
        return (
            len(self.rows) == rows * DIGEST
            and len(self.pages) == pages * DIGEST
            and len(self.sizes) == pages
            and sum(self.counts) == rows
        )


class Marking:
    """Marks of the rows that are given to it, in their order."""

    def __init__(self) -> None:
        """Begin without rows."""
        self._rows, self._pages = bytearray(), bytearray()
        self._counts, self._sizes = array("I"), array("I")

    @property
    def marks(self) -> Marks:
        """The marks of what was given so far."""
        return Marks(self._rows, self._pages, self._counts, self._sizes)

    def add(self, rows: Sequence[bytes]) -> None:
        """Add whole rows that follow each other directly."""
        pages, counts, sizes = self._pages, self._counts, self._sizes
        self._rows += b"".join(map(digest, rows))
        for at in range(0, len(rows), _PAGE):
            of_page = rows[at : at + _PAGE]
            page = b"".join(of_page)
            pages += digest(page)
            counts.append(len(of_page))
            sizes.append(len(page))

    def join(self, marks: Marks) -> None:
        """Add rows that were marked elsewhere."""
        self._rows += marks.rows
        self._pages += marks.pages
        self._counts.extend(marks.counts)
        self._sizes.extend(marks.sizes)


class Edit(NamedTuple):
    """The bytes of a row that is another now, between rows that are as they were; ``row`` is the marked one."""

    row: int
    start: int
    stop: int


class Stretch(NamedTuple):
    """The bytes in which marked ``rows`` stand one behind the other, some of which were ``edited``.

    With no rows, they are bytes of which nothing is known. ``next`` is the row that is expected behind them.
    """

    rows: range
    start: int
    stop: int
    next: int
    edited: Sequence[Edit] = ()

    def unknown(self) -> Iterator[tuple[int, int]]:
        """Yield from which byte to which nothing is known."""
        return ((edit.start, edit.stop) for edit in self.edited) if self.rows else iter([(self.start, self.stop)])

    def parts(self) -> Iterator[Stretch]:
        """Yield the stretches that it consists of, in which no row was edited."""
        at, first = self.start, self.rows.start
        for row, start, stop in self.edited:
            yield Stretch(range(first, row), at, start, row)
            yield Stretch(range(0), start, stop, row + 1)
            at, first = stop, row + 1
        yield Stretch(range(first, self.rows.stop), at, self.stop, self.next)


class Trail:
    """Walks through the bytes of a list along the rows that were marked in an earlier one.

    ``row_end`` returns where the row ends that begins at a byte. ``ends`` says whether a row that ended there once does so
    here: more may stand behind it now. ``next`` is the marked row that is expected next.
    """

    def __init__(self, marks: Marks, data: bytes, row_end: Callable[[int], int], ends: Callable[[int], bool]) -> None:
        """Begin before the first marked row."""
        self._rows, self._pages = bytes(marks.rows), bytes(marks.pages)
        self._sizes = marks.sizes
        self._firsts = list(accumulate(marks.counts, initial=0))
        self._data = data
        self._row_end = row_end
        self._ends = ends
        self._start, self._last = -1, (b"", 0)
        self._misses = 0
        self._anywhere: dict[bytes, int] | None = None
        self.next = 0

    def follow(self, start: int) -> Stretch:
        """Return the marked rows that stand one behind the other from a byte on where a row begins.

        Single rows among them may be others now; some hundred of those are enough.
        """
        edits: list[Edit] = []
        stop = self._follow(start, first := self.next, edits)
        if self.next == first and self._seek(start):
            stop = self._follow(start, first := self.next, edits)
        return Stretch(range(first, self.next), start, stop, self.next, edits)

    def knows(self, start: int) -> bool:
        """Say whether the row that begins at a byte is marked; it is looked for first about where it stood."""
        mark, _ = self._row(start)
        about = len(self._rows) * start // len(self._data)
        found = self._rows.find(mark, max(about - _ABOUT, 0), about + _ABOUT)
        found = self._rows.find(mark) if found < 0 else found
        return found >= 0 and found % DIGEST == 0

    def strangers(self, start: int, most: int) -> int:
        """Return where the unmarked rows end that begin at a byte; ``most`` bytes are enough."""
        size, (_, stop) = len(self._data), self._row(start)
        while stop < size and stop - start < most and not self._seek(stop):
            _, stop = self._row(stop)
        return stop

    def _row(self, start: int) -> tuple[bytes, int]:
        """Return the digest of the row that begins at a byte, and where it ends; it is asked for again in a moment."""
        if start != self._start:
            end = self._row_end(start)
            self._start, self._last = start, (digest(self._data[start:end]), end)
        return self._last

    def _follow(self, at: int, row: int, edits: list[Edit]) -> int:
        rows, firsts, size = self._rows, self._firsts, len(self._data)
        page = bisect_left(firsts, row)
        while row < firsts[-1] and at < size:
            if firsts[page] == row:
                page, at = self._whole_pages(page, at)
                while len(edits) < _EDITS and (edit := self._edited(page, at)):
                    edits.append(edit[0])
                    page, at = self._whole_pages(page + 1, edit[1])
                row = firsts[page]
                page += 1
                if page == len(firsts) or at == size:
                    break
            mark, behind = self._row(at)
            if not rows.startswith(mark, row * DIGEST):
                break
            row, at = row + 1, behind
        self.next = row
        return at

    def _whole_pages(self, page: int, at: int) -> tuple[int, int]:
        """Go through whole pages that are as they were; return the first that is not, or does not end here, and its begin.

        Whether a page ends is asked of the last one alone: behind each other one there is the begin of a page.
        """
        pages, sizes, first = self._pages, self._sizes, page
        data, size = memoryview(self._data), len(self._data)
        while page < len(sizes) and (stop := at + sizes[page]) <= size:
            if not pages.startswith(digest(data[at:stop]), page * DIGEST):
                break
            page, at = page + 1, stop
        if page > first and not self._ends(at):
            page, at = page - 1, at - sizes[page - 1]
        return page, at

    def _edited(self, page: int, at: int) -> tuple[Edit, int] | None:
        """Return the one row of a page that is another now, and where the page ends; None where more changed than that.

        So it is with most pages that changed, and takes half the time of going along their rows.
        """
        if page == len(self._sizes):
            return None
        data, rows, size, edit = self._data, self._rows, len(self._data), None
        for row in range(self._firsts[page], self._firsts[page + 1]):
            if at == size:  # rows went from the end, which is no edit of one
                return None
            start, at = at, self._row_end(at)
            if not rows.startswith(digest(data[start:at]), row * DIGEST):
                if edit is not None:
                    return None
                edit = Edit(row, start, at)
        return None if edit is None else (edit, at)

    def _seek(self, start: int) -> bool:
        """Expect next the marked row that begins at a byte; False where there is none, as far as can be told cheaply."""
        mark, _ = self._row(start)
        here = self.next * DIGEST
        found = self._rows.find(mark, here, here + _NEAR)
        if found >= 0 and found % DIGEST == 0:
            self.next = found // DIGEST
            self._misses = 0
            return True
        self._misses += 1
        if self._misses < _LOST:
            return False
        if self._anywhere is None:  # many rows came or went: from now on, a row is known wherever it stood
            starts = range(0, len(self._rows), DIGEST)
            self._anywhere = {self._rows[at : at + DIGEST]: at // DIGEST for at in starts}
        row = self._anywhere.get(mark)
        self.next = self.next if row is None else row
        return row is not None
