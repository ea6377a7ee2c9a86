"""A terminal of its own for one command, as a person has it: what is typed is echoed, Ctrl-C is a signal."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sendmode_sync

ROOT = Path(sendmode_sync.__file__).parents[1]
_PATIENCE = 20.0
_TAKE_TERMINAL = (
    "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.executable, sys.argv[1:])"
)


class Screen:
    """One command under way on a terminal."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self._process = process
        self._master = master
        self.shown = ""
        self._awaited = 0

    def wait_for(self, text: str) -> None:
        """Read until a text is shown after what was waited for before."""
        end = time.monotonic() + _PATIENCE
        while (at := self.shown.find(text, self._awaited)) < 0:
            assert self._read(end), f"{text!r} was not shown, but: {self.shown}"
        self._awaited = at + len(text)

    def settle(self) -> None:
        """Let the command get from its question to reading the answer: a signal in between waits for the next line."""
        time.sleep(0.5)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def ended(self) -> int:
        """Read to the end and return the exit code."""
        end = time.monotonic() + _PATIENCE
        while self._read(end):
            pass
        return self._process.wait(_PATIENCE)

    def _read(self, end: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(end - time.monotonic(), 0))
        if not ready:
            return False
        try:
            read = os.read(self._master, 65536)
        except OSError:  # so a terminal says that nobody holds its other end any more
            return False
        self.shown += read.decode(errors="replace").replace("\r\n", "\n")
        return bool(read)


@contextmanager
def screen(*words: str, environment: Mapping[str, str]) -> Iterator[Screen]:
    """Run a command in the working directory."""
    master, slave = pty.openpty()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SENDMODE_")}
    process = subprocess.Popen(
        [sys.executable, "-c", _TAKE_TERMINAL, sys.executable, "-m", "sendmode_sync", *words],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**inherited, "PYTHONPATH": str(ROOT), "TERM": "xterm", **environment},
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield Screen(process, master)
    finally:
        process.kill()
        process.wait()
        os.close(master)
