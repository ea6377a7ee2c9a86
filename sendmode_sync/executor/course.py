"""Whether another call may start, and the waiting until it may; knows signals, the end of time and pauses, no calls."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from sendmode_sync.model.report import Reason
from sendmode_sync.ports import Clock

GRACE = 6.0  # seconds that answers in flight are waited for after a signal
_SHORTEST_WAIT = 0.01  # seconds; a wait that was rounded to nothing must not turn into a busy loop


class Stop(asyncio.Event):
    """A request from outside to start nothing more; ``hurried`` is set where not even answers are to be waited for."""

    def __init__(self) -> None:
        """Begin unasked."""
        super().__init__()
        self.hurried = asyncio.Event()


class Course:
    """The course of one run, shared by everything that makes calls in it.

    ``reasons`` gathers why the run did less than it was asked to. ``given_up`` is done once answers in flight are no
    longer waited for.
    """

    def __init__(self, clock: Clock, stop: Stop, ends_at: float | None = None) -> None:
        """Begin a course; to be made inside a running event loop."""
        self.reasons: set[Reason] = set()
        self.given_up = _signal()
        self._clock = clock
        self._stop = stop
        self._ends_at = ends_at
        self._ended = False
        self._over = _signal()
        self._stirred = _signal()
        self._paused_until = clock.monotonic()

    def may_start(self) -> bool:
        """Say whether another call may start now. Where not, the reason is remembered: ask only with a call at hand."""
        if self._stop.is_set():
            self.end(Reason.INTERRUPTED)
        elif self._ends_at is not None and self._clock.monotonic() >= self._ends_at:
            self.end(Reason.DURATION)
        return not self._ended

    def end(self, reason: Reason | None) -> None:
        """Let no further call start. Only the first reason counts; None where an exception says more."""
        if self._ended:
            return
        self._ended = True
        if reason is not None:
            self.reasons.add(reason)
        self._wake()

    def stir(self) -> None:
        """Let whoever waits for a slot ask again: an answer arrived, which may free one earlier than was said."""
        self._stirred.set_result(None)
        self._stirred = _signal()

    def pause(self, seconds: float) -> None:
        """Let nothing start for so many seconds from now."""
        self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)

    def paused_for(self) -> float:
        """Return the seconds that a pause still lasts; zero or less without one."""
        return self._paused_until - self._clock.monotonic()

    async def wait(self, seconds: float) -> bool:
        """Wait so long, or until the run ends; say whether a call may start then."""
        return await self._wait(self._over, seconds)

    async def wait_for_slot(self, seconds: float) -> bool:
        """Wait so long, or until a slot may have become free, or until the run ends."""
        return await self._wait(self._stirred, seconds)

    async def answered(self, answering: asyncio.Future[Any]) -> bool:
        """Wait for an answer, or until answers in flight are no longer waited for; say whether it is there."""
        await first_of((answering, self.given_up))
        return answering.done()

    async def watch(self) -> None:
        """Wake whoever waits when a stop is asked for, and give up what is in flight a little later, or once hurried."""
        await self._stop.wait()
        self._wake()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.hurried.wait(), GRACE)
        self.given_up.set_result(None)

    def _wake(self) -> None:
        if not self._over.done():
            self._over.set_result(None)
        self.stir()

    async def _wait(self, signal: asyncio.Future[None], seconds: float) -> bool:
        if self._ends_at is not None:
            seconds = min(seconds, self._ends_at - self._clock.monotonic())
        await first_of((signal,), max(seconds, _SHORTEST_WAIT))
        return self.may_start()


async def first_of(signals: Collection[asyncio.Future[Any]], seconds: float | None = None) -> None:
    """Wait until one is done, or for so many seconds: ``asyncio.wait`` without the sets that it makes of them."""
    awoken = _signal()

    def wake(*_: object) -> None:
        if timer is not None:
            timer.cancel()
        if not awoken.done():
            awoken.set_result(None)

    timer = None if seconds is None else asyncio.get_running_loop().call_later(seconds, wake)
    for each in signals:
        each.add_done_callback(wake)
    try:
        await awoken
    finally:
        if timer is not None:
            timer.cancel()
        for each in signals:
            each.remove_done_callback(wake)


def _signal() -> asyncio.Future[None]:
    """Return what is done once, and can be waited for by many."""
    return asyncio.get_running_loop().create_future()
