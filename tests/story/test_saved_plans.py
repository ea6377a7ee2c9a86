"""A saved plan is applied exactly and once, or refused by name before anything else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.story.storyline import MEMBERS, Project, Ran, Remote, campaign, lines, more, number, numbers, once, people


@pytest.fixture
def ready(project: Project) -> Project:
    project.write(lines(MEMBERS, people(1, 2), f'optouts: [{{mobilenumber: "{number(9)}"}}]\n', campaign()))
    project.begin()
    return project


def refused(project: Project, ran: Ran, *words: str) -> None:
    """Hold that nothing happened: exit 1, the reason, no call, no lock left, and the plan is still there to be used."""
    assert ran.code == 1, ran.said
    assert any(word in ran.err for word in words), ran.err
    assert "Traceback" not in ran.err
    assert project.remote.kinds == []
    assert project.run("apply", "--auto-approve", "--only", "optouts").code == 0, "a lock was left"


def rewrite(project: Project, change: Callable[[dict[str, Any]], object], name: str = "plan.json") -> None:
    document = json.loads(project.read(name))
    change(document)
    project.file(name, json.dumps(document))


def test_a_good_one_is_applied_exactly(remote: Remote, ready: Project) -> None:
    saved = ready.save()
    sends = [each for each in saved["changes"] if each["action"] == "send"]
    report = ready.applied("plan.json")
    assert report["exit_code"] == 0
    assert report["plan_digest"] == saved["plan_digest"]
    assert once(remote.received, numbers(1, 2))
    assert sorted(each.customerid or "" for each in remote.messages) == sorted(each["customerid"] for each in sends)
    assert sorted(remote.contacts) == numbers(1, 2)
    assert remote.opted_out == [number(9)]


def test_it_is_private(ready: Project) -> None:
    saved = ready.save()
    assert (ready.directory / "plan.json").stat().st_mode & 0o777 == 0o600
    assert number(1) in json.dumps(saved)


def test_an_older_file_that_was_public_becomes_private(ready: Project) -> None:
    ready.file("plan.json", "{}").chmod(0o644)
    ready.save()
    assert (ready.directory / "plan.json").stat().st_mode & 0o777 == 0o600


def test_stale_by_config(remote: Remote, ready: Project) -> None:
    ready.save()
    ready.edit("Hi {firstname|there}", "Hello {firstname|there}")
    refused(ready, ready.apply("plan.json"), "files", "config", "project")


def test_a_comment_in_the_files_is_a_change_too(remote: Remote, ready: Project) -> None:
    ready.save()
    ready.file("sendmode.yaml", ready.read() + "# a remark\n")
    refused(ready, ready.apply("plan.json"), "files", "config", "project")


def test_stale_by_serial(remote: Remote, ready: Project) -> None:
    ready.save()
    shutil.copy(ready.directory / "sendmode.yaml", ready.directory / "kept")
    assert ready.run("optouts", "add", number(2), key=None).code == 0
    shutil.copy(ready.directory / "kept", ready.directory / "sendmode.yaml")
    refused(ready, ready.apply("plan.json"), "state", "serial")


def test_looking_does_not_make_it_stale(remote: Remote, ready: Project) -> None:
    ready.save()
    for words in (
        ("plan",),
        ("status",),
        ("credits",),
        ("preview", "hello"),
        ("history",),
        ("validate",),
        ("rehearse",),
    ):
        assert ready.run(*words).code == 0
    assert ready.apply("plan.json").code == 0
    assert once(remote.received, numbers(1, 2))


def test_stale_by_age(ready: Project) -> None:
    ready.save()
    rewrite(ready, lambda plan: plan.update(created_at="2026-01-01T00:00:00Z"))
    refused(ready, ready.apply("plan.json"), "digest", "24 h", "edited", "changed", "altered")


EDITS: dict[str, Callable[[dict[str, Any]], object]] = {
    "recipient": lambda plan: plan["changes"][1]["recipients"].append(number(7)),
    "text": lambda plan: plan["changes"][1].update(messagetext="Something else"),
    "dropped": lambda plan: plan["changes"].pop(),
    "credits": lambda plan: plan["credits"].update(estimated=0.0),
    "date": lambda plan: plan.update(created_at=plan["created_at"].replace("20", "21", 1)),
    "id": lambda plan: plan.update(plan_id="00000000-0000-4000-8000-000000000000"),
    "serial": lambda plan: plan["state"].update(serial=plan["state"]["serial"] + 1),
    "digest": lambda plan: plan.update(plan_digest="p1:00"),
    "summary": lambda plan: plan["summary"].update(optouts={"create": 9}),
    "notices": lambda plan: plan.update(notices=[{"level": "notice", "code": "x", "message": "x", "where": None}]),
    "campaigns": lambda plan: plan["campaigns"][0].update(left=0),
}


def test_edited_by_hand(ready: Project) -> None:
    good = json.dumps(ready.save())
    for name, edit in EDITS.items():
        ready.file("plan.json", good)
        rewrite(ready, edit)
        ran = ready.apply("plan.json")
        assert ran.code == 1, (name, ran.said)
        assert any(word in ran.err for word in ("edited", "changed", "digest", "altered", "content")), (name, ran.err)
    assert ready.remote.calls("optout", "send", "import") == 0
    ready.file("plan.json", good)
    assert ready.apply("plan.json").code == 0


def test_no_plan_at_all(ready: Project) -> None:
    for text in ("", "{", "[]", "{}", '{"format_version": 2}', '{"format_version": 1}', "\x00", "[" * 100_000):
        ready.file("plan.json", text)
        ran = ready.apply("plan.json")
        assert ran.code == 1, (text[:20], ran.said)
        assert "plan" in ran.err
        assert "bug" not in ran.err, (text[:20], ran.err)
    assert ready.remote.calls() == 0


def test_applied_twice(remote: Remote, ready: Project) -> None:
    ready.save()
    assert ready.apply("plan.json").code == 0
    before = remote.calls()
    again = ready.apply("plan.json")
    assert again.code == 1
    assert "applied" in again.err
    assert remote.calls() == before


def test_of_another_project(ready: Project, tmp_path: Path) -> None:
    other = ready.twin(tmp_path / "other")
    shutil.copy(ready.directory / "sendmode.yaml", other.directory / "sendmode.yaml")
    assert other.run("state", "init", key=None).code == 0
    other.save()
    shutil.copy(other.directory / "plan.json", ready.directory / "plan.json")
    refused(ready, ready.apply("plan.json"), "lineage", "state", "project")


def test_without_a_state(remote: Remote, ready: Project, tmp_path: Path) -> None:
    bare = ready.twin(tmp_path / "bare")
    shutil.copy(ready.directory / "sendmode.yaml", bare.directory / "sendmode.yaml")
    saved = bare.save()
    assert saved["state"] is None
    ran = bare.apply("plan.json")
    assert ran.code == 1
    assert "state init" in ran.err
    bare.begin()
    ran = bare.apply("plan.json")
    assert ran.code == 1
    assert "state" in ran.err
    assert remote.kinds == []


def test_a_refusal_for_want_of_a_key_burns_nothing(remote: Remote, ready: Project) -> None:
    ready.save()
    ran = ready.apply("plan.json", key=None)
    assert ran.code == 1
    assert "SENDMODE_API_KEY" in ran.err
    good = ready.apply("plan.json")
    assert good.code == 0, good.said
    assert once(remote.received, numbers(1, 2))


def test_what_became_due_since_is_left_for_the_next_plan(remote: Remote, ready: Project) -> None:
    ready.save("plan.json", "--only", "optouts")
    report = ready.applied("plan.json")
    assert report["exit_code"] == 0
    assert remote.kinds == ["optout"]
    assert len(ready.plan()["changes"]) == 4


def test_a_plan_over_a_limit_needs_the_limit_allowed(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2), campaign()), safety={"max_credits": 1})
    project.begin()
    assert project.run("plan", "--out", "plan.json").code == 1
    shutil.copy(project.directory / "plan.json", project.directory / "copy.json")
    assert project.apply("plan.json", "--allow", "max_credits=2").code == 0
    assert once(remote.received, numbers(1, 2))


def test_show_gives_it_in_another_format_and_masked(ready: Project) -> None:
    saved = ready.save()
    text = ready.run("show", "plan.json", key=None)
    assert text.code == 0, text.said
    assert "hello" in text.out
    assert number(1) not in text.said
    document = ready.run("show", "plan.json", "--format", "json", key=None).json
    assert document["plan_digest"] == saved["plan_digest"]
    assert number(1) not in json.dumps(document)
    shown = ready.run("show", "plan.json", "--format", "json", "--show-personal", key=None).json
    assert shown["changes"] == saved["changes"]
    assert ready.run("show", "plan.json", "--show-personal", key=None, CI="true").code == 64


def test_a_saved_plan_of_two_campaigns_sends_only_what_it_names(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign("one", "first"), more("two", "second")))
    project.begin()
    project.save("plan.json", "--campaign", "one")
    assert project.apply("plan.json").code == 0
    assert [each.text for each in remote.messages] == ["first"]
