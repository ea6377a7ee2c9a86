"""After an unknown outcome the balance is looked at, 5 and 30 seconds later, while everything else goes on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sendmode_sync.model.calls import Accepted, Answer, CheckCredits, ImportCustomer, SendText, Unknown, Unsent
from sendmode_sync.model.report import Reason
from sendmode_sync.model.settings import Safety
from sendmode_sync.model.state import BalanceLook
from tests.executor.fake_stage import ROOMY, Stage, people, person, plan, send


def looks(*found: tuple[int, float, float]) -> list[BalanceLook]:
    return [BalanceLook(seconds, Decimal(str(balance)), Decimal(str(others))) for seconds, balance, others in found]


def balances(*figures: int) -> list[Answer]:
    return [Accepted(Decimal(figure)) for figure in figures]


def test_the_balance_is_looked_at_twice_after_an_unknown_outcome(stage: Stage) -> None:
    stage.client.script[SendText] = [Unknown("read-timeout")]
    stage.client.script[CheckCredits] = balances(500, 500, 400, 400)
    report = stage.apply(plan(send("a", *people(1, 100))))
    assert stage.store.looks == {"op2": looks((5, 400, 0), (30, 400, 0))}
    assert (report.before, report.after) == (Decimal(500), Decimal(400))
    assert report.reasons == (Reason.UNKNOWN,)


def test_other_sends_of_the_run_are_told_apart(stage: Stage) -> None:
    stage.client.script[SendText] = [Accepted(), Unknown("read-timeout"), Accepted()]
    stage.apply(plan(send("a", person(1)), send("a", person(2)), send("a", *people(3, 4)), send("a", person(9))))
    (seen,) = stage.store.looks.values()
    assert seen == looks((5, 497, 3), (30, 497, 3))


@pytest.mark.parametrize(("patience", "seen"), [(0.0, []), (4.9, []), (5.0, [5]), (29.0, [5]), (31.0, [5, 30])])
def test_no_longer_than_a_balance_is_watched(stage: Stage, patience: float, seen: list[int]) -> None:
    stage.client.script[SendText] = [Unknown("reset")]
    stage.apply(plan(send("a", person(1))), safety=Safety(canary_wait=patience))
    assert [look.seconds for found in stage.store.looks.values() for look in found] == seen
    assert list(stage.store.balances.values()) == [(Decimal(500), Decimal(500))]


def test_imports_do_not_wait_for_it(stage: Stage) -> None:
    stage.client.script[SendText] = [Unknown("reset")]
    stage.apply(plan(send("a", person(1)), imports=2), limit=ROOMY)
    assert max(stage.client.at(ImportCustomer)) < 5
    assert [round(when) for when in stage.client.at(CheckCredits)] == [0, 0, 5, 30]


def test_a_run_that_ends_looks_no_more(stage: Stage) -> None:
    stage.client.script[SendText] = [Unknown("reset")]
    report = stage.apply(plan(send("a", person(1))), ends_at=12.0)
    assert [look.seconds for look in stage.store.looks["op2"]] == [5]
    assert Reason.UNKNOWN in report.reasons


def test_a_balance_that_cannot_be_read_is_no_evidence(stage: Stage) -> None:
    stage.client.script[SendText] = [Unknown("reset")]
    stage.client.script[CheckCredits] = [*balances(500, 500), *[Unsent("dns")] * 5]
    report = stage.apply(plan(send("a", person(1))))
    assert stage.store.looks == {}
    assert report.reasons == (Reason.UNKNOWN,)


def test_without_a_balance_there_is_nothing_to_look_at(stage: Stage) -> None:
    stage.client.abilities = stage.client.abilities._replace(credits=False)
    stage.client.script[SendText] = [Unknown("reset")]
    stage.apply(plan(send("a", person(1))))
    assert (stage.store.looks, stage.store.balances) == ({}, {})
