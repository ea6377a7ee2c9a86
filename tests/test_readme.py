"""The README tells the truth: its consoles are run and compared, its tables are complete.

``python tests/test_readme.py`` writes the answers of this version into the consoles of the README.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sendmode_sync.cli.main import cli
from sendmode_sync.emulator.account import EmulatedAccount
from sendmode_sync.emulator.app import make_app
from sendmode_sync.emulator.serve import serve

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PORT = "8025"
CONSOLE = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
VOLATILE = (
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "UUID"),
    (r"\b[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d [A-Z]{2,5}\b", "TIME"),
    (r"p1:[0-9a-z:.-]+", "DIGEST"),
    (r"p-[a-z2-7]{8}", "TAG"),
    (r"\b([a-z]+)-[0-9a-f]{8}\b", r"\1-REFERENCE"),
    (r"\b(in|about) \d+ (s|min)\b", r"\1 SOME \2"),
    (r"\b\d:\d\d:\d\d\b", "CLOCK"),
    (r"\bafter \d+ s\b", "after SOME s"),
)


@dataclass
class Command:
    """One command of a console, with what the README says it answers."""

    lines: list[str]
    answer: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join([self.lines[0][2:], *(line[2:] for line in self.lines[1:])])


def commands(console: str) -> list[Command]:
    found: list[Command] = []
    for line in console.splitlines():
        if line.startswith("$ "):
            found.append(Command([line]))
        elif line.startswith("> ") and not found[-1].answer:
            found[-1].lines.append(line)
        else:
            found[-1].answer.append(line)
    return found


class Shell:
    """Runs the commands of the README in a folder of its own, against an emulator on another port."""

    def __init__(self, folder: Path, port: int) -> None:
        self.where = folder
        self._port = str(port)
        binary = folder / "bin" / "sendmode-sync"
        binary.parent.mkdir()
        binary.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sendmode_sync "$@"\n', encoding="utf-8")
        binary.chmod(binary.stat().st_mode | stat.S_IXUSR)
        shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns(".sendmode"))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SENDMODE", "CI"))}
        path = f"{binary.parent}{os.pathsep}{kept['PATH']}"
        self._environment = {**kept, "PATH": path, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}

    def answer(self, command: str) -> list[str]:
        if command.startswith("cd "):
            self.where /= command[3:]
            return []
        if command.startswith("export "):
            name, _, value = command[7:].partition("=")
            self._environment[name] = value
            return []
        ran = subprocess.run(
            ["bash", "-c", command.replace(PORT, self._port)],
            cwd=self.where,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        for file in self.where.rglob("*.yaml"):
            file.write_text(file.read_text(encoding="utf-8").replace(PORT, self._port), encoding="utf-8")
        return ran.stdout.replace(self._port, PORT).splitlines()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    with serve(make_app(EmulatedAccount())) as server:
        yield Shell(tmp_path, server.port)


def steady(lines: list[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines).strip()
    for pattern, name in VOLATILE:
        text = re.sub(pattern, name, text)
    return re.sub(r" +", " ", text)


def test_every_console_answers_what_it_says(shell: Shell) -> None:
    for console in CONSOLE.findall(README.read_text(encoding="utf-8")):
        for command in commands(console):
            assert steady(shell.answer(command.text)) == steady(command.answer), command.text


def test_the_tables_name_every_command() -> None:
    text = README.read_text(encoding="utf-8")
    for name in cli.commands:
        assert f"| `{name}" in text or f", `{name}" in text, name


def test_the_tables_name_every_key_of_the_schema() -> None:
    text = README.read_text(encoding="utf-8")
    schema = json.loads((ROOT / "schemas" / "project.schema.json").read_text(encoding="utf-8"))
    for section in ("account", "safety"):
        part = schema["properties"][section]
        part = schema["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        for key in part["properties"]:
            assert f"`{section}.{key}`" in text, key
    for key in schema["properties"]:
        assert f"`{key}" in text, key


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(((?!http)[^)#]+)\)", README.read_text(encoding="utf-8")))))
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def promises() -> list[str]:
    text = README.read_text(encoding="utf-8")
    section = text.partition("## What it will never do\n")[2].partition("\nOne command plays")[0]
    return [" ".join(each.split()) for each in section.split("\n- ")[1:]]


@pytest.mark.parametrize("promise", promises())
def test_a_promise_is_followed_by_the_test_that_proves_it(promise: str) -> None:
    links = re.findall(r"\[([^\]]+)\]\(([^)]+)\)", promise)
    sources = {path: (ROOT / path).read_text(encoding="utf-8") for _, path in links}
    run = [path for path in sources if path.startswith("tests/") and Path(path).name.startswith("test_")]
    assert run, "a promise needs a test that the test command runs, not only what such a test uses"
    for path in run:
        assert re.search(r"^def test_", sources[path], re.MULTILINE), path
        assert "pytestmark = pytest.mark.skip" not in sources[path], path
    for label, path in links:
        if re.fullmatch(r"I\d+", label):
            assert f"\ndef {label.lower()}_" in sources[path], label


def test_there_are_promises() -> None:
    assert len(promises()) >= 8


def write() -> None:
    """Write the answers of this version into the consoles."""
    text = README.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name, serve(make_app(EmulatedAccount())) as server:
        shell = Shell(Path(name), server.port)

        def answered(console: re.Match[str]) -> str:
            lines: list[str] = []
            for command in commands(console[0]):
                lines += [*command.lines, *shell.answer(command.text)]
            return "\n".join(lines) + "\n"

        README.write_text(CONSOLE.sub(answered, text), encoding="utf-8")


if __name__ == "__main__":
    write()
