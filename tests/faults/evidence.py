"""What a checker judges by: what the remote saw, what was claimed and recorded when, and what the state says afterwards.

Plain values, gathered by whoever plays: schedules in one process, or real processes that are killed. A *tick* counts
events of one play, so that "after" is not a matter of any clock.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from sendmode_sync.emulator.account import EmulatedAccount
from sendmode_sync.model.report import RunReport
from sendmode_sync.model.settings import RateLimit


class Request(NamedTuple):
    """One mutating request as it arrived: what it was, and whether the durable state held its claim at that moment.

    ``let_in`` is False for what limiter or key check turned away; ``performed`` says whether it took effect, ``ok``
    whether the remote answered that it did, judged without the product's help. ``certain`` says that the answer is one
    of those that prove that nothing was processed.
    """

    tick: int
    kind: str
    numbers: tuple[str, ...]
    campaign: str
    group: str
    operation: str | None
    let_in: bool = True
    performed: bool = False
    ok: bool = False
    certain: bool = False


class Claimed(NamedTuple):
    """A start that the store allowed: of a first try or of another one."""

    tick: int
    operation: str
    kind: str
    numbers: tuple[str, ...]


class Ran(NamedTuple):
    """One apply that came to its end: its report, or the sentence with which it refused.

    ``known_optouts`` are those recorded before it planned. ``undisturbed`` says that nobody else changed anything while
    it ran; ``changes_after`` is the number of changes that a plan made right after it would make. ``serial`` and
    ``lineage`` are the state's afterwards; ``unknown`` counts the calls that were unknown then.
    """

    run: str
    report: RunReport | None
    refusal: str
    known_optouts: frozenset[str]
    undisturbed: bool
    changes_after: int
    lineage: str
    serial: int
    unknown: int
    calls: int
    restored: bool = False


class Row(NamedTuple):
    """One recipient of one campaign, as the state has it."""

    campaign: str
    number: str
    status: str
    operation: str | None


class Operation(NamedTuple):
    """One call of the journal."""

    operation: str
    run: str
    kind: str
    status: str
    cause: str | None
    campaign: str | None
    group: str | None
    numbers: tuple[str, ...]


@dataclass(slots=True)
class Memory:
    """The state, read with SQL of its own, so that a fault of the product's readers does not hide one of its writers."""

    lineage: str = ""
    serial: int = 0
    rows: tuple[Row, ...] = ()
    operations: tuple[Operation, ...] = ()
    applied: frozenset[tuple[str, str]] = frozenset()
    optouts: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    cancelled: frozenset[str] = frozenset()
    resolved: frozenset[str] = frozenset()


@dataclass(slots=True)
class Evidence:
    """Everything of one play. ``at_rest`` is True once everything was healed and applied until nothing was left.

    ``wanted`` are the imports (group, number) that the project still asks for, ``given_up`` the campaigns that cannot be
    finished any more (blocked or no longer written). ``in_flight`` are the operations that were under way when a process died or was
    told to hurry. ``secrets`` may stand in no output. ``campaigns`` are the campaigns that sends were claimed for, by their
    reference, since all occurrences of a series share one stem; ``hours`` are sentences about texts that left at an hour
    at which they may not. ``deadlines`` is True where calls go over HTTP and end by the total deadline of the real client,
    whether or not an answer was on its way.
    """

    account: EmulatedAccount
    limit: RateLimit
    requests: list[Request] = field(default_factory=list)
    claims: list[Claimed] = field(default_factory=list)
    optouts: dict[str, int] = field(default_factory=dict)
    runs: list[Ran] = field(default_factory=list)
    memory: Memory = field(default_factory=Memory)
    outputs: list[str] = field(default_factory=list)
    campaigns: dict[str, str] = field(default_factory=dict)
    hours: list[str] = field(default_factory=list)
    secrets: tuple[str, ...] = ()
    in_flight: set[str] = field(default_factory=set)
    wanted: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    given_up: frozenset[str] = frozenset()
    behind: bool = False
    at_rest: bool = False
    idle_calls: int = 0
    deadlines: bool = False

    def campaign_of(self, customerid: str | None) -> str:
        """Return the campaign of a reference: as it was claimed, else the one whose name opens it."""
        return self.campaigns.get(customerid or "") or campaign_of(customerid)


def campaign_of(customerid: str | None) -> str:
    """Return the campaign whose name opens a reference."""
    return (customerid or "").split("-")[0]


def read(connection: sqlite3.Connection) -> Memory:
    """Read a state over a connection that somebody else opened."""

    def query(text: str) -> list[tuple[Any, ...]]:
        return connection.execute(text).fetchall()

    items: dict[str, list[str]] = {}
    for operation, number in query("SELECT operation, mobilenumber FROM operation_item"):
        items.setdefault(operation, []).append(number)
    ((lineage, serial),) = connection.execute("SELECT lineage, serial FROM meta").fetchall()
    campaigns = query("SELECT name, closed_as, cancelled_at FROM campaign")
    calls = query("SELECT operation, run, kind, status, cause, campaign, contact_group FROM operation ORDER BY seq")
    applied = query(
        "SELECT name, mobilenumber FROM applied JOIN contact_group ON contact_group.id = applied.contact_group"
    )
    return Memory(
        lineage=lineage,
        serial=serial,
        rows=tuple(
            Row(*row) for row in connection.execute("SELECT campaign, mobilenumber, status, operation FROM send")
        ),
        operations=tuple(Operation(*row) for row in ((*row, tuple(sorted(items.get(row[0], ())))) for row in calls)),
        applied=frozenset((group, number) for group, number in applied),
        optouts=_first(query("SELECT mobilenumber FROM optout")),
        closed=frozenset(name for name, closed, _ in campaigns if closed is not None),
        cancelled=frozenset(name for name, _, cancelled in campaigns if cancelled is not None),
        resolved=_first(query("SELECT operation FROM resolution")),
    )


def read_file(path: Path) -> Memory:
    """Read a state that nobody has open, as who opens it next finds it.

    What a death in the midst of a commit left in it is rolled back, in a copy: in the file itself it is the product's part.
    """
    with tempfile.TemporaryDirectory(dir=path.parent) as directory:
        copy = Path(directory, path.name)
        shutil.copyfile(path, copy)
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{path}-journal", f"{copy}-journal")
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            return read(connection)


def _first(rows: Iterable[tuple[Any, ...]]) -> frozenset[str]:
    return frozenset(row[0] for row in rows)
