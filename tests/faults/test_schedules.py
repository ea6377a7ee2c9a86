"""Ten thousand random schedules against the real engine: nothing lost, nothing sent twice, whatever happens."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.processes import Disk
from tests.faults.schedules import play
from tests.faults.soak import ENOUGH_FOR_ALL_KINDS, KINDS, Tally, read, soak, table, together

ROOT = Path(__file__).parents[2]
SCHEDULES = 10_000
PARTS = 8
"""The schedules are played in so many tests, so that both cores of a machine have enough to do to the end."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_schedule_breaks_an_invariant(tmp_path_factory: pytest.TempPathFactory, part: int) -> None:
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # which all workers of one run share
    each = SCHEDULES // PARTS
    said = ["--schedules", str(each), "--seed", str(part * each), "--workers", "1"]
    mine = shared / f"soak-{part}.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.soak", *said, "--tally", str(mine)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("COV")},  # measured it is slow
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert read(mine).schedules == each
    parts = [shared / f"soak-{at}.json" for at in range(PARTS)]
    if all(path.exists() for path in parts):  # whoever comes last judges the whole
        judge_the_whole(together(map(read, parts)))


def judge_the_whole(tally: Tally) -> None:
    assert tally.schedules == SCHEDULES
    assert tally.missing() == []
    assert tally.happened["run"] > 3 * SCHEDULES
    assert tally.happened["call"] > 10 * SCHEDULES
    assert tally.happened["kill"] > SCHEDULES / 3
    assert tally.happened["resolved-sent"] + tally.happened["resolved-not-sent"] > SCHEDULES / 10


def test_a_soak_is_the_same_for_the_same_seeds(tmp_path: Path) -> None:
    first, again = (soak(range(8), tmp_path / name) for name in ("first", "again"))
    assert first.happened == again.happened
    assert (first.schedules, first.broken) == (8, {})


def test_a_disk_that_was_played_on_is_as_good_as_a_new_one(tmp_path: Path) -> None:
    seeds = (*range(10), 9603, 9611)  # in the last, an older copy is put back after a death
    used = Disk(tmp_path / "used")
    with closing(used):
        again = [play(seed, used) for seed in (*reversed(seeds), *seeds)]
    alone = []
    for seed in seeds:
        with closing(Disk(tmp_path / str(seed))) as disk:
            alone.append(play(seed, disk))
    assert again == [*reversed(alone), *alone]


def test_a_kind_of_fault_that_never_happened_is_named() -> None:
    happened = Counter(dict.fromkeys(KINDS, 1))
    assert not Tally(ENOUGH_FOR_ALL_KINDS, happened, {}, 1.0).missing()
    del happened["kill at claim:durable"]
    tally = Tally(ENOUGH_FOR_ALL_KINDS, happened, {7: ("I1: twice", "I3: a lie")}, 1.0)
    assert tally.missing() == ["kill at claim:durable"]
    assert list(table(tally))[-2:] == ["seed 7: I1: twice (and 1 more)", "never happened: kill at claim:durable"]
