"""Chooses the engine that keeps a state by where it is said to be."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from sendmode_sync.errors import StateError
from sendmode_sync.model import location as locations
from sendmode_sync.model.location import FileState, GitState, PostgresState, StateLocation, UnknownKind
from sendmode_sync.wiring.engines import Engine, FileEngine, GitEngine, PostgresEngine
from sendmode_sync.wiring.environment import Where

if TYPE_CHECKING:
    from sendmode_sync.model.settings import Settings
    from sendmode_sync.ports import StateStore

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


def engine(location: StateLocation) -> Engine:
    """Return what keeps a state at a place."""
    match location:
        case FileState(path=path):
            return FileEngine(Path(path))
        case GitState(remote=remote, branch=branch, home=home):
            return GitEngine(remote, branch, Path(home))
        case PostgresState(url=url):
            return PostgresEngine(url)
        case _:
            assert_never(location)


def in_memory(at: dt.datetime) -> StateStore:
    """Return an empty state that leaves no trace."""
    from sendmode_sync.store.sqlite import SqliteStore

    return SqliteStore.throwaway(None, at)


def arrived(location: StateLocation, copy: Path, source: StateLocation) -> StateStore:
    """Put the copy of a state that moves to where it will live, refused until its source is sealed; open it there."""
    from sendmode_sync.store.sqlite import SqliteStore

    SqliteStore.mark_coming(copy, str(source))
    return engine(location).arrive(copy)


def free(location: StateLocation, lineage: str) -> bool:
    """Say whether a state may move to a place: nothing is there, or what an earlier move of it did not come to the end of."""
    kept = engine(location)
    if not kept.exists():
        return True
    try:
        with contextlib.closing(kept.open_coming()) as store:
            return store.coming and store.identity().lineage == lineage
    except StateError:
        return False


def _unknown(kind: str) -> StateError:
    return StateError(
        f"the state is kept in a file, on a git branch or in PostgreSQL, and {kind} is none that this version knows",
        remedy=f"give --state, SENDMODE_STATE or state: in the project file {_KINDS}",
    )
