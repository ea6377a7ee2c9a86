from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sendmode_sync.errors import StateError
from sendmode_sync.model.desired import OptOut
from sendmode_sync.store.git import GitStore
from sendmode_sync.store.git_seal import KeySeal, NoSeal, fitting
from tests.store.branches import AT, ONE, TWO, Repository, repository, run

KEY = "made-up-key-of-forty-characters-0123456789"
OTHER = "another-key-of-forty-characters-0123456789"


@pytest.fixture(name="shared")
def sealed_state(tmp_path: Path) -> Iterator[Repository]:
    with repository(tmp_path, KEY) as made:
        yield made


def everything(shared: Repository) -> bytes:
    """Return every byte of every object of the remote."""
    return subprocess.run(
        ["git", "-C", shared.remote.path, "cat-file", "--batch-all-objects", "--batch"], check=True, capture_output=True
    ).stdout


def blobs(shared: Repository) -> set[str]:
    listed = subprocess.run(
        ["git", "-C", shared.remote.path, "ls-tree", "-r", "state", "database"],
        check=True,
        capture_output=True,
        text=True,
    )
    return {line.split()[2] for line in listed.stdout.splitlines()}


def test_nobody_is_read_out_of_a_sealed_branch(shared: Repository) -> None:
    holder = shared.store()
    holder.lock(run("run-1"), 0)
    shared.store().record_optouts([OptOut(ONE)], "command", AT)
    asked = json.loads(shared.remote.show("state.json"))["inbox"]
    assert len(asked) == 1
    holder.unlock()
    shared.store().record_optouts([OptOut(TWO)], "command", AT)
    assert set(shared.store().load((), AT).optouts) == {ONE, TWO}
    held = everything(shared)
    assert ONE.encode() not in held
    assert TWO.encode() not in held
    assert b"SQLite format" not in held
    assert KEY.encode() not in held


def test_an_open_branch_holds_them(tmp_path: Path) -> None:
    with repository(tmp_path) as shared:  # or the test above would say nothing
        shared.store().record_optouts([OptOut(ONE)], "command", AT)
        assert ONE.encode() in everything(shared)


def test_a_chunk_that_did_not_change_stays_the_same_object(shared: Repository) -> None:
    before = blobs(shared)
    shared.store().record_optouts([OptOut(ONE)], "command", AT)
    assert len(blobs(shared) - before) < 6
    assert len(before) > 20


@pytest.mark.parametrize(
    ("key", "said"),
    [(None, "is sealed; export SENDMODE_STATE_KEY"), (OTHER, "does not open with this"), ("x", "shorter")],
)
def test_a_wrong_key_is_named_and_never_shown(shared: Repository, key: str | None, said: str) -> None:
    with pytest.raises(StateError, match=said) as refused:
        GitStore.open(shared.place, key)
    assert KEY not in str(refused.value)
    assert OTHER not in str(refused.value)


def test_a_key_for_a_state_that_is_not_sealed_is_refused(tmp_path: Path) -> None:
    with repository(tmp_path) as shared, pytest.raises(StateError, match="is not sealed"):
        GitStore.open(shared.place, KEY)


def test_a_header_that_somebody_wrote_is_not_believed(shared: Repository, tmp_path: Path) -> None:
    work = tmp_path / "work"
    subprocess.run(["git", "clone", "--quiet", "--branch", "state", shared.remote.path, work], check=True)
    header = json.loads((work / "state.json").read_text())
    (work / "state.json").write_text(json.dumps({**header, "serial": 99}))
    git = ["git", "-C", str(work), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "commit", "--quiet", "--all", "--message", "x"], check=True)
    subprocess.run([*git, "push", "--quiet", "origin", "state"], check=True)
    with pytest.raises(StateError, match="does not open with this SENDMODE_STATE_KEY, or was altered"):
        shared.store()


def test_a_seal_opens_only_what_was_sealed_there_with_this_key_for_this_state() -> None:
    seal = KeySeal(KEY, "lineage")
    sealed = seal.close("database/0/0", b"content")
    assert seal.open("database/0/0", sealed) == b"content"
    assert seal.close("database/0/0", b"content") == sealed
    for other, place in (
        (seal, "database/0/1"),
        (KeySeal(KEY, "another"), "database/0/0"),
        (KeySeal(OTHER, "lineage"), "database/0/0"),
    ):
        with pytest.raises(StateError):
            other.open(place, sealed)


def test_the_seal_of_a_newer_version_is_refused() -> None:
    assert isinstance(fitting(None, "lineage", "none"), NoSeal)
    with pytest.raises(StateError, match="newer"):
        fitting(KEY, "lineage", "something-better")


def test_without_the_library_that_seals_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(StateError, match=r"needs cryptography; pip install 'sendmode-sync\[git\]'"):
        KeySeal(KEY, "lineage")
    assert isinstance(fitting(None, "lineage"), NoSeal)
