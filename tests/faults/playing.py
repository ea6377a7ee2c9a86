"""One play: a small project, its state and its remote, applied again and again whatever happens in between.

The engine, the planner, the store and the wire are the product's own; time, machine and remote are made up. A play
ends by healing everything and applying until nothing is left, since some invariants speak of rest.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from sendmode_sync.emulator.app import App
from sendmode_sync.errors import Exit, SyncError
from sendmode_sync.executor.course import Stop
from sendmode_sync.executor.job import Job
from sendmode_sync.model.calls import Call, SendText
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.desired import Desired
from sendmode_sync.model.plan import Abilities, CampaignStatus, Plan
from sendmode_sync.model.report import RunReport
from sendmode_sync.planning.planner import Options
from sendmode_sync.workflow import applying, caring, planning
from tests.faults import hours, projects
from tests.faults.evidence import Evidence, Ran, read
from tests.faults.happenings import BETWEEN, IN_MID
from tests.faults.processes import Agreeing, Disk, Kernel, KernelClock, KilledError, Process
from tests.faults.projects import person
from tests.faults.remote import KEY, Asked, Network, TellingScript, Witness, account, random_faults
from tests.faults.variant import AS_IT_IS, Variant

HOLD = 6.0
OVER = frozenset({CampaignStatus.BLOCKED, CampaignStatus.CANCELLED, CampaignStatus.DRAFT})
SENDABLE = frozenset({CampaignStatus.DUE, CampaignStatus.PARTIAL})
LEFT_FOR_REST = 16
SOON = 3600.0
"""Seconds within which a play waits for what becomes due before it calls itself at rest."""

REACHED = ("stay", "sent-while-staying", "held-by-zone", "occurrence", "next-occurrence")
"""What a play comes to by itself, without anything that happens to it."""


class Play:
    """One schedule while it is played; ``happenings`` change it between and in its runs, ``invariants`` judge the evidence."""

    chance: random.Random
    kernel: Kernel
    disk: Disk
    desired: Desired

    def __init__(self, seed: int, disk: Disk, variant: Variant = AS_IT_IS) -> None:
        self.chance = random.Random(seed)
        self.happened: Counter[str] = Counter()
        self.kernel = Kernel()
        self.disk = disk
        self.desired = projects.project(self.chance)
        limit = self.desired.settings.account.rate_limit
        chance = self.chance
        remote = account(chance.choice((3, 10, 1000)), (limit.calls, limit.per_seconds), self.kernel.true_time)
        self.evidence = Evidence(remote, limit, secrets=self._secrets())
        self.variant = variant
        script = TellingScript(random_faults(self.chance), self.happened)
        self.app = App(remote, script)
        self.faulty = chance.choice((0.0, 0.0, 0.05, 0.3))
        self.witness = Witness(
            self.app,
            script,
            self.evidence.requests,
            self.kernel.tick,
            self._claim_of,
            self._at_wire,
            self.evidence.campaign_of,
        )
        self.process: Process | None = None
        self.events: dict[int, str] = {}
        self.points = 0
        self.edits = 0
        self.runs = 0
        self.copies: list[bytes] = []
        self.document: dict[str, object] | None = None
        self.put_back = False
        self.stop: Stop | None = None
        self.last_plan: Plan | None = None
        self.stays = False
        self.occurrences: set[str] = set()
        self.beside: list[asyncio.Task[None]] = []
        for number in self.desired.optouts:
            self.evidence.optouts.setdefault(number, 1 << 60)  # recorded by the first run that gets so far

    # What a person or a machine does

    def run(self, events: Sequence[str] = (), *, document: dict[str, object] | None = None) -> Ran | None:
        """Apply once, with things that happen on the way; None where the process died."""
        planned = 13 * (len(self.desired.customers) + 3 * len(self.desired.campaigns))
        self.events = {self.chance.randint(1, planned): event for event in events}
        self.points = 0
        self.runs += 1
        self.happened["run"] += 1
        process = self.open()
        try:
            ran = self._apply(process, document)
        except KilledError:
            self.happened["kill"] += 1
            ran = None
        finally:
            process.end()
            self.process = None
        if ran is not None:
            self.evidence.runs.append(ran)
        return ran

    def heal(self) -> None:
        """Make everything well, and apply until nothing is left; then once more, unless the last run made no call."""
        self.app.script.replace(())
        self.faulty = 0.0
        self.kernel.sleep(600.0)
        self.kernel.wall_offset = 0.0
        for _ in range(LEFT_FOR_REST):
            self.evidence.account.balance = Decimal(10_000)
            self.visit(self.make_usable, self.resolve)
            calls, ran = len(self.evidence.requests), self.run()
            soon = 60.0 if ran is None or ran.report is None else self._soon(ran.report)
            if soon is None:
                break
            self.kernel.sleep(soon)
        self.evidence.at_rest = True
        if len(self.evidence.requests) > calls:
            calls = len(self.evidence.requests)
            self.run()
        self.evidence.idle_calls = len(self.evidence.requests) - calls

    def look(self) -> None:
        """Take down what the state says now."""
        self.visit(self._take_down)
        self.evidence.wanted = projects.wanted(self.desired)
        if self.last_plan is not None:
            self.evidence.given_up = frozenset(each.name for each in self.last_plan.campaigns if each.status in OVER)

    def between(self, event: str) -> None:
        """Let one thing happen while nothing runs."""
        if event == "restore" and not self.copies:
            return
        BETWEEN[event](self)
        self.happened[event] += 1

    def visit(self, *steps: Callable[[Process], object]) -> None:
        """Let one process do something to the state while nothing runs, as a command does."""
        process = self.open()
        try:
            for step in steps:
                step(process)
        finally:
            process.end()
            self.process = None

    def make_usable(self, process: Process) -> None:
        """Do what the message about an older copy asks for; a person does it only once told."""
        if process.store.behind:
            now = process.clock.now()
            past = caring.started_or_past(self.desired, now)
            process.store.close_restored(now, dict.fromkeys((*self.desired.campaigns, *past)))
            self.happened["restored-copy-closed"] += 1

    def resolve(self, process: Process) -> None:
        """Settle every unknown outcome by what really happened: a person looked it up."""
        sent = {each.operation for each in self.evidence.requests if each.performed}
        for each in process.store.unknowns():
            start = RunStart(f"for {each.operation}", "resolve", "host", 1, "somebody", process.clock.now())
            caring.end_interrupted(process.store, each.campaign, start, process.clock.now())
            truth = each.operation in sent
            self.happened["resolved-sent" if truth else "resolved-not-sent"] += 1
            process.store.resolve(
                each.campaign,
                sent=truth,
                evidence="looked up",
                user="somebody",
                at=process.clock.now(),
                operation=each.operation,
            )

    def _take_down(self, process: Process) -> None:
        self.evidence.memory = read(process.connection)
        self.evidence.behind = process.store.behind

    def close(self) -> None:
        """Let the kernel go."""
        if self.process is not None:
            self.process.end()
        self.kernel.close()

    # How a run goes

    def open(self, at_point: Callable[[str], None] | None = None) -> Process:
        process = Process(self.kernel, self.disk, self.evidence, at_point or (lambda _: None))
        self.variant.opened(process)
        self.process = process
        return process

    def _apply(self, process: Process, document: dict[str, object] | None) -> Ran:
        process._at_point = self._at_point
        run, evidence = f"run-{self.runs}", self.evidence
        known = frozenset(number for number, tick in evidence.optouts.items() if tick < 1 << 60)
        calls = len(evidence.requests)
        store = self.variant.store(process.noting())
        self.stays = document is None and self.chance.random() < 0.05
        report: RunReport | None = None
        refusal = ""
        request = applying.Request(
            asked=self.asked(),
            start=RunStart(run, "apply", "host", 1, "user", process.clock.now(), self.desired.config_digest),
            document=document,
            ends_at=None if self.chance.random() < 0.9 else process.clock.monotonic() + self.chance.randint(1, 60),
            stays_until=process.clock.monotonic() + self.chance.choice((90.0, 300.0)) if self.stays else None,
            account="a1:this",
        )
        try:
            self.happened["stay"] += self.stays
            report = applying.apply(request, store, process.clock, self, self._execute(process, store)).report
            if report is not None and report.stopped is not None:
                raise report.stopped
        except SyncError as error:
            refusal = str(error)
            self.happened[f"refused: {type(error).__name__}"] += 1
            evidence.outputs.append(refusal)
        process._at_point = lambda _: None
        if report is not None:
            evidence.outputs += [*report.failures, *(str(notice) for notice in report.notices)]
            self.happened[f"exit {int(report.exit_code)}"] += 1
        identity = process.store.identity()
        quiet = report is not None and report.exit_code == Exit.OK and not process.disturbed and document is None
        put_back, self.put_back = self.put_back, False
        return Ran(
            run=run,
            report=report,
            refusal=refusal,
            known_optouts=known,
            undisturbed=not process.disturbed,
            changes_after=self._changes(process) if quiet else 0,
            lineage=identity.lineage,
            serial=identity.serial,
            unknown=len(process.store.unknowns()),
            calls=len(evidence.requests) - calls,
            restored=put_back,
        )

    def approve(self, plan: Plan) -> applying.Approval:
        """Agree, as a person would, and remember what was shown; what the project opts out is recorded next."""
        self.last_plan = plan
        self.happened["held-by-zone"] += any(outlook.held and outlook.status in SENDABLE for outlook in plan.campaigns)
        assert self.process is not None
        self.evidence.outputs += [str(notice) for notice in plan.notices]
        return Agreeing().approve(plan)

    def _execute(self, process: Process, store: Any) -> Callable[[Job], RunReport]:
        def execute(job: Job) -> RunReport:
            for number in self.desired.optouts:  # all are recorded by now
                self.evidence.optouts[number] = min(self.evidence.optouts.get(number, 1 << 60), self.kernel.tick())
            self.stop = Stop()
            client = self.variant.client(self.network())
            return process.work(job, store, client, self.evidence.outputs.append, self.stop)

        return execute

    def network(self) -> Network:
        """Return the way to the remote of one process."""
        return Network(
            self.witness,
            self.chance,
            self.happened,
            faulty=self.faulty,
            hold=HOLD,
            dialect=self.variant.dialect,
            asked=self._asked_to,
        )

    def _asked_to(self, call: Call) -> None:
        """Take down at what hour of the machine's clock a text is about to leave."""
        if not isinstance(call, SendText):
            return
        name, now = self.evidence.campaign_of(call.customerid), KernelClock(self.kernel).now()
        self.evidence.hours += hours.wrong(self.desired, name, call.recipients, now)
        if self.stays and self.last_plan is not None and all(each.campaign != name for each in self.last_plan.sends):
            self.happened["sent-while-staying"] += 1
        if "@" in name:
            earlier = {each for each in self.occurrences - {name} if each.split("@")[0] == name.split("@")[0]}
            self.occurrences.add(name)
            self.happened["occurrence"] += 1
            self.happened["next-occurrence"] += bool(earlier)

    def _at_wire(self, point: str) -> None:
        if point == "wire:processed":
            self.happened["call"] += 1
        if self.process is not None:
            self.process.point(point)

    def _at_point(self, point: str) -> None:
        """Pass one point of the running process; the event that is due happens at the first one where it can."""
        self.points += 1
        if not self.events:
            return
        due = min(self.events)
        if due > self.points:
            return
        event = self.events[due]
        if event != "kill" and point.endswith("written"):
            return
        if event.endswith("pause") and point.startswith("wire:"):
            return  # the bytes are out, or as good as: what sleeps now delays nothing
        del self.events[due]
        assert self.process is not None
        if event == "kill":
            self.happened[f"kill at {point}"] += 1
            self.process.die(point)
        self.happened[event] += 1
        self.process.disturbed = True
        IN_MID[event](self, self.process)

    def asked(self, *, running: bool = True) -> planning.Asked:
        return planning.Asked(self.desired, Abilities(), Options(running=running), f"plan-{self.runs}")

    def _changes(self, process: Process) -> int:
        """Return how many calls are left of what was due when the run began, but for those whose hours are over by now."""
        assert self.last_plan is not None
        left = planning.make(self.asked(), process.store, self.last_plan.created_at)
        if not left.sends:
            return left.api_calls
        due = {send.campaign for send in planning.make(self.asked(), process.store, process.clock.now()).sends}
        return left.api_calls - sum(send.campaign not in due for send in left.sends)

    def _claim_of(self, asked: Asked) -> str | None:
        return None if self.process is None else self.process.claim_of(asked)

    def _secrets(self) -> tuple[str, ...]:
        people = range(200)
        return (KEY, *(person(which)[-9:] for which in people), *(projects.name_of(which) for which in people))

    def _soon(self, report: RunReport) -> float | None:
        """Return the seconds until another apply is worth while; None where nothing is left for a long time."""
        left = report.imports.left + report.optouts.left + report.sends.left
        ahead = None
        if report.next_run is not None:
            ahead = max((report.next_run.at - KernelClock(self.kernel).now()).total_seconds(), 0.0) + 1.0
        if ahead is not None and ahead < SOON:
            return ahead
        unsettled = left or report.sends.unknown or report.exit_code in {Exit.PERSON, Exit.INCOMPLETE}
        return 60.0 if unsettled else None
