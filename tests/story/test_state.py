"""The state is the only memory: missing, foreign, damaged, newer or old, it is refused by name and nothing is called."""

from __future__ import annotations

import re
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.story.storyline import (
    MEMBERS,
    Project,
    Ran,
    Remote,
    campaign,
    fitting,
    lines,
    more,
    number,
    numbers,
    once,
    people,
    until,
)

STATE = ".sendmode/sendmode.db"
VERSION_1 = Path(__file__).parents[1] / "store" / "version_1.sql"


@pytest.fixture
def ready(project: Project) -> Project:
    project.write(lines(MEMBERS, people(1, 2), campaign()))
    project.begin()
    return project


def refused(project: Project, *words: str) -> Ran:
    """Hold that an apply is refused with the reason, and that nothing was called."""
    before = project.remote.calls()
    ran = project.apply()
    assert ran.code == 1, ran.said
    assert any(word in ran.err for word in words), ran.err
    assert "bug" not in ran.err
    assert project.remote.calls() == before
    return ran


def test_state_init_writes_both_files_and_only_once(project: Project) -> None:
    project.write(MEMBERS)
    made = project.run("state", "init", key=None)
    assert made.code == 0
    assert (project.directory / STATE).stat().st_mode & 0o777 == 0o600
    assert "lineage" in project.read("sendmode.state-id")
    before = project.snapshot()
    assert project.run("state", "init", key=None).code == 1
    assert project.snapshot() == before
    assert project.run("state", "check", key=None).code == 0


def test_none_without_a_state_id_names_state_init(project: Project) -> None:
    project.write(lines(MEMBERS, people(1)))
    assert "state init" in refused(project, "no state").err
    assert not (project.directory / ".sendmode").exists()


def test_none_with_a_state_id_is_lost(ready: Project) -> None:
    shutil.rmtree(ready.directory / ".sendmode")
    ran = refused(ready, "lost")
    assert STATE in ran.err
    assert "state init --lost" in ran.err
    alone = ready.run("state", "init", key=None)
    assert alone.code == 1
    assert "--lost" in alone.err
    assert not (ready.directory / STATE).exists()


def test_lost_counts_everything_past_as_possibly_sent(remote: Remote, ready: Project) -> None:
    ready.write(
        lines(
            MEMBERS, people(1, 2), campaign("past", "was due"), more("ahead", "later", scheduledate="2099-01-01T10:00")
        )
    )
    shutil.rmtree(ready.directory / ".sendmode")
    lineage = ready.read("sendmode.state-id")
    made = ready.run("state", "init", "--lost", key=None)
    assert made.code == 0, made.said
    assert ready.read("sendmode.state-id").splitlines()[1] == lineage.splitlines()[1]
    assert ready.apply().code == 0
    assert remote.messages == []
    assert [each["status"] for each in ready.status()["campaigns"]] == ["sent", "waiting"]


def test_of_another_lineage(ready: Project, tmp_path: Path) -> None:
    other = ready.twin(tmp_path / "other")
    other.write(MEMBERS)
    assert other.run("state", "init", key=None).code == 0
    shutil.copy(other.directory / STATE, ready.directory / STATE)
    refused(ready, "another project", "lineage")


def scribble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:8192] = b"\xaa" * 4096
    path.write_bytes(bytes(data))


def newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()


def directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "text": lambda path: path.write_text("this is no database", encoding="utf-8"),
    "scribbled": scribble,
    "newer": newer,
    "directory": directory,
}


def test_damaged(ready: Project) -> None:
    good = (ready.directory / STATE).read_bytes()
    for name, damage in DAMAGES.items():
        damage(ready.directory / STATE)
        ran = ready.apply()
        assert ran.code == 1, (name, ran.said)
        assert "state" in ran.err or "sendmode.db" in ran.err, (name, ran.err)
        assert "this is a bug" not in ran.err, (name, ran.err)
        if name != "directory":
            (ready.directory / STATE).write_bytes(good)
    assert ready.remote.calls() == 0


def test_edited_by_hand(ready: Project) -> None:
    assert ready.apply().code == 0
    with sqlite3.connect(ready.directory / STATE) as connection:
        ((name, guard),) = connection.execute("SELECT name, sql FROM sqlite_master WHERE name = 'send_step'").fetchall()
        connection.executescript(f"DROP TRIGGER {name}; UPDATE send SET status = 'planned', operation = NULL; {guard}")
    connection.close()
    refused(ready, "changed by something else than sendmode-sync")
    checked = ready.run("state", "check", key=None)
    assert checked.code == 1
    assert "changed by something else" in checked.said


def test_of_an_earlier_version(remote: Remote, ready: Project) -> None:
    path = ready.directory / STATE
    path.write_bytes(b"")
    with sqlite3.connect(path) as connection:
        connection.executescript(VERSION_1.read_text(encoding="utf-8").replace("'a1:this'", "NULL"))
    connection.close()
    pin = ready.directory / "sendmode.state-id"
    pin.write_text(re.sub(r"[0-9a-f-]{36}", "22222222-2222-4222-8222-222222222222", pin.read_text(encoding="utf-8")))
    path.with_name("high-water").write_text("22222222-2222-4222-8222-222222222222 16\n", encoding="utf-8")
    ran = ready.apply()
    assert ran.code == 4, ran.said  # what version 1 left in flight is unknown
    assert path.with_name("sendmode.db.bak-v1").exists()
    assert remote.reached == numbers(1, 2)
    assert ready.run("state", "check", key=None).code == 0


def test_a_plan_says_that_the_state_is_lost(ready: Project) -> None:
    (ready.directory / STATE).unlink()
    ran = ready.run("plan", key=None)
    assert ran.code == 0, "a pull request is planned without the state"
    said = " ".join(ran.out.split())
    assert f"the state that this project's state-id names, last at {STATE}, is not here" in said


def test_read_only(ready: Project) -> None:
    (ready.directory / STATE).chmod(0o400)
    ran = ready.run("status", key=None)
    assert ran.code == 0, ran.said


def test_an_old_copy_does_not_send_until_it_is_checked(remote: Remote, ready: Project) -> None:
    shutil.copy(ready.directory / STATE, ready.directory / "old.db")
    assert ready.apply().code == 0
    sent = remote.received
    shutil.copy(ready.directory / "old.db", ready.directory / STATE)
    assert "state check --restored" in refused(ready, "older", "restored").err
    for command in ("plan", "status"):
        assert "the state is an older copy of one that has gone further" in " ".join(
            ready.run(command, key=None).out.split()
        )
    checked = ready.run("state", "check", "--restored", key=None)
    assert checked.code == 0, checked.said
    assert ready.apply().code == 0
    assert remote.received == sent
    assert ready.status("hello")["status"] == "sent"


def test_a_backup_that_is_restored_where_everything_was_lost_sends_nothing_again(
    remote: Remote, ready: Project
) -> None:
    assert ready.apply().code == 0
    assert ready.run("state", "backup", "night.db", key=None).code == 0
    ready.write(lines(MEMBERS, people(1, 2), campaign(), more("next", "another")))
    assert ready.apply().code == 0
    sent = remote.received
    shutil.rmtree(ready.directory / ".sendmode")
    assert "restore the newest backup there" in refused(ready, "is lost").err
    (ready.directory / ".sendmode").mkdir()
    (ready.directory / "night.db").replace(ready.directory / STATE)
    refused(ready, "older", "restored")
    assert ready.run("state", "check", "--restored", key=None).code == 0
    assert ready.apply().code == 0
    assert remote.received == sent


def test_a_backup_is_private_and_can_be_restored(remote: Remote, ready: Project) -> None:
    assert ready.apply().code == 0
    assert ready.run("state", "backup", "copy.db", key=None).code == 0
    assert (ready.directory / "copy.db").stat().st_mode & 0o777 == 0o600
    assert ready.run("state", "backup", "copy.db", key=None).code == 1
    shutil.copy(ready.directory / "copy.db", ready.directory / STATE)
    assert ready.run("plan", "--detailed-exitcode").code == 0
    assert ready.run("state", "check", key=None).code == 0


def test_forget_erases_a_person_and_keeps_the_opt_out(remote: Remote, ready: Project) -> None:
    assert ready.apply().code == 0
    assert ready.run("optouts", "add", number(1), key=None).code == 0
    assert ready.apply().code == 0
    refusal = ready.run("state", "forget", number(1), key=None)
    assert refusal.code == 1, "the project still names this person"
    ready.write(lines(MEMBERS, people(2), campaign()))
    forgot = ready.run("state", "forget", number(1), key=None)
    assert forgot.code == 0, forgot.said
    assert number(1).encode() not in (ready.directory / STATE).read_bytes()
    ready.write(lines(MEMBERS, people(1, 2), campaign(), more("next", "another")))
    before = len(remote.messages)
    assert ready.apply().code == 0
    assert [each.recipients for each in remote.messages[before:]] == [(number(2).removeprefix("+"),)]


def test_the_flag_wins_over_the_environment_and_that_over_the_file(remote: Remote, project: Project) -> None:
    project.write(lines("state: in/file.db\n", MEMBERS, people(1)))
    assert project.run("state", "init", key=None).code == 0
    assert (project.directory / "in/file.db").exists()
    absent = project.apply(SENDMODE_STATE="absent.db")
    assert absent.code == 1
    assert "absent.db" in absent.err
    assert project.apply("--state", "in/file.db", SENDMODE_STATE="absent.db").code == 0


def test_two_applies_at_once(remote: Remote, ready: Project) -> None:
    with remote.held("send"):
        first = ready.start("apply", "--auto-approve")
        until(lambda: remote.calls("send") >= 1)
        second = ready.apply()
        assert second.code == 1
        for word in (str(first.pid), "started", socket.gethostname()):
            assert word in second.err
        assert ready.run("status", key=None).code == 0
        assert ready.run("plan", key=None).code == 0
    assert first.ended().code == 0
    assert once(remote.received, numbers(1, 2))


def test_lock_timeout_waits_for_the_other(remote: Remote, ready: Project) -> None:
    with remote.held("send"):
        first = ready.start("apply", "--auto-approve")
        until(lambda: remote.calls("send") >= 1)
        second = ready.start("apply", "--auto-approve", "--lock-timeout", "30s")
        time.sleep(1)
    assert first.ended().code == 0
    ended = second.ended()
    assert ended.code == 0, ended.said
    assert once(remote.received, numbers(1, 2))


def test_unlock_stops_a_run_that_is_still_there(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 7)), campaign("hello", "Hi {firstname}")))
    project.begin()
    with remote.held("send"):
        first = project.start("apply", "--auto-approve", "--format", "json")
        until(lambda: remote.calls("send") >= 1)
        run = project.run("history", "--format", "json", key=None).json["runs"][0]["run"]
        unlocked = project.run("state", "unlock", run, key=None)
        assert unlocked.code == 0, unlocked.said
    ended = first.ended()
    assert ended.code == 1, ended.said
    assert "unlocked or taken over" in ended.err
    report = fitting(ended.json, "apply")
    assert (report["run"], report["exit_code"], report["reasons"]) == (run, 1, ["failed"])
    assert report["counts"]["sends"] == {"accepted": 1, "rejected": 0, "unknown": 0, "left": 5}
    assert report["counts"]["imports"] == {"done": 0, "failed": 0, "left": 6}
    assert len(remote.messages) == 1
    project.apply()
    assert max(remote.received.values()) == 1
