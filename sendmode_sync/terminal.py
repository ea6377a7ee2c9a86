"""Progress on stderr: bars by rich on a terminal, one plain line every ten seconds otherwise; never an answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

_EVERY = 10.0


class PlainProgress:
    """Writes a line when a lane begins or ends, and one every ten seconds between."""

    def __init__(self, write: Callable[[str], None], seconds: Callable[[], float]) -> None:
        """Take where lines go, and a clock that only grows, in seconds."""
        self._write = write
        self._seconds = seconds
        self._lanes: dict[str, tuple[int, int]] = {}
        self._last = seconds()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def begin(self, lane: str, total: int) -> None:
        """Start a lane, or make it longer."""
        done, _ = self._lanes.get(lane, (0, 0))
        self._lanes[lane] = (done, done + total)
        self._write(f"{lane}: {total} to do")
        self._last = self._seconds()

    def advance(self, lane: str, done: int = 1) -> None:
        """Count, and write a line when the last one is old or the lane is through."""
        before, total = self._lanes.get(lane, (0, 0))
        self._lanes[lane] = (before + done, total)
        now = self._seconds()
        if before + done == total or now - self._last >= _EVERY:
            self._write(f"{lane}: {before + done} of {total}")
            self._last = now

    def say(self, text: str) -> None:
        """Write one sentence."""
        self._write(text)


class BarProgress:
    """Bars that move; sentences appear above them."""

    def __init__(self, *, colour: bool) -> None:
        """Make the bars; nothing is drawn before the first lane begins."""
        from rich.console import Console  # noqa: PLC0415 - 60 ms that only a terminal pays
        from rich.progress import Progress as RichProgress  # noqa: PLC0415 - likewise

        self._bars: Bars = RichProgress(console=Console(stderr=True, no_color=not colour), transient=True)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def begin(self, lane: str, total: int) -> None:
        """Start a lane, or make it longer."""
        if lane in self._tasks:
            known = next(task for task in self._bars.tasks if task.id == self._tasks[lane])
            self._bars.update(self._tasks[lane], total=(known.total or 0) + total)
        else:
            self._tasks[lane] = self._bars.add_task(lane, total=total)

    def advance(self, lane: str, done: int = 1) -> None:
        """Move a bar."""
        self._bars.advance(self._tasks[lane], done)

    def say(self, text: str) -> None:
        """Write one sentence above the bars."""
        self._bars.console.print(text, markup=False, highlight=False)


class SilentProgress:
    """Says nothing; for a rehearsal, whose report comes at the end."""

    def begin(self, lane: str, total: int) -> None:
        """Say nothing."""

    def advance(self, lane: str, done: int = 1) -> None:
        """Say nothing."""

    def say(self, text: str) -> None:
        """Say nothing."""


def progress(seconds: Callable[[], float], *, colour: bool) -> PlainProgress | BarProgress:
    """Return bars where stderr is a terminal, plain lines elsewhere."""
    if sys.stderr.isatty():
        return BarProgress(colour=colour)
    return PlainProgress(line, seconds)


def is_interactive() -> bool:
    """Say whether there is a person to ask."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def show_cursor(descriptor: int = 2) -> None:
    """Give a terminal its cursor back where a process leaves at once; it writes past the bars, which hold stderr."""
    if os.isatty(descriptor):
        os.write(descriptor, b"\x1b[?25h")


def line(text: str) -> None:
    """Write one sentence to stderr; bars that are up make room for it."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
