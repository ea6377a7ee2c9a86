"""The rows of a spreadsheet as they can be fetched again: where each stands is known, the cells stay in the file."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from sendmode_sync.config.decoding import decode_part
from sendmode_sync.config.pages import Index
from sendmode_sync.config.sheets import read_rows
from sendmode_sync.errors import Place
from sendmode_sync.model.ahead import Ahead, alone
from sendmode_sync.model.desired import Values
from sendmode_sync.model.roll import joined

_MANY = 1000


class SheetFile(NamedTuple):
    """A spreadsheet as it lies on disk.

    ``path`` is as the user knows it, ``name`` relative to the project, ``size`` in bytes. ``digest`` returns the SHA-256
    of its bytes in hex, ``read`` those bytes; each may cost a reading, and raises where the file holds others by now.
    ``begin_digest`` may have the digest of what was read taken meanwhile. ``ahead`` may read the back of it while its front
    is read.
    """

    path: str
    name: str
    size: int
    digest: Callable[[], str]
    read: Callable[[], bytes]
    begin_digest: Callable[[], None] = lambda: None
    ahead: Ahead = alone


class Origin(NamedTuple):
    """How the cells of one spreadsheet are found again. ``fields`` picks the ten fields out of the cells of a row."""

    path: str
    encoding: Literal["utf-8", "cp1252"]
    delimiter: str
    read: Callable[[], bytes]
    fields: Callable[[list[str]], Values]


class SheetShelf:
    """``model.roll.Shelf`` over one spreadsheet; ``texts`` holds the fields of rows that need not be read again."""

    def __init__(self, origin: Origin, index: Index, texts: dict[int, str]) -> None:
        """Keep what is needed to find a row again."""
        self._origin = origin
        self._index = index
        self._texts = texts

    def place(self, row: int) -> Place:
        """Return where a row was written."""
        return Place(self._origin.path, self._index.line(row))

    def texts(self, rows: Sequence[int], *, again: bool = False) -> Iterable[str]:
        """Return the ten fields of some rows, each as one text; the file is read once, of it only the pages that hold them."""
        texts = self._texts
        if all(map(texts.__contains__, rows)):
            return map(texts.__getitem__, rows)
        return self._kept(rows) if again and len(rows) >= _MANY else self._read(rows)

    def _kept(self, rows: Sequence[int]) -> Iterator[str]:
        for row, text in zip(rows, self._read(rows), strict=True):
            self._texts[row] = text
            yield text

    def _read(self, rows: Sequence[int]) -> Iterator[str]:
        origin, index = self._origin, self._index
        data = origin.read()
        at = 0
        while at < len(rows):
            page = index.page(rows[at])
            first, stop, lines = index.rows_of(page)
            text = decode_part(data[index.starts[page] : index.stops[page]], origin.encoding)
            cells = dict(read_rows(origin.path, text, origin.delimiter, index.firsts[page], unusual=False).rows)
            here, at = at, bisect_left(rows, stop, at)
            for row in rows[here:at]:
                yield joined(origin.fields(cells[lines[row - first]]))
