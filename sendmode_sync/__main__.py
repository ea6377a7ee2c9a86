"""The program: ``sendmode-sync`` and ``python -m sendmode_sync`` are the same."""

from __future__ import annotations

import signal
import sys

from sendmode_sync.cli.main import run


def main() -> None:
    """Run the command line and leave with its exit code; SIGTERM interrupts it as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
