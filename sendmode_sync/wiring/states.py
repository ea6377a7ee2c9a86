"""Chooses the engine that keeps a state by where it is said to be: the one place that knows them all."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from sendmode_sync.errors import StateError
from sendmode_sync.model import location as locations
from sendmode_sync.model.location import FileState, GitState, PostgresState, StateLocation, UnknownKind
from sendmode_sync.wiring import environment
from sendmode_sync.wiring.environment import Where

if TYPE_CHECKING:
    from sendmode_sync.model.settings import Settings
    from sendmode_sync.ports import StateStore
    from sendmode_sync.store.git_branch import Place
    from sendmode_sync.store.postgres import PostgresStore

_KINDS = "a path such as .sendmode/sendmode.db, git, or postgresql://..."


def of(where: Where, settings: Settings) -> StateLocation:
    """Return where the state of a project is; flags win over the environment, that over the file."""
    from sendmode_sync.workspace import project as files

    if where.state:
        return named(where, where.state)
    return _read(where, files.state_path(where.project_file, settings))


def named(where: Where, typed: str) -> StateLocation:
    """Return the place that somebody typed; paths are seen from the working directory."""
    found = _read(where, typed)
    if isinstance(found, GitState) and found.remote and Path(found.remote).exists():
        return replace(found, remote=str(Path(found.remote).resolve()))
    return found


def beside(location: StateLocation, where: Where) -> str:
    """Return a path as seen from the project, since the file that holds it is committed; else what kind of place it is."""
    if isinstance(location, FileState):
        return os.path.relpath(location.path, where.project_file.parent)
    return str(location)


def _read(where: Where, text: str) -> StateLocation:
    found = locations.read(text)
    match found:
        case UnknownKind(scheme=scheme):
            raise _unknown(scheme)
        case GitState():
            return replace(found, home=str(where.project_file.parent))
        case FileState() | PostgresState():
            return found
        case _:
            assert_never(found)


def exists(location: StateLocation) -> bool:
    """Say whether there is anything at all where the state should be."""
    match location:
        case FileState(path=path):
            return Path(path).exists()
        case GitState():
            from sendmode_sync.store.git import GitStore

            return GitStore.exists(_place(location), environment.state_key())
        case PostgresState(url=url):
            return _postgres().exists(url)
        case _:
            assert_never(location)


def opened(location: StateLocation, *, write: bool) -> StateStore:
    """Open a state; ``StateMissingError`` where there is none, ``StateError`` where it cannot be trusted."""
    from sendmode_sync.store.sqlite import SqliteStore

    match location:
        case FileState(path=path):
            return SqliteStore.open(Path(path), write=write)
        case GitState():
            from sendmode_sync.store.git import GitStore

            return GitStore.open(_place(location), environment.state_key())
        case PostgresState(url=url):
            return _postgres().open(url, write=write)
        case _:
            assert_never(location)


def created(location: StateLocation, at: dt.datetime) -> StateStore:
    """Make an empty state; ``StateError`` where there is one already."""
    from sendmode_sync.store.sqlite import SqliteStore

    match location:
        case FileState(path=path):
            return SqliteStore.create(Path(path), at)
        case GitState():
            from sendmode_sync.store.git import GitStore

            return GitStore.create(_place(location), environment.state_key(), at)
        case PostgresState(url=url):
            return _postgres().create(url, at)
        case _:
            assert_never(location)


def begun_anew(location: StateLocation, at: dt.datetime, campaigns: Iterable[str], lineage: str | None) -> StateStore:
    """Make an empty state in place of a lost one: every named campaign counts as possibly sent."""
    from sendmode_sync.store.sqlite import SqliteStore

    match location:
        case FileState(path=path):
            return SqliteStore.init_lost(Path(path), at, campaigns, lineage)
        case GitState():
            from sendmode_sync.store.git import GitStore

            return GitStore.init_lost(_place(location), environment.state_key(), at, campaigns, lineage)
        case PostgresState(url=url):
            return _postgres().init_lost(url, at, campaigns, lineage)
        case _:
            assert_never(location)


def throwaway(location: StateLocation | None, at: dt.datetime) -> StateStore:
    """Return a copy of a state in memory, or an empty one, that leaves no trace."""
    from sendmode_sync.store.sqlite import SqliteStore

    match location:
        case None:
            return SqliteStore.throwaway(None, at)
        case FileState(path=path):
            return SqliteStore.throwaway(Path(path), at)
        case GitState():
            from sendmode_sync.store.git import GitStore

            with contextlib.closing(GitStore.open(_place(location), environment.state_key())) as kept:
                return SqliteStore.over(kept.detached())
        case PostgresState(url=url):
            return _postgres().throwaway(url)
        case _:
            assert_never(location)


def arrived(location: StateLocation, copy: Path) -> StateStore:
    """Put the copy of a state that moves to where it will live, and open it there."""
    from sendmode_sync.store.sqlite import SqliteStore

    SqliteStore.set_free(copy)
    match location:
        case FileState(path=path):
            return SqliteStore.arrived(Path(path), copy)
        case GitState():
            from sendmode_sync.store.git import GitStore

            return GitStore.arrived(_place(location), environment.state_key(), copy)
        case PostgresState(url=url):
            return _postgres().from_file(url, copy)
        case _:
            assert_never(location)


def ready_for_texts(location: StateLocation, store: StateStore) -> None:
    """See that texts may be sent from a state, and keep a copy of it before, where no engine does so by itself."""
    from sendmode_sync.store import backups, place

    if isinstance(location, FileState):
        place.refuse(Path(location.path))
        backups.keep(Path(location.path), store.identity().serial, store.backup)


def _place(location: GitState) -> Place:
    from sendmode_sync.store.git_branch import Place

    return Place(location.remote, location.branch, Path(location.home))


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


def _unknown(kind: str) -> StateError:
    return StateError(
        f"the state is kept in a file, on a git branch or in PostgreSQL, and {kind} is none that this version knows",
        remedy=f"give --state, SENDMODE_STATE or state: in the project file {_KINDS}",
    )
