"""Copies that runs make by themselves: one a serial, the newest five."""

from __future__ import annotations

from pathlib import Path

import pytest

from sendmode_sync.errors import StateError
from sendmode_sync.store import backups


def test_the_newest_five_are_kept(tmp_path: Path) -> None:
    state = tmp_path / "sendmode.db"

    def copy(target: Path) -> None:
        target.parent.mkdir(exist_ok=True)
        target.write_text(target.stem)

    for serial in (3, 9, 10, 11, 100, 1000, 1001):
        made = backups.keep(state, serial, copy)
        assert made.exists()
    (tmp_path / "backups" / "other-0000000001.db").touch()
    (tmp_path / "backups" / "sendmode-mine.db").touch()
    made = backups.keep(state, 1002, copy)
    assert {path.name for path in made.parent.iterdir()} == {
        "other-0000000001.db",
        "sendmode-mine.db",
        *(f"sendmode-{serial:010}.db" for serial in (11, 100, 1000, 1001, 1002)),
    }


def test_one_serial_is_copied_once(tmp_path: Path) -> None:
    copied: list[Path] = []

    def copy(target: Path) -> None:
        copied.append(target)
        target.parent.mkdir(exist_ok=True)
        target.touch()

    for _ in range(2):
        backups.keep(tmp_path / "sendmode.db", 7, copy)
    assert len(copied) == 1


def test_a_copy_that_fails_stops_the_run(tmp_path: Path) -> None:
    def copy(target: Path) -> None:
        raise StateError("the disk is full")

    with pytest.raises(StateError, match="the disk is full"):
        backups.keep(tmp_path / "sendmode.db", 7, copy)
