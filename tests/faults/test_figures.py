"""The command that prints the figures: small ones here, the whole on demand; a figure that falls short is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import figures
from tests.faults.figures import Figure


@pytest.mark.timeout(300)
def test_the_figures_of_a_few_schedules_are_made_and_the_kinds_that_never_happened_fall_short(tmp_path: Path) -> None:
    made = {each.name.strip(): each for each in figures.schedules(5, 1, tmp_path)}
    assert made["schedules played"] == Figure("schedules played", "5", "5", met=True)
    assert made["with a violation"].met
    assert not made["kinds of fault that happened"].met


def test_one_figure_that_falls_short_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("schedules", "kills", "seeded_bugs", "coverage"):
        met = name != "kills"
        monkeypatch.setattr(figures, name, lambda *_, name=name, met=met: iter([Figure(name, "1", "0", met)]))
    assert figures.main([]) == 1
    assert "kills" in next(line for line in capsys.readouterr().out.splitlines() if "falls short" in line)
