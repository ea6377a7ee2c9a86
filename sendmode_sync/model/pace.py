"""Sliding-window arithmetic on instants: when may the next call start.

A slot is taken by a start and is free again one window after its *answer*, not after its start: the time a
request takes to arrive varies, and counting from the start was measured to put up to 123 arrivals into one
window of the server. A start without an answer holds its slot until its own time-out has passed as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sendmode_sync.model.settings import RateLimit

_SHORTEST = 1e-6  # seconds


class Instant(NamedTuple):
    """One moment by two clocks: ``wall`` in Unix seconds, ``boot`` in seconds since the machine ``boot_id`` started."""

    wall: float
    boot: float
    boot_id: str


class Slot(NamedTuple):
    """One start in the rate ledger. ``hold`` is how long it may go unanswered, in seconds."""

    started: Instant
    answered: Instant | None
    hold: float


def elapsed(since: Instant, now: Instant) -> float:
    """Return the seconds from one instant to another, never negative.

    On one boot the boot clock decides, so that a wall clock that jumps cannot shorten a window. Across boots only
    the wall clocks are comparable, and an instant that lies in the future counts as just now.
    """
    if since.boot_id == now.boot_id:
        return max(now.boot - since.boot, 0.0)
    return max(now.wall - since.wall, 0.0)


def free_in(slot: Slot, now: Instant, window: float) -> float:
    """Return the seconds until the slot is free; zero or less when it is."""
    if slot.answered is None:
        return slot.hold + window - elapsed(slot.started, now)
    return window - elapsed(slot.answered, now)


def wait(slots: Iterable[Slot], now: Instant, limit: RateLimit) -> float:
    """Return the seconds to wait before the next start; zero when it may start now.

    What rounding leaves of a wait is made long enough to move every clock: else one that is virtual would stand still.
    """
    taken = sorted(left for slot in slots if (left := free_in(slot, now, limit.per_seconds)) > 0)
    return 0.0 if len(taken) < limit.calls else max(taken[len(taken) - limit.calls], _SHORTEST)


def duration(calls: int, limit: RateLimit) -> float:
    """Return the seconds that many calls take at the steady rate of the limit."""
    return calls * limit.per_seconds / limit.calls
