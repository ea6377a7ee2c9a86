"""The verb ``state move``: a state goes to live in another store, whole, and the one it leaves is sealed.

The order keeps one of them alive at any moment: nobody else may write, a copy arrives, it is the same state, the source
is sealed. A death before the seal leaves the source as it was, and a target that no project names.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sendmode_sync.errors import StateError
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.state import Identity
from sendmode_sync.ports import Clock, StateStore


def move(
    source: StateStore, target: str, arrive: Callable[[Path], StateStore], folder: Path, start: RunStart, clock: Clock
) -> Identity:
    """Carry a state over by a copy in a private ``folder``; return who it is at the target.

    ``arrive`` puts the copy there and opens it. ``LockedError`` while a run is under way.
    """
    source.lock(start, 0.0)
    try:
        source.finish(0, clock.now())
        copy = folder / "moving.db"
        source.backup(copy)
        identity = source.identity()
        arrived = arrive(copy)
        try:
            if arrived.identity() != identity:
                raise StateError(
                    "what arrived is not the state that left", remedy="nothing was sealed; remove the target"
                )
        finally:
            arrived.close()
        source.seal(target)
    finally:
        source.unlock()
    return identity
