"""The door to a state on a git branch: a lock that is a claim on the branch, and pushes in the places of commits.

Nobody waits here for what is harmless to lose: imports, opt-outs and results lie in the working copy and are pushed now
and then. What may reach a person is pushed before its first byte (``intend``), and the branch is looked at before each
start, so that a run whose place was taken stops, and an opt-out that was left on the branch holds. A holder that went
silent is nobody's lock for ever: after the lease, or ``state unlock``, another run takes its place, and lets one window
pass, since the one before may still have calls in flight.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Concatenate, NoReturn, ParamSpec, TypeVar, assert_never

from sendmode_sync.errors import FencedError, LockedError, StateError, StateMissingError
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.state import Holder
from sendmode_sync.store import identity, lease, ledger, requests, results, runs, sqlite_file
from sendmode_sync.store.door import BEHIND, SENDING_RUNS
from sendmode_sync.store.git_branch import Lost, Moved, Snapshot
from sendmode_sync.store.git_copy import WorkingCopy
from sendmode_sync.store.git_rhythm import USUAL, Pulse, Rhythm, boot_seconds
from sendmode_sync.store.lease import Lease
from sendmode_sync.store.requests import Request
from sendmode_sync.store.sqlite_file import OpenFile
from sendmode_sync.store.sqlite_schema import CURRENT
from sendmode_sync.store.transaction import Probe, quiet, reading, writing

P = ParamSpec("P")
T = TypeVar("T")

_TRIES = 25  # of a change that others keep moving the branch away from
_LAST_PAUSES = (1.0, 3.0, 9.0)  # seconds between the tries to leave a last word
_POLL = 2.0
_IN_FLIGHT = 60.0
"""Seconds for which calls of a run that was stopped may still be under way: until it looks, and one call's deadline."""

_KEPT_FOR_LATER = (results.settle, runs.finish)


class GitDoor:
    """``store.door.Door`` over a branch. ``ahead`` are calls whose claim is pushed and that have not begun."""

    def __init__(self, copy: WorkingCopy, rhythm: Rhythm = USUAL, probe: Probe = quiet) -> None:
        """Take over a working copy."""
        self.warnings: tuple[str, ...] = ()
        self.ahead: set[str] = set()
        self.pulse = Pulse(rhythm)
        self.lease: Lease | None = None
        self._copy = copy
        self._probe = probe
        self._fenced: str | None = None
        self._reports: list[Request] = []
        self._clock = (dt.datetime.min.replace(tzinfo=dt.UTC), boot_seconds())

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
        if self.lease is not None:
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
        for _ in range(_TRIES):
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
        with self.changing(name) as (connection, _):
            return step(connection, *args, **kwargs)

    def note(
        self, name: str, step: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Say how a call ended: the holder in its working copy; anybody else on the branch, where it makes a difference."""
        if self.lease is None:
            return self._note_outside(name, step, *args, **kwargs)
        with writing(self._copy.connection, name, self._probe) as connection:
            result = step(connection, *args, **kwargs)
        if step in _KEPT_FOR_LATER and (asked := requests.of(step, args)) is not None:
            self._reports.append(asked)
        return result

    @contextlib.contextmanager
    def claiming(self) -> Iterator[tuple[sqlite3.Connection, Lease | None]]:
        """Open the transaction of a start of the holder."""
        with self.changing("claim") as (connection, held):
            yield connection, held

    @contextlib.contextmanager
    def changing(self, name: str) -> Iterator[tuple[sqlite3.Connection, Lease]]:
        """Open a transaction that only the holder may make."""
        held = self.held()
        if self._fenced is not None:
            raise FencedError(self._fenced)
        with writing(self._copy.connection, name, self._probe) as connection:
            lease.verify(connection, held)
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

    # The branch during a run

    def look(self, *, texts: bool) -> None:
        """See what became of the branch where the last look is too old; ``FencedError`` where the lock is another's.

        Requests that were left for the holder are taken in.
        """
        if self._fenced is None and self.pulse.look_due(texts=texts):
            head = self._copy.branch.head()
            self.pulse.look()
            if self._copy.base is None or head != self._copy.base.head:
                self._meet()
        if self._fenced is not None:
            raise FencedError(self._fenced)

    def push_if_due(self) -> None:
        """Push what lies here where it has waited for long enough."""
        if self.pulse.push_due() and not self.pulse.patience():
            self.push()

    def push(self) -> None:
        """Put the working copy of the holder on the branch, what was asked of it meanwhile included."""
        self.held()
        for _ in range(_TRIES):
            if self._fenced is not None:
                raise FencedError(self._fenced)
            moved = self._copy.publish(self._now().isoformat())
            self.pulse.push()
            match moved:
                case Moved():
                    self._reports.clear()
                    return
                case Lost():
                    self._meet()
                case _:
                    assert_never(moved)
        raise StateError("others keep changing the state on the git branch", remedy="run it again")

    # What is known from outside: the branch is the one copy there is

    def mark(self) -> None:
        """Remember nothing outside: the branch is where the state is."""

    def height(self) -> int:
        """Return that nothing is known from outside."""
        return 0

    def behind(self) -> bool:
        """Say whether this was carried over from an older copy that nobody has closed off."""
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

    # The lock

    def held(self) -> Lease:
        """Return the lease that this process took; ``StateError`` where it took none."""
        if self.lease is None:
            raise StateError("this needs the state's lock, which this process does not hold")
        return self.lease

    def holder(self) -> Holder | None:
        """Return who holds the branch, as far as it was seen; None where nobody does."""
        status, holder = self.read(lease.last)
        return holder if status == "held" else None

    def taken(self) -> bool:
        """Say whether this process holds the lock; of any other, nothing can be told but what the branch says."""
        return self.lease is not None

    def lock(self, start: RunStart, timeout: float) -> int:
        """Claim the branch, record the run, and end what earlier runs left claimed; return how many became unknown."""
        if self.lease is not None:
            raise StateError(f"this process holds the lock already, for run {self.lease.run}")
        if start.kind in SENDING_RUNS:
            self.refuse_behind()
        self._clock = (start.started_at, boot_seconds())
        until = time.monotonic() + timeout
        while True:
            self._copy.refresh()
            status, holder = self.read(lease.last)
            if status == "held" and self._alive():
                if time.monotonic() >= until:
                    raise LockedError(lease.refusal(status, holder))
                time.sleep(_POLL)
                continue
            granted, unknown = self._grant(start, orderly=status == "free")
            moved = self._copy.publish(self._now().isoformat())
            if isinstance(moved, Moved):
                self.pulse.push()
                self.lease = granted
                self._fenced = None
                return unknown
            self._copy.reload()

    def unlock(self) -> None:
        """Give the lock back with everything that lies here; one that is not held is left alone.

        A run that was fenced leaves word of how its last calls ended. ``StateError`` where the branch cannot be reached:
        then the lock stays, and what was not pushed is unknown to whoever takes it.
        """
        if self.lease is None:
            return
        held = self.lease
        try:
            if self._fenced is None:
                self.take_back()
                with writing(self._copy.connection, "release", self._probe) as connection:
                    lease.give_back(connection, held)
                self._push_patiently()
        except FencedError:
            pass
        finally:
            self.lease = None
            self.ahead.clear()
        if self._fenced is not None and self._reports:
            self._leave_word()

    def take_back(self) -> None:
        """Release what was claimed ahead and has not begun; the branch learns of it with the next push."""
        if not self.ahead or self._fenced is not None:
            return
        with writing(self._copy.connection, "recall", self._probe) as connection:
            for operation in sorted(self.ahead):
                results.release(connection, operation, "not-started", self._now())
            identity.grow(connection)
        self.ahead.clear()

    def _grant(self, start: RunStart, *, orderly: bool) -> tuple[Lease, int]:
        with writing(self._copy.connection, "recovery", self._probe) as connection:
            granted = lease.grant(connection, start)
            unknown = results.recover(connection, start.started_at)
            if not orderly:
                ledger.close_for(connection, start.run, self._now().timestamp(), _IN_FLIGHT)
        return granted, unknown

    def _alive(self) -> bool:
        """Say whether the holder has pushed within its lease, by the clock of this machine."""
        beat = None if self._copy.base is None else self._copy.base.header.beat
        if beat is None:
            return False
        silent = (self._now() - dt.datetime.fromisoformat(beat)).total_seconds()
        return silent < self.pulse.rhythm.lease

    def _put(self, asked: Sequence[Request]) -> Moved | Lost:
        """Put a change that was made here without the lock on the branch."""
        base = self._copy.base
        if base is None or base.header.lock != "held" or self.read(lease.epoch) != base.header.epoch:
            return self._copy.publish(None if base is None else base.header.beat)
        if not asked:
            status, holder = self.read(lease.last)
            self._copy.reload()
            raise LockedError(lease.refusal(status, holder))
        return self._copy.ask(asked)

    def _meet(self) -> None:
        """See who moved the branch: others who left requests, or somebody who took the lock."""
        held = self.held()
        try:
            found = self._copy.branch.read()
        except StateMissingError:
            self._fence(
                f"the branch {self._copy.branch.name} is gone from the git remote; run {held.run} starts no call"
            )
        if not self._still_ours(found, held):
            self._fence(f"run {held.run} was unlocked or taken over by somebody else; it starts no further call")
        self._copy.meet(found)

    def _still_ours(self, found: Snapshot, held: Lease) -> bool:
        """Say whether the newest database on the branch is one that this run put there."""
        if found.header.epoch != held.epoch or found.header.lock != "held":
            return False
        same = self._copy.base is not None and found.header.digest == self._copy.base.header.digest
        return same or found.head in self._copy.branch.mine

    def _fence(self, why: str) -> NoReturn:
        self._fenced = why
        raise FencedError(why)

    def _push_patiently(self) -> None:
        """Push a last time; a remote that does not answer is asked again for a little while."""
        for pause in _LAST_PAUSES:
            try:
                self.push()
            except FencedError:
                raise
            except StateError:
                time.sleep(pause)
            else:
                return
        self.push()

    def _leave_word(self) -> None:
        """Tell whoever has the state now how the last calls of this run ended; that only ever adds certainty."""
        told, self._reports = self._reports, []

        def tell(connection: sqlite3.Connection) -> None:
            for each in told:
                requests.perform(connection, each)

        self.outside("word", told, tell)

    def _now(self) -> dt.datetime:
        began, at = self._clock
        return began + dt.timedelta(seconds=boot_seconds() - at)


def _whole(argument: object) -> object:
    """Return an argument that can be gone through twice, since a change may have to be made again."""
    if isinstance(argument, Iterable) and not isinstance(argument, str | bytes | Sequence):
        return tuple(argument)
    return argument
