"""The root: what is said before, after and instead of an answer, and the exit codes that go with it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

import sendmode_sync
from sendmode_sync.cli import failing, options, output
from sendmode_sync.errors import (
    Exit,
    FencedError,
    InterruptedRunError,
    LockedError,
    MovedError,
    Place,
    Problem,
    ProjectError,
    RefusedError,
    StaleError,
    StateError,
    StateMissingError,
    SyncError,
    UsageError,
)
from tests.cli.desk import KEY, Desk

ROOT = Path(sendmode_sync.__file__).parents[1]


def subclasses(kind: type[SyncError]) -> set[type[SyncError]]:
    return {kind}.union(*map(subclasses, kind.__subclasses__()))


SAID = "it is so"
ERRORS = (
    (SyncError(SAID, remedy="do this"), Exit.ERROR),
    (UsageError(SAID, remedy="do this"), Exit.USAGE),
    (StateError(SAID, remedy="do this"), Exit.ERROR),
    (StateMissingError(SAID, remedy="do this"), Exit.ERROR),
    (LockedError(SAID, remedy="do this"), Exit.ERROR),
    (FencedError(SAID, remedy="do this"), Exit.ERROR),
    (StaleError(SAID, remedy="do this"), Exit.ERROR),
    (RefusedError(SAID, remedy="do this"), Exit.ERROR),
    (InterruptedRunError(SAID, remedy="do this"), Exit.INCOMPLETE),
    (MovedError(SAID, "other.db", remedy="do this"), Exit.ERROR),
)


def test_every_error_of_ours_is_in_the_table() -> None:
    ours = {each for each in subclasses(SyncError) if each.__module__ == SyncError.__module__}
    assert ours - {ProjectError} == {type(error) for error, _ in ERRORS}


@pytest.mark.parametrize(("error", "code"), ERRORS)
def test_an_error_of_ours_is_one_line(error: SyncError, code: Exit, capsys: pytest.CaptureFixture[str]) -> None:
    assert failing.explain(error, verbose=True) == code
    assert capsys.readouterr() == ("", "sendmode-sync: it is so; do this\n")


def test_problems_of_the_files_are_shown_all_at_their_places(capsys: pytest.CaptureFixture[str]) -> None:
    two = [Problem("a", "first", Place("a.yaml", 3, 5)), Problem("b", "second", Place("b.yaml", 1, 2))]
    assert failing.explain(ProjectError(two), verbose=False) == Exit.ERROR
    out, err = capsys.readouterr()
    assert (out, "a.yaml:3:5: first" in err, "b.yaml:1:2: second" in err) == ("", True, True)


class Spilling:
    """Text that cannot be written, and says why it cannot with a secret."""

    def rstrip(self, chars: str) -> str:
        raise ValueError(f"bad header {KEY}{chars}")


def bug() -> ValueError:
    """Return an error that holds a secret in its message and in a local variable, out of our own code."""
    with pytest.raises(ValueError, match="bad header") as caught:
        output.answer(Spilling())  # type: ignore[arg-type]
    return caught.value


def test_a_bug_is_one_line_without_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    assert failing.explain(bug(), verbose=False) == Exit.ERROR
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("sendmode-sync: this is a bug: ValueError at sendmode_sync/cli/output.py:")
    assert err.endswith("; run with -v for a traceback without values\n")
    assert err.count("\n") == 1
    assert KEY not in err


def test_a_bug_shows_its_frames_with_v_and_still_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert failing.explain(bug(), verbose=True) == Exit.ERROR
    out, err = capsys.readouterr()
    *frames, last = err.splitlines()
    assert (out, KEY in err, "run with -v" in last) == ("", False, False)
    assert any(frame.endswith(" in bug") for frame in frames)
    assert frames[-1].endswith(" in rstrip")


def test_a_bug_is_explained_by_the_root(desk: Desk) -> None:
    ran = desk("-v", "plan", 7)  # type: ignore[arg-type]
    assert (ran.code, ran.out) == (1, "")
    assert "this is a bug: " in ran.err.splitlines()[-1]
    assert len(ran.err.splitlines()) > 1


def test_what_the_machine_refuses_is_no_bug(capsys: pytest.CaptureFixture[str]) -> None:
    assert failing.explain(PermissionError(13, "Permission denied", "plan.json"), verbose=False) == Exit.ERROR
    assert failing.explain(TimeoutError(), verbose=False) == Exit.ERROR
    assert capsys.readouterr().err == "sendmode-sync: plan.json: permission denied\nsendmode-sync: timeouterror\n"


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 3, "interrupted; it is safe to run this again"),
        (click.Abort(), 1, "nothing was done: you did not agree"),
    ],
)
def test_stopping(
    error: KeyboardInterrupt | click.Abort, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing.explain(error, verbose=False) == code
    assert capsys.readouterr().err == f"sendmode-sync: {said}\n"


def test_an_abort_out_of_ctrl_c_is_an_interruption() -> None:
    aborted = click.Abort()
    aborted.__context__, aborted.__suppress_context__ = KeyboardInterrupt(), True  # as click's prompts raise it
    assert failing.explain(aborted, verbose=False) == Exit.INCOMPLETE


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["plann"], "no such command 'plann'"),
        (["plan", "--frobnicate"], "--frobnicate"),
        (["preview"], "see: sendmode-sync preview --help"),
        (["optouts"], "see: sendmode-sync optouts --help"),
        (["plan", "--format", "pdf"], "see: sendmode-sync plan --help"),
        (["apply", "none.json"], "none.json"),
        (["apply", "--max-duration", "soon"], '"soon" is no duration; write 30s, 50m or 12h'),
        (["apply", "--allow", "max_people=3"], '"max_people" is no limit'),
        (["apply", "--allow", "max_credits=30%"], '"30%" is no figure for max_credits'),
        (["apply", "--allow", "max_updates=many"], "write max_updates=800"),
        (["rehearse", "--credits", "-5"], '"-5" is no number of credits'),
        (["emulator", "--rate-limit", "0/60"], "write 100/60"),
        (["emulator", "--rate-limit", "100"], "write 100/60"),
        (["emulator", "--port", "70000"], "70000"),
        (["resolve", "offer"], "say --sent or --not-sent"),
        (["-C", "nowhere", "plan"], 'no directory "nowhere"'),
        (["init", "-f", "other.yaml"], "init names the project file"),
    ],
)
def test_wrong_usage_is_64_and_says_what_is_wrong(desk: Desk, words: list[str], said: str) -> None:
    ran = desk(*words)
    assert (ran.code, ran.out) == (64, "")
    assert said in ran.err.replace("No such", "no such")
    assert ran.err.count("\n") == 1


def test_without_a_command_the_help_is_shown_as_wrong_usage(desk: Desk) -> None:
    ran = desk()
    assert (ran.code, ran.out) == (64, "")
    assert "Everyday:" in ran.err


@pytest.mark.parametrize("words", [["--version"], ["plan", "--version"], ["state", "check", "--version"]])
def test_version_stands_anywhere(desk: Desk, words: list[str]) -> None:
    assert desk(*words) == (0, f"sendmode-sync {sendmode_sync.__version__}\n", "")


def test_help_is_an_answer(desk: Desk) -> None:
    ran = desk("--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.index("Everyday:") < ran.out.index("Trying out:") < ran.out.index("Care:")


def test_global_options_stand_before_and_after_and_the_last_word_counts(desk: Desk, tmp_path: Path) -> None:
    assert desk("-C", "there", "init", "--emulator").code == 0
    assert (tmp_path / "there/sendmode.yaml").exists()
    (tmp_path / "there/sendmode.yaml").rename(tmp_path / "there/other.yaml")
    assert desk("-C", "there", "-f", "other.yaml", "validate").code == 0
    assert desk("validate", "-C", "there", "-f", "other.yaml").code == 0
    assert desk("-C", "nowhere", "validate", "-C", "there", "-f", "other.yaml").code == 0
    assert desk("-C", "there", "validate", "-f", "other.yaml", "-C", "nowhere").code == 64


def test_a_flag_for_the_state_wins_over_the_environment_and_that_over_the_file(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk("init", "--emulator").code == 0
    (tmp_path / ".sendmode/sendmode.db").rename(tmp_path / "flag.db")
    assert desk("status").code == 1
    assert desk("status", "--state", "flag.db").code == 0
    assert desk("--state", "flag.db", "status").code == 0
    monkeypatch.setenv("SENDMODE_STATE", "flag.db")
    assert desk("status").code == 0
    assert desk("status", "--state", "gone.db").code == 1
    assert desk("--state", "gone.db", "status", "--state", "flag.db").code == 0


@pytest.mark.parametrize("command", ["status", "plan", "rehearse", "credits"])
def test_a_database_that_is_away_is_told_kindly_and_its_password_kept(
    desk: Desk, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk("init", "--emulator").code == 0
    desk.key = KEY
    monkeypatch.setenv("SENDMODE_STATE", "postgresql://me:hunter2@127.0.0.1:1/sync")
    ran = desk(command)
    assert (ran.code, ran.out) == (1, "")
    assert "the PostgreSQL database cannot be reached" in ran.err
    assert "SENDMODE_STATE" in ran.err
    assert "hunter2" not in ran.err


def launch(command: str, directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", command.replace("sendmode-sync", f"{sys.executable} -m sendmode_sync")],
        capture_output=True,
        text=True,
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("command", ["plan", "schema", "--help"])
def test_a_reader_that_has_seen_enough_is_no_error(desk: Desk, tmp_path: Path, command: str) -> None:
    assert desk("init", "--emulator").code == 0
    ran = launch(f"(sendmode-sync {command}; echo $? >code) | true", tmp_path)
    assert ran.stderr == ""
    assert (tmp_path / "code").read_text() == "0\n"


def test_any_letter_is_written_whatever_the_locale_can(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk("init", "--emulator").code == 0
    text = tmp_path / "campaigns" / "welcome.yaml"
    text.write_text(text.read_text("utf-8").replace("Hi ", "Hi \N{GRINNING FACE} "), encoding="utf-8")
    (tmp_path / os.fsdecode(b"\xff.yaml")).write_text("version: 2\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    for form in ("text", "html", "markdown"):
        shown = launch(f"sendmode-sync plan --offline --format {form} --all", tmp_path)
        assert (shown.returncode, "\N{GRINNING FACE}" in shown.stdout) == (0, True), shown.stderr
    named = launch("sendmode-sync -f \"$(printf '\\377.yaml')\" validate", tmp_path)
    assert (named.returncode, named.stderr) == (1, "")
    assert named.stdout.startswith("\\udcff.yaml:1:10: ")


def test_interrupted_while_it_starts_it_shows_no_traceback(tmp_path: Path) -> None:
    script = (
        "import sys\nclass Interrupting:\n    def find_spec(self, name, *_):\n"
        "        if name == 'click':\n            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\nfrom sendmode_sync.__main__ import main\nmain()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (3, "", "")


def test_max_duration_counts_from_the_command_not_from_whatever_process_hosts_it() -> None:
    before = time.monotonic()
    assert options.Globals().begun >= before
