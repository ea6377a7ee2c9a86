"""One random schedule: runs, deaths, pauses, opt-outs in mid-run, edits, restored copies, faults of all kinds; one seed.

The engine, the planner, the store and the wire are the product's own; time, machine and remote are made up. A schedule
ends by healing everything and applying until nothing is left, since some invariants speak of rest.
"""

from __future__ import annotations

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from sendmode_sync.emulator.app import App
from sendmode_sync.emulator.faults import Fault
from sendmode_sync.errors import Exit, SyncError
from sendmode_sync.executor import single
from sendmode_sync.executor.job import Job
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.desired import OptOut
from sendmode_sync.model.plan import Abilities, CampaignStatus, Plan
from sendmode_sync.model.report import RunReport
from sendmode_sync.planning import saved
from sendmode_sync.planning.planner import Options
from sendmode_sync.ports import Client
from sendmode_sync.wire.calls import Dialect
from sendmode_sync.workflow import applying, caring, planning
from tests.faults import projects
from tests.faults.evidence import Evidence, Ran, read
from tests.faults.invariants import violations
from tests.faults.processes import Agreeing, Disk, Kernel, KilledError, Noting, Process
from tests.faults.projects import person
from tests.faults.remote import KEY, SERVER_FAULTS, Asked, Network, TellingScript, Witness, account

HOLD = 6.0
IN_MID_RUN = (
    *("kill",) * 8,
    *("pause", "long-pause", "opt-out", "opt-out", "opt-out", "cancel", "clock-forward", "clock-back", "interrupt"),
    *("second-apply", "fence", "top-up", "somebody-spends", "balance-read-elsewhere"),
)
BETWEEN_RUNS = (
    *("edit", "edit", "opt-out", "resolve", "resolve", "reboot", "wait"),
    *("backup", "backup", "backup", "restore", "restore", "restore"),
    *("clock-forward-between", "clock-back-between", "stale-plan", "saved-plan"),
)
OPEN_POINTS = ("written",)
OVER = frozenset({CampaignStatus.BLOCKED, CampaignStatus.CANCELLED, CampaignStatus.DRAFT})
LEFT_FOR_REST = 12


def same(thing: Any) -> Any:
    """Change nothing."""
    return thing


@dataclass(frozen=True, slots=True)
class Variant:
    """The product with one part replaced: as it is, or with a bug that the schedules must notice."""

    name: str = "as it is"
    store: Callable[[Noting], Any] = same
    client: Callable[[Client], Client] = same
    dialect: Dialect | None = None
    opened: Callable[[Process], object] = same
    restored: Callable[[Disk], object] = same


AS_IT_IS = Variant()


class Outcome(NamedTuple):
    """What one schedule did, and what it broke."""

    seed: int
    violations: tuple[str, ...]
    happened: Counter[str]


class Play:
    """One schedule while it is played. Each method is a thing that can happen; ``invariants`` judge the evidence."""

    def __init__(self, seed: int, directory: Path, variant: Variant = AS_IT_IS) -> None:
        self.chance = random.Random(seed)
        self.happened: Counter[str] = Counter()
        self.kernel = Kernel()
        self.disk = Disk(directory)
        self.desired = projects.project(self.chance)
        limit = self.desired.settings.account.rate_limit
        chance = self.chance
        remote = account(chance.choice((3, 10, 1000)), (limit.calls, limit.per_seconds), self.kernel.true_time)
        self.evidence = Evidence(remote, limit, secrets=self._secrets())
        self.variant = variant
        script = TellingScript(self._faults(), self.happened)
        self.app = App(remote, script)
        self.faulty = chance.choice((0.0, 0.0, 0.05, 0.3))
        self.witness = Witness(
            self.app, script, self.evidence.requests, self.kernel.tick, self._claim_of, self._at_wire
        )
        self.process: Process | None = None
        self.events: dict[int, str] = {}
        self.points = 0
        self.edits = 0
        self.runs = 0
        self.copies: list[bytes] = []
        self.document: dict[str, object] | None = None
        self.put_back = False
        self.stop: asyncio.Event | None = None
        self.last_plan: Plan | None = None
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
        process = self._open()
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
        """Make everything well, and apply until nothing is left."""
        self.app.script.replace(())
        self.faulty = 0.0
        self.kernel.sleep(600.0)
        self.kernel.wall_offset = 0.0
        for _ in range(LEFT_FOR_REST):
            self.evidence.account.balance = Decimal(10_000)
            self.make_usable()
            self.resolve()
            ran = self.run()
            if ran is not None and ran.report is not None and not self._unsettled(ran.report):
                break
            self.kernel.sleep(60.0)
        self.evidence.at_rest = True
        calls = len(self.evidence.requests)
        self.run()
        self.evidence.idle_calls = len(self.evidence.requests) - calls

    def look(self) -> None:
        """Take down what the state says now."""
        process = self._open()
        try:
            self.evidence.memory = read(process.connection)
            self.evidence.behind = process.store.behind
        finally:
            process.end()
            self.process = None
        self.evidence.wanted = projects.wanted(self.desired)
        if self.last_plan is not None:
            self.evidence.given_up = frozenset(each.name for each in self.last_plan.campaigns if each.status in OVER)

    def between(self, event: str) -> None:
        """Let one thing happen while nothing runs."""
        if event == "restore" and not self.copies:
            return
        BETWEEN[event](self)
        self.happened[event] += 1

    def edit(self) -> None:
        """Edit the project's files."""
        self.edits += 1
        self.desired = projects.edited(self.desired, self.chance, self.edits)

    def look_up(self) -> None:
        """Make an older copy usable, then settle what is unknown."""
        self.make_usable()
        self.resolve()

    def restore(self) -> None:
        """Put an older copy of the state back; nobody does that within one window of the limit."""
        self.kernel.sleep(120.0)
        self.disk.restore(self.chance.choice(self.copies))
        self.variant.restored(self.disk)
        self.put_back = True

    def jump(self, *seconds: float) -> None:
        """Let the machine's wall clock jump by one of so many seconds."""
        self.kernel.wall_offset += self.chance.choice(seconds)

    def make_usable(self) -> None:
        """Do what the message about an older copy asks for; a person does it only once told."""
        process = self._open()
        try:
            if process.store.behind:
                process.store.close_restored(process.clock.now(), self.desired.campaigns)
                self.happened["restored-copy-closed"] += 1
        finally:
            process.end()
            self.process = None

    def resolve(self) -> None:
        """Settle every unknown outcome by what really happened: a person looked it up."""
        sent = {each.operation for each in self.evidence.requests if each.performed}
        process = self._open()
        try:
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
        finally:
            process.end()
            self.process = None

    def close(self) -> None:
        """Let the kernel and the file go."""
        if self.process is not None:
            self.process.end()
        self.disk.close()
        self.kernel.close()

    # How a run goes

    def _open(self, at_point: Callable[[str], None] | None = None) -> Process:
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
        report: RunReport | None = None
        refusal = ""
        request = applying.Request(
            asked=self._asked(),
            start=RunStart(run, "apply", "host", 1, "user", process.clock.now(), self.desired.config_digest),
            document=document,
            ends_at=None if self.chance.random() < 0.9 else process.clock.monotonic() + self.chance.randint(1, 60),
            account="a1:this",
        )
        try:
            report = applying.apply(request, store, process.clock, self, self._execute(process, store)).report
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
        assert self.process is not None
        self.evidence.outputs += [str(notice) for notice in plan.notices]
        return Agreeing().approve(plan)

    def _execute(self, process: Process, store: Any) -> Callable[[Job], RunReport]:
        def execute(job: Job) -> RunReport:
            for number in self.desired.optouts:  # all are recorded by now
                self.evidence.optouts[number] = min(self.evidence.optouts.get(number, 1 << 60), self.kernel.tick())
            self.stop = asyncio.Event()
            client = self.variant.client(self._network())
            return process.work(job, store, client, self.evidence.outputs.append, self.stop)

        return execute

    def _network(self) -> Network:
        return Network(
            self.witness, self.chance, self.happened, faulty=self.faulty, hold=HOLD, dialect=self.variant.dialect
        )

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
        if event != "kill" and point.endswith(OPEN_POINTS):
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

    def fence(self, process: Process) -> None:
        """Force the lock of the run that holds it."""
        lease = process.store._door._lease
        if lease is not None:
            process.store.force_unlock(lease.run)

    def interrupt(self) -> None:
        """Ask the run to stop, as SIGINT does."""
        if self.stop is not None:
            self.stop.set()

    def spend(self, credits_: int) -> None:
        """Change the balance behind the run's back; it never falls below nothing."""
        remote = self.evidence.account
        remote.balance = max(remote.balance - credits_, Decimal(0))

    def somebody(self) -> str:
        """Return one of the project's people."""
        return self.chance.choice(sorted(self.desired.customers))

    def read_elsewhere(self, process: Process) -> None:
        """Let another process read the balance while the run goes on."""
        if self.kernel.loop.is_running():
            self.beside.append(self.kernel.loop.create_task(self._read_elsewhere(process)))

    def opt_out(self, number: str, process: Process | None) -> None:
        """Record an opt-out by command, in the state at once and then in the project."""
        mine = process or self._open()
        try:
            mine.store.record_optouts([OptOut(number, "STOP")], "command", mine.clock.now())
            self.evidence.optouts[number] = min(self.evidence.optouts.get(number, 1 << 60), self.kernel.tick())
        finally:
            if process is None:
                mine.end()
                self.process = None
        self.edits += 1
        self.desired = projects.opted_out(self.desired, number, self.edits)

    def second_apply(self, first: Process) -> None:
        """Start another apply beside the one that runs: it must be refused before any call."""
        calls = len(self.evidence.requests)
        second = Process(self.kernel, self.disk, self.evidence, lambda _: None)
        start = RunStart("second", "apply", "host", 2, "user", second.clock.now())
        try:
            applying.apply(applying.Request(self._asked(), start), second.store, second.clock, self, _never)
        except SyncError as error:
            self.evidence.outputs.append(str(error))
        finally:
            second.end()
            self.process = first
        assert len(self.evidence.requests) == calls

    async def _read_elsewhere(self, first: Process) -> None:
        """Read the balance as ``plan`` does, without the lock, through the same rate ledger."""
        other = Process(self.kernel, self.disk, self.evidence, lambda _: None)
        settings = self.desired.settings.account
        try:
            await single.read_balance(
                other.store, self._network(), other.clock, settings.rate_limit, f"plan-{self.runs}-{self.points}", 2.0
            )
        except (SyncError, KilledError):
            pass
        finally:
            other.end()
            if not first.dead:
                self.process = first

    def save_plan(self, *, stale: bool) -> None:
        """Make a plan file to be applied by the next run; a stale one was made before the state went on."""
        process = self._open()
        try:
            plan = planning.make(self._asked(running=False), process.store, process.clock.now())
            self.document = saved.to_document(plan)
            if stale:
                process.store.cancel(f"never-written-{self.runs}", "somebody", process.clock.now())
        finally:
            process.end()
            self.process = None

    def _asked(self, *, running: bool = True) -> planning.Asked:
        return planning.Asked(self.desired, Abilities(), Options(running=running), f"plan-{self.runs}")

    def _changes(self, process: Process) -> int:
        """Return how many calls are left of what was due when the run began."""
        assert self.last_plan is not None
        return planning.make(self._asked(), process.store, self.last_plan.created_at).api_calls

    def _claim_of(self, asked: Asked) -> str | None:
        return None if self.process is None else self.process.claim_of(asked)

    def _faults(self) -> list[Fault]:
        chance = self.chance
        if chance.random() < 0.2:
            return []
        return [
            Fault(
                chance.choice(("any", "send", "send", "import", "optout", "credits")),
                action := chance.choice((*SERVER_FAULTS, "latency", "latency")),
                nth=chance.randint(1, 8),
                times=chance.choice((1, 1, 1, 2, 6)),
                seconds=chance.choice((1.0, 5.0, 20.0, 20.0)),
                headers={"Retry-After": chance.choice(("1", "7", "soon"))} if action == "http-429" else {},
                size=70_000,
            )
            for _ in range(chance.randint(1, 4))
        ]

    def _secrets(self) -> tuple[str, ...]:
        people = range(200)
        return (KEY, *(person(which)[-9:] for which in people), *(projects.name_of(which) for which in people))

    def _unsettled(self, report: RunReport) -> bool:
        left = report.imports.left + report.optouts.left + report.sends.left
        return bool(left or report.sends.unknown) or report.exit_code in {Exit.PERSON, Exit.INCOMPLETE}


IN_MID: Mapping[str, Callable[[Play, Process], object]] = {
    "pause": lambda play, _: play.kernel.sleep(play.chance.choice((0.5, 4.0, 7.0))),
    "long-pause": lambda play, _: play.kernel.sleep(play.chance.choice((61.0, 600.0))),
    "opt-out": lambda play, process: play.opt_out(play.somebody(), process),
    "cancel": lambda play, process: process.store.cancel(
        play.chance.choice(sorted(play.desired.campaigns)), "somebody", process.clock.now()
    ),
    "clock-forward": lambda play, _: play.jump(5.0, 100.0, 90_000.0),
    "clock-back": lambda play, _: play.jump(-5.0, -100.0, -90_000.0),
    "interrupt": lambda play, _: play.interrupt(),
    "second-apply": Play.second_apply,
    "fence": Play.fence,
    "top-up": lambda play, _: play.spend(-play.chance.choice((1, 50))),
    "somebody-spends": lambda play, _: play.spend(play.chance.choice((1, 50))),
    "balance-read-elsewhere": Play.read_elsewhere,
}
BETWEEN: Mapping[str, Callable[[Play], object]] = {
    "edit": Play.edit,
    "opt-out": lambda play: play.opt_out(play.somebody(), None),
    "resolve": Play.look_up,
    "backup": lambda play: play.copies.append(play.disk.copy()),
    "restore": Play.restore,
    "reboot": lambda play: play.kernel.reboot(),
    "wait": lambda play: play.kernel.sleep(play.chance.choice((1.0, 30.0, 300.0))),
    "clock-forward-between": lambda play: play.jump(3.0, 60.0, 4000.0),
    "clock-back-between": lambda play: play.jump(-3.0, -60.0, -4000.0),
    "stale-plan": lambda play: play.save_plan(stale=True),
    "saved-plan": lambda play: play.save_plan(stale=False),
}


def _never(job: Job) -> RunReport:
    raise AssertionError("a second apply came as far as its calls")


def play(seed: int, directory: Path, variant: Variant = AS_IT_IS) -> Outcome:
    """Play one schedule from its seed and judge it, in the middle and at rest."""
    where = directory / str(seed)
    act = Play(seed, where, variant)
    chance, found = act.chance, list[str]()
    try:
        for _ in range(chance.randint(1, 4)):
            for event in chance.choices(BETWEEN_RUNS, k=chance.choice((0, 1, 1, 2, 3))):
                act.between(event)
            document, act.document = act.document, None
            act.run(chance.choices(IN_MID_RUN, k=chance.choice((0, 1, 1, 2, 3))), document=document)
        act.look()
        found += violations(act.evidence)
        if not found:
            act.heal()
            act.look()
            found += violations(act.evidence)
    except (SyncError, AssertionError) as error:
        if variant is AS_IT_IS:
            raise
        found.append(f"stopped: {type(error).__name__}")
    finally:
        act.close()
        shutil.rmtree(where)
    return Outcome(seed, tuple(found), act.happened)
