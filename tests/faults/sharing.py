"""One schedule of a shared state: two runners in two processes apply one plan while both, and the engine, are harmed.

Time is real and short. What a person would do afterwards is done at the end: settle what is unknown by what really
happened, and apply until nothing is left.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIEnvironment

from sendmode_sync.emulator.app import App
from sendmode_sync.emulator.serve import serve
from sendmode_sync.errors import Exit, SyncError
from sendmode_sync.model import location
from sendmode_sync.model.desired import OptOut
from sendmode_sync.model.location import UnknownKind
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.ports import StateStore
from sendmode_sync.wiring import states
from tests.engines.postgres_server import PASSWORD
from tests.faults.checkouts import Process, Runner, project
from tests.faults.crime import Ended, Zygote, read_report
from tests.faults.engines import AwayError, Engine
from tests.faults.evidence import Claimed, Evidence, Memory, Operation, Ran, Request, campaign_of
from tests.faults.invariants import violations
from tests.faults.remote import KEY, Asked, TellingScript, Witness, account

_LIMITS = (RateLimit(4, 0.4), RateLimit(6, 0.4), RateLimit(3, 0.3))
_EVENTS = (*("kill",) * 4, *("kill at the wire",) * 3, *("engine",) * 4, "opt-out", "opt-out", "pause", "unlock")
_LATER = "to be looked up once the engine answers"
_ROUNDS_TO_REST = 20
_LATE_SECONDS = 3.0  # in which a request of a process that was killed may still be on its way


class Outcome(NamedTuple):
    """What one schedule did, and what it broke."""

    seed: int
    violations: tuple[str, ...]
    happened: Counter[str]


class Play:
    """One schedule while it is played."""

    def __init__(self, seed: int, directory: Path, engine: Engine, zygotes: tuple[Zygote, Zygote]) -> None:
        self._chance = random.Random(seed)
        self._engine = engine
        self._guard = threading.RLock()
        self._ticks = itertools.count(1)
        self.happened: Counter[str] = Counter()
        self._state = engine.begin(directory)
        self._lineage = engine.memory().lineage
        limit = self._chance.choice(_LIMITS)
        self.people = {f"+447700900{which:03}": f"Zebedee{which:03}" for which in range(1, self._chance.randint(3, 8))}
        secrets = (KEY, PASSWORD, *self.people.values(), *(number[-9:] for number in self.people))
        remote = account(1000, (limit.calls, limit.per_seconds), lambda: self._arrived)
        self.evidence = Evidence(remote, limit, secrets=secrets, deadlines=True)
        script = TellingScript((), self.happened)
        self._witness = Witness(
            App(remote, script), script, self.evidence.requests, self._ticks.__next__, self._claim_of, self._at_wire
        )
        self._kill_at = ""
        self._arrived = 0.0
        self._processes: list[Process] = []
        self._began: dict[int, int] = {}
        self._server = serve(self._serve, latency=self._chance.choice((0.0, 0.05, 0.15))).start()
        self.runners = tuple(
            Runner(directory / name, zygote, self._state) for name, zygote in zip("ab", zygotes, strict=True)
        )
        written = project(self._server.port, limit, self.people, self._chance)
        for runner in self.runners:
            runner.write(written)

    def close(self) -> None:
        self._server.stop()

    def disturb(self) -> None:
        """Let both runners apply again and again, side by side, and harm whatever there is."""
        with ThreadPoolExecutor(len(self.runners)) as threads:
            running = [threads.submit(self._keep_applying, runner) for runner in self.runners]
            for event in self._chance.choices(_EVENTS, k=self._chance.randint(1, 5)):
                time.sleep(self._chance.uniform(0.0, 0.5))
                self._happen(event)
            for each in running:
                each.result()

    def rest(self) -> None:
        """Settle what is unknown by what really happened, and apply until nothing is left."""
        self._kill_at = ""
        runner = self.runners[0]
        for _ in range(_ROUNDS_TO_REST):
            self._resolve()
            ended = self._apply(runner, 5.0, alone=True)
            if ended.code == Exit.OK:
                break
        else:
            raise AssertionError(f"it never came to rest: {ended}")
        calls = len(self.evidence.requests)
        self._apply(runner, 5.0, alone=True)
        self.evidence.idle_calls = len(self.evidence.requests) - calls
        self.evidence.at_rest = True
        self.evidence.wanted = {("members", number): {"firstname": name} for number, name in self.people.items()}

    def look(self) -> list[str]:
        """Take down what is durable now, and return what is broken."""
        with self._guard:
            found = self._engine.calls()
            late = [
                self._match(found, request.kind, request.numbers, request.group, request.campaign)
                for request in self.evidence.requests
            ]
            self.evidence.requests[:] = [
                request._replace(operation=operation or self._lost(request)) if request.operation == _LATER else request
                for request, operation in zip(self.evidence.requests, late, strict=True)
            ]
            self.evidence.claims += [
                Claimed(self._began[request.tick], request.operation or "", request.kind, request.numbers)
                for request in self.evidence.requests
                if request.kind not in self._engine.claims_first
            ]
            self.evidence.account.arrivals.sort(key=lambda each: each.at)
        self.evidence.memory = self._engine.memory()
        reported = {ran.run for ran in self.evidence.runs if ran.report is not None}
        self.evidence.in_flight = {
            each.operation for each in self.evidence.memory.operations if each.run not in reported
        }
        return violations(self.evidence)

    def _lost(self, request: Request) -> str | None:
        """Return a name for a call that may leave no claim behind; None for one that must."""
        return None if request.kind in self._engine.claims_first else f"lost-{request.tick}"

    def story(self) -> Iterator[str]:
        """Yield what a person needs who looks into a violation; nobody in it is real."""
        yield f"{dict(self.happened)}"
        yield f"opted out: {self.evidence.optouts}"
        for ran in self.evidence.runs:
            yield f"{ran.run}: {ran.report or ran.refusal}"
        yield from map(str, self.evidence.memory.operations)
        yield from map(str, self.evidence.memory.rows)

    def _keep_applying(self, runner: Runner) -> None:
        for _ in range(3):
            ended = self._apply(runner, self._chance.choice((0.0, 0.5, 2.0)), alone=False)
            if ended.code == Exit.OK:
                return

    def _apply(self, runner: Runner, lock_timeout: float, *, alone: bool) -> Ended:
        """Apply once; what it reports is judged in full where nobody else was running."""
        calls = len(self.evidence.requests)
        process = self.begun()
        ended = runner.apply(lock_timeout)
        process.ended = time.monotonic()
        self.happened["run"] += 1
        self.happened["killed" if ended.code == -signal.SIGKILL else f"exit {ended.code}"] += 1
        report = read_report(ended.stdout)
        self.evidence.outputs += [ended.stdout, ended.stderr]
        with self._guard:
            memory = self._engine.memory() if alone else None
            self.evidence.runs.append(
                Ran(
                    run=report.run if report else "?",
                    report=report,
                    refusal=ended.stderr or "killed",
                    known_optouts=frozenset(),
                    undisturbed=False,
                    changes_after=0,
                    lineage=self._lineage if memory is None else memory.lineage,
                    serial=0 if memory is None else memory.serial,
                    unknown=0 if memory is None else len(_unknown(memory)),
                    calls=len(self.evidence.requests) - calls if alone else 0,
                )
            )
        return ended

    def _happen(self, event: str) -> None:
        runner = self._chance.choice(self.runners)
        match event:
            case "kill":
                runner.signal(signal.SIGKILL)
            case "kill at the wire":
                self._kill_at = self._chance.choice(("wire:arrived", "wire:processed"))
            case "pause":
                runner.signal(signal.SIGSTOP)
                time.sleep(self._chance.choice((0.1, 0.6, 1.5)))
                runner.signal(signal.SIGCONT)
            case "engine":
                event = f"engine: {self._chance.choice(self._engine.harms)}"
                self._engine.harm(event.removeprefix("engine: "))
            case "opt-out":
                self.opt_out(self._chance.choice(sorted(self.people)))
            case "unlock":
                self._unlock()
            case _:
                raise AssertionError(event)
        self.happened[event] += 1

    def opt_out(self, number: str) -> None:
        """Record an opt-out by command; what was claimed by then may still arrive."""
        before = next(self._ticks)
        with self._opened() as store:
            store.record_optouts([OptOut(number, "STOP")], "command", dt.datetime.now(dt.UTC))
        if number in self.evidence.optouts:
            return
        after = next(self._ticks)
        self.evidence.claims += [
            Claimed(before, each.operation, each.kind, each.numbers)
            for each in self._engine.calls()
            if number in each.numbers
        ]
        self.evidence.optouts.setdefault(number, after)

    def _unlock(self) -> None:
        """Force the lock of whoever holds it, as a person does who has lost patience."""
        with self._opened() as store:
            holder = store.holder()
            if holder is not None:
                with contextlib.suppress(SyncError):  # it may have ended by itself
                    store.force_unlock(holder.run)

    def _resolve(self) -> None:
        sent = {each.operation for each in self.evidence.requests if each.performed}
        with self._opened() as store:
            for each in store.unknowns():
                truth = each.operation in sent
                self.happened["resolved sent" if truth else "resolved not sent"] += 1
                now = dt.datetime.now(dt.UTC)
                with contextlib.suppress(SyncError):  # told by a last push meanwhile, or a dead run still has the lock
                    store.resolve(
                        each.campaign, sent=truth, evidence="looked up", user="me", at=now, operation=each.operation
                    )

    @contextlib.contextmanager
    def _opened(self) -> Iterator[StateStore]:
        where = location.read(self._state)
        assert not isinstance(where, UnknownKind)
        with contextlib.closing(states.engine(where).open(write=True)) as store:
            yield store

    def _serve(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        arrived = time.monotonic()
        with self._guard:  # the witness looks at one request at a time, and takes its time for it
            self._arrived = arrived
            count = len(self.evidence.requests)
            answer = self._witness(environ, start_response)
            for request in self.evidence.requests[count:]:
                self._began[request.tick] = self._earliest(arrived)
            return answer

    def begun(self) -> Process:
        """Note that a process begins."""
        self._processes.append(Process(next(self._ticks)))
        return self._processes[-1]

    def arrived(self, request: Request) -> None:
        """Count a request as one that arrived just now."""
        self.evidence.requests.append(request)
        self._began[request.tick] = self._earliest(time.monotonic())

    def _earliest(self, arrived: float) -> int:
        """Return the tick at which the oldest process began that may have made a request.

        A run whose claims may be pushed later has read every opt-out that was on the branch when it began.
        """
        return min(each.tick for each in self._processes if each.ended > arrived - _LATE_SECONDS)

    def _at_wire(self, point: str) -> None:
        """End whoever is calling, where that is due: the request is with the remote, and its answer never arrives."""
        if point == self._kill_at:
            self._kill_at = ""
            self.happened[f"killed at {point}"] += 1
            for runner in self.runners:
                runner.signal(signal.SIGKILL)

    def _claim_of(self, asked: Asked) -> str | None:
        try:
            found = self._engine.calls()
        except AwayError:
            self.happened["claim looked up later"] += 1
            return _LATER
        operation = self._match(found, asked.kind, asked.numbers, asked.group, campaign_of(asked.customerid))
        return operation if operation or asked.kind in self._engine.claims_first else _LATER

    @staticmethod
    def _match(
        found: Iterable[Operation], kind: str, numbers: tuple[str, ...], group: str, campaign: str
    ) -> str | None:
        """Return the claim of a request: one that is open before one that another runner has ended meanwhile."""
        wanted = (kind, numbers, group, campaign)
        fitting = [each for each in found if (each.kind, each.numbers, each.group or "", each.campaign or "") == wanted]
        fitting.sort(key=lambda each: each.status == "claimed")
        return fitting[-1].operation if fitting else None


def _unknown(memory: Memory) -> list[Operation]:
    return [each for each in memory.operations if each.kind == "send" and each.status == "unknown"]


def play(seed: int, directory: Path, engine: Engine, zygotes: tuple[Zygote, Zygote]) -> Outcome:
    """Play one schedule and judge it: after the harm, and at rest."""
    act = Play(seed, directory, engine, zygotes)
    try:
        act.disturb()
        found = act.look()
        act.rest()
        found += act.look()
    finally:
        act.close()
    if found:
        sys.stderr.write("".join(f"seed {seed}: {line}\n" for line in (*found, *act.story())))
    return Outcome(seed, tuple(dict.fromkeys(found)), act.happened)
