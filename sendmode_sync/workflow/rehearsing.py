"""The verb ``rehearse``: a whole apply against an emulated account and a throw-away state, on a virtual clock."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from sendmode_sync.executor import run
from sendmode_sync.executor.course import Stop
from sendmode_sync.executor.job import Job
from sendmode_sync.model.calls import Answer, Call, CheckCredits
from sendmode_sync.model.plan import Abilities, Plan
from sendmode_sync.model.rehearsal import Rehearsal, Rehearsed
from sendmode_sync.model.report import RunReport
from sendmode_sync.ports import Client, StateStore
from sendmode_sync.terminal import SilentProgress
from sendmode_sync.virtual_time import VirtualClock, VirtualLoop
from sendmode_sync.workflow import applying
from sendmode_sync.workflow.applying import Approval, Request


@dataclass(slots=True)
class Recording:
    """A client that remembers every call it passes on."""

    inner: Client
    seconds: Callable[[], float]
    calls: list[Rehearsed] = field(default_factory=list)

    @property
    def abilities(self) -> Abilities:
        """Return what the emulated account can do."""
        return self.inner.abilities

    @property
    def hold(self) -> float:
        """Return the longest that one call can take, in seconds."""
        return self.inner.hold

    async def perform(self, call: Call) -> Answer:
        """Perform and remember."""
        at = self.seconds()
        answer = await self.inner.perform(call)
        self.calls.append(Rehearsed(at, call, answer))
        return answer

    async def close(self) -> None:
        """Close the client within."""
        await self.inner.close()


class Agreeing:
    """Says yes to everything: nothing is at stake in a rehearsal."""

    def approve(self, plan: Plan) -> Approval:  # noqa: ARG002 - a person would look at it
        """Agree, whatever it is."""
        return Approval(agreed=True)


def rehearse(
    request: Request, store: StateStore, start: dt.datetime, emulated: Callable[[Callable[[], float]], Client]
) -> Rehearsal:
    """Apply to a throw-away store; ``emulated`` makes a client over an emulated account that reads the given time."""
    loop = VirtualLoop()
    clock = VirtualClock(loop, start)
    recording = Recording(emulated(lambda: clock.now().timestamp()), loop.time)

    def execute(job: Job) -> RunReport:
        async def work() -> RunReport:
            try:
                return await run.apply(job, store, recording, clock, SilentProgress(), Stop())
            finally:
                await recording.close()

        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            return runner.run(work())

    applied = applying.apply(request, store, clock, Agreeing(), execute)
    assert applied.report is not None  # noqa: S101 - Agreeing always agrees
    if applied.report.stopped is not None:
        raise applied.report.stopped
    calls = tuple(each for each in recording.calls if not isinstance(each.call, CheckCredits))
    return Rehearsal(applied.plan, applied.report, calls, recording.seconds())
