"""Runs one coroutine to its end, and turns signals into a request to stop."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sendmode_sync import terminal
from sendmode_sync.errors import Exit

Answer = TypeVar("Answer")
Work = Callable[[asyncio.Event], Awaitable[Answer]]


def leave_at_once(code: int) -> None:
    """End the process without tidying up, but for the cursor, which progress bars hide."""
    terminal.show_cursor()
    os._exit(code)


def run(work: Work[Answer], leave: Callable[[int], None] = leave_at_once) -> Answer:
    """Run to the end. The first SIGINT or SIGTERM sets the event; a second one leaves at once.

    What is in flight when a second signal comes stays claimed, and the next run turns it into what it must be. What a
    SIGTERM does outside stays as it was.
    """

    async def supervised() -> Answer:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()

        def signalled() -> None:
            if stop.is_set():
                leave(Exit.INCOMPLETE)
            stop.set()
            terminal.line("stopping: answers under way are waited for, no further call starts; again to leave at once")

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, signalled)
        return await work(stop)

    outside = signal.getsignal(signal.SIGTERM)
    try:
        return asyncio.run(supervised())
    finally:
        signal.signal(signal.SIGTERM, outside)
