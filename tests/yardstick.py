"""A fixed piece of work in pure Python: the figures of two machines, or of one on two days, are compared by it.

A plan waits for memory more than for arithmetic, so this does as well.
"""

from __future__ import annotations

import time

PEOPLE = 300_000
_STRIDE = 77_777  # shares no divisor with the number of people, so that everybody is met once, out of order


def seconds() -> float:
    """Return the seconds that this machine takes to make so many people and to look each of them up, best of three."""
    return min(_once() for _ in range(3))


def _once() -> float:
    began = time.perf_counter()
    people = {f"person {which}": which for which in range(PEOPLE)}
    names = list(people)
    assert sum(people[names[at * _STRIDE % PEOPLE]] for at in range(PEOPLE)) == sum(range(PEOPLE))
    return time.perf_counter() - began
