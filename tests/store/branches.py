"""A state on a branch of a bare repository, opened as by several checkouts, and small claims to make on it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from sendmode_sync.model.claim import Beginning, Claim, Freeze, ImportClaim, Result, RunStart, SendClaim
from sendmode_sync.model.desired import FIELDS, Values
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.model.state import FrozenText
from sendmode_sync.store.git import GitStore
from sendmode_sync.store.git_branch import Place
from sendmode_sync.store.git_rhythm import Rhythm
from sendmode_sync.store.transaction import Probe, quiet
from tests.engines.git_remote import BRANCH, Remote

AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
LIMIT = RateLimit(100, 60.0)
NUMBERS = tuple(f"+447700900{which:03}" for which in range(1, 61))
ONE, TWO, THREE = NUMBERS[:3]
TEXT = "t1:hi"
FREEZE = Freeze("c1:x", False, dict.fromkeys(NUMBERS, TEXT), {TEXT: FrozenText("Hi", "GSM-7", 1)})
AOIFE: Values = ("Aoife", *("",) * (len(FIELDS) - 1))
EAGER = Rhythm(look_sends=0.0, look_others=0.0, results=0.0, pushes=10_000, pauses=())
"""Looks before every call and pushes after it, so that a test sees at once what would be seen within seconds."""

CALM = Rhythm(look_sends=3600.0, look_others=3600.0, results=3600.0, pushes=10_000, pauses=())
"""Never looks or pushes by itself."""


class Repository:
    """A remote, and the checkouts that share a state on it; every store is closed at the end."""

    def __init__(self, folder: Path, closing: contextlib.ExitStack, key: str | None = None) -> None:
        self.remote = Remote(folder / "remote.git")
        self.place = Place(str(self.remote.path), BRANCH, folder)
        self.key = key
        self._closing = closing
        GitStore.create(self.place, key, AT).close()

    def store(self, rhythm: Rhythm = EAGER, probe: Probe = quiet) -> GitStore:
        """Open the state as a checkout of its own."""
        opened = GitStore.open(self.place, self.key, rhythm=rhythm, probe=probe)
        self._closing.callback(let_go, opened)
        return opened


def let_go(store: GitStore) -> None:
    """Close a store whose lock a test may have taken away on purpose."""
    with contextlib.suppress(Exception):
        store.close()


@contextlib.contextmanager
def repository(folder: Path, key: str | None = None) -> Iterator[Repository]:
    """Make a remote with an empty state on it."""
    with contextlib.ExitStack() as closing:
        yield Repository(folder, closing, key)


def run(name: str, at: dt.datetime = AT, host: str = "one") -> RunStart:
    return RunStart(name, "apply", host, 42, "me", at)


def moment(seconds: float = 0.0) -> Instant:
    return Instant(AT.timestamp() + seconds, 1000.0 + seconds, "boot")


def send(operation: str, *numbers: str) -> SendClaim:
    return SendClaim(operation, "offer", "ref", numbers, TEXT, Decimal(len(numbers)), freeze=FREEZE)


def begin(store: GitStore, claim: Claim, seconds: float = 0.0) -> Beginning:
    return store.begin(claim, AT, moment(seconds), LIMIT, 30.0)


def an_import(operation: str, number: str) -> ImportClaim:
    return ImportClaim(operation, "members", number, AOIFE)


def end(store: GitStore, operation: str) -> None:
    store.settle(operation, Result("done"), AT, moment(1))


def statuses(store: GitStore) -> dict[str, str]:
    rows = store.load(["offer"], AT).campaigns["offer"].rows
    return {number: row.status.value for number, row in rows.items() if row.status.value != "planned"}
