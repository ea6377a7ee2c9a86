"""The imports of a plan: a million creates need not be in memory with all their fields to be shown or made one by one."""

from __future__ import annotations

import heapq
import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import SupportsIndex, overload

from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import ImportChange
from sendmode_sync.model.roll import Roll, narrow, parted

PART = 250_000
"""So many creates have their fields in memory at a time; whoever goes through fewer twice reads them once."""


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
        self._updated = updated
        self._roll = roll
        self._allowed = allowed
        self._part = part
        self._at = -1
        self._texts: dict[E164, str] = {}
        if created:
            self._look_up(0)

    def __len__(self) -> int:
        return len(self._keys) + len(self._updated)

    def __iter__(self) -> Iterator[ImportChange]:
        return heapq.merge(self._creates(), self._updated, key=lambda change: (change.group, change.mobilenumber))

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

    def _creates(self) -> Iterator[ImportChange]:
        for start in range(0, len(self._keys), self._part):
            texts = self._look_up(start)
            for group, number in self._keys[start : start + self._part]:
                yield ImportChange("create", group, number, None, narrow(parted(texts[number]), self._allowed[group]))

    def _look_up(self, start: int) -> Mapping[E164, str]:
        """Return the fields of one part; those of the one before are let go."""
        if start != self._at:
            self._texts = {}
            self._texts = self._roll.texts(number for _, number in self._keys[start : start + self._part])
            self._at = start
        return self._texts


def created(imports: Sequence[ImportChange]) -> int:
    """Return how many of some imports are new, without looking any of them up."""
    return imports.created if isinstance(imports, Imports) else sum(change.change == "create" for change in imports)
