from __future__ import annotations

import dataclasses

import pytest

from sendmode_sync.executor import lanes
from sendmode_sync.model.calls import Accepted, ImportCustomer, OptOutNumber, Refused, SendText, Unknown
from sendmode_sync.model.claim import ImportClaim
from sendmode_sync.model.desired import FIELDS, NO_VALUES, Values
from sendmode_sync.model.plan import ImportChange, OptOutChange
from sendmode_sync.model.report import Reason
from sendmode_sync.model.settings import RateLimit
from tests.executor.fake_stage import START, Stage, each_alone, person, plan

LIMIT = RateLimit(60, 20.0)


def values(**fields: str) -> Values:
    return tuple(fields.get(name, "") for name in FIELDS)


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        (None, values(firstname="Aoife"), {"firstname": "Aoife"}),
        (
            values(firstname="Aoif", town="Cork"),
            values(firstname="Aoife", county="Cork"),
            {"firstname": "Aoife", "town": "", "county": "Cork"},
        ),
        (values(town="Cork"), NO_VALUES, {"town": ""}),
        (None, NO_VALUES, {}),
    ],
)
def test_an_import_carries_its_fields_and_those_removed(before: Values | None, after: Values, sent: object) -> None:
    change = ImportChange("create" if before is None else "update", "members", person(1), before, after)
    (order,) = lanes.imports((change,), lambda: "op")
    assert order.call == ImportCustomer("members", person(1), sent)  # type: ignore[arg-type]
    assert order.claim == ImportClaim("op", "members", person(1), after)


def test_an_opt_out_carries_its_responses() -> None:
    (order,) = lanes.optouts((OptOutChange(person(1), "STOP", "bye"),), lambda: "op")
    assert order.call == OptOutNumber(person(1), "STOP", "bye")


def test_opt_outs_have_up_to_eight_in_flight(stage: Stage) -> None:
    stage.client.latency = 1.0
    report = stage.apply(plan(optouts=20))
    assert stage.client.most_in_flight[OptOutNumber] == 8
    assert (report.optouts.done, report.optouts.left) == (20, 0)
    assert report.seconds == pytest.approx(1 + 3.0)


@pytest.mark.parametrize("latency", [0.3, 1.0, 2.0])
def test_slow_answers_do_not_cost_throughput(stage: Stage, latency: float) -> None:
    windows = 10
    stage.client.latency = latency
    stage.apply(plan(imports=LIMIT.calls * windows), limit=LIMIT)
    starts = sorted(stage.client.at(ImportCustomer))
    steady = starts[LIMIT.calls * (windows - 1)] - starts[0]
    assert LIMIT.per_seconds * (windows - 1) / steady >= 0.9


@pytest.mark.parametrize("latency", [0.0, 1.0])
def test_no_window_holds_more_than_the_limit(stage: Stage, latency: float) -> None:
    stage.client.latency = latency
    stage.client.script[ImportCustomer] = [Unknown("http-500"), *[Accepted()] * 8] * 10
    stage.apply(plan(imports=150), limit=LIMIT)
    starts = sorted(when for when, _ in stage.client.calls)
    assert len(starts) == 1 + 150 + 10
    assert all(later - first >= LIMIT.per_seconds for first, later in zip(starts, starts[LIMIT.calls :], strict=False))


def test_refused_imports_and_opt_outs_are_counted_and_the_rest_goes_on(stage: Stage) -> None:
    stage.client.script[OptOutNumber] = [Refused("http-404", text="+447700900001 not found")]
    stage.client.script[ImportCustomer] = [Refused("code-11", 11, "INVALID_MOBILE_NUMBER", "bad")] * 2
    report = stage.apply(plan(*each_alone("a", 1, 2), optouts=2, imports=5))
    assert (report.optouts.done, report.optouts.failed) == (1, 1)
    assert (report.imports.done, report.imports.failed, report.imports.left) == (3, 2, 0)
    assert report.sends.accepted == 2
    assert (report.exit_code, report.reasons) == (1, (Reason.FAILED,))
    assert report.failures == ("import refused: code-11 INVALID_MOBILE_NUMBER (2 calls)", "opt-out refused: http-404")


def test_progress_counts_every_call(stage: Stage) -> None:
    stage.client.script[ImportCustomer] = [Refused("http-404")]
    stage.apply(plan(*each_alone("a", 1, 3), optouts=2, imports=5))
    assert stage.progress.totals == stage.progress.done == {"opt-outs": 2, "sends": 3, "imports": 5}


def test_an_opt_out_that_was_lifted_meanwhile_is_no_call(stage: Stage) -> None:
    made = dataclasses.replace(plan(optouts=2), created_at=START)
    stage.store.lifted = {person(900)}
    report = stage.apply(made)
    assert [call.mobilenumber for call in stage.client.of(OptOutNumber)] == [person(901)]
    assert (report.optouts.done, report.optouts.left, report.exit_code) == (1, 0, 0)


def test_imports_come_after_sends(stage: Stage) -> None:
    stage.apply(plan(*each_alone("a", 1, 3), optouts=3, imports=3))
    assert stage.client.kinds() == ["CheckCredits", "OptOutNumber", "SendText", "CheckCredits", "ImportCustomer"]
    assert max(stage.client.at(SendText)) < min(stage.client.at(ImportCustomer))
