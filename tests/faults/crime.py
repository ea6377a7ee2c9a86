"""A project, a remote and real processes to be killed, with the evidence that the invariants are judged by."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from sendmode_sync.emulator.app import App
from sendmode_sync.emulator.serve import serve
from sendmode_sync.errors import Exit
from sendmode_sync.model.report import Reason, RunReport, SendTally, Tally
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.store.sqlite import SqliteStore
from tests.faults.engines import Engine
from tests.faults.evidence import Evidence, Memory, Ran, read_file
from tests.faults.invariants import violations
from tests.faults.remote import KEY, Asked, TellingScript, Witness, account

NAMES = ("Zebedee", "Yolanda", "Xanthippe")
NUMBERS = tuple(f"+447700900{which:03}" for which in range(1, 4))
OPTED_OUT = tuple(f"+447700900{which:03}" for which in range(11, 14))
PROJECT = """\
version: 1
account:
  base_url: http://127.0.0.1:{port}/v2
  senderid: Repliable
  region: GB
  timezone: UTC
  allow_fictional: true
  quiet_hours: none
safety: {{max_credits: 100, canary_wait: 0s}}
groups: {{members: {{}}}}
customers:
{customers}
optouts:
{optouts}
campaigns:
  c0: {{groups: [members], messagetext: "Hi {{firstname}}", batch_size: 1}}
"""


class Ended(NamedTuple):
    """How a process ended, and what it printed."""

    code: int
    stdout: str
    stderr: str

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


class Zygote:
    """The process that forks the others; one for a whole test session."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).with_name("victim.py"))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = 0

    def run(self, directory: Path, **order: Any) -> Ended:
        """Run one process to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"directory": str(directory), **order}) + "\n")
        self._process.stdin.flush()
        self.pid = int(self._process.stdout.readline())
        code = int(self._process.stdout.readline())
        return Ended(code, (directory / "stdout").read_text(), (directory / "stderr").read_text())

    def close(self) -> None:
        self._process.communicate()


class Scene:
    """One project in a directory, and a served account whose witness looks into the state file from this process.

    ``kill_at`` may name a point (``wire:arrived`` or ``wire:processed``) and a hit at which the remote ends the process
    that is calling.
    """

    def __init__(self, directory: Path, zygote: Zygote, engine: Engine | None = None) -> None:
        self.directory = directory
        self.zygote = zygote
        self.state = directory / ".sendmode" / "sendmode.db"
        self._engine = engine
        self._environment = {} if engine is None else {"SENDMODE_STATE": engine.begin(directory)}
        self.kill_at: tuple[str, int] | None = None
        self._counting = threading.Lock()
        self._passed = 0
        remote = account(1000, (100, 60.0), time.time)
        ticks = itertools.count(1)
        script = TellingScript((), Counter())
        self.evidence = Evidence(remote, RateLimit(), secrets=(KEY, *NAMES, *(each[-9:] for each in NUMBERS)))
        app = App(remote, script)
        witness = Witness(app, script, self.evidence.requests, ticks.__next__, self._claim_of, self._at_wire)
        self._server = serve(witness).start()
        customers = "".join(
            f"  - {{mobilenumber: {number!r}, groups: [members], firstname: {name}}}\n"
            for number, name in zip(NUMBERS, NAMES, strict=True)
        )
        optouts = "".join(f"  - {{mobilenumber: {number!r}, optoutresponse: STOP}}\n" for number in OPTED_OUT)
        (directory / "sendmode.yaml").write_text(
            PROJECT.format(port=self._server.port, customers=customers, optouts=optouts)
        )
        if engine is None:
            SqliteStore.create(self.state, dt.datetime.now(dt.UTC)).close()

    def close(self) -> None:
        self._server.stop()

    def memory(self) -> Memory:
        """Return what is durable now; an engine says so only of a state that is sound."""
        return read_file(self.state) if self._engine is None else self._engine.memory()

    def command(self, *arguments: str) -> Ended:
        """Run the program itself."""
        ended = self.zygote.run(self.directory, arguments=list(arguments), environment=self._environment)
        self.evidence.outputs += [ended.stdout, ended.stderr]
        return ended

    def crash(self, point: str, hit: int, *only: str, campaign: str | None = None) -> Ended:
        """Run a victim; what it had claimed and not settled was in flight."""
        order: dict[str, Any] = {"point": point, "hit": hit, "only": only, "environment": self._environment}
        if campaign is not None:
            order["campaign"] = campaign
        ended = self.zygote.run(self.directory, **order)
        self.evidence.outputs += [ended.stdout, ended.stderr]
        memory = self.memory()
        self.evidence.in_flight |= {each.operation for each in memory.operations if each.status == "claimed"}
        return ended

    def apply(self) -> Ended:
        """Apply with the program itself, and take its report down as evidence."""
        calls = len(self.evidence.requests)
        known = self.memory().optouts
        ended = self.command("apply", "--auto-approve", "--format", "json")
        memory = self.memory()
        unknown = sum(each.kind == "send" and each.status == "unknown" for each in memory.operations)
        report = read_report(ended.stdout)
        self.evidence.runs.append(
            Ran(
                run=report.run if report else "?",
                report=report,
                refusal=ended.stderr,
                known_optouts=known,
                undisturbed=True,
                changes_after=0,
                lineage=memory.lineage,
                serial=memory.serial,
                unknown=unknown,
                calls=len(self.evidence.requests) - calls,
            )
        )
        return ended

    def resolve(self) -> None:
        """Settle every unknown outcome by what really happened, with the program itself."""
        sent = {each.operation for each in self.evidence.requests if each.performed}
        for each in self.memory().operations:
            if each.kind == "send" and each.status == "unknown":
                how = ["--sent"] if each.operation in sent else ["--not-sent", "--evidence", "looked up"]
                done = self.command("resolve", str(each.campaign), *how, "--operation", each.operation)
                assert done.code == 0, done.stderr

    def end_well(self) -> list[str]:
        """Resume until nothing is left, as a person would, and return every invariant that was broken on the way."""
        ended = self.apply()
        self.evidence.memory = self.memory()
        found = violations(self.evidence)
        assert ended.code in {Exit.OK, Exit.PERSON}, ended
        if ended.code == Exit.PERSON:
            self.resolve()
            ended = self.apply()
            assert ended.code == Exit.OK, ended
        calls = len(self.evidence.requests)
        assert self.apply().code == Exit.OK
        self.evidence.idle_calls = len(self.evidence.requests) - calls
        self.evidence.at_rest = True
        self.evidence.memory = self.memory()
        self.evidence.wanted = {
            ("members", number): {"firstname": name} for number, name in zip(NUMBERS, NAMES, strict=True)
        }
        if self._engine is None:
            with contextlib.closing(SqliteStore.open(self.state, write=False)) as store:
                assert store.check() == []
        texts = Counter(number for message in self.evidence.account.messages for number in message.recipients)
        assert texts == Counter({number.removeprefix("+"): 1 for number in NUMBERS})
        return found + violations(self.evidence)

    def _claim_of(self, asked: Asked) -> str | None:
        calls = self.memory().operations if self._engine is None else self._engine.calls()
        for each in calls:
            if (each.kind, each.status, each.numbers, each.group or "") == (
                asked.kind,
                "claimed",
                asked.numbers,
                asked.group,
            ):
                return each.operation
        return None

    def _at_wire(self, point: str) -> None:
        if self.kill_at is None or self.kill_at[0] != point:
            return
        with self._counting:  # several calls may be in flight
            self._passed += 1
            if self._passed == self.kill_at[1]:
                os.kill(self.zygote.pid, signal.SIGKILL)


def read_report(text: str) -> RunReport | None:
    """Return the report that a run printed as JSON."""
    if not text.startswith("{"):
        return None
    said = json.loads(text)
    counts = said["counts"]
    return RunReport(
        run=said["run"],
        exit_code=Exit(said["exit_code"]),
        reasons=tuple(Reason(word) for word in said["reasons"]),
        imports=Tally(**counts["imports"]),
        optouts=Tally(**counts["optouts"]),
        sends=SendTally(**counts["sends"]),
        estimated=Decimal(str(said["credits"]["estimated"])),
    )
