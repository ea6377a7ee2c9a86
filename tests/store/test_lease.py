"""The file lock by itself, and what is said to somebody who cannot have it."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
from contextlib import closing
from pathlib import Path

import pytest

from sendmode_sync.errors import StateError
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.state import Holder
from sendmode_sync.store import lease
from sendmode_sync.store.lease import FileLock
from sendmode_sync.store.sqlite import SqliteStore

AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd" if Path("/proc/self/fd").exists() else "/dev/fd"))  # noqa: PTH208


def test_one_of_two_has_the_lock(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert not first.taken()
    assert first.acquire(0)
    assert (first.taken(), second.taken()) == (True, True)
    before = descriptors()
    assert not second.acquire(0)
    assert descriptors() == before
    second.release()
    assert first.taken()
    first.release()
    first.release()
    assert second.acquire(0)
    second.release()
    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


def test_an_interrupted_wait_leaves_nothing_open(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    first.acquire(0)
    before = descriptors()

    def interrupt(signum: int, frame: object) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            _wait_and_be_interrupted(second)
    finally:
        signal.signal(signal.SIGUSR1, previous)
    assert descriptors() == before
    first.release()


def _wait_and_be_interrupted(lock: FileLock) -> None:
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGUSR1))
    timer.start()
    try:
        lock.acquire(30)
    finally:
        timer.join()


def test_a_lock_that_is_a_link_or_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("folder", "link"):
        with pytest.raises(StateError, match="cannot be made"):
            FileLock(tmp_path / name).acquire(0)
    assert not (tmp_path / "elsewhere").exists()


def test_a_lock_that_could_not_be_recorded_is_let_go(store: SqliteStore) -> None:
    naive = dt.datetime(2026, 12, 1, 10)  # noqa: DTZ001 - makes the transaction fail
    with pytest.raises(ValueError, match="time zone"):
        store.lock(RunStart("run-1", "apply", "host", 1, "me", naive), 0)
    assert store.holder() is None
    assert store.lock(RunStart("run-2", "apply", "host", 1, "me", AT), 0) == 0


def test_a_run_is_recorded_once(path: Path) -> None:
    with closing(SqliteStore.open(path)) as store:
        store.lock(RunStart("run-1", "apply", "host", 1, "me", AT), 0)
        store.unlock()
        with pytest.raises(StateError, match="refused the change"):
            store.lock(RunStart("run-1", "apply", "host", 1, "me", AT), 0)
        assert store.holder() is None


@pytest.mark.parametrize(
    ("status", "holder", "sentence"),
    [
        ("free", None, "just taking or leaving"),
        ("free", Holder("old-run", "host", 7, AT), "just taking or leaving"),
        ("held", Holder("run-1", "host", 7, AT), "locked by run run-1 (process 7 on host, started 2026-12-01T10:00:00"),
        ("fenced", Holder("run-1", "host", 7, AT), "holds the lock until it ends"),
    ],
)
def test_who_keeps_the_lock_is_said(status: str, holder: Holder | None, sentence: str) -> None:
    assert sentence in lease.refusal(status, holder)
