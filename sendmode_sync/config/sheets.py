"""Spreadsheets as text (.csv, .tsv, .jsonl) into rows with their lines; what the columns mean is not known here."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

from sendmode_sync.config import characters
from sendmode_sync.config.wording import shown
from sendmode_sync.errors import Place, Problem

LONGEST = 64 * 1024
"""Characters of the longest cell."""

_UNCLOSED = "unexpected end of data"
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


class Row(NamedTuple):
    """One row: the line on which it starts, from 1, and its cells (of a .jsonl file: one for every heading)."""

    line: int
    cells: list[str]


_ROW: Callable[[Iterable[object]], Row] = partial(tuple.__new__, Row)
"""What ``Row._make`` does, without a call of Python for every row."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One spreadsheet. ``bad_rows`` are the problems of single rows, which are not among ``rows``.

    ``problems`` are those of the whole file; with any of them the rows are not to be used.
    """

    path: str
    header: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    bad_rows: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()
    header_line: int = 1
    delimiter: str = ""
    lines: list[str] = field(default_factory=list)

    def place(self, line: int, column: int) -> Place:
        """Return where a cell of the row that starts on ``line`` stands; ``column`` counts cells from 0."""
        if not self.delimiter:
            return Place(self.path, line)
        return Place(self.path, line, column_of(self.lines[line - 1], column, self.delimiter))


def column_of(line: str, cell: int, delimiter: str) -> int:
    """Return where a cell of a line begins, from 1; cells count from 0."""
    at = 0
    for _ in range(cell):
        quoted = _QUOTED.match(line, at)  # elsewhere in a cell a quote is a character like any other
        found = line.find(delimiter, quoted.end() if quoted else at)
        if found < 0:
            break
        at = found + 1
    return at + 1


class Rows(NamedTuple):
    """The rows of some whole lines, and what is wrong with single ones. ``lines`` are the lines, ``first`` is theirs.

    ``error`` is what keeps the rest of the file from being read; ``open`` is True where that is a quote that no line
    given here closes.
    """

    rows: list[Row]
    bad: list[Problem]
    lines: list[str]
    first: int = 1
    error: Problem | None = None
    open: bool = False


def read_sheet(path: str, text: str) -> Sheet:
    """Read a spreadsheet, whose kind its name tells; ``text`` has LF line breaks (``decoding``)."""
    if is_jsonl(path):
        return _read_jsonl(path, text, dict(_bad_characters(path, text, 1)))
    delimiter = delimiter_of(path, text)
    found = read_rows(path, text, delimiter)
    if found.error is not None:
        return unreadable(path, found.error)
    headed = head(path, found, delimiter)
    if headed.problems or not found.rows:
        return headed
    return replace(headed, rows=found.rows[1:], bad_rows=tuple(found.bad))


def unreadable(path: str, problem: Problem) -> Sheet:
    """Return a sheet without rows, for what keeps it from being read."""
    return Sheet(path, problems=(problem,))


def is_jsonl(path: str) -> bool:
    """Say whether a file holds a JSON object a line, whose headings only all its lines together tell."""
    return path.lower().endswith(".jsonl")


def delimiter_of(path: str, text: str) -> str:
    """Return what separates the cells of a file, by its name or its first line that is not blank."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    return "\t" if path.lower().endswith(".tsv") else _delimiter(first)


def head(path: str, found: Rows, delimiter: str) -> Sheet:
    """Return a sheet with its headings alone, out of the first lines that hold a row, or with why there are none."""
    if found.bad and found.bad[0].place and (not found.rows or found.bad[0].place.line < found.rows[0].line):
        return unreadable(path, found.bad[0])  # the headings themselves cannot be read
    if not found.rows:
        return Sheet(path, delimiter=delimiter, lines=found.lines)
    header = tuple(cell.strip() for cell in found.rows[0].cells)
    return _without_twins(Sheet(path, header, header_line=found.rows[0].line, delimiter=delimiter, lines=found.lines))


def read_rows(path: str, text: str, delimiter: str, first: int = 1, *, unusual: bool = True) -> Rows:
    """Read whole lines, the first of which has the number ``first``, and begins a row.

    Without ``unusual`` the caller knows that no character is in them that may not be.
    """
    bad_lines = dict(_bad_characters(path, text, first)) if unusual else {}
    lines = [f"{line}\n" for line in text.split("\n")]
    if text.endswith("\n"):
        lines.pop()
    too_long = max(map(len, lines)) > LONGEST
    if not bad_lines and not too_long and (rows := one_a_line(lines, delimiter, first)) is not None:
        return Rows(rows, [], lines, first)
    return one_by_one(path, lines, delimiter, first, bad_lines)


def one_a_line(lines: list[str], delimiter: str, first: int) -> list[Row] | None:
    """Return what ``one_by_one`` does, in a fifth of the time; None where a line is blank, or is not one row by itself."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    if len(rows) < len(lines) or not all(map(any, rows)):
        return None
    return list(map(_ROW, zip(range(first, first + len(rows)), rows, strict=True)))


def one_by_one(path: str, lines: list[str], delimiter: str, first: int, bad_lines: Mapping[int, Problem]) -> Rows:
    """Read lines row by row; ``bad_lines`` are those in which a character stands that may not."""
    rows: list[Row] = []
    bad: list[Problem] = []
    too_long = max(map(len, lines)) > LONGEST
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    start, before = first, first - 1
    try:
        for cells in reader:
            if any(cells):
                if bad_lines and (problem := _bad_line(bad_lines, start, before + reader.line_num)):
                    bad.append(problem)
                elif (too_long or before + reader.line_num > start) and max(map(len, cells)) > LONGEST:
                    bad.append(Problem("too-long", "a cell of more than 64 KiB", Place(path, start)))
                else:
                    rows.append(Row(start, cells))
            start = before + reader.line_num + 1
    except csv.Error as error:
        message = f"this row cannot be read ({error}); check its quotes"
        problem = Problem("bad-row", message, Place(path, start))
        return Rows(rows, bad, lines, first, problem, open=_UNCLOSED in str(error))
    return Rows(rows, bad, lines, first)


def _bad_line(bad_lines: Mapping[int, Problem], first: int, last: int) -> Problem | None:
    return next((bad_lines[line] for line in range(first, last + 1) if line in bad_lines), None)


def _delimiter(line: str) -> str:
    """Return what separates the headings: a comma unless there are more semicolons or tabs."""
    bare = _QUOTED.sub("", line)
    return max(",;\t", key=bare.count)


def _bad_characters(path: str, text: str, first: int) -> Iterator[tuple[int, Problem]]:
    found = sorted((*characters.CONTROL.finditer(text), *characters.unseen(text)), key=re.Match.start)
    seen = 0
    for match, (at, column) in zip(found, characters.located(text, map(re.Match.start, found)), strict=True):
        line = at + first - 1
        if line != seen:
            message = f"{characters.describe(match.group())}; remove it"
            yield line, Problem("bad-character", message, Place(path, line, column))
        seen = line


def _without_twins(sheet: Sheet) -> Sheet:
    """Refuse a sheet with one heading over two columns."""
    first = {name: at for at, name in reversed(tuple(enumerate(sheet.header)))}
    twins = [at for at, name in enumerate(sheet.header) if name and first[name] < at]
    problems = tuple(
        Problem(
            "duplicate-column",
            f"a second column {shown(sheet.header[at])}; rename or remove one",
            sheet.place(sheet.header_line, at),
        )
        for at in twins
    )
    return Sheet(sheet.path, problems=problems) if problems else sheet


def _read_jsonl(path: str, text: str, bad_lines: dict[int, Problem]) -> Sheet:
    rows: list[tuple[int, dict[str, str]]] = []
    bad: list[Problem] = []
    for at, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        row = bad_lines.get(at) or _json_row(Place(path, at), line)
        if isinstance(row, Problem):
            bad.append(row)
        else:
            rows.append((at, row))
    header = tuple(dict.fromkeys(name for _, row in rows for name in row))
    return Sheet(path, header, [Row(at, [row.get(name, "") for name in header]) for at, row in rows], tuple(bad))


class _DuplicateNameError(ValueError):
    """One name stands twice in one object."""


def _json_row(place: Place, line: str) -> dict[str, str] | Problem:
    """Read one object of texts; numbers stay as they are typed, and a list of texts is joined by ``;``.

    Escapes bring in letters that are not composed, unlike those of the file itself (``decoding``).
    """
    try:
        if len(line) > LONGEST:
            return Problem("too-long", "a line of more than 64 KiB", place)
        row: object = json.loads(line, object_pairs_hook=_pairs, parse_int=str, parse_float=str)
    except _DuplicateNameError:
        return Problem("duplicate-key", "one name is written twice in this object; keep one", place)
    except (ValueError, RecursionError):
        return Problem(
            "bad-row", 'this line is no JSON object; write one such as {"mobilenumber": "087 123 4567"}', place
        )
    if not isinstance(row, dict):
        return Problem("bad-row", "this line is no JSON object; each line holds one, in {}", place)
    cells = {name: _json_cell(value) for name, value in row.items()}
    texts = {name: value for name, value in cells.items() if value is not None}
    if len(texts) < len(cells):
        wrong = next(name for name, value in cells.items() if value is None)
        return Problem("wrong-type", f"the value of {shown(wrong)} is no text", place)
    return _escaped(texts, place) or texts


def _escaped(texts: dict[str, str], place: Place) -> Problem | None:
    """Find what may not be in a text, and which escapes brought in unseen."""
    for text in (*texts, *texts.values()):
        match = characters.CONTROL.search(text) or next(characters.unseen(text), None)
        if match:
            return Problem("bad-character", f"{characters.describe(match.group())}; remove it", place)
    return None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = {_composed(name): value for name, value in pairs}
    if len(row) < len(pairs):
        raise _DuplicateNameError
    return row


def _json_cell(value: object) -> str | None:
    match value:
        case str():
            return _composed(value)
        case None:
            return ""
        case list() if all(isinstance(item, str) for item in value):
            return _composed(";".join(value))
        case _:
            return None


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
