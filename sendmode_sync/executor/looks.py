"""Looks for campaigns that became due and opt-outs that were added while a run is under way; does nothing with them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sendmode_sync.model.plan import Plan
from sendmode_sync.ports import Clock

EVERY = 30.0  # seconds; the promise is once a minute


class Looks:
    """When to look again, and what is then done. Without ``again`` it is never time."""

    def __init__(
        self, clock: Clock, again: Callable[[], Plan] | None, absorb: Callable[[Plan], Awaitable[None]]
    ) -> None:
        """Count the plan of the run as the first look; ``absorb`` takes up what is new in a later one."""
        self._clock = clock
        self._again = again
        self._absorb = absorb
        self._looked = clock.monotonic()

    @property
    def next(self) -> float | None:
        """When to look again, on the clock's monotonic seconds."""
        return None if self._again is None else self._looked + EVERY

    def patience(self) -> float | None:
        """Return the seconds until then, None where there is nothing to look for."""
        return None if self.next is None else max(self.next - self._clock.monotonic(), 0.0)

    async def look_if_due(self) -> bool:
        """Look where it is time; say whether it was."""
        if self._clock.monotonic() < self._looked + EVERY:
            return False
        return await self.look()

    async def look(self) -> bool:
        """Look now; say whether there is anything to look for."""
        if self._again is None:
            return False
        await self._absorb(self._again())
        self._looked = self._clock.monotonic()
        return True
