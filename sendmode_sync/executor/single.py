"""One call outside an apply: reading the balance for ``plan`` and ``credits``, and one test send.

A test send follows the rules of every send: nothing is sent where the balance cannot be read or does not cover it, and
a send that may have happened is never tried again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Final, NamedTuple, assert_never

from sendmode_sync.errors import RefusedError
from sendmode_sync.executor.book import Book
from sendmode_sync.executor.calling import Caller, Ending, Means, Order, Released
from sendmode_sync.executor.course import Course, Stop
from sendmode_sync.executor.job import new_uuid, no_probe
from sendmode_sync.executor.money import Fell, Money, Reading, Rose, Still, shown
from sendmode_sync.executor.verdict import Done, Failed, Held
from sendmode_sync.model.calls import SendText
from sendmode_sync.model.claim import Barred, TestClaim
from sendmode_sync.model.report import Reason
from sendmode_sync.model.settings import RateLimit, Settings
from sendmode_sync.ports import Client, Clock, Progress, StateRun


class Silence:
    """Progress where there is none to show."""

    def begin(self, lane: str, total: int) -> None:
        """Say nothing."""

    def advance(self, lane: str, done: int = 1) -> None:
        """Say nothing."""

    def say(self, text: str) -> None:
        """Say nothing."""


SILENCE: Final = Silence()


class Trial(NamedTuple):
    """What came of a test send: why it is no success, None where it is one, and a sentence without personal data."""

    reason: Reason | None
    sentence: str

    def __str__(self) -> str:
        """Return the sentence."""
        return self.sentence


async def read_balance(  # noqa: PLR0913 - the ports that a call needs, its id and how long it may wait
    store: StateRun,
    client: Client,
    clock: Clock,
    limit: RateLimit,
    operation: str,
    patience: float | None,
    *,
    account: str | None = None,
) -> Reading:
    """Return the balance in credits, or why it cannot be read now.

    No try starts later than ``patience`` seconds from now; None for as long as the call's own budget lasts. ``account``
    is the fingerprint to remember in the state, None to remember nothing. Raises ``RefusedError`` where the server
    refuses the key or the call.
    """
    ends_at = None if patience is None else clock.monotonic() + patience
    means = _means(store, client, clock, limit, Course(clock, Stop(), ends_at))
    reading = await Money(means, Caller(means, account, proven=False)).read(operation)
    if means.book.refusals:
        raise RefusedError(", ".join(means.book.refusals), remedy="check the key, account.base_url and account.paths")
    return reading


async def send_test(  # noqa: PLR0913, PLR0917 - the ports that a call needs, the call and its claim
    store: StateRun,
    client: Client,
    clock: Clock,
    settings: Settings,
    claim: TestClaim,
    call: SendText,
    account: str | None,
    *,
    proven: bool = False,
    progress: Progress = SILENCE,
    stop: Stop | None = None,
) -> Trial:
    """Send one text to one test number under the lock that the caller holds, and see whether it was charged.

    ``account`` is the fingerprint to remember, ``proven`` what the state knows of it. A test send that moves the balance
    proves the account. ``stop`` ends it softly, as in an apply.
    """
    course = Course(clock, stop or Stop())
    means = _means(store, client, clock, settings.account.rate_limit, course, progress)
    caller = Caller(means, account, proven=proven)
    money = Money(means, caller)
    async with _watched(course):
        base = Reading()
        if client.abilities.credits:
            base = await money.read()
            refusal = _uncovered(base.balance, claim.credits, settings.safety.min_balance)
            if refusal is not None:
                return _not_sent(means, *refusal)
        ended = await caller.call(Order(claim, call))
        if isinstance(ended.how, Done) and base.balance is not None:
            return await _charged(means, money, base.balance, settings.safety.canary_wait, account)
        return _ended(means, ended.how)


def _uncovered(balance: Decimal | None, cost: Decimal, reserve: Decimal) -> tuple[Reason, str] | None:
    """Return why a balance does not let a test send start, None where it does."""
    if balance is None:
        return Reason.AWAY, "the balance could not be read"
    if balance - cost < reserve:
        return Reason.CREDITS, f"the balance of {shown(balance)} credits does not cover it"
    return None


def _ended(means: Means, how: Ending) -> Trial:
    match how:
        case Done():
            return Trial(None, "accepted")
        case Failed(cause=cause):
            return Trial(Reason.FAILED, f"refused: {cause}")
        case Held(cause=cause):
            return Trial(Reason.UNKNOWN, f"it cannot be known whether it was sent: {cause}")
        case Barred():
            return _not_sent(means, Reason.FAILED, "the number is opted out")
        case Released(cause=cause):
            return _not_sent(means, Reason.AWAY, cause)
        case _:
            assert_never(how)


async def _charged(means: Means, money: Money, base: Decimal, wait: float, account: str | None) -> Trial:
    """Say whether an accepted test send was seen on the balance; remember it where it was."""
    moved = await money.watch(base, wait)
    match moved:
        case Fell(by=by):
            means.store.prove(account, proven=True)
            return Trial(None, f"accepted, and the balance fell by {shown(by)} {'credit' if by == 1 else 'credits'}")
        case Still():
            return Trial(
                Reason.UNBILLED, "accepted, but the balance did not move: look at the phone before you trust this API"
            )
        case Rose():
            return Trial(None, "accepted; the balance rose meanwhile, so it proves nothing")
        case Reading():
            return Trial(None, "accepted; the balance could not be read again, so it proves nothing")
        case _:
            assert_never(moved)


def _not_sent(means: Means, reason: Reason, why: str) -> Trial:
    """Return that nothing was sent; what ended the whole course says more than why this call did not start."""
    said = next(iter(means.book.refusals), why)
    return Trial(
        next(iter(means.course.reasons), Reason.FAILED if means.book.refusals else reason), f"not sent: {said}"
    )


def _means(
    store: StateRun, client: Client, clock: Clock, limit: RateLimit, course: Course, progress: Progress = SILENCE
) -> Means:
    return Means(store, client, clock, progress, course, Book(), limit, new_uuid, no_probe)


@asynccontextmanager
async def _watched(course: Course) -> AsyncIterator[None]:
    """Let a stop event be noticed for as long as calls are made."""
    watching = asyncio.ensure_future(course.watch())
    try:
        yield
    finally:
        watching.cancel()
