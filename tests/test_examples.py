"""Every example is accepted by what a newcomer would try on it; none of that changes a file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sendmode_sync.cli.main import run

EXAMPLES = Path(__file__).parents[1] / "examples"
PROJECTS = sorted(path.relative_to(EXAMPLES) for path in EXAMPLES.glob("*/*.yaml") if "version: 1" in path.read_text())


@pytest.mark.parametrize("command", [("validate",), ("plan", "--offline"), ("rehearse", "--now", "2026-12-01T10:00")])
@pytest.mark.parametrize("project", PROJECTS, ids=str)
def test_examples_are_accepted(
    project: Path, command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SENDMODE_API_KEY", "SENDMODE_STATE", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    copied = Path(shutil.copytree(EXAMPLES, tmp_path / "examples"))
    before = sorted((path, path.read_bytes()) for path in copied.rglob("*") if path.is_file())
    assert run(["-f", str(copied / project), *command]) == 0
    assert sorted((path, path.read_bytes()) for path in copied.rglob("*") if path.is_file()) == before


def test_there_are_examples_of_every_kind() -> None:
    assert [str(path) for path in PROJECTS] == [
        "gym/sendmode.yaml",
        "minimal/sendmode.yaml",
        "shop/bread.yaml",
        "shop/coffee.yaml",
    ]
