"""The connection that the tables are read and written through: the little that every engine's own has in common.

Statements over it are portable SQL: ``?`` or ``:name`` for values, conflict targets named, and ``json_each(?)`` for a
list of texts given to one statement (SQLite brings it, every other engine is given one).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol


class Cursor(Protocol):
    """What came of one statement."""

    @property
    def rowcount(self) -> int:
        """Return how many rows a change changed; -1 where nothing was executed."""
        ...

    def fetchone(self) -> Any:
        """Return the next row, None after the last."""
        ...

    def fetchall(self) -> list[Any]:
        """Return every row that is left."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """Yield every row that is left."""
        ...


class Connection(Protocol):
    """One connection inside a transaction that somebody else opened."""

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ..., /) -> Cursor:
        """Execute one statement."""
        ...

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Cursor:
        """Execute one changing statement for every row of values; ``rowcount`` is their sum."""
        ...
