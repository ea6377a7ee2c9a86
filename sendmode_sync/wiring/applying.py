"""Wires what reaches people: apply and send-test, over HTTP, under the lock."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sendmode_sync import terminal
from sendmode_sync.clocks import SystemClock
from sendmode_sync.errors import UsageError
from sendmode_sync.wiring import environment, parts, reviewing, running, states
from sendmode_sync.wiring.environment import Where

if TYPE_CHECKING:
    from sendmode_sync.client.credentials import Secret
    from sendmode_sync.executor.course import Stop
    from sendmode_sync.executor.job import Job
    from sendmode_sync.model.claim import RunStart
    from sendmode_sync.model.plan import Plan
    from sendmode_sync.model.report import RunReport
    from sendmode_sync.planning.approval import Approved
    from sendmode_sync.ports import StateStore
    from sendmode_sync.render.view import Masker
    from sendmode_sync.wiring.parts import Project
    from sendmode_sync.wiring.reviewing import Choice
    from sendmode_sync.workflow.applying import Applied, Approval, Person
    from sendmode_sync.workflow.testing import Tested


_NO_KEY = "NO-KEY"  # what a client is made with where no call will be made


@dataclass(frozen=True, slots=True)
class Terms:
    """How an apply may run. Durations in seconds; ``begun`` is when the process started, on the monotonic clock.

    ``approved`` is the digest that a reviewer agreed to, None where none is asked for.
    """

    auto_approve: bool
    max_duration: float | None
    wait: float | None
    lock_timeout: float
    begun: float
    colour: bool
    approved: Approved | None = None


def apply(
    where: Where, choice: Choice, file: Path | None, terms: Terms, person: Callable[[Project, Masker], Person]
) -> tuple[Applied, str]:
    """Apply what the project asks for, or exactly a saved plan; return what came of it, and the zone to tell times in."""
    from sendmode_sync.workflow import applying

    interactive = terminal.is_interactive()
    if not (terms.auto_approve or interactive):
        raise UsageError("there is no terminal to ask at", remedy="add --auto-approve")
    project = parts.project(where, parts.held)
    document = None if file is None else reviewing.read_document(file)
    with parts.store(where, project.desired.settings, write=True) as store, ExitStack() as ending:
        key = parts.secret(project.desired.settings, ask=interactive)
        hidden = reviewing.masker(store, show=False)
        request = applying.Request(
            asked=reviewing.asked(project, choice, running=True),
            start=start("apply", project, choice),
            document=document,
            lock_timeout=terms.lock_timeout,
            ends_at=None if terms.max_duration is None else terms.begun + terms.max_duration,
            stays_until=None if terms.wait is None else terms.begun + terms.wait,
            account=parts.fingerprint(key, project, store),
            approved=terms.approved,
            memories=project.memories,
        )
        gc.enable()  # from here on the process may live for hours
        asked = WithKey(person(project, hidden), key, project, stays=terms.wait is not None)
        execute = _executor(project, store, key, ending, colour=terms.colour)
        applied = applying.apply(request, store, SystemClock(), asked, execute)
        return applied, project.desired.settings.account.timezone


@dataclass(frozen=True, slots=True)
class WithKey:
    """Refuses calls that lack their key before a person is asked and before a saved plan is used up."""

    person: Person
    key: Secret | None
    project: Project
    stays: bool = False

    def approve(self, plan: Plan) -> Approval:
        """Ask the person; ``RefusedError`` where there are calls to make, now or after a stay, and no key."""
        if plan.api_calls or (self.stays and plan.next_run is not None):
            parts.needed(self.key, self.project.desired.settings)
        return self.person.approve(plan)


def start(kind: str, project: Project, choice: Choice | None = None) -> RunStart:
    """Return the record of a run that begins now."""
    from sendmode_sync.model.claim import RunStart

    return RunStart(
        run=environment.new_id(),
        kind=kind,
        host=environment.host(),
        pid=os.getpid(),
        user=environment.user(),
        started_at=SystemClock().now(),
        config_digest=project.desired.config_digest,
        allowed=None if choice is None else choice.allow,
        commit=environment.commit(project.where.project_file.parent),
    )


def _executor(
    project: Project, store: StateStore, key: Secret | None, ending: ExitStack, *, colour: bool
) -> Callable[[Job], RunReport]:
    """Return what executes a job over HTTP, a copy of the state made where it sends; a job without a call needs no key.

    What keeps signals off from then on, until the run is written down, is left to ``ending``.
    """

    def execute(job: Job) -> RunReport:
        from sendmode_sync.client.credentials import Secret
        from sendmode_sync.executor import run

        may_send = job.plan.sends or (job.stays_until is not None and job.plan.next_run is not None)
        if may_send and not job.optouts_only:
            states.engine(states.of(project.where, project.desired.settings)).ready_for_texts(store)
        clock = SystemClock()

        async def work(stop: Stop) -> RunReport:
            client = parts.client(project.desired.settings, key or Secret(_NO_KEY), store.barred)
            try:
                with terminal.progress(clock.monotonic, colour=colour) as progress:
                    return await run.apply(job, store, client, clock, progress, stop)
            finally:
                await client.close()

        report = running.run(work)
        ending.enter_context(running.written_down())
        return report

    return execute


def send_test(where: Where, campaign: str, number: str | None) -> Tested:
    """Send a campaign's text to the account's test numbers."""
    from sendmode_sync.workflow import testing

    project = parts.project(where)
    settings = project.desired.settings
    with parts.store(where, settings, write=True) as store:
        key = parts.needed(parts.secret(settings, ask=terminal.is_interactive()), settings)
        clock = SystemClock()
        sends = testing.prepare(project.desired, store, campaign, number, clock.now())
        hidden = reviewing.masker(store, show=False)

        async def work(stop: Stop) -> Tested:
            client = parts.client(settings, key, store.barred)
            try:
                return await testing.send(
                    testing.Bench(store, client, clock, stop, start("send-test", project), hidden.number),
                    settings,
                    sends,
                    parts.fingerprint(key, project, store),
                )
            finally:
                await client.close()

        return running.run(work)
