"""One sample: a program in a fresh process, its wall time, user CPU time and peak memory as the kernel counts them.

The kernel counts a child's peak from before it becomes another program, so this process has to stay small itself.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

PROGRAM = (sys.executable, "-m", "sendmode_sync")
KEY = "EMULATOREMULATOR1234"


class Sample(NamedTuple):
    """Wall seconds, user CPU seconds, peak memory in MB."""

    wall: float
    user: float
    peak: float


def environment(compiled: Path, **more: str) -> dict[str, str]:
    """Return an environment without a key, in which compiled modules are kept in a directory of the benchmark's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SENDMODE_", "PYTHONDONTWRITE"))}
    return {**kept, "PYTHONPYCACHEPREFIX": str(compiled), "PYTHONPATH": str(Path(__file__).parents[2]), **more}


def run(command: Sequence[str], directory: Path, env: Mapping[str, str], ends: Sequence[int] = (0,)) -> Sample:
    """Run a program to its end; one that ends in another way than expected stops the benchmark."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=directory, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.stderr.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ends:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{errors.decode()[-2000:]}")
    return Sample(wall, usage.ru_utime, usage.ru_maxrss / 1024)


def median(samples: Sequence[Sample]) -> Sample:
    """Return the medians of times, and the largest peak."""
    return Sample(
        statistics.median(each.wall for each in samples),
        statistics.median(each.user for each in samples),
        max(each.peak for each in samples),
    )
