"""An environment of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

_HEARD = ("SENDMODE_API_KEY", "SENDMODE_STATE", "SENDMODE_ALLOW_HOST", "NO_COLOR", "CI", "GITHUB_ACTOR")


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in _HEARD:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
