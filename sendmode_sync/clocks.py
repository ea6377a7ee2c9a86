"""The real clock, and an event loop whose time is virtual, so that an hour of waiting passes in no time."""

from __future__ import annotations

import asyncio
import datetime as dt
import selectors
import time
from pathlib import Path

from sendmode_sync.model.pace import Instant

_LOOK_EVERY = 16
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def _boot_seconds() -> float:
    """Return seconds since boot, time asleep included where the system counts it."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def _boot_id() -> str:
    """Return what tells one boot of this machine from another; empty where nothing does."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


class SystemClock:
    """The clocks of this machine. Without a boot id the boot clock says nothing to another process."""

    def __init__(self) -> None:
        """Read the boot id once: it cannot change while this process lives."""
        self._boot_id = _boot_id() or f"process-{time.time_ns()}"

    def now(self) -> dt.datetime:
        """Return the wall time in UTC."""
        return dt.datetime.now(dt.UTC)

    def instant(self) -> Instant:
        """Return the moment for the rate ledger."""
        return Instant(time.time(), _boot_seconds(), self._boot_id)

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        return time.monotonic()


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
