"""One call: claim it, check that it may still start, perform, judge, settle; the order that is the whole safety case.

It knows nothing of campaigns, lanes or money. Nothing is awaited between the last check and the client, nor between an
answer and its record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias, assert_never

from sendmode_sync.errors import StateError
from sendmode_sync.executor.book import Book
from sendmode_sync.executor.course import Course
from sendmode_sync.executor.verdict import Again, Away, Done, Failed, Final, Held, Kind, Stop, result, verdict
from sendmode_sync.model.calls import Answer, Call, Unknown
from sendmode_sync.model.claim import (
    Barred,
    Beginning,
    Begun,
    Claim,
    CreditsClaim,
    ImportClaim,
    OptOutClaim,
    Result,
    SendClaim,
    TestClaim,
    Wait,
)
from sendmode_sync.model.report import Reason
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.ports import Client, Clock, Progress, StateRun

STALE = 5.0  # seconds after which a claim is taken back instead of used: the process was asleep in between
_STALE_CLAIM = "stale-claim"


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Order:
    """One call to be made. ``allowed`` is asked right before each of its starts."""

    claim: Claim
    call: Call
    allowed: Callable[[], bool] = _always


class Claimed(NamedTuple):
    """An order whose claim is durable and whose slot is taken; it was asked for ``at`` the clock's monotonic seconds."""

    order: Order
    at: float


class Released(NamedTuple):
    """Taken back: nothing was processed, or it is harmless to do again in another run."""

    cause: str


Ending: TypeAlias = Done | Failed | Held | Released | Barred


class Ended(NamedTuple):
    """How a claimed call ended, and the operation under which the state knows it.

    ``lost`` is what the state raised when the call was to be tried again; whoever counts it raises that next.
    """

    operation: str
    how: Ending
    lost: StateError | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """What calls are made with; one course and one book for everything that calls in a run."""

    store: StateRun
    client: Client
    clock: Clock
    progress: Progress
    course: Course
    book: Book
    limit: RateLimit
    new_id: Callable[[], str]
    probe: Callable[[str], None]


class Caller:
    """Makes calls, each by the same steps. ``fingerprint`` is remembered in the state after the first that succeeds."""

    def __init__(self, means: Means, fingerprint: str | None, *, proven: bool) -> None:
        """``proven`` is what the state already knows of the account."""
        self._means = means
        self._course = means.course
        self._fingerprint = fingerprint
        self._proven = proven

    async def begin(self, order: Order, until: float | None = None) -> Claimed | Barred | None:
        """Claim a call as soon as there is a slot; ``until`` is on the clock's monotonic seconds.

        None where it may not start, or not before ``until``: nothing was claimed then.
        """
        means = self._means

        def take() -> Beginning:
            hold = means.client.hold
            return means.store.begin(order.claim, means.clock.now(), means.clock.instant(), means.limit, hold)

        return await self._start(order, take, until)

    async def carry(self, claimed: Claimed) -> Ended:
        """Bring a claimed call to its end, with as many tries as the verdicts allow."""
        order = claimed.order
        attempt, waited = 0, 0.0
        while True:
            attempt += 1
            answer = await self._perform(claimed)
            if isinstance(answer, Released):
                self._take_back(order, answer.cause)
                if answer.cause != _STALE_CLAIM:
                    return Ended(order.claim.operation, answer)
                return await self.call(replace(order, claim=replace(order.claim, operation=self._means.new_id())))
            decided = verdict(_kind(order.claim), answer, attempt, waited)
            if not isinstance(decided, Again):
                return self._end(order, decided)
            waited += decided.after
            try:
                started = await self._again(order, decided)
            except StateError as lost:
                # After a lost lease no start can be written, but that this one was not accepted can.
                return self._take_back(order, "not-finished")._replace(lost=lost)
            match started:
                case Claimed():
                    claimed = started
                case Barred():
                    return Ended(order.claim.operation, started)
                case None:
                    return self._take_back(order, "not-finished")
                case _:
                    assert_never(started)

    async def call(self, order: Order) -> Ended:
        """Claim a call and bring it to its end."""
        started = await self.begin(order)
        match started:
            case Claimed():
                ended = await self.carry(started)
                if ended.lost is not None:
                    raise ended.lost
                return ended
            case Barred():
                return Ended(order.claim.operation, started)
            case None:
                return Ended(order.claim.operation, Released("not-started"))
            case _:
                assert_never(started)

    async def _start(
        self, order: Order, take: Callable[[], Beginning], until: float | None = None
    ) -> Claimed | Barred | None:
        """Wait for a slot and take it; whoever waits asks again, since another call may have been quicker."""
        clock = self._means.clock
        while self._course.may_start() and order.allowed():
            wait = self._course.paused_for()
            if wait <= 0:
                asked_at = clock.monotonic()  # not after: whoever slept in between has taken a slot of the past
                beginning = take()
                match beginning:
                    case Begun():
                        return Claimed(order, asked_at)
                    case Barred():
                        return beginning
                    case Wait(seconds=seconds):
                        wait = seconds
                    case _:
                        assert_never(beginning)
            if until is not None:
                if clock.monotonic() >= until:
                    return None
                wait = min(wait, until - clock.monotonic())
            await self._course.wait_for_slot(wait)
        return None

    async def _again(self, order: Order, again: Again) -> Claimed | Barred | None:
        """Wait as the verdict says, then take another slot for the same claim."""
        means, operation = self._means, order.claim.operation
        means.store.answered(operation, means.clock.instant())
        self._course.stir()
        if again.everyone:
            self._course.pause(again.after)
        elif not await self._course.wait(again.after):
            return None

        def take() -> Beginning:
            return means.store.again(operation, means.clock.instant(), means.limit, means.client.hold)

        return await self._start(order, take)

    async def _perform(self, claimed: Claimed) -> Answer | Released:
        """Make the call where it may still start; an answer that nobody waits for any more is unknown."""
        answering = asyncio.create_task(self._start_if_fit(claimed))
        try:
            if not await self._course.answered(answering):
                self._course.reasons.add(Reason.INTERRUPTED)
                return Unknown("interrupted")
            answer = answering.result()
        finally:
            answering.cancel()
        if not isinstance(answer, Released):
            self._means.probe("call:answered")
        return answer

    async def _start_if_fit(self, claimed: Claimed) -> Answer | Released:
        """Check a last time and start: inside one task, since a new task would wait for whatever else the loop does."""
        means, order = self._means, claimed.order
        means.probe("call:claimed")
        if not (self._course.may_start() and order.allowed()):
            return Released("not-started")
        if means.clock.monotonic() - claimed.at > STALE:
            return Released(_STALE_CLAIM)
        means.book.calls += 1
        return await means.client.perform(order.call)

    def _end(self, order: Order, final: Final) -> Ended:
        """Settle, and let the run end where the key is refused or the server is away."""
        operation = order.claim.operation
        self._settle(order.claim, result(final))
        match final:
            case Done():
                with suppress(StateError):  # the call itself is settled, and counts; the next one finds what is wrong
                    self._remember()
                return Ended(operation, final)
            case Failed() | Held():
                return Ended(operation, final)
            case Stop(cause=cause):
                self._means.book.refusals[f"the API key was refused: {cause}"] += 1
                self._course.end(Reason.FAILED)
                return Ended(operation, Released(cause))
            case Away(cause=cause):
                if not isinstance(order.claim, CreditsClaim):  # without a balance, opt-outs and imports still go on
                    self._course.end(Reason.AWAY)
                return Ended(operation, Released(cause))
            case _:
                assert_never(final)

    def _take_back(self, order: Order, cause: str) -> Ended:
        self._settle(order.claim, Result("released", cause))
        return Ended(order.claim.operation, Released(cause))

    def _settle(self, claim: Claim, ended: Result) -> None:
        """Record how a call ended; the result of a send that cannot be recorded is said, so that it is not lost."""
        means = self._means
        try:
            means.store.settle(claim.operation, ended, means.clock.now(), means.clock.instant())
        except Exception:
            if _kind(claim) == "send":
                means.progress.say(
                    f"SMSYNC-RESULT operation={claim.operation} outcome={ended.outcome} cause={ended.cause or 'none'}"
                )
            raise
        self._course.stir()
        means.probe("call:settled")

    def _remember(self) -> None:
        if self._fingerprint is not None:
            self._means.store.prove(self._fingerprint, proven=self._proven)
            self._fingerprint = None


def _kind(claim: Claim) -> Kind:
    match claim:
        case SendClaim() | TestClaim():
            return "send"
        case ImportClaim():
            return "import"
        case OptOutClaim():
            return "optout"
        case CreditsClaim():
            return "credits"
        case _:
            assert_never(claim)
