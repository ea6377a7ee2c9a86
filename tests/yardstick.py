"""A fixed piece of work in pure Python: the figures of two machines, or of one on two days, are compared by it.

A plan waits for memory more than for arithmetic, so this does as well.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

PEOPLE = 300_000
_STRIDE = 77_777  # shares no divisor with the number of people, so that everybody is met once, out of order


def seconds() -> float:
    """Return the seconds that this machine takes to make so many people and to look each of them up, best of three.

    That is done in another process, since the peak memory of those that a large one starts is never below its own.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.yardstick"], cwd=Path(__file__).parents[1], capture_output=True, check=True
    )
    return float(done.stdout)


def _once() -> float:
    began = time.perf_counter()
    people = {f"person {which}": which for which in range(PEOPLE)}
    names = list(people)
    assert sum(people[names[at * _STRIDE % PEOPLE]] for at in range(PEOPLE)) == sum(range(PEOPLE))
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.stdout.write(f"{min(_once() for _ in range(3))}\n")
