from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sendmode_sync.model.plan import Plan
from sendmode_sync.model.plandoc import document, named
from sendmode_sync.render import problems, reports, statuses
from sendmode_sync.render.formats import render_plan
from sendmode_sync.render.jsondoc import dump
from sendmode_sync.render.view import Masker
from tests.golden.golden_samples import DONE, EMPTY, KEY, LIMITED, PLAN, PROBLEMS, REPORT, SENDS, STATUS

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parents[2] / "schemas" / "plan.schema.json").read_text("utf-8"))


def validator(name: str | None = None) -> Draft202012Validator:
    chosen = SCHEMA if name is None else {"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]}
    Draft202012Validator.check_schema(chosen)
    return Draft202012Validator(chosen)


@pytest.mark.parametrize("masker", [Masker(), Masker(KEY), Masker(KEY, show=True)], ids=["untagged", "tagged", "shown"])
@pytest.mark.parametrize("plan", [PLAN, LIMITED, EMPTY], ids=["rich", "limited", "empty"])
def test_a_plan_fits_its_schema(plan: Plan, masker: Masker) -> None:
    validator().validate(json.loads(render_plan(plan, "json", masker)))


def test_a_saved_plan_fits_it_too() -> None:
    validator().validate(json.loads(json.dumps(document(PLAN, str, named, lambda send: send.messagetext))))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("apply", reports.render(REPORT, "json")),
        ("apply", reports.render(DONE, "json")),
        ("status", statuses.render(STATUS, "json", Masker(KEY), "UTC")),
        ("validate", problems.render(PROBLEMS, "json")),
    ],
)
def test_other_answers_fit_theirs(name: str, text: str) -> None:
    validator(name).validate(json.loads(text))


@pytest.mark.parametrize(
    ("path", "bad"),
    [
        (("changes", 0, "action"), "delete"),
        (("changes", 0, "mobilenumber"), "0871234567"),
        (("changes", 2, "encoding"), "UTF-8"),
        (("changes", 2, "recipients"), []),
        (("changes", 6, "before"), {}),
        (("changes", 6, "after"), {"password": "x"}),
        (("created_at",), "2026-12-01 10:00"),
        (("summary", "campaigns", "due"), -1),
    ],
)
def test_the_schema_refuses_what_is_no_plan(path: tuple[str | int, ...], bad: object) -> None:
    answer = json.loads(render_plan(PLAN, "json", Masker(KEY)))
    holder = answer
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = bad
    assert not validator().is_valid(answer)


def test_json_shows_personal_data_only_when_asked_for() -> None:
    hidden = json.loads(render_plan(PLAN, "json", Masker(KEY)))["changes"]
    shown = json.loads(render_plan(PLAN, "json", Masker(KEY, show=True)))["changes"]
    assert hidden[2]["recipients"][0].startswith("+44 ** **** **01 p-")
    assert shown[2]["recipients"][0] == "+447700900101"
    assert hidden[3]["messagetext"] == SENDS[1].template
    assert shown[3]["messagetext"] == SENDS[1].messagetext
    assert hidden[6]["after"] == {"firstname": "(hidden)", "surname": "(hidden)"}


def test_json_has_every_item_whatever_is_asked_for() -> None:
    answer = json.loads(render_plan(PLAN, "json", Masker(KEY), all_items=False, colour=True))
    assert len(answer["changes"]) == PLAN.api_calls


def test_hostile_text_neither_commands_nor_changes() -> None:
    text = "##[error]\x1b[2J\u202e\n::error::é\x9b"
    written = dump({"a": text, "b": [text], "c": []})
    assert json.loads(written) == {"a": text, "b": [text], "c": []}
    assert written.isascii()
    assert "##[" not in written
    assert "\x1b" not in written


def test_a_plan_without_a_state_says_so() -> None:
    assert json.loads(render_plan(LIMITED, "json", Masker()))["state"] is None


def test_a_balance_that_was_not_checked_is_null() -> None:
    plan = dataclasses.replace(PLAN, credits=dataclasses.replace(PLAN.credits, balance=None, sufficient=None))
    answer = json.loads(render_plan(plan, "json", Masker()))
    assert answer["credits"] == {"balance": None, "estimated": 20.0, "sufficient": None}


def test_what_needs_a_person_is_there_with_its_balances() -> None:
    (held,) = json.loads(render_plan(PLAN, "json", Masker(KEY)))["needs_person"]
    assert held["campaign"] == "black-friday"
    assert held["balance"] == {
        "before": 512.0,
        "after": 500.0,
        "estimated": 12.0,
        "looks": [
            {"seconds": 5, "balance": 512.0, "others": 0.0},
            {"seconds": 30, "balance": 500.0, "others": 0.0},
        ],
    }
