from __future__ import annotations

import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from sendmode_sync.errors import StateError
from sendmode_sync.model.claim import Begun
from sendmode_sync.store import place
from sendmode_sync.store.sqlite import SqliteStore
from tests.store.branches import AT, LIMIT, ONE, an_import, moment, run, send


@pytest.fixture(name="state")
def state_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CI", raising=False)
    state = tmp_path / "project" / ".sendmode" / "sendmode.db"
    with closing(SqliteStore.create(state, AT)) as store:
        store.lock(run("run-1"), 0)
    return state


def travelled(state: Path, to: Path, host: str | None = None, boot: str | None = None) -> Path:
    """Copy a state with its mark, which then says that it was made on another host, or in another boot."""
    shutil.copytree(state.parent, to)
    mark = to / place.NAME
    number, here, now = mark.read_text().strip("\n").split(" ")
    mark.write_text(f"{number} {host or here} {boot or now}\n")
    return to / state.name


def refused(state: Path, match: str) -> None:
    """See that a state sends nothing, and does everything else."""
    with closing(SqliteStore.open(state)) as store:
        store.lock(run("run-2"), 0)
        with pytest.raises(StateError, match=match) as error:
            store.begin(send("op-1", ONE), AT, moment(), LIMIT, 30.0)
        assert "state move git" in str(error.value)
        assert "postgresql://" in str(error.value)
        assert store.begin(an_import("op-2", ONE), AT, moment(), LIMIT, 30.0) == Begun()


def sends(state: Path, name: str = "run-2") -> None:
    with closing(SqliteStore.open(state)) as store:
        store.lock(run(name), 0)
        assert store.begin(send("op-1", ONE), AT, moment(), LIMIT, 30.0) == Begun()


def test_a_state_where_it_was_made_sends(state: Path) -> None:
    sends(state)


def test_a_copy_from_another_machine_sends_nothing(state: Path, tmp_path: Path) -> None:
    refused(travelled(state, tmp_path / "copy", host="laptop"), "copy from another machine or a cache")


def test_in_ci_a_copy_from_another_boot_sends_nothing(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = travelled(state, tmp_path / "copy", boot="yesterday")
    monkeypatch.setenv("CI", "true")
    refused(copy, "copy from another machine or a cache")


def test_a_backup_of_the_same_machine_sends(state: Path, tmp_path: Path) -> None:
    sends(travelled(state, tmp_path / "copy", boot="yesterday"))


def test_a_renamed_machine_keeps_its_state(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = state.with_name(place.NAME)
    number, _, _ = mark.read_text().split(" ")
    with mark.open("r+") as file:  # the same file on the disk, as a rename of the machine leaves it
        file.write(f"{number} before-it-was-renamed yesterday\n")
    monkeypatch.setenv("CI", "true")
    sends(state)


def test_removing_the_mark_is_the_way_out_that_is_named(state: Path, tmp_path: Path) -> None:
    copy = travelled(state, tmp_path / "copy", host="laptop")
    (copy.parent / place.NAME).unlink()
    sends(copy)


def test_a_state_that_git_keeps_sends_nothing_until_it_does_not(state: Path) -> None:
    git = ["git", "-C", str(state.parents[1])]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "--force", str(state)], check=True)
    refused(state, "git keeps this file")
    subprocess.run([*git, "rm", "--quiet", "--force", "--cached", str(state)], check=True)
    sends(state, "run-3")


def test_where_there_is_no_git_nothing_is_kept_by_it(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "-C", str(state.parents[1]), "init", "--quiet"], check=True)
    monkeypatch.setenv("PATH", str(tmp_path))
    sends(state)


def test_a_machine_that_does_not_tell_its_boots_apart_is_told_by_its_name(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = tmp_path / "boot_id"
    mark = state.with_name(place.NAME)
    mark.unlink()
    place.mark(state, nowhere)
    monkeypatch.setenv("CI", "true")
    place.refuse(travelled(state, tmp_path / "here"), nowhere)
    with pytest.raises(StateError, match="copy from another machine or a cache"):
        place.refuse(travelled(state, tmp_path / "there", host="laptop"), nowhere)


def test_outside_of_a_repository_git_is_not_even_started(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    sends(state, "run-3")
    assert not (tmp_path / "started").exists()
    (state.parents[1] / ".git").mkdir()
    refused(state, "git keeps this file")  # what that program says by its exit code
    assert (tmp_path / "started").exists()
