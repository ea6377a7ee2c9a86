"""The program: ``sendmode-sync`` and ``python -m sendmode_sync`` are the same."""

from __future__ import annotations

import io
import signal
import sys


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
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
