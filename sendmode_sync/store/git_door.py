"""The door to a state on a git branch: readings and changes of the working copy, and of the branch where no run holds it.

What the lock is and when a run pushes is ``git_hold``.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sendmode_sync.errors import FencedError, LockedError, StateError
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.state import Holder
from sendmode_sync.store import identity, lease, requests, results, runs, sqlite_file
from sendmode_sync.store.door import BEHIND, SENDING_RUNS
from sendmode_sync.store.git_branch import Lost, Moved
from sendmode_sync.store.git_copy import WorkingCopy
from sendmode_sync.store.git_hold import TRIES, Hold
from sendmode_sync.store.git_rhythm import USUAL, Rhythm
from sendmode_sync.store.lease import Lease
from sendmode_sync.store.requests import Request
from sendmode_sync.store.sqlite_file import OpenFile
from sendmode_sync.store.sqlite_schema import CURRENT
from sendmode_sync.store.transaction import Probe, quiet, reading, writing

P = ParamSpec("P")
T = TypeVar("T")

_KEPT_FOR_LATER = (results.settle, runs.finish)


class GitDoor:
    """``store.door.Door`` over a branch; ``hold`` is what this process has of its lock."""

    def __init__(self, copy: WorkingCopy, rhythm: Rhythm = USUAL, probe: Probe = quiet) -> None:
        """Take over a working copy."""
        self.warnings: tuple[str, ...] = ()
        self.hold = Hold(copy, rhythm, probe)
        self._copy = copy
        self._probe = probe

    def close(self) -> None:
        """Let the lock go and forget the working copy; further calls do nothing."""
        try:
            self.unlock()
        finally:
            self._copy.close()

    # Reading and changing

    def read(self, view: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return one consistent reading of the working copy."""
        with reading(self._copy.connection) as connection:
            return view(connection, *args, **kwargs)

    def change(
        self, name: str, step: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Make one change that needs no lock: at once in the working copy of the holder, on the branch for anybody else."""
        words = tuple(_whole(each) for each in args)
        if self.hold.lease is not None:
            with writing(self._copy.connection, name, self._probe) as connection:
                return step(connection, *words, **kwargs)  # type: ignore[arg-type] # the same, gone through once
        asked = requests.of(step, words)
        return self.outside(name, [] if asked is None else [asked], step, *words, **kwargs)

    def outside(
        self, name: str, asked: Sequence[Request], step: Callable[..., T], *words: object, **named: object
    ) -> T:
        """Make one change and put it on the branch; where a run holds that, as requests to it.

        ``LockedError`` for a change that cannot be asked of a run. Somebody else's change in between is taken in first.
        """
        for _ in range(TRIES):
            self._copy.refresh()
            before = self._copy.connection.total_changes
            with writing(self._copy.connection, name, self._probe) as connection:
                result = step(connection, *words, **named)
            if self._copy.connection.total_changes == before or isinstance(self._put(asked), Moved):
                return result
            self._copy.reload()
        raise StateError("others keep changing the state on the git branch", remedy="run it again")

    def run(
        self, name: str, step: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Make one change of the run that holds the lock; ``FencedError`` for any other."""
        with self.hold.changing(name) as (connection, _):
            return step(connection, *args, **kwargs)

    def note(
        self, name: str, step: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Say how a call ended: the holder in its working copy; anybody else on the branch, where it makes a difference."""
        if self.hold.lease is None:
            return self._note_outside(name, step, *args, **kwargs)
        with writing(self._copy.connection, name, self._probe) as connection:
            result = step(connection, *args, **kwargs)
        if step in _KEPT_FOR_LATER and (asked := requests.of(step, args)) is not None:
            self.hold.reports.append(asked)
        return result

    @contextlib.contextmanager
    def claiming(self) -> Iterator[tuple[sqlite3.Connection, Lease | None]]:
        """Open the transaction of a start of the holder."""
        with self.hold.changing("claim") as (connection, held):
            yield connection, held

    def _note_outside(
        self, name: str, step: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Make a note without the lock; one that no plan could tell from before stays here."""
        _, before, _ = self.read(identity.position)
        with writing(self._copy.connection, name, self._probe) as connection:
            result = step(connection, *args, **kwargs)
        if self.read(identity.position)[1] == before:
            return result
        self._copy.reload()
        return self.change(name, step, *args, **kwargs)

    # What is known from outside: how far the branch had come, by the mark beside it

    def mark(self) -> None:
        """Do nothing: every push moves the mark as well."""

    def height(self) -> int:
        """Return how far the mark says that the state has come."""
        return self._copy.height

    def behind(self) -> bool:
        """Say whether this is an older copy, put back on the branch or carried over, that nobody has closed off."""
        return self.read(identity.position)[2]

    def refuse_behind(self) -> None:
        """Raise ``StateError`` where a text might be sent from an older copy."""
        if self.behind():
            raise StateError(BEHIND)

    def check(self) -> Sequence[str]:
        """Return what is wrong with the database; its digest and its seal were looked at when it was fetched."""
        from sendmode_sync.store.checking import check  # noqa: PLC0415 - sqlite-utils takes 0.1 s to import

        wrong = self.read(check, CURRENT)
        return [*wrong, BEHIND] if self.behind() else wrong

    def copy(self, target: Path) -> None:
        """Write a consistent private copy to a new file; ``StateError`` where the file exists."""
        sqlite_file.copy(self._copy.connection, target)

    def detached(self) -> OpenFile:
        """Return a copy of the state in memory."""
        return sqlite_file.loaded(self._copy.connection.serialize(), Path(f"branch {self._copy.branch.name}"))

    def replace(self, database: bytes) -> None:
        """Put another database on the branch, in the place of the one that is here; ``StateError`` where it moved."""
        self._copy.load(database)
        if isinstance(self._copy.publish(None), Lost):
            raise StateError("somebody else changed the state on the git branch", remedy="run it again")

    # The lock

    def held(self) -> Lease:
        """Return the lease that this process took; ``StateError`` where it took none."""
        return self.hold.mine()

    def holder(self) -> Holder | None:
        """Return who holds the branch, as far as it was seen; None where nobody does."""
        status, holder = self.read(lease.last)
        return holder if status == "held" else None

    def taken(self) -> bool:
        """Say whether this process holds the lock; of any other, nothing can be told but what the branch says."""
        return self.hold.lease is not None

    def lock(self, start: RunStart, timeout: float) -> int:
        """Claim the branch, record the run, and end what earlier runs left claimed; return how many became unknown."""
        if start.kind in SENDING_RUNS:
            self.refuse_behind()
        return self.hold.take(start, timeout)

    def unlock(self) -> None:
        """Give the lock back; one that is not held is left alone.

        A run that was fenced leaves word of its last calls; ``FencedError`` follows, since others know no more of them.
        """
        if self.hold.lease is None:
            return
        told = self.hold.give_back()

        def tell(connection: sqlite3.Connection) -> None:
            for each in told:
                requests.perform(connection, each)

        if told:
            self.outside("word", told, tell)
            raise FencedError(self.hold.fenced or "the lock is another run's")

    def _put(self, asked: Sequence[Request]) -> Moved | Lost:
        """Put a change that was made here without the lock on the branch."""
        base = self._copy.base
        if base is None or base.header.lock != "held" or self.read(lease.epoch) != base.header.epoch:
            return self._copy.publish(None if base is None else base.header.beat)
        if not asked:
            status, holder = self.read(lease.last)
            self._copy.reload()
            raise LockedError(lease.refusal(status, holder))
        return self._copy.ask(base, asked)


def _whole(argument: object) -> object:
    """Return an argument that can be gone through twice, since a change may have to be made again."""
    if isinstance(argument, Iterable) and not isinstance(argument, str | bytes | Sequence):
        return tuple(argument)
    return argument
