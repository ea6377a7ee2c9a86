"""A state that moves from any store to any other: everything arrives, and what it left says where it went."""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest

from sendmode_sync.errors import StateError
from sendmode_sync.model.claim import Freeze, ImportClaim, Outcome, Result, RunStart, SendClaim
from sendmode_sync.model.desired import NO_VALUES, OptOut
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.model.state import FrozenText
from sendmode_sync.ports import StateStore
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.wiring import moving, states
from sendmode_sync.wiring.environment import Where
from tests.engines import postgres_server
from tests.engines.git_remote import Remote

AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
NOW, LIMIT = Instant(1e9, 1000.0, "boot"), RateLimit(100, 60.0)
NUMBERS = tuple(f"+44770090000{digit}" for digit in range(1, 9))
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@pytest.fixture(name="project")
def a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose state in ``old.db`` holds one of everything."""
    monkeypatch.chdir(tmp_path)
    Path("sendmode.yaml").write_text("version: 1\n", encoding="utf-8")
    freeze = Freeze("c1:x", False, dict.fromkeys(NUMBERS, "t1:x"), {"t1:x": FrozenText("Hi", "GSM-7", 1)})
    with closing(SqliteStore.create(tmp_path / "old.db", AT, lineage="the-lineage")) as store:
        store.lock(RunStart("run-1", "apply", "host", 1, "me", AT), 0)
        store.use_plan("plan-1", AT)
        store.prove("a1:x", proven=True)
        for outcome, number in zip(OUTCOMES, NUMBERS, strict=False):
            claim = SendClaim(f"op-{outcome}", "offer", "ref", (number,), "t1:x", Decimal("2.5"), freeze=freeze)
            store.begin(claim, AT, NOW, LIMIT, 30.0)
            store.settle(claim.operation, Result(outcome, "why"), AT, NOW)
        store.begin(ImportClaim("op-import", "members", NUMBERS[0], NO_VALUES), AT, NOW, LIMIT, 30.0)
        store.settle("op-import", Result("done"), AT, NOW)
        store.suppress("offer", [NUMBERS[5]], AT)
        store.record_optouts([OptOut(NUMBERS[6], "STOP"), OptOut(NUMBERS[7])], "yaml", AT)
        store.lift_optout(NUMBERS[7], "signed", "me", AT)
        store.forget("+447700900010", AT)
        store.remember({"list": b"\x00of people"})
        store.finish(4, AT, Decimal(10), Decimal("7.5"))
    return tmp_path


def everything(place: str) -> list[Any]:
    """Return all that can be read of a state, but for its runs."""
    with closing(opened(place)) as store:
        state = store.load(["offer", "other"], AT)
        assert (store.check(), store.holder()) == ([], None)
        return [
            *(
                replace(store.identity(), serial=0),
                state.optouts,
                state.applied,
                state.forgotten,
                state.campaigns["offer"].rows,
            ),
            *(store.operations("run-1"), store.sent(), store.unknowns(), store.numbers(), store.remembered()),
            *(store.plan_was_applied("plan-1"), [store.about(number) for number in NUMBERS]),
        ]


def runs(place: str) -> list[tuple[str, str]]:
    with closing(opened(place)) as store:
        return [(each.run, each.kind) for each in store.runs()]


def opened(place: str, *, write: bool = True) -> StateStore:
    return states.engine(states.named(Where(Path("sendmode.yaml"), None), place)).open(write=write)


def move(left: str, reached: str) -> None:
    moving.move(Where(Path("sendmode.yaml"), left), reached)


@pytest.fixture(name="database")
def an_empty_database() -> Iterator[postgres_server.Server]:
    running = postgres_server.shared()
    running.fresh()
    yield running
    running.fresh()


def test_a_copy_of_before_that_is_put_back_is_an_older_one(project: Path) -> None:
    shutil.copy("old.db", "copy.db")
    branch = Remote(project / "branch.git")
    move("old.db", branch.state)
    older = branch.head()
    with pytest.raises(StateError, match="has moved to"):
        opened("old.db")
    shutil.copy("copy.db", "old.db")
    move(branch.state, "new.db")
    subprocess.run(["git", "-C", branch.path, "update-ref", f"refs/heads/{branch.branch}", str(older)], check=True)
    for place, behind in (("old.db", True), (branch.state, True), ("new.db", False)):
        with closing(opened(place, write=False)) as store:
            assert store.behind is behind, place


def test_a_state_goes_everywhere_and_loses_nothing(project: Path, database: postgres_server.Server) -> None:
    first, second = Remote(project / "first.git").state, Remote(project / "second.git").state
    expected, history = everything("old.db"), runs("old.db")
    route = ("old.db", first, database.url, "new.db", database.url, second, "newest.db")
    for left, reached in itertools.pairwise(route):
        if reached == database.url:
            database.fresh()
        move(left, reached)
        assert everything(reached) == expected
        came = runs(reached)
        assert came[1:] == history
        assert came[0][1] == "move"
        history = came
        for write in (True, False):
            with pytest.raises(StateError, match="has moved to") as sealed:
                opened(left, write=write)
            assert "name that place in state:" in str(sealed.value)
    with closing(opened("newest.db")) as store:
        assert store.lock(RunStart("run-2", "apply", "host", 1, "me", AT), 0) == 0
