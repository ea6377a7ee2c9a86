"""The sliding window: tables for its arithmetic, and random worlds in which the server counts."""

from __future__ import annotations

import bisect
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendmode_sync.model import pace
from sendmode_sync.model.pace import Instant, Slot
from sendmode_sync.model.settings import RateLimit

LIMIT = RateLimit(2, 60.0)


def at(wall: float, boot: float | None = None, boot_id: str = "a") -> Instant:
    return Instant(wall, wall if boot is None else boot, boot_id)


@pytest.mark.parametrize(
    ("since", "now", "seconds"),
    [
        (at(100), at(130), 30),
        (at(100, 10), at(5000, 20), 10),
        (at(100, 10), at(50, 20), 10),
        (at(100, 10), at(130, 5), 0),
        (at(100, 10), at(130, 5, "b"), 30),
        (at(100, 10), at(50, 500, "b"), 0),
    ],
    ids=["plain", "wall-jumped-on", "wall-jumped-back", "boot-never-back", "other-boot", "other-boot-in-the-future"],
)
def test_elapsed(since: Instant, now: Instant, seconds: float) -> None:
    assert pace.elapsed(since, now) == seconds


@pytest.mark.parametrize(
    ("slot", "left"),
    [
        (Slot(at(0), at(5), 30), 65 - 10),
        (Slot(at(0), None, 30), 90 - 10),
        (Slot(at(0), at(-50), 30), 0),
        (Slot(at(-80), None, 30), 0),
    ],
    ids=["from-its-answer", "hold-as-well", "free", "free-unanswered"],
)
def test_a_slot_is_free_a_window_after_its_answer(slot: Slot, left: float) -> None:
    assert pace.free_in(slot, at(10), 60.0) == left


@pytest.mark.parametrize(
    ("answers", "seconds"),
    [([], 0), ([5], 0), ([5, 8], 55), ([5, 8, 9], 58), ([-60, 9], 0), ([-50, 9], 0), ([-49, 9], 1)],
)
def test_wait_is_for_the_oldest_that_counts(answers: list[float], seconds: float) -> None:
    slots = [Slot(at(answer - 1), at(answer), 30) for answer in answers]
    assert pace.wait(slots, at(10), LIMIT) == seconds
    assert pace.wait(reversed(slots), at(10), LIMIT) == seconds


def test_a_wait_is_long_enough_to_move_any_clock() -> None:
    now = at(1e6)
    slot = Slot(at(0), Instant(0.0, 1e6 - 60 + 2e-10, "a"), 30)
    assert 0 < pace.free_in(slot, now, 60.0) < 1e-9
    assert pace.wait([slot], now, RateLimit(1, 60.0)) == 1e-6


def test_duration_is_at_the_steady_rate() -> None:
    assert pace.duration(250, RateLimit(100, 60.0)) == 150


class Step(NamedTuple):
    """One call of a random world, all in seconds: how long it lingers first, when it arrives, when it is answered."""

    idle: float
    arrival: float
    answer: float | None
    jump: float


seconds = st.floats(0, 40, allow_nan=False)
steps = st.builds(
    Step,
    idle=st.floats(0, 5),
    arrival=seconds,
    answer=st.none() | seconds,
    jump=st.sampled_from([0.0, 0.0, 0.0, -86400.0, -30.0, 30.0, 86400.0]),
)
HOLD = 40.0


def arrivals(world: list[Step], limit: RateLimit, *, reboots: bool) -> list[float]:
    """Make calls as fast as the pace lets them, and return when each reached the server on a clock that never jumps.

    A call reaches the server within its hold, and before its answer. The wall clock jumps at will within one boot; over
    a boot it is right, since nothing else could be known of the time that passed.
    """
    true, jumped, boot, since = 0.0, 0.0, 0, 0.0
    slots: list[Slot] = []
    pending: list[tuple[float, int]] = []
    reached: list[float] = []

    def now() -> Instant:
        return Instant(1e9 + true + jumped, true - since, str(boot))

    def advance(to: float) -> None:
        nonlocal true
        while pending and pending[0][0] <= to:
            true, which = pending.pop(0)
            slots[which] = slots[which]._replace(answered=now())
        true = max(true, to)

    for number, step in enumerate(world):
        if reboots and number % 7 == 6:
            boot, since, jumped = boot + 1, true, 0.0
        elif not reboots:
            jumped += step.jump
        advance(true + step.idle)
        while (left := pace.wait(slots, now(), limit)) > 0:
            advance(min(true + left, pending[0][0] if pending else true + left))
        slots.append(Slot(now(), None, HOLD))
        reached.append(true + step.arrival)
        if step.answer is not None:
            bisect.insort(pending, (true + max(step.arrival, step.answer), len(slots) - 1))
    return sorted(reached)


def busiest(reached: list[float], window: float) -> int:
    """Return the most arrivals in any window, both ends of which count but for rounding."""
    return max(bisect.bisect_left(reached, start + window - 1e-3) - at_ for at_, start in enumerate(reached))


@pytest.mark.parametrize("reboots", [False, True], ids=["jumping-clock", "reboots"])
@given(world=st.lists(steps, min_size=1, max_size=60), calls=st.integers(1, 5), window=st.sampled_from([10.0, 60.0]))
@settings(max_examples=150)
def test_the_server_never_sees_more_than_the_limit_in_any_window(
    reboots: bool, world: list[Step], calls: int, window: float
) -> None:
    reached = arrivals(world, RateLimit(calls, window), reboots=reboots)
    assert busiest(reached, window) <= calls


def test_the_limit_is_used_where_answers_are_quick() -> None:
    reached = arrivals([Step(0, 0.3, 0.3, 0)] * 500, RateLimit(100, 60.0), reboots=False)
    assert reached[-1] == pytest.approx(4 * 60.3 + 0.3, abs=0.1)
