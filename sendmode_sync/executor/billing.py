"""Whether what was accepted was also charged: the canary's proof, and the comparison after sends.

Handed-over sends are left out, since nobody knows when they are charged. Whatever is doubtful becomes unknown, for a
person to settle; nothing here ever makes a send possible again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, assert_never

from sendmode_sync.executor.calling import Means
from sendmode_sync.executor.money import Fell, Money, Movement, Reading, Rose, Still, shown, surprise
from sendmode_sync.executor.standing import Standing
from sendmode_sync.model.report import Reason

_UNBILLED = "unbilled"


class Sale(NamedTuple):
    """One send that was, or may have been, accepted. ``credits`` is its estimated cost."""

    operation: str
    campaign: Standing
    recipients: int
    credits: Decimal


@dataclass(slots=True)
class Bill:
    """The sends since the balance was last compared."""

    accepted: list[Sale] = field(default_factory=list)
    unknown: list[Sale] = field(default_factory=list)
    handed_over: list[Sale] = field(default_factory=list)


class Billing:
    """Compares the balance with the sends of one run.

    ``base`` is the balance before the sends that are not compared yet, None where none can be read. ``proven`` is True
    once a send was seen to move the balance. ``spent_at_base`` is what the run's accepted sends were estimated at when
    ``base`` was read, in credits. ``doubted`` are the operations that this run made doubtful.
    """

    def __init__(self, means: Means, money: Money, fingerprint: str | None, wait: float, *, proven: bool) -> None:
        """``wait`` is how long a balance that does not move is read again, in seconds."""
        self.base: Decimal | None = None
        self.spent_at_base = Decimal(0)
        self.proven = proven
        self.bill = Bill()
        self.doubted: set[str] = set()
        self._means = means
        self._money = money
        self._fingerprint = fingerprint
        self._wait = wait

    async def judge_canary(self, canary: Sale, base: Decimal) -> Reason | None:
        """Watch the balance after a send to one person; return why no other send may start, None where one may."""
        moved = await self._money.watch(base, self._wait)
        match moved:
            case Fell():
                self._prove()
                return None
            case Still(after=after):
                self.bill.accepted.remove(canary)
                self._doubt([canary], base, after)
                return Reason.UNBILLED
            case Rose():
                self._means.book.notice(
                    "balance-rose",
                    "the balance rose while the first send was watched, so it proves nothing: no other send was "
                    "started; run apply again",
                )
                return Reason.CREDITS
            case Reading(why=why):
                return why
            case _:
                assert_never(moved)

    async def settle_up(self) -> None:
        """Compare the balance with what the sends since the last time should have cost."""
        bill, self.bill = self.bill, Bill()
        if self.base is None or not (bill.accepted or bill.unknown):
            return
        moved = await self._money.watch(self.base, self._wait if bill.accepted else 0.0)
        after = moved.balance if isinstance(moved, Reading) else moved.after
        if bill.unknown:
            self._means.store.balance([sale.operation for sale in bill.unknown], self.base, after)
        if bill.accepted:
            self._compare(bill, self.base, moved)
        if after is not None:
            self.base, self.spent_at_base = after, self._means.book.estimated

    def _compare(self, bill: Bill, base: Decimal, moved: Movement) -> None:
        book = self._means.book
        match moved:
            case Still(after=after):
                self._doubt(bill.accepted, base, after)
                self._means.course.reasons.add(Reason.UNBILLED)
            case Fell() | Rose():
                if isinstance(moved, Fell):
                    self._prove()
                explained = _cost(bill.accepted)
                said = surprise(moved, explained, explained + _cost(bill.unknown) + _cost(bill.handed_over))
                if said is not None:
                    book.notice("balance-differs", said)
            case Reading(why=why):
                if why is not None:  # otherwise the run ended first, and says so itself
                    self._means.course.reasons.add(why)
                book.notice("balance-unread", "the balance could not be read after the sends: they were not compared")
            case _:
                assert_never(moved)

    def _doubt(self, sales: list[Sale], before: Decimal, after: Decimal) -> None:
        """Turn accepted sends into unknown ones, with the balances as evidence."""
        operations = [sale.operation for sale in sales]
        self._means.store.doubt(operations, _UNBILLED, self._means.clock.now())
        self._means.store.balance(operations, before, after)
        self.doubted.update(operations)
        for sale in sales:
            sale.campaign.unknown += sale.recipients
            self._means.book.sends.accepted -= sale.recipients
            self._means.book.sends.unknown += sale.recipients
        self._means.book.notice(
            _UNBILLED,
            f"the balance did not move ({shown(after)} credits) though sends were accepted: they are unknown now",
        )

    def _prove(self) -> None:
        if not self.proven:
            self.proven = True
            self._means.store.prove(self._fingerprint, proven=True)


def _cost(sales: list[Sale]) -> Decimal:
    return sum((sale.credits for sale in sales), Decimal(0))
