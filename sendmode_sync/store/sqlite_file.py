"""The state as a file: made private, looked at before it is trusted, opened once a process, its settings read back.

It refuses what it does not know for certain: a link, a foreign, newer, damaged or half-made file, another journal mode.
A WAL file copied without its ``-wal`` lost every commit while ``integrity_check`` said ok: only the rollback journal will
do. Opening the file a second time in one process would drop its POSIX locks, so nothing but SQLite itself reads it here.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sqlite3
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from sendmode_sync.errors import StateError, StateMissingError
from sendmode_sync.store import decisions, identity, mounts, moving, sqlite_schema, sqlite_seal
from sendmode_sync.store.sqlite_schema import CURRENT, Schema
from sendmode_sync.store.transaction import Probe, quiet, reading, translated, writing

_BUSY_SECONDS = 15  # how long one process waits for the commit of another; commits take milliseconds
_STATEMENTS = 512  # that stay prepared: more than there are, since to prepare one takes longer than to execute it

_SETTINGS = (
    ("busy_timeout", _BUSY_SECONDS * 1000),
    ("cell_size_check", 1),
    ("foreign_keys", 1),
    ("fullfsync", 1),
    ("secure_delete", 1),
    ("temp_store", 2),
    ("trusted_schema", 0),
)
_SYNCHRONOUS_EXTRA = 3
_RESTORE = "restore a backup, then run `sendmode-sync state check --restored`"

_open_files: set[tuple[int, int]] = set()


class OpenFile:
    """A connection to a state file, and the mark that this process has it open.

    ``warnings`` are sentences about what is allowed but unwise.
    """

    def __init__(self, connection: sqlite3.Connection, mark: tuple[int, int] | None, warnings: tuple[str, ...]) -> None:
        """Hold both until ``close``; a state in memory has no mark."""
        self.connection = connection
        self.warnings = warnings
        self._mark = mark

    def close(self) -> None:
        """Close the connection; further calls do nothing."""
        self.connection.close()
        if self._mark is not None:
            _open_files.discard(self._mark)
            self._mark = None


def create(
    path: Path, at: dt.datetime, *, lineage: str | None = None, serial: int = 0, lost: Iterable[str] = ()
) -> OpenFile:
    """Make a new state; ``StateError`` where a file is there already.

    Campaigns that are ``lost`` are closed in the very transaction that makes the state.
    """
    reserve(path)
    try:
        opened = connect(path, write=True)
        try:
            with writing(opened.connection, "creation", sealed=False) as connection:
                _fill(connection, at, lineage=lineage, serial=serial)
                decisions.close(connection, lost, "lost", "state init --lost", at)
                sqlite_seal.renew(connection)
        except BaseException:
            opened.close()
            raise
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return opened


def reserve(path: Path) -> None:
    """Make an empty private file, its directory too where there is none; ``StateError`` where something is there."""
    if os.path.lexists(path):
        raise StateError(f"{path}: there is a file already, and it is never overwritten")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_RDWR, 0o600))
        sync_directory(path.parent)
    except OSError as error:
        raise StateError(f"{path}: cannot be made: {error.strerror}") from error


def open_file(path: Path, *, write: bool, schema: Schema = CURRENT, probe: Probe = quiet) -> OpenFile:
    """Open a finished state, migrated where it is older and ``write`` is set."""
    warnings = _inspect(path, write=write)
    opened = connect(path, write=write, warnings=warnings)
    try:
        with _explained(path):
            found = _recognise(path, opened.connection, schema)
            _sound(path, opened.connection, whole=write)
            if write and found >= sqlite_seal.SINCE:
                _unedited(path, opened.connection)
            if found < schema.version:
                _upgrade(path, opened.connection, found, write=write, schema=schema, probe=probe)
            _unaltered(path, opened.connection, schema)
    except BaseException:
        opened.close()
        raise
    return opened


def connect(path: Path, *, write: bool, warnings: tuple[str, ...] = ()) -> OpenFile:
    """Connect to a file once in this process, with every setting read back."""
    status = path.stat()
    mark = (status.st_dev, status.st_ino)
    if mark in _open_files:
        raise StateError(f"{path}: this process has the state open already; one connection a process")
    if write:
        mounts.refuse_network(path)
    with _explained(path):
        connection = _connected(path, write=write)
    _open_files.add(mark)
    opened = OpenFile(connection, mark, warnings)
    try:
        with _explained(path):
            _set(path, connection, _SYNCHRONOUS_EXTRA)
            _expect(path, connection, "journal_mode", "delete")
    except BaseException:
        opened.close()
        raise
    return opened


def new_in_memory(
    at: dt.datetime, *, lineage: str | None = None, serial: int = 0, lost: Iterable[str] = ()
) -> OpenFile:
    """Return a new state that never touches a disk; campaigns that are ``lost`` are closed."""

    def fill(connection: sqlite3.Connection) -> None:
        _fill(connection, at, lineage=lineage, serial=serial)
        decisions.close(connection, lost, "lost", "state init --lost", at)
        sqlite_seal.renew(connection)

    return filled(fill)


def loaded(content: bytes, name: Path, schema: Schema = CURRENT) -> OpenFile:
    """Return a state in memory out of the bytes of its file, migrated where it is older; ``name`` is for messages."""

    def fill(connection: sqlite3.Connection) -> None:
        with _explained(name):
            connection.deserialize(content)
            found = _recognise(name, connection, schema)
            _sound(name, connection, whole=False)
            if found >= sqlite_seal.SINCE:
                _unedited(name, connection)
            if found < schema.version:
                _migrate(connection, found, schema)
            _unaltered(name, connection, schema)

    return filled(fill)


def in_memory(source: Path | None, at: dt.datetime) -> OpenFile:
    """Return a copy of a state, or a new one, that never touches a disk."""
    if source is None:
        return new_in_memory(at)

    def fill(connection: sqlite3.Connection) -> None:
        with contextlib.closing(open_file(source, write=False)) as original, _explained(source):
            original.connection.backup(connection)

    return filled(fill)


def filled(fill: Callable[[sqlite3.Connection], None]) -> OpenFile:
    """Return a state in memory that somebody else fills, tables and rows."""
    connection = sqlite3.connect(":memory:", isolation_level=None, timeout=_BUSY_SECONDS, cached_statements=_STATEMENTS)
    try:
        fill(connection)
        _set(Path(":memory:"), connection, 0)
    except BaseException:
        connection.close()
        raise
    return OpenFile(connection, None, ())


def copy(source: sqlite3.Connection, target: Path) -> None:
    """Write a consistent private copy to a new file and sync it; ``StateError`` where the file exists."""
    reserve(target)
    try:
        with contextlib.closing(_plain(target, "rw")) as connection, _explained(target):
            _set(target, connection, _SYNCHRONOUS_EXTRA)
            source.backup(connection)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def sync_directory(path: Path) -> None:
    """Make a name that was just written survive a power loss."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fill(connection: sqlite3.Connection, at: dt.datetime, *, lineage: str | None, serial: int) -> None:
    sqlite_schema.create(connection, CURRENT)
    identity.write(connection, at, lineage=lineage, serial=serial)


def _inspect(path: Path, *, write: bool) -> tuple[str, ...]:
    """Look at the name and the mode alone; return warnings."""
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        raise StateMissingError(f"{path}: there is no state; run `sendmode-sync state init`") from None
    except OSError as error:
        raise StateError(f"{path}: cannot be looked at: {error.strerror}") from error
    if stat.S_ISLNK(status.st_mode):
        raise StateError(f"{path}: is a symbolic link; name the file itself, its lock and journal stand beside it")
    if not stat.S_ISREG(status.st_mode):
        raise StateError(f"{path}: is not a file")
    if status.st_nlink > 1:
        raise StateError(f"{path}: has a second name (hard link), so its lock and journal could be missed; remove it")
    if status.st_size == 0:
        raise StateError(f"{path}: is empty, not a state; {_RESTORE}")
    if write:
        _writable(path, status.st_mode)
    if status.st_mode & 0o077:
        return (f"{path}: others can read the state and the numbers in it; run `chmod 600 {path.name}` beside it",)
    return ()


def _writable(path: Path, mode: int) -> None:
    """Refuse a file or directory that is read-only by its mode (which root would write through) or its mount."""
    if not mode & 0o222 or not os.access(path, os.W_OK):
        raise StateError(f"{path}: is read-only; make it writable for yourself")
    if not path.parent.stat().st_mode & 0o222 or not os.access(path.parent, os.W_OK | os.X_OK):
        raise StateError(f"{path.parent}: is read-only, and the state's journal and lock must be written there")


def _connected(path: Path, *, write: bool) -> sqlite3.Connection:
    """Connect, rolling back first what a killed process left half-written."""
    connection = _plain(path, "rw" if write else "ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException as error:
        connection.close()
        if write or getattr(error, "sqlite_errorname", "") != "SQLITE_READONLY_ROLLBACK":
            raise
        return _rolled_back(path)
    return connection


def _rolled_back(path: Path) -> sqlite3.Connection:
    """Undo an unfinished transaction, which a reader may not do, then connect for reading again."""
    with contextlib.closing(_plain(path, "rw")) as writer:
        writer.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return _plain(path, "ro")


def _plain(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.resolve()))}?mode={mode}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_SECONDS, cached_statements=_STATEMENTS)


def _set(path: Path, connection: sqlite3.Connection, synchronous: int) -> None:
    for pragma, value in (*_SETTINGS, ("synchronous", synchronous)):
        connection.execute(f"PRAGMA {pragma} = {value}")  # a pragma takes no parameters; both are ours
        _expect(path, connection, pragma, value)


def _expect(path: Path, connection: sqlite3.Connection, pragma: str, value: object) -> None:
    (found,) = connection.execute(f"PRAGMA {pragma}").fetchone()
    if found != value:
        raise StateError(f"{path}: SQLite's {pragma} is {found}, and only {value} is safe here")


def _recognise(path: Path, connection: sqlite3.Connection, schema: Schema) -> int:
    """Return the version of a file that is ours; refuse any other."""
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if owner != sqlite_schema.APPLICATION_ID:
        raise StateError(f"{path}: is a database of another program, not a state of sendmode-sync")
    if version == moving.SEALED:
        moving.refuse_sealed(connection, path)
    if version > schema.version:
        raise StateError(f"{path}: was made by a newer sendmode-sync (version {version} of the state); upgrade")
    if version < 1:
        raise StateError(f"{path}: was never finished; {_RESTORE}")
    return int(version)


def _sound(path: Path, connection: sqlite3.Connection, *, whole: bool) -> None:
    """Refuse a damaged file: all of it where it will be written, else what reading it meets."""
    if whole:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise StateError(f"{path}: is damaged; {_RESTORE}")
    if connection.execute("SELECT count(*) FROM meta, lease").fetchone() != (1,):
        raise StateError(f"{path}: has lost its identity; {_RESTORE}")


def _unaltered(path: Path, connection: sqlite3.Connection, schema: Schema) -> None:
    """Refuse a file without its triggers, or with somebody else's."""
    if names := sqlite_schema.altered(connection, schema):
        raise StateError(f"{path}: its tables or triggers were altered ({', '.join(names[:3])}); {_RESTORE}")


def _unedited(path: Path, connection: sqlite3.Connection) -> None:
    """Refuse a file whose rows somebody else changed."""
    with reading(connection):
        if not sqlite_seal.holds(connection):
            raise StateError(f"{path}: {sqlite_seal.EDITED}; {_RESTORE}")


def _upgrade(
    path: Path, connection: sqlite3.Connection, found: int, *, write: bool, schema: Schema, probe: Probe
) -> None:
    if not write:
        raise StateError(
            f"{path}: was made by an older sendmode-sync; the next `sendmode-sync apply` migrates it, after a backup"
        )
    spare = path.with_name(f"{path.name}.bak-v{found}")
    if not spare.exists():
        copy(connection, spare)
    _migrate(connection, found, schema, probe)


def _migrate(connection: sqlite3.Connection, found: int, schema: Schema, probe: Probe = quiet) -> None:
    with writing(connection, "migration", probe, sealed=False):
        sqlite_schema.migrate(connection, found, schema)
        sqlite_seal.renew(connection)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn a database error into ours, placed at the file."""
    try:
        yield
    except sqlite3.Error as error:
        raise StateError(f"{path}: {translated(error)}") from error
