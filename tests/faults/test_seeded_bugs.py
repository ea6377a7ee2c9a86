"""The tests are tested: every seeded bug is noticed, by the invariant that it breaks, within a bounded number of seeds."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.invariants import INVARIANTS
from tests.faults.processes import Disk
from tests.faults.schedules import play
from tests.faults.seeded_bugs import BUGS, CAUGHT_BY

MOST_SEEDS = 400


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", BUGS)
def test_a_seeded_bug_is_noticed(name: str, tmp_path: Path) -> None:
    with closing(Disk(tmp_path / "disk")) as disk:
        for seed in range(MOST_SEEDS):
            outcome = play(seed, disk, BUGS[name])
            if CAUGHT_BY[name] & {said.split(":")[0] for said in outcome.violations}:
                return
    pytest.fail(f"{MOST_SEEDS} schedules did not notice: {name}")


def test_the_readme_counts_the_bugs_and_the_invariants() -> None:
    assert len(INVARIANTS) == 12
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    said = re.search(r"(\d+) seeded bugs", readme)
    assert said is not None
    assert int(said[1]) == len(BUGS)
