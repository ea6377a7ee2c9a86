"""Everyone a project names, in columns: a list of a million people takes a third of what objects would.

Numbers, groups and fingerprints are held; the ten fields stay where they were read (a ``Shelf``) and are fetched for those
few who need them. As a mapping it gives customers like any dict of them, which suits single look-ups.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, Sequence, ValuesView
from itertools import repeat
from typing import NamedTuple, Protocol

from sendmode_sync.errors import Place
from sendmode_sync.model.desired import FIELDS, SEPARATOR, Customer, Values
from sendmode_sync.model.fingerprint import of_values
from sendmode_sync.model.phone import E164

PRINT = 16
"""Bytes of one fingerprint (``fingerprint.of_values``)."""

ALL_FIELDS = frozenset(FIELDS)
NOBODY = -1
"""The row of a number that nobody has."""


class Shelf(Protocol):
    """Where the rows of one file are kept; rows count from 0."""

    def place(self, row: int) -> Place:
        """Return where a row was written."""
        ...

    def texts(self, rows: Sequence[int], *, again: bool = False) -> Iterable[str]:
        """Return the ten fields of some rows, each as one text (``joined``).

        The rows are given in ascending order; ``again``: they will be asked for again.
        """
        ...


class Held:
    """A shelf whose rows are in memory, each as one text."""

    def __init__(self) -> None:
        """Begin empty."""
        self._places: list[Place] = []
        self._texts: list[str] = []

    def add(self, place: Place, values: Values) -> None:
        """Add a row."""
        self._places.append(place)
        self._texts.append(joined(values))

    def place(self, row: int) -> Place:
        """Return where a row was written."""
        return self._places[row]

    def texts(self, rows: Sequence[int], *, again: bool = False) -> Iterable[str]:  # noqa: ARG002 - all are held
        """Return the ten fields of some rows, each as one text."""
        return map(self._texts.__getitem__, rows)


class Columns(NamedTuple):
    """Rows as they were read: their numbers, their groups, and a column of fingerprints for each set of fields."""

    numbers: Sequence[E164]
    groups: Sequence[tuple[str, ...]]
    prints: Sequence[bytes | bytearray | memoryview]


class Twin(NamedTuple):
    """A row whose number was met before, in the row ``known``. ``alike`` is True where all fields are the same."""

    known: int
    row: int
    alike: bool
    number: E164


class Roll(Mapping[E164, Customer]):
    """Everyone met, in the order in which they were met; rows are numbered over all shelves.

    ``narrowed`` are the sets of fields that groups let leave, where that is not all of them: each has its own
    column of fingerprints, since its imports are compared by what leaves.
    """

    def __init__(self, narrowed: Iterable[frozenset[str]] = ()) -> None:
        """Begin empty."""
        self.fieldsets = (ALL_FIELDS, *sorted(set(narrowed) - {ALL_FIELDS}, key=sorted))
        self._rows: dict[E164, int] = {}
        self._groups: list[tuple[str, ...]] = []
        self._prints = tuple(bytearray() for _ in self.fieldsets)
        self._settled: tuple[bytes, ...] = ()
        self._starts: list[int] = []
        self._shelves: list[Shelf] = []

    @classmethod
    def of(cls, customers: Mapping[E164, Customer], narrowed: Iterable[frozenset[str]] = ()) -> Roll:
        """Return customers as a roll with a column for every set of fields; one that is such a roll already is returned."""
        wanted = set(narrowed)
        if isinstance(customers, cls) and wanted.issubset(customers.fieldsets):
            return customers
        roll, shelf = cls(wanted), Held()
        for customer in customers.values():
            shelf.add(customer.place, customer.values)
        everyone = list(customers.values())
        prints = [bytearray() for _ in roll.fieldsets]
        for customer in everyone:
            for column, fields in zip(prints, roll.fieldsets, strict=True):
                column.extend(of_values(narrow(customer.values, fields)))
        roll.add(shelf, Columns(list(customers), [customer.groups for customer in everyone], prints))
        return roll

    def add(self, shelf: Shelf, rows: Columns) -> list[Twin]:
        """Add the rows of one shelf; return those whose number was met before, which are not added.

        Once the roll is settled, this raises ValueError.
        """
        start = len(self._groups)
        self._starts.append(start)
        self._shelves.append(shelf)
        self._groups += rows.groups
        for column, more in zip(self._prints, rows.prints, strict=True):
            column.extend(more)
        own, met = range(start, start + len(rows.numbers)), len(self._rows)
        known = list(map(self._rows.setdefault, rows.numbers, own))
        if len(self._rows) == met + len(known):
            return []
        return [
            self._twin(rows.numbers[row - start], row) for row, first in zip(own, known, strict=True) if first != row
        ]

    def _twin(self, number: E164, row: int) -> Twin:
        prints, known = self._prints[0], self._rows[number]
        alike = prints[known * PRINT : (known + 1) * PRINT] == prints[row * PRINT : (row + 1) * PRINT]
        return Twin(known, row, alike, number)

    def regroup(self, row: int, groups: tuple[str, ...]) -> None:
        """Put the person of a row into other groups."""
        self._groups[row] = groups

    def groups(self, row: int) -> tuple[str, ...]:
        """Return the groups of a row, in sorted order."""
        return self._groups[row]

    def groups_of(self, number: E164) -> tuple[str, ...]:
        """Return the groups of a person, none for a stranger; unlike a look-up as in a mapping, this fetches no field."""
        row = self._rows.get(number)
        return () if row is None else self._groups[row]

    def place(self, row: int) -> Place:
        """Return where a row was written."""
        at = bisect_right(self._starts, row) - 1
        return self._shelves[at].place(row - self._starts[at])

    def memberships(self) -> Iterator[tuple[E164, tuple[str, ...]]]:
        """Yield each number with its groups."""
        groups = self._groups
        return ((number, groups[row]) for number, row in self._rows.items())

    def rows(self) -> Iterable[tuple[E164, int]]:
        """Return each number with its row."""
        return self._rows.items()

    def row_numbers(self) -> Iterable[int]:
        """Return the row of each number."""
        return self._rows.values()

    def rows_of(self, numbers: Sequence[E164]) -> list[int]:
        """Return the row of each of some numbers, ``NOBODY`` for a stranger."""
        return list(map(self._rows.get, numbers, repeat(NOBODY)))

    def keys(self) -> KeysView[E164]:
        """Return the numbers."""
        return self._rows.keys()

    @property
    def groups_of_rows(self) -> Sequence[tuple[str, ...]]:
        """The groups of every row, in sorted order."""
        return self._groups

    def settle(self) -> None:
        """Let the fingerprints lie as they are compared, since everybody is there by now."""
        if not self._settled:
            self._settled, self._prints = tuple(map(bytes, self._prints)), ()

    def prints(self, fields: frozenset[str]) -> bytes:
        """Return the fingerprints over some fields, ``PRINT`` bytes a row; only sets of ``fieldsets`` have them.

        It settles the roll.
        """
        self.settle()
        return self._settled[self.fieldsets.index(fields)]

    def texts(self, numbers: Iterable[E164], *, again: bool = False) -> dict[E164, str]:
        """Return the ten fields of some people, those of each as one text (``joined``), which takes a third of the memory.

        They are read in one go over what they were read from; strangers are left out. With ``again`` they will be asked for
        once more, so that whatever they are read from may be kept.
        """
        return dict(self._each(numbers, again=again))

    def each(self, numbers: Iterable[E164]) -> Iterator[tuple[E164, Values]]:
        """Yield the ten fields of the same people one by one, in the order in which they were met."""
        return ((number, parted(text)) for number, text in self._each(numbers))

    def _each(self, numbers: Iterable[E164], *, again: bool = False) -> Iterator[tuple[E164, str]]:
        rows = self._rows
        wanted = {rows[number]: number for number in numbers if number in rows}
        order = sorted(wanted)
        at = 0
        ends = (*self._starts, len(self._groups))[1:]
        for shelf, start, end in zip(self._shelves, self._starts, ends, strict=True):
            stop = bisect_left(order, end, at)
            here, at = order[at:stop], stop
            if here:
                texts = shelf.texts([row - start for row in here], again=again)
                yield from zip(map(wanted.__getitem__, here), texts, strict=True)

    def items(self) -> ItemsView[E164, Customer]:
        """Return everyone as customers; this fetches all fields, which is what a roll is there to avoid."""
        texts = self.texts(self._rows)
        made = {
            number: Customer(number, parted(texts[number]), self._groups[row], self.place(row))
            for number, row in self._rows.items()
        }
        return made.items()

    def values(self) -> ValuesView[Customer]:
        """Return everyone as customers, as ``items`` does."""
        return dict(self.items()).values()

    def __getitem__(self, number: E164) -> Customer:
        row = self._rows[number]
        return Customer(number, parted(self.texts((number,))[number]), self._groups[row], self.place(row))

    def __contains__(self, number: object) -> bool:
        return number in self._rows

    def __iter__(self) -> Iterator[E164]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def joined(values: Values) -> str:
    """Return the ten fields as one text."""
    return SEPARATOR.join(values)


def parted(text: str) -> Values:
    """Return the ten fields out of one text."""
    return tuple(text.split(SEPARATOR))


def narrow(values: Values, fields: frozenset[str]) -> Values:
    """Return all ten fields, those outside ``fields`` as empty texts."""
    if fields >= ALL_FIELDS:
        return values
    return tuple([value if name in fields else "" for name, value in zip(FIELDS, values, strict=True)])
