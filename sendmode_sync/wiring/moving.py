"""Wires ``state move``: the store that a state leaves, the one it goes to, and the state-id that follows it."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sendmode_sync.clocks import SystemClock
from sendmode_sync.errors import MovedError, StateError
from sendmode_sync.wiring import parts, states
from sendmode_sync.wiring.applying import start
from sendmode_sync.wiring.environment import Where

if TYPE_CHECKING:
    from sendmode_sync.model.location import StateLocation
    from sendmode_sync.model.state import Identity
    from sendmode_sync.ports import StateStore
    from sendmode_sync.wiring.parts import Project


class Moved(NamedTuple):
    """Where a state was and is now, and the state-id that says so."""

    source: str
    target: str
    state_id: Path


def move(where: Where, typed: str) -> Moved:
    """Carry the state to another store, seal the one it leaves, and rewrite the state-id; the lineage stays.

    Typed again it ends a move that died: what it left is sealed and says that it went there, so there it is admitted.
    """
    from sendmode_sync.workspace import project as files

    project = parts.project(where)
    source = states.of(where, project.desired.settings)
    target = states.named(where, typed)
    try:
        identity = _carry(project, source, target)
    except MovedError as moved:
        if moved.target != str(target):
            raise
        identity = _admit(project, target)
    pinned = files.write_state_id(where.project_file, identity.lineage, states.beside(target, where))
    return Moved(str(source), str(target), pinned)


def _carry(project: Project, source: StateLocation, target: StateLocation) -> Identity:
    from sendmode_sync.workflow import moving

    def arrive(copy: Path) -> StateStore:
        return states.arrived(target, copy, source)

    with (
        parts.store(project.where, project.desired.settings, write=True) as store,
        tempfile.TemporaryDirectory(prefix="sendmode-sync-") as folder,
    ):
        if not states.free(target, store.identity().lineage):
            raise StateError(f'there is a state at "{target}" already', remedy="nothing was changed")
        return moving.move(store, str(target), arrive, Path(folder), start("move", project), SystemClock())


def _admit(project: Project, target: StateLocation) -> Identity:
    from sendmode_sync.workspace import project as files

    pinned = files.read_state_id(project.where.project_file)
    with contextlib.closing(states.engine(target).open_coming()) as store:
        identity = store.identity()
        if pinned is not None and pinned.lineage != identity.lineage:
            raise StateError(f'the state at "{target}" is not the one that went there', remedy="name the right place")
        store.admit()
        return identity
