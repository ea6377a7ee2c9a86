"""The state in one SQLite file: the ways to get one, and nothing of what is done with it.

What a plan or an apply passes through imports no more than ``sqlite3``; sqlite-utils describes the tables where they are
checked.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from sendmode_sync.store import high_water, identity, moving, sqlite_file
from sendmode_sync.store.sql_store import SqlStore
from sendmode_sync.store.sqlite_door import SqliteDoor
from sendmode_sync.store.sqlite_file import OpenFile
from sendmode_sync.store.sqlite_schema import CURRENT, Schema
from sendmode_sync.store.transaction import Probe, quiet, writing


class SqliteStore(SqlStore):
    """A state in one SQLite file, or in memory for a rehearsal."""

    _door: SqliteDoor

    @classmethod
    def create(cls, path: Path, at: dt.datetime, *, lineage: str | None = None, probe: Probe = quiet) -> SqliteStore:
        """Make an empty state, private to its owner; ``StateError`` where a file is there already."""
        return cls._marked(SqliteDoor(sqlite_file.create(path, at, lineage=lineage), path, probe=probe))

    @classmethod
    def open(cls, path: Path, *, write: bool = True, schema: Schema = CURRENT, probe: Probe = quiet) -> SqliteStore:
        """Open a state; ``StateMissingError`` where there is none, ``StateError`` where it cannot be trusted.

        With ``write=False`` nothing is written. An older copy (``behind``) once opened for writing stays marked as one.
        """
        door = SqliteDoor(sqlite_file.open_file(path, write=write, schema=schema, probe=probe), path, schema, probe)
        try:
            door.read(moving.refuse_coming, path)
            if write and door.behind():
                door.note("behind", identity.fall_behind)
        except BaseException:
            door.close()
            raise
        return cls(door)

    @classmethod
    def open_coming(cls, path: Path) -> SqliteStore:
        """Open a state that a move brought here, admitted or not."""
        return cls(SqliteDoor(sqlite_file.open_file(path, write=True), path))

    @classmethod
    def throwaway(cls, source: Path | None, at: dt.datetime, *, probe: Probe = quiet) -> SqliteStore:
        """Return a copy of a state, or an empty one, in memory: it takes no file lock and leaves no trace."""
        return cls(SqliteDoor(sqlite_file.in_memory(source, at), None, probe=probe))

    @classmethod
    def arrived(cls, path: Path, copy: Path) -> SqliteStore:
        """Put the copy of a state that moves into a file, at once and whole; nothing that may be used stands there."""
        on_its_way = path.with_name(f".{path.name}.arriving")
        on_its_way.unlink(missing_ok=True)  # of a move that died
        with contextlib.closing(sqlite_file.open_file(copy, write=False)) as opened:
            sqlite_file.copy(opened.connection, on_its_way)
        on_its_way.replace(path)
        sqlite_file.sync_directory(path.parent)
        return cls.open_coming(path)

    @staticmethod
    def mark_coming(copy: Path, source: str) -> None:
        """Mark the copy of a state that moves, so that it is refused until its original is sealed."""
        with (
            contextlib.closing(sqlite_file.open_file(copy, write=True)) as opened,
            writing(opened.connection, "arrival") as connection,
        ):
            moving.come(connection, source)

    def seal(self, target: str) -> None:
        """Refuse every use from now on, by every version of the program, and say that the state is at ``target``."""
        self._door.run("seal", moving.leave_file, target)

    @classmethod
    def over(cls, opened: OpenFile) -> SqliteStore:
        """Return a state that is open in memory already, as one that leaves no trace."""
        return cls(SqliteDoor(opened, None))

    @classmethod
    def init_lost(
        cls, path: Path, at: dt.datetime, campaigns: Iterable[str], lineage: str | None = None
    ) -> SqliteStore:
        """Make an empty state in place of a lost one: every named campaign counts as possibly sent.

        Under the lineage of the lost state the serial goes on above its high-water mark.
        """
        mark = high_water.read(path.with_name(high_water.NAME), lineage) if lineage else None
        opened = sqlite_file.create(path, at, lineage=lineage, serial=(mark or 0) + 1, lost=campaigns)
        return cls._marked(SqliteDoor(opened, path))

    @classmethod
    def _marked(cls, door: SqliteDoor) -> SqliteStore:
        """Return a state that was just made, with its mark beside it."""
        try:
            door.mark()
        except BaseException:
            door.close()
            raise
        return cls(door)
