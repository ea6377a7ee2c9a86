"""The imports of a plan: a million creates need not be in memory with all their fields to be shown or made one by one."""

from __future__ import annotations

import heapq
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal, NamedTuple, SupportsIndex, overload

from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import ImportChange
from sendmode_sync.model.roll import Roll, narrow, parted

PART = 250_000
"""So many creates have their fields in memory at a time; whoever goes through fewer twice reads them once."""

FEW = 100
"""So many creates are looked up by themselves, without the rest of their part."""

Kind = Literal["create", "update"]


class OfGroup(NamedTuple):
    """The imports of one group, by what they do, each in the order of their numbers."""

    group: str
    created: Sequence[ImportChange]
    updated: Sequence[ImportChange]


class Imports(Sequence[ImportChange]):
    """Changes by (group, number): what is created is looked up in the roll by parts, what is updated is held.

    ``allowed`` are the fields that may leave by each group. Going through them raises where a list changed meanwhile.
    """

    def __init__(
        self,
        created: Sequence[tuple[str, E164]],
        updated: Sequence[ImportChange],
        roll: Roll,
        allowed: Mapping[str, frozenset[str]],
        part: int = PART,
    ) -> None:
        """Take both in the order of (group, number), and look the first part up."""
        self.created = len(created)
        self._keys = created
        self.updated = updated
        self._roll = roll
        self._allowed = allowed
        self._part = part
        self._at = -1
        self._texts: dict[E164, str] = {}
        if created:
            self._look_up(0)

    def __len__(self) -> int:
        return len(self._keys) + len(self.updated)

    def __iter__(self) -> Iterator[ImportChange]:
        return heapq.merge(self.creates(), self.updated, key=lambda change: (change.group, change.mobilenumber))

    @overload
    def __getitem__(self, at: SupportsIndex) -> ImportChange: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[ImportChange, ...]: ...
    def __getitem__(self, at: SupportsIndex | slice) -> ImportChange | tuple[ImportChange, ...]:
        return tuple(self)[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(operator.eq, self, other))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def creates(self, start: int = 0, stop: int | None = None) -> Iterator[ImportChange]:
        """Yield what is created; ``start`` and ``stop`` are places among all creates."""
        end = len(self._keys) if stop is None else stop
        for at in range(start - start % self._part, end, self._part):
            keys = self._keys[max(at, start) : min(at + self._part, end)]
            alone = at != self._at and len(keys) <= FEW
            texts = self._roll.texts(number for _, number in keys) if alone else self._look_up(at)
            for group, number in keys:
                yield ImportChange("create", group, number, None, narrow(parted(texts[number]), self._allowed[group]))

    def created_by_group(self) -> dict[str, Creates]:
        """Return what is created, by group."""
        found, start = {}, 0
        for name, same in groupby(self._keys, key=operator.itemgetter(0)):
            stop = start + sum(1 for _ in same)
            found[name] = Creates(self, start, stop)
            start = stop
        return found

    def _look_up(self, start: int) -> Mapping[E164, str]:
        """Return the fields of one part; those of the one before are let go."""
        if start != self._at:
            self._texts = {}
            self._texts = self._roll.texts(number for _, number in self._keys[start : start + self._part])
            self._at = start
        return self._texts


class Creates(Sequence[ImportChange]):
    """Creates that stand side by side: they are counted without being looked up, and looked up as far as they are wanted."""

    def __init__(self, whole: Imports, start: int, stop: int) -> None:
        """Take those from one place among all creates to before another."""
        self._whole = whole
        self._range = range(start, stop)

    def __len__(self) -> int:
        return len(self._range)

    def __iter__(self) -> Iterator[ImportChange]:
        return self._whole.creates(self._range.start, self._range.stop)

    @overload
    def __getitem__(self, at: SupportsIndex) -> ImportChange: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[ImportChange, ...]: ...
    def __getitem__(self, at: SupportsIndex | slice) -> ImportChange | tuple[ImportChange, ...]:
        if not isinstance(at, slice):
            place = self._range[at]
            return next(self._whole.creates(place, place + 1))
        places = self._range[at]
        if places.step != 1:
            return tuple(self)[at]
        return tuple(self._whole.creates(places.start, places.stop))


def created(imports: Sequence[ImportChange]) -> int:
    """Return how many of some imports are new, without looking any of them up."""
    return imports.created if isinstance(imports, Imports) else sum(change.change == "create" for change in imports)


def of_kind(imports: Sequence[ImportChange], kind: Kind) -> Sequence[ImportChange]:
    """Return those of some imports that create, or that update."""
    if not isinstance(imports, Imports):
        return tuple(change for change in imports if change.change == kind)
    return Creates(imports, 0, imports.created) if kind == "create" else imports.updated


def by_group(imports: Sequence[ImportChange]) -> list[OfGroup]:
    """Return the imports of every group that has some, by its name."""
    created: Mapping[str, Sequence[ImportChange]]
    created = imports.created_by_group() if isinstance(imports, Imports) else _grouped(of_kind(imports, "create"))
    updated = _grouped(of_kind(imports, "update"))
    return [OfGroup(name, created.get(name, ()), updated.get(name, ())) for name in sorted({*created, *updated})]


def _grouped(changes: Iterable[ImportChange]) -> dict[str, list[ImportChange]]:
    found: dict[str, list[ImportChange]] = {}
    for change in changes:
        found.setdefault(change.group, []).append(change)
    return found
