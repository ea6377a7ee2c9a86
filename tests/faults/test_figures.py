"""The command that prints the figures: small ones here, the whole on demand; a figure that falls short is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import figures
from tests.faults.figures import Asked, Figure


@pytest.mark.timeout(300)
def test_the_figures_of_a_few_schedules_are_made_and_the_kinds_that_never_happened_fall_short(tmp_path: Path) -> None:
    made = {each.name.strip(): each for each in figures.schedules(Asked(5, 0, 1, tmp_path))}
    assert made["schedules played"] == Figure("schedules played", "5", "5", met=True)
    assert made["with a violation"].met
    assert not made["kinds of fault that happened"].met


def test_one_figure_that_falls_short_fails_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    def good(_asked: Asked) -> Iterator[Figure]:
        yield Figure("schedules", "1", "1", met=True)

    def bad(_asked: Asked) -> Iterator[Figure]:
        yield Figure("kills", "1", "0", met=False)

    assert figures.main([], [good, good]) == 0
    assert figures.main([], [good, bad]) == 1
    assert "kills" in next(line for line in capsys.readouterr().out.splitlines() if "falls short" in line)
