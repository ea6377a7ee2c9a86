"""One column of phone numbers out of a spreadsheet that a command names; the numbers are not judged here."""

from __future__ import annotations

import os
from pathlib import Path

from sendmode_sync.config.decoding import decode_sheet
from sendmode_sync.config.guessing import HEADINGS, bare
from sendmode_sync.config.sheets import Sheet, read_sheet
from sendmode_sync.config.wording import listed, shown
from sendmode_sync.errors import Place, Problem, ProjectError
from sendmode_sync.workspace.reading import Unreadable, read_file

_HEADINGS = frozenset(HEADINGS["mobilenumber"])
_DIGITS_OF_A_NUMBER = 7


def read_number_column(
    path: Path, *, column: str | None = None, cwd: Path | None = None
) -> tuple[tuple[str, Place], ...]:
    """Return the texts in the column of mobile numbers of a .csv, .tsv or .jsonl file, which may lie anywhere.

    The column is the one named ``column``, else the one whose heading means a mobile number; a file without headings
    may be a list of numbers. Empty cells are left out. ProjectError where the file, or a row of it, cannot be read.
    """
    sheet = open_sheet(path, cwd)
    at = _find(sheet, column)
    if at is None:
        message = f"no column of mobile numbers among {listed(map(shown, sheet.header))}; name it mobilenumber"
        raise ProjectError([Problem("missing-column", message, Place(sheet.path, sheet.header_line))])
    cells = [(line, row[at].strip()) for line, row in sheet.rows if at < len(row)]
    if _is_number(sheet.header[at]):
        cells.insert(0, (sheet.header_line, sheet.header[at]))
    return tuple((text, sheet.place(line, at)) for line, text in cells if text)


def open_sheet(path: Path, cwd: Path | None = None) -> Sheet:
    """Return a spreadsheet that may lie anywhere; ProjectError where it, or a row of it, cannot be read."""
    name = os.path.relpath(path, cwd or Path.cwd())
    data = read_file(path, follow=True)
    if isinstance(data, Unreadable):
        raise ProjectError([Problem("missing-file", data.message, Place(name))])
    decoded = decode_sheet(name, data)
    if decoded.text is None:
        raise ProjectError(decoded.problems)
    sheet = read_sheet(name, decoded.text)
    if sheet.problems or sheet.bad_rows:
        raise ProjectError((*sheet.problems, *sheet.bad_rows))
    return sheet


def _find(sheet: Sheet, column: str | None) -> int | None:
    wanted = _HEADINGS if column is None else {bare(column)}
    named = [at for at, heading in enumerate(sheet.header) if bare(heading) in wanted]
    if named or column is not None:
        return min(named, default=None, key=lambda at: bare(sheet.header[at]) != "mobilenumber")
    numbers = [at for at, heading in enumerate(sheet.header) if _is_number(heading)]
    return numbers[0] if len(numbers) == 1 else None


def _is_number(heading: str) -> bool:
    return sum(map(str.isdigit, heading)) >= _DIGITS_OF_A_NUMBER
