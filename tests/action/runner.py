"""The action's script as a runner starts it, with a fake GitHub and an emulated account on the same machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sendmode_sync.emulator.account import EmulatedAccount
from sendmode_sync.emulator.app import App
from sendmode_sync.emulator.faults import Fault
from tests.eavesdropping import listen

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / ".github" / "actions" / "sendmode-sync" / "run.py"
KEY = "EMULATOREMULATOR1234"
BOT = "github-actions[bot]"


@dataclass
class GitHub:
    """The comments of one pull request, as GitHub's REST API gives and takes them."""

    url: str = ""
    allowed: bool = True
    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)

    def add(self, body: str, author: str = BOT) -> dict[str, Any]:
        comment = {"id": len(self.comments) + 1, "user": {"login": author}, "body": body}
        self.comments.append(comment)
        return comment

    def answer(self, method: str, path: str, content: dict[str, str]) -> tuple[int, object]:
        self.asked.append((method, path))
        if not self.allowed:
            return 403, {"message": "Resource not accessible by integration"}
        route, _, query = path.partition("?")
        match method, route.removeprefix("/repos/gym/texts/issues/").split("/"):
            case "GET", ["7", "comments"]:
                page = int(query.rpartition("=")[2])
                return 200, self.comments[(page - 1) * 100 : page * 100]
            case "POST", ["7", "comments"]:
                return 201, self.add(content["body"])
            case "PATCH", ["comments", number]:
                self.comments[int(number) - 1]["body"] = content["body"]
                return 200, self.comments[int(number) - 1]
            case _:
                return 404, {"message": "Not Found"}


@dataclass
class Step:
    """One step that has ended."""

    code: int
    said: str
    outputs: dict[str, str]
    summary: str


@dataclass
class Runner:
    """A directory with a project on a runner, and what the account at the other end has seen."""

    home: Path
    account: EmulatedAccount
    app: App
    github: GitHub
    url: str

    @property
    def state(self) -> Path:
        return self.home / "disk" / "gym.db"

    @property
    def file(self) -> Path:
        return self.home / "work" / "sendmode.yaml"

    def write(self, body: str = "", **account: object) -> None:
        settings = {
            "base_url": self.url,
            "senderid": "Repliable",
            "quiet_hours": "none",
            "allow_fictional": True,
            **account,
        }
        self.file.write_text(
            f"version: 1\naccount: {json.dumps(settings)}\nsafety: {{max_credits: 50, canary_wait: 0s}}\n"
            "groups: {members: {}}\ncustomers:\n"
            + "".join(
                f'  - {{mobilenumber: "+4477009000{at:02}", groups: [members], surname: Secretname}}\n'
                for at in range(3)
            )
            + (body or "campaigns: {hello: {groups: [members], messagetext: Hello}}\n"),
            encoding="utf-8",
        )

    def keep_state(self) -> None:
        """Do what is done once by hand: make the state on the runner's disk, and commit the state-id."""
        done = subprocess.run(
            [str(self.program), "--state", str(self.state), "state", "init"],
            cwd=self.file.parent, env=self.environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def begin(self, *words: str) -> None:
        """Let ``init`` write a project, and point it at this account."""
        done = subprocess.run(
            [str(self.program), "init", *words],
            cwd=self.file.parent, env=self.environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        written = self.file.read_text("utf-8")
        assert "http://127.0.0.1:8025/v2" in written
        self.file.write_text(written.replace("http://127.0.0.1:8025/v2", self.url), encoding="utf-8")

    @property
    def program(self) -> Path:
        path = self.home / "sendmode-sync"
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sendmode_sync "$@"\n', encoding="utf-8")
        path.chmod(0o755)
        return path

    def environment(self, event: Mapping[str, object] | None = None, **inputs: str) -> dict[str, str]:
        """Return the environment that GitHub's runner gives to the step, and no more of this machine's than it needs."""
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"} or "COV" in name}
        at = self.home / "event.json"
        at.write_text(json.dumps(event or {"pull_request": {"number": 7}}), encoding="utf-8")
        given = {f"SYNC_{name.upper()}": value for name, value in inputs.items()}
        return {
            **kept,
            "CI": "true",
            "PYTHONPATH": str(ROOT),
            "GITHUB_ACTOR": "alex",
            "GITHUB_API_URL": self.github.url,
            "GITHUB_EVENT_PATH": str(at),
            "GITHUB_OUTPUT": str(self.home / "outputs"),
            "GITHUB_REPOSITORY": "gym/texts",
            "GITHUB_STEP_SUMMARY": str(self.home / "summary.md"),
            "SYNC_DIRECTORY": ".",
            "SYNC_FILE": "sendmode.yaml",
            "SYNC_PROGRAM": str(self.program),
            "SYNC_TOKEN": "gh-token",
            "SYNC_EXPECT_DIGEST": "none",
            **given,
        }

    def start(
        self, command: str, event: Mapping[str, object] | None = None, key: str = KEY, **inputs: str
    ) -> subprocess.Popen[str]:
        surroundings = self.environment(event, command=command, **inputs) | {"SENDMODE_API_KEY": key}
        return subprocess.Popen(
            ["bash", "-e", "-c", f'exec {sys.executable} "{SCRIPT}"'],
            cwd=self.file.parent, env=surroundings, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def step(self, command: str, event: Mapping[str, object] | None = None, key: str = KEY, **inputs: str) -> Step:
        for name in ("outputs", "summary.md"):
            (self.home / name).write_text("", encoding="utf-8")
        process = self.start(command, key=key, event=event, **inputs)
        return self.ended(process)

    def ended(self, process: subprocess.Popen[str]) -> Step:
        said, _ = process.communicate(timeout=100)
        outputs = (self.home / "outputs").read_text("utf-8").splitlines()
        summary = (self.home / "summary.md").read_text("utf-8")
        comments = "".join(each["body"] for each in self.github.comments)
        listen(("action",), said + summary + comments)
        assert "gh-token" not in said + summary + comments
        return Step(process.returncode, said, dict(line.split("=", 1) for line in outputs), summary)

    def faults(self, *rules: Fault) -> None:
        self.app.script.replace(rules)
