"""One sample: a program in a fresh process, its wall time, user CPU time and peak memory as the kernel counts them.

The kernel counts a child's peak from before it becomes another program, so this process has to stay small itself. It counts
that of each process alone: of a program that begins another, the memory of both has to be watched while they run.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

PROGRAM = (sys.executable, "-m", "sendmode_sync")
KEY = "EMULATOREMULATOR1234"
_PIECE = 1 << 20
_SHARE = re.compile(r"^Pss: +(\d+) kB", re.MULTILINE)


class Sample(NamedTuple):
    """Wall seconds, user CPU seconds, peak memory in MB."""

    wall: float
    user: float
    peak: float


def environment(compiled: Path, **more: str) -> dict[str, str]:
    """Return an environment without a key, in which compiled modules are kept in a directory of the benchmark's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SENDMODE_", "PYTHONDONTWRITE"))}
    return {**kept, "PYTHONPYCACHEPREFIX": str(compiled), "PYTHONPATH": str(Path(__file__).parents[2]), **more}


def run(
    command: Sequence[str], directory: Path, env: Mapping[str, str], ends: Sequence[int] = (0,), watch: float = 0.0
) -> Sample:
    """Run a program to its end; one that ends in another way than expected stops the benchmark.

    With ``watch`` its memory and that of its children is looked at every so many seconds, which takes time itself.
    """
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=directory, env=env, stdout=subprocess.DEVNULL, stderr=errors)
        seen = 0.0
        while watch and not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            seen = max(seen, _megabytes(process.pid))
            time.sleep(watch)
        _, status, usage = ended if watch else os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in ends:
            errors.seek(0)
            said = errors.read().decode()[-2000:]
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    return Sample(wall, usage.ru_utime, max(seen, usage.ru_maxrss / 1024))


def warm(*directories: Path) -> None:
    """Read every file below some directories, as who has just written or checked them out finds them in memory."""
    for directory in directories:
        for path in directory.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    while file.read(_PIECE):
                        pass


def _megabytes(pid: int) -> float:
    """Return what a process and its children have in memory, what they share counted once; 0 where nobody tells."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        told = [Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii") for each in (pid, *children)]
    except OSError:  # it ended meanwhile
        return 0.0
    return sum(int(found[1]) for text in told if (found := _SHARE.search(text))) / 1024


def median(samples: Sequence[Sample]) -> Sample:
    """Return the medians of times, and the largest peak."""
    return Sample(
        statistics.median(each.wall for each in samples),
        statistics.median(each.user for each in samples),
        max(each.peak for each in samples),
    )
