"""The engines that can keep a state, behind one form: a SQLite file, a branch of a git remote, a PostgreSQL database.

Each loads its own room of the store only when it is asked, so that nobody pays for an engine that is not used.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sendmode_sync.errors import StateError
from sendmode_sync.wiring import environment

if TYPE_CHECKING:
    from sendmode_sync.ports import StateStore
    from sendmode_sync.store.git_branch import Place
    from sendmode_sync.store.postgres import PostgresStore


class Engine(Protocol):
    """One place where a state is, or may be."""

    def exists(self) -> bool:
        """Say whether there is anything at all."""
        ...

    def open(self, *, write: bool) -> StateStore:
        """Open the state; ``StateMissingError`` where there is none, ``StateError`` where it cannot be trusted."""
        ...

    def create(self, at: dt.datetime) -> StateStore:
        """Make an empty state; ``StateError`` where there is one already."""
        ...

    def begin_anew(self, at: dt.datetime, campaigns: Iterable[str], lineage: str | None) -> StateStore:
        """Make an empty state in place of a lost one: every named campaign counts as possibly sent."""
        ...

    def throwaway(self, at: dt.datetime) -> StateStore:
        """Return a copy in memory that leaves no trace."""
        ...

    def arrive(self, copy: Path) -> StateStore:
        """Put the copy of a state that moves here, and open it; one that came and was not admitted is replaced."""
        ...

    def open_coming(self) -> StateStore:
        """Open a state that a move brought here, admitted or not; ``StateError`` for anything else."""
        ...

    def ready_for_texts(self, store: StateStore) -> None:
        """See that texts may be sent from this state, and keep a copy before, where the engine keeps none itself."""
        ...


@dataclass(frozen=True, slots=True)
class FileEngine:
    """A SQLite file."""

    path: Path

    def exists(self) -> bool:
        """Look at the name alone."""
        return self.path.exists()

    def open(self, *, write: bool) -> StateStore:
        """Open the file."""
        from sendmode_sync.store.sqlite import SqliteStore

        return SqliteStore.open(self.path, write=write)

    def create(self, at: dt.datetime) -> StateStore:
        """Make the file, private to its owner."""
        from sendmode_sync.store.sqlite import SqliteStore

        return SqliteStore.create(self.path, at)

    def begin_anew(self, at: dt.datetime, campaigns: Iterable[str], lineage: str | None) -> StateStore:
        """Make the file above the high-water mark of the lost one."""
        from sendmode_sync.store.sqlite import SqliteStore

        return SqliteStore.init_lost(self.path, at, campaigns, lineage)

    def throwaway(self, at: dt.datetime) -> StateStore:
        """Copy the file into memory."""
        from sendmode_sync.store.sqlite import SqliteStore

        return SqliteStore.throwaway(self.path, at)

    def arrive(self, copy: Path) -> StateStore:
        """Make the copy the file."""
        from sendmode_sync.store.sqlite import SqliteStore

        return SqliteStore.arrived(self.path, copy)

    def open_coming(self) -> StateStore:
        """Open the file."""
        from sendmode_sync.store.sqlite import SqliteStore

        return SqliteStore.open_coming(self.path)

    def ready_for_texts(self, store: StateStore) -> None:
        """Refuse a file that travelled here, and keep a copy beside it."""
        from sendmode_sync.store import backups, place

        place.refuse(self.path)
        backups.keep(self.path, store.identity().serial, store.backup)


@dataclass(frozen=True, slots=True)
class GitEngine:
    """A branch of a git remote; ``home`` is the project's directory, whose remote it is where none is named."""

    remote: str | None
    branch: str
    home: Path

    def exists(self) -> bool:
        """Ask the remote for the branch."""
        from sendmode_sync.store.git import GitStore

        return GitStore.exists(self._place, environment.state_key())

    def open(self, *, write: bool) -> StateStore:  # noqa: ARG002 - a branch is only ever written by a push
        """Fetch the branch."""
        from sendmode_sync.store.git import GitStore

        return GitStore.open(self._place, environment.state_key())

    def create(self, at: dt.datetime) -> StateStore:
        """Push a new branch."""
        from sendmode_sync.store.git import GitStore

        return GitStore.create(self._place, environment.state_key(), at)

    def begin_anew(self, at: dt.datetime, campaigns: Iterable[str], lineage: str | None) -> StateStore:
        """Push a new branch in which every named campaign is closed."""
        from sendmode_sync.store.git import GitStore

        return GitStore.init_lost(self._place, environment.state_key(), at, campaigns, lineage)

    def throwaway(self, at: dt.datetime) -> StateStore:  # noqa: ARG002 - the copy is as old as the branch
        """Fetch the branch into memory."""
        from sendmode_sync.store.git import GitStore
        from sendmode_sync.store.sqlite import SqliteStore

        with contextlib.closing(GitStore.open(self._place, environment.state_key())) as kept:
            return SqliteStore.over(kept.detached())

    def arrive(self, copy: Path) -> StateStore:
        """Push the copy as a new branch."""
        from sendmode_sync.store.git import GitStore

        return GitStore.arrived(self._place, environment.state_key(), copy)

    def open_coming(self) -> StateStore:
        """Fetch the branch."""
        from sendmode_sync.store.git import GitStore

        return GitStore.open_coming(self._place, environment.state_key())

    def ready_for_texts(self, store: StateStore) -> None:
        """Do nothing: a branch is shared by all, and the remote keeps it."""

    @property
    def _place(self) -> Place:
        from sendmode_sync.store.git_branch import Place

        return Place(self.remote, self.branch, self.home)


@dataclass(frozen=True, slots=True)
class PostgresEngine:
    """A PostgreSQL database."""

    url: str

    def exists(self) -> bool:
        """Look for the tables."""
        return _postgres().exists(self.url)

    def open(self, *, write: bool) -> StateStore:
        """Connect."""
        return _postgres().open(self.url, write=write)

    def create(self, at: dt.datetime) -> StateStore:
        """Make the tables."""
        return _postgres().create(self.url, at)

    def begin_anew(self, at: dt.datetime, campaigns: Iterable[str], lineage: str | None) -> StateStore:
        """Make the tables, with every named campaign closed."""
        return _postgres().init_lost(self.url, at, campaigns, lineage)

    def throwaway(self, at: dt.datetime) -> StateStore:  # noqa: ARG002 - the copy is as old as the database
        """Copy every row into memory."""
        return _postgres().throwaway(self.url)

    def arrive(self, copy: Path) -> StateStore:
        """Make the tables with every row of the copy."""
        return _postgres().from_file(self.url, copy)

    def open_coming(self) -> StateStore:
        """Connect."""
        return _postgres().open_coming(self.url)

    def ready_for_texts(self, store: StateStore) -> None:
        """Do nothing: a database is shared by all, and has backups of its own."""


def _postgres() -> type[PostgresStore]:
    """Return what keeps a state in PostgreSQL; its driver is an extra, and is loaded by nobody else."""
    try:
        from sendmode_sync.store.postgres import PostgresStore
    except ImportError as missing:
        raise StateError(
            "a state in PostgreSQL needs psycopg, which is not installed or finds no libpq",
            remedy="pip install 'sendmode-sync[postgres]'",
        ) from missing
    return PostgresStore
