"""The mark beside the branch of a state: an older commit that somebody puts back between two runs sends nothing."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sendmode_sync.errors import StateError
from sendmode_sync.model.desired import OptOut
from sendmode_sync.store.git import GitStore
from sendmode_sync.store.git_branch import GitBranch, Place
from tests.engines.git_remote import BRANCH, Remote
from tests.store.branches import AT, ONE, TWO, Repository, begin, end, repository, run, send, statuses

MARK = "refs/heads/state-mark/newest"
KEY = "made-up-key-of-forty-characters-0123456789"


@pytest.fixture(params=[None, KEY], ids=["readable", "sealed"])
def shared(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Repository]:
    with repository(tmp_path, request.param) as made:
        yield made


def git(shared: Repository, *words: str) -> str:
    ran = subprocess.run(["git", "-C", shared.remote.path, *words], check=True, capture_output=True, text=True)
    return ran.stdout.strip()


def at(shared: Repository, ref: str) -> str:
    return git(shared, "for-each-ref", "--format=%(objectname)", ref)


def sent(shared: Repository, name: str, number: str) -> None:
    """Let a run send one text."""
    store = shared.store()
    store.lock(run(name), 0)
    begin(store, send(f"op-{name}", number))
    end(store, f"op-{name}")
    store.close()


def put_back(shared: Repository) -> str:
    """Let a text be sent and put the commit of before on the branch; return the newest."""
    older = shared.remote.head()
    sent(shared, "run-1", ONE)
    newest = str(shared.remote.head())
    git(shared, "update-ref", "refs/heads/state", str(older))
    return newest


def test_the_mark_goes_where_the_branch_goes(shared: Repository) -> None:
    assert at(shared, MARK) == shared.remote.head()
    sent(shared, "run-1", ONE)
    shared.store().record_optouts([OptOut(TWO)], "command", AT)
    assert at(shared, MARK) == shared.remote.head()
    assert not shared.store().behind


def test_an_older_commit_sends_nothing_and_is_known_as_one(shared: Repository) -> None:
    newest = put_back(shared)
    store = shared.store()
    assert store.behind
    assert any("older copy" in said for said in store.check())
    with pytest.raises(StateError, match="state check --restored"):
        store.lock(run("run-2"), 0)
    assert store.record_optouts([OptOut(TWO)], "command", AT) == 1
    assert at(shared, MARK) == newest  # it is where the newest copy still is
    assert shared.store().behind


def test_an_older_commit_that_is_closed_off_may_send_again(shared: Repository) -> None:
    put_back(shared)
    store = shared.store()
    height = GitBranch(shared.place, shared.key).read().height
    assert store.close_restored(AT, ["offer"]) == ["offer"]
    after = shared.store()
    assert not after.behind
    assert after.identity().serial > height
    assert after.load(["offer"], AT).campaigns["offer"].closed_as == "lost"
    assert at(shared, MARK) == shared.remote.head()
    after.lock(run("run-2"), 0)


def test_the_newest_commit_is_put_back_from_the_mark(shared: Repository) -> None:
    put_back(shared)
    git(shared, "update-ref", "refs/heads/state", MARK)
    store = shared.store()
    assert not store.behind
    assert statuses(store) == {ONE: "accepted"}


def test_a_mark_that_was_removed_is_made_anew(shared: Repository) -> None:
    git(shared, "update-ref", "-d", MARK)
    sent(shared, "run-1", ONE)
    assert at(shared, MARK) == shared.remote.head()


def test_a_mark_that_was_put_back_is_brought_on(shared: Repository) -> None:
    older = str(shared.remote.head())
    sent(shared, "run-1", ONE)
    git(shared, "update-ref", MARK, older)
    assert not shared.store().behind
    sent(shared, "run-2", TWO)
    assert at(shared, MARK) == shared.remote.head()


def hook(shared: Repository, script: str) -> None:
    """Let the remote run a script for each branch of a push."""
    path = shared.remote.path / "hooks" / "update"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.parametrize("refusing", ["hook", "atomic", "name"])
def test_a_remote_that_takes_no_mark_keeps_the_state_all_the_same(shared: Repository, refusing: str) -> None:
    git(shared, "update-ref", "-d", MARK)
    if refusing == "atomic":
        git(shared, "config", "receive.advertiseAtomic", "false")
    elif refusing == "name":
        git(shared, "update-ref", MARK.removesuffix("/newest"), str(shared.remote.head()))
    else:
        hook(shared, 'case "$1" in *-mark/*) exit 1 ;; esac')
    sent(shared, "run-1", ONE)
    assert statuses(shared.store()) == {ONE: "accepted"}
    assert at(shared, MARK) == ""


def test_a_refusal_that_is_not_the_marks_does_not_cost_it(shared: Repository) -> None:
    git(shared, "update-ref", "-d", MARK)
    hook(shared, 'case "$1" in *-mark/*) ;; *) test -e refused && exit 0; touch refused; exit 1 ;; esac')
    with pytest.raises(StateError, match="hook declined"):
        shared.store().record_optouts([OptOut(TWO)], "command", AT)
    assert shared.store().record_optouts([OptOut(TWO)], "command", AT) == 1
    assert at(shared, MARK) == shared.remote.head()


def test_a_state_made_anew_is_not_measured_by_the_one_before(shared: Repository) -> None:
    sent(shared, "run-1", ONE)
    git(shared, "update-ref", "-d", "refs/heads/state")
    GitStore.create(shared.place, shared.key, AT).close()
    assert not shared.store().behind
    assert at(shared, MARK) == shared.remote.head()


def test_the_mark_of_another_state_says_nothing(shared: Repository, tmp_path: Path) -> None:
    sent(shared, "run-1", ONE)
    (tmp_path / "other").mkdir()
    with repository(tmp_path / "other", shared.key) as other:
        git(shared, "fetch", "--quiet", str(other.remote.path), f"+refs/heads/state:{MARK}")
        assert not shared.store().behind
        assert statuses(shared.store()) == {ONE: "accepted"}


def test_a_state_is_made_where_no_second_branch_is_taken(tmp_path: Path) -> None:
    remote = Remote(tmp_path / "plain.git")
    subprocess.run(["git", "-C", remote.path, "config", "receive.advertiseAtomic", "false"], check=True)
    place = Place(str(remote.path), BRANCH, tmp_path)
    GitStore.create(place, None, AT).close()
    with contextlib.closing(GitStore.open(place, None)) as store:
        assert store.record_optouts([OptOut(ONE)], "command", AT) == 1
        assert not store.behind
    with pytest.raises(StateError, match="already"):
        GitStore.create(place, None, AT)
