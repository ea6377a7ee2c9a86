"""Trying out and taking care: preview, rehearse, credits, adopt, history, export, other places, a terminal."""

from __future__ import annotations

import csv
import io
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.story.storyline import (
    KEY,
    MEMBERS,
    Project,
    Remote,
    campaign,
    lines,
    more,
    number,
    numbers,
    once,
    people,
    until,
)


def test_rehearse_needs_neither_state_nor_key_and_changes_nothing(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 4)), f'optouts: [{{mobilenumber: "{number(9)}"}}]\n', campaign()))
    before = project.snapshot()
    ran = project.run("rehearse", key=None)
    assert ran.code == 0, ran.said
    assert project.run("rehearse", "--format", "json", key=None).json
    assert project.snapshot() == before
    assert remote.calls() == 0


def test_rehearse_at_another_time_and_with_few_credits(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2), campaign("hello", "x", scheduledate="2099-06-01T10:00")))
    early = project.run("rehearse", key=None)
    late = project.run("rehearse", "--now", "2099-06-01T10:30", key=None)
    assert (early.code, late.code) == (0, 0)
    assert "send" in late.out
    assert project.run("rehearse", "--now", "2099-06-01T10:30", "--credits", "1", key=None).code == 3
    assert project.run("rehearse", "--now", "whenever", key=None).code == 64
    assert project.run("rehearse", "--credits", "-1", key=None).code == 64


def test_rehearse_with_a_rate_limit_of_an_hour_takes_no_time(project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 40))), account={"rate_limit": {"calls": 5, "per_seconds": 600}})
    began = time.monotonic()
    assert project.run("rehearse", key=None).code == 0
    assert time.monotonic() - began < 20


def test_preview_shows_each_distinct_text(project: Project) -> None:
    project.write(
        lines(
            MEMBERS,
            people(1, 2, 3, town="Naas"),
            people(4, town="Átha Í").removeprefix("customers:\n"),
            campaign("hello", "See you in {town}"),
        )
    )
    ran = project.run("preview", "hello", "--format", "json", "--show-personal", key=None)
    assert ran.code == 0, ran.said
    texts = {each["text" if "text" in each else "messagetext"]: each for each in ran.json["texts"]}
    assert texts["See you in Naas"]["recipients"] == 3
    assert texts["See you in Naas"]["encoding"] == "GSM-7"
    assert texts["See you in Átha Í"]["encoding"] == "UCS-2"
    assert project.run("preview", "hello", "--limit", "1", key=None).code == 0


def test_credits_with_and_without_a_state(remote: Remote, project: Project) -> None:
    project.write(MEMBERS)
    without = project.run("credits")
    assert without.code == 0, without.said
    assert "1,000" in without.out or "1000" in without.out
    project.begin()
    ran = project.run("credits")
    assert ran.code == 0, ran.said


def test_adopt_records_imports_without_a_call(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2, 3)))
    project.begin()
    assert project.run("adopt", key=None).code == 64, "without a terminal it needs --auto-approve"
    ran = project.run("adopt", "--auto-approve", key=None)
    assert ran.code == 0, ran.said
    assert remote.calls() == 0
    assert project.run("plan", "--detailed-exitcode", key=None).code == 0


def test_adopt_from_an_export(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2, 3)))
    project.begin()
    project.file("dashboard.csv", f"Mobile,Name\n{number(1).removeprefix('+')},A\n+44 7700 900 003,B\n")
    ran = project.run("adopt", "--from", "dashboard.csv", "--auto-approve", key=None)
    assert ran.code == 0, ran.said
    assert project.apply().code == 0
    assert sorted(remote.contacts) == numbers(2)


def test_history_and_export(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2), campaign("hello", "Hi {firstname}")))
    project.begin()
    report = project.applied()
    runs = project.run("history", "--format", "json", key=None).json["runs"]
    assert [each["run"] for each in runs] == [report["run"]]
    assert runs[0]["exit_code"] == 0
    one = project.run("history", report["run"][:8], key=None)
    assert one.code == 0, one.said
    assert "hello" in one.out
    assert project.run("history", "nothing", key=None).code in {1, 64}
    rows = list(csv.DictReader(io.StringIO(project.run("export", "--show-personal", key=None).out)))
    assert sorted(f"+{row['mobilenumber'].lstrip('+')}" for row in rows) == numbers(1, 2)
    assert {row["campaign"] for row in rows} == {"hello"}
    alone = project.run("export", "--number", "+44 7700 900001", "--show-personal", "--format", "json", key=None)
    assert number(1) in alone.out
    assert number(2) not in alone.out


def test_exported_cells_cannot_be_formulas(project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign("hello", '=HYPERLINK("http://x")')))
    project.begin()
    assert project.apply().code == 0
    rows = list(csv.reader(io.StringIO(project.run("export", "--show-personal", key=None).out)))
    assert not [cell for row in rows[1:] for cell in row if cell.startswith(("=", "@", "\t"))]


def test_the_state_remembers_calls_by_sources_and_two_project_files(remote: Remote, project: Project) -> None:
    for name in ("bread", "coffee"):
        project.write(
            lines("groups: {members: {}}\n", people(1 if name == "bread" else 2), campaign(f"{name}-now", name))
        )
        (project.directory / "sendmode.yaml").rename(project.directory / f"{name}.yaml")
        assert project.run("-f", f"{name}.yaml", "state", "init", key=None).code == 0
        assert (project.directory / f"{name}.state-id").exists()
        assert (project.directory / f".sendmode/{name}.db").exists()
        assert project.run("apply", "--auto-approve", "-f", f"{name}.yaml").code == 0
    assert {text for _, text in remote.received} == {"bread", "coffee"}


def test_options_stand_before_or_after_and_paths_are_the_users(project: Project, tmp_path: Path) -> None:
    project.write("customers: [{mobilenumber: x, groups: [members]}]\n")
    outside = Project(tmp_path, project.remote, project.blank)
    for words in (
        ("-C", "project", "validate"),
        ("validate", "-C", "project"),
        ("-f", "project/sendmode.yaml", "validate"),
    ):
        ran = outside.run(*words, key=None)
        assert ran.code == 1
        assert ran.said.startswith("project/sendmode.yaml:4:"), ran.said
    inner = Project(project.directory / "deep", project.remote, project.blank)
    inner.directory.mkdir()
    assert inner.run("-C", "..", "validate", key=None).said.startswith("../sendmode.yaml:4:")


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("apply", "--help"), ("state", "--help")], ids=" ".join)
def test_help_and_version(project: Project, words: tuple[str, ...]) -> None:
    ran = project.run(*words, key=None)
    assert ran.code == 0
    if words == ("--help",):
        assert [re.sub(r"\W", "", line).lower() for line in ran.out.splitlines() if re.fullmatch(r"\w[\w ]*:", line)][
            -3:
        ]
        for command in ("init", "validate", "plan", "apply", "rehearse", "emulator", "adopt", "history", "state"):
            assert re.search(rf"^ +{command}\b", ran.out, re.MULTILINE), command


def test_sources_are_read_and_bad_rows_are_placed(remote: Remote, project: Project) -> None:
    project.file(
        "contacts/members.csv",
        f'\ufeffPhone;First name;Shoe;groups\n{number(1)};"Áine; B";43;vip\n8.71E+08;Excel;1;\n{number(2)};;;\n',
    )
    body = lines(
        "groups: {members: {}, vip: {}}\n",
        "sources:\n  - {path: contacts/members.csv, groups: [members], "
        "columns: {Phone: mobilenumber, First name: firstname}, max_bad_rows: BAD}\n",
    )
    project.write(body.replace("BAD", "0"))
    project.begin()
    ran = project.run("validate", key=None)
    assert ran.code == 1
    assert "contacts/members.csv:3:1: " in ran.said
    project.write(body.replace("BAD", "1"))
    applied = project.apply()
    assert applied.code == 0, applied.said
    assert sorted(remote.contacts) == numbers(1, 2)
    assert remote.contacts[number(1)]["firstname"] == "Áine; B"
    assert remote.account.contacts[number(1).removeprefix("+")].groups == {"members", "vip"}


class Terminal:
    """A command at a terminal: what it shows, and what a person types."""

    def __init__(self, project: Project, *words: str, key: str | None = KEY) -> None:
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sendmode_sync", *words],
            cwd=project.directory,
            env={**project.surroundings(key), "TERM": "xterm", "COLUMNS": "100"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.shown = ""

    def read(self, seconds: float = 0.1) -> None:
        while select.select([self._master], [], [], seconds)[0]:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            if not data:
                return
            self.shown += data.decode(errors="replace")

    def sees(self, text: str) -> bool:
        self.read()
        return text in " ".join(self.shown.split())

    def types(self, text: str) -> None:
        os.write(self._master, f"{text}\n".encode())

    def ended(self) -> int:
        end = time.monotonic() + 30
        while self._process.poll() is None and time.monotonic() < end:
            self.read()
        self.read()
        os.close(self._master)
        return self._process.wait(1)


@pytest.mark.parametrize(("answer", "code", "calls"), [("y", 0, True), ("", 1, False)])
def test_at_a_terminal_apply_asks(remote: Remote, project: Project, answer: str, code: int, calls: bool) -> None:
    project.write(lines(MEMBERS, people(1), campaign()))
    project.begin()
    terminal = Terminal(project, "apply")
    until(lambda: terminal.sees("Apply this?"))
    assert remote.kinds == []
    terminal.types(answer)
    assert terminal.ended() == code
    assert bool(remote.messages) == calls
    assert number(1) not in terminal.shown


@pytest.mark.parametrize(("answer", "code"), [("2", 0), ("y", 1)])
def test_without_max_credits_the_figure_is_typed_back(remote: Remote, project: Project, answer: str, code: int) -> None:
    project.write(lines(MEMBERS, people(1, 2), campaign()))
    project.edit('"max_credits": 500, ', "")
    project.begin()
    terminal = Terminal(project, "apply")
    until(lambda: terminal.sees("about 2 credits"))
    terminal.types(answer)
    assert terminal.ended() == code
    assert len(remote.messages) == (2 if code == 0 else 0)


def test_a_figure_typed_back_may_be_more_than_the_default(remote: Remote, project: Project) -> None:
    project.write(
        lines(MEMBERS, people(1, 2), campaign()), account={"credits_per_segment": {"default": 1, "GB": "300.5"}}
    )
    project.edit('"max_credits": 500, ', "")
    project.begin()
    terminal = Terminal(project, "apply")
    until(lambda: terminal.sees("601 credits"))
    terminal.types("601")
    assert terminal.ended() == 0, terminal.shown
    assert once(remote.received, numbers(1, 2))


def test_at_a_terminal_the_key_is_asked_for_and_not_echoed(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1)))
    project.begin()
    terminal = Terminal(project, "apply", key=None)
    until(lambda: terminal.sees("SENDMODE_API_KEY"))
    terminal.types(KEY)
    until(lambda: terminal.sees("Apply this?"))
    terminal.types("y")
    assert terminal.ended() == 0, terminal.shown
    assert KEY not in terminal.shown
    assert sorted(remote.contacts) == numbers(1)


def test_the_emulator_as_a_command(project: Project) -> None:
    running = project.start("emulator", "--port", "0", "--credits", "7.5", key=None)
    try:
        time.sleep(0)
        process = running._process
        assert process.stdout is not None
        said = "".join(process.stdout.readline() for _ in range(8))
        found = re.search(r"http://127\.0\.0\.1:\d+/v2", said)
        assert found
        assert KEY in said
        project.write(MEMBERS, account={"base_url": found[0]})
        assert "7.5" in project.run("credits").out
    finally:
        running.kill()


def test_two_more_campaigns_in_an_included_file(remote: Remote, project: Project) -> None:
    project.write(lines("include: [lists/*.yaml, empty/*.yaml]\n"))
    project.file("lists/groups.yaml", MEMBERS + people(1))
    project.file("lists/one.yaml", campaign("one", "first") + more("two", "second"))
    project.begin()
    assert project.codes() == ["include-empty"]
    assert project.apply().code == 0
    assert {text for _, text in remote.received} == {"first", "second"}
