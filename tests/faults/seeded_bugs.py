"""The product with one bug each, to prove that the schedules notice: replaced parts, never changed code.

Each bug lies in one part (store, client, dialect or file) that stands between the engine and the world.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sendmode_sync.model.calls import Accepted, Answer, Call, ImportCustomer, SendText, Unknown, Unsent
from sendmode_sync.model.claim import Beginning, Begun, Claim, CreditsClaim, ImportClaim, Result, RunStart, Wait
from sendmode_sync.model.desired import OptOut
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.plan import Abilities
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.ports import Client
from sendmode_sync.store import sqlite_seal
from sendmode_sync.wire.calls import Dialect, WireReply
from sendmode_sync.wire.v2 import V2
from tests.faults.processes import Disk, Noting, Process
from tests.faults.variant import Variant


class Outer:
    """A client around another one."""

    def __init__(self, inner: Client) -> None:
        self._inner = inner

    @property
    def abilities(self) -> Abilities:
        return self._inner.abilities

    @property
    def hold(self) -> float:
        return self._inner.hold

    async def close(self) -> None:
        await self._inner.close()


class Retrying(Outer):
    """A client that calls some unknown outcomes "not started", so that the engine tries again."""

    def __init__(self, inner: Client, causes: Iterable[str]) -> None:
        super().__init__(inner)
        self._causes = frozenset(causes)

    async def perform(self, call: Call) -> Answer:
        answer = await self._inner.perform(call)
        match call, answer:
            case SendText(), Unknown(cause=cause) if cause in self._causes:
                return Unsent(cause)
            case _:
                return answer


class Dawdling(Outer):
    """A client that lets a text wait before it makes its request: whatever was checked before is of some minutes ago."""

    async def perform(self, call: Call) -> Answer:
        if isinstance(call, SendText):
            await asyncio.sleep(90.0)
        return await self._inner.perform(call)


class Credulous(V2):
    """v2 with another idea of what some answers mean; ``believes`` is asked first."""

    def __init__(self, believes: Callable[[Call, WireReply], Answer | None]) -> None:
        super().__init__()
        object.__setattr__(self, "_believes", believes)

    def decode(self, call: Call, reply: WireReply) -> Answer:
        believed: Answer | None = self._believes(call, reply)  # type: ignore[attr-defined]
        return believed or V2.decode(self, call, reply)


class Layer:
    """The store with some methods replaced; the rest passes through."""

    def __init__(self, inner: Noting) -> None:
        self.inner: Any = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class JournalAfter(Layer):
    """Claims only once the result is known."""

    def __init__(self, inner: Noting) -> None:
        super().__init__(inner)
        self._open: dict[str, tuple[Any, ...]] = {}

    def begin(self, claim: Claim, at: dt.datetime, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        if isinstance(claim, CreditsClaim):
            begun: Beginning = self.inner.begin(claim, at, now, limit, hold)
            return begun
        self._open[claim.operation] = claim, at, now, limit, hold
        return Begun()

    def again(self, operation: str, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        return Begun() if operation in self._open else self.inner.again(operation, now, limit, hold)

    def answered(self, operation: str, now: Instant) -> None:
        if operation not in self._open:
            self.inner.answered(operation, now)

    def settle(self, operation: str, result: Result, at: dt.datetime, now: Instant) -> None:
        held = self._open.pop(operation, None)
        if held is None or isinstance(self.inner.begin(*held), Begun):
            self.inner.settle(operation, result, at, now)


class OptOutsOfThePlan(Layer):
    """Knows only the opt-outs that were there when the run began: what is recorded meanwhile counts from the next run."""

    def begin(self, claim: Claim, at: dt.datetime, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        connection = self.inner._process.connection
        known = getattr(self, "_known", None)
        if known is None:
            known = self._known = {row[0] for row in connection.execute("SELECT mobilenumber FROM optout")}
        later = [row for row in connection.execute("SELECT * FROM optout").fetchall() if row[0] not in known]
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE name = 'optout_kept'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.executemany("DELETE FROM optout WHERE mobilenumber = ?", [row[:1] for row in later])
        sqlite_seal.fold(connection, 0)  # a bug of the store seals what it does
        try:
            begun: Beginning = self.inner.begin(claim, at, now, limit, hold)
            return begun
        finally:
            connection.executemany("INSERT INTO optout VALUES (?, ?, ?, ?, ?, ?)", later)
            for _, sql in triggers:
                connection.execute(sql)
            sqlite_seal.fold(connection, 0)


class FixedWindow(Layer):
    """Counts starts by the minute hand: a new window begins at every multiple of its length."""

    def begin(self, claim: Claim, at: dt.datetime, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        left = self._left(now, limit)
        return Wait(left) if left else self.inner.begin(claim, at, now, _no_limit(limit), hold)

    def again(self, operation: str, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        left = self._left(now, limit)
        return Wait(left) if left else self.inner.again(operation, now, _no_limit(limit), hold)

    def _left(self, now: Instant, limit: RateLimit) -> float:
        began = now.wall // limit.per_seconds * limit.per_seconds
        query = "SELECT count(*) FROM ledger WHERE started_wall >= ?"
        (count,) = self.inner._process.connection.execute(query, (began,)).fetchone()
        return 0.0 if count < limit.calls else began + limit.per_seconds - now.wall + 0.001


class ResumeSendsAgain(Layer):
    """Takes what an earlier run left claimed for not sent."""

    def lock(self, start: RunStart, timeout: float) -> int:
        count: int = self.inner.lock(start, timeout)
        for each in self.inner.unknowns():
            if each.cause == "interrupted":
                self.inner.resolve(each.campaign, sent=False, evidence="resume", user="bug", at=start.started_at)
        return count


class ImportsDoneEarly(Layer):
    """Writes an import as applied before its call."""

    def begin(self, claim: Claim, at: dt.datetime, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        beginning: Beginning = self.inner.begin(claim, at, now, limit, hold)
        if isinstance(beginning, Begun) and isinstance(claim, ImportClaim):
            self.inner.adopt_imports([(claim.group, claim.mobilenumber, claim.values)], at)
        return beginning


class OptOutsForgotten(Layer):
    """Takes opt-outs for acknowledged that were only recorded."""

    def record_optouts(self, optouts: Iterable[OptOut], source: str, at: dt.datetime) -> int:
        count: int = self.inner.record_optouts(optouts, source, at)
        connection = self.inner._process.connection
        connection.execute("UPDATE optout SET applied_at = recorded_at WHERE applied_at IS NULL")
        sqlite_seal.fold(connection, 0)
        return count


def _no_limit(limit: RateLimit) -> RateLimit:
    return RateLimit(1_000_000, limit.per_seconds)


def _html_is_ok(call: Call, reply: WireReply) -> Answer | None:
    return Accepted() if reply.status == 200 and reply.body.lstrip().startswith(b"<") and _mutates(call) else None


def _code_is_ignored(call: Call, reply: WireReply) -> Answer | None:
    return Accepted() if reply.status == 200 and reply.body.startswith(b"{") and _mutates(call) else None


def _mutates(call: Call) -> bool:
    return isinstance(call, SendText | ImportCustomer)


def _forget_starts(process: Process) -> None:
    process.connection.execute("DELETE FROM ledger")


def _no_mark(disk: Disk) -> None:
    disk.mark.unlink(missing_ok=True)


def _retry(*causes: str) -> Callable[[Client], Client]:
    return lambda inner: Retrying(inner, causes)


def _dialect(believes: Callable[[Call, WireReply], Answer | None]) -> Dialect:
    return Credulous(believes)


_EVERY: tuple[Variant, ...] = (
    Variant("retry after read time-out", client=_retry("read-timeout")),
    Variant("retry after 500", client=_retry("http-500", "http-502", "http-503")),
    Variant("retry after reset", client=_retry("reset")),
    Variant("the hour is looked at early", client=Dawdling),
    Variant("journal after the call", store=JournalAfter),
    Variant("opt-outs read at plan time", store=OptOutsOfThePlan),
    Variant("HTML 200 taken as ok", dialect=_dialect(_html_is_ok)),
    Variant("statusCode ignored", dialect=_dialect(_code_is_ignored)),
    Variant("ledger in memory", opened=_forget_starts),
    Variant("fixed window", store=FixedWindow),
    Variant("resume re-sends", store=ResumeSendsAgain),
    Variant("import done before the call", store=ImportsDoneEarly),
    Variant("opt-outs taken for acknowledged", store=OptOutsForgotten),
    Variant("older copy without a mark", restored=_no_mark),
)
BUGS: Mapping[str, Variant] = {variant.name: variant for variant in _EVERY}
CAUGHT_BY: Mapping[str, frozenset[str]] = {
    "retry after read time-out": frozenset({"I1"}),
    "retry after 500": frozenset({"I1"}),
    "retry after reset": frozenset({"I1"}),
    "the hour is looked at early": frozenset({"H1"}),
    "journal after the call": frozenset({"I8"}),
    "opt-outs read at plan time": frozenset({"I4"}),
    "HTML 200 taken as ok": frozenset({"I3", "I6"}),
    "statusCode ignored": frozenset({"I3", "I6"}),
    "ledger in memory": frozenset({"I7"}),
    "fixed window": frozenset({"I7"}),
    "resume re-sends": frozenset({"I1"}),
    "import done before the call": frozenset({"I6"}),
    "opt-outs taken for acknowledged": frozenset({"I5"}),
    "older copy without a mark": frozenset({"I1", "I3"}),
}
"""The invariants of which one at least must be the one that notices: a crash of the fake part itself does not count."""
