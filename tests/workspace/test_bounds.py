from __future__ import annotations

from pathlib import Path

import pytest

from sendmode_sync.workspace.bounds import Outside, resolve, root_of, within


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a project below its root, and a file beside the repository."""
    for folder in ("repo/.git", "repo/project", "repo/shared"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "secret.csv").touch()
    (tmp_path / "repo/out").symlink_to(tmp_path)
    (tmp_path / "repo/in").symlink_to("shared")
    return tmp_path / "repo"


def test_the_root_is_the_repository_else_the_directory(repository: Path, tmp_path: Path) -> None:
    assert root_of(repository / "project") == repository
    assert root_of(tmp_path) == tmp_path


def test_a_repository_may_be_a_worktree(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: elsewhere\n", encoding="utf-8")
    (tmp_path / "below").mkdir()
    assert root_of(tmp_path / "below") == tmp_path


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("a.yaml", "project/a.yaml"),
        ("./x/../a.yaml", "project/a.yaml"),
        ("../shared/a.yaml", "shared/a.yaml"),
        ("../in/a.yaml", "shared/a.yaml"),
        ("..a.yaml", "project/..a.yaml"),
    ],
)
def test_inside(repository: Path, text: str, inside: str) -> None:
    assert resolve(text, repository / "project", repository) == repository / inside


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/etc/passwd", "must be a path inside the project"),
        ("~/a.csv", "must be a path inside the project"),
        ("~root/a.csv", "must be a path inside the project"),
        ("C:/a.csv", "must be a path inside the project"),
        ("a\\b.csv", 'must have "/"'),
        ("../../secret.csv", "leads out of the project"),
        ("x/../../../secret.csv", "leads out of the project"),
        ("../out/secret.csv", "is a link that leads out"),
    ],
)
def test_outside(repository: Path, text: str, says: str) -> None:
    found = resolve(text, repository / "project", repository)
    assert isinstance(found, Outside)
    assert found.message.startswith(says)


def test_without_a_repository_the_directory_is_the_bound(tmp_path: Path) -> None:
    assert isinstance(resolve("../a.csv", tmp_path, root_of(tmp_path)), Outside)
    assert within(tmp_path, tmp_path) == tmp_path
