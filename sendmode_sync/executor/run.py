"""One apply from its first call to its report: the balance, opt-outs, sends, imports, in this order.

It holds the order and gathers the reasons; each lane knows its own rules. Lock, history and the closing of the client
are the caller's.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from decimal import Decimal

from sendmode_sync.errors import FencedError, StateError
from sendmode_sync.executor import lanes
from sendmode_sync.executor.aftermath import Aftermath
from sendmode_sync.executor.billing import Billing
from sendmode_sync.executor.book import Book
from sendmode_sync.executor.calling import Caller, Means
from sendmode_sync.executor.course import GRACE, Course, Stop
from sendmode_sync.executor.job import Job, RunState
from sendmode_sync.executor.lanes import Lane
from sendmode_sync.executor.looks import Looks
from sendmode_sync.executor.money import Money, Purse
from sendmode_sync.executor.sends import SendLane
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import CampaignStatus, NextRun, OptOutChange, Plan
from sendmode_sync.model.report import Reason, RunReport
from sendmode_sync.ports import Client, Clock, Progress

_SEEN_BEFORE = frozenset({CampaignStatus.WAITING, CampaignStatus.PARTIAL, CampaignStatus.DUE})
_ALL_THERE_IS = frozenset({CampaignStatus.SENT, CampaignStatus.UNKNOWN})


async def apply(job: Job, store: RunState, client: Client, clock: Clock, progress: Progress, stop: Stop) -> RunReport:
    """Perform a job under the lock that the caller holds, and return what was done.

    ``stop`` ends the run softly: no call starts any more, and answers in flight are waited for up to 6 seconds. Where the
    state can no longer be written, no further call is made either, answers in flight are waited for as long, and recorded
    or at least said; the report holds why. Whatever else ends a run early is a reason of its report.
    """
    run = _Run(job, store, client, clock, progress, stop)
    watching = asyncio.ensure_future(run.means.course.watch())
    stopped = None
    try:
        await run.perform()
    except Exception as error:
        await run.hear_out()
        if not isinstance(error, StateError):
            raise
        stopped = error
    finally:
        watching.cancel()
        for flight in run.flights:
            await flight.cancel()
    return run.report() if stopped is None else run.report_of_what_was_done(stopped)


class _Run:
    """The parts of one run, and the order in which they work."""

    def __init__(self, job: Job, store: RunState, client: Client, clock: Clock, progress: Progress, stop: Stop) -> None:
        safety = job.settings.safety
        self.means = Means(
            store=store,
            client=client,
            clock=clock,
            progress=progress,
            course=Course(clock, stop, job.ends_at),
            book=Book(),
            limit=job.settings.account.rate_limit,
            new_id=job.new_id,
            probe=job.probe,
        )
        self._job = job
        self._store = store
        self._latest = job.plan
        self._began = clock.monotonic()
        self._opted_out: set[E164] = set()
        caller = Caller(self.means, job.fingerprint, proven=job.proven)
        self._money = Money(self.means, caller)
        self._purse = Purse(None, _ceiling(job), safety.min_balance)
        self._billing = Billing(self.means, self._money, job.fingerprint, safety.canary_wait, proven=job.proven)
        self._optouts = Lane("opt-outs", self.means.book.optouts, self.means, caller)
        self._imports = Lane("imports", self.means.book.imports, self.means, caller)
        self._aftermath = Aftermath(self.means, self._money, self._billing, safety.canary_wait)
        self._sends = SendLane(job, self.means, caller, self._purse, self._billing, self._aftermath)
        self._nothing_first = Looks(clock, None, self._absorb)
        self._looks = Looks(clock, job.look_again, self._absorb)
        self.flights = (self._optouts.flight, self._sends.flight, self._imports.flight, self._aftermath.flight)

    async def perform(self) -> None:
        """Make every call of the job that may be made, then leave each campaign as it was seen."""
        plan, book = self._job.plan, self.means.book
        book.imports.planned = len(plan.imports)
        if self._job.optouts_only:
            book.sends.left = sum(len(change.recipients) for change in plan.sends)
        else:
            self._sends.enlist(plan)
        wanted = plan.optouts if self._job.optouts_only else plan.api_calls
        if wanted:
            await self._read_balance()
            await self._opt_out(plan.optouts)
        if wanted and not self._job.optouts_only:
            await self._send()
            if plan.imports:
                self.means.progress.begin("imports", len(plan.imports))
                await self._imports.drain(lanes.imports(plan.imports, self.means.new_id), self._looks, self._send)
        if not self._job.optouts_only:
            await self._stay()
        await self._aftermath.flight.land()
        self._look_a_last_time()
        self._leave()

    async def hear_out(self) -> None:
        """Start nothing more, and wait a little for answers: what one says of a send is known to nobody else."""
        self.means.course.end(None)
        lanes_of_calls = (self._optouts, self._sends, self._imports)
        await asyncio.gather(*(lane.flight.wait(GRACE) for lane in lanes_of_calls))

    async def _stay(self) -> None:
        """Wait for what becomes due while the run may stay; each look is also one for opt-outs."""
        said = None
        while (needed := self._expected()) is not None:
            if needed != said:
                self.means.progress.say(f"staying for {needed.campaign}, due at {needed.at:%Y-%m-%d %H:%M} UTC")
                said = needed
            ahead = (needed.at - self.means.clock.now()).total_seconds()
            if not await self.means.course.wait(min(ahead, self._looks.patience() or 0.0)):
                return
            await self._looks.look()
            if self._sends.waits:
                await self._read_balance()
                await self._send()

    def _expected(self) -> NextRun | None:
        """Return what becomes due before the run has to leave; None where nothing does."""
        ends = [end for end in (self._job.stays_until, self._job.ends_at) if end is not None]
        needed = self._latest.next_run
        if self._job.stays_until is None or self._job.look_again is None or needed is None:
            return None
        ahead = (needed.at - self.means.clock.now()).total_seconds()
        return needed if self.means.clock.monotonic() + ahead < min(ends) else None

    def _look_a_last_time(self) -> None:
        """See what became of campaigns that were put off: one whose deadline passed meanwhile is told by this run."""
        put_off = any(known.put_off and known.left for known in self._sends.standings.values())
        if put_off and self._job.look_again is not None:
            self._latest = self._job.look_again()

    async def _read_balance(self) -> None:
        """Read the balance before anything else; without it no send starts, but everything else goes on."""
        if not self.means.client.abilities.credits:
            return
        reading = await self._money.read()
        if reading.balance is not None:
            if self.means.book.before is None:
                self.means.book.before = reading.balance
            self._purse.read(reading.balance)
            self._billing.base = reading.balance
        elif reading.why is not None:
            self._sends.stop(reading.why)
            self.means.book.notice("balance-unread", f"the balance could not be read: {reading.cause}")

    async def _opt_out(self, changes: tuple[OptOutChange, ...]) -> None:
        fresh = [change for change in changes if change.mobilenumber not in self._opted_out]
        if not fresh:
            return
        self._opted_out.update(change.mobilenumber for change in fresh)
        self.means.book.optouts.planned += len(fresh)
        self.means.progress.begin("opt-outs", len(fresh))
        await self._optouts.drain(lanes.optouts(fresh, self.means.new_id), self._nothing_first, self._send)

    async def _send(self) -> None:
        await self._sends.drain(self._looks)

    async def _absorb(self, plan: Plan) -> None:
        """Take up what became due and who opted out since the last look; a limit that is passed now holds sends back."""
        self._latest = plan
        await self._opt_out(plan.optouts)
        if not plan.limits:
            self._sends.enlist(plan)

    def _leave(self) -> None:
        """Record what the run knows of campaigns: left out, expired, and the status in which each is left."""
        now = self.means.clock.now()
        seen: dict[str, str] = {}
        for outlook in self._latest.campaigns:
            if outlook.status is CampaignStatus.EXPIRED:
                self._store.expire(outlook.name, now)
            elif outlook.status in _ALL_THERE_IS and outlook.suppress:
                self._store.suppress(outlook.name, outlook.suppress, now)
            known = self._sends.standings.get(outlook.name)
            tried = known is not None and known.tried and outlook.status is not CampaignStatus.EXPIRED
            seen[outlook.name] = known.seen() if known is not None and tried else outlook.status
        self._store.see(seen, now)

    def report(self) -> RunReport:
        """Return the report of a run that came to its end."""
        return self._report(open_outcomes=self._has_open_outcomes())

    def report_of_what_was_done(self, stopped: StateError) -> RunReport:
        """Return the report of a run that the state stopped, from what the run itself knows, and the state still tells."""
        if isinstance(stopped, FencedError):
            self._sends.lose_reserved()
        open_outcomes = False
        with suppress(StateError):
            open_outcomes = self._has_open_outcomes()
        return self._report(open_outcomes=open_outcomes).stopped_by(stopped)

    def _has_open_outcomes(self) -> bool:
        return bool({each.operation for each in self._store.unknowns()} - self._billing.doubted)

    def _report(self, *, open_outcomes: bool) -> RunReport:
        reasons, seconds = self._reasons(open_outcomes=open_outcomes), self.means.clock.monotonic() - self._began
        return self.means.book.report(self._job.run, reasons, self._job.plan.approval, seconds)

    def _reasons(self, *, open_outcomes: bool) -> set[Reason]:
        first, latest = self._job.plan, self._latest
        reasons = self.means.course.reasons | set(self._job.reasons)
        if self._job.optouts_only or first.limits or latest.limits:
            reasons.add(Reason.LIMIT)
        outlooks = (*first.campaigns, *latest.campaigns)
        if any(outlook.status is CampaignStatus.BLOCKED for outlook in outlooks):
            reasons.add(Reason.BLOCKED)
        if open_outcomes or any(outlook.unknown for outlook in first.campaigns):
            reasons.add(Reason.UNKNOWN)
        if self._job.expired_now or self._expired_meanwhile():
            reasons.add(Reason.EXPIRED)
        return reasons

    def _expired_meanwhile(self) -> bool:
        """Say whether a campaign that the run saw waiting or due, or left partly sent, has expired since."""
        standings = self._sends.standings
        seen = {each.name for each in self._job.plan.campaigns if each.status in _SEEN_BEFORE}
        seen |= {name for name, known in standings.items() if known.tried}
        return any(each.status is CampaignStatus.EXPIRED and each.name in seen for each in self._latest.campaigns)


def _ceiling(job: Job) -> Decimal:
    """Return the most credits that all sends of the run may be estimated at."""
    if job.max_spend is not None:
        return job.max_spend
    planned = sum((change.credits for change in job.plan.sends), Decimal(0))
    return max(job.settings.safety.max_credits, planned)
