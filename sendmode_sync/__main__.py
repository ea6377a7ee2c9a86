"""The program: ``sendmode-sync`` and ``python -m sendmode_sync`` are the same."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from typing import NoReturn


def main() -> None:
    """Run the command line and leave with its exit code; SIGTERM interrupts it as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if isinstance(sys.stdout, io.TextIOWrapper):  # texts hold any letter; only a terminal knows better than UTF-8
        sys.stdout.reconfigure(encoding=None if sys.stdout.isatty() else "utf-8", errors="backslashreplace")
    try:
        from sendmode_sync.cli.main import run  # noqa: PLC0415 - it takes so long that it may be interrupted
    except KeyboardInterrupt:
        from sendmode_sync.errors import Exit  # noqa: PLC0415 - that takes long too

        sys.exit(Exit.INCOMPLETE)
    _leave(run(sys.argv[1:]))


def _leave(code: int) -> NoReturn:
    """End without taking apart what the system takes back at once: that is a tenth of what help takes."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        sys.exit(code)  # which says of what could not be written that it could not
    if threading.active_count() > 1:
        sys.exit(code)  # which waits for them
    os._exit(code)


if __name__ == "__main__":
    main()
