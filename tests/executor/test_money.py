from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from sendmode_sync.executor.money import Fell, Purse, Rose, Still, movement, shown, surprise
from sendmode_sync.model.calls import (
    Accepted,
    Answer,
    CheckCredits,
    ImportCustomer,
    OptOutNumber,
    Refused,
    SendText,
    Unknown,
    Unsent,
)
from sendmode_sync.model.claim import CreditsClaim, SendClaim
from sendmode_sync.model.report import Reason
from sendmode_sync.model.settings import RateLimit, Safety
from tests.executor.fake_stage import Stage, each_alone, people, person, plan, send, slowly

LATER = dt.datetime(2026, 12, 2, 10, 0, tzinfo=dt.UTC)
NO_CANARY = Safety(canary_wait=0.0)


def readings(*figures: float) -> list[Answer]:
    return [Accepted(Decimal(str(figure))) for figure in figures]


@pytest.mark.parametrize(
    ("balance", "ceiling", "reserve", "estimates", "answers"),
    [
        (Decimal(10), 99, 0, [6, 5, 4], [None, Reason.CREDITS, None]),
        (Decimal(10), 99, 5, [6, 5], [Reason.CREDITS, None]),
        (None, 10, 0, [6, 5, 4, 1], [None, Reason.LIMIT, None, Reason.LIMIT]),
        (Decimal(100), 10, 0, [11, 10], [Reason.LIMIT, None]),
        (Decimal(5), 10, 0, [11], [Reason.LIMIT]),
    ],
)
def test_a_purse_admits_what_it_covers(
    balance: Decimal | None, ceiling: int, reserve: int, estimates: list[int], answers: list[Reason | None]
) -> None:
    purse = Purse(balance, Decimal(ceiling), Decimal(reserve))
    assert [purse.take(Decimal(estimate)) for estimate in estimates] == answers


@pytest.mark.parametrize(
    ("purse", "free"),
    [
        (Purse(None, Decimal(10), Decimal(5), Decimal(3)), 7),
        (Purse(Decimal(9), Decimal(10), Decimal(5), Decimal(3)), 1),
        (Purse(Decimal(90), Decimal(10), Decimal(5), Decimal(3)), 7),
    ],
)
def test_what_is_free(purse: Purse, free: int) -> None:
    assert purse.free == free


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ("10", "7.5", Fell(Decimal("7.5"), Decimal("2.5"))),
        ("10", "10", Still(Decimal(10))),
        ("10", "9.9999", Still(Decimal("9.9999"))),
        ("10", "9.999", Fell(Decimal("9.999"), Decimal("0.001"))),
        ("10", "12", Rose(Decimal(12), Decimal(2))),
    ],
)
def test_movement(before: str, after: str, moved: object) -> None:
    assert movement(Decimal(before), Decimal(after)) == moved


@pytest.mark.parametrize(
    ("by", "possible", "said"),
    [
        ("100", "100", None),
        ("100.0004", "100", None),
        ("105", "110", None),
        ("97", "100", "the balance fell by 97 credits, estimated 100"),
        ("111.5", "110", "the balance fell by 111.5 credits, estimated 100"),
    ],
)
def test_a_fall_that_is_not_explained_is_said(by: str, possible: str, said: str | None) -> None:
    assert surprise(Fell(Decimal(0), Decimal(by)), Decimal(100), Decimal(possible)) == said


@pytest.mark.parametrize(("amount", "text"), [("0", "0"), ("0.00", "0"), ("100", "100"), ("2.50", "2.5")])
def test_credits_for_people(amount: str, text: str) -> None:
    assert shown(Decimal(amount)) == text


def test_the_balance_is_read_before_anything_else(stage: Stage) -> None:
    report = stage.apply(plan(send("a", person(1)), optouts=1, imports=1))
    assert stage.client.kinds() == ["CheckCredits", "OptOutNumber", "SendText", "CheckCredits", "ImportCustomer"]
    assert (report.before, report.after, report.estimated) == (Decimal(500), Decimal(499), Decimal(1))


def test_without_sends_the_balance_is_read_once(stage: Stage) -> None:
    report = stage.apply(plan(optouts=1, imports=1))
    assert len(stage.client.of(CheckCredits)) == 1
    assert (report.before, report.after, report.calls) == (Decimal(500), None, 3)


@pytest.mark.parametrize(
    ("answer", "reason", "tries"),
    [
        (Unsent("dns"), Reason.AWAY, 5),
        (Unknown("http-500"), Reason.AWAY, 5),
        (Refused("http-404"), Reason.FAILED, 1),
        (Accepted(None), Reason.AWAY, 1),
    ],
)
def test_where_the_credits_call_fails_no_send_starts_and_the_rest_goes_on(
    stage: Stage, answer: Answer, reason: Reason, tries: int
) -> None:
    stage.client.otherwise[CheckCredits] = lambda call: answer
    report = stage.apply(plan(send("a", person(1)), optouts=1, imports=1))
    assert len(stage.client.of(CheckCredits)) == tries
    assert len(stage.client.of(OptOutNumber)) == len(stage.client.of(ImportCustomer)) == 1
    assert stage.client.of(SendText) == []
    assert (report.sends.left, report.reasons) == (1, (reason,))
    assert [notice.code for notice in report.notices] == ["balance-unread"]


def test_an_unread_balance_is_no_reason_where_there_is_nothing_to_send(stage: Stage) -> None:
    stage.client.otherwise[CheckCredits] = lambda call: Unsent("dns")
    report = stage.apply(plan(imports=1))
    assert (report.exit_code, report.imports.done) == (0, 1)
    assert [notice.code for notice in report.notices] == ["balance-unread"]


# the canary


def test_an_unproven_account_gets_a_canary(stage: Stage) -> None:
    report = stage.apply(plan(send("a", *people(1, 11))), proven=False, fingerprint="k1:0")
    assert [call.recipients for call in stage.client.of(SendText)] == [people(1, 1), people(2, 11)]
    assert stage.client.kinds() == ["CheckCredits", "SendText", "CheckCredits", "SendText", "CheckCredits"]
    assert [claim.canary for claim in stage.store.of(SendClaim)] == [True, False]
    assert len({call.customerid for call in stage.client.of(SendText)}) == 2
    assert stage.store.proofs == [("k1:0", False), ("k1:0", True)]
    assert (report.sends.accepted, report.exit_code, report.notices) == (11, 0, ())
    assert sum(claim.credits for claim in stage.store.of(SendClaim)) == 11


@pytest.mark.parametrize(
    ("count", "more"),
    [
        (10, {}),
        (11, {"proven": True}),
        (11, {"safety": NO_CANARY}),
    ],
)
def test_no_canary_where_none_is_needed(stage: Stage, count: int, more: dict[str, object]) -> None:
    stage.apply(plan(send("a", *people(1, count))), **{"proven": False, **more})
    assert [call.recipients for call in stage.client.of(SendText)] == [people(1, count)]


def test_people_are_counted_over_all_campaigns_each_once(stage: Stage) -> None:
    stage.apply(plan(send("a", *people(1, 6)), send("b", *people(1, 6))), proven=False)
    assert not [claim for claim in stage.store.of(SendClaim) if claim.canary]
    other = Stage()
    other.apply(plan(send("a", *people(1, 6)), send("b", *people(6, 11))), proven=False)
    assert [claim.canary for claim in other.store.of(SendClaim)] == [True, False, False]


def test_no_canary_where_no_balance_can_be_read(stage: Stage) -> None:
    stage.client.abilities = stage.client.abilities._replace(credits=False)
    stage.apply(plan(*each_alone("a", 1, 12)), proven=False)
    assert not [claim for claim in stage.store.of(SendClaim) if claim.canary]
    assert stage.client.most_in_flight[SendText] == 1


def test_after_the_canary_up_to_four_are_in_flight(stage: Stage) -> None:
    stage.apply(plan(*each_alone("a", 1, 20)), proven=False)
    assert [claim.canary for claim in stage.store.of(SendClaim)][:2] == [True, False]
    assert stage.client.most_in_flight[SendText] == 4


def test_handed_over_sends_are_left_out_of_the_canary(stage: Stage) -> None:
    stage.apply(plan(send("a", *people(1, 30), at=LATER), send("b", *people(1, 2))), proven=False)
    assert not [claim for claim in stage.store.of(SendClaim) if claim.canary]


def test_the_canary_is_the_first_send_that_is_not_handed_over(stage: Stage) -> None:
    stage.apply(plan(send("a", *people(1, 3), at=LATER), send("b", *people(1, 12))), proven=False)
    assert [len(call.recipients) for call in stage.client.of(SendText)] == [3, 1, 11]


def test_a_balance_that_does_not_move_holds_the_canary_and_stops_the_sends(stage: Stage) -> None:
    stage.client.billed = Decimal(0)
    report = stage.apply(plan(send("a", *people(1, 11)), imports=2), proven=False)
    assert [call.recipients for call in stage.client.of(SendText)] == [people(1, 1)]
    assert stage.store.outcomes(SendClaim) == ["unknown"]
    assert stage.store.proofs == []
    assert list(stage.store.balances.values()) == [(Decimal(500), Decimal(500))]
    assert (report.sends.accepted, report.sends.unknown, report.sends.left) == (0, 1, 10)
    assert (report.imports.done, report.exit_code, report.reasons) == (2, 4, (Reason.UNBILLED,))
    assert stage.store.seen == {"a": "unknown"}


def test_the_canary_is_watched_for_as_long_as_was_asked(stage: Stage) -> None:
    stage.client.billed = Decimal(0)
    stage.client.latency = 0.0
    stage.apply(plan(send("a", *people(1, 11))), proven=False, safety=Safety(canary_wait=30.0))
    assert stage.client.at(CheckCredits) == pytest.approx([0, 0, 1, 3, 7, 15, 23, 30])
    assert all(slot for slot in stage.store.slots.values())
    assert len(stage.store.of(CreditsClaim)) == 8


def test_a_balance_that_falls_late_proves_as_well(stage: Stage) -> None:
    stage.client.script[CheckCredits] = readings(500, 500, 500, 499)
    report = stage.apply(plan(send("a", *people(1, 11))), proven=False)
    assert (report.sends.accepted, report.exit_code) == (11, 0)


def test_a_balance_that_rises_while_the_canary_is_watched_stops_the_sends(stage: Stage) -> None:
    stage.client.script[CheckCredits] = readings(500, 600, 600)
    report = stage.apply(plan(send("a", *people(1, 11)), imports=1), proven=False)
    assert stage.store.outcomes(SendClaim) == ["done"]
    assert (report.sends.accepted, report.sends.left, report.imports.done) == (1, 10, 1)
    assert (report.exit_code, report.reasons) == (3, (Reason.CREDITS,))
    assert "balance-rose" in [notice.code for notice in report.notices]
    assert stage.store.proofs == []


def test_a_canary_whose_balance_cannot_be_read_stops_the_sends(stage: Stage) -> None:
    stage.client.script[CheckCredits] = [*readings(500), *[Unsent("dns")] * 5]
    report = stage.apply(plan(send("a", *people(1, 11)), imports=1), proven=False)
    assert stage.store.outcomes(SendClaim) == ["done"]
    assert (report.sends.left, report.imports.done, report.exit_code) == (10, 1, 3)
    assert report.reasons == (Reason.AWAY,)


def test_a_rejected_canary_is_followed_by_another(stage: Stage) -> None:
    stage.client.script[SendText] = [Refused("http-400")]
    stage.apply(plan(send("a", *people(1, 12))), proven=False)
    assert [claim.canary for claim in stage.store.of(SendClaim)] == [True, True, False]


def test_an_unknown_canary_is_followed_by_another_until_sends_stop(stage: Stage) -> None:
    stage.client.script[SendText] = [Unknown("reset")] * 9
    stage.apply(plan(send("a", *people(1, 12))), proven=False)
    assert stage.store.outcomes(SendClaim) == ["unknown", "unknown"]
    assert [claim.canary for claim in stage.store.of(SendClaim)] == [True, True]


def test_a_canary_that_opted_out_is_not_sent(stage: Stage) -> None:
    stage.store.opted_out = {person(1)}
    stage.apply(plan(send("a", *people(1, 12))), proven=False)
    assert [call.recipients for call in stage.client.of(SendText)] == [people(2, 2), people(3, 12)]


def test_a_signal_while_the_canary_is_watched_makes_it_no_doubtful_one(stage: Stage) -> None:
    stage.client.billed = Decimal(0)
    stage.stop_at = 5.0
    report = stage.apply(plan(send("a", *people(1, 12))), proven=False)
    assert stage.store.outcomes(SendClaim) == ["done"]
    assert (report.sends.accepted, report.exit_code, report.reasons) == (1, 3, (Reason.INTERRUPTED,))


def test_polls_of_the_canary_keep_to_the_rate_limit(stage: Stage) -> None:
    stage.client.billed = Decimal(0)
    stage.client.latency = 0.0
    stage.apply(plan(send("a", *people(1, 12))), proven=False, limit=RateLimit(3, 60.0))
    assert stage.client.at(CheckCredits) == pytest.approx([0, 0, 60], abs=0.1)


# the comparison after sends


def test_a_run_that_the_balance_does_not_show_becomes_unknown(stage: Stage) -> None:
    stage.client.billed = Decimal(0)
    stage.client.latency = 0.0
    report = stage.apply(plan(*each_alone("a", 1, 3), send("b", *people(1, 2)), imports=1))
    assert stage.store.outcomes(SendClaim) == ["unknown"] * 4
    assert set(stage.store.balances.values()) == {(Decimal(500), Decimal(500))}
    assert (report.sends.accepted, report.sends.unknown, report.imports.done) == (0, 5, 1)
    assert (report.exit_code, report.reasons) == (4, (Reason.UNBILLED,))
    assert max(stage.client.at(CheckCredits)) == pytest.approx(30.0)
    assert stage.store.seen == {"a": "unknown", "b": "unknown"}


def test_without_a_wait_the_balance_is_read_once_after_sends(stage: Stage) -> None:
    stage.client.billed = Decimal(0)
    report = stage.apply(plan(send("a", person(1))), safety=NO_CANARY)
    assert len(stage.client.of(CheckCredits)) == 2
    assert report.reasons == (Reason.UNBILLED,)


@pytest.mark.parametrize("billed", ["0.97", "1.5"])
def test_a_fall_other_than_estimated_is_a_warning(stage: Stage, billed: str) -> None:
    stage.client.billed = Decimal(billed)
    report = stage.apply(plan(send("a", *people(1, 100))))
    (notice,) = report.notices
    assert (notice.code, notice.level) == ("balance-differs", "warning")
    assert f"fell by {shown(Decimal(billed) * 100)} credits, estimated 100" in notice.message
    assert report.exit_code == 0


def test_a_rise_is_a_warning(stage: Stage) -> None:
    stage.client.script[CheckCredits] = readings(500, 700)
    report = stage.apply(plan(send("a", person(1))))
    assert [notice.message for notice in report.notices] == [
        "the balance rose by 200 credits while 1 were estimated to be spent"
    ]
    assert (report.exit_code, report.sends.accepted) == (0, 1)


def test_a_fall_of_any_size_proves_the_account(stage: Stage) -> None:
    stage.client.billed = Decimal("0.5")
    stage.apply(plan(send("a", person(1))), proven=False, fingerprint="k1:0")
    assert stage.store.proofs[-1] == ("k1:0", True)


def test_unknown_sends_may_explain_a_fall(stage: Stage) -> None:
    stage.client.script[SendText] = [Unknown("reset")]
    stage.client.script[CheckCredits] = readings(500, 497)
    report = stage.apply(plan(send("a", *people(1, 2)), send("a", person(3))), proven=False)
    assert report.notices == ()
    assert list(stage.store.balances.values()) == [(Decimal(500), Decimal(497))]


def test_unknown_sends_alone_are_given_the_balance_as_evidence(stage: Stage) -> None:
    stage.client.script[SendText] = [Unknown("reset")]
    report = stage.apply(plan(send("a", person(1))), proven=False, safety=NO_CANARY)
    assert list(stage.store.balances.values()) == [(Decimal(500), Decimal(500))]
    assert len(stage.client.of(CheckCredits)) == 2
    assert report.reasons == (Reason.UNKNOWN,)


def test_handed_over_sends_are_not_compared(stage: Stage) -> None:
    stage.client.billed = Decimal(0)
    report = stage.apply(plan(send("a", *people(1, 3), at=LATER)))
    assert len(stage.client.of(CheckCredits)) == 1
    assert (report.exit_code, report.sends.accepted, report.estimated) == (0, 3, Decimal(3))


def test_handed_over_sends_may_explain_a_fall(stage: Stage) -> None:
    report = stage.apply(plan(send("a", *people(1, 3), at=LATER), send("b", person(1))), proven=False)
    assert report.notices == ()


def test_a_balance_that_cannot_be_read_after_sends(stage: Stage) -> None:
    stage.client.script[CheckCredits] = [*readings(500), *[Unsent("dns")] * 5]
    report = stage.apply(plan(send("a", person(1)), imports=1))
    assert (report.sends.accepted, report.imports.done, report.exit_code) == (1, 1, 3)
    assert (report.reasons, report.after) == ((Reason.AWAY,), None)
    assert [notice.code for notice in report.notices] == ["balance-unread"]


def test_a_run_that_is_over_does_not_compare(stage: Stage) -> None:
    stage.client.otherwise[SendText] = slowly(10.0)
    stage.stop_at = 5.0
    report = stage.apply(plan(send("a", person(1))))
    assert len(stage.client.of(CheckCredits)) == 1
    assert (report.sends.accepted, report.after, report.reasons) == (1, None, (Reason.INTERRUPTED,))
