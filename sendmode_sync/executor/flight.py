"""Calls in flight: several at once, up to a number, and the first exception of one ends the run for all."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from sendmode_sync.executor.course import Course, first_of


class Flight:
    """The calls of one lane that are under way."""

    def __init__(self, course: Course) -> None:
        """Tie the flight to the run that an exception of one of its calls ends."""
        self._course = course
        self._tasks: set[asyncio.Task[None]] = set()

    async def launch(self, call: Coroutine[object, object, object]) -> None:
        """Set one call under way; it has taken its first step when this returns."""
        self._tasks.add(asyncio.create_task(self._watched(call)))
        await asyncio.sleep(0)

    async def room(self, most: int, patience: float | None = None) -> bool:
        """Wait until fewer than ``most`` are under way, or for ``patience`` seconds; say whether there is room.

        Raises what a call raised.
        """
        self._land_those_done()
        while len(self._tasks) >= most:
            await first_of(tuple(self._tasks), patience)
            if not self._land_those_done():
                return False
        return True

    async def land(self) -> None:
        """Wait until none is under way."""
        await self.room(1)

    async def wait(self, patience: float) -> None:
        """Give what is under way so many seconds to end; what it raises is told by nobody but itself."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience)

    async def cancel(self) -> None:
        """Drop what is under way without a result: its claims stay, and the next run knows what they must become."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _land_those_done(self) -> bool:
        """Let go of those that are done; say whether any was. Raises what one of them raised."""
        done = [task for task in self._tasks if task.done()]
        for task in done:
            self._tasks.discard(task)
            task.result()
        return bool(done)

    async def _watched(self, call: Coroutine[object, object, object]) -> None:
        try:
            await call
        except BaseException:
            self._course.end(None)
            raise
