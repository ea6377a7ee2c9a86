"""A disk that loses power: SQLite writes through this VFS, and whatever was not synced may be lost, torn or kept.

SIGKILL proves no sync, since the page cache outlives a process. So the writes that the store made in a play are made
again on this disk, with the store's own settings; before each sync the disk is photographed as a power cut might leave it.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

import apsw

_SECTOR = 512
_PLAIN = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE


class Step(NamedTuple):
    """One thing that happened: a statement with its parameters, or the arrival of a request of a claimed call."""

    statement: str
    parameters: Any = ()
    many: bool = False
    arrived: str = ""


class Recorder:
    """A connection that writes down what is written through it; readings pass unseen."""

    def __init__(self, connection: sqlite3.Connection, steps: list[Step]) -> None:
        self._connection = connection
        self._steps = steps
        self._writing = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
        self._writing |= statement == "BEGIN IMMEDIATE"
        cursor = self._connection.execute(statement, *parameters)
        if self._writing and not statement.lstrip().startswith(("SELECT", "PRAGMA")):
            self._steps.append(Step(statement, *parameters))
        self._writing &= statement != "COMMIT"
        return cursor

    def executemany(self, statement: str, rows: Any) -> sqlite3.Cursor:
        rows = list(rows)
        if rows:
            self._steps.append(Step(statement, rows, many=True))
        return self._connection.executemany(statement, rows)

    def rollback(self) -> None:
        if self._writing:
            self._steps.append(Step("ROLLBACK"))
            self._writing = False
        self._connection.rollback()


class Stored:
    """One file: what a power cut leaves for certain, what programs see, and the writes in between."""

    def __init__(self, content: bytes = b"", *, named: bool = False) -> None:
        self.durable = content
        self.seen = bytearray(content)
        self.pending: list[tuple[int, bytes | None]] = []
        self.named = named

    def write(self, data: bytes, offset: int) -> None:
        self.pending.append((offset, data))
        _put(self.seen, offset, data)

    def truncate(self, size: int) -> None:
        self.pending.append((size, None))
        _put(self.seen, size, None)

    def sync(self) -> None:
        self.durable, self.named = bytes(self.seen), True
        self.pending.clear()

    def after_a_cut(self, chance: random.Random | None) -> bytes | None:
        """Return what is left: only what was synced, or with some of the later writes, one of them half done."""
        if chance is None:
            return self.durable if self.named else None
        if not self.named and chance.random() < 0.5:
            return None
        left = bytearray(self.durable)
        for offset, data in self.pending:
            if chance.random() < 0.5:
                continue
            torn = data is not None and chance.random() < 0.3
            _put(left, offset, data[: chance.randrange(len(data)) // _SECTOR * _SECTOR] if data and torn else data)
        return bytes(left)


class Photo(NamedTuple):
    """The disk as a power cut leaves it: how many steps had been made when it came, and every file."""

    steps: int
    commits: int
    files: dict[str, bytes]


class PowerDisk(apsw.VFS):
    """A disk in memory. ``photos`` gathers what cuts would leave; ``made`` counts the steps that are through."""

    def __init__(self, name: str, content: dict[str, bytes], seed: int) -> None:
        super().__init__(name, "")
        self.files = {f"/{file}": Stored(data, named=True) for file, data in content.items()}
        self.photos: list[Photo] = []
        self.made = self.commits = 0
        self._chance = random.Random(seed)

    def xOpen(self, name: Any, flags: list[int]) -> Any:  # noqa: N802 - SQLite's name
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        path = path or "/temporary"
        flags[1] = flags[0] & _PLAIN
        return OpenedFile(self, self.files.setdefault(path, Stored()))

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's name and form
        self.photograph()
        assert syncdir, "a journal that is deleted without a sync of its directory may come back"
        del self.files[name]

    def xAccess(self, name: str, flags: int) -> bool:  # noqa: N802 - SQLite's name
        return name in self.files

    def xFullPathname(self, name: str) -> str:  # noqa: N802 - SQLite's name
        return name if name.startswith("/") else f"/{name}"

    def photograph(self) -> None:
        """Keep what a cut at this moment leaves: once strictly, once torn."""
        for chance in (None, self._chance):
            left = {name: stored.after_a_cut(chance) for name, stored in self.files.items()}
            files = {name.removeprefix("/"): data for name, data in left.items() if data is not None}
            self.photos.append(Photo(self.made, self.commits, files))


class OpenedFile:
    """A file as SQLite uses it."""

    def __init__(self, disk: PowerDisk, stored: Stored) -> None:
        self._disk = disk
        self._stored = stored

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite's name
        return bytes(self._stored.seen[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        self._stored.write(bytes(data), offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802 - SQLite's name
        self._stored.truncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        self._disk.photograph()
        self._stored.sync()

    def xFileSize(self) -> int:  # noqa: N802 - SQLite's name
        return len(self._stored.seen)

    def xLock(self, level: int) -> None:  # noqa: N802 - SQLite's name
        """Nobody else is there."""

    def xUnlock(self, level: int) -> None:  # noqa: N802 - SQLite's name
        """Nobody else is there."""

    def xCheckReservedLock(self) -> bool:  # noqa: N802 - SQLite's name
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:  # noqa: N802 - SQLite's name
        return False

    def xSectorSize(self) -> int:  # noqa: N802 - SQLite's name
        return _SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802 - SQLite's name
        return 0

    def xClose(self) -> None:  # noqa: N802 - SQLite's name
        """Nothing is let go: the disk stays."""


def replay(steps: list[Step], content: bytes, settings: dict[str, object], seed: int) -> Iterator[Photo]:
    """Make the recorded writes again on a disk that loses power, and yield what each cut leaves."""
    disk = PowerDisk(f"power-{seed}", {"state.db": content}, seed)
    connection = apsw.Connection("/state.db", vfs=f"power-{seed}")
    for pragma, value in settings.items():
        connection.execute(f"PRAGMA {pragma} = {value}").fetchall()
    disk.photos.clear()
    for step in steps:
        if step.many:
            for row in step.parameters:
                connection.execute(step.statement, row).fetchall()
        elif step.statement:
            connection.execute(step.statement, step.parameters).fetchall()
        disk.made += 1
        disk.commits += step.statement == "COMMIT"
        yield from disk.photos
        disk.photos.clear()
    connection.close()
    disk.unregister()


def _put(content: bytearray, offset: int, data: bytes | None) -> None:
    """Write at an offset, or cut off there where there is no data."""
    if data is None:
        del content[offset:]
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data
