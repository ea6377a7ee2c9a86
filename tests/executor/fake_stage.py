"""A state, a server and a clock that only tests see, and small plans to play on them."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeVar

from sendmode_sync.executor import run
from sendmode_sync.executor.course import Stop
from sendmode_sync.executor.job import Job
from sendmode_sync.model import fingerprint
from sendmode_sync.model.calls import Accepted, Answer, Call, CheckCredits, SendText
from sendmode_sync.model.claim import (
    Barred,
    Beginning,
    Begun,
    Claim,
    CreditsClaim,
    ImportClaim,
    OptOutClaim,
    Result,
    RunStart,
    SendClaim,
    TestClaim,
    Wait,
)
from sendmode_sync.model.desired import NO_VALUES, Values
from sendmode_sync.model.pace import Instant, Slot, wait
from sendmode_sync.model.plan import (
    Abilities,
    CampaignOutlook,
    CampaignStatus,
    ImportChange,
    LimitHit,
    OptOutChange,
    Plan,
    SendChange,
)
from sendmode_sync.model.report import RunReport
from sendmode_sync.model.settings import Account, RateLimit, Safety, Settings
from sendmode_sync.model.state import BalanceLook, UnknownOperation
from sendmode_sync.virtual_time import VirtualClock, VirtualLoop

START = dt.datetime(2026, 12, 1, 9, 0, tzinfo=dt.UTC)
ROOMY = RateLimit(1000, 60.0)
T = TypeVar("T")

Behaviour = Callable[[Call], Answer | Awaitable[Answer]]


def person(which: int) -> str:
    """Return a made-up number (Ofcom's drama range)."""
    return f"+447700900{which:03}"


def people(first: int, last: int) -> tuple[str, ...]:
    return tuple(person(which) for which in range(first, last + 1))


@dataclass
class FakeStore:
    """A state in memory. ``fail`` raises when a named method is called the given number of times from now."""

    opted_out: set[str] = field(default_factory=set)
    log: list[tuple[Any, ...]] = field(default_factory=list)
    claims: dict[str, Claim] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    slots: dict[str, list[Slot]] = field(default_factory=lambda: defaultdict(list))
    proofs: list[tuple[str | None, bool]] = field(default_factory=list)
    balances: dict[str, tuple[Decimal | None, Decimal | None]] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    suppressed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    expired: list[str] = field(default_factory=list)
    open_unknowns: list[UnknownOperation] = field(default_factory=list)
    looks: dict[str, list[BalanceLook]] = field(default_factory=dict)
    fail: dict[str, tuple[int, Exception]] = field(default_factory=dict)
    bar_on_again: set[str] = field(default_factory=set)
    bar_by_no_name: bool = False
    lifted: set[str] = field(default_factory=set)
    received: set[tuple[str, str]] = field(default_factory=set)
    block: int = 0
    intended: dict[str, SendClaim] = field(default_factory=dict)
    ahead: dict[str, SendClaim] = field(default_factory=dict)
    wait_to_intend: float = 0.0

    def _step(self, method: str, *facts: Any) -> None:
        self.log.append((method, *facts))
        if method in self.fail:
            left, error = self.fail[method]
            self.fail[method] = (left - 1, error)
            if left <= 1:
                raise error

    def intend(self, claims: Sequence[SendClaim], at: dt.datetime) -> float:
        """Remember what was intended; the first time there is a wait of ``wait_to_intend``."""
        self._step("intend", *(claim.operation for claim in claims))
        assert not self.intended.keys() & {claim.operation for claim in claims}, "a call was intended twice"
        if self.wait_to_intend:
            seconds, self.wait_to_intend = self.wait_to_intend, 0.0
            return seconds
        fresh = {claim.operation: claim for claim in claims}
        self.intended |= fresh
        self.ahead |= fresh
        return 0.0

    def recall(self) -> None:
        self._step("recall", *self.ahead)
        self.ahead.clear()

    def begin(self, claim: Claim, at: dt.datetime, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        self._step("begin", claim.operation)
        assert claim.operation not in self.claims
        if seconds := wait(itertools.chain(*self.slots.values()), now, limit):
            return Wait(seconds)
        self.ahead.pop(claim.operation, None)
        wanted = numbers_of(claim)
        barred = tuple(number for number in wanted if number in self.opted_out or self._is_ahead(claim, number))
        if isinstance(claim, OptOutClaim):
            barred = tuple(self.lifted & {claim.mobilenumber})
        if barred:
            return Barred(()) if self.bar_by_no_name else Barred(barred)
        if isinstance(claim, SendClaim):
            pairs = {(claim.campaign, number) for number in claim.recipients}
            assert not pairs & self.received, "a text was claimed twice"
            self.received |= pairs
        self.claims[claim.operation] = claim
        self.slots[claim.operation].append(Slot(now, None, hold))
        return Begun()

    def _is_ahead(self, claim: Claim, number: str) -> bool:
        """Say whether a text was claimed ahead by another call of its campaign."""
        return isinstance(claim, SendClaim) and any(
            each.campaign == claim.campaign and number in each.recipients for each in self.ahead.values()
        )

    def again(self, operation: str, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        self._step("again", operation)
        barred = tuple(number for number in numbers_of(self.claims[operation]) if number in self.bar_on_again)
        if barred:
            self.opted_out |= set(barred)
            self._release(operation)
            self.results[operation] = Result("released", "barred")
            return Barred(barred)
        if seconds := wait(itertools.chain(*self.slots.values()), now, limit):
            return Wait(seconds)
        self.slots[operation].append(Slot(now, None, hold))
        return Begun()

    def answered(self, operation: str, now: Instant) -> None:
        self._step("answered", operation)
        self.slots[operation][-1] = self.slots[operation][-1]._replace(answered=now)

    def settle(self, operation: str, result: Result, at: dt.datetime, now: Instant) -> None:
        self._step("settle", operation, result)
        assert operation not in self.results, "a call was settled twice"
        self.results[operation] = result
        self.slots[operation][-1] = self.slots[operation][-1]._replace(answered=now)
        if result.outcome == "released":
            self._release(operation)
        if result.outcome == "unknown":
            self._unknown(operation, result.cause or "")

    def _release(self, operation: str) -> None:
        claim = self.claims[operation]
        if isinstance(claim, SendClaim):
            self.received -= {(claim.campaign, number) for number in claim.recipients}

    def _unknown(self, operation: str, cause: str) -> None:
        claim = self.claims[operation]
        if isinstance(claim, SendClaim):
            self.open_unknowns.append(
                UnknownOperation(
                    operation, claim.campaign, cause, START, claim.customerid, claim.recipients, claim.credits
                )
            )

    def suppress(self, campaign: str, numbers: Iterable[str], at: dt.datetime) -> None:
        self._step("suppress", campaign)
        self.suppressed[campaign] = tuple(numbers)

    def expire(self, campaign: str, at: dt.datetime) -> int:
        self._step("expire", campaign)
        self.expired.append(campaign)
        return 0

    def see(self, statuses: Mapping[str, str], at: dt.datetime) -> None:
        self._step("see")
        self.seen = dict(statuses)

    def doubt(self, operations: Iterable[str], cause: str, at: dt.datetime) -> int:
        doubted = list(operations)
        self._step("doubt", *doubted)
        for operation in doubted:
            self.results[operation] = Result("unknown", cause)
            self._unknown(operation, cause)
        return len(doubted)

    def balance(self, operations: Iterable[str], before: Decimal | None, after: Decimal | None) -> None:
        self._step("balance")
        self.balances.update(dict.fromkeys(operations, (before, after)))

    def note_balance(self, operation: str, look: BalanceLook) -> None:
        self.looks.setdefault(operation, []).append(look)

    def prove(self, account: str | None, *, proven: bool) -> None:
        self._step("prove", account, proven)
        self.proofs.append((account, proven))

    def unknowns(self) -> Sequence[UnknownOperation]:
        return self.open_unknowns

    def lock(self, start: RunStart, timeout: float) -> int:
        raise AssertionError("the executor takes no lock")

    def unlock(self) -> None:
        raise AssertionError("the executor gives no lock back")

    def finish(
        self, exit_code: int, at: dt.datetime, before: Decimal | None = None, after: Decimal | None = None
    ) -> None:
        raise AssertionError("the executor keeps no history")

    def note_plan(self, digest: str) -> None:
        raise AssertionError("the executor keeps no history")

    def note_allowed(self, allowed: Mapping[str, str]) -> None:
        raise AssertionError("the executor allows nothing")

    def use_plan(self, plan_id: str, at: dt.datetime) -> None:
        raise AssertionError("the executor knows no plan files")

    def adopt_imports(self, rows: Iterable[tuple[str, str, Values]], at: dt.datetime) -> int:
        raise AssertionError("the executor adopts nothing")

    def adopt_campaign(self, campaign: str, user: str, at: dt.datetime) -> None:
        raise AssertionError("the executor adopts nothing")

    def check(self) -> None:
        """Check what must hold after every run: nobody is in two accepted calls of one campaign."""
        got = Counter(
            (claim.campaign, number)
            for operation, claim in self.claims.items()
            if isinstance(claim, SendClaim) and self.outcome(operation) in {"done", "unknown", "claimed"}
            for number in claim.recipients
        )
        assert not [pair for pair, count in got.items() if count > 1]

    def outcome(self, operation: str) -> str:
        return self.results[operation].outcome if operation in self.results else "claimed"

    def outcomes(self, kind: type[Claim]) -> list[str]:
        return [self.outcome(operation) for operation, claim in self.claims.items() if isinstance(claim, kind)]

    def of(self, kind: type[T]) -> list[T]:
        return [claim for claim in self.claims.values() if isinstance(claim, kind)]

    def steps(self, *methods: str) -> list[tuple[Any, ...]]:
        return [step for step in self.log if step[0] in methods]


def numbers_of(claim: Claim) -> tuple[str, ...]:
    match claim:
        case SendClaim():
            return claim.recipients
        case CreditsClaim():
            return ()
        case ImportClaim() | OptOutClaim() | TestClaim():
            return (claim.mobilenumber,)


class FakeClient:
    """A server. ``script`` answers the next calls of a kind, in order; then ``otherwise``; then all is well.

    ``billed`` is what one text costs on the balance; ``latency`` is in seconds.
    """

    def __init__(self, stage: Stage) -> None:
        self.abilities = Abilities()
        self.hold = 30.0
        self.balance: Decimal | None = Decimal(500)
        self.billed = Decimal(1)
        self.latency = 0.1
        self.script: dict[type[Call], list[Answer]] = defaultdict(list)
        self.otherwise: dict[type[Call], Behaviour] = {}
        self.calls: list[tuple[float, Call]] = []
        self.in_flight: Counter[type[Call]] = Counter()
        self.most_in_flight: Counter[type[Call]] = Counter()
        self.cancelled = 0
        self._stage = stage

    async def perform(self, call: Call) -> Answer:
        kind = type(call)
        self.calls.append((self._stage.loop.time(), call))
        self.in_flight[kind] += 1
        self.most_in_flight[kind] = max(self.most_in_flight[kind], self.in_flight[kind])
        try:
            await asyncio.sleep(self.latency)
            return self._bill(call, await self._answer(call))
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.in_flight[kind] -= 1

    def _bill(self, call: Call, answer: Answer) -> Answer:
        if isinstance(call, SendText) and isinstance(answer, Accepted) and self.balance is not None:
            self.balance -= self.billed * len(call.recipients)
        return answer

    async def _answer(self, call: Call) -> Answer:
        if self.script[type(call)]:
            return self.script[type(call)].pop(0)
        if type(call) in self.otherwise:
            answer = self.otherwise[type(call)](call)
            return await answer if isinstance(answer, Awaitable) else answer
        return Accepted(self.balance if isinstance(call, CheckCredits) else None)

    async def close(self) -> None:
        raise AssertionError("the executor closes nothing")

    def of(self, kind: type[T]) -> list[T]:
        return [call for _, call in self.calls if isinstance(call, kind)]

    def kinds(self) -> list[str]:
        """Return the kinds of calls in their order, repetitions in a row left out."""
        return [name for name, _ in itertools.groupby(type(call).__name__ for _, call in self.calls)]

    def at(self, kind: type[Call]) -> list[float]:
        return [when for when, call in self.calls if isinstance(call, kind)]


def slowly(seconds: float) -> Behaviour:
    """Return the behaviour of a server that accepts everything, after so many seconds."""

    async def answer(call: Call) -> Answer:
        await asyncio.sleep(seconds)
        return Accepted()

    return answer


class Said:
    """Progress that remembers."""

    def __init__(self) -> None:
        self.totals: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.sentences: list[str] = []

    def begin(self, lane: str, total: int) -> None:
        self.totals[lane] += total

    def advance(self, lane: str, done: int = 1) -> None:
        self.done[lane] += done

    def say(self, text: str) -> None:
        self.sentences.append(text)


class JumpingClock(VirtualClock):
    """A virtual clock whose process can fall asleep: seconds pass without anybody noticing."""

    jumped = 0.0

    def sleep(self, seconds: float) -> None:
        self.jumped += seconds

    def monotonic(self) -> float:
        return super().monotonic() + self.jumped


class Stage:
    """A virtual loop with a store, a client, a clock and a progress on it."""

    def __init__(self) -> None:
        self.loop = VirtualLoop()
        self.clock = JumpingClock(self.loop, START)
        self.store = FakeStore()
        self.client = FakeClient(self)
        self.progress = Said()
        self.stop_at: float | None = None
        self.stop = Stop()

    def close(self) -> None:
        """Check what must hold after every run."""
        if not self.loop.is_closed():
            self.loop.close()
        self.store.check()

    def play(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run to the end, with the stop event set at ``stop_at`` seconds."""

        async def played() -> T:
            if self.stop_at is not None:
                self.loop.call_later(self.stop_at, self.stop.set)
            return await work()

        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            return runner.run(played())

    def apply(self, made: Plan, **more: Any) -> RunReport:
        job = self.job(made, **more)
        return self.play(lambda: run.apply(job, self.store, self.client, self.clock, self.progress, self.stop))

    def job(self, made: Plan, *, limit: RateLimit = ROOMY, safety: Safety | None = None, **more: Any) -> Job:
        ids = itertools.count(1)
        settings = Settings(Account(rate_limit=limit), safety or Safety())
        given: dict[str, Any] = {"proven": True, "new_id": lambda: f"op{next(ids)}", **more}
        return Job(plan=made, settings=settings, run="run-1", **given)


def plan(
    *sends: SendChange,
    optouts: int = 0,
    imports: int = 0,
    outlooks: Sequence[CampaignOutlook] | None = None,
    limits: tuple[LimitHit, ...] = (),
) -> Plan:
    """Return a plan; campaigns without an outlook of their own are due, people are opted out from 900 on."""
    names = dict.fromkeys(change.campaign for change in sends)
    return Plan(
        plan_id="plan-1",
        created_at=START,
        config_digest="sha256:0",
        approval="p1:0",
        optouts=tuple(OptOutChange(person(900 + which)) for which in range(optouts)),
        sends=sends,
        imports=tuple(
            ImportChange("create", "members", person(which % 1000), None, NO_VALUES) for which in range(imports)
        ),
        campaigns=tuple(outlook(name) for name in names) if outlooks is None else tuple(outlooks),
        limits=limits,
    )


def outlook(name: str, status: CampaignStatus = CampaignStatus.DUE, **more: Any) -> CampaignOutlook:
    return CampaignOutlook(name=name, status=status, template="Hi", senderid=None, **more)


def send(campaign: str, *recipients: str, cost: int | None = None, at: dt.datetime | None = None) -> SendChange:
    """Return a call that costs one credit a recipient, unless said otherwise."""
    return SendChange(
        campaign=campaign,
        recipients=recipients,
        messagetext="Hi",
        template="Hi",
        text_digest=fingerprint.of_text("Hi"),
        encoding="GSM-7",
        segments=1,
        credits=Decimal(len(recipients) if cost is None else cost),
        senderid="Repliable",
        customerid=f"{campaign}-{recipients[0][-3:]}",
        scheduledate=at,
    )


def each_alone(campaign: str, first: int, last: int) -> tuple[SendChange, ...]:
    """Return one call a person."""
    return tuple(send(campaign, number) for number in people(first, last))


def frozen(*recipients: str) -> Mapping[str, Any]:
    """Return what an outlook holds of a campaign that has not started."""
    digest = fingerprint.of_text("Hi")
    return {
        "content_digest": "c1:0",
        "freeze": MappingProxyType(dict.fromkeys(recipients, digest)),
        "texts": {digest: ("Hi", "GSM-7", 1)},
    }
