"""Wires ``state move``: the store that a state leaves, the one it goes to, and the state-id that follows it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sendmode_sync.clocks import SystemClock
from sendmode_sync.errors import StateError
from sendmode_sync.wiring import parts, states
from sendmode_sync.wiring.applying import start
from sendmode_sync.wiring.environment import Where

if TYPE_CHECKING:
    from sendmode_sync.ports import StateStore


class Moved(NamedTuple):
    """Where a state was and is now, and the state-id that says so."""

    source: str
    target: str
    state_id: Path


def move(where: Where, typed: str) -> Moved:
    """Carry the state to another store, seal the one it leaves, and rewrite the state-id; the lineage stays."""
    from sendmode_sync.workflow import moving
    from sendmode_sync.workspace import project as files

    project = parts.project(where)
    settings = project.desired.settings
    source = states.of(where, settings)
    target = states.named(where, typed)
    if states.engine(target).exists():
        raise StateError(f'there is a state at "{target}" already', remedy="nothing was changed")

    def arrive(copy: Path) -> StateStore:
        return states.arrived(target, copy)

    with (
        parts.store(where, settings, write=True) as store,
        tempfile.TemporaryDirectory(prefix="sendmode-sync-") as folder,
    ):
        clock = SystemClock()
        begun = start("move", project)
        identity = moving.move(store, str(target), arrive, Path(folder), begun, clock)
    pinned = files.write_state_id(where.project_file, identity.lineage, states.beside(target, where))
    return Moved(str(source), str(target), pinned)
