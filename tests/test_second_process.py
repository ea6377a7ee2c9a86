"""A second process does work ahead, is gone when nobody waits for it any more, and is never missed."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from sendmode_sync import second_process
from sendmode_sync.second_process import ahead

LONG = 1 << 30
"""Bytes of work that are worth a process."""

pytestmark = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2 or threading.active_count() > 1, reason="needs a second core and no other thread"
)


def files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")


def test_the_result_comes_from_another_process() -> None:
    before = children()
    with ahead(lambda: (os.getpid(), "x" * 1_000_000), LONG) as result:
        found = result()
    assert found is not None
    assert found[0] != os.getpid()
    assert found[1] == "x" * 1_000_000
    assert children() == before


def test_little_work_is_not_done_ahead() -> None:
    with ahead(os.getpid, 1000) as result:
        assert result() is None


def test_no_process_is_begun_beside_another_thread() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    with ahead(os.getpid, LONG) as result:
        assert result() is None
    stop.set()
    thread.join()


def test_where_no_process_can_be_begun_nothing_is_done_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", full)
    before = files()
    with ahead(os.getpid, LONG) as result:
        assert result() is None
    assert files() == before


def test_an_error_is_no_result_and_is_not_shown(capfd: pytest.CaptureFixture[str]) -> None:
    with ahead(lambda: 1 // 0, LONG) as result:
        assert result() is None
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_one_that_was_killed_has_no_result(number: signal.Signals, capfd: pytest.CaptureFixture[str]) -> None:
    with ahead(lambda: os.kill(os.getpid(), number), LONG) as result:
        assert result() is None
    assert capfd.readouterr() == ("", "")


def test_a_result_that_was_cut_off_is_none() -> None:
    read, write = os.pipe()
    os.write(write, b"\x80\x05\x95\x10")
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert second_process._received(pipe) is None


def test_nobody_waits_for_work_that_is_not_asked_for() -> None:
    before = children()
    started = time.monotonic()
    with ahead(lambda: time.sleep(60), LONG):
        assert children() != before
    assert children() == before
    assert time.monotonic() - started < 30


def test_where_nobody_waits_for_children_it_is_not_missed(capfd: pytest.CaptureFixture[str]) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # as some who start programs leave it
    try:
        with ahead(os.getpid, LONG) as result:
            assert result() not in {None, os.getpid()}
            time.sleep(0.2)
    finally:
        signal.signal(signal.SIGCHLD, before)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_stops_its_parent_is_as_it_was(number: signal.Signals) -> None:
    handler = signal.getsignal(number)
    with ahead(os.getpid, LONG) as result:
        assert number not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
        assert result() is not None
    assert signal.getsignal(number) is handler


def test_it_keeps_no_file_open_that_its_parent_may_have_locked(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w"), ahead(files, LONG) as result:
        assert result() == 3 + 2  # its streams, the way back, and what is being listed
