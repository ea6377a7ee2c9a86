"""Signals as requests to stop, and then as orders."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import sendmode_sync
from sendmode_sync.executor.course import Stop
from sendmode_sync.wiring import running

ROOT = Path(sendmode_sync.__file__).parents[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_the_second_hurries_and_the_third_leaves(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    left: list[int] = []
    gone = asyncio.Event()

    def leave(code: int) -> None:
        left.append(code)
        gone.set()

    before = signal.getsignal(signal.SIGTERM)

    async def work(stop: Stop) -> str:
        os.kill(os.getpid(), number)
        await asyncio.wait_for(stop.wait(), 10)
        assert not stop.hurried.is_set()
        os.kill(os.getpid(), number)
        await asyncio.wait_for(stop.hurried.wait(), 10)
        assert not left
        os.kill(os.getpid(), number)
        await asyncio.wait_for(gone.wait(), 10)
        return "the result is kept"

    assert running.run(work, leave) == "the result is kept"
    assert left == [3]
    assert [line.split(":")[0] for line in capsys.readouterr().err.splitlines()] == ["stopping", "leaving"]
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_passes_while_a_run_is_written_down(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(number)
    with running.written_down():
        signal.raise_signal(number)
        assert capsys.readouterr().err.startswith("the run is over")
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
    assert signal.getsignal(number) is before


def test_leaving_at_once_tidies_nothing_up(tmp_path: Path) -> None:
    script = (
        "import atexit\nfrom sendmode_sync.wiring import running\n"
        "atexit.register(print, 'tidied')\nrunning.leave_at_once(3)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (3, "", "")
