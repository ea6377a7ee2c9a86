"""Where a state is kept, read from what a person wrote; a password is never shown."""

from __future__ import annotations

import pytest

from sendmode_sync.model.location import FileState, GitState, PostgresState, StateLocation, UnknownKind, read


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (".sendmode/sendmode.db", FileState(".sendmode/sendmode.db")),
        ("gitte.db", FileState("gitte.db")),
        ("git", GitState()),
        ("git+git@host:gym/lists.git", GitState("git@host:gym/lists.git")),
        ("git+https://host/lists#their-state", GitState("https://host/lists", "their-state")),
        ("git+#their-state", GitState(None, "their-state")),
        ("postgresql://host/sync", PostgresState("postgresql://host/sync")),
        ("postgres://host/sync", PostgresState("postgres://host/sync")),
        ("mysql://me:secret@host/sync", UnknownKind("mysql")),
    ],
)
def test_a_place_is_read(text: str, found: StateLocation | UnknownKind) -> None:
    assert read(text) == found


@pytest.mark.parametrize("text", ["postgresql://me:hunter2@host/sync", "git+https://me:hunter2@host/lists#state"])
def test_a_password_is_not_shown(text: str) -> None:
    assert "hunter2" not in f"{read(text)!s}{read(text)!r}"
