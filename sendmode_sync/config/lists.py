"""One spreadsheet from its first page to its last: which rows are known already, and which have to be read."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import chain, groupby
from typing import Literal, NamedTuple

from sendmode_sync.config import characters, pages
from sendmode_sync.config.decoding import decode_part, encoding_of, told
from sendmode_sync.config.gathering import Gathering, Meaning
from sendmode_sync.config.marks import Marking, Trail
from sendmode_sync.config.people import People
from sendmode_sync.config.remembered import Form, Remembered, Terms, decode, encode, key_of
from sendmode_sync.config.sheets import Rows, Sheet, delimiter_of, head, is_jsonl, read_rows, read_sheet, unreadable
from sendmode_sync.config.shelf import Origin, SheetFile, SheetShelf
from sendmode_sync.errors import Problem
from sendmode_sync.model.roll import PRINT

_HEAD_AND_ONE = 2
_FIRST = 512
_TO_THE_END = 0xFFFFFFFF


class Memory(NamedTuple):
    """What is known of lists from an earlier run, by key, and what this run has to do for a later one.

    With ``hold`` all fields stay in memory, for a run that outlives the files, and ``kept`` is filled. With ``fields`` they
    stay there as well: texts are about to be made of them.
    """

    known: dict[str, bytes]
    hold: bool
    kept: dict[str, bytes]
    fields: bool = False

    def take(self, key: str) -> bytes:
        """Return what is known under a key, and let it go: it is large, and asked for once."""
        found = self.known.get(key, b"")
        if found:
            self.known[key] = b""
        return found


NO_MEMORY = Memory({}, hold=False, kept={})
"""Nothing is known, and nothing is kept."""


class Asked(NamedTuple):
    """How one spreadsheet is to be read; ``meaning`` finds in its headings what the cells are, None where it cannot."""

    columns: Mapping[str, str]
    groups: tuple[str, ...]
    meaning: Callable[[Sheet], Meaning | None]


class Listed(NamedTuple):
    """What came of a spreadsheet.

    ``sheet`` has its headings, and the problem that keeps it from being read. ``gathered`` and ``shelf`` are None
    where that, or the headings, make its rows mean nothing.
    """

    sheet: Sheet
    empty: bool = False
    gathered: Gathering | None = None
    shelf: SheetShelf | None = None


def read_list(people: People, file: SheetFile, asked: Asked, memory: Memory) -> Listed:
    """Read one spreadsheet. What cannot be read at all, or has no rows, has no meaning looked for."""
    key = key_of(Terms(file.name, asked.columns, asked.groups, people.declared, people.region))
    known = decode(memory.take(key), len(people.customers.fieldsets))
    said = len(people.problems)
    if known is not None:
        with suppress(UnicodeDecodeError):  # what changed since is no UTF-8, so that nothing of it may be read as such
            listed = _read(people, file, asked, memory, (key, known))
            if listed.gathered is not None or known.file == file.digest:
                return listed
        del people.problems[said:]  # also where its rows mean nothing: what is no UTF-8 may stand behind the reason
    return _read(people, file, asked, memory, (key, None))


def _read(
    people: People, file: SheetFile, asked: Asked, memory: Memory, remembered: tuple[str, Remembered | None]
) -> Listed:
    key, known = remembered
    data = known.head if known is not None and known.file == file.digest else file.read()
    if known is not None and (known.file == file.digest or known.form.encoding == "utf-8"):
        encoding = told(file.path, data, known.form.encoding)
    else:
        encoding = encoding_of(file.path, data)
    people.problems += encoding.problems
    if encoding.name is None:
        return Listed(Sheet(file.path))
    if is_jsonl(file.path):
        return _read_objects(people, file, asked, decode_part(data[encoding.start :], encoding.name))
    walk = _Walk(file, data, encoding.name, encoding.start)
    sheet, first = walk.head()
    if sheet.problems or first is None:
        return Listed(sheet, empty=first is None)
    meaning = asked.meaning(sheet)
    if meaning is None:
        return Listed(sheet)
    hold = memory.hold or memory.fields or known is not None  # what is not known may be what changed, and is shown then
    gathered = Gathering(people, file.path, walk.delimiter, asked.groups, hold=hold)
    behind = _Pages(gathered, walk, meaning, Form(encoding.name, walk.delimiter, sheet.header), hold=memory.hold)
    error = behind.read(first, known)
    if error is None and memory.hold:
        memory.kept[key] = encode(behind.remembered())
    origin = Origin(file.path, encoding.name, walk.delimiter, file.read, meaning.values())
    shelf = SheetShelf(origin, gathered.index, gathered.texts)
    return Listed(sheet, gathered=gathered, shelf=shelf) if error is None else Listed(unreadable(file.path, error))


def _read_objects(people: People, file: SheetFile, asked: Asked, text: str) -> Listed:
    """Read a .jsonl file, whose headings are those of all its lines together, as one page that stays in memory."""
    sheet = read_sheet(file.path, text)
    if sheet.problems or not (sheet.rows or sheet.bad_rows):
        return Listed(sheet, empty=not sheet.problems)
    if not sheet.header:  # no row could be read, so nothing is known of columns
        return Listed(Sheet(file.path, problems=sheet.bad_rows))
    meaning = asked.meaning(sheet)
    if meaning is None:
        return Listed(sheet)
    gathered = Gathering(people, file.path, "", asked.groups, hold=True)
    gathered.take(Rows(sheet.rows, list(sheet.bad_rows), []), meaning, 0, 0)
    origin = Origin(file.path, "utf-8", "", file.read, meaning.values())
    return Listed(sheet, gathered=gathered, shelf=SheetShelf(origin, gathered.index, gathered.texts))


class _Walk:
    """Where we are in the bytes and lines of one spreadsheet: between ``start`` and ``stop``, from ``line`` on."""

    def __init__(self, file: SheetFile, data: bytes, encoding: Literal["utf-8", "cp1252"], start: int) -> None:
        self.file = file
        self.data = data
        self.encoding = encoding
        self.size = len(data)
        self.start = self.stop = start
        self.line = 1
        self.delimiter = ""

    def ahead(self, stop: int) -> None:
        """Go to the next page, which ends at a byte."""
        self.start, self.stop = self.stop, stop

    def read(self) -> Rows:
        """Return the rows of this page, which is made longer where a quote is still open at its end."""
        rows = self._rows()
        while rows.open and self.stop < self.size:
            self._lengthen()
            rows = self._rows()
        return rows

    def head(self) -> tuple[Sheet, Rows | None]:
        """Return the headings, and the other rows of the page that holds them and one row more; None where there is none."""
        self.ahead(pages.whole_lines(self.data, self.stop, _FIRST))
        first = self.read()
        while first.error is None and len(first.rows) + len(first.bad) < _HEAD_AND_ONE and self.stop < self.size:
            self._lengthen()
            first = self.read()
        if first.error is not None:
            return unreadable(self.file.path, first.error), first
        sheet = head(self.file.path, first, self.delimiter)
        alone = len(first.rows) + len(first.bad) < _HEAD_AND_ONE
        return sheet, None if alone and not sheet.problems else first._replace(rows=first.rows[1:])

    def _lengthen(self) -> None:
        """Make the page about twice as long."""
        self.stop = pages.whole_lines(self.data, self.stop, self.stop - self.start)

    def _rows(self) -> Rows:
        page = self.data[self.start : self.stop]
        text = decode_part(page, self.encoding)
        if self.line == 1:
            self.delimiter = delimiter_of(self.file.path, text)
        unusual = self.encoding != "utf-8" or (bool(odd := pages.unusual(page)) and _refusable(odd))
        return read_rows(self.file.path, text, self.delimiter, self.line, unusual=unusual)


class _Pages:
    """The pages of a list with the one with the headings, and what of them may be believed without being read again."""

    def __init__(self, gathered: Gathering, walk: _Walk, meaning: Meaning, form: Form, *, hold: bool) -> None:
        self.gathered = gathered
        self.walk = walk
        self.meaning = meaning
        self.form = form
        self.head = b""
        self.marking = Marking() if hold else None
        self.sound: list[range] = []
        self.whole = True

    def read(self, first: Rows, known: Remembered | None) -> Problem | None:
        """Take the rows of the first page and read on to the end; return what makes that impossible."""
        walk, gathered = self.walk, self.gathered
        gathered.take(first, self.meaning, walk.start, walk.stop)
        self.head = walk.data[: walk.stop]
        walk.line += len(first.lines)
        if known is not None and known.file == walk.file.digest:
            gathered.recall(known, range(len(known.numbers)), walk.line, (walk.stop, _TO_THE_END))
            return None
        if known is not None and known.form == self.form:
            return self._follow(known)
        while walk.stop < walk.size:
            error = self._take(pages.whole_lines(walk.data, walk.stop, pages.PAGE))
            if error is not None:
                return error
        return None

    def _follow(self, known: Remembered) -> Problem | None:
        """Read on to the end, but for lines that are remembered."""
        walk, data, size = self.walk, self.walk.data, self.walk.size
        trail = Trail(
            known.marks,
            data,
            lambda at: data.find(b"\n", at) + 1 or size,
            lambda at: at == size or data[at - 1 : at] == b"\n",
        )
        while walk.stop < size:
            rows, stop = trail.follow(walk.stop)
            if rows:
                walk.ahead(stop)
                self.gathered.recall(known, rows, walk.line, (walk.start, stop))
                walk.line += len(rows)
            elif (error := self._take(trail.strangers(walk.stop, pages.PAGE))) is not None:
                return error
        return None

    def _take(self, stop: int) -> Problem | None:
        """Read the next page, which ends at a byte, or behind it where a quote is open there."""
        walk, gathered = self.walk, self.gathered
        walk.ahead(stop)
        found = walk.read()
        if found.error is not None:
            return found.error
        row = len(gathered.numbers)
        good = gathered.take(found, self.meaning, walk.start, walk.stop)
        walk.line += len(found.lines)
        if self.marking is not None:
            self._mark(self.marking, found, good, row)
        return None

    def _mark(self, marking: Marking, found: Rows, good: list[int], row: int) -> None:
        """Mark the rows of a page, the first of which is ``row``, that are one line and good by themselves."""
        lines = self.walk.data[self.walk.start : self.walk.stop].splitlines(keepends=True)
        if len(good) == len(lines) and not self.gathered.looked_up:
            marking.add(lines)
            self.sound.append(range(row, row + len(lines)))
            return
        self.whole = False
        begins = {each.line for each in found.rows} | {bad.place.line for bad in found.bad if bad.place}
        begins.add(found.first + len(lines))
        alone = [
            (line - found.first, each)
            for each, line in enumerate(good, row)
            if line + 1 in begins and each not in self.gathered.looked_up
        ]
        for _, run in groupby(enumerate(alone), lambda pair: (pair[1][0] - pair[0], pair[1][1] - pair[0])):
            (_, (at, each)), *rest = run  # without a line or a row between two of them
            count = 1 + len(rest)
            marking.add(lines[at : at + count])
            self.sound.append(range(each, each + count))

    def remembered(self) -> Remembered:
        """Return what may be believed of every row that nothing is wrong with."""
        gathered = self.gathered
        chosen = list(chain.from_iterable(self.sound))
        kinds = {groups: at for at, groups in enumerate(dict.fromkeys(gathered.groups[row] for row in chosen))}
        return Remembered(
            self.form,
            self.walk.file.digest if self.whole else "",
            self.head,
            Marking().marks if self.marking is None else self.marking.marks,
            [gathered.numbers[row] for row in chosen],
            list(kinds),
            array("I", [kinds[gathered.groups[row]] for row in chosen]),
            [b"".join(column[row * PRINT : (row + 1) * PRINT] for row in chosen) for column in gathered.prints],
        )


def _refusable(text: str) -> bool:
    """Say whether a text holds a character that no file may hold."""
    return bool(characters.CONTROL.search(text)) or any(characters.unseen(text))
