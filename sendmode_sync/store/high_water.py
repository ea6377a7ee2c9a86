"""The highest serial that was ever reached, kept beside the state, so that an older copy of it is recognised.

One line a lineage (``<lineage> <serial>``) in the file ``high-water``, replaced atomically. It proves nothing about a
state of a lineage that it does not list, and lines it cannot read are left out: it only ever adds a reason to stop.
"""

from __future__ import annotations

import os
from pathlib import Path

from sendmode_sync.errors import StateError
from sendmode_sync.store.sqlite_file import sync_directory

NAME = "high-water"


def read(path: Path, lineage: str) -> int:
    """Return the highest serial known of a lineage; 0 where none is."""
    return _marks(path).get(lineage, 0)


def raise_to(path: Path, lineage: str, serial: int) -> None:
    """Move the mark of a lineage up, durably; it never moves down."""
    try:
        marks = _marks(path)
        if marks.get(lineage, 0) >= serial:
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
