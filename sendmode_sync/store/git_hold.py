"""What a run holds of a git branch: a lock that is a claim on it, and when what lies in the working copy is pushed.

Nobody waits here for what is harmless to lose: imports, opt-outs and results lie in the working copy and are pushed now
and then. What may reach a person is pushed before its first byte, and the branch is looked at before each start, so that
a run whose place was taken stops, and an opt-out that was left on the branch holds. A holder that went silent is nobody's
lock for ever: after the lease, or ``state unlock``, another run takes its place, and lets one window pass, since the one
before may still have calls in flight.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
import time
from collections.abc import Iterator, Sequence
from typing import NoReturn, assert_never

from sendmode_sync.errors import FencedError, LockedError, StateError, StateMissingError
from sendmode_sync.model.claim import RunStart
from sendmode_sync.store import identity, lease, ledger, results
from sendmode_sync.store.git_branch import Lost, Moved, Snapshot
from sendmode_sync.store.git_copy import WorkingCopy
from sendmode_sync.store.git_rhythm import USUAL, Pulse, Rhythm, boot_seconds
from sendmode_sync.store.lease import Lease
from sendmode_sync.store.requests import Request
from sendmode_sync.store.transaction import Probe, quiet, reading, writing

TRIES = 25
"""How often a change is made anew that others keep moving the branch away from."""

_POLL = 2.0


class Hold:
    """The lock as one process has it, or not.

    ``ahead`` are calls whose claim is pushed and that have not begun; ``reports`` say how calls ended since the last
    push, for whoever has the state where this run was fenced.
    """

    def __init__(self, copy: WorkingCopy, rhythm: Rhythm = USUAL, probe: Probe = quiet) -> None:
        """Hold nothing yet."""
        self.pulse = Pulse(rhythm)
        self.ahead: set[str] = set()
        self.lease: Lease | None = None
        self.reports: list[Request] = []
        self._copy = copy
        self._probe = probe
        self._fenced: str | None = None
        self._clock = (dt.datetime.min.replace(tzinfo=dt.UTC), boot_seconds())

    def mine(self) -> Lease:
        """Return the lease that this process took; ``StateError`` where it took none."""
        if self.lease is None:
            raise StateError("this needs the state's lock, which this process does not hold")
        return self.lease

    @contextlib.contextmanager
    def changing(self, name: str) -> Iterator[tuple[sqlite3.Connection, Lease]]:
        """Open a transaction that only the holder may make; ``FencedError`` for one whose place was taken."""
        held = self.mine()
        if self._fenced is not None:
            raise FencedError(self._fenced)
        with writing(self._copy.connection, name, self._probe) as connection:
            lease.verify(connection, held)
            yield connection, held

    def take(self, start: RunStart, timeout: float) -> int:
        """Claim the branch, record the run, and end what earlier runs left claimed; return how many became unknown."""
        if self.lease is not None:
            raise StateError(f"this process holds the lock already, for run {self.lease.run}")
        self._clock = (start.started_at, boot_seconds())
        until = time.monotonic() + timeout
        while True:
            self._copy.refresh()
            with reading(self._copy.connection) as connection:
                status, holder = lease.last(connection)
            if status == "held" and self._alive():
                if time.monotonic() >= until:
                    raise LockedError(lease.refusal(status, holder))
                time.sleep(min(_POLL, max(until - time.monotonic(), 0.0)))
                continue
            granted, unknown = self._grant(start, orderly=status == "free")
            if isinstance(self._copy.publish(self.now().isoformat()), Moved):
                self.pulse.push()
                self.lease, self._fenced = granted, None
                return unknown
            self._copy.reload()

    def give_back(self) -> Sequence[Request]:
        """Let the lock go with everything that lies here; return what a fenced run still has to tell of its last calls.

        ``StateError`` where the branch cannot be reached: then the lock stays, and what was not pushed is unknown to
        whoever takes it.
        """
        held = self.mine()
        try:
            if self._fenced is None:
                self.take_back()
                with writing(self._copy.connection, "release", self._probe) as connection:
                    lease.give_back(connection, held)
                self._push_patiently()
        except FencedError:
            pass  # somebody else took it away: there is nothing to give back
        except StateError as away:
            raise StateError(_unsaid(str(away), held.run, self.reports)) from away
        finally:
            self.lease = None
            self.ahead.clear()
        told, self.reports = self.reports, []
        return told if self._fenced is not None else ()

    @property
    def fenced(self) -> str | None:
        """Why this run was stopped, where it was."""
        return self._fenced

    def take_back(self) -> None:
        """Release what was claimed ahead and has not begun; the branch learns of it with the next push."""
        if not self.ahead or self._fenced is not None:
            return
        with writing(self._copy.connection, "recall", self._probe) as connection:
            for operation in sorted(self.ahead):
                results.release(connection, operation, "not-started", self.now())
            identity.grow(connection)
        self.ahead.clear()

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
        """Put the working copy on the branch, what was asked of the holder meanwhile included."""
        for _ in range(TRIES):
            moved = self._copy.publish(self.now().isoformat())
            self.pulse.push()
            match moved:
                case Moved():
                    self.reports.clear()
                    return
                case Lost():
                    self._meet()
                case _:
                    assert_never(moved)
        raise StateError("others keep changing the state on the git branch", remedy="run it again")

    def now(self) -> dt.datetime:
        """Return the wall time: the start of the run, and what this machine counted since."""
        began, at = self._clock
        return began + dt.timedelta(seconds=boot_seconds() - at)

    def _grant(self, start: RunStart, *, orderly: bool) -> tuple[Lease, int]:
        with writing(self._copy.connection, "recovery", self._probe) as connection:
            granted = lease.grant(connection, start)
            unknown = results.recover(connection, start.started_at)
            if not orderly:
                ledger.close_for(connection, start.run, self.now().timestamp(), self.pulse.rhythm.in_flight)
        return granted, unknown

    def _alive(self) -> bool:
        """Say whether the holder has pushed within its lease, by the clock of this machine."""
        beat = None if self._copy.base is None else self._copy.base.header.beat
        if beat is None:
            return False
        return (self.now() - dt.datetime.fromisoformat(beat)).total_seconds() < self.pulse.rhythm.lease

    def _meet(self) -> None:
        """See who moved the branch: others who left requests, or somebody who took the lock."""
        held = self.mine()
        branch = self._copy.branch
        try:
            found = branch.read(whole=False)
            if not self._same(found):  # perhaps it is one of ours, whose answer came late
                found = branch.read()
        except StateMissingError:
            self._fence(f"the branch {branch.name} is gone from the git remote; run {held.run} starts no call")
        ours = self._same(found) or found.head in branch.mine
        if not ours or found.header.epoch != held.epoch or found.header.lock != "held":
            self._fence(f"run {held.run} was unlocked or taken over by somebody else; it starts no further call")
        self._copy.meet(found)

    def _same(self, found: Snapshot) -> bool:
        """Say whether a commit has the database of the base."""
        return self._copy.base is not None and found.header.digest == self._copy.base.header.digest

    def _fence(self, why: str) -> NoReturn:
        self._fenced = why
        raise FencedError(why)

    def _push_patiently(self) -> None:
        """Push a last time; a remote that does not answer is asked again for a little while."""
        for pause in self.pulse.rhythm.pauses:
            try:
                self.push()
            except FencedError:
                raise
            except StateError:
                time.sleep(pause)
            else:
                return
        self.push()


def _unsaid(why: str, run: str, reports: Sequence[Request]) -> str:
    """Return what a person needs who has to tell the branch of a run's last calls: ``state rescue`` reads the lines."""
    told = [each.arguments for each in reports if each.kind == "result.settle"]
    lines = "".join(
        f"\nSMSYNC-RESULT operation={operation} outcome={result.outcome} cause={result.cause or 'none'}"
        for operation, result, *_ in told
    )
    return (
        f"{why}; what run {run} did since its last push is not on the branch: once it answers, run `sendmode-sync state "
        f"unlock {run}`, then `sendmode-sync state rescue` with this log{lines}"
    )
