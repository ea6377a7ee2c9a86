"""What keeps a state that several runners share, as the shared schedules see it: it can be made, read, harmed and healed."""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import psycopg

from sendmode_sync.store.postgres import PostgresStore
from tests.engines import postgres_server
from tests.faults.evidence import Memory, Operation, read_file
from tests.faults.git_engine import Git

_MEMORY = Path("/dev/shm")


class AwayError(Exception):
    """The engine does not answer just now."""


class Engine(Protocol):
    """One engine for many schedules, one after the other."""

    @property
    def harms(self) -> Sequence[str]:
        """Return the kinds of harm, the more frequent ones more than once."""
        ...

    @property
    def claims_first(self) -> frozenset[str]:
        """Return the kinds of calls whose claim is durable before they start; those of others may be lost and repeated."""
        ...

    def begin(self, directory: Path) -> str:
        """Make an empty state in place of the last one; return what SENDMODE_STATE says of it."""
        ...

    def calls(self) -> Sequence[Operation]:
        """Return every call that is durable now, oldest first; ``AwayError`` at once while the engine does not answer."""
        ...

    def memory(self) -> Memory:
        """Return everything that is durable now; the engine is well."""
        ...

    def harm(self, kind: str) -> None:
        """Let one thing happen, and let the engine be well again when it returns."""
        ...

    def close(self) -> None:
        """Leave nothing behind."""
        ...


class Postgres:
    """A server of its own: its sessions are terminated, it is stopped as by a crash, it is started again."""

    harms = ("terminate", "terminate", "crash", "restart")
    claims_first = frozenset({"send", "test", "import", "optout", "credits"})

    def __init__(self) -> None:
        self._server = postgres_server.started()
        self._looking: psycopg.Connection | None = None
        self._guard = threading.Lock()

    def begin(self, directory: Path) -> str:
        self._leave()
        url = self._server.fresh()
        PostgresStore.create(url, dt.datetime.now(dt.UTC)).close()
        return url

    def calls(self) -> Sequence[Operation]:
        query = (
            "SELECT operation, run, kind, status, cause, campaign, contact_group, "
            "ARRAY(SELECT mobilenumber FROM sendmode_sync.operation_item AS item "
            "WHERE item.operation = operation.operation ORDER BY 1) FROM sendmode_sync.operation ORDER BY seq"
        )
        with self._guard:  # several requests may arrive at once
            rows = self._ask(query)
            if rows is None:  # the connection may be of a server that was stopped meanwhile
                rows = self._ask(query)
        if rows is None:
            raise AwayError
        return [Operation._make((*row[:-1], tuple(row[-1]))) for row in rows]

    def memory(self) -> Memory:
        with tempfile.TemporaryDirectory(dir=shelf()) as directory:
            copy = Path(directory) / "copy.db"
            with contextlib.closing(PostgresStore.open(self._server.url, write=False)) as store:
                assert store.check() == []
                store.backup(copy)
            return read_file(copy)

    def harm(self, kind: str) -> None:
        match kind:
            case "terminate":
                self._server.terminate()
            case "crash":
                self._server.stop("immediate")
                self._server.start()
            case "restart":
                self._server.stop("fast")
                self._server.start()
            case _:
                raise AssertionError(kind)

    def close(self) -> None:
        self._leave()
        self._server.remove()

    def _ask(self, query: str) -> list[Any] | None:
        try:
            if self._looking is None or self._looking.closed:
                self._looking = psycopg.connect(self._server.url, autocommit=True)
            return self._looking.execute(query).fetchall()
        except psycopg.OperationalError:
            return None

    def _leave(self) -> None:
        if self._looking is not None:
            self._looking.close()
            self._looking = None


def shelf() -> str | None:
    """Return where temporary files cost least."""
    return str(_MEMORY) if _MEMORY.is_dir() else None


ENGINES: Mapping[str, Callable[[], Engine]] = {"git": Git, "postgres": Postgres}
