"""Runs one coroutine to its end, and turns signals into requests to stop."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sendmode_sync import terminal
from sendmode_sync.errors import Exit
from sendmode_sync.executor.course import Stop

Answer = TypeVar("Answer")
_SIGNALS = (signal.SIGINT, signal.SIGTERM)

Work = Callable[[Stop], Awaitable[Answer]]


def leave_at_once(code: int) -> None:
    """End the process without tidying up, but for the cursor, which progress bars hide."""
    terminal.show_cursor()
    os._exit(code)


def run(work: Work[Answer], leave: Callable[[int], None] = leave_at_once) -> Answer:
    """Run to the end. The first SIGINT or SIGTERM asks to stop, a second one hurries, a third one leaves at once.

    Once hurried, no answer is waited for: what is in flight is written down as what it must be, and reported. What is in
    flight when a third signal comes stays claimed, for the next run to judge. What a SIGTERM does outside stays as it
    was.
    """

    async def supervised() -> Answer:
        stop = Stop()
        loop = asyncio.get_running_loop()

        def signalled() -> None:
            if stop.hurried.is_set():
                leave(Exit.INCOMPLETE)
            elif stop.is_set():
                stop.hurried.set()
                terminal.line("leaving: answers under way are not waited for any more")
            else:
                stop.set()
                terminal.line(
                    "stopping: answers under way are waited for, no further call starts; again to leave at once"
                )

        for number in _SIGNALS:
            loop.add_signal_handler(number, signalled)
        return await work(stop)

    outside = signal.getsignal(signal.SIGTERM)
    try:
        return asyncio.run(supervised())
    finally:
        signal.signal(signal.SIGTERM, outside)


@contextmanager
def written_down() -> Iterator[None]:
    """Let one signal pass, since no call is made any more and what was done is being written down; the next interrupts.

    A push that a signal breaks off would leave the lock behind, and texts that nobody knows of.
    """

    def first(*_: object) -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.default_int_handler)
        terminal.line("the run is over and is being written down; again to leave at once")

    outside = {number: signal.signal(number, first) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in outside.items():
            signal.signal(number, handler)
