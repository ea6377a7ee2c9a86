"""Spreadsheets as text (.csv, .tsv, .jsonl) into rows with their lines; what the columns mean is not known here."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sendmode_sync.config import characters
from sendmode_sync.config.wording import shown
from sendmode_sync.errors import Place, Problem

LONGEST = 64 * 1024
"""Characters of the longest cell."""

_QUOTED = re.compile(r'"(?:[^"]|"")*"')


class Row(NamedTuple):
    """One row: the line on which it starts, from 1, and its cells (of a .jsonl file: one for every heading)."""

    line: int
    cells: list[str]


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
        text = _QUOTED.sub(lambda quoted: "q" * len(quoted.group()), self.lines[line - 1])
        at = 0
        for _ in range(column):
            found = text.find(self.delimiter, at)
            if found < 0:
                break
            at = found + 1
        return Place(self.path, line, at + 1)


def read_sheet(path: str, text: str) -> Sheet:
    """Read a spreadsheet, whose kind its name tells; ``text`` has LF line breaks (``decoding``)."""
    bad_lines = dict(_bad_characters(path, text))
    if path.lower().endswith(".jsonl"):
        return _read_jsonl(path, text, bad_lines)
    return _read_delimited(path, text, bad_lines)


def _bad_characters(path: str, text: str) -> Iterator[tuple[int, Problem]]:
    found = sorted((*characters.CONTROL.finditer(text), *characters.unseen(text)), key=re.Match.start)
    seen = 0
    for match, (line, column) in zip(found, characters.located(text, map(re.Match.start, found)), strict=True):
        if line != seen:
            message = f"{characters.describe(match.group())}; remove it"
            yield line, Problem("bad-character", message, Place(path, line, column))
        seen = line


def _read_delimited(path: str, text: str, bad_lines: dict[int, Problem]) -> Sheet:
    lines = [f"{line}\n" for line in text.split("\n")]
    first = next((line for line in lines if line.strip()), "")
    delimiter = "\t" if path.lower().endswith(".tsv") else _delimiter(first)
    rows: list[Row] = []
    bad: list[Problem] = []
    too_long = max(map(len, lines)) > LONGEST
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cells):
                if bad_lines and (problem := _bad_line(bad_lines, start, reader.line_num)):
                    bad.append(problem)
                elif too_long and max(map(len, cells)) > LONGEST:
                    bad.append(Problem("too-long", "a cell of more than 64 KiB", Place(path, start)))
                else:
                    rows.append(Row(start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        message = f"this row cannot be read ({error}); check its quotes"
        return Sheet(path, problems=(Problem("bad-row", message, Place(path, start)),))
    if bad and bad[0].place and (not rows or bad[0].place.line < rows[0].line):
        return Sheet(path, problems=(bad[0],))  # the headings themselves cannot be read
    if not rows:
        return Sheet(path, delimiter=delimiter, lines=lines)
    header = tuple(cell.strip() for cell in rows[0].cells)
    sheet = Sheet(path, header, rows[1:], tuple(bad), (), rows[0].line, delimiter, lines)
    return _without_twins(sheet)


def _bad_line(bad_lines: dict[int, Problem], first: int, last: int) -> Problem | None:
    return next((bad_lines[line] for line in range(first, last + 1) if line in bad_lines), None)


def _delimiter(line: str) -> str:
    """Return what separates the headings: a comma unless there are more semicolons or tabs."""
    bare = _QUOTED.sub("", line)
    return max(",;\t", key=bare.count)


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
    """Read one object of texts; numbers stay as they are typed, and a list of texts is joined by ``;``."""
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
    cells = {str(name): _json_cell(value) for name, value in row.items()}
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
    row = dict(pairs)
    if len(row) < len(pairs):
        raise _DuplicateNameError
    return row


def _json_cell(value: object) -> str | None:
    match value:
        case str():
            return value
        case None:
            return ""
        case list() if all(isinstance(item, str) for item in value):
            return ";".join(value)
        case _:
            return None
