"""A key, numbers and names are planted, and looked for in every answer of every command, and in every file it writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from sendmode_sync.cli.main import cli
from sendmode_sync.emulator.faults import Fault
from tests.story.storyline import KEY, MEMBERS, ROOT, Project, campaign, lines, number

NAMES = ("Zephyrine", "Quillfeather", "Nowhere Lane")
PLANTED = (
    "customers:\n"
    f'  - {{mobilenumber: "{number(41)}", groups: [members], firstname: Zephyrine, surname: Quillfeather, address: Nowhere Lane}}\n'
    f'  - {{mobilenumber: "{number(42)}", groups: [members], firstname: Zephyrine}}\n'
    f'optouts: [{{mobilenumber: "{number(43)}"}}]\n'
)
UNSEEN = re.compile("|".join([KEY, r"7700[ -]?900[ -]?04", *NAMES]))

FIRST = (
    "validate", "validate --format github", "validate --format json --all", "lint", "lint --format json", "preview hello", "plan --all",
    "plan --format json", "plan --format markdown", "plan --format html", "plan --out plan.json", "show plan.json --all",
    "show plan.json --format markdown", "show plan.json --format html", "rehearse --all", "rehearse --format json",
    "credits", f"send-test hello --to {number(41)}", "send-test hello", f"optouts add {number(44)} {number(45)}junk",
    f"optouts add {number(44)}", "optouts import stopped.csv", "adopt --from export.csv --auto-approve",
    "apply plan.json --auto-approve", "apply --auto-approve --format json", "apply --auto-approve", "status",
    "status --format json", "history", "history --format json", "history RUN --all", "history RUN --format json", "export",
    "export --format json", f"export --number {number(41)}", "resolve hello --sent", "cancel hello", "cancel other",
    "adopt --campaign other --auto-approve", f"optouts remove {number(44)} --consent form",
    f"state forget {number(43)}", f"state forget {number(41)}", "state check", "state check --restored", "state backup copy.db",
    "state rescue export.csv", "state rekey --auto-approve", "state unlock RUN", "state move .sendmode/moved.db", "state init", "state init --lost", "schema", "schema plan", "completion bash", "completion zsh", "init elsewhere", "init --emulator other",
)  # fmt: skip
WAITS = {"emulator"}  # serves until it is ended; it is given a key and knows no project
HOLD_PEOPLE = {"plan.json", "copy.db", "sendmode.yaml", "optouts.yaml", "stopped.csv", "export.csv"}


def commands(group: click.Group, *path: str) -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield " ".join((*path, name))


def test_every_command_is_tried() -> None:
    tried = {" ".join(each.split()[:2]) for each in FIRST} | {each.split()[0] for each in FIRST}
    assert {each for each in commands(cli) if each not in tried} == WAITS


def test_nothing_planted_is_in_any_answer_or_file(project: Project) -> None:
    project.write(
        lines(MEMBERS, PLANTED, campaign("hello", "Hi {firstname}"), "  other: {groups: [members], messagetext: Two}\n")
    )
    project.begin()
    project.file("stopped.csv", f"Mobile\n{number(45)}\n")
    project.file("export.csv", f"Mobile,First name\n{number(42)},Zephyrine\n")
    repeats = f'{{"status": "X", "statusCode": 18, "error": "{number(41)} Zephyrine {KEY}"}}'
    project.remote.faults(Fault("import", "reply", body=repeats, nth=1), Fault("send", "http-500-after", nth=2))
    codes: dict[str, int] = {}
    for words in FIRST:
        run = ""
        if "RUN" in words:
            run = project.run("history", "--format", "json", key=None).json["runs"][0]["run"]
        ran = project.run(
            *words.replace("RUN", run).split(),
            "-v",
            CI="true",
            GITHUB_STEP_SUMMARY=str(project.directory / "summary.md"),
        )
        codes[words] = ran.code
        found = UNSEEN.search(ran.said)
        assert found is None, (words, found)
        assert "this is a bug" not in ran.err, (words, ran.err)
    assert {codes[each] for each in ("status", "export", "validate", "adopt --from export.csv --auto-approve")} == {
        0
    }, codes
    assert 4 in codes.values()
    assert "summary.md" in {path.name for path in project.directory.rglob("*")}
    for path in project.directory.rglob("*"):
        if path.is_file() and ".sendmode" not in path.parts and path.name not in HOLD_PEOPLE:
            assert UNSEEN.search(path.read_text("utf-8")) is None, path


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "cassettes").glob("*.yaml")), ids=lambda path: path.stem)
def test_cassettes_hold_no_key_and_nobody(path: Path) -> None:
    text = unquote(path.read_text("utf-8"))
    assert KEY not in text
    for found in re.findall(r"(?<!\d)(?:353|44|0[78])\d{8,11}(?!\d)", text):
        assert re.fullmatch(r"(44|0)7700900\d{3}", found), found
