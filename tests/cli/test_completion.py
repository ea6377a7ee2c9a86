"""Completion as a shell asks for it: the printed script, run by the shell itself where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sendmode_sync
from tests.cli.desk import Desk

ROOT = Path(sendmode_sync.__file__).parents[1]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_printed_and_says_how_it_asks(desk: Desk, shell: str) -> None:
    ran = desk("completion", shell)
    assert (ran.code, ran.err) == (0, "")
    assert f"_SENDMODE_SYNC_COMPLETE={shell}_complete" in ran.out
    assert "sendmode-sync" in ran.out


def test_another_shell_is_wrong_usage(desk: Desk) -> None:
    ran = desk("completion", "tcsh")
    assert (ran.code, ran.out) == (64, "")
    assert "'bash', 'zsh', 'fish'" in ran.err


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["st"], {"status", "state"}),
        (["plan", "--format", ""], {"text", "json", "markdown", "html"}),
        (["optouts", "re"], {"remove"}),
        (["apply", "--max"], {"--max-duration"}),
    ],
)
def test_bash_completes_commands_options_and_choices(tmp_path: Path, words: list[str], found: set[str]) -> None:
    program = tmp_path / "sendmode-sync"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sendmode_sync "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    typed = " ".join(f"'{word}'" for word in ["sendmode-sync", *words])
    script = (
        f'eval "$(sendmode-sync completion bash)"; COMP_WORDS=({typed}); COMP_CWORD={len(words)}; '
        '_sendmode_sync_completion sendmode-sync; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    ran = subprocess.run(
        ["bash", "-c", script],
        env={"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert set(ran.stdout.split()) == found


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("version", "tells"), [("3 2", True), ("4 3", True), ("4 4", False), ("5 2", False), ("10 0", False)]
)
def test_an_old_bash_is_told_by_the_script_itself(desk: Desk, version: str, *, tells: bool) -> None:
    script = desk("completion", "bash").out.replace("BASH_VERSINFO[", "TOLD[")
    ran = subprocess.run(
        ["bash", "-c", f"TOLD=({version})\n{script}complete -p sendmode-sync"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    said = "sendmode-sync: completion needs bash 4.4 or a later one\n"
    assert ran.stderr.startswith(said) == tells
    assert (ran.returncode == 0) == (not tells)


@pytest.mark.parametrize("asked", ["bash", "zsh", "fish"])
def test_a_shell_that_asks_by_the_variable_gets_the_same_script(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    printed = desk("completion", asked).out
    monkeypatch.setenv("_SENDMODE_SYNC_COMPLETE", f"{asked}_source")
    monkeypatch.setenv("PATH", "")  # no other program is started for it
    assert desk().out.strip() == printed.strip()
