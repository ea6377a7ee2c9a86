"""The balance: reading it, what a run may still start with it, and whether sends were seen to move it.

A balance that did not move is never read as "nothing was sent": it only ever makes a send doubtful.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias, assert_never

from sendmode_sync.executor.calling import Caller, Means, Order, Released
from sendmode_sync.executor.verdict import Done, Failed, Held
from sendmode_sync.model.calls import CheckCredits
from sendmode_sync.model.claim import Barred, CreditsClaim
from sendmode_sync.model.report import Reason

_SAME = Decimal("0.001")  # credits; balances come as floating-point numbers
_LONGEST_POLL = 8.0


class Reading(NamedTuple):
    """A balance in credits, or why there is none; ``why`` is None where the run ended first."""

    balance: Decimal | None = None
    why: Reason | None = None
    cause: str = ""


class Fell(NamedTuple):
    """The balance went down ``by`` so many credits."""

    after: Decimal
    by: Decimal


class Still(NamedTuple):
    """The balance did not move for as long as it was watched."""

    after: Decimal


class Rose(NamedTuple):
    """The balance went up, which says nothing about sends."""

    after: Decimal
    by: Decimal


Movement: TypeAlias = Fell | Still | Rose | Reading
"""``Reading`` where the balance could not be read, or not for long enough."""


@dataclass(slots=True)
class Purse:
    """What campaigns of one run may cost, in credits.

    ``balance`` is as it was read at the start, None where none can be read. ``ceiling`` is the most that the run may
    spend, ``reserve`` what must be left, ``started`` the estimate of all campaigns started so far, ``over`` as much of that
    as is charged by now or never will be.
    """

    balance: Decimal | None
    ceiling: Decimal
    reserve: Decimal
    started: Decimal = Decimal(0)
    over: Decimal = Decimal(0)

    def read(self, balance: Decimal) -> None:
        """Note the balance as it is now; what was started and is still to come stays set aside."""
        self.balance = balance + self.over

    def take(self, estimate: Decimal) -> Literal[Reason.CREDITS, Reason.LIMIT] | None:
        """Set a campaign's whole estimate aside; return why not, where it does not fit."""
        if self.started + estimate > self.ceiling:
            return Reason.LIMIT
        if self.balance is not None and self.balance - self.started < estimate + self.reserve:
            return Reason.CREDITS
        self.started += estimate
        return None

    @property
    def free(self) -> Decimal:
        """The most that another campaign may cost."""
        free = self.ceiling - self.started
        return free if self.balance is None else min(free, self.balance - self.started - self.reserve)


def movement(before: Decimal, after: Decimal) -> Fell | Still | Rose:
    """Return how the balance moved; less than a thousandth of a credit is no movement."""
    if abs(before - after) < _SAME:
        return Still(after)
    return Fell(after, before - after) if after < before else Rose(after, after - before)


def surprise(moved: Fell | Rose, explained: Decimal, possible: Decimal) -> str | None:
    """Return a sentence where a balance moved by other than sends explain.

    ``explained`` is the estimate of what was accepted; ``possible`` adds what may have been charged as well.
    """
    match moved:
        case Rose(by=by):
            return f"the balance rose by {shown(by)} credits while {shown(explained)} were estimated to be spent"
        case Fell(by=by) if explained - _SAME <= by <= possible + _SAME:
            return None
        case Fell(by=by):
            return f"the balance fell by {shown(by)} credits, estimated {shown(explained)}"
        case _:
            assert_never(moved)


def shown(amount: Decimal) -> str:
    """Write credits for people, without zeros at the end."""
    return f"{amount.normalize():f}" if amount else "0"


class Money:
    """Reads the balance of one run; each reading is a call and takes a slot."""

    def __init__(self, means: Means, caller: Caller) -> None:
        """Read by the same calls as everything else."""
        self._means = means
        self._caller = caller

    async def read(self, operation: str | None = None) -> Reading:
        """Read the balance, as an operation of the given id or of a fresh one."""
        ended = await self._caller.call(Order(CreditsClaim(operation or self._means.new_id()), CheckCredits()))
        match ended.how:
            case Done(balance=balance) if balance is not None:
                return Reading(balance)
            case Failed(cause=cause) as failed:
                self._means.book.refused("credits", failed)
                return Reading(why=Reason.FAILED, cause=cause)
            case Released(cause=cause):
                return Reading(why=Reason.AWAY if self._means.course.may_start() else None, cause=cause)
            case Done() | Held() | Barred():
                return Reading(why=Reason.AWAY, cause="no-balance")
            case _:
                assert_never(ended.how)

    async def watch(self, before: Decimal, seconds: float) -> Movement:
        """Read until the balance is another than ``before``, for up to so many seconds; at least once."""
        until = self._means.clock.monotonic() + seconds
        pause = 1.0
        while True:
            reading = await self.read()
            if reading.balance is None:
                return reading
            self._means.book.after = reading.balance
            moved = movement(before, reading.balance)
            left = until - self._means.clock.monotonic()
            if not isinstance(moved, Still) or left <= 0:
                return moved
            if not await self._means.course.wait(min(pause, left)):
                return Reading()
            pause = min(pause * 2, _LONGEST_POLL)
