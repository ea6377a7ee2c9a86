from __future__ import annotations

import os
import stat
from contextlib import closing
from pathlib import Path

import pytest

from sendmode_sync.store.git_scratch import Scratch


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def aged(path: Path) -> Path:
    """Let a directory have been there for two hours."""
    was = path.stat().st_mtime - 7200
    os.utime(path, (was, was))
    return path


def test_it_is_private_and_gone_afterwards() -> None:
    scratch = Scratch()
    (scratch.path / "file").write_text("x")
    assert stat.S_IMODE(scratch.path.stat().st_mode) == 0o700
    scratch.close()
    scratch.close()
    assert not scratch.path.exists()


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in ("sendmode-sync-state-left", "sendmode-sync-state-young", "another-left"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("x")
    aged(tmp_path / "sendmode-sync-state-left")
    aged(tmp_path / "another-left")
    with closing(Scratch()) as living:
        aged(living.path)
        with closing(Scratch()) as other:
            found = {path.name for path in tmp_path.iterdir()}
            assert found == {"sendmode-sync-state-young", "another-left", living.path.name, other.path.name}
