"""A state that hosted runners share: each run in a fresh clone, nothing kept between, the state on a branch of the remote."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sendmode_sync.model.location import DEFAULT_BRANCH
from tests.engines.git_remote import Remote as Repository
from tests.story.storyline import (
    MEMBERS,
    ROOT,
    Project,
    Remote,
    campaign,
    emulated,
    fitting,
    lines,
    number,
    numbers,
    once,
    people,
    until,
)

GIT = {f"GIT_{who}_{what}": "x@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
KEY = "made-up-key-of-forty-characters-0123456789"

Checkout = Callable[[], Project]


def git(directory: Path, *words: str) -> str:
    ran = subprocess.run(
        ["git", "-C", directory, *words], check=True, capture_output=True, text=True, env={**os.environ, **GIT}
    )
    return ran.stdout


def publish(project: Project, repository: Repository) -> None:
    """Put a project and its state on a remote."""
    project.environment["SENDMODE_STATE"] = "git"
    git(project.directory, "init", "--quiet", "--initial-branch=main")
    git(project.directory, "remote", "add", "origin", str(repository.path))
    ran = project.run("state", "init", key=None)
    assert ran.code == 0, ran.said
    git(project.directory, "add", "--all")
    git(project.directory, "commit", "--quiet", "--message=begin")
    git(project.directory, "push", "--quiet", "origin", "HEAD:main")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "remote.git", DEFAULT_BRANCH)


@pytest.fixture
def checkout(project: Project, repository: Repository, tmp_path: Path) -> Checkout:
    """Return a fresh clone of the project, in the place of the one before."""
    count = 0

    def fresh() -> Project:
        nonlocal count
        count += 1
        directory = tmp_path / f"checkout-{count}"
        git(tmp_path, "clone", "--quiet", "--branch=main", str(repository.path), str(directory))
        return Project(directory, project.remote, project.blank, project.account, project.safety, project.environment)

    return fresh


def test_two_runs_in_fresh_clones_send_everybody_one_text(
    remote: Remote, project: Project, repository: Repository, checkout: Checkout
) -> None:
    project.environment["SENDMODE_STATE_KEY"] = KEY
    project.write(lines(MEMBERS, people(*range(1, 8)), campaign(batch_size=1)))
    publish(project, repository)
    first = checkout()
    with remote.held("send"):
        running = first.start("apply", "--auto-approve")
        until(lambda: remote.calls("send") >= 1)
        second = checkout().apply()
        assert second.code == 1
        assert "is locked by run" in second.err
        opted_out = checkout().run("optouts", "add", number(7), key=None)
        assert opted_out.code == 0, opted_out.said
        running.kill()
    shutil.rmtree(first.directory)
    status = checkout().status()
    run = json.loads(repository.show("state.json"))["run"]
    assert status["campaigns"][0]["name"] == "hello"
    assert checkout().run("state", "unlock", run, key=None).code == 0
    third = checkout()
    ended = third.apply("--max-duration", "3s")
    assert ended.code in {3, 4}, ended.said  # the one before may still be sending: a minute and a window go by first
    assert all(times == 1 for times in remote.received.values())
    assert number(7) not in remote.reached
    assert repository.commits() == 1
    assert KEY not in ended.said


def test_a_signal_while_the_last_push_is_under_way_lets_it_end(
    remote: Remote, project: Project, repository: Repository
) -> None:
    project.write(lines(MEMBERS, people(1)))
    publish(project, repository)
    with remote.held("import"):
        running = project.start("apply", "--auto-approve", "--format", "json")
        until(lambda: remote.calls("import") == 1)
        hook = 'touch "$GIT_DIR/pushing"; while ! test -e "$GIT_DIR/go"; do sleep 0.1; done'
        (repository.path / "hooks" / "pre-receive").write_text(f"#!/bin/sh\n{hook}\n", encoding="utf-8")
    until((repository.path / "pushing").exists)
    running.signal(signal.SIGTERM)
    time.sleep(0.5)
    (repository.path / "go").touch()
    ended = running.ended()
    assert ended.code == 0, ended.said
    assert "is being written down" in ended.err
    assert fitting(ended.json, "apply")["counts"]["imports"]["done"] == 1
    (run,) = project.run("history", "--format", "json", key=None).json["runs"]
    assert run["exit_code"] == 0


def test_the_gym_in_two_checkouts_sends_no_text_twice(tmp_path: Path, blank: Path, repository: Repository) -> None:
    with emulated(rate_limit=None) as remote:
        gym = tmp_path / "project"
        shutil.copytree(ROOT / "examples" / "gym", gym, ignore=shutil.ignore_patterns("review", ".github"))
        project = Project(gym, remote, blank)
        project.edit("http://127.0.0.1:8025/v2", remote.url)
        project.edit("timezone: Europe/London", "timezone: Europe/London\n  rate_limit: {calls: 1000, per_seconds: 1}")
        for file in (gym / "campaigns").glob("*.yaml"):  # all of it due, whenever this runs
            text = "".join(
                line
                for line in file.read_text(encoding="utf-8").splitlines(keepends=True)
                if not line.lstrip().startswith(("scheduledate", "schedule_with", "deadline"))
            )
            file.write_text(text, encoding="utf-8")
        project.edit("quiet_hours: 21:00-08:00", "quiet_hours: none")
        publish(project, repository)
        for at in range(2):
            clone = tmp_path / f"clone-{at}"
            git(tmp_path, "clone", "--quiet", "--branch=main", str(repository.path), str(clone))
            checkout = Project(clone, remote, blank, environment=project.environment)
            running = checkout.start("apply", "--auto-approve")
            if at == 0:
                until(lambda: remote.calls("send") >= 3)
                running.signal(signal.SIGINT)
            ended = running.ended()
            assert ended.code == (3 if at == 0 else 0), ended.said
            shutil.rmtree(clone)
        assert remote.received
        assert set(remote.received.values()) == {1}


def test_a_state_moves_from_a_file_to_a_branch_and_back(
    remote: Remote, project: Project, repository: Repository, checkout: Checkout
) -> None:
    project.write(lines(MEMBERS, people(1, 2), campaign()))
    project.begin()
    git(project.directory, "init", "--quiet", "--initial-branch=main")
    git(project.directory, "remote", "add", "origin", str(repository.path))
    assert project.apply().code == 0
    lineage = project.read("sendmode.state-id").split("lineage: ")[1].split()[0]
    moved = project.run("state", "move", "git", key=None)
    assert moved.code == 0, moved.said
    assert "is sealed" in moved.out
    assert "state: the branch sendmode-state of the git remote" in project.read("sendmode.state-id")
    assert lineage in project.read("sendmode.state-id")
    for words in (("apply", "--auto-approve"), ("status",), ("optouts", "add", number(1))):
        refused = project.run(*words)
        assert refused.code == 1
        assert 'has moved to "the branch sendmode-state of the git remote"' in refused.err
    project.environment["SENDMODE_STATE"] = "git"
    again = project.apply()
    assert again.code == 0, again.said
    assert once(remote.received, numbers(1, 2))
    assert project.run("state", "move", "new/place.db", key=None).code == 0
    refused = project.apply()
    assert refused.code == 1
    assert 'has moved to "new/place.db"' in refused.err
    project.environment["SENDMODE_STATE"] = "new/place.db"
    assert project.apply().code == 0
    assert lineage in project.read("sendmode.state-id")
    assert once(remote.received, numbers(1, 2))


def test_a_state_is_never_moved_onto_another(project: Project, repository: Repository) -> None:
    project.write(MEMBERS)
    project.begin()
    (project.directory / "taken.db").write_bytes(b"x")
    ran = project.run("state", "move", "taken.db", key=None)
    assert ran.code == 1
    assert "already" in ran.err
    assert project.plan()["summary"]


def test_a_plan_from_a_clone_knows_the_state_and_changes_nothing(
    project: Project, repository: Repository, checkout: Checkout
) -> None:
    project.write(lines(MEMBERS, people(1, 2), campaign()))
    publish(project, repository)
    before = repository.head()
    clone = checkout()
    assert clone.plan()["state"]["serial"] == 0
    rehearsed = clone.run("rehearse", key=None)
    assert rehearsed.code == 0, rehearsed.said
    assert repository.head() == before


def test_a_project_without_a_remote_says_what_to_do(project: Project) -> None:
    project.write(MEMBERS)
    ran = project.run("state", "init", key=None, SENDMODE_STATE="git")
    assert ran.code == 1
    assert "no git remote origin" in ran.err
    assert "git+REMOTE#BRANCH" in ran.err
