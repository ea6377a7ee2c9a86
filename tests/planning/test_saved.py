from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from sendmode_sync.errors import Exit, Problem, StaleError
from sendmode_sync.model import fingerprint
from sendmode_sync.model.plan import Plan
from sendmode_sync.planning import planner, saved
from tests.planning.small_project import (
    DAY,
    HOUR,
    NOW,
    TAG_KEY,
    applied_imports,
    campaign,
    customer,
    memory,
    person,
    planned,
    project,
    record,
    values,
)

PARTLY = campaign("partly", "Hi {firstname|you}")


def everything() -> Plan:
    """Return a plan that uses every part of itself."""
    wrong = Problem("undeclared-group", "no such group", None, "error", "blocked")
    people = [customer(which, firstname=f"N{which % 2}") for which in range(10)]
    old = project([customer(which, firstname="Old", town="Cork") for which in range(10)])
    desired = project(
        people,
        campaign("offer", "Hi {firstname} “quoted” 🎄", senderid="Acme", batch_size=3),
        campaign("later", scheduledate=NOW + HOUR, deadline=NOW + DAY),
        campaign("handed", "Over", schedule_with="sendmode", scheduledate=NOW + dt.timedelta(minutes=7)),
        campaign("blocked", problems=(wrong,)),
        PARTLY,
        optouts=[8],
        max_credits=Decimal("0.5"),
    )
    state = memory(
        record(PARTLY, {1: "accepted", 2: "planned", 8: "planned"}, text="Hi you"),
        applied=applied_imports(old) | {"gone": {person(1): b"x"}},
        forgotten=frozenset({fingerprint.of_forgotten(person(9), TAG_KEY)}),
    )
    before = {("members", person(which)): values(firstname="Old", town="Cork") for which in range(10)}
    return planner.with_balance(planned(desired, state, before=before), Decimal("12.5"), desired.settings.safety)


PLAN = everything()


def through_a_file(plan: Plan) -> Any:
    return json.loads(json.dumps(saved.to_document(plan)))


def test_everything_is_used() -> None:
    assert PLAN.limits
    assert PLAN.optouts
    assert any(one.before for one in PLAN.imports)
    assert any(one.scheduledate for one in PLAN.sends)
    assert any(one.freeze and one.texts for one in PLAN.campaigns)
    assert any(one.suppress for one in PLAN.campaigns)


@pytest.mark.parametrize("plan", [PLAN, planned(project(), None), planned(project(), memory())])
def test_a_plan_comes_back_whole(plan: Plan) -> None:
    assert saved.from_document(through_a_file(plan)) == plan


def test_the_file_is_the_plan_as_on_a_screen_unmasked() -> None:
    document = through_a_file(PLAN)
    assert document["format_version"] == 1
    assert document["plan_digest"] == PLAN.approval
    assert document["changes"][0] == {
        "action": "optout", "mobilenumber": person(8), "optoutresponse": "STOP", "returnedresponse": None,
    }  # fmt: skip
    assert document["content_digest"].startswith("d1:")


def drop(key: str) -> Callable[[Any], object]:
    return lambda document: document.pop(key)


def put(value: object, *path: Any) -> Callable[[Any], object]:
    def edit(document: Any) -> object:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = value
        return document

    return edit


EDITS = [
    *(drop(key) for key in saved.to_document(PLAN)),
    put(2, "format_version"),
    put(True, "format_version"),
    put("1", "format_version"),
    put(1, "more"),
    put("p1:0", "plan_digest"),
    put("d1:0", "content_digest"),
    put(float("nan"), "credits", "balance"),
    put(12, "credits", "estimated"),
    put(True, "api_calls"),
    put("Another text", "changes", 1, "messagetext"),
    put([person(77)], "changes", 1, "recipients"),
    put([], "changes"),
    put([], "notices"),
    put(None, "apply"),
    put([], "apply"),
    put("Another text", "apply", "sends", 0, 2),
    put([], "apply", "sends"),
    put("NaN", "apply", "sends", 0, 7),
    put(1.5, "apply", "sends", 0, 7),
    put([], "apply", "imports", 0, 4),
    put("delete", "apply", "imports", 0, 0),
    put("2026-12-01T10:00:00", "apply", "created_at"),
    put("9999-12-31T23:59:59-23:00", "apply", "created_at"),
    put("due", "apply", "campaigns", 1, "status"),
    put("sleeping", "apply", "campaigns", 1, "status"),
    put("\ud83d", "apply", "plan_id"),
    put({"\ud83d": 1}, "more"),
]


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("digest_too", [False, True])
def test_what_was_edited_is_refused(edit: Callable[[Any], object], digest_too: bool) -> None:
    document = through_a_file(PLAN)
    edit(document)
    if digest_too and "content_digest" in document and document["content_digest"] != "d1:0":
        try:
            document["content_digest"] = fingerprint.digest(
                "d1", {k: v for k, v in document.items() if k != "content_digest"}
            )
        except UnicodeEncodeError:
            return
    with pytest.raises(StaleError) as caught:
        saved.from_document(document)
    assert caught.value.exit_code is Exit.ERROR
    assert "sendmode-sync plan --out FILE" in str(caught.value)
    assert "+4477" not in str(caught.value)


@pytest.mark.parametrize("document", [None, [], "plan", 1, {}, {"format_version": 1}])
def test_what_is_no_plan_is_refused(document: object) -> None:
    with pytest.raises(StaleError):
        saved.from_document(document)


def test_an_empty_line_of_fields_is_refused() -> None:
    document = through_a_file(PLAN)
    document["apply"]["imports"][0][4] = ["a"]
    with pytest.raises(StaleError, match="does not fit its content"):
        saved.from_document(document)


FRESH: dict[str, Any] = {"config_digest": "sha256:c", "lineage": "lineage-1", "serial": 7, "now": NOW}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"now": NOW + DAY}, None),
        ({"now": NOW - dt.timedelta(minutes=5)}, None),
        ({"now": NOW + DAY + dt.timedelta(seconds=1)}, "older than 24 hours"),
        ({"now": NOW - dt.timedelta(minutes=5, seconds=1)}, "made in the future"),
        ({"config_digest": "sha256:d"}, "project's files changed"),
        ({"lineage": "lineage-2"}, "another state"),
        ({"serial": 8}, "serial 7 then, 8 now"),
        ({"serial": 6}, "serial 7 then, 6 now"),
    ],
)
def test_what_makes_a_plan_stale(changed: dict[str, Any], reason: str | None) -> None:
    document = through_a_file(PLAN)
    found = saved.refusal(saved.from_document(document), document=document, **(FRESH | changed))
    assert (found is None) if reason is None else reason in (found or "")


def test_a_plan_without_a_state_is_for_reading_only() -> None:
    plan = planned(project(), None)
    assert saved.refusal(plan, document=saved.to_document(plan), **FRESH) == "it was made without a state"


def test_a_document_that_changed_after_reading_is_refused() -> None:
    document = through_a_file(PLAN)
    plan = saved.from_document(copy.deepcopy(document))
    document["api_calls"] = 0
    assert saved.refusal(plan, document=document, **FRESH) == "its digest does not fit its content"
