"""The rows of one spreadsheet into columns, page by page; rows that were remembered are taken without being read."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from operator import itemgetter
from typing import NamedTuple, cast

from sendmode_sync.config.dates import bad_date
from sendmode_sync.config.pages import Index
from sendmode_sync.config.people import People
from sendmode_sync.config.remembered import Remembered
from sendmode_sync.config.sheets import Rows, column_of
from sendmode_sync.errors import Place, Problem
from sendmode_sync.model.counting import count
from sendmode_sync.model.desired import FIELDS, Values
from sendmode_sync.model.fingerprint import of_joined, of_values
from sendmode_sync.model.phone import E164
from sendmode_sync.model.roll import PRINT, Columns, joined, narrow
from sendmode_sync.sms.numbers import BadNumber, plain

_FEW = 4
"""Rows below which columns are not worth their making."""


class Meaning(NamedTuple):
    """What the cells of a row are; ``fields`` are the columns of the ten fields.

    The cell behind the last one is empty, and stands for what has no column.
    """

    width: int
    mobilenumber: int
    groups: int
    fields: tuple[int, ...]

    def values(self) -> Callable[[list[str]], Values]:
        """Return what picks the ten fields out of the cells of a row."""
        chosen = itemgetter(*self.fields)
        return lambda cells: chosen([*map(str.strip, cells[: self.width]), ""])


class Parcel(NamedTuple):
    """The people of a part of a spreadsheet in as few objects as can be, since it is copied between processes.

    ``kinds`` says which of ``groups`` a row has; ``numbers`` stand side by side, a space between them; ``texts`` are those
    of the rows that are ``held``.
    """

    numbers: str
    groups: list[tuple[str, ...]]
    kinds: array[int]
    prints: tuple[bytearray, ...]
    held: array[int]
    texts: list[str]
    pages: Index


class Gathering:
    """The people of one spreadsheet, as far as they were read; with ``hold`` their fields stay in memory."""

    def __init__(self, people: People, path: str, delimiter: str, own_groups: tuple[str, ...], *, hold: bool) -> None:
        """Begin without rows."""
        self.people = people
        self.path = path
        self.delimiter = delimiter
        self.own_groups = own_groups
        self.numbers: list[E164] = []
        self.groups: list[tuple[str, ...]] = []
        self.prints = tuple(bytearray() for _ in people.customers.fieldsets)
        self.texts: dict[int, str] = {}
        self.hold = hold
        self.index = Index()
        self.bad: list[Problem] = []
        self._known: dict[str, tuple[str, ...]] = {}
        self._dates: set[str] = set()
        self.looked_up: set[int] = set()
        self._narrowed = list(zip(self.prints, people.customers.fieldsets, strict=True))[1:]
        self._kinds: list[tuple[str, ...]] | None = None

    @property
    def columns(self) -> Columns:
        """What was read so far."""
        return Columns(self.numbers, self.groups, self.prints)

    def take(self, found: Rows, meaning: Meaning, start: int, stop: int) -> list[int]:
        """Read the rows of the page between two bytes; return the lines of those that are good.

        ``looked_up`` are then the rows whose number was looked up in a numbering plan.
        """
        row = len(self.numbers)
        self.bad += found.bad
        self.looked_up = set()
        lines = self._read_columns(found, meaning) or self._read(found, meaning)
        even = len(lines) == len(found.lines)
        self.index.add(row, found.first, start, stop, None if even else array("I", lines))
        return lines

    def _read_columns(self, found: Rows, meaning: Meaning) -> list[int]:
        """Do what ``_read`` does column by column, in C; none, and nothing done, where rows are few or one is unusual."""
        if len(found.rows) < _FEW or {len(row.cells) for row in found.rows} != {meaning.width}:
            return []
        columns = [list(map(str.strip, column)) for column in zip(*(row.cells for row in found.rows), strict=True)]
        columns.append([""] * len(found.rows))
        region, born = self.people.region, set(columns[meaning.fields[-1]]) - self._dates - {""}
        numbers = [plain(text, region) for text in columns[meaning.mobilenumber]]
        groups = list(map(self._known.get, columns[meaning.groups]))
        if None in numbers or None in groups or any(map(bad_date, born)):
            return []
        self._dates |= born
        fields = [columns[at] for at in meaning.fields]
        texts = list(map(joined, zip(*fields, strict=True)))
        if self.hold:
            self.texts.update(enumerate(texts, len(self.numbers)))
        self.prints[0].extend(b"".join(map(of_joined, texts)))
        for other, fieldset in self._narrowed:
            chosen = [column if name in fieldset else columns[-1] for name, column in zip(FIELDS, fields, strict=True)]
            other.extend(b"".join(map(of_values, zip(*chosen, strict=True))))
        self.numbers += cast("list[E164]", numbers)
        self.groups += cast("list[tuple[str, ...]]", groups)
        return [row.line for row in found.rows]

    def _read(self, found: Rows, meaning: Meaning) -> list[int]:
        """Read rows and return the lines of the good ones. It runs for everybody, so it keeps to plain steps."""
        width, at_number, at_groups, fields = meaning
        region, known, dates = self.people.region, self._known, self._dates
        texts, hold = self.texts, self.hold
        chosen = itemgetter(*fields)
        column, narrowed = self.prints[0], self._narrowed
        lines = []
        for line, cells in found.rows:
            if len(cells) != width and (len(cells) < width or any(cells[width:])):
                self._say(found, line, 0, "ragged-row", _ragged(len(cells), width))
                continue
            row = [*map(str.strip, cells[:width]), ""]
            number = plain(row[at_number], region) or self._look_up(row[at_number])
            if isinstance(number, BadNumber):
                self._say(found, line, at_number, *number)
                continue
            values = chosen(row)
            born = values[-1]
            if born and born not in dates:
                if said := bad_date(born):
                    self._say(found, line, fields[-1], "bad-date", said)
                    continue
                dates.add(born)
            groups = known.get(row[at_groups]) or self._groups(found, line, row[at_groups], at_groups)
            if not groups:
                continue
            self.groups.append(groups)
            text = joined(values)
            column += of_joined(text)
            for other, fieldset in narrowed:
                other.extend(of_values(narrow(values, fieldset)))
            if hold:
                texts[len(self.numbers)] = text
            self.numbers.append(number)
            lines.append(line)
        return lines

    def recall(self, known: Remembered, rows: range, line: int, span: tuple[int, int]) -> None:
        """Take remembered rows that stand between two bytes, one a line from ``line`` on."""
        self.index.add(len(self.numbers), line, *span)
        if self._kinds is None:
            self._kinds = [self.people.groups(names) for names in known.groups]
        kinds = self._kinds
        self.numbers += known.numbers[rows.start : rows.stop]
        self.groups += map(kinds.__getitem__, known.kinds[rows.start : rows.stop])
        for column, stored in zip(self.prints, known.prints, strict=True):
            column.extend(stored[rows.start * PRINT : rows.stop * PRINT])

    def adopt(self, apart: Gathering, rows: range, line: int, span: tuple[int, int]) -> None:
        """Take rows that were read apart and stand between two bytes, one a line from ``line`` on."""
        row = len(self.numbers)
        self.index.add(row, line, *span)
        self.numbers += apart.numbers[rows.start : rows.stop]
        self.groups += apart.groups[rows.start : rows.stop]
        for column, read in zip(self.prints, apart.prints, strict=True):
            column.extend(read[rows.start * PRINT : rows.stop * PRINT])
        if self.hold:
            self.texts.update(zip(range(row, row + len(rows)), map(apart.texts.__getitem__, rows), strict=True))

    def replace(self, rows: list[int], apart: Gathering, first: int) -> None:
        """Put rows that were read apart, from the ``first`` on, in the places of others."""
        for at, row in enumerate(rows, first):
            self.numbers[row], self.groups[row] = apart.numbers[at], apart.groups[at]
            for column, read in zip(self.prints, apart.prints, strict=True):
                column[row * PRINT : (row + 1) * PRINT] = read[at * PRINT : (at + 1) * PRINT]
            if self.hold:
                self.texts[row] = apart.texts[at]

    def fresh(self) -> Gathering:
        """Return one without rows, for another part of the same file."""
        other = Gathering(self.people, self.path, self.delimiter, self.own_groups, hold=self.hold)
        other._known, other._dates = self._known, self._dates
        return other

    def parcel(self) -> Parcel:
        """Return what was read so far, of which nothing was wrong."""
        kinds = {groups: at for at, groups in enumerate(dict.fromkeys(self.groups))}
        numbered = array("I", map(kinds.__getitem__, self.groups))
        held, texts = array("I", self.texts), [*self.texts.values()]
        return Parcel(" ".join(self.numbers), [*kinds], numbered, self.prints, held, texts, self.index)

    def join(self, behind: Parcel) -> None:
        """Take the rows of the next part of the file, which were read elsewhere."""
        row = len(self.numbers)
        kinds = [self.people.groups(names) for names in behind.groups]
        self.numbers += behind.numbers.split()
        self.groups += map(kinds.__getitem__, behind.kinds)
        for column, more in zip(self.prints, behind.prints, strict=True):
            column.extend(more)
        self.texts.update(zip([row + each for each in behind.held], behind.texts, strict=True))
        self.index.join(behind.pages, row)

    def _say(self, found: Rows, line: int, cell: int, code: str, message: str) -> None:
        self.bad.append(Problem(code, message, self._place(found, line, cell)))

    def _place(self, found: Rows, line: int, cell: int) -> Place:
        if not self.delimiter:
            return Place(self.path, line)
        return Place(self.path, line, column_of(found.lines[line - found.first], cell, self.delimiter))

    def _look_up(self, text: str) -> E164 | BadNumber:
        self.looked_up.add(len(self.numbers))
        return self.people.number(text)

    def _groups(self, found: Rows, line: int, cell: str, at: int) -> tuple[str, ...]:
        """Read a groups cell that was not met before; none where something is wrong with it, which is then said."""
        names = [name.strip() for name in cell.split(";") if name.strip()]
        place = self._place(found, line, at if cell else 0)
        for name in names:
            if name not in self.people.declared:
                self.bad.append(self.people.undeclared(name, place))
                return ()
        groups = self.people.groups((*self.own_groups, *names))
        if groups:
            self._known[cell] = groups
            return groups
        message = "the row belongs to no group; name one in the row, or for the whole source"
        self.bad.append(Problem("no-group", message, place))
        return ()


def _ragged(cells: int, width: int) -> str:
    remedy = (
        "write a separator for each cell that is empty, too"
        if cells < width
        else "put quotes around a cell that holds the separator"
    )
    return f"{count(cells, 'cell')} under {count(width, 'heading')}; {remedy}"
