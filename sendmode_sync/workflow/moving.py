"""The verb ``state move``: a state goes to live in another store, whole, and the one it leaves is sealed.

The order never leaves two that may be used: nobody else may write, a copy arrives that is refused, it is the same state,
the source is sealed, the copy is admitted. A death before the seal leaves the source as it was; one right after it leaves
none, until the same command is typed again, which admits the copy.
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

    ``arrive`` puts the copy there, not admitted, and opens it. ``LockedError`` while a run is under way.
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
                raise StateError("what arrived is not the state that left", remedy="nothing was sealed; run it again")
            source.seal(target)
            source.unlock()  # a branch is sealed once that was pushed
            arrived.admit()
        finally:
            arrived.close()
    finally:
        source.unlock()
    return identity
