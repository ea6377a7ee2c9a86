from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from sendmode_sync.errors import StateError, StateMissingError
from sendmode_sync.model.desired import OptOut
from sendmode_sync.store import git_program
from sendmode_sync.store.git import GitStore
from sendmode_sync.store.git_branch import Place, resolved
from sendmode_sync.store.git_program import Git
from tests.engines.git_remote import Remote
from tests.store.branches import AOIFE, AT, NUMBERS, ONE, THREE, TWO, Repository, run


def objects(remote: Remote) -> int:
    """Count every object that was ever pushed."""
    counted = subprocess.run(
        ["git", "-C", remote.path, "count-objects", "-v"], check=True, capture_output=True, text=True
    )
    figures = dict(line.split(": ") for line in counted.stdout.splitlines())
    return int(figures["count"]) + int(figures["in-pack"])


def test_every_commit_replaces_the_one_before_and_says_what_it_is(shared: Repository) -> None:
    for number in (ONE, TWO, THREE):
        shared.store().record_optouts([OptOut(number)], "command", AT)
    header = json.loads(shared.remote.show("state.json"))
    assert shared.remote.commits() == 1
    assert (header["serial"], header["epoch"], header["lock"], header["sealed"]) == (3, 0, "free", "none")
    assert header["lineage"] == shared.store().identity().lineage


def test_a_change_that_lost_the_race_is_made_again_on_what_won_it(shared: Repository) -> None:
    first, second, third = shared.store(), shared.store(), shared.store()
    assert first.record_optouts([OptOut(ONE)], "command", AT) == 1
    assert second.record_optouts([OptOut(ONE), OptOut(TWO)], "command", AT) == 1
    assert third.record_optouts([OptOut(THREE)], "command", AT) == 1
    assert set(shared.store().load((), AT).optouts) == {ONE, TWO, THREE}


def test_a_change_that_changes_nothing_is_not_pushed(shared: Repository) -> None:
    shared.store().record_optouts([OptOut(ONE)], "command", AT)
    before = shared.remote.head()
    assert shared.store().record_optouts([OptOut(ONE)], "command", AT) == 0
    assert shared.remote.head() == before


def test_a_remote_that_refuses_is_named_and_nothing_is_said_to_be_done(shared: Repository) -> None:
    before = shared.remote.head()
    shared.remote.harm("reject")
    with pytest.raises(StateError, match=r"did not take the state.*pre-receive hook declined"):
        shared.store().record_optouts([OptOut(ONE)], "command", AT)
    assert shared.remote.head() == before


def test_a_push_whose_answer_is_lost_is_looked_up(shared: Repository) -> None:
    shared.remote.harm("drop")
    assert shared.store().record_optouts([OptOut(ONE)], "command", AT) == 1
    shared.remote.harm(None)
    store = shared.store()
    assert (set(store.load((), AT).optouts), store.identity().serial) == ({ONE}, 1)


def test_a_push_carries_what_changed(shared: Repository) -> None:
    store = shared.store()
    store.lock(run("run-1"), 0)
    store.adopt_imports([(f"group-{at}", number, AOIFE) for at in range(50) for number in NUMBERS], AT)
    store.unlock()
    chunks = json.loads(shared.remote.show("state.json"))["size"] // 4096
    before = objects(shared.remote)
    shared.store().record_optouts([OptOut(ONE)], "command", AT)
    assert chunks > 100
    assert objects(shared.remote) - before < 20


def test_a_branch_that_is_there_is_never_overwritten(shared: Repository) -> None:
    with pytest.raises(StateError, match="already"):
        GitStore.create(shared.place, None, AT)


def test_a_missing_branch_and_an_unreachable_remote_are_told_apart(tmp_path: Path) -> None:
    remote = Remote(tmp_path / "remote.git")
    with pytest.raises(StateMissingError, match="no branch other"):
        GitStore.open(Place(str(remote.path), "other", tmp_path), None)
    assert not GitStore.exists(Place(str(remote.path), "other", tmp_path), None)
    with pytest.raises(StateError, match="did not answer"):
        GitStore.open(Place(str(tmp_path / "nowhere.git"), "other", tmp_path), None)


def test_a_branch_of_something_else_is_not_taken_for_a_state(shared: Repository) -> None:
    git = ["git", "-C", str(shared.remote.path)]
    tree = subprocess.run([*git, "mktree"], input="", check=True, capture_output=True, text=True).stdout.strip()
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    commit = subprocess.run(
        [*git, *who, "commit-tree", tree, "-m", "x"], check=True, capture_output=True, text=True
    ).stdout.strip()
    subprocess.run([*git, "update-ref", "refs/heads/mine", commit], check=True)
    with pytest.raises(StateError, match="holds no state"):
        GitStore.open(shared.place._replace(branch="mine"), None)


def test_the_projects_own_remote_is_found_and_its_name_understood(tmp_path: Path) -> None:
    remote = Remote(tmp_path / "remote.git")
    project = tmp_path / "project"
    subprocess.run(["git", "init", "--quiet", project], check=True)
    with pytest.raises(StateError, match="no git remote origin"):
        resolved(Place(None, "state", project))
    subprocess.run(["git", "-C", project, "remote", "add", "upstream", "../remote.git"], check=True)
    inside = project / "gym"
    inside.mkdir()
    assert resolved(Place(None, "state", inside)) == str(remote.path)
    assert resolved(Place("upstream", "state", inside)) == str(remote.path)
    assert resolved(Place("https://host/x.git", "state", inside)) == "https://host/x.git"


def test_what_the_project_knows_of_reaching_its_remote_is_borrowed(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    for key, value in (("http.https://host/.extraheader", "Authorization: basic x"), ("core.bare", "false")):
        subprocess.run(["git", "-C", tmp_path, "config", key, value], check=True)
    assert git_program.borrowed(tmp_path) == (("http.https://host/.extraheader", "Authorization: basic x"),)


def test_neither_passwords_nor_our_own_keys_are_heard_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git_program.shown("hint: x\nfatal: unable to access 'https://me:secret@host/x': no\n") == (
        "fatal: unable to access 'https://host/x': no"
    )
    monkeypatch.setenv("SENDMODE_API_KEY", "planted")
    told = Git(tmp_path).ask("-c", "alias.tell=!env", "tell").written.decode()
    assert "GIT_TERMINAL_PROMPT=0" in told
    assert "planted" not in told


def test_a_remote_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="no answer within 0 s"):
        Git(tmp_path).ask("-c", "alias.wait=!sleep 30", "wait", seconds=0.2)
