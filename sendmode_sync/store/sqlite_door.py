"""The door to a state in one SQLite file, or in memory: its transactions, its lock and its high-water mark.

It knows when something may be read or written (fence, high-water mark, crash points), and nothing of what is.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sendmode_sync.errors import LockedError, StateError
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.state import Holder
from sendmode_sync.store import high_water, identity, lease, place, results, sqlite_file
from sendmode_sync.store.door import BEHIND, SENDING_RUNS
from sendmode_sync.store.lease import FileLock, Lease
from sendmode_sync.store.sqlite_file import OpenFile
from sendmode_sync.store.sqlite_schema import CURRENT, Schema
from sendmode_sync.store.transaction import Probe, quiet, reading, translated, writing

P = ParamSpec("P")
T = TypeVar("T")


class SqliteDoor:
    """``store.door.Door`` over one SQLite file; ``path`` is None for a state in memory, which has no lock and no place.

    ``probe`` hears the name of every point in the writing order, for crash tests (``store.transaction``).
    """

    def __init__(self, opened: OpenFile, path: Path | None, schema: Schema = CURRENT, probe: Probe = quiet) -> None:
        """Take over an opened state."""
        self.connection = opened.connection
        self.warnings = opened.warnings
        self._opened = opened
        self._schema = schema
        self._probe = probe
        self._flock = None if path is None else FileLock(path.with_name(f"{path.name}.lock"))
        self._marks = None if path is None else path.with_name(high_water.NAME)
        self._lease: Lease | None = None
        self._path = path
        self._in_place = False

    def close(self) -> None:
        """Let the lock go and close the file; further calls do nothing."""
        try:
            self.unlock()
        finally:
            self._opened.close()

    def read(self, view: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return one consistent reading."""
        with reading(self.connection) as connection:
            return view(connection, *args, **kwargs)

    def change(
        self, name: str, step: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Make one durable change that needs no lock, and move the high-water mark."""
        with writing(self.connection, name, self._probe) as connection:
            result = step(connection, *args, **kwargs)
        self.mark()
        return result

    def run(
        self, name: str, step: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Make one durable change that only the newest holder of the lock may make; ``FencedError`` for any other."""
        held = self.held()
        with writing(self.connection, name, self._probe) as connection:
            lease.verify(connection, held)
            return step(connection, *args, **kwargs)

    @contextlib.contextmanager
    def claiming(self) -> Iterator[tuple[sqlite3.Connection, Lease | None]]:
        """Open the transaction of a start; without the lock the lease is None."""
        with writing(self.connection, "claim", self._probe, unedited=True) as connection:
            if self._lease is not None:
                lease.verify(connection, self._lease)
            yield connection, self._lease

    def note(
        self, name: str, step: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Make one durable change that only adds certainty: a fenced run may still say how its last calls ended."""
        with writing(self.connection, name, self._probe) as connection:
            return step(connection, *args, **kwargs)

    def mark(self) -> None:
        """Move the high-water mark up to the serial."""
        if self._marks is not None:
            lineage, serial, _ = self._position()
            high_water.raise_to(self._marks, lineage, serial)

    def height(self) -> int:
        """Return the high-water mark of this lineage; 0 where there is none."""
        return 0 if self._marks is None else high_water.read(self._marks, self._position()[0]) or 0

    def behind(self) -> bool:
        """Say whether this is an older copy of a state that has gone further, or may be one, since its mark is missing."""
        lineage, serial, behind = self._position()
        return behind or (self._marks is not None and high_water.is_behind(self._marks, lineage, serial))

    def refuse_behind(self) -> None:
        """Raise ``StateError`` where a text might be sent from an older copy."""
        if self.behind():
            raise StateError(BEHIND)
        if self._path is not None and not self._in_place:
            place.refuse(self._path)
            self._in_place = True

    def held(self) -> Lease:
        """Return the lease that this process took; ``StateError`` where it took none."""
        if self._lease is None:
            raise StateError("this needs the state's lock, which this process does not hold")
        return self._lease

    def holder(self) -> Holder | None:
        """Return who holds the lock now; a dead process holds none."""
        status, holder = self.read(lease.last)
        return holder if status != "free" and self.taken() else None

    def taken(self) -> bool:
        """Say whether a living process, this one included, holds the lock."""
        return self._lease is not None if self._flock is None else self._flock.taken()

    def check(self) -> Sequence[str]:
        """Return what is wrong with the file, in sentences; empty when it is sound."""
        from sendmode_sync.store.checking import check  # noqa: PLC0415 - sqlite-utils takes 0.1 s to import

        wrong = self.read(check, self._schema)
        return [*wrong, BEHIND] if self.behind() else wrong

    def copy(self, target: Path) -> None:
        """Write a consistent private copy to a new file; ``StateError`` where the file exists."""
        sqlite_file.copy(self.connection, target)

    def lock(self, start: RunStart, timeout: float) -> int:
        """Take the lock, record the run, and end what earlier runs left claimed; return how many became unknown."""
        if self._lease is not None:
            raise StateError(f"this process holds the lock already, for run {self._lease.run}")
        if start.kind in SENDING_RUNS and self.behind():  # one that is not in its place may still import
            raise StateError(BEHIND)
        if self._flock is not None and not self._flock.acquire(timeout):
            raise LockedError(lease.refusal(*self.read(lease.last)))
        try:
            with writing(self.connection, "recovery", self._probe) as connection:
                granted = lease.grant(connection, start)
                unknown = results.recover(connection, start.started_at)
            self.mark()
        except BaseException:
            self._let_go()
            raise
        self._lease = granted
        if self._path is not None:
            place.mark(self._path)
        return unknown

    def unlock(self) -> None:
        """Give the lock back; one that is not held is left alone."""
        if self._lease is None:
            return
        try:
            self.change("release", lease.give_back, self._lease)
        finally:
            self._let_go()

    def _position(self) -> tuple[str, int, bool]:
        """Return lineage, serial and mark; one statement needs no transaction around it to be one reading."""
        try:
            return identity.position(self.connection)
        except sqlite3.Error as error:
            raise translated(error) from error

    def _let_go(self) -> None:
        self._lease = None
        if self._flock is not None:
            self._flock.release()
