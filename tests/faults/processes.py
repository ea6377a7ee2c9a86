"""Processes that can die at any named point, on one virtual time line: the real engine and store, a made-up kernel.

A process that is killed makes no further write: every point it passes afterwards kills it again. Its lock is let go,
its half-written transaction is rolled back, and what the remote had received stays received.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sendmode_sync.executor import run
from sendmode_sync.executor.course import Stop
from sendmode_sync.executor.job import Job
from sendmode_sync.model.claim import Beginning, Begun, Claim, ImportClaim, OptOutClaim, Result, SendClaim
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.plan import Plan
from sendmode_sync.model.report import RunReport
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.ports import Client
from sendmode_sync.store import identity, sqlite_file
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.store.sqlite_door import SqliteDoor
from sendmode_sync.store.sqlite_file import OpenFile
from sendmode_sync.virtual_time import VirtualLoop
from sendmode_sync.workflow.applying import Approval
from tests.faults.evidence import Claimed, Evidence
from tests.faults.remote import Asked

START = dt.datetime(2026, 12, 1, 10, 0, tzinfo=dt.UTC)
_CLAIM = """
SELECT operation FROM operation
WHERE status = 'claimed' AND kind = ? AND ? = (
        SELECT json_group_array(mobilenumber) FROM (
            SELECT mobilenumber FROM operation_item WHERE operation = operation.operation ORDER BY mobilenumber
        )
    )
    AND coalesce(customerid, '') = ? AND coalesce(contact_group, '') = ?
ORDER BY seq"""
_LINEAGE = "11111111-1111-4111-8111-111111111111"


class KilledError(BaseException):
    """The process died here."""


class Kernel:
    """Time, the machine's wall clock and its locks, shared by all processes of one play."""

    def __init__(self) -> None:
        self.loop = VirtualLoop()
        self.loop.set_exception_handler(lambda *_: None)  # tasks of a killed process say nothing
        self.wall_offset = 0.0
        self.boot = 1
        self.booted_at = -1000.0
        self.holder: object | None = None
        self.ticks = 0

    def tick(self) -> int:
        self.ticks += 1
        return self.ticks

    def true_time(self) -> float:
        """Return seconds since 1970 by a clock that never jumps: the remote's."""
        return START.timestamp() + self.loop.time()

    def sleep(self, seconds: float) -> None:
        """Let time pass for everybody while the asking process is not running."""
        self.loop._jumping.slept += seconds

    def reboot(self) -> None:
        """Start the machine again: another boot id, and a boot clock that begins anew."""
        self.sleep(30.0)
        self.boot += 1
        self.booted_at = self.loop.time()

    def close(self) -> None:
        self.loop.close()


class KernelClock:
    """``ports.Clock`` of a process: a wall clock that jumps, and boot seconds that do not."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._seconds, self._now = 0.0, START

    def now(self) -> dt.datetime:
        seconds = self._kernel.loop.time() + self._kernel.wall_offset
        if seconds != self._seconds:  # most looks at it are at one instant
            self._seconds, self._now = seconds, START + dt.timedelta(seconds=seconds)
        return self._now

    def instant(self) -> Instant:
        kernel = self._kernel
        return Instant(self.now().timestamp(), kernel.loop.time() - kernel.booted_at, f"boot-{kernel.boot}")

    def monotonic(self) -> float:
        return self._kernel.loop.time()


class KernelLock:
    """The store's file lock without its patience of real milliseconds; ``tests/store`` has the real one."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def acquire(self, timeout: float) -> bool:
        if self._kernel.holder is not None:
            return False
        self._kernel.holder = self
        return True

    def release(self) -> None:
        if self._kernel.holder is self:
            self._kernel.holder = None

    def taken(self) -> bool:
        return self._kernel.holder is not None


class Disk:
    """One state file in a directory of its own, made from a template, without the waits for a real disk."""

    _template: bytes | None = None

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True)
        self._opened: OpenFile | None = None
        self._as_made = True
        self._renewals = 0
        self.path = directory / "state.db"
        if Disk._template is None:
            spare = directory / "template" / "state.db"
            SqliteStore.create(spare, START, lineage=_LINEAGE).close()
            Disk._template = spare.read_bytes()
            shutil.rmtree(spare.parent)
        self.path.touch(0o600)
        self.path.write_bytes(Disk._template)

    def renew(self) -> None:
        """Be as new for another play. An open connection stays: to read the tables' definitions anew takes it longest.

        A connection forgets the pages that it holds where the counter of changes in the file's header is another.
        """
        assert Disk._template is not None
        for path in self.path.parent.iterdir():
            if path != self.path:
                path.unlink()
        self._as_made = self._opened is None
        self._renewals += 1
        counter = (self._renewals << 16).to_bytes(4)
        content = Disk._template[:24] + counter + Disk._template[28:92] + counter + Disk._template[96:]
        if self._opened is not None:  # its lock is given back by the first reading after it need not be kept
            self._opened.connection.execute("PRAGMA locking_mode = normal")
            self._opened.connection.execute("SELECT lineage FROM meta").fetchone()
        with self.path.open("r+b") as file:
            file.write(content)
            file.truncate()
        if self._opened is not None:
            self._opened.connection.execute("PRAGMA locking_mode = exclusive")

    def open(self, probe: Callable[[str], None]) -> SqliteStore:
        """Return a store of a new process.

        Where the last one ended by itself its connection is used again, since opening takes longer than a run; so do
        processes side by side, whose transactions never overlap. After a death or another file it is opened as always;
        a file that nobody has written to since it was made is not looked through before.
        """
        if self._opened is not None:
            store = SqliteStore(SqliteDoor(self._opened, self.path, probe=probe))
            if store.behind:
                store._door.note("behind", identity.fall_behind)
            return store
        if self._as_made:
            store = SqliteStore(SqliteDoor(sqlite_file.connect(self.path, write=True), self.path, probe=probe))
        else:
            store = SqliteStore.open(self.path, probe=probe)
        self._as_made = False
        self._opened = store._door._opened
        for pragma in ("synchronous = 0", "journal_mode = memory", "locking_mode = exclusive"):
            self._opened.connection.execute(f"PRAGMA {pragma}")
        return store

    def close(self) -> None:
        """Close the connection, as the death of its process does."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def copy(self) -> bytes:
        return self.path.read_bytes()

    def restore(self, copy: bytes) -> None:
        self.close()
        self.path.write_bytes(copy)

    @property
    def mark(self) -> Path:
        return self.path.with_name("high-water")


class Noting:
    """The store with its starts noted: which claim was allowed when. Everything else passes through."""

    def __init__(self, store: SqliteStore, process: Process) -> None:
        self.real = store
        self._process = process

    def begin(self, claim: Claim, at: dt.datetime, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        self._process.beginning(claim.operation)
        if isinstance(claim, SendClaim):
            self._process.evidence.campaigns[claim.customerid] = claim.campaign
        beginning = self.real.begin(claim, at, now, limit, hold)
        if isinstance(beginning, Begun):
            self._process.started(claim)
        return beginning

    def again(self, operation: str, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        self._process.beginning(operation)
        beginning = self.real.again(operation, now, limit, hold)
        if isinstance(beginning, Begun):
            self._process.started_again(operation)
        return beginning

    def settle(self, operation: str, result: Result, at: dt.datetime, now: Instant) -> None:
        self.real.settle(operation, result, at, now)
        self._process.settled(operation, result)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


class Process:
    """One process: a store of its own, opened from the file, and points at which ``at_point`` may do anything."""

    def __init__(
        self,
        kernel: Kernel,
        disk: Disk,
        evidence: Evidence,
        at_point: Callable[[str], None],
    ) -> None:
        self.kernel = kernel
        self.evidence = evidence
        self.clock = KernelClock(kernel)
        self.dead = False
        self.disturbed = False
        self.under_way: set[str] = set()
        self._claims: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._beginning = ""
        self._claimed_at = 0
        self._at_point = at_point
        self._disk = disk
        self._died = False
        self.store = disk.open(self.point)
        self.store._door._flock = KernelLock(kernel)  # type: ignore[assignment]

    @property
    def connection(self) -> sqlite3.Connection:
        return self.store._door.connection

    def noting(self) -> Noting:
        return Noting(self.store, self)

    def point(self, name: str) -> None:
        """Pass a point; a dead process passes none."""
        if self.dead:
            raise KilledError(name)
        if name == "claim:durable":
            self._claimed_at = self.kernel.tick()
        self._at_point(name)

    def die(self, name: str) -> None:
        """End here, as by SIGKILL."""
        self.dead = self._died = True
        self.evidence.in_flight |= self.under_way | {self._beginning}
        raise KilledError(name)

    def beginning(self, operation: str) -> None:
        self._beginning, self._claimed_at = operation, self.kernel.tick()

    def settled(self, operation: str, result: Result) -> None:
        self.under_way.discard(operation)
        if result.cause == "interrupted":
            self.evidence.in_flight.add(operation)

    def started(self, claim: Claim) -> None:
        match claim:
            case SendClaim():
                kind, numbers = "send", claim.recipients
            case ImportClaim():
                kind, numbers = "import", (claim.mobilenumber,)
            case OptOutClaim():
                kind, numbers = "optout", (claim.mobilenumber,)
            case _:
                return
        self._claims[claim.operation] = kind, numbers
        self._note(claim.operation)

    def started_again(self, operation: str) -> None:
        if operation in self._claims:
            self._note(operation)

    def _note(self, operation: str) -> None:
        self.under_way.add(operation)
        self.evidence.claims.append(Claimed(self._claimed_at, operation, *self._claims[operation]))

    def claim_of(self, asked: Asked) -> str | None:
        """Return the committed claim of this very request, as any other process would see it."""
        if self.connection.in_transaction:
            return None
        wanted = (asked.kind, json.dumps(asked.numbers, separators=(",", ":")), asked.customerid, asked.group)
        found = self.connection.execute(_CLAIM, wanted).fetchone()
        return None if found is None else str(found[0])

    def work(self, job: Job, store: Any, client: Client, says: Callable[[str], None], stop: Stop) -> RunReport:
        """Execute a job with this process's points, on the kernel's loop; a killed one leaves no task behind."""
        job = dataclasses.replace(job, probe=self.point)
        loop = self.kernel.loop
        try:
            return loop.run_until_complete(run.apply(job, store, client, self.clock, Saying(says), stop))
        finally:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(_gone(left))

    def end(self) -> None:
        """Let the kernel clear up: lock and connection go, nothing is written."""
        self.dead = True
        self.evidence.in_flight |= self.under_way
        self.store._door._let_go()
        self.connection.rollback()
        if self._died:
            self._disk.close()


async def _gone(tasks: Iterable[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


class Saying:
    """Progress that keeps what is said."""

    def __init__(self, says: Callable[[str], None]) -> None:
        self.say = says

    def begin(self, lane: str, total: int) -> None:
        """Say nothing."""

    def advance(self, lane: str, done: int = 1) -> None:
        """Say nothing."""


class Agreeing:
    """A person who agrees to whatever is shown; the projects of the plays write their limit on credits."""

    def approve(self, plan: Plan) -> Approval:
        return Approval(agreed=True)
