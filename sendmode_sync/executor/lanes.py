"""Opt-outs and imports: calls that are harmless to repeat, several in flight, started as soon as there is a slot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Literal, assert_never

from sendmode_sync.executor import book
from sendmode_sync.executor.calling import Caller, Claimed, Means, Order, Released
from sendmode_sync.executor.flight import Flight
from sendmode_sync.executor.looks import Looks
from sendmode_sync.executor.verdict import Done, Failed, Held
from sendmode_sync.model.calls import ImportCustomer, OptOutNumber
from sendmode_sync.model.claim import Barred, ImportClaim, OptOutClaim
from sendmode_sync.model.desired import FIELDS, NO_VALUES
from sendmode_sync.model.plan import ImportChange, OptOutChange
from sendmode_sync.model.report import Reason

MOST_IN_FLIGHT = 8  # at 100 calls a minute and 2 s an answer, four keep the limit busy; the rest is for slow answers


class Lane:
    """One lane of repeatable calls. What is not done in this run is done by the next."""

    def __init__(self, name: Literal["opt-outs", "imports"], tally: book.Lane, means: Means, caller: Caller) -> None:
        """Count into ``tally``."""
        self.flight = Flight(means.course)
        self._name = name
        self._tally = tally
        self._means = means
        self._caller = caller

    async def drain(
        self,
        orders: Iterable[Order],
        looks: Looks,
        looked: Callable[[], Awaitable[None]],
    ) -> None:
        """Make the calls. Between two of them it looks for what goes first, and awaits ``looked`` where it did."""
        for order in orders:
            if not await self._take_up(order, looks, looked):
                break
        await self.flight.land()

    async def _take_up(self, order: Order, looks: Looks, looked: Callable[[], Awaitable[None]]) -> bool:
        """Set one call under way; False where the run is over."""
        while self._means.course.may_start():
            if await looks.look_if_due():
                await looked()
            elif await self.flight.room(MOST_IN_FLIGHT, looks.patience()):
                started = await self._caller.begin(order, looks.next)
                match started:
                    case Claimed():
                        await self.flight.launch(self._carry(started))
                        return True
                    case Barred():
                        self._count(started)
                        return True
                    case None:
                        pass  # it is time to look, or the run is over
                    case _:
                        assert_never(started)
        return False

    async def _carry(self, claimed: Claimed) -> None:
        ended = await self._caller.carry(claimed)
        self._count(ended.how)
        if ended.lost is not None:
            raise ended.lost

    def _count(self, how: Done | Failed | Held | Released | Barred) -> None:
        match how:
            case Done():
                self._tally.done += 1
            case Failed():
                self._tally.failed += 1
                self._means.book.refused(self._name.removesuffix("s"), how)
                self._means.course.reasons.add(Reason.FAILED)
            case Barred():
                self._tally.barred += 1
            case Released() | Held():
                return
            case _:
                assert_never(how)
        self._means.progress.advance(self._name)


def optouts(changes: Sequence[OptOutChange], new_id: Callable[[], str]) -> Iterator[Order]:
    """Return the calls that opt numbers out."""
    for change in changes:
        yield Order(
            OptOutClaim(new_id(), change.mobilenumber),
            OptOutNumber(change.mobilenumber, change.optoutresponse, change.returnedresponse),
        )


def imports(changes: Sequence[ImportChange], new_id: Callable[[], str]) -> Iterator[Order]:
    """Return the calls that import customers; a field that was removed leaves as an empty text."""
    for change in changes:
        before = change.before or NO_VALUES
        fields = {name: new for name, old, new in zip(FIELDS, before, change.after, strict=True) if new or old}
        yield Order(
            ImportClaim(new_id(), change.group, change.mobilenumber, change.after),
            ImportCustomer(change.group, change.mobilenumber, fields),
        )
