from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from sendmode_sync.executor import standing
from sendmode_sync.executor.breaker import Breaker
from sendmode_sync.model.calls import Accepted, Answer, ImportCustomer, Refused, SendText, Unknown
from sendmode_sync.model.claim import SendClaim
from sendmode_sync.model.plan import CampaignStatus, SendChange
from sendmode_sync.model.report import Reason
from sendmode_sync.model.settings import RateLimit, Safety
from sendmode_sync.model.state import FrozenText
from tests.executor.fake_stage import START, Stage, each_alone, frozen, outlook, people, person, plan, send

OK, BAD, LOST = Accepted(), Refused("http-400"), Unknown("read-timeout")


def test_sends_go_one_at_a_time_until_the_account_is_proven(stage: Stage) -> None:
    stage.apply(plan(*each_alone("a", 1, 9)), proven=False)
    assert stage.client.most_in_flight[SendText] == 1


def test_a_proven_account_has_up_to_four_in_flight(stage: Stage) -> None:
    stage.apply(plan(*each_alone("a", 1, 9)))
    assert stage.client.most_in_flight[SendText] == 4


def test_sends_keep_the_order_of_the_plan(stage: Stage) -> None:
    stage.apply(plan(*each_alone("b", 1, 2), *each_alone("a", 1, 2)), proven=False)
    assert [call.customerid for call in stage.client.of(SendText)] == ["b-001", "b-002", "a-001", "a-002"]


def test_a_call_carries_what_the_plan_says(stage: Stage) -> None:
    at = dt.datetime(2026, 12, 2, 10, 0, tzinfo=dt.UTC)
    stage.apply(plan(send("a", *people(1, 2), at=at)))
    assert stage.client.of(SendText) == [SendText(people(1, 2), "Hi", "a-001", "Repliable", at)]


def test_the_audience_is_frozen_with_the_claims(stage: Stage) -> None:
    made = plan(*each_alone("a", 1, 2), outlooks=[outlook("a", **frozen(*people(1, 2)), handed_over=True)])
    stage.apply(made)
    frozen_first = stage.store.of(SendClaim)[0].freeze
    assert frozen_first is not None
    assert set(frozen_first.audience) == set(people(1, 2))
    assert list(frozen_first.texts.values()) == [FrozenText("Hi", "GSM-7", 1)]
    assert (frozen_first.content_digest, frozen_first.handed_over) == ("c1:0", True)


def test_a_campaign_that_started_before_is_not_frozen_again(stage: Stage) -> None:
    stage.apply(plan(send("a", person(1))))
    assert stage.store.of(SendClaim)[0].freeze is None


def test_who_is_to_be_left_out_is_left_out_before_the_first_call(stage: Stage) -> None:
    made = plan(*each_alone("a", 1, 2), outlooks=[outlook("a", suppress=people(5, 6))])
    stage.apply(made)
    assert stage.store.suppressed == {"a": people(5, 6)}
    methods = [step[0] for step in stage.store.steps("suppress", "begin")]
    assert methods == ["begin", "suppress", "begin", "begin", "begin"]


def test_who_is_to_be_left_out_of_a_complete_campaign_is_left_out(stage: Stage) -> None:
    stage.apply(plan(outlooks=[outlook("a", CampaignStatus.SENT, suppress=people(5, 6))]))
    assert stage.store.suppressed == {"a": people(5, 6)}
    assert stage.client.calls == []


@pytest.mark.parametrize("status", [CampaignStatus.BLOCKED, CampaignStatus.DRAFT, CampaignStatus.WAITING])
def test_nobody_is_left_out_of_a_campaign_that_is_not_sent_now(stage: Stage, status: CampaignStatus) -> None:
    stage.apply(plan(outlooks=[outlook("a", status, suppress=people(5, 6))]))
    assert stage.store.suppressed == {}


@pytest.mark.parametrize(
    ("answers", "made"),
    [
        ([LOST, LOST], 2),
        ([LOST, OK, LOST, OK, LOST], 5),
        ([LOST, BAD, LOST, OK, LOST], 5),
        ([OK, LOST, OK, LOST, LOST], 5),
    ],
)
def test_unknown_sends_stop_the_sends(stage: Stage, answers: list[Answer], made: int) -> None:
    stage.client.script[SendText] = list(answers)
    report = stage.apply(plan(*each_alone("a", 1, 9), imports=2), proven=False)
    assert len(stage.client.of(SendText)) == made
    assert len(stage.client.of(ImportCustomer)) == 2
    assert report.sends.left == 9 - made
    assert report.exit_code == 4
    assert Reason.UNKNOWN in report.reasons


def test_three_rejected_calls_in_a_row_stop_the_sends(stage: Stage) -> None:
    stage.client.script[SendText] = [BAD, BAD, OK, BAD, BAD, BAD]
    report = stage.apply(plan(*each_alone("a", 1, 9), imports=2), proven=False)
    assert len(stage.client.of(SendText)) == 6
    assert (report.sends.rejected, report.sends.left, report.imports.done) == (5, 3, 2)
    assert (report.exit_code, report.reasons) == (1, (Reason.FAILED,))
    assert report.failures == ("send refused: http-400 (5 calls)",)


def test_rejected_recipients_are_counted_and_the_rest_is_sent(stage: Stage) -> None:
    stage.client.script[SendText] = [BAD]
    report = stage.apply(plan(send("a", *people(1, 3)), send("a", *people(4, 5))), proven=False)
    assert (report.sends.accepted, report.sends.rejected, report.sends.left) == (2, 3, 0)
    assert stage.store.seen == {"a": "sent"}


@pytest.mark.parametrize(
    ("outcomes", "tripped"),
    [
        ("hh", True),
        ("hah", False),
        ("hrh", False),
        ("hahah", True),
        ("rrr", True),
        ("rrar", False),
        ("rrhr", False),
        ("rrhrr", False),
        ("aaaa", False),
    ],
)
def test_what_trips_the_breaker(outcomes: str, tripped: bool) -> None:
    breaker = Breaker()
    for outcome in outcomes:
        {"a": breaker.accepted, "r": breaker.refused, "h": breaker.held}[outcome]()
    assert breaker.tripped is tripped


def test_a_tripped_breaker_stays_so_whatever_arrives_late() -> None:
    breaker = Breaker()
    breaker.held()
    breaker.held()
    breaker.accepted()
    assert breaker.tripped


def test_a_send_that_waits_for_a_slot_does_not_start_once_sends_stopped(stage: Stage) -> None:
    stage.client.latency = 5.0
    stage.client.script[SendText] = [LOST, LOST]
    stage.apply(plan(*each_alone("a", 1, 9)), limit=RateLimit(3, 60.0))
    assert len(stage.client.of(SendText)) == 2


def test_a_campaign_that_the_balance_does_not_cover_is_not_started(stage: Stage) -> None:
    stage.client.balance = Decimal(10)
    report = stage.apply(plan(send("a", *people(1, 6)), send("b", *people(1, 5)), send("c", *people(1, 4)), imports=1))
    assert [call.customerid for call in stage.client.of(SendText)] == ["a-001", "c-001"]
    assert (report.sends.accepted, report.sends.left, report.imports.done) == (10, 5, 1)
    assert (report.exit_code, report.reasons) == (3, (Reason.CREDITS,))
    (notice,) = report.notices
    assert notice.code == "not-started"
    assert "campaign b" in notice.message
    assert "5 credits and 4 are free" in notice.message


def test_a_campaign_is_covered_as_a_whole_or_not_started(stage: Stage) -> None:
    stage.client.balance = Decimal(8)
    report = stage.apply(plan(*each_alone("a", 1, 9)))
    assert stage.client.of(SendText) == []
    assert (report.sends.left, report.reasons) == (9, (Reason.CREDITS,))
    assert len(report.notices) == 1


@pytest.mark.parametrize(("reserve", "sent"), [(4, 1), (5, 0)])
def test_the_reserve_is_left_alone(stage: Stage, reserve: int, sent: int) -> None:
    stage.client.balance = Decimal(10)
    stage.apply(plan(send("a", *people(1, 6))), safety=Safety(min_balance=Decimal(reserve)))
    assert len(stage.client.of(SendText)) == sent


def test_where_no_balance_can_be_read_the_most_credits_take_its_place(stage: Stage) -> None:
    stage.client.abilities = stage.client.abilities._replace(credits=False)
    report = stage.apply(
        plan(send("a", *people(1, 6)), send("b", *people(1, 6)), send("c", *people(1, 4))), max_spend=Decimal(10)
    )
    assert [call.customerid for call in stage.client.of(SendText)] == ["a-001", "c-001"]
    assert stage.client.kinds() == ["SendText"]
    assert (report.before, report.after, report.reasons) == (None, None, (Reason.LIMIT,))


def test_a_campaign_outside_its_hours_stays_left_and_others_go(stage: Stage) -> None:
    report = stage.apply(
        plan(*each_alone("a", 1, 2), *each_alone("b", 3, 4), imports=1),
        may_send=lambda change, now: change.campaign == "b",
    )
    assert [call.customerid for call in stage.client.of(SendText)] == ["b-003", "b-004"]
    assert (report.sends.accepted, report.sends.left, report.exit_code) == (2, 2, 0)
    assert stage.store.seen == {"a": "due", "b": "sent"}


def test_what_was_not_sent_is_not_counted_as_done(stage: Stage) -> None:
    stage.client.balance = Decimal(4)
    stage.apply(plan(send("a", *people(1, 6)), *each_alone("b", 11, 13), send("c", *people(21, 22))), proven=True)
    assert stage.client.of(SendText)
    assert (stage.progress.totals["sends"], stage.progress.done["sends"]) == (5, len(stage.client.of(SendText)))


def test_a_call_that_was_put_off_is_counted_once(stage: Stage) -> None:
    made = plan(*each_alone("a", 1, 3), imports=60)
    stage.apply(
        made,
        limit=RateLimit(10, 10.0),
        look_again=lambda: made,
        may_send=lambda change, now: change.campaign == "a" and now > START + dt.timedelta(seconds=30),
    )
    assert len(stage.client.of(SendText)) == 3
    assert (stage.progress.totals["sends"], stage.progress.done["sends"]) == (3, 3)


def test_hours_are_asked_with_the_time_of_the_clock(stage: Stage) -> None:
    asked: list[dt.datetime] = []
    stage.client.latency = 2.0

    def may_send(change: SendChange, now: dt.datetime) -> bool:
        asked.append(now)
        return True

    stage.apply(plan(send("a", person(1))), may_send=may_send)
    assert set(asked) == {START + dt.timedelta(seconds=2)}
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("answers", "status"),
    [([OK, OK], "sent"), ([OK, LOST], "unknown"), ([OK, Refused("x", key_refused=True)], "partial")],
)
def test_a_campaign_is_left_as_the_run_saw_it(stage: Stage, answers: list[Answer], status: str) -> None:
    stage.client.script[SendText] = list(answers)
    stage.apply(
        plan(*each_alone("a", 1, 2), outlooks=[outlook("a"), outlook("w", CampaignStatus.WAITING)]), proven=False
    )
    assert stage.store.seen == {"a": status, "w": "waiting"}


def test_a_canary_has_a_name_of_its_own_and_its_share_of_the_cost() -> None:
    first, others = standing.canary(send("x" * 60, *people(1, 4), cost=10))
    assert (first.recipients, first.credits, first.customerid) == ((person(1),), Decimal("2.5"), "x" * 43 + "-canary")
    assert (others.recipients, others.credits) == (people(2, 4), Decimal("7.5"))
    assert others.customerid != first.customerid
