"""A fixed piece of work in pure Python: the figures of two machines, or of one on two days, are compared by it."""

from __future__ import annotations

import time

TURNS = 5_000_000


def seconds() -> float:
    """Return the seconds that this machine takes for it, the shortest of three tries."""
    return min(_once() for _ in range(3))


def _once() -> float:
    began = time.perf_counter()
    total = 0
    for turn in range(TURNS):
        total += turn * turn
    return time.perf_counter() - began
