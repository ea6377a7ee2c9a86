"""The imports that are missing at Sendmode: the project against the state, in a total order; it deletes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sendmode_sync.errors import Problem
from sendmode_sync.model import fingerprint
from sendmode_sync.model.desired import FIELDS, NO_VALUES, Desired, Group, Values
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import ImportChange
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
    lists = {
        name: (group.fields, applied.get(name, {}))
        for name, group in desired.groups.items()
        if group.fields is not None
    }
    projections = {name: _projection(desired.groups[name]) for name in lists}
    created: list[ImportKey] = []
    updated: list[ImportKey] = []
    kept: dict[str, int] = dict.fromkeys(lists, 0)
    held = 0
    of_values = fingerprint.of_values
    for number, customer in desired.customers.items():
        if number in everyone_barred:
            held += any(group in lists for group in customer.groups)
            continue
        whole: bytes | None = None
        for group in customer.groups:
            entry = lists.get(group)
            if entry is None:
                continue
            known = entry[1].get(number)
            if known is None:
                created.append((group, number))
                continue
            kept[group] += 1
            project = projections[group]
            if project is None:
                whole = whole or of_values(customer.values)
            if known != (whole if project is None else of_values(project(customer.values))):
                updated.append((group, number))
    return Survey(
        tuple(sorted(created)),
        tuple(sorted(updated)),
        _unmanaged(applied, kept, everyone_barred),
        held,
        sum(map(len, applied.values())),
    )


def imports(desired: Desired, found: Survey, before: Mapping[ImportKey, Values]) -> tuple[ImportChange, ...]:
    """Return the changes by (group, number).

    ``before`` holds the fields last applied, of every key of ``found.updated``. Where they differ only in fields that
    the group no longer lets leave, there is nothing to do.
    """
    changes = [
        ImportChange("create", group, number, None, projected(desired.groups[group], desired.customers[number].values))
        for group, number in found.created
    ]
    for key in found.updated:
        group, number = key
        rule = desired.groups[group]
        old = projected(rule, before.get(key, NO_VALUES))
        new = projected(rule, desired.customers[number].values)
        if old != new:
            changes.append(ImportChange("update", group, number, old, new))
    changes.sort(key=lambda change: (change.group, change.mobilenumber))
    return tuple(changes)


def projected(group: Group, values: Values) -> Values:
    """Return all ten fields, those that may not leave by this group as empty texts."""
    project = _projection(group)
    return values if project is None else project(values)


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


def _projection(group: Group) -> Callable[[Values], Values] | None:
    """Return how the group narrows ten fields; None where all of them leave."""
    leaving = group.fields or frozenset()
    if leaving.issuperset(FIELDS):
        return None
    leaves = tuple(name in leaving for name in FIELDS)
    return lambda values: tuple(value if may else "" for value, may in zip(values, leaves, strict=True))


def _unmanaged(
    applied: Mapping[str, Mapping[E164, bytes]], kept: Mapping[str, int], everyone_barred: frozenset[E164]
) -> int:
    """Count applied imports that are neither written (``kept``, per group) nor held back for being barred."""
    return sum(
        len(numbers) - kept.get(group, 0) - sum(number in numbers for number in everyone_barred)
        for group, numbers in applied.items()
    )
