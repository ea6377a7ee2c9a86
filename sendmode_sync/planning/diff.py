"""The imports that are missing at Sendmode: the project against the state, in a total order; it deletes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import compress, filterfalse
from typing import NamedTuple

from sendmode_sync.errors import Problem
from sendmode_sync.model.applied import Applied
from sendmode_sync.model.desired import NO_VALUES, Desired, Group, Values
from sendmode_sync.model.imports import Imports
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import ImportChange
from sendmode_sync.model.roll import ALL_FIELDS, NOBODY, PRINT, Roll, narrow
from sendmode_sync.model.state import State

ImportKey = tuple[str, E164]

_NOTHING = Applied()
_TOGETHER = 16
"""People whose fingerprints are compared at once where some among thousands differ."""


class Survey(NamedTuple):
    """How the imports of project and state differ, as (group, number) in sorted order.

    ``unmanaged`` counts imports in the state that are no longer written, ``held`` customers that are not imported
    because they are opted out or forgotten, ``applied`` imports in the state. ``gone`` is who was imported before and is
    written nowhere now; who is opted out or forgotten is accounted for.
    """

    created: tuple[ImportKey, ...] = ()
    updated: tuple[ImportKey, ...] = ()
    unmanaged: int = 0
    held: int = 0
    applied: int = 0
    gone: frozenset[E164] = frozenset()


def survey(desired: Desired, state: State | None, everyone_barred: frozenset[E164]) -> Survey:
    """Compare fingerprints only; nothing is built for a customer that did not change."""
    applied = {} if state is None else {name: Applied.of(known) for name, known in state.applied.items()}
    lists = {name: group.fields for name, group in desired.groups.items() if group.fields is not None}
    roll = Roll.of(desired.customers, lists.values())
    held = {number: lists.keys() & roll.groups_of(number) for number in everyone_barred}
    wanted = _members(roll)
    wanted.subtract(name for names in held.values() for name in names)
    created: list[ImportKey] = []
    updated: list[ImportKey] = []
    unmanaged = sum(_not_barred(known, everyone_barred) for known in applied.values())
    gone = {number for name in applied.keys() - lists.keys() for number in _nowhere(applied[name], roll)}
    for name, fields in lists.items():
        known = applied.get(name, _NOTHING)
        found = _compared(_Pair(known, roll, name, everyone_barred), roll.prints(fields & ALL_FIELDS))
        if found.kept < wanted[name]:
            created += [(name, number) for number in _strangers(known, roll, name) if number not in everyone_barred]
        updated += [(name, number) for number in found.updated]
        unmanaged -= found.kept
        gone.update(found.gone)
    return Survey(
        tuple(sorted(created)),
        tuple(sorted(updated)),
        unmanaged,
        sum(map(bool, held.values())),
        sum(map(len, applied.values())),
        frozenset(gone) - everyone_barred,
    )


def _members(roll: Roll) -> Counter[str]:
    """Count the people of each group; the few kinds of membership are counted first."""
    members: Counter[str] = Counter()
    for names, count in Counter(map(roll.groups_of_rows.__getitem__, roll.row_numbers())).items():
        members.update(dict.fromkeys(names, count))
    return members


class _Window(NamedTuple):
    """Some members of a group who are imported already: their rows, and the fingerprints of what was imported.

    ``gone`` are those met among them who are written nowhere now.
    """

    numbers: list[E164]
    rows: list[int]
    prints: bytes
    gone: Sequence[E164] = ()


class _Pair(NamedTuple):
    """One group of the state, and of the project."""

    known: Applied
    roll: Roll
    name: str
    barred: frozenset[E164]

    def windows(self) -> Iterator[_Window]:
        """Yield who is in both and not barred, by some thousand."""
        groups = self.roll.groups_of_rows
        for numbers, prints in self.known.windows():
            rows = self.roll.rows_of(numbers)
            if (
                NOBODY not in rows
                and all(self.name in kind for kind in set(map(groups.__getitem__, rows)))
                and self.barred.isdisjoint(numbers)
            ):
                yield _Window(numbers, rows, prints)
            else:
                yield self._chosen(_Window(numbers, rows, prints))

    def _chosen(self, some: _Window) -> _Window:
        groups = self.roll.groups_of_rows
        chosen = [
            row != NOBODY and self.name in groups[row] and number not in self.barred
            for number, row in zip(some.numbers, some.rows, strict=True)
        ]
        numbers, rows = compress(some.numbers, chosen), compress(some.rows, chosen)
        gone = [number for number, row in zip(some.numbers, some.rows, strict=True) if row == NOBODY]
        return _Window(list(numbers), list(rows), b"".join(compress(_parted(some.prints), chosen)), gone)


class _Compared(NamedTuple):
    """How many members of a group are imported already, and whose fields differ from that; nobody who is barred.

    ``gone`` is who is written nowhere now, barred or not.
    """

    kept: int
    updated: list[E164]
    gone: list[E164]


def _compared(pair: _Pair, column: bytes) -> _Compared:
    kept, updated, gone = 0, list[E164](), list[E164]()
    for numbers, rows, was, nowhere in pair.windows():
        now = _gathered(column, rows)
        kept += len(numbers)
        gone += nowhere
        if now != was:  # one comparison for thousands of people, of whom mostly none changed
            updated += map(numbers.__getitem__, _differing(now, was))
    return _Compared(kept, updated, gone)


def _differing(now: bytes, was: bytes) -> Iterator[int]:
    """Yield where two columns of fingerprints differ; they are compared by some people again, then one by one."""
    step = _TOGETHER * PRINT
    for start in range(0, len(now), step):
        if now[start : start + step] != was[start : start + step]:
            for at in range(start, min(start + step, len(now)), PRINT):
                if now[at : at + PRINT] != was[at : at + PRINT]:
                    yield at // PRINT


def _gathered(column: bytes, rows: list[int]) -> bytes:
    """Return the fingerprints of some rows; those that stand one after the other, as most do, are cut out at once."""
    if rows and rows == list(range(rows[0], rows[0] + len(rows))):
        return column[rows[0] * PRINT : (rows[-1] + 1) * PRINT]
    return b"".join([column[row * PRINT : (row + 1) * PRINT] for row in rows])


def _parted(prints: bytes) -> list[bytes]:
    return [prints[at : at + PRINT] for at in range(0, len(prints), PRINT)]


def _strangers(known: Applied, roll: Roll, name: str) -> Iterator[E164]:
    """Yield the members of a group who were never imported into it."""
    met = bytearray(len(roll.groups_of_rows) + 1)  # one more, for all who are nobody
    for numbers, _ in known.windows():
        for row in roll.rows_of(numbers):
            met[row] = True
    groups = roll.groups_of_rows
    return (number for number, row in roll.rows() if not met[row] and name in groups[row])


def _nowhere(known: Applied, roll: Roll) -> Iterator[E164]:
    """Yield who is in no list at all."""
    for numbers, _ in known.windows():
        yield from filterfalse(roll.__contains__, numbers)


def _not_barred(known: Applied, everyone_barred: frozenset[E164]) -> int:
    if not everyone_barred:
        return len(known)
    return len(known) - sum(len(everyone_barred.intersection(numbers)) for numbers, _ in known.windows())


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
