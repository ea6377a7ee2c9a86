"""The lock of a run: an exclusive flock beside the state, and a lease row that names its holder and fences the old one.

The flock is the lock: it vanishes with its process, so nothing is ever stolen by time. The row is information, and its
epoch is the fence: a holder whose epoch is no longer the newest starts no further call. The lock file is never removed,
since a lock on a removed name would hold nobody off.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path
from typing import NamedTuple

from sendmode_sync.errors import FencedError, RefusedError, StateError
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.state import Holder
from sendmode_sync.store.identity import grow
from sendmode_sync.store.rows import allowed_text, moment, stamp
from sendmode_sync.store.sql import Connection

_POLL_SECONDS = 0.05
_GRACE_SECONDS = 0.2  # a reader that asks who holds the lock holds a shared one for a moment
_SHORTEST_PREFIX = 4
_MOVE = "move"


class Lease(NamedTuple):
    """What this process holds: the epoch that it took, and its run."""

    epoch: int
    run: str


class FileLock:
    """An exclusive flock on one file, held from ``acquire`` to ``release`` or to the end of the process."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is opened yet."""
        self._path = path
        self._descriptor: int | None = None

    def acquire(self, timeout: float) -> bool:
        """Try for ``timeout`` seconds; return whether the lock is held."""
        until = time.monotonic() + max(timeout, _GRACE_SECONDS)
        with contextlib.ExitStack() as unless_held:
            descriptor = self._opened()
            unless_held.callback(os.close, descriptor)
            while not _flocked(descriptor, fcntl.LOCK_EX):
                if time.monotonic() >= until:
                    return False
                time.sleep(_POLL_SECONDS)
            unless_held.pop_all()
            self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Let go; a lock that is not held is let go as well."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def taken(self) -> bool:
        """Say whether any process holds the lock, this one included."""
        if self._descriptor is not None:
            return True
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            return False
        try:
            return not _flocked(descriptor, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)

    def _opened(self) -> int:
        try:
            return os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise StateError(f"{self._path}: the lock cannot be made: {error.strerror}") from error


def grant(connection: Connection, start: RunStart) -> Lease:
    """Write the next epoch and the run's entry in the history.

    A state that is about to move goes one further first, so that every copy that was made of it is an older one: it could
    otherwise be put back beside the mark, and send while the state lives on elsewhere.
    """
    at = stamp(start.started_at)
    if start.kind == _MOVE:
        grow(connection)
    (epoch,) = connection.execute(
        "UPDATE lease SET epoch = epoch + 1, status = 'held', run = ?, host = ?, pid = ?, started_at = ? "
        "RETURNING epoch",
        (start.run, start.host, start.pid, at),
    ).fetchone()
    connection.execute(
        'INSERT INTO run (run, epoch, kind, host, pid, "user", started_at, config_digest, plan_digest, commit_id, '
        "allowed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(start.run, epoch, start.kind, start.host, start.pid, start.user),
            *(at, start.config_digest, start.plan_digest, start.commit, allowed_text(start.allowed)),
        ),
    )
    return Lease(epoch, start.run)


def verify(connection: Connection, lease: Lease) -> None:
    """Raise ``FencedError`` unless the lease is still the newest."""
    (epoch, status) = connection.execute("SELECT epoch, status FROM lease").fetchone()
    if epoch != lease.epoch or status != "held":
        raise FencedError(f"run {lease.run} was unlocked or taken over by somebody else; it starts no further call")


def epoch(connection: Connection) -> int:
    """Return how often the lock was taken or taken away."""
    (found,) = connection.execute("SELECT epoch FROM lease").fetchone()
    return int(found)


def give_back(connection: Connection, lease: Lease) -> None:
    """Mark the lock as free, unless somebody else took it over."""
    connection.execute("UPDATE lease SET status = 'free' WHERE epoch = ?", (lease.epoch,))


def fence(connection: Connection, run: str) -> Holder:
    """Move the epoch on, so that the holder is stopped at its next claim; ``RefusedError`` where ``run`` is not it."""
    status, holder = last(connection)
    if holder is None or status != "held":
        raise RefusedError("no run holds the lock; there is nothing to unlock")
    if holder.run != run and not (len(run) >= _SHORTEST_PREFIX and holder.run.startswith(run)):
        raise RefusedError(f"the lock is held by run {holder.run}, not by {run}")
    connection.execute("UPDATE lease SET epoch = epoch + 1, status = 'fenced'")
    return holder


def last(connection: Connection) -> tuple[str, Holder | None]:
    """Return the lease's status (``free``, ``held``, ``fenced``) and who held it last."""
    query = "SELECT status, run, host, pid, started_at FROM lease"
    status, run, host, pid, started_at = connection.execute(query).fetchone()
    return status, None if run is None else Holder(run, host, pid, moment(started_at))


def refusal(status: str, holder: Holder | None) -> str:
    """Say who keeps the lock, to somebody who could not get it."""
    if holder is None or status == "free":
        return "another process is just taking or leaving the state's lock; run it again"
    who = f"run {holder.run} (process {holder.pid} on {holder.host}, started {holder.started_at.isoformat()})"
    if status == "fenced":
        return f"{who} was unlocked and starts no further call, but its process still holds the lock until it ends"
    return f"the state is locked by {who}; wait for it, or end it and run `sendmode-sync state unlock {holder.run}`"


def _flocked(descriptor: int, kind: int) -> bool:
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        return True
    return False
