"""The git program where it is missing, fails, or is interrupted, and a remote that anybody could read."""

from __future__ import annotations

import os
import signal
import types
from collections import deque
from pathlib import Path

import pytest

from sendmode_sync.errors import RefusedError, StateError
from sendmode_sync.store import git_public
from sendmode_sync.store.git import GitStore
from sendmode_sync.store.git_branch import Place
from sendmode_sync.store.git_program import Git
from sendmode_sync.store.git_rhythm import Pulse, Rhythm, boot_seconds
from tests.store.branches import AT, Repository, repository

KEY = "made-up-key-of-forty-characters-0123456789"


@pytest.fixture(name="without_git")
def no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))


@pytest.mark.usefixtures("without_git")
def test_where_there_is_no_git_it_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="git cannot be started: No such file or directory; install git"):
        GitStore.open(Place("https://lists.example/gym.git", "state", tmp_path), None)


def test_a_command_that_fails_is_named_with_what_git_says(tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"^git rev-parse failed: fatal: not a git repository"):
        Git(tmp_path).do("rev-parse", "HEAD")


def test_what_was_started_ends_with_whoever_is_interrupted(tmp_path: Path) -> None:
    def interrupt(_number: int, _frame: types.FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, interrupt)
    os.mkfifo(tmp_path / "held")
    listening = os.open(tmp_path / "held", os.O_RDONLY | os.O_NONBLOCK)
    script = (
        f"!exec 3> {tmp_path}/held && echo begun >&3 && cat && kill -USR1 {os.getpid()} && sleep 5 && echo outlived >&3"
    )
    try:
        with pytest.raises(KeyboardInterrupt):
            Git(tmp_path).ask("-c", f"alias.wait={script}", "wait")
    finally:
        signal.signal(signal.SIGUSR1, before)
    os.set_blocking(listening, True)
    with os.fdopen(listening) as held:
        assert held.read() == "begun\n"  # to the end, which comes when nobody holds it any more


@pytest.fixture(name="open_to_all")
def a_remote_that_anybody_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A remote that is reached as https://lists.example, and read there without a password."""
    with repository(tmp_path) as made:
        shown = made.remote
    settings = {f"url.{tmp_path}/.insteadOf": "https://lists.example/"}
    monkeypatch.setenv("GIT_CONFIG_COUNT", str(len(settings)))
    for at, (key, value) in enumerate(settings.items()):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{at}", key)
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{at}", value)
    made.place = Place(f"https://lists.example/{shown.path.name}", "open-state", tmp_path)
    return made


def test_people_are_not_put_where_anybody_can_read_them_unless_they_are_sealed(open_to_all: Repository) -> None:
    with pytest.raises(RefusedError, match=r"can be read by anybody.*export SENDMODE_STATE_KEY") as refused:
        GitStore.create(open_to_all.place, None, AT)
    assert KEY not in str(refused.value)
    assert not GitStore.exists(open_to_all.place, None)
    GitStore.create(open_to_all.place, KEY, AT).close()
    assert GitStore.exists(open_to_all.place, KEY)


@pytest.mark.usefixtures("without_git")
def test_a_remote_that_cannot_be_asked_is_not_taken_for_public() -> None:
    assert git_public.readable("https://lists.example/never-asked.git") is False


@pytest.mark.parametrize(
    ("ages", "most", "free"),
    [((), 2, True), ((5.0,), 2, True), ((20.0, 5.0), 2, False), ((61.0, 5.0), 2, True), ((90.0, 61.0, 9.0), 1, False)],
)
def test_pushes_count_for_a_minute(ages: tuple[float, ...], most: int, free: bool) -> None:
    now = boot_seconds()
    pulse = Pulse(Rhythm(pushes=most), _pushed=deque(now - age for age in ages))
    assert (pulse.patience() == 0.0) is free
    assert pulse.patience() <= 60.0
