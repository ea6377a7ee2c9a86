"""The imports that are missing at Sendmode: the project against the state, in a total order; it deletes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sendmode_sync.errors import Problem
from sendmode_sync.model.desired import NO_VALUES, Desired, Group, Values
from sendmode_sync.model.imports import Imports
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import ImportChange
from sendmode_sync.model.roll import ALL_FIELDS, PRINT, Roll, narrow
from sendmode_sync.model.state import State

ImportKey = tuple[str, E164]


class Survey(NamedTuple):
    """How the imports of project and state differ, as (group, number) in sorted order.

    ``unmanaged`` counts imports in the state that are no longer written, ``held`` customers that are not imported
    because they are opted out or forgotten, ``applied`` imports in the state.
    """

    created: tuple[ImportKey, ...] = ()
    updated: tuple[ImportKey, ...] = ()
    unmanaged: int = 0
    held: int = 0
    applied: int = 0


def survey(desired: Desired, state: State | None, everyone_barred: frozenset[E164]) -> Survey:
    """Compare fingerprints only; nothing is built for a customer that did not change."""
    applied = {} if state is None else state.applied
    lists = {name: group.fields for name, group in desired.groups.items() if group.fields is not None}
    roll = Roll.of(desired.customers, lists.values())
    known_in = {name: (applied.get(name, {}), roll.prints(fields & ALL_FIELDS)) for name, fields in lists.items()}
    created: list[ImportKey] = []
    updated: list[ImportKey] = []
    kept: dict[str, int] = dict.fromkeys(lists, 0)
    held = 0
    groups_of = roll.groups_of_rows
    for number, row in roll.rows():
        if number in everyone_barred:
            held += any(group in lists for group in groups_of[row])
            continue
        for group in groups_of[row]:
            if group not in known_in:
                continue
            numbers, prints = known_in[group]
            known = numbers.get(number)
            if known is None:
                created.append((group, number))
                continue
            kept[group] += 1
            if known != prints[row * PRINT : row * PRINT + PRINT]:
                updated.append((group, number))
    return Survey(
        tuple(sorted(created)),
        tuple(sorted(updated)),
        _unmanaged(applied, kept, everyone_barred),
        held,
        sum(map(len, applied.values())),
    )


def imports(desired: Desired, found: Survey, before: Mapping[ImportKey, Values]) -> Imports:
    """Return the changes by (group, number).

    ``before`` holds the fields last applied, of every key of ``found.updated``. Where they differ only in fields that
    the group no longer lets leave, there is nothing to do.
    """
    roll = Roll.of(desired.customers)
    groups: dict[E164, list[str]] = {}
    for group, number in found.updated:
        groups.setdefault(number, []).append(group)
    changes = []
    for number, values in roll.each(groups):
        for group in groups[number]:
            rule = desired.groups[group]
            old = projected(rule, before.get((group, number), NO_VALUES))
            new = projected(rule, values)
            if old != new:
                sparing = tuple([was if was == now else now for was, now in zip(old, new, strict=True)])
                changes.append(ImportChange("update", group, number, old, sparing))
    changes.sort(key=lambda change: (change.group, change.mobilenumber))
    allowed = {name: group.fields or frozenset() for name, group in desired.groups.items()}
    return Imports(found.created, changes, roll, allowed)


def projected(group: Group, values: Values) -> Values:
    """Return all ten fields, those that may not leave by this group as empty texts."""
    return narrow(values, group.fields or frozenset())


def notices(found: Survey) -> tuple[Problem, ...]:
    """Return what is worth saying of imports that are not made."""
    said = []
    if found.unmanaged:
        said.append(
            Problem(
                "import-unmanaged",
                f"{found.unmanaged} imported before and no longer written: Sendmode has no delete call, "
                "so they stay in its groups; remove them there by hand",
                level="notice",
            )
        )
    if found.held:
        said.append(
            Problem("import-barred", f"{found.held} opted out or forgotten: they are not imported", level="notice")
        )
    return tuple(said)


def _unmanaged(
    applied: Mapping[str, Mapping[E164, bytes]], kept: Mapping[str, int], everyone_barred: frozenset[E164]
) -> int:
    """Count applied imports that are neither written (``kept``, per group) nor held back for being barred."""
    return sum(
        len(numbers) - kept.get(group, 0) - sum(number in numbers for number in everyone_barred)
        for group, numbers in applied.items()
    )
