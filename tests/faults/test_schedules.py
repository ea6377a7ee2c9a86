"""Random schedules against the real engine: nothing lost, nothing sent twice, whatever happens; and the soak that counts."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.soak import ENOUGH_FOR_ALL_KINDS, KINDS, Tally, soak, table

SOAK = Path(__file__).with_name("soak.py")
SECONDS = 90
LEAST = 300  # schedules on the slowest machine; two ordinary cores play ten times as many


@pytest.mark.timeout(600)
def test_no_schedule_breaks_an_invariant() -> None:
    command = [sys.executable, str(SOAK), "--schedules", "10000", "--seconds", str(SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    said = re.match(r"(\d+) schedules .*? (\d+) runs, (\d+) calls, \n(\d+) kills, (\d+) unknown", done.stdout)
    assert said is not None, done.stdout
    schedules, runs, calls, kills, unknown = map(int, said.groups())
    assert schedules >= LEAST
    assert runs > 3 * schedules
    assert calls > 10 * schedules
    assert kills > schedules / 3
    assert unknown > schedules / 10


def test_a_soak_is_the_same_for_the_same_seeds(tmp_path: Path) -> None:
    first, again = (soak(range(20), tmp_path / name) for name in ("first", "again"))
    assert first.happened == again.happened
    assert (first.schedules, first.broken) == (20, {})


def test_a_kind_of_fault_that_never_happened_is_named() -> None:
    happened = Counter(dict.fromkeys(KINDS, 1))
    assert not Tally(ENOUGH_FOR_ALL_KINDS, happened, {}, 1.0).missing()
    del happened["kill at claim:durable"]
    tally = Tally(ENOUGH_FOR_ALL_KINDS, happened, {7: ("I1: twice", "I3: a lie")}, 1.0)
    assert tally.missing() == ["kill at claim:durable"]
    assert list(table(tally))[-2:] == ["seed 7: I1: twice (and 1 more)", "never happened: kill at claim:durable"]
