"""A spreadsheet from elsewhere: an export of the account, or a list that becomes the first source of a new project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sendmode_sync.config.guessing import guess
from sendmode_sync.config.wording import listed, shown
from sendmode_sync.errors import Place, Problem, ProjectError
from sendmode_sync.workspace.columns import open_sheet


class Foreign(NamedTuple):
    """A sheet whose columns were guessed.

    ``columns`` maps headings to fields, in the order of the sheet. ``rows`` hold the fields of each row, its number as
    it is typed; a field is there for every column that was guessed.
    """

    columns: Mapping[str, str]
    rows: tuple[Mapping[str, str], ...]


def read_foreign(path: Path, region: str, *, allow_fictional: bool = False, cwd: Path | None = None) -> Foreign:
    """Read a sheet that may lie anywhere; ProjectError where no column is one of mobile numbers, or it cannot be read."""
    sheet = open_sheet(path, cwd)
    fields = guess(sheet, region, allow_fictional=allow_fictional)
    if "mobilenumber" not in fields.values():
        message = f"no column of mobile numbers among {listed(map(shown, sheet.header))}; name it mobilenumber"
        raise ProjectError([Problem("missing-column", message, Place(sheet.path, sheet.header_line))])
    rows = tuple(
        {field: row.cells[at].strip() if at < len(row.cells) else "" for at, field in fields.items()}
        for row in sheet.rows
    )
    return Foreign({sheet.header[at]: fields[at] for at in sorted(fields)}, rows)
