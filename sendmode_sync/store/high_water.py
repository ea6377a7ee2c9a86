"""The highest serial that was ever reached, kept beside the state, so that an older copy of it is recognised.

One line a lineage (``<lineage> <serial>``) in the file ``high-water``, replaced atomically. A state has its line from its
first day on: one without a line was brought here without its mark, as a backup is, and may be older than what was lost. Lines
that cannot be read are left out: it only ever adds a reason to stop.
"""

from __future__ import annotations

import os
from pathlib import Path

from sendmode_sync.errors import StateError
from sendmode_sync.store.sqlite_file import sync_directory

NAME = "high-water"


def read(path: Path, lineage: str) -> int | None:
    """Return the highest serial known of a lineage; None where there is no mark of it."""
    return _marks(path).get(lineage)


def is_behind(path: Path, lineage: str, serial: int) -> bool:
    """Say whether a state is older than its mark, or has come further than its first day without one."""
    mark = read(path, lineage)
    return serial > 0 if mark is None else serial < mark


def raise_to(path: Path, lineage: str, serial: int) -> None:
    """Move the mark of a lineage up, durably; it never moves down."""
    try:
        marks = _marks(path)
        if marks.get(lineage, -1) >= serial:
            return
        lines = "".join(f"{key} {value}\n" for key, value in sorted({**marks, lineage: serial}.items()))
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        try:
            _write(descriptor, lines.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        fresh.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise StateError(f"{path}: cannot be written: {error.strerror}") from error


def _whole(descriptor: int) -> bytes:
    return b"".join(iter(lambda: os.read(descriptor, 65_536), b""))


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _marks(path: Path) -> dict[str, int]:
    try:
        descriptor = os.open(path, os.O_RDONLY)  # without a file object: it is read before each text
        try:
            text = _whole(descriptor).decode(errors="replace")
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StateError(f"{path}: cannot be read: {error.strerror}") from error
    pairs = (line.split() for line in text.splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isascii() and pair[1].isdigit()}
