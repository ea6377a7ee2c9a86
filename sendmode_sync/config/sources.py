"""Contact lists kept as spreadsheets: which column is which field, and which rows are people."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from sendmode_sync.config.check import Part
from sendmode_sync.config.gathering import Meaning
from sendmode_sync.config.lists import Asked, Memory, read_list
from sendmode_sync.config.people import People
from sendmode_sync.config.settings import threshold
from sendmode_sync.config.sheets import Sheet
from sendmode_sync.config.shelf import SheetFile
from sendmode_sync.config.wording import listed, shown, suggestion
from sendmode_sync.errors import Place, Problem
from sendmode_sync.model.desired import FIELDS
from sendmode_sync.model.settings import Threshold

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


def add_source(people: People, source: Source, found: SheetFile, memory: Memory) -> None:
    """Add the people of one spreadsheet. Bad rows are problems, or left out as far as the source allows them."""

    def meaning(sheet: Sheet) -> Meaning | None:
        columns = _find_columns(people, source, sheet)
        return columns if columns is not None and _declared(people, source) else None

    listed = read_list(people, found, Asked(source.columns, source.groups, meaning), memory)
    people.problems += listed.sheet.problems
    if listed.empty and not source.allow_empty:
        message = "the source has no rows; an emptied list is refused unless allow_empty is true"
        people.problems.append(Problem("empty-source", message, source.place))
    if listed.gathered is not None and listed.shelf is not None:
        gathered = listed.gathered
        people.meet(listed.shelf, gathered.columns, keep_first=source.keep_first)
        _judge_bad_rows(people, source, gathered.bad, len(gathered.numbers) + len(gathered.bad))


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
        people.undeclared(name, place)
        for name, place in zip(source.groups, source.group_places, strict=True)
        if name not in people.declared
    ]
    people.problems += wrong
    return not wrong


def _find_columns(people: People, source: Source, sheet: Sheet) -> Meaning | None:
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
    return Meaning(absent, found["mobilenumber"], found.get("groups", absent), fields)
