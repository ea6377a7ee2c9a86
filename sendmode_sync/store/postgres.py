"""The state in a PostgreSQL database: the ways to get one, and one clock for all runners that share it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path

from sendmode_sync.model.claim import Beginning, Claim, Result
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.store import (
    decisions,
    identity,
    moving,
    postgres_moving,
    postgres_safety,
    postgres_schema,
    postgres_session,
    sqlite_file,
)
from sendmode_sync.store.postgres_connection import PostgresConnection, value
from sendmode_sync.store.postgres_door import PostgresDoor
from sendmode_sync.store.sql import Connection
from sendmode_sync.store.sql_store import SqlStore
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.store.sqlite_door import SqliteDoor
from sendmode_sync.store.transaction import Probe, quiet

_NAME = "the PostgreSQL database"


class PostgresStore(SqlStore):
    """A state in one PostgreSQL database, for every runner that can reach it.

    The wall clock of the rate ledger is the database's, since those of two hosts cannot be compared; on one and the same
    boot the boot clock decides as always. ``own_clock`` is for tests whose time is made up.
    """

    _door: PostgresDoor

    def __init__(self, door: PostgresDoor, *, own_clock: bool = False) -> None:
        """Take over an open state."""
        super().__init__(door)
        self._own_clock = own_clock

    @classmethod
    def exists(cls, url: str) -> bool:
        """Say whether the database holds a state."""
        with contextlib.closing(postgres_session.begun(url, write=False)) as session, session.reading() as connection:
            return postgres_schema.present(connection)

    @classmethod
    def create(
        cls, url: str, at: dt.datetime, *, lineage: str | None = None, own_clock: bool = False, probe: Probe = quiet
    ) -> PostgresStore:
        """Make an empty state; ``StateError`` where the database holds one already."""
        session = _made(url, lambda connection: identity.write(connection, at, lineage=lineage, serial=0))
        return cls(PostgresDoor(url, session, probe=probe), own_clock=own_clock)

    @classmethod
    def open(cls, url: str, *, write: bool = True, own_clock: bool = False, probe: Probe = quiet) -> PostgresStore:
        """Open a state; ``StateMissingError`` where there is none, ``StateError`` where it cannot be trusted.

        With ``write=False`` nothing is written. A state that was found on another server or timeline than before, and
        once opened for writing, stays marked as one that may have lost its last commits (``behind``).
        """
        door = _door(url, write=write, probe=probe)
        try:
            door.read(moving.refuse_coming, _NAME)
            door.remember_behind()
        except BaseException:
            door.close()
            raise
        return cls(door, own_clock=own_clock)

    @classmethod
    def open_coming(cls, url: str) -> PostgresStore:
        """Open a state that a move brought here, admitted or not."""
        return cls(_door(url, write=True, probe=quiet))

    @classmethod
    def init_lost(
        cls, url: str, at: dt.datetime, campaigns: Iterable[str], lineage: str | None = None
    ) -> PostgresStore:
        """Make an empty state in place of a lost one: every named campaign counts as possibly sent."""

        def fill(connection: Connection) -> None:
            identity.write(connection, at, lineage=lineage, serial=1)
            decisions.close(connection, campaigns, "lost", "state init --lost", at)

        return cls(PostgresDoor(url, _made(url, fill)))

    @classmethod
    def from_file(cls, url: str, source: Path) -> PostgresStore:
        """Make a state with every row of a SQLite state, its lineage kept; the file is left as it is.

        What came by a move and was not admitted is replaced; ``StateError`` where the database holds anything else.
        """
        with contextlib.closing(sqlite_file.open_file(source, write=False)) as opened:

            def fill(target: Connection) -> None:
                postgres_moving.from_file(target, opened.connection)

            return cls(PostgresDoor(url, _made(url, fill, instead_of_coming=True)))

    @classmethod
    def throwaway(cls, url: str) -> SqliteStore:
        """Return a copy of a state in memory, that leaves no trace here or there."""
        with contextlib.closing(postgres_session.opened(url, write=False)) as session, session.reading() as source:
            moving.refuse_sealed(source, _NAME)
            made = sqlite_file.filled(lambda connection: postgres_moving.fill(connection, source))
        return SqliteStore(SqliteDoor(made, None))

    def begin(self, claim: Claim, at: dt.datetime, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        """Claim one call, durably, by the database's clock."""
        return super().begin(claim, at, self._shared(now), limit, hold)

    def again(self, operation: str, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        """Take a slot for another start of a claimed call, by the database's clock."""
        return super().again(operation, self._shared(now), limit, hold)

    def answered(self, operation: str, now: Instant) -> None:
        """Note by the database's clock that the newest start of a call got its answer."""
        super().answered(operation, self._shared(now))

    def settle(self, operation: str, result: Result, at: dt.datetime, now: Instant) -> None:
        """Record how a call ended, by the database's clock."""
        super().settle(operation, result, at, self._shared(now))

    def _shared(self, now: Instant) -> Instant:
        """Return an instant with the database's wall clock; the boot clock stays this machine's."""
        return now if self._own_clock else now._replace(wall=self._door.glance(_wall))


def _wall(connection: Connection) -> float:
    return float(value(connection, "SELECT extract(epoch FROM clock_timestamp())::float8"))


def _door(url: str, *, write: bool, probe: Probe) -> PostgresDoor:
    """Open the door to a state that is there and did not move away."""
    door = PostgresDoor(url, postgres_session.opened(url, write=write), write=write, probe=probe)
    try:
        door.read(moving.refuse_sealed, _NAME)
    except BaseException:
        door.close()
        raise
    return door


def _made(
    url: str, fill: Callable[[PostgresConnection], None], *, instead_of_coming: bool = False
) -> postgres_session.Session:
    """Make the tables of a state, filled in the very transaction that makes them; ``StateError`` where there are any."""
    session = postgres_session.begun(url, write=True)
    try:
        with session.writing("creation", quiet) as connection:
            if instead_of_coming and postgres_schema.present(connection) and moving.coming(connection):
                connection.script(f"DROP SCHEMA {postgres_schema.SCHEMA} CASCADE")
            postgres_schema.make_tables(connection)
            postgres_schema.settle_in(connection, postgres_safety.place(connection))
            fill(connection)
            postgres_schema.guard(connection)
    except BaseException:
        session.close()
        raise
    return session
