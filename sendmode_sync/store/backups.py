"""Copies of the state that a run with sends makes by itself, beside it, the newest few; it never restores one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

KEPT = 5
DIRECTORY = "backups"


def keep(state: Path, serial: int, copy: Callable[[Path], None]) -> Path:
    """Make a copy named after the state and its serial, and drop all but the newest; return its path.

    ``copy`` writes the state to a new file. Two runs at one serial share a copy: nothing changed in between that a
    restored one would have to know.
    """
    directory = state.parent / DIRECTORY
    target = directory / f"{state.stem}-{serial:010}.db"
    if not target.exists():
        copy(target)
    older = sorted(directory.glob(f"{state.stem}-{'[0-9]' * 10}.db"), reverse=True)
    for path in older[KEPT:]:
        path.unlink(missing_ok=True)
    return target
