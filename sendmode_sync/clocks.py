"""The clocks of this machine, for the wall and for the rate ledger."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

from sendmode_sync.model.pace import Instant

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
