"""Lets the tests of the story share their words (``storyline``), and gives each test a project and an account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.eavesdropping import search
from tests.story.storyline import Project, Remote, emulated


@pytest.fixture
def remote() -> Iterator[Remote]:
    with emulated() as served:
        yield served


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``state init`` writes, made once: a test that needs a lineage of its own runs the command itself."""
    directory = tmp_path_factory.mktemp("blank")
    with emulated() as served:
        project = Project(directory, served, directory)
        project.write("")
        assert project.run("state", "init", key=None).code == 0
    (directory / "sendmode.yaml").unlink()
    return directory


@pytest.fixture
def project(remote: Remote, blank: Path, tmp_path: Path) -> Iterator[Project]:
    directory = tmp_path / "project"
    directory.mkdir()
    yield Project(directory, remote, blank)
    search(tmp_path)
