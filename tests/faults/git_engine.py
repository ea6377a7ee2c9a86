"""The git engine of the shared schedules: a bare repository whose hooks reject, delay and drop pushes."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from sendmode_sync.store.git import GitStore
from sendmode_sync.store.git_branch import GitBranch, Place
from sendmode_sync.store.git_rhythm import Rhythm
from tests.engines.git_remote import BRANCH, Remote
from tests.faults.evidence import Memory, Operation, read

RHYTHM = Rhythm(
    look_sends=0.2, look_others=0.2, results=0.5, lease=1.5, block=4, pushes=1000, in_flight=3.5, pauses=(0.3, 0.5, 1.0)
)
"""As the usual one, in time for a schedule of seconds: a call may take one, and a process be asleep for one and a half."""

_HARM_SECONDS = 0.5


class Git:
    """One remote a schedule. What is harmless to lose is pushed now and then only: its claims may never be seen."""

    harms = ("reject", "delay", "drop", "drop")
    claims_first = frozenset({"send", "test"})

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._remote: Remote | None = None
        self._looking: GitBranch | None = None
        self._seen: tuple[str | None, list[Operation]] = ("", [])

    def begin(self, directory: Path) -> str:
        self._leave()
        directory.mkdir(parents=True, exist_ok=True)
        self._remote = Remote(directory / "remote.git")
        place = Place(str(self._remote.path), BRANCH, directory)
        GitStore.create(place, None, dt.datetime.now(dt.UTC)).close()
        self._looking = GitBranch(place, None)
        self._seen = ("", [])
        return self._remote.state

    def calls(self) -> Sequence[Operation]:
        with self._guard:
            assert self._remote is not None
            if self._remote.head() != self._seen[0]:
                head, memory = self._read()
                self._seen = (head, list(memory.operations))
            return self._seen[1]

    def memory(self) -> Memory:
        with self._guard:
            return self._read()[1]

    def harm(self, kind: str) -> None:
        assert self._remote is not None
        self._remote.harm(kind)
        time.sleep(_HARM_SECONDS)
        self._remote.harm(None)

    def close(self) -> None:
        self._leave()

    def _read(self) -> tuple[str, Memory]:
        """Read the branch as it is, what was asked of the holder included, as anybody who opens it does."""
        assert self._looking is not None
        found = self._looking.read()
        if found.inbox:
            with tempfile.TemporaryDirectory() as directory:
                copy = Path(directory) / "copy.db"
                with contextlib.closing(
                    GitStore.open(Place(self._looking.remote, BRANCH, Path(directory)), None)
                ) as store:
                    store.backup(copy)
                database = copy.read_bytes()
        else:
            database = found.database
        with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            connection.deserialize(database)
            return found.head, read(connection)

    def _leave(self) -> None:
        if self._looking is not None:
            self._looking.close()
            self._looking = None
