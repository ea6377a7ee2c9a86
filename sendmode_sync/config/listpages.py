"""The pages of one spreadsheet, from the one with the headings to the last: which are read, and which are known already."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from functools import partial
from itertools import chain, groupby
from typing import Literal, NamedTuple

from sendmode_sync.config import characters, pages
from sendmode_sync.config.course import Course
from sendmode_sync.config.decoding import decode_part
from sendmode_sync.config.gathering import Gathering, Meaning, Parcel
from sendmode_sync.config.marks import Marking, Marks, Stretch
from sendmode_sync.config.remembered import Form, Remembered
from sendmode_sync.config.sheets import Rows, Sheet, delimiter_of, head, read_rows, unreadable
from sendmode_sync.config.shelf import SheetFile
from sendmode_sync.errors import Problem
from sendmode_sync.model.roll import PRINT

_HEAD_AND_ONE = 2
_FIRST = 512
_TO_THE_END = 0xFFFFFFFF
_STEP = 1 << 18


class Walk:
    """Where we are in the bytes and lines of one spreadsheet: between ``start`` and ``stop``, from ``line`` on."""

    def __init__(self, file: SheetFile, data: bytes, encoding: Literal["utf-8", "cp1252"], start: int) -> None:
        """Begin at a byte."""
        self.file = file
        self.data = data
        self.encoding = encoding
        self.size = len(data)
        self.start = self.stop = start
        self.line = 1
        self.delimiter = ""

    def behind(self, start: int) -> Walk:
        """Return a walk that begins at a byte further on, with its line if every line before it ends in a line feed."""
        walk = Walk(self.file, self.data, self.encoding, start)
        walk.line = self.line + self.data.count(b"\n", self.stop, start)
        walk.delimiter = self.delimiter
        return walk

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

    def rows_of(self, lines: bytes) -> Rows:
        """Return the rows of some whole lines, the first of which has the number of this page's first line."""
        text = decode_part(lines, self.encoding)
        if self.line == 1:
            self.delimiter = delimiter_of(self.file.path, text)
        unusual = self.encoding != "utf-8" or (bool(odd := pages.unusual(lines)) and _refusable(odd))
        return read_rows(self.file.path, text, self.delimiter, self.line, unusual=unusual)

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
        return self.rows_of(self.data[self.start : self.stop])


class Back(NamedTuple):
    """The last pages of a list as they were read from ``line`` on, by somebody who could not know whether a row begins there.

    ``sound`` counts rows from the first of them.
    """

    line: int
    people: Parcel
    marks: Marks | None
    sound: list[range]
    whole: bool


class Pages:
    """The pages of a list with the one with the headings, and what of them may be believed without being read again."""

    def __init__(self, gathered: Gathering, walk: Walk, meaning: Meaning, form: Form, *, hold: bool) -> None:
        """Begin in front of the first page; with ``hold`` its rows are marked, to be remembered."""
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
        if known is not None and known.is_of(walk.file):
            gathered.recall(known, range(len(known.numbers)), walk.line, (walk.stop, _TO_THE_END))
            return None
        if known is not None and known.form == self.form:
            course = Course(known.marks, walk.data)
            if course.knows_most(walk.stop):
                return self._read_along(course, known)
        return self._read_all()

    def _read_all(self) -> Problem | None:
        walk, left = self.walk, self.walk.size - self.walk.stop
        middle = pages.whole_lines(walk.data, walk.stop, left // 2)
        with walk.file.ahead(partial(self._read_back, middle), left) as read:
            error = self._read_to(middle)
            walk.file.digest()  # now, while the back is being read, and its bytes are at hand
            if error is None and walk.stop == middle and (back := read()) is not None and back.line == walk.line:
                self._join(back)
                return None
        return error or self._read_to(walk.size)

    def _read_to(self, end: int) -> Problem | None:
        """Read on to a byte where a line ends; behind it only where a quote is open there."""
        walk, error = self.walk, None
        while walk.stop < end and error is None:
            error = self._take(min(pages.whole_lines(walk.data, walk.stop, pages.PAGE), end))
        return error

    def _read_along(self, course: Course, known: Remembered) -> Problem | None:
        """Read on to the end, but for lines that are remembered; it takes less time than to copy half of it from elsewhere."""
        self.walk.file.begin_digest()
        error = None
        while self.walk.stop < self.walk.size and error is None:
            error = self._take_known(course, known, list(course.stretches(self.walk.stop)))
        return error

    def _take_known(self, course: Course, known: Remembered, stretches: list[Stretch]) -> Problem | None:
        """Recall what is remembered, and read what is not."""
        walk, gathered, at = self.walk, self.gathered, 0
        apart = self._read_apart([span for stretch in stretches for span in stretch.unknown()])
        if apart is None:
            return self._take_parts(course, known, (part for stretch in stretches for part in stretch.parts()))
        for rows, start, stop, _, edited in stretches:
            walk.ahead(stop)
            first, count = len(gathered.numbers), len(rows) or self._lines(start, stop)
            if rows:
                gathered.recall(known, rows, walk.line, (start, stop))
                gathered.replace([first + edit.row - rows.start for edit in edited], apart, at)
                at += len(edited)
            else:
                gathered.adopt(apart, range(at, at := at + count), walk.line, (start, stop))
            walk.line += count
        return None

    def _take_parts(self, course: Course, known: Remembered, parts: Iterable[Stretch]) -> Problem | None:
        """Do what ``_take_known`` does one by one, up to where a quote is open at the end of what is read."""
        walk = self.walk
        for rows, start, stop, expected, _ in parts:
            if rows:
                walk.ahead(stop)
                self.gathered.recall(known, rows, walk.line, (start, stop))
                walk.line += len(rows)
            elif start < stop:
                if error := self._take(stop):
                    return error
                if walk.stop != stop:
                    course.expect(expected)
                    break
        return None

    def _read_apart(self, spans: list[tuple[int, int]]) -> Gathering | None:
        """Read lines that stand apart as if they were one page, since a page of one line takes as long as one of twenty.

        None where they have to be read one by one: a row is not one line, or something is wrong with it.
        """
        apart = self.gathered.fresh()
        if not spans:
            return apart
        found = self.walk.rows_of(b"".join([self.walk.data[start:stop] for start, stop in spans]))
        lines = sum(self._lines(start, stop) for start, stop in spans)
        if found.error is not None or len(found.lines) != lines:
            return None
        return apart if len(apart.take(found, self.meaning, 0, 0)) == lines else None

    def _lines(self, start: int, stop: int) -> int:
        """Count the lines between two bytes, of which the last line of a file may have no end."""
        data = self.walk.data
        return data.count(b"\n", start, stop) + (data[stop - 1 : stop] != b"\n")

    def _read_back(self, middle: int) -> Back | None:
        """Read from a byte on, as if a row began there; None where anything is wrong, which is said by who reads it all."""
        walk, gathered = self.walk.behind(middle), self.gathered.fresh()
        behind, line = Pages(gathered, walk, self.meaning, self.form, hold=self.marking is not None), walk.line
        while walk.stop < walk.size:
            error = behind._read_to(pages.whole_lines(walk.data, walk.stop, _STEP))
            if error is not None or gathered.bad:
                return None
        marks = None if behind.marking is None else behind.marking.marks
        return Back(line, gathered.parcel(), marks, behind.sound, behind.whole)

    def _join(self, back: Back) -> None:
        """Take what was read from here to the end."""
        row = len(self.gathered.numbers)
        self.gathered.join(back.people)
        if self.marking is not None and back.marks is not None:
            self.marking.join(back.marks)
        self.sound += [range(row + rows.start, row + rows.stop) for rows in back.sound]
        self.whole &= back.whole
        self.walk.ahead(self.walk.size)

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
            self.walk.file.digest() if self.whole else "",
            self.walk.file.size,
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
