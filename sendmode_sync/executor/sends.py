"""The lane of sends: a campaign at a time may start, one call at a time until the account is proven, never a call twice.

It knows when sends must stop; what else the run does is none of its business.
"""

from __future__ import annotations

import asyncio
from collections import deque
from decimal import Decimal
from typing import NamedTuple, assert_never

from sendmode_sync.errors import FencedError, StateError
from sendmode_sync.executor import standing, waiting
from sendmode_sync.executor.aftermath import Aftermath
from sendmode_sync.executor.billing import Billing, Sale
from sendmode_sync.executor.breaker import Breaker
from sendmode_sync.executor.calling import Caller, Claimed, Ended, Means, Order, Released
from sendmode_sync.executor.flight import Flight
from sendmode_sync.executor.job import Job
from sendmode_sync.executor.looks import Looks
from sendmode_sync.executor.money import Purse, shown
from sendmode_sync.executor.standing import Standing
from sendmode_sync.executor.verdict import Done, Failed, Held
from sendmode_sync.model.calls import SendText
from sendmode_sync.model.claim import Barred, SendClaim
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import Plan, SendChange
from sendmode_sync.model.report import Reason

MOST_IN_FLIGHT = 4
_MOST_UNPROVEN = 10  # people that a run may send to before the account is proven, without a canary


class _Started(NamedTuple):
    change: SendChange
    claimed: Claimed


class SendLane:
    """The sends of one run. ``standings`` says how each campaign fares."""

    def __init__(
        self, job: Job, means: Means, caller: Caller, purse: Purse, billing: Billing, aftermath: Aftermath
    ) -> None:
        """Take what the run shares; ``purse`` and ``billing`` hold the balance read at the start."""
        self.flight = Flight(means.course)
        self.standings: dict[str, Standing] = {}
        self._job = job
        self._means = means
        self._caller = caller
        self._purse = purse
        self._billing = billing
        self._aftermath = aftermath
        self._queue: deque[SendChange] = deque()
        self._people: set[E164] = set()
        self._reserved: dict[waiting.Key, SendClaim] = {}
        self._breaker = Breaker()
        self._stopped: Reason | None = None

    @property
    def waits(self) -> bool:
        """Whether there is something to send."""
        return bool(self._queue)

    def stop(self, reason: Reason) -> None:
        """Let no send start any more; the reason counts only if there is one to send."""
        self._stopped = reason

    def lose_reserved(self) -> None:
        """Count what was claimed by the block and did not begin as unknown: a run whose lease is gone takes nothing back."""
        for campaign, recipients in self._reserved:
            self._means.course.reasons.add(Reason.UNKNOWN)
            self._lose(campaign, len(recipients))

    def enlist(self, plan: Plan) -> None:
        """Take up the sends of a plan, but for campaigns that are under way already; what waits is brought in line with it."""
        self._bring_in_line(plan)
        outlooks = {outlook.name: outlook for outlook in plan.campaigns}
        standings = self.standings
        sent = dict.fromkeys(change.campaign for change in plan.sends)
        names = [name for name in sent if name not in standings or standings[name].may_come_again()]
        fresh = [change for change in plan.sends if change.campaign in names]
        for name in names:
            calls = [change for change in fresh if change.campaign == name]
            left = sum(len(change.recipients) for change in calls)
            cost = sum((change.credits for change in calls), Decimal(0))
            known = self.standings.get(name)
            if known is None:
                outlook = outlooks[name]
                estimate = max(cost, outlook.credits)  # also of people who wait in other time zones
                freeze = standing.freeze(outlook)
                known = self.standings[name] = Standing(freeze, outlook.suppress, estimate, len(calls), left)
                self._means.book.sends.left += left
            else:
                self._means.book.sends.left += left - known.left
                known.calls, known.left, known.put_off = len(calls), left, False
            known.elsewhere = sum(held.recipients for held in outlooks[name].held)
        self._people |= {number for change in fresh if change.scheduledate is None for number in change.recipients}
        self._queue = deque(waiting.in_order((*self._queue, *fresh), plan, self._reserved))
        again = sum(self.standings[name].come_back() for name in names)
        if len(fresh) > again:
            self._means.progress.begin("sends", len(fresh) - again)

    def _bring_in_line(self, plan: Plan) -> None:
        """Leave out of what waits whom a newer plan leaves out, and put off what it does not send."""
        queue, self._queue = self._queue, deque()
        for was, now in waiting.trimmed(queue, plan, self._reserved):
            if now is None:
                self.standings[was.campaign].put_off = True
                self._drop(was, made=False)
                continue
            self._leave(was, len(was.recipients) - len(now.recipients))
            if now.recipients:
                self._queue.append(now)
            else:
                self._drop(was, made=True)

    async def drain(self, looks: Looks) -> None:
        """Send what is enlisted, then compare the balance with what it should have cost."""
        while self._queue and self._may_go_on():
            if await looks.look_if_due():
                continue
            if not await self.flight.room(MOST_IN_FLIGHT if self._billing.proven else 1, looks.patience()):
                continue
            if not await self._reserve():
                continue
            change = self._queue.popleft()
            if not self._admits(change):
                self._drop(change, made=False)
            elif (base := self._billing.base) is not None and self._needs_canary(change):
                await self._send_canary(change, base)
            elif (started := await self._claim(change)) is not None:
                await self.flight.launch(self._deliver(started))
        await self.flight.land()
        if self._means.store.block:
            self._recall()
        await self._billing.settle_up()

    async def _reserve(self) -> bool:
        """Let a store that makes claims durable by the block have the next ones; False where it is to be asked again."""
        store = self._means.store
        if not store.block or waiting.key(self._queue[0]) in self._reserved:
            return True
        await self.flight.land()  # what is under way would otherwise wait for the store, and its answers with it
        if not self._may_go_on():
            return False
        block = self._next_block(store.block)
        if block and (seconds := store.intend([claim for _, claim in block], self._means.clock.now())):
            await self._means.course.wait_for_slot(seconds)
            return False
        self._reserved |= {waiting.key(change): claim for change, claim in block}
        return True

    def _next_block(self, most: int) -> list[tuple[SendChange, SendClaim]]:
        """Return the next sends that may start, up to the first that may not, or must go alone; what is claimed went before."""
        block: list[tuple[SendChange, SendClaim]] = []
        for change in self._queue:
            if len(block) == most or not self._admits(change) or self._needs_canary(change):
                break
            block.append((change, self._new_claim(change, canary=False)))
        return block

    def _recall(self) -> None:
        """Let the store take back what was claimed by the block and has not begun."""
        self._means.store.recall()
        self._reserved.clear()

    def _may_go_on(self) -> bool:
        if self._stopped is not None:
            self._means.course.reasons.add(self._stopped)
            return False
        return not self._breaker.tripped and self._means.course.may_start()

    def _allowed(self, change: SendChange) -> bool:
        """Say whether a send may start at this very moment."""
        stopped = self._breaker.tripped or self._stopped is not None
        return not stopped and self._job.may_send(change, self._means.clock.now())

    def _admits(self, change: SendChange) -> bool:
        """Say whether a campaign may start, or go on; before its first call the balance must cover all of it."""
        known = self.standings[change.campaign]
        if not self._allowed(change):
            known.put_off = True
            return False
        if known.admitted is None:
            refusal = self._purse.take(known.estimate)
            known.admitted = refusal is None
            if refusal is not None:
                self._means.course.reasons.add(refusal)
                self._means.book.notice(
                    "not-started",
                    f"campaign {change.campaign}: not started, since it is estimated at {shown(known.estimate)} credits "
                    f"and {shown(self._purse.free)} are free for it",
                )
            elif known.suppress:
                self._means.store.suppress(change.campaign, known.suppress, self._means.clock.now())
        return known.admitted

    def _drop(self, change: SendChange, *, made: bool) -> None:
        """Take a call off; one that was not made is none that is done."""
        known = self.standings[change.campaign]
        known.calls -= 1
        if made:
            self._means.progress.advance("sends")
        else:
            known.unmade += 1

    def _needs_canary(self, change: SendChange) -> bool:
        return (
            not self._billing.proven
            and change.scheduledate is None
            and self._job.settings.safety.canary_wait > 0
            and len(self._people) > _MOST_UNPROVEN
        )

    async def _send_canary(self, change: SendChange, base: Decimal) -> None:
        """Send to one recipient alone, and to the others only once the balance was seen to fall."""
        if self._reserved:
            self._recall()  # a look brought more people: a claim that holds all of the call would bar its canary
        first, others = standing.canary(change)
        if others.recipients:
            self._queue.appendleft(others)
            self.standings[change.campaign].calls += 1
            self._means.progress.begin("sends", 1)
        started = await self._claim(first, canary=True)
        sale = None if started is None else await self._deliver(started)
        if sale is not None:
            reason = await self._billing.judge_canary(sale, base)
            if reason is not None:
                self.stop(reason)
                self._means.course.reasons.add(reason)

    async def _claim(self, change: SendChange, *, canary: bool = False) -> _Started | None:
        """Claim a call, without those who were opted out meanwhile; None where nothing of it may start."""
        while change.recipients:
            started = await self._caller.begin(self._order(change, canary=canary))
            self._reserved.pop(waiting.key(change), None)
            match started:
                case Claimed():
                    self.standings[change.campaign].tried = True
                    return _Started(change, started)
                case Barred(numbers=numbers):
                    change = self._spare(change, numbers)
                case None:
                    self.standings[change.campaign].put_off = True
                    break
                case _:
                    assert_never(started)
        self._drop(change, made=not change.recipients)  # where everybody of it opted out, nothing of it is left
        return None

    def _order(self, change: SendChange, *, canary: bool) -> Order:
        claim = self._reserved.get(waiting.key(change)) or self._new_claim(change, canary=canary)
        call = SendText(change.recipients, change.messagetext, change.customerid, change.senderid, change.scheduledate)
        return Order(claim, call, lambda: self._allowed(change))

    def _new_claim(self, change: SendChange, *, canary: bool) -> SendClaim:
        freeze = self.standings[change.campaign].freeze
        return standing.claim(change, self._means.new_id(), freeze, canary=canary)

    def _spare(self, change: SendChange, numbers: tuple[E164, ...]) -> SendChange:
        """Return the call without people who were opted out meanwhile; where nobody of it is named, without any."""
        rest = standing.without(change, numbers)
        if rest == change:
            rest = standing.without(change, change.recipients)
        self._leave(change, len(change.recipients) - len(rest.recipients))
        return rest

    async def _deliver(self, started: _Started) -> Sale | None:
        """Bring a claimed send to its end; return it where it was accepted and is to be seen on the balance."""
        change, claimed = started
        ended = await self._carry(change, claimed)
        while isinstance(ended.how, Barred):
            again = await self._claim(self._spare(change, ended.how.numbers))
            if again is None:
                return None
            change, claimed = again
            ended = await self._carry(change, claimed)
        self._drop(change, made=not isinstance(ended.how, Released))
        sale = self._note(change, ended.operation, ended.how)
        if isinstance(ended.how, Held):
            await self._aftermath.watch(ended.operation)
        return sale

    async def _carry(self, change: SendChange, claimed: Claimed) -> Ended:
        """Bring a claimed send to its end; one whose claim stays open, since the run ends before, counts as unknown."""
        try:
            ended = await self._caller.carry(claimed)
        except asyncio.CancelledError:
            self._means.course.reasons.add(Reason.UNKNOWN)
            self._lose(change.campaign, len(change.recipients))
            raise
        except StateError as lost:
            if isinstance(lost, FencedError):  # whoever took over has made it unknown
                self._means.course.reasons.add(Reason.UNKNOWN)
            self._lose(change.campaign, len(change.recipients))
            raise
        if ended.lost is not None:
            raise ended.lost
        return ended

    def _lose(self, campaign: str, people: int) -> None:
        self._count_out(campaign, people)
        self._means.book.sends.unknown += people

    def _note(self, change: SendChange, operation: str, how: Done | Failed | Held | Released) -> Sale | None:
        """Count how a send ended."""
        sends, campaign, people = self._means.book.sends, self.standings[change.campaign], len(change.recipients)
        sale = Sale(operation, campaign, people, change.credits)
        match how:
            case Done():
                self._leave(change, people)
                sends.accepted += people
                self._means.book.estimated += change.credits
                self._breaker.accepted()
                if change.scheduledate is not None:
                    self._billing.bill.handed_over.append(sale)
                    return None
                self._billing.bill.accepted.append(sale)
                return sale
            case Failed():
                self._leave(change, people)
                sends.rejected += people
                self._means.book.refused("send", how)
                self._means.course.reasons.add(Reason.FAILED)
                self._breaker.refused()
            case Held():
                self._leave(change, people)
                sends.unknown += people
                campaign.unknown += people
                self._means.course.reasons.add(Reason.UNKNOWN)
                self._billing.bill.unknown.append(sale)
                self._breaker.held()
            case Released():
                campaign.put_off = True
            case _:
                assert_never(how)
        return None

    def _leave(self, change: SendChange, people: int) -> None:
        """Note that so many recipients of a campaign are no longer to be sent; of a handed-over one they are yet to be charged."""
        self._count_out(change.campaign, people)
        if change.scheduledate is None:
            self._purse.over += change.credits * people / len(change.recipients)

    def _count_out(self, campaign: str, people: int) -> None:
        self.standings[campaign].left -= people
        self._means.book.sends.left -= people
