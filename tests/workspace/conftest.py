from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sendmode_sync.workspace.project import Loaded, load


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a project's files, by name, and return the project file."""

    def written(project: str = "version: 1\n", **files: str) -> Path:
        for name, text in {"sendmode.yaml": project, **files}.items():
            path = tmp_path / "project" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "project" / "sendmode.yaml"

    return written


@pytest.fixture
def load_here(write: Callable[..., Path]) -> Callable[..., Loaded]:
    """Write a project's files and load it from its own directory."""

    def loaded(project: str, files: dict[str, str] | None = None) -> Loaded:
        path = write(project, **(files or {}))
        return load(path, cwd=path.parent)

    return loaded
