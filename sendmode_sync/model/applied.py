"""The imports of one group as they were last applied, in columns: a list is compared whole, and takes half of a dict's memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from sendmode_sync.model.phone import E164
from sendmode_sync.model.roll import PRINT

WINDOW = 4096
"""People that are looked at together: enough for loops to run in C, few enough for the processor's cache."""
_SEPARATOR = ","


class Applied(Mapping[E164, bytes]):
    """Numbers and fingerprints, in any order. Single look-ups make a dict of them first."""

    def __init__(self, windows: Iterable[tuple[Sequence[E164], Sequence[bytes]]] = ()) -> None:
        """Take numbers and their fingerprints by some thousand; a number comes once.

        A fingerprint of another length, as a hand in the state may leave it, is made one that no fields have.
        """
        self._windows = [(_SEPARATOR.join(numbers), _column(prints)) for numbers, prints in windows]
        self._found: dict[E164, bytes] = {}

    @classmethod
    def of(cls, known: Mapping[E164, bytes]) -> Applied:
        """Return a mapping as such columns; what has them already is returned."""
        return known if isinstance(known, cls) else cls(windows(known.items()))

    def windows(self) -> Iterator[tuple[list[E164], bytes]]:
        """Yield some thousand numbers, and their fingerprints in the same order, ``PRINT`` bytes each."""
        return ((numbers.split(_SEPARATOR), prints) for numbers, prints in self._windows)

    def __getitem__(self, number: E164) -> bytes:
        if not self._found:
            self._found = {
                each: prints[at * PRINT : (at + 1) * PRINT]
                for numbers, prints in self.windows()
                for at, each in enumerate(numbers)
            }
        return self._found[number]

    def __iter__(self) -> Iterator[E164]:
        return (number for numbers, _ in self.windows() for number in numbers)

    def __len__(self) -> int:
        return sum(len(prints) for _, prints in self._windows) // PRINT


def windows(rows: Iterable[tuple[E164, bytes]]) -> Iterator[tuple[Sequence[E164], Sequence[bytes]]]:
    """Yield rows of number and fingerprint as two columns, by some thousand."""
    left = iter(rows)
    while some := list(islice(left, WINDOW)):
        numbers, prints = zip(*some, strict=True)
        yield numbers, prints


def _column(prints: Sequence[bytes]) -> bytes:
    column = b"".join(prints)
    if set(map(len, prints)) == {PRINT}:
        return column
    return b"".join(each if len(each) == PRINT else bytes(PRINT) for each in prints)
