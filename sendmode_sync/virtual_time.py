"""An event loop whose time is virtual, so that an hour of waiting passes in no time, and a clock that reads it."""

from __future__ import annotations

import asyncio
import datetime as dt
import selectors

from sendmode_sync.model.pace import Instant

_LOOK_EVERY = 16


class _JumpingSelector(selectors.SelectSelector):
    """Answers at once, and reports how long it should have waited."""

    slept = 0.0
    _turns = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Jump over the wait instead of waiting; with nothing to wait for, look at the real sockets.

        While there is but one, by which signals and threads wake the loop, only each so many turns look at it.
        """
        self._turns += 1
        if timeout is None:
            ready = super().select(None)
        elif len(self.get_map()) == 1 and self._turns % _LOOK_EVERY:
            ready = []
        else:
            ready = super().select(0)
        if not ready and timeout is not None and timeout > 0:
            self.slept += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that jumps to its next timer: ``asyncio.sleep(3600)`` returns at once, an hour later."""

    def __init__(self) -> None:
        """Start at zero seconds."""
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Return the virtual seconds since the loop was made."""
        return self._jumping.slept


class VirtualClock:
    """Reads a virtual loop as if it had been started at a given instant."""

    def __init__(self, loop: VirtualLoop, start: dt.datetime) -> None:
        """Tie the loop's zero to an instant in UTC."""
        self._loop = loop
        self._start = start
        self._seconds, self._now = 0.0, start

    def now(self) -> dt.datetime:
        """Return the virtual wall time in UTC."""
        seconds = self._loop.time()
        if seconds != self._seconds:  # most looks at it are at one instant
            self._seconds, self._now = seconds, self._start + dt.timedelta(seconds=seconds)
        return self._now

    def instant(self) -> Instant:
        """Return the virtual moment for the rate ledger."""
        return Instant(self.now().timestamp(), self._loop.time(), "virtual")

    def monotonic(self) -> float:
        """Return the virtual seconds."""
        return self._loop.time()
