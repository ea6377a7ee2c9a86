"""The JSON of plan, apply, status and validate, key by key; and that looking writes nothing."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import jsonschema
import pytest

from sendmode_sync.emulator.faults import Fault
from tests.story.storyline import MEMBERS, ROOT, Project, Remote, campaign, lines, more, number, people

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture
def ready(project: Project) -> Project:
    project.write(
        lines(
            MEMBERS,
            people(1, 2),
            f'optouts: [{{mobilenumber: "{number(9)}", optoutresponse: STOP, returnedresponse: ""}}]\n',
            campaign("hello", "Hi {firstname}", senderid="AcmeGym", customerid="dec-offer"),
            more("later", "x", scheduledate="2099-01-01T10:00"),
        )
    )
    project.begin()
    return project


def test_the_plan(ready: Project) -> None:
    plan = ready.plan("--show-personal", key="EMULATOREMULATOR1234")
    assert plan["format_version"] == 1
    assert INSTANT.fullmatch(plan["created_at"])
    assert str(uuid.UUID(plan["plan_id"])) == plan["plan_id"]
    assert plan["plan_digest"].startswith("p1:")
    assert plan["config_digest"].startswith("sha256:")
    assert set(plan["state"]) == {"lineage", "serial"}
    assert isinstance(plan["state"]["serial"], int)
    assert plan["credits"] == {"balance": 1000.0, "estimated": 2.0, "sufficient": True}
    assert plan["summary"] == {
        "imports": {"create": 2, "update": 0, "unmanaged": 0},
        "optouts": {"create": 1},
        "sends": {"campaigns": 1, "messages": 2, "segments": 2, "calls": 2},
        "campaigns": {
            **dict.fromkeys(("draft", "partial", "sent", "expired", "unknown", "blocked", "cancelled"), 0),
            "waiting": 1,
            "due": 1,
        },
    }
    assert plan["api_calls"] == 5
    assert isinstance(plan["estimated_seconds"], float | int)
    optout, send, _, imported, _ = plan["changes"]
    assert optout == {
        "action": "optout",
        "mobilenumber": number(9),
        "optoutresponse": "STOP",
        "returnedresponse": optout["returnedresponse"],
    }
    assert send == {
        "action": "send",
        "campaign": "hello",
        "recipients": [number(1)],
        "messagetext": "Hi P1",
        "encoding": "GSM-7",
        "segments": 1,
        "credits": 1.0,
        "senderid": "AcmeGym",
        "customerid": send["customerid"],
        "scheduledate": None,
    }
    assert re.fullmatch(r"dec-offer-[0-9a-f]{8}", send["customerid"])
    assert imported == {
        "action": "import",
        "change": "create",
        "group": "members",
        "mobilenumber": number(1),
        "after": {"firstname": "P1"},
    }
    for notice in plan["notices"]:
        assert set(notice) >= {"level", "code", "message", "where"}
        assert notice["level"] in {"error", "warning", "notice"}


def test_the_saved_file_is_the_same_and_fits_its_schema(ready: Project) -> None:
    saved = ready.save()
    shown = ready.run("show", "plan.json", "--format", "json", "--show-personal", key=None).json
    assert {key: saved[key] for key in shown} == shown
    schema = json.loads(ready.run("schema", "plan", key=None).out)
    jsonschema.Draft202012Validator(schema).validate(saved)
    jsonschema.Draft202012Validator(schema).validate(shown)
    assert schema == json.loads((ROOT / "schemas/plan.schema.json").read_text(encoding="utf-8"))


def test_a_plan_without_a_state_or_a_key(project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign()))
    before = project.snapshot()
    ran = project.run("plan", "--format", "json", key=None)
    assert ran.code == 0
    assert ran.json["state"] is None
    assert ran.json["credits"] == {"balance": None, "estimated": 1.0, "sufficient": None}
    assert any("state" in each["code"] for each in ran.json["notices"])
    assert "balance not checked" in project.run("plan", key=None).out
    assert project.run("plan").code == 0
    assert project.snapshot() == before


def test_looking_writes_nothing(remote: Remote, ready: Project) -> None:
    before = ready.snapshot()
    for words in (
        ("validate",),
        ("plan",),
        ("plan", "--format", "json"),
        ("preview", "hello"),
        ("status",),
        ("history",),
        ("export",),
        ("rehearse",),
        ("schema",),
    ):
        assert ready.run(*words, key=None).code == 0, words
        assert ready.snapshot() == before, words
    assert ready.run("plan", "--offline").code == 0
    assert ready.snapshot() == before
    assert remote.calls() == 0
    assert ready.run("plan").code == 0
    after = ready.snapshot()
    assert {name for name in after if after[name] != before.get(name)} <= {".sendmode/sendmode.db"}
    assert remote.calls() == 1


def test_no_command_leaves_files_beside_the_state(ready: Project) -> None:
    assert ready.apply().code == 0
    assert {path.name for path in (ready.directory / ".sendmode").iterdir()} <= {
        "sendmode.db",
        "sendmode.db.lock",
        "backups",
        "high-water",
        "place",
    }


def test_the_report_of_an_apply(ready: Project) -> None:
    plan = ready.plan()
    report = ready.applied()
    assert str(uuid.UUID(report["run"])) == report["run"]
    assert report == {
        "format_version": 1,
        "run": report["run"],
        "exit_code": 0,
        "reasons": [],
        "plan_digest": plan["plan_digest"],
        "counts": {
            "imports": {"done": 2, "failed": 0, "left": 0},
            "optouts": {"done": 1, "failed": 0, "left": 0},
            "sends": {"accepted": 2, "rejected": 0, "unknown": 0, "left": 0},
        },
        "credits": {"before": 1000.0, "after": 998.0, "estimated": 2.0},
    }


def test_the_status(remote: Remote, ready: Project) -> None:
    remote.faults(Fault("send", "http-500", nth=1))
    assert ready.apply().code == 4
    status: dict[str, Any] = ready.status()
    assert set(status) >= {"format_version", "state", "campaigns", "needs_person", "next_run_needed"}
    hello, later = status["campaigns"]
    assert hello == {
        "name": "hello",
        "status": "unknown",
        "recipients": 2,
        "accepted": 1,
        "rejected": 0,
        "unknown": 1,
        "left": 0,
        "next": None,
    }
    assert later["status"] == "waiting"
    assert INSTANT.fullmatch(later["next"])
    assert status["next_run_needed"] == later["next"]
    (held,) = status["needs_person"]
    assert set(held) == {"campaign", "operation", "cause", "at", "customerid", "recipients", "commands"}
    assert held["cause"] == "http-500"
    assert INSTANT.fullmatch(held["at"])
    assert held["customerid"].startswith("dec-offer-")
    assert len(held["recipients"]) == 1
    assert any("--sent" in command and held["operation"] in command for command in held["commands"])
    assert any("--not-sent" in command and "--evidence" in command for command in held["commands"])
    words = held["commands"][0].split()
    assert words[0] == "sendmode-sync"
    assert ready.run(*words[1:], key=None).code == 0
    assert ready.status()["needs_person"] == []


def test_what_validate_finds(project: Project) -> None:
    project.write("groups: {members: {descripton: x}}\n")
    ran = project.run("validate", "--format", "json", key=None)
    assert ran.code == 1
    (problem,) = ran.json["problems"]
    assert ran.json["format_version"] == 1
    assert set(problem) == {"path", "line", "column", "level", "code", "message"}
    assert (problem["path"], problem["line"], problem["level"]) == ("sendmode.yaml", 4, "error")
    assert "description" in problem["message"]
    text = project.run("validate", key=None).said
    assert text.startswith(f"sendmode.yaml:4:{problem['column']}: ")
    github = project.run("validate", "--format", "github", key=None)
    assert github.out.startswith("::error ")
    assert "file=sendmode.yaml,line=4" in github.out
    project.write(MEMBERS)
    assert project.run("validate", "--format", "json", key=None).json["problems"] == []


def test_the_schemas(project: Project) -> None:
    schema = json.loads(project.run("schema", key=None).out)
    assert schema == json.loads((ROOT / "schemas/project.schema.json").read_text(encoding="utf-8"))
    assert project.run("schema", "project", key=None).code == 0


def test_answers_on_stdout_and_the_rest_on_stderr(ready: Project) -> None:
    ran = ready.apply("--format", "json")
    assert json.loads(ran.out)
    assert ran.err
    assert "Traceback" not in ran.err


def test_twenty_errors_of_a_kind_are_shown_and_the_rest_counted(project: Project) -> None:
    project.write(
        "customers:\n" + "".join(f"  - {{mobilenumber: 'x{each}', groups: [nobody]}}\n" for each in range(30))
    )
    short = project.run("validate", key=None).said
    long = project.run("validate", "--all", key=None).said
    assert len([line for line in long.splitlines() if line.startswith("sendmode.yaml:")]) >= 30
    assert len(short.splitlines()) < len(long.splitlines())
    assert "10 more" in short


def test_lists_of_more_than_ten_are_cut_but_not_in_json(project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 16))))
    short = project.run("plan", key=None).out
    assert "and 5 more" in short
    assert len(project.run("plan", "--all", key=None).out.splitlines()) >= len(short.splitlines()) + 4
    assert len(project.plan()["changes"]) == 15
