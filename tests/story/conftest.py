"""Lets the tests of the story share their words (``storyline``), and gives each test a project and an account."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from storyline import Project, Remote, emulated


@pytest.fixture
def remote() -> Iterator[Remote]:
    with emulated() as served:
        yield served


@pytest.fixture
def project(remote: Remote, tmp_path: Path) -> Project:
    directory = tmp_path / "project"
    directory.mkdir()
    return Project(directory, remote)
