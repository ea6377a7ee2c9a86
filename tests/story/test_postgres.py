"""The program itself with a state in PostgreSQL: fresh checkouts that keep nothing between, and a password nobody sees."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.engines import postgres_server
from tests.story.storyline import MEMBERS, Project, Ran, Remote, campaign, lines, number, numbers, once, people, until

BODY = lines(MEMBERS, people(1, 2, 3), campaign(batch_size=1))


@pytest.fixture
def server() -> postgres_server.Server:
    running = postgres_server.shared()
    running.fresh()
    return running


@pytest.fixture
def first(project: Project, server: postgres_server.Server) -> Project:
    """A checkout of a project whose state the environment names, made anew."""
    project.environment["SENDMODE_STATE"] = server.url
    project.write(BODY)
    made = project.run("state", "init", key=None)
    assert made.code == 0, made.said
    assert "Pl4nted" not in made.said + project.read("sendmode.state-id")
    return project


def cloned(project: Project, directory: Path) -> Project:
    """Return a fresh checkout: what is committed, and nothing else."""
    directory.mkdir()
    for name in ("sendmode.yaml", "sendmode.state-id"):
        shutil.copy(project.directory / name, directory)
    return Project(directory, project.remote, project.blank, environment=project.environment)


def test_fresh_checkouts_go_on_where_the_last_one_was_killed(first: Project, remote: Remote, tmp_path: Path) -> None:
    with remote.held("send"):
        running = first.start("apply", "--auto-approve")
        until(lambda: remote.calls("send") == 1)
        second = cloned(first, tmp_path / "second")
        refused = second.apply()
        assert (refused.code, refused.out) == (1, "")
        assert "the state is locked by run" in refused.err
        running.kill()
    ended = second.apply("--lock-timeout", "10s")
    assert ended.code == 4, ended.said
    assert once(remote.received, numbers(1, 2, 3)), remote.received
    assert second.run("resolve", "hello", "--sent", key=None).code == 0
    third = cloned(first, tmp_path / "third")
    assert third.apply().code == 0
    assert third.plan()["summary"]["sends"]["messages"] == 0
    assert once(remote.received, numbers(1, 2, 3))
    assert not (third.directory / ".sendmode").exists()


def test_every_command_about_a_state_speaks_of_the_database(
    first: Project, server: postgres_server.Server, tmp_path: Path
) -> None:
    assert first.apply().code == 0
    said: list[Ran] = []
    for words in (
        ("status",),
        ("history",),
        ("export",),
        ("plan", "--offline"),
        ("rehearse",),
        ("state", "check"),
        ("optouts", "add", number(2)),
        ("state", "forget", number(9)),
        ("state", "backup", str(tmp_path / "copy.db")),
    ):
        said.append(first.run(*words, key=None))
        assert said[-1].code == 0, (words, said[-1].said)
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    again = first.run("state", "init", key=None)
    assert again.code == 1
    assert "there is a state" in again.err
    server.fresh()
    lost = first.apply()
    assert lost.code == 1
    assert "the state is lost" in lost.err
    assert not any("Pl4nted" in each.said for each in (*said, again, lost))
