"""The working copy of a state on a git branch: a SQLite database in memory, and the commit that it was made from.

It takes in what the branch holds and puts the database in its place, and knows nothing of who may do so.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from sendmode_sync.store import git_format, git_public, identity, lease, requests, sqlite_file
from sendmode_sync.store.git_branch import GitBranch, Lost, Moved, Snapshot
from sendmode_sync.store.git_format import Header
from sendmode_sync.store.requests import Request
from sendmode_sync.store.sqlite_file import OpenFile
from sendmode_sync.store.transaction import Probe, quiet, reading, writing


class WorkingCopy:
    """``base`` is the commit that the database was made from, without its content; None before the first push."""

    def __init__(self, branch: GitBranch, opened: OpenFile | None = None, probe: Probe = quiet) -> None:
        """Take a new state that is on no branch yet, or fetch the one that is."""
        self.branch = branch
        self.base: Snapshot | None = None
        self._probe = probe
        self._marks: list[bytes] = []
        self._taken_in: set[str] = set()
        self._opened = opened or self._fetched()

    @property
    def connection(self) -> sqlite3.Connection:
        """The database as it is here."""
        return self._opened.connection

    @property
    def height(self) -> int:
        """The highest serial that the branch is known to have had; 0 where nothing is known."""
        return 0 if self.base is None else self.base.height

    def close(self) -> None:
        """Forget the database and what lies on the disk."""
        self._opened.close()
        self.branch.close()

    def refresh(self) -> None:
        """Take the state as the branch has it now; what was only changed here is gone."""
        if self.base is None or self.branch.head() != self.base.head:
            self.reload()

    def reload(self) -> None:
        """Take the state as the branch has it, also where it did not move: what was only changed here is gone."""
        self._opened.close()
        self._opened = self._fetched()

    def load(self, database: bytes) -> None:
        """Work on another database; the base stays what it is."""
        self._opened.close()
        self._opened = sqlite_file.loaded(database, Path(f"branch {self.branch.name}"))

    def meet(self, found: Snapshot) -> None:
        """Count a commit as the base, and take in the requests that came with it.

        Without its database, that is the one of the base before.
        """
        if found.database:
            self._marks = git_format.marks(found.database)
        self.base = found._replace(database=b"")
        self.take_in(found.inbox)

    def take_in(self, inbox: Sequence[tuple[str, Request]]) -> None:
        """Do what was asked meanwhile, in one transaction, each request once."""
        fresh = [(name, request) for name, request in inbox if name not in self._taken_in]
        if not fresh:
            return
        with writing(self.connection, "inbox") as connection:
            for _, request in fresh:
                requests.perform(connection, request)
        self._taken_in.update(name for name, _ in fresh)

    def publish(self, beat: str | None) -> Moved | Lost:
        """Put the database here in the place of the base; requests that were taken in are in it."""
        database = self.connection.serialize()
        header = self._header(database, beat)
        marks = git_format.marks(database)
        changed = self._changed(database, marks)
        if self.base is not None:
            changed |= {f"{git_format.INBOX}/{name}": None for name in self.base.header.inbox}
        moved = self._move(header, changed)
        if isinstance(moved, Moved):
            seal = self.branch.seal(header.lineage) if self.base is None else self.base.seal
            self.base = _after(self.base, moved, Snapshot(moved.head, header, seal, b"", ()))
            self._marks, self._taken_in = marks, set()
        return moved

    def ask(self, base: Snapshot, asked: Sequence[Request]) -> Moved | Lost:
        """Leave the database of ``base`` as it is, and put requests beside it."""
        count = len(base.header.inbox)
        named = [(f"{at:04}-{uuid.uuid4()}", request) for at, request in enumerate(asked, start=count)]
        files: dict[str, bytes | None] = {
            f"{git_format.INBOX}/{name}": base.seal.close(f"{git_format.INBOX}/{name}", requests.write(request))
            for name, request in named
        }
        names = (*base.header.inbox, *(name for name, _ in named))
        header = git_format.with_inbox(base.header, names)
        moved = self._move(header, files)
        if isinstance(moved, Moved):
            put = base._replace(head=moved.head, header=header, inbox=(*base.inbox, *named))
            self.base = _after(base, moved, put)
            self._taken_in.update(name for name, _ in named)
        return moved

    def _move(self, header: Header, changed: dict[str, bytes | None]) -> Moved | Lost:
        if not self.branch.sealing:
            git_public.refuse(self.branch.remote)
        self._probe("push:before")
        moved = self.branch.move(self.base, header, changed)
        self._probe("push:done")
        return moved

    def _fetched(self) -> OpenFile:
        found = self.branch.read()
        self._opened = sqlite_file.loaded(found.database, Path(f"branch {self.branch.name}"))
        self._taken_in = set()
        self.meet(found)
        if found.header.serial < found.height:
            with writing(self.connection, "behind") as connection:
                identity.fall_behind(connection)
        return self._opened

    def _changed(self, database: bytes, marks: list[bytes]) -> dict[str, bytes | None]:
        """Return the chunks that differ from the base, sealed; None for those that are gone."""
        lineage, _, _ = self._position()
        seal = self.branch.seal(lineage) if self.base is None else self.base.seal
        changed: dict[str, bytes | None] = {}
        for index, (new, old) in enumerate(zip_longest(marks, self._marks)):
            place = git_format.place(index)
            if new is None:
                changed[place] = None
            elif new != old:
                start = index * git_format.CHUNK
                changed[place] = seal.close(place, database[start : start + git_format.CHUNK])
        return changed

    def _header(self, database: bytes, beat: str | None) -> Header:
        lineage, serial, _ = self._position()
        with reading(self.connection) as connection:
            status, holder = lease.last(connection)
            epoch = lease.epoch(connection)
        seal = self.branch.seal(lineage) if self.base is None else self.base.seal
        return Header(
            lineage=lineage,
            serial=serial,
            epoch=epoch,
            lock=status,
            size=len(database),
            digest=git_format.digest(database),
            sealed=seal.name,
            run=None if holder is None else holder.run,
            host=None if holder is None else holder.host,
            pid=None if holder is None else holder.pid,
            started=None if holder is None else holder.started_at.isoformat(),
            beat=beat,
        )

    def _position(self) -> tuple[str, int, bool]:
        with reading(self.connection) as connection:
            return identity.position(connection)


def _after(base: Snapshot | None, moved: Moved, put: Snapshot) -> Snapshot:
    """Return a commit that was just pushed, with where the mark is now."""
    if moved.marked:
        return put._replace(mark=moved.head, height=put.header.serial)
    return put if base is None else put._replace(mark=base.mark, height=base.height)
