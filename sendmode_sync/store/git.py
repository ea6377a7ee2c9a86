"""The state on a branch of a git remote: the ways to get one, and when what of a run is pushed."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from sendmode_sync.errors import RefusedError, StateError
from sendmode_sync.model.claim import Beginning, Claim, CreditsClaim, SendClaim, TestClaim, Wait
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.store import journal, ledger, moving, sqlite_file
from sendmode_sync.store.git_branch import GitBranch, Lost, Place
from sendmode_sync.store.git_copy import WorkingCopy
from sendmode_sync.store.git_door import GitDoor
from sendmode_sync.store.git_rhythm import USUAL, Rhythm
from sendmode_sync.store.requests import Request
from sendmode_sync.store.sql_store import SqlStore
from sendmode_sync.store.sqlite_file import OpenFile
from sendmode_sync.store.transaction import Probe, quiet

_AT_ONCE = Wait(1e-3)


class GitStore(SqlStore):
    """A state on a branch of a git remote."""

    _door: GitDoor

    @classmethod
    def create(
        cls, place: Place, secret: str | None, at: dt.datetime, *, rhythm: Rhythm = USUAL, lineage: str | None = None
    ) -> GitStore:
        """Make an empty state; ``StateError`` where the branch is there already."""
        return cls.put(place, secret, sqlite_file.new_in_memory(at, lineage=lineage), rhythm=rhythm)

    @classmethod
    def init_lost(
        cls, place: Place, secret: str | None, at: dt.datetime, campaigns: Iterable[str], lineage: str | None = None
    ) -> GitStore:
        """Make an empty state in place of a lost one: every named campaign counts as possibly sent."""
        return cls.put(place, secret, sqlite_file.new_in_memory(at, lineage=lineage, serial=1, lost=campaigns))

    @classmethod
    def put(cls, place: Place, secret: str | None, opened: OpenFile, *, rhythm: Rhythm = USUAL) -> GitStore:
        """Put a state on a branch that is not there yet; ``StateError`` where it is."""
        with contextlib.ExitStack() as unless_put:
            copy = WorkingCopy(GitBranch(place, secret), opened)
            unless_put.callback(copy.close)
            if isinstance(copy.publish(None), Lost):
                raise _taken(place)
            unless_put.pop_all()
        return cls(GitDoor(copy, rhythm))

    @classmethod
    def arrived(cls, place: Place, secret: str | None, copy: Path) -> GitStore:
        """Put the copy of a state that moves on a new branch, or in the place of one that came and was not admitted.

        ``StateError`` where the branch holds anything else.
        """
        if not cls.exists(place, secret):
            return cls.put(place, secret, sqlite_file.loaded(copy.read_bytes(), copy))
        left = cls.open_coming(place, secret)
        try:
            left.replace(copy.read_bytes(), place)
        except BaseException:
            left.close()
            raise
        return left

    def replace(self, database: bytes, place: Place) -> None:
        """Put another database in the place of this one, which came and was not admitted; ``StateError`` for any other."""
        if not self.coming:
            raise _taken(place)
        self._door.replace(database)

    @classmethod
    def open(cls, place: Place, secret: str | None, *, rhythm: Rhythm = USUAL, probe: Probe = quiet) -> GitStore:
        """Open a state; ``StateMissingError`` where there is no branch, ``StateError`` where it cannot be trusted."""
        opened = cls.open_coming(place, secret, rhythm=rhythm, probe=probe)
        try:
            opened._door.read(moving.refuse_coming, f"branch {place.branch}")  # noqa: SLF001 - one of this very class
        except BaseException:
            opened.close()
            raise
        return opened

    @classmethod
    def open_coming(cls, place: Place, secret: str | None, *, rhythm: Rhythm = USUAL, probe: Probe = quiet) -> GitStore:
        """Open a state that a move brought here, admitted or not."""
        branch = GitBranch(place, secret)
        try:
            return cls(GitDoor(WorkingCopy(branch, probe=probe), rhythm, probe))
        except BaseException:
            branch.close()
            raise

    @classmethod
    def exists(cls, place: Place, secret: str | None) -> bool:
        """Say whether the branch is there."""
        branch = GitBranch(place, secret)
        try:
            return branch.head() is not None
        finally:
            branch.close()

    def detached(self) -> OpenFile:
        """Return a copy of the state in memory, which no branch ever learns of."""
        return self._door.detached()

    @property
    def block(self) -> int:
        """How many sends are claimed by one push."""
        return self._door.hold.pulse.rhythm.block

    def intend(self, claims: Sequence[SendClaim | TestClaim], at: dt.datetime) -> float:
        """Claim sends before there is a slot for them, and push; return the seconds to wait first, zero once it is done.

        A claim that may not be made (an opt-out, a cancelled campaign) is left out, and ``begin`` says why.
        """
        if seconds := self._door.hold.pulse.patience():
            return seconds
        self._door.refuse_behind()
        with self._door.hold.changing("claim") as (connection, held):
            made = [each.operation for each in claims if journal.intend(connection, held, each, at)]
        self._door.hold.ahead.update(made)
        if made:
            self._door.hold.push()
        return 0.0

    def seal(self, target: str) -> None:
        """Refuse every use from now on; the branch learns of it when the lock is given back."""
        self._door.run("seal", moving.leave_file, target)

    def recall(self) -> None:
        """Take back what was claimed ahead and has not begun."""
        self._door.hold.take_back()

    def begin(self, claim: Claim, at: dt.datetime, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        """Claim one call; a text whose claim is not on the branch yet is pushed first."""
        if self._door.hold.lease is None and isinstance(claim, CreditsClaim):
            return self._begin_outside(claim, at, journal.Slot(now, limit, hold))
        if not isinstance(claim, SendClaim | TestClaim):
            return self._unless_slow(texts=False) or super().begin(claim, at, now, limit, hold)
        self._door.held()
        if claim.operation not in self._door.hold.ahead:
            if seconds := self._door.read(ledger.wait, now, limit):
                return Wait(seconds)
            if (wait := self._intend_alone(claim, at)) is not None:
                return wait
        if claim.operation not in self._door.hold.ahead:
            return super().begin(claim, at, now, limit, hold)
        return self._unless_slow(texts=True) or self._resume(claim.operation, now, limit, hold)

    def again(self, operation: str, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        """Take a slot for another start of a claimed call."""
        if self._door.hold.lease is None:
            slot = journal.Slot(now, limit, hold)
            taken = [Request("ledger.take", (operation, now, limit, hold))]
            at = dt.datetime.fromtimestamp(now.wall, dt.UTC)
            return self._door.outside("claim", taken, journal.again, operation, at, slot)
        return self._unless_slow(texts=True) or super().again(operation, now, limit, hold)

    def _intend_alone(self, claim: SendClaim | TestClaim, at: dt.datetime) -> Wait | None:
        """Push the claim of one call; return a wait where it is to be asked for again."""
        began = time.monotonic()
        if seconds := self.intend((claim,), at):
            return Wait(seconds)
        return _AT_ONCE if time.monotonic() - began > self._door.hold.pulse.rhythm.slow else None

    def _resume(self, operation: str, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        """Begin a call whose claim is on the branch."""
        beginning = super().again(operation, now, limit, hold)
        if not isinstance(beginning, Wait):
            self._door.hold.ahead.discard(operation)
        return beginning

    def _unless_slow(self, *, texts: bool) -> Wait | None:
        """Look and push where it is time; whoever waited long for that must ask again, with the time as it is then."""
        began = time.monotonic()
        self._door.hold.look(texts=texts)
        if not texts:
            self._door.hold.push_if_due()
        return _AT_ONCE if time.monotonic() - began > self._door.hold.pulse.rhythm.slow else None

    def _begin_outside(self, claim: CreditsClaim, at: dt.datetime, slot: journal.Slot) -> Beginning:
        """Put the start of a reading of the balance on the branch, which others count as well."""
        taken = [Request("ledger.take", (claim.operation, slot.now, slot.limit, slot.hold))]
        try:
            return self._door.outside("claim", taken, journal.begin, None, claim, at, slot)
        except StateError as error:
            raise RefusedError(f"its start could not be put on the git branch of the state: {error}") from error


def _taken(place: Place) -> StateError:
    return StateError(f"there is a branch {place.branch} at the git remote already", remedy="it is never overwritten")
