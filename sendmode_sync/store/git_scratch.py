"""A private temporary directory that does not outlive its process: one that was killed is cleaned up by the next.

It may hold people, so it is not left to whoever empties the system's temporary files some day. A lock on the directory says
that its process lives; the lock goes with the process, also in another container that shares the disk.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "sendmode-sync-state-"
_OLD_SECONDS = 3600.0  # younger ones may be about to be locked


class Scratch:
    """One directory, readable by its owner alone."""

    def __init__(self) -> None:
        """Make it, and remove those of processes that ended without doing so."""
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._descriptor: int | None = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        _sweep(self.path.parent, self.path.stat().st_mtime)

    def close(self) -> None:
        """Remove it with everything in it; further calls do nothing."""
        if self._descriptor is not None:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._descriptor)
            self._descriptor = None


def _sweep(folder: Path, now: float) -> None:
    for path in folder.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # somebody else's, or just gone
            _remove_if_left(path, now)


def _remove_if_left(path: Path, now: float) -> None:
    status = path.lstat()
    if status.st_uid != os.getuid() or now - status.st_mtime < _OLD_SECONDS:
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(descriptor)
