"""Real processes, ended by SIGKILL at every point of the writing order, then resumed with the program itself."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sendmode_sync.store.sqlite_schema import CURRENT
from tests.faults.crime import Scene, Zygote
from tests.faults.engines import Postgres


def steps(*transactions: str) -> tuple[str, ...]:
    """Return the points of transactions."""
    return tuple(f"{name}:{step}" for name in transactions for step in ("before", "written", "durable"))


POINTS = (*steps("claim"), "call:claimed", "call:answered", *steps("result"), "call:settled")
AROUND = steps("recovery", "digest", "optouts", "proof", "see", "gone", "memory", "finish", "release")
LANES = ("imports", "optouts", "sends")
CALLS = {"first": 1, "middle": 2, "last": 3}
KILLS = int(os.environ.get("SENDMODE_KILLS", "20"))
"""How many processes are killed at a random point; 200 on demand."""


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    made = Zygote()
    yield made
    made.close()


@pytest.fixture
def scene(tmp_path: Path, zygote: Zygote) -> Iterator[Scene]:
    made = Scene(tmp_path, zygote)
    yield made
    made.close()


def as_version_1(path: Path) -> None:
    """Take out of a state what version 2 brought."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in reversed(CURRENT.migrations[1]):
            _, what, name, *_ = statement.split()
            connection.execute(f"DROP {what} IF EXISTS {name}")
        connection.execute("PRAGMA user_version = 1")


def version(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_of_a_call(scene: Scene, point: str, lane: str, call: str) -> None:
    ended = scene.crash(point, CALLS[call] + 1, lane)  # the first hit is the reading of the balance
    assert ended.killed, ended
    assert scene.end_well() == []


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize("point", ["wire:arrived", "wire:processed"])
def test_killed_while_the_remote_works(scene: Scene, point: str, lane: str, call: str) -> None:
    scene.kill_at = point, CALLS[call] + (point == "wire:arrived")
    ended = scene.crash("never", 1, lane)
    assert ended.killed, ended
    assert scene.end_well() == []


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize("point", steps("recovery"))
def test_killed_again_during_recovery(scene: Scene, point: str, lane: str, call: str) -> None:
    assert scene.crash("claim:durable", CALLS[call] + 1, lane).killed
    assert scene.crash(point, 1, lane).killed
    assert scene.end_well() == []


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize("point", steps("migration"))
def test_killed_again_during_a_migration(scene: Scene, point: str, lane: str, call: str) -> None:
    assert scene.crash("claim:durable", CALLS[call] + 1, lane).killed
    as_version_1(scene.state)
    assert scene.crash(point, 1, lane).killed
    assert version(scene.state) == (CURRENT.version if point == "migration:durable" else 1)
    assert scene.end_well() == []
    assert version(scene.state) == CURRENT.version
    assert version(scene.state.with_name("sendmode.db.bak-v1")) == 1


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("point", steps("resolution"))
def test_killed_while_an_outcome_is_settled(scene: Scene, point: str, call: str) -> None:
    scene.kill_at = "wire:processed", CALLS[call]
    assert scene.crash("never", 1, "sends").killed
    scene.apply()
    assert scene.crash(point, 1, campaign="c0").killed
    settled = point == "resolution:durable"
    assert bool(scene.memory().resolved) is settled
    assert scene.end_well() == []


@pytest.mark.parametrize("point", AROUND)
def test_killed_at_a_point_around_the_calls(scene: Scene, point: str) -> None:
    assert scene.crash(point, 1).killed
    assert scene.end_well() == []


def test_every_point_that_an_apply_passes_is_killed_at(scene: Scene) -> None:
    passed = scene.directory / "points"
    assert scene.zygote.run(scene.directory, point="never", hit=1, only=(), record=str(passed)).code == 0
    assert set(passed.read_text().split()) == {*POINTS, *AROUND}


@pytest.mark.parametrize("seed", range(KILLS))
def test_killed_at_a_random_point_and_again(scene: Scene, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 3)):
        scene.crash("any", chance.randint(1, 150))
    assert scene.end_well() == []


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with closing(Postgres()) as engine:
        yield engine


@pytest.mark.parametrize(
    "point",
    ["claim:written", "claim:durable", "call:answered", "result:written", "result:durable", "recovery:written"],
)
def test_killed_at_a_point_with_the_state_in_postgresql(
    tmp_path: Path, zygote: Zygote, postgres: Postgres, point: str
) -> None:
    with closing(Scene(tmp_path, zygote, postgres)) as scene:
        ended = scene.crash(point, 1 if point.startswith("recovery") else 3, "sends")
        assert ended.killed, ended
        assert scene.end_well() == []
