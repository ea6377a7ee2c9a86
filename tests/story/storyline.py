"""The program as its users have it: real processes in a directory of files, an emulated account at the other end.

Nothing here knows how the program works inside: what a test asks for is files, commands, exit codes, what was printed,
and what arrived at the account.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from wsgiref.types import StartResponse, WSGIEnvironment

from jsonschema import Draft202012Validator

from sendmode_sync.emulator.account import EmulatedAccount, Message
from sendmode_sync.emulator.app import App, make_app
from sendmode_sync.emulator.faults import Fault
from sendmode_sync.emulator.serve import Server, serve
from tests.eavesdropping import listen

ROOT = Path(__file__).parents[2]
PUBLISHED: dict[str, Any] = json.loads((ROOT / "schemas" / "plan.schema.json").read_text("utf-8"))
KEY = "EMULATOREMULATOR1234"
PATIENCE = 90.0
_LONGEST_HOLD = 25.0
_FOREIGN = ("SENDMODE_", "GITHUB_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_NEUTRAL = ("CI", "NO_COLOR", "FORCE_COLOR")


def number(at: int) -> str:
    """Return one of Ofcom's numbers for drama, which belong to nobody."""
    return f"+447700900{at:03}"


def people(*at: int, group: str = "members", **fields: str) -> str:
    """Return customers as YAML, each in one group and called P1, P2 and so on."""
    entries = ({"mobilenumber": number(each), "groups": [group], "firstname": f"P{each}", **fields} for each in at)
    return "customers:\n" + "".join(f"  - {json.dumps(entry)}\n" for entry in entries)


def fitting(answer: dict[str, Any], kind: str | None = None) -> dict[str, Any]:
    """Return a plan, or an answer of another kind, that fits the schema which is published for it."""
    chosen = PUBLISHED if kind is None else {"$ref": f"#/$defs/{kind}", "$defs": PUBLISHED["$defs"]}
    Draft202012Validator(chosen).validate(answer)
    return answer


class Ran(NamedTuple):
    """One finished command."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything that was printed."""
        return self.out + self.err

    @property
    def json(self) -> Any:
        """The answer read as JSON."""
        return json.loads(self.out)


class Running:
    """A command under way."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.communicate()

    def signal(self, number_of: signal.Signals) -> None:
        self._process.send_signal(number_of)

    def ended(self, within: float = PATIENCE) -> Ran:
        out, err = self._process.communicate(timeout=within)
        return Ran(self._process.returncode, out, err)


class Gate:
    """The account's application behind a gate: calls to a path arrive and are done, their answers wait for it to open."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.path = ""
        self.opened = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self.app(environ, start_response)
        if self.path and environ["PATH_INFO"].endswith(self.path):
            self.opened.wait(_LONGEST_HOLD)
        return answer


class Remote:
    """The emulated account behind its server, with what tests ask of it."""

    def __init__(self, account: EmulatedAccount, gate: Gate, server: Server) -> None:
        self.account = account
        self._gate = gate
        self._app = gate.app
        self._server = server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}/v2"

    def faults(self, *rules: Fault) -> None:
        """Replace the script of faults; counting begins anew."""
        self._app.script.replace(rules)

    @contextmanager
    def held(self, call: str) -> Iterator[None]:
        """Hold back every answer to a kind of call until the end of the block."""
        self._gate.opened.clear()
        self._gate.path = f"/{call}"
        try:
            yield
        finally:
            self._gate.path = ""
            self._gate.opened.set()

    def calls(self, *kinds: str) -> int:
        """Count the calls that arrived, of some kinds or all."""
        return sum(not kinds or each.kind in kinds for each in list(self.account.arrivals))

    @property
    def kinds(self) -> list[str]:
        """The calls in the order of their arrival, credit checks left out."""
        return [each.kind for each in self.account.arrivals if each.kind != "credits"]

    @property
    def messages(self) -> list[Message]:
        return list(self.account.messages)

    @property
    def received(self) -> Counter[tuple[str, str]]:
        """How often each number was sent each text."""
        return Counter((f"+{who}", each.text) for each in self.messages for who in each.recipients)

    @property
    def reached(self) -> list[str]:
        """Whom anything was sent to, sorted, as often as it was."""
        return sorted(who for (who, _), times in self.received.items() for _ in range(times))

    @property
    def contacts(self) -> dict[str, dict[str, str]]:
        """The fields of every contact by number."""
        return {f"+{who}": dict(contact.fields) for who, contact in self.account.contacts.items()}

    @property
    def opted_out(self) -> list[str]:
        return sorted(f"+{who}" for who in self.account.optouts)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Let nobody listen at the address; it stays away afterwards."""
        self._server.stop()
        yield


@contextmanager
def emulated(credit: int = 1000, rate_limit: tuple[int, float] | None = (100, 60.0)) -> Iterator[Remote]:
    """Serve a fresh account."""
    account = EmulatedAccount(credits=Decimal(credit), rate_limit=rate_limit)
    gate = Gate(make_app(account))
    with serve(gate) as server:
        yield Remote(account, gate, server)
        gate.opened.set()


@dataclass(slots=True)
class Project:
    """A directory with a project, and the account that it talks to."""

    directory: Path
    remote: Remote
    blank: Path
    account: dict[str, object] = field(default_factory=dict)
    safety: dict[str, object] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)

    def write(
        self, body: str, *, account: Mapping[str, object] | None = None, safety: Mapping[str, object] | None = None
    ) -> None:
        """Write ``sendmode.yaml``: account and safety as they are by default in tests, then the rest as given."""
        head = {
            "base_url": self.remote.url,
            "senderid": "Repliable",
            "quiet_hours": "none",
            "allow_fictional": True,
            **self.account,
            **(account or {}),
        }
        limits = {"max_credits": 500, "canary_wait": "1s", **self.safety, **(safety or {})}
        self.file("sendmode.yaml", f"version: 1\naccount: {json.dumps(head)}\nsafety: {json.dumps(limits)}\n{body}")

    def file(self, name: str, text: str) -> Path:
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def read(self, name: str = "sendmode.yaml") -> str:
        return (self.directory / name).read_text(encoding="utf-8")

    def edit(self, old: str, new: str, name: str = "sendmode.yaml") -> None:
        text = self.read(name)
        assert old in text
        self.file(name, text.replace(old, new))

    def run(self, *words: str, key: str | None = KEY, within: float = PATIENCE, **environment: str) -> Ran:
        """Run one command to its end; without a key, ``SENDMODE_API_KEY`` is not set."""
        ran = self.start(*words, key=key, **environment).ended(within)
        listen(words, ran.said)
        return ran

    def start(self, *words: str, key: str | None = KEY, **environment: str) -> Running:
        """Start one command without a terminal."""
        process = subprocess.Popen(
            [sys.executable, "-m", "sendmode_sync", *words],
            cwd=self.directory,
            env=self.surroundings(key, **environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return Running(process)

    def surroundings(self, key: str | None = KEY, **environment: str) -> dict[str, str]:
        """Return the environment of a command: this one's without anything that the program listens to."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.upper().startswith(_FOREIGN) and name not in _NEUTRAL
        }
        keyed = {} if key is None else {"SENDMODE_API_KEY": key}
        return {**inherited, "PYTHONPATH": str(ROOT), **keyed, **self.environment, **environment}

    def begin(self) -> None:
        """Put an empty state in place, as ``state init`` made it once for all tests."""
        shutil.copytree(self.blank, self.directory, dirs_exist_ok=True)

    def apply(self, *words: str, key: str | None = KEY, within: float = PATIENCE, **environment: str) -> Ran:
        return self.run("apply", "--auto-approve", *words, key=key, within=within, **environment)

    def applied(self, *words: str) -> dict[str, Any]:
        """Apply, and return the report as JSON."""
        report: dict[str, Any] = self.apply("--format", "json", *words).json
        return fitting(report, "apply")

    def plan(self, *words: str, key: str | None = None) -> dict[str, Any]:
        """Return the plan as JSON, by default without a balance."""
        plan: dict[str, Any] = self.run("plan", "--format", "json", *words, key=key).json
        return fitting(plan)

    def save(self, name: str = "plan.json", *words: str) -> dict[str, Any]:
        """Save a plan and return what stands in the file."""
        ran = self.run("plan", "--out", name, *words)
        assert ran.code in {0, 1}, ran.err
        saved: dict[str, Any] = json.loads(self.read(name))
        return fitting(saved)

    def status(self, campaign: str | None = None) -> Any:
        """Return the status as JSON: of one campaign, or the whole of it."""
        whole = fitting(self.run("status", "--format", "json", key=None).json, "status")
        if campaign is None:
            return whole
        return next(each for each in whole["campaigns"] if each["name"] == campaign)

    def codes(self, *words: str) -> list[str]:
        """Return the codes of the problems that ``validate`` finds."""
        ran = self.run("validate", "--format", "json", *words, key=None)
        return [each["code"] for each in fitting(ran.json, "validate")["problems"]]

    def snapshot(self) -> dict[str, str]:
        """Return the digest of every file."""
        return {
            str(path.relative_to(self.directory)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.directory.rglob("*"))
            if path.is_file()
        }

    def twin(self, directory: Path) -> Project:
        """Return another project at the same account."""
        directory.mkdir(parents=True, exist_ok=True)
        return Project(directory, self.remote, self.blank, self.account, self.safety)


def until(condition: Callable[[], bool], within: float = 40.0) -> None:
    """Wait for something to happen."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def campaign(name: str = "hello", text: str = "Hi {firstname|there}", **settings: object) -> str:
    """Return one campaign to the members as YAML, the last section of a project."""
    body = {"groups": ["members"], "messagetext": text, **settings}
    return f"campaigns:\n  {name}: {json.dumps(body)}\n"


def more(name: str, text: str, **settings: object) -> str:
    """Return a further campaign, to stand after ``campaign``."""
    return campaign(name, text, **settings).removeprefix("campaigns:\n")


MEMBERS = "groups: {members: {}}\n"


def numbers(*at: int) -> list[str]:
    return sorted(map(number, at))


def lines(*parts: str) -> str:
    return "".join(parts)


def once(received: Mapping[tuple[str, str], int], wanted: Iterable[str], text: str | None = None) -> bool:
    """Say whether each number wanted, and nobody else, got exactly one text."""
    got = Counter(who for (who, _), times in received.items() for _ in range(times))
    fits = text is None or all(said == text for _, said in received)
    return fits and got == Counter(wanted)
