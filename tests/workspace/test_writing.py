from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from sendmode_sync.workspace.writing import write_atomic


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file(tmp_path: Path) -> None:
    write_atomic(tmp_path / "open", b"x")
    write_atomic(tmp_path / "private", b"y", private=True)
    assert ((tmp_path / "open").read_bytes(), (tmp_path / "private").read_bytes()) == (b"x", b"y")
    assert mode(tmp_path / "private") == 0o600
    assert mode(tmp_path / "open") & 0o600 == 0o600


def test_an_existing_file_keeps_its_mode_unless_private(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_atomic(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", 0o640)
    write_atomic(path, b"newer", private=True)
    assert (path.read_bytes(), mode(path)) == (b"newer", 0o600)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "link").symlink_to("a")
    write_atomic(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "a").read_bytes() == b"new"


def test_where_it_fails_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_atomic(tmp_path / "folder", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    with pytest.raises(FileNotFoundError):
        write_atomic(tmp_path / "missing" / "a", b"x")


def test_what_fails_is_told_of_the_file_that_was_meant(tmp_path: Path) -> None:
    longest = tmp_path / ("n" * os.pathconf(tmp_path, "PC_NAME_MAX"))  # the name beside it is longer
    with pytest.raises(OSError, match="too long") as raised:
        write_atomic(longest, b"x")
    assert raised.value.filename == str(longest)
