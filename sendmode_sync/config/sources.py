"""Contact lists kept as spreadsheets: which column is which field, and which rows are people."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple

from sendmode_sync.config.check import Part
from sendmode_sync.config.people import People, bad_date, undeclared
from sendmode_sync.config.settings import threshold
from sendmode_sync.config.sheets import Sheet
from sendmode_sync.config.wording import listed, shown, suggestion
from sendmode_sync.errors import Place, Problem
from sendmode_sync.model.desired import FIELDS, Customer
from sendmode_sync.model.settings import Threshold
from sendmode_sync.sms.numbers import BadNumber

_TARGETS = frozenset({"mobilenumber", "groups", *FIELDS})


class Source(NamedTuple):
    """One entry of ``sources``; ``place`` is that of its path."""

    path: str
    place: Place
    groups: tuple[str, ...]
    group_places: tuple[Place, ...]
    columns: Mapping[str, str]
    column_places: Mapping[str, Place]
    keep_first: bool
    allow_empty: bool
    max_bad_rows: Threshold


class _Columns(NamedTuple):
    """Where in a row stands what; the cell behind the last one is empty, and stands for what is not there."""

    mobilenumber: int
    groups: int
    fields: tuple[int, ...]


def read_sources(part: Part) -> tuple[Source, ...]:
    """Return the sources that a checked file names."""
    place = part.document.place
    found = []
    for at, item in part.items("sources"):
        row: Any = item
        columns = row.get("columns") or {}
        path = ("sources", at)
        found.append(
            Source(
                path=row["path"],
                place=place((*path, "path")),
                groups=tuple(row.get("groups") or ()),
                group_places=tuple(
                    place((*path, "groups", position)) for position in range(len(row.get("groups") or ()))
                ),
                columns={heading.strip(): target for heading, target in columns.items()},
                column_places={heading.strip(): place((*path, "columns", heading), key=True) for heading in columns},
                keep_first=row.get("on_conflict") == "first",
                allow_empty=row.get("allow_empty") == "true",
                max_bad_rows=threshold(row.get("max_bad_rows") or "0"),
            )
        )
    return tuple(found)


def add_source(people: People, source: Source, sheet: Sheet) -> None:
    """Add the people of one spreadsheet. Bad rows are problems, or left out as far as the source allows them."""
    if sheet.problems:
        people.problems += sheet.problems
        return
    total = len(sheet.rows) + len(sheet.bad_rows)
    if not total:
        if not source.allow_empty:
            message = "the source has no rows; an emptied list is refused unless allow_empty is true"
            people.problems.append(Problem("empty-source", message, source.place))
        return
    if not sheet.header:  # no row could be read, so nothing is known of columns
        people.problems += sheet.bad_rows
        return
    columns = _find_columns(people, source, sheet)
    if columns is None or not _declared(people, source):
        return
    bad = [*sheet.bad_rows, *_add_rows(people, source, sheet, columns)]
    _judge_bad_rows(people, source, bad, total)


def _judge_bad_rows(people: People, source: Source, bad: list[Problem], total: int) -> None:
    limit = source.max_bad_rows
    allowed = limit.value * total / Decimal(100) if limit.percent else limit.value
    if len(bad) <= allowed:
        people.skipped_rows += len(bad)
        for found in bad:
            message = f"row left out: {found.message}"
            people.problems.append(Problem(found.code, message, found.place, "warning"))
        return
    people.problems += bad
    if allowed:
        message = f"{len(bad)} of {total} rows are wrong, and max_bad_rows allows {limit}"
        people.problems.append(Problem("max-bad-rows", message, source.place))


def _declared(people: People, source: Source) -> bool:
    """Say whether the source's own groups are all declared, and which are not."""
    wrong = [
        undeclared(name, people.declared, place)
        for name, place in zip(source.groups, source.group_places, strict=True)
        if name not in people.declared
    ]
    people.problems += wrong
    return not wrong


def _find_columns(people: People, source: Source, sheet: Sheet) -> _Columns | None:
    """Find each field's column; say what is mapped but not there, mapped twice, or ignored."""
    wrong: list[Problem] = []
    found: dict[str, int] = {}
    ignored: list[str] = []
    for at, heading in enumerate(sheet.header):
        target = source.columns.get(heading, heading if heading in _TARGETS else None)
        if target is None:
            ignored += [heading] if heading else []
        elif target in found:
            message = f"a second column for {target}; map or keep one"
            wrong.append(Problem("duplicate-column", message, sheet.place(sheet.header_line, at)))
        else:
            found[target] = at
    for heading, place in source.column_places.items():
        if heading not in sheet.header:
            near = suggestion(heading, sheet.header)
            message = (
                f"no column {shown(heading)} in {sheet.path}{near or f'; it has {listed(map(shown, sheet.header))}'}"
            )
            wrong.append(Problem("unknown-column", message, place))
    if "mobilenumber" not in found and not wrong:
        message = "no column holds mobilenumber; name it under columns of the source, such as {Phone: mobilenumber}"
        wrong.append(Problem("missing-column", message, Place(sheet.path, sheet.header_line)))
    people.problems += wrong
    if wrong:
        return None
    if ignored:
        message = f"columns that are no field are ignored: {listed(map(shown, ignored))}"
        people.problems.append(Problem("columns-ignored", message, Place(sheet.path, sheet.header_line), "notice"))
    absent = len(sheet.header)
    fields = tuple(found.get(name, absent) for name in FIELDS)
    return _Columns(found["mobilenumber"], found.get("groups", absent), fields)


def _add_rows(people: People, source: Source, sheet: Sheet, columns: _Columns) -> list[Problem]:
    """Add the good rows and return the problems of the others."""
    bad: list[Problem] = []
    reader = _RowReader(people, source, sheet, columns)
    for line, cells in sheet.rows:
        person = reader.person(line, cells)
        if isinstance(person, Problem):
            bad.append(person)
        elif conflict := people.meet(person, keep_first=source.keep_first):
            people.problems.append(conflict)
    return bad


class _RowReader:
    """Rows of one sheet into people. ``person`` runs once for every row of a long list, so it keeps to plain steps."""

    def __init__(self, people: People, source: Source, sheet: Sheet, columns: _Columns) -> None:
        self.people = people
        self.sheet = sheet
        self.columns = columns
        self.width = len(sheet.header)
        self.fields = itemgetter(*columns.fields)
        self.own_groups = source.groups
        self.known: dict[str, tuple[str, ...]] = {}

    def person(self, line: int, cells: list[str]) -> Customer | Problem:
        if len(cells) != self.width and (len(cells) < self.width or any(cells[self.width :])):
            message = (
                f"{len(cells)} cells under {self.width} headings; put quotes around a cell that holds the separator"
            )
            return Problem("ragged-row", message, self.sheet.place(line, 0))
        row = [cell.strip() for cell in cells[: self.width]]
        row.append("")
        columns = self.columns
        number = self.people.number(row[columns.mobilenumber])
        if isinstance(number, BadNumber):
            return Problem(number.code, number.message, self.sheet.place(line, columns.mobilenumber))
        values = self.fields(row)
        if values[-1] and (said := bad_date(values[-1])):
            return Problem("bad-date", said, self.sheet.place(line, columns.fields[-1]))
        groups = self.known.get(row[columns.groups]) or self._groups(line, row[columns.groups])
        if isinstance(groups, Problem):
            return groups
        return Customer(number, values, groups, Place(self.sheet.path, line))

    def _groups(self, line: int, cell: str) -> tuple[str, ...] | Problem:
        """Read a groups cell that was not met before."""
        names = [name.strip() for name in cell.split(";") if name.strip()]
        place = self.sheet.place(line, self.columns.groups if cell else 0)
        for name in names:
            if name not in self.people.declared:
                return undeclared(name, self.people.declared, place)
        groups = self.people.groups((*self.own_groups, *names))
        if not groups:
            return Problem(
                "no-group", "the row belongs to no group; name one in the row, or for the whole source", place
            )
        self.known[cell] = groups
        return groups
