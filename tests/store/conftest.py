"""A state in a private folder, on a branch or on a server, and other real processes that use it at the same time."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

import sendmode_sync
from sendmode_sync.store.postgres import PostgresStore
from sendmode_sync.store.sqlite import SqliteStore
from tests.engines import postgres_server
from tests.engines.loopback_proxy import Proxy
from tests.engines.postgres_server import Server
from tests.store.branches import Repository, repository

AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
PRELUDE = """
import datetime as dt, os, signal, sys, time
from decimal import Decimal
from pathlib import Path
from sendmode_sync.errors import LockedError, StateError
from sendmode_sync.model.claim import *
from sendmode_sync.model.desired import OptOut
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.model.state import FrozenText
from sendmode_sync.store.sqlite import SqliteStore
AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
NOW, LIMIT = Instant(1e9, 1000.0, "boot"), RateLimit(100, 60.0)
ONE, TWO = "+447700900001", "+447700900002"
FREEZE = Freeze("c1:x", False, {ONE: "t1:x", TWO: "t1:x"}, {"t1:x": FrozenText("Hi", "GSM-7", 1)})
def start(run):
    return RunStart(run, "apply", "otherhost", os.getpid(), "me", AT)
def send(operation, number):
    return SendClaim(operation, "offer", "ref", (number,), "t1:x", Decimal(1), freeze=FREEZE)
path = Path(sys.argv[1])
"""

Child = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a new state lies, closed, with nothing in it."""
    where = tmp_path / ".sendmode" / "sendmode.db"
    SqliteStore.create(where, AT).close()
    return where


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with closing(SqliteStore.open(path)) as opened:
        yield opened


@pytest.fixture
def server() -> Server:
    """A server that holds an empty state."""
    running = postgres_server.shared()
    PostgresStore.create(running.fresh(), AT).close()
    return running


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with Proxy(server.port) as between:
        yield between


@pytest.fixture(name="shared")
def shared_state(tmp_path: Path) -> Iterator[Repository]:
    with repository(tmp_path) as made:
        yield made


@pytest.fixture
def child(path: Path) -> Iterator[Child]:
    """Start another process that runs some Python on the state; it is killed at the end of the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(code: str) -> subprocess.Popen[str]:
        root = str(Path(sendmode_sync.__file__).parents[1])
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", PRELUDE + textwrap.dedent(code), str(path)],
                env={**os.environ, "PYTHONPATH": root},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()
