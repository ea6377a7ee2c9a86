"""A state on its way between a file, a branch and a database: whole on arrival, and never usable at two places."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sendmode_sync.emulator.faults import Fault
from sendmode_sync.model.location import DEFAULT_BRANCH
from sendmode_sync.store import sqlite_seal
from tests.engines import postgres_server
from tests.engines.git_remote import Remote as Repository
from tests.story.storyline import MEMBERS, Project, Remote, campaign, lines, more, number, numbers, people, until

KEY = "made-up-key-of-forty-characters-0123456789"
NAMES = {"git": f"the branch {DEFAULT_BRANCH} of the git remote", "postgres": "the PostgreSQL database"}
OWN = ("seal", "touched")  # of a file alone, and made anew over what came
OPEN = (0, 1)  # status says 1 where a person is needed


@pytest.fixture
def places(project: Project, tmp_path: Path) -> dict[str, str]:
    """What SENDMODE_STATE says of each place; all but the first file are free."""
    server = postgres_server.shared()
    server.fresh()
    project.environment |= {"PGPASSWORD": postgres_server.PASSWORD, "SENDMODE_STATE_KEY": KEY}
    subprocess.run(["git", "-C", project.directory, "init", "--quiet"], check=True)
    remote = Repository(tmp_path / "remote.git", DEFAULT_BRANCH)
    subprocess.run(["git", "-C", project.directory, "remote", "add", "origin", remote.path], check=True)
    bare = server.url.replace(server.url.split("tester:")[1].split("@")[0], "").replace("tester:", "tester")
    return {"file": "old.db", "new file": "new.db", "git": "git", "postgres": bare}


def lived_in(project: Project, remote: Remote, state: str) -> None:
    """Give a project a state at a place, with something in every corner of it."""
    project.environment["SENDMODE_STATE"] = state
    project.write(lines(MEMBERS, people(1, 2, 3, 4), campaign(batch_size=1), more("later", "Soon", draft=True)))
    assert project.run("state", "init", key=None).code == 0
    assert project.run("optouts", "add", number(4), key=None).code == 0
    remote.faults(Fault("send", "http-500", nth=2))
    assert project.apply().code == 4
    assert project.run("resolve", "hello", "--not-sent", "--evidence", "looked", key=None).code == 0
    assert project.run("cancel", "later", key=None).code == 0
    assert project.run("optouts", "remove", number(4), "--consent", "a form", key=None).code == 0
    assert project.run("optouts", "add", number(3), key=None).code == 0


def content(project: Project, copy: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of a state but of its lease, by the program's own backup."""
    ran = project.run("state", "backup", str(copy), key=None)
    assert ran.code == 0, ran.said
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        assert sqlite_seal.holds(connection)
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            for table in tables
            if table not in {*OWN, "lease"}
        }


def usable(project: Project, state: str) -> bool:
    """Say whether the state at a place may be used."""
    ran = project.run("state", "check", key=None, SENDMODE_STATE=state)
    assert ran.code in {0, 1}, ran.said
    return ran.code == 0


@pytest.mark.parametrize(
    "route", [("file", "postgres", "new file"), ("git", "postgres"), ("postgres", "git")], ids=" to ".join
)
def test_everything_arrives_and_what_it_left_is_sealed(
    project: Project, remote: Remote, places: dict[str, str], tmp_path: Path, route: tuple[str, ...]
) -> None:
    lived_in(project, remote, places[route[0]])
    for at, (left, reached) in enumerate(itertools.pairwise(route)):
        before = content(project, tmp_path / f"before-{at}.db")
        moved = project.run("state", "move", places[reached], key=None)
        assert moved.code == 0, moved.said
        assert "Pl4nted" not in moved.said
        refused = project.apply()
        assert refused.code == 1
        assert f'has moved to "{NAMES.get(reached, places[reached])}"' in refused.err
        assert not usable(project, places[left])
        project.environment["SENDMODE_STATE"] = places[reached]
        after = content(project, tmp_path / f"after-{at}.db")
        runs = after.pop("run")
        assert [row for row in runs if "move" not in row] == [row for row in before.pop("run") if "move" not in row]
        ((identity, lineage, serial, *rest),) = before.pop("meta")
        assert after.pop("meta") == [(identity, lineage, serial + 1, *rest)]  # older copies must not be taken for it
        assert after == before
        assert {table for table, rows in after.items() if rows} > {"send", "optout", "consent", "resolution", "ledger"}
        assert usable(project, places[reached])
    serial = project.plan()["state"]["serial"]
    ended = project.apply()
    assert ended.code == 0, ended.said
    assert project.plan()["state"]["serial"] > serial
    assert remote.reached == numbers(1, 2, 3)  # the fourth came back into an audience that was fixed by then


@pytest.mark.parametrize("reached", ["postgres", "git", "new file"])
def test_a_place_that_is_taken_is_left_alone(project: Project, places: dict[str, str], reached: str) -> None:
    project.write(MEMBERS)
    project.environment["SENDMODE_STATE"] = places["file"]
    assert project.run("state", "init", key=None).code == 0
    other = project.twin(project.directory.parent / "other")
    other.environment = {**project.environment, "SENDMODE_STATE": places[reached]}
    if reached == "new file":
        other.environment["SENDMODE_STATE"] = str(project.directory / places[reached])
    if reached == "git":
        other.environment["SENDMODE_STATE"] = f"git+{project.directory.parent / 'remote.git'}#{DEFAULT_BRANCH}"
    other.write(MEMBERS)
    assert other.run("state", "init", key=None).code == 0
    refused = project.run("state", "move", places[reached], key=None)
    assert refused.code == 1
    assert "already; nothing was changed" in refused.err
    assert usable(other, other.environment["SENDMODE_STATE"])
    assert usable(project, places["file"])


@pytest.mark.parametrize("left", ["file", "postgres", "git"])
def test_a_state_is_not_moved_while_a_run_holds_it(
    project: Project, remote: Remote, places: dict[str, str], left: str
) -> None:
    project.environment["SENDMODE_STATE"] = places[left]
    project.write(lines(MEMBERS, people(1), campaign()))
    assert project.run("state", "init", key=None).code == 0
    with remote.held("send"):
        running = project.start("apply", "--auto-approve")
        until(lambda: remote.calls("send") == 1)
        refused = project.run("state", "move", places["new file"], key=None)
    assert running.ended().code == 0
    assert refused.code == 1
    assert "is locked by run" in refused.err
    assert not (project.directory / "new.db").exists()
