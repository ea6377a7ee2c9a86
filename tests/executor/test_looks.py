from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from sendmode_sync.errors import StateError
from sendmode_sync.model.calls import Accepted, CheckCredits, ImportCustomer, OptOutNumber, Refused, SendText
from sendmode_sync.model.plan import CampaignOutlook, CampaignStatus, Held, LimitHit, Plan
from sendmode_sync.model.report import Reason
from sendmode_sync.model.settings import RateLimit, Safety
from tests.executor.fake_stage import START, Stage, each_alone, outlook, people, person, plan, send, slowly

SLOW = RateLimit(10, 20.0)
HIT = LimitHit("max_credits", "500", "900", "too many credits")


def from_second(stage: Stage, second: float, later: Plan, before: Plan | None = None) -> Callable[[], Plan]:
    """Return what a look finds: something new from a second on, and what was sent meanwhile no more."""

    def look() -> Plan:
        sent = {call.customerid for call in stage.client.of(SendText)}
        found = later if stage.loop.time() >= second else before or plan()
        left = tuple(change for change in found.sends if change.customerid not in sent)
        return plan(*left, optouts=len(found.optouts), outlooks=found.campaigns, limits=found.limits)

    return look


def test_what_becomes_due_is_sent_before_the_next_import(stage: Stage) -> None:
    look = from_second(stage, 40.0, plan(send("late", *people(1, 5)), optouts=2))
    report = stage.apply(plan(imports=100), limit=SLOW, look_again=look)
    (sent,) = stage.client.at(SendText)
    assert 40.0 <= sent <= 100.0
    assert (report.sends.accepted, report.optouts.done, report.imports.done) == (5, 2, 100)
    after_opt_out = max(stage.client.at(OptOutNumber))
    assert not [when for when in stage.client.at(ImportCustomer) if after_opt_out < when < sent]
    assert stage.store.seen == {"late": "sent"}


def test_it_looks_at_least_once_a_minute_even_where_slots_are_rare(stage: Stage) -> None:
    looks: list[float] = []

    def look() -> Plan:
        looks.append(stage.loop.time())
        return plan()

    stage.apply(plan(imports=12), limit=RateLimit(4, 300.0), look_again=look)
    gaps = [later - first for first, later in zip([0.0, *looks], looks, strict=False)]
    assert len(looks) >= 25
    assert max(gaps) <= 60.0
    assert min(gaps) >= 30.0 - 1e-6


def test_it_looks_while_answers_are_slow(stage: Stage) -> None:
    looks: list[float] = []

    def look() -> Plan:
        looks.append(stage.loop.time())
        return plan()

    stage.client.latency = 45.0
    stage.apply(plan(imports=17), look_again=look)
    assert looks == pytest.approx([45.0, 75.0, 105.0, 135.0])


def test_nothing_is_looked_for_with_a_saved_plan(stage: Stage) -> None:
    report = stage.apply(plan(imports=100), limit=SLOW)
    assert (report.imports.done, report.sends.accepted) == (100, 0)


def test_a_short_run_does_not_look(stage: Stage) -> None:
    def look() -> Plan:
        raise AssertionError

    stage.apply(plan(*each_alone("a", 1, 3), imports=9), look_again=look)


def test_it_looks_between_sends_as_well(stage: Stage) -> None:
    made = plan(*each_alone("a", 1, 60))
    look = from_second(stage, 30.0, plan(*made.sends, send("late", person(99)), optouts=1), made)
    report = stage.apply(made, limit=SLOW, look_again=look, safety=Safety(canary_wait=0.0))
    assert (report.sends.accepted, report.sends.left, report.optouts.done) == (61, 0, 1)
    (opted_out,) = stage.client.at(OptOutNumber)
    assert opted_out < 61
    assert stage.client.of(SendText)[-1].customerid == "late-099"


def test_it_looks_while_a_send_is_slow(stage: Stage) -> None:
    looks: list[float] = []
    made = plan(*each_alone("a", 1, 2))

    def look() -> Plan:
        looks.append(stage.loop.time())
        return made

    stage.client.script[CheckCredits] = [Accepted(Decimal(500))]
    stage.client.otherwise[SendText] = slowly(70.0)
    report = stage.apply(made, look_again=look, proven=False)
    assert looks == pytest.approx([30.1, 60.1], abs=0.2)
    assert report.sends.accepted == 2


def test_a_campaign_under_way_is_not_taken_up_twice(stage: Stage) -> None:
    made = plan(*each_alone("a", 1, 60))
    report = stage.apply(made, limit=SLOW, look_again=lambda: made)
    assert (report.sends.accepted, len(stage.client.of(SendText))) == (60, 60)


def test_what_a_look_sends_no_more_is_put_off(stage: Stage) -> None:
    made = plan(*each_alone("a", 1, 60))
    none = plan(outlooks=[outlook("a", CampaignStatus.BLOCKED)])
    report = stage.apply(made, limit=SLOW, look_again=lambda: none)
    assert (report.sends.accepted, report.sends.left, report.reasons) == (20, 40, (Reason.BLOCKED,))
    assert stage.store.seen == {"a": "partial"}


def test_what_was_put_off_by_a_look_comes_back_with_another(stage: Stage) -> None:
    made = plan(*each_alone("a", 1, 60), imports=40)
    look = from_second(stage, 70.0, made, plan(outlooks=[outlook("a", CampaignStatus.BLOCKED)]))
    report = stage.apply(made, limit=SLOW, look_again=look)
    assert (report.sends.accepted, report.sends.left, report.imports.done) == (60, 0, 40)
    assert not [at for at in stage.client.at(SendText) if 41.0 < at < 70.0]
    assert stage.progress.done["sends"] == stage.progress.totals["sends"] == 60


def test_who_is_left_out_by_a_look_is_left_out_of_what_waits(stage: Stage) -> None:
    made = plan(send("a", *people(1, 3)))
    first = plan(*each_alone("big", 100, 160), *made.sends, outlooks=[outlook("big"), outlook("a")])
    later = plan(*first.sends, outlooks=[outlook("big"), outlook("a", suppress=people(2, 3))])
    report = stage.apply(first, limit=SLOW, look_again=from_second(stage, 0.0, later))
    assert stage.client.of(SendText)[-1].recipients == people(1, 1)
    assert (report.sends.accepted, report.sends.left) == (62, 0)


def test_a_call_of_which_a_look_leaves_out_everybody_is_not_made(stage: Stage) -> None:
    made = plan(*each_alone("a", 1, 30))
    later = plan(*made.sends, outlooks=[outlook("a", suppress=(person(30),))])
    report = stage.apply(made, limit=SLOW, look_again=from_second(stage, 0.0, later))
    assert person(30) not in {number for call in stage.client.of(SendText) for number in call.recipients}
    assert (report.sends.accepted, report.sends.left) == (29, 0)
    assert stage.progress.done["sends"] == stage.progress.totals["sends"]


def test_opt_outs_are_tried_once_a_run(stage: Stage) -> None:
    stage.apply(plan(optouts=2, imports=100), limit=SLOW, look_again=lambda: plan(optouts=3))
    assert [call.mobilenumber for call in stage.client.of(OptOutNumber)] == [person(900), person(901), person(902)]


def test_a_campaign_put_off_for_quiet_hours_comes_back(stage: Stage) -> None:
    morning = START + dt.timedelta(seconds=90)
    made = plan(*each_alone("a", 1, 3), imports=100)
    report = stage.apply(
        made, limit=SLOW, look_again=from_second(stage, 0.0, made), may_send=lambda name, now: now >= morning
    )
    assert min(stage.client.at(SendText)) >= 90.0
    assert (report.sends.accepted, report.sends.left, report.exit_code) == (3, 0, 0)


def test_a_campaign_put_off_in_part_is_not_taken_up_twice(stage: Stage) -> None:
    asked = itertools.count()
    made = plan(*each_alone("a", 1, 60), imports=60)
    report = stage.apply(
        made,
        limit=SLOW,
        look_again=from_second(stage, 0.0, made),
        may_send=lambda name, now: next(asked) != 40,
    )
    assert len(stage.client.of(SendText)) == 60
    assert (report.sends.accepted, report.sends.left) == (60, 0)
    assert stage.client.of(SendText)[-1].customerid != "a-060"


def test_a_campaign_refused_for_credits_does_not_come_back(stage: Stage) -> None:
    stage.client.balance = Decimal(2)
    made = plan(*each_alone("a", 1, 3), imports=100)
    report = stage.apply(made, limit=SLOW, look_again=lambda: made)
    assert stage.client.of(SendText) == []
    assert (report.sends.left, report.reasons, len(report.notices)) == (3, (Reason.CREDITS,), 1)


def test_what_becomes_due_is_covered_by_the_balance_or_not_started(stage: Stage) -> None:
    stage.client.balance = Decimal(8)
    later = plan(send("late", *people(1, 5)))
    report = stage.apply(
        plan(send("a", *people(1, 5)), imports=100), limit=SLOW, look_again=from_second(stage, 30.0, later)
    )
    assert (report.sends.accepted, report.sends.left, report.reasons) == (5, 5, (Reason.CREDITS,))


def test_what_becomes_due_counts_towards_the_limit_of_the_run(stage: Stage) -> None:
    later = plan(send("late", *people(1, 5), cost=300))
    report = stage.apply(
        plan(send("a", *people(1, 5), cost=300), imports=100),
        limit=SLOW,
        look_again=from_second(stage, 30.0, later),
        safety=Safety(max_credits=Decimal(500), canary_wait=0.0),
    )
    assert (report.sends.accepted, report.sends.left, report.reasons) == (5, 5, (Reason.LIMIT,))


def test_a_limit_passed_at_a_look_holds_new_sends_back(stage: Stage) -> None:
    later = plan(send("late", *people(1, 5)), optouts=1, limits=(HIT,))
    report = stage.apply(plan(imports=100), limit=SLOW, look_again=from_second(stage, 30.0, later))
    assert stage.client.of(SendText) == []
    assert (report.optouts.done, report.imports.done, report.reasons) == (1, 100, (Reason.LIMIT,))


def test_what_becomes_due_after_sends_stopped_stays_left(stage: Stage) -> None:
    stage.client.otherwise[CheckCredits] = lambda call: Refused("http-404")
    later = plan(send("late", *people(1, 5)))
    report = stage.apply(plan(imports=100), limit=SLOW, look_again=from_second(stage, 30.0, later))
    assert stage.client.of(SendText) == []
    assert (report.sends.left, report.reasons) == (5, (Reason.FAILED,))


def test_each_batch_of_sends_is_compared_with_the_balance(stage: Stage) -> None:
    later = plan(send("late", *people(1, 5)))
    report = stage.apply(
        plan(send("a", *people(1, 5)), imports=100), limit=SLOW, look_again=from_second(stage, 30.0, later)
    )
    assert len(stage.client.of(CheckCredits)) == 3
    assert (report.before, report.after, report.notices) == (Decimal(500), Decimal(490), ())


def test_a_batch_that_was_not_billed_is_doubted_alone(stage: Stage) -> None:
    def look() -> Plan:
        stage.client.billed = Decimal(0)
        return from_second(stage, 30.0, plan(send("late", *people(1, 5))))()

    report = stage.apply(plan(send("a", *people(1, 4)), imports=100), limit=SLOW, look_again=look)
    assert (report.sends.accepted, report.sends.unknown, report.reasons) == (4, 5, (Reason.UNBILLED,))
    assert stage.store.seen == {"late": "unknown"}


def test_a_canary_is_asked_for_when_the_run_grows(stage: Stage) -> None:
    stage.client.billed = Decimal(0)
    made = plan(*(send("a", number, at=START) for number in people(1, 4)), imports=100)
    look = from_second(stage, 30.0, plan(send("late", *people(11, 22))))
    report = stage.apply(made, limit=SLOW, look_again=look, proven=False)
    assert [len(call.recipients) for call in stage.client.of(SendText)] == [1, 1, 1, 1, 1]
    assert (report.sends.accepted, report.sends.unknown, report.sends.left) == (4, 1, 11)


@pytest.mark.parametrize("status", [CampaignStatus.WAITING, CampaignStatus.DUE, CampaignStatus.PARTIAL])
def test_a_campaign_that_expires_while_the_run_looks_on_is_said(stage: Stage, status: CampaignStatus) -> None:
    made = plan(imports=100, outlooks=[outlook("a", status)])
    later = plan(outlooks=[outlook("a", CampaignStatus.EXPIRED)])
    report = stage.apply(made, limit=SLOW, look_again=from_second(stage, 30.0, later))
    assert stage.store.expired == ["a"]
    assert stage.store.seen == {"a": "expired"}
    assert (report.exit_code, report.reasons) == (4, (Reason.EXPIRED,))


def test_a_campaign_that_expires_partly_sent_is_said(stage: Stage) -> None:
    made = plan(*each_alone("a", 1, 30), imports=60)
    later = plan(outlooks=[outlook("a", CampaignStatus.EXPIRED)])
    report = stage.apply(
        made,
        limit=SLOW,
        look_again=from_second(stage, 30.0, later, made),
        may_send=lambda name, now: now < START + dt.timedelta(seconds=10),
    )
    assert (report.sends.accepted, report.reasons) == (9, (Reason.EXPIRED,))
    assert (stage.store.expired, stage.store.seen) == (["a"], {"a": "expired"})


def test_a_campaign_that_expires_before_its_first_call_is_said_by_the_same_run(stage: Stage) -> None:
    made = plan(send("a", *people(1, 3)))
    later = plan(outlooks=[outlook("a", CampaignStatus.EXPIRED)])
    report = stage.apply(made, look_again=lambda: later, may_send=lambda _name, _now: False)
    assert (report.sends.accepted, report.sends.left) == (0, 3)
    assert (report.exit_code, report.reasons) == (4, (Reason.EXPIRED,))
    assert (stage.store.expired, stage.store.seen) == (["a"], {"a": "expired"})


def test_an_error_while_looking_ends_the_run(stage: Stage) -> None:
    def look() -> Plan:
        raise StateError("gone")

    report = stage.apply(plan(imports=100), limit=SLOW, look_again=look)
    assert isinstance(report.stopped, StateError)
    assert stage.client.in_flight.total() == 0


def in_two_zones(status: CampaignStatus = CampaignStatus.DUE, **more: Any) -> CampaignOutlook:
    """Return a campaign whose other five people wait for their morning."""
    held = Held("Australia/Sydney", 5, START + dt.timedelta(seconds=50))
    return outlook("a", status, left=10, credits=Decimal(10), held=(held,), **more)


def test_people_of_another_zone_get_it_in_the_same_run_once_their_morning_comes(stage: Stage) -> None:
    made = plan(send("a", *people(1, 5)), imports=100, outlooks=[in_two_zones()])
    waiting = plan(outlooks=[in_two_zones(CampaignStatus.WAITING)])
    look = from_second(stage, 50.0, plan(send("a", *people(6, 10))), waiting)
    report = stage.apply(made, limit=SLOW, look_again=look)
    first, second = stage.client.at(SendText)
    assert first < 50.0 < second
    assert (report.sends.accepted, report.sends.left, report.exit_code) == (10, 0, 0)
    assert stage.store.seen == {"a": "sent"}


def test_a_campaign_is_left_partly_sent_while_others_of_its_people_wait(stage: Stage) -> None:
    report = stage.apply(plan(send("a", *people(1, 5)), outlooks=[in_two_zones()]))
    assert (report.sends.accepted, report.sends.left, report.exit_code) == (5, 0, 0)
    assert stage.store.seen == {"a": "partial"}


def test_a_campaign_starts_only_where_the_balance_covers_those_who_wait_too(stage: Stage) -> None:
    stage.client.balance = Decimal(9)
    report = stage.apply(plan(send("a", *people(1, 5)), outlooks=[in_two_zones()]), look_again=plan)
    assert (report.sends.accepted, report.reasons) == (0, (Reason.CREDITS,))


def test_one_that_was_not_covered_is_not_tried_again_by_every_look(stage: Stage) -> None:
    stage.client.balance = Decimal(9)
    made = plan(send("a", *people(1, 5)), imports=60, outlooks=[in_two_zones()])
    report = stage.apply(made, limit=SLOW, look_again=lambda: made)
    assert (report.sends.accepted, report.sends.left) == (0, 5)
    assert len([each for each in report.notices if each.code == "not-started"]) == 1


def waiting(seconds: float, name: str = "a") -> CampaignOutlook:
    return outlook(name, CampaignStatus.WAITING, left=5, next_at=START + dt.timedelta(seconds=seconds))


def test_it_stays_for_what_becomes_due_meanwhile(stage: Stage) -> None:
    due = plan(send("a", *people(1, 5)))
    look = from_second(stage, 3600.0, due, plan(outlooks=[waiting(3600.0)]))
    report = stage.apply(plan(outlooks=[waiting(3600.0)]), look_again=look, stays_until=7200.0)
    (sent,) = stage.client.at(SendText)
    assert 3600.0 <= sent <= 3602.0
    assert (report.sends.accepted, report.exit_code, stage.store.seen) == (5, 0, {"a": "sent"})
    assert stage.client.kinds()[0] == "CheckCredits"  # read right before the sends, not an hour earlier
    assert stage.loop.time() < 3700.0
    assert stage.progress.sentences == ["staying for a, due at 2026-12-01 10:00 UTC"]


def test_it_reads_the_balance_anew_for_what_it_stayed_for(stage: Stage) -> None:
    stage.client.balance = Decimal(100)
    made = plan(send("a", *people(1, 5)), outlooks=[outlook("a"), waiting(3600.0, "b")])
    later = plan(send("b", *people(6, 10)), outlooks=[outlook("a", CampaignStatus.SENT), outlook("b")])

    def spend() -> Plan:
        stage.client.balance = Decimal(3)  # by somebody else
        return look()

    look = from_second(stage, 3600.0, later, plan(outlooks=[waiting(3600.0, "b")]))
    report = stage.apply(made, look_again=spend, stays_until=7200.0)
    assert (report.sends.accepted, report.reasons) == (5, (Reason.CREDITS,))
    assert report.before == Decimal(100)


@pytest.mark.parametrize(
    ("balance", "accepted"), [pytest.param(14, 5, id="only for those who wait"), pytest.param(15, 10, id="for both")]
)
def test_what_it_stayed_for_is_not_paid_with_what_those_who_wait_need(
    stage: Stage, balance: int, accepted: int
) -> None:
    stage.client.balance = Decimal(balance)
    held = (Held("Australia/Sydney", 5, START + dt.timedelta(seconds=7200)),)
    due = outlook("a", left=10, credits=Decimal(10), held=held)
    begun = outlook("a", CampaignStatus.WAITING, left=5, credits=Decimal(5), held=held)
    made = plan(send("a", *people(1, 5)), outlooks=[due, waiting(3600.0, "b")])
    look = from_second(
        stage,
        3600.0,
        plan(send("b", *people(20, 24)), outlooks=[begun, outlook("b")]),
        plan(outlooks=[begun, waiting(3600.0, "b")]),
    )
    report = stage.apply(made, look_again=look, stays_until=5000.0)
    assert (report.sends.accepted, report.reasons) == (accepted, (Reason.CREDITS,) if accepted == 5 else ())


def test_what_was_refused_is_free_again_and_what_was_handed_over_is_not(stage: Stage) -> None:
    stage.client.balance = Decimal(9)
    stage.client.script[SendText] = [Refused("code-11")]
    made = plan(
        send("a", *people(1, 5)), send("h", *people(6, 9), at=START), outlooks=[outlook("a"), outlook("h"), waiting(60)]
    )
    stage.client.billed = Decimal(0)
    later = plan(send("b", *people(20, 24)), send("c", *people(25, 28)), outlooks=[outlook("b"), outlook("c")])
    look = from_second(stage, 60.0, later, plan(outlooks=[waiting(60.0)]))
    report = stage.apply(made, look_again=look, stays_until=5000.0, safety=Safety(canary_wait=0))
    assert [call.recipients[0] for call in stage.client.of(SendText)] == [person(1), person(6), person(20)]
    assert Reason.CREDITS in report.reasons


@pytest.mark.parametrize(
    ("stays_until", "ends_at"),
    [
        pytest.param(None, None, id="not asked to stay"),
        pytest.param(3599.0, None, id="due after it"),
        pytest.param(7200.0, 3000.0, id="due after --max-duration"),
    ],
)
def test_it_does_not_stay_for_what_it_could_not_send(
    stage: Stage, stays_until: float | None, ends_at: float | None
) -> None:
    made = plan(outlooks=[waiting(3600.0)])
    report = stage.apply(made, look_again=lambda: made, stays_until=stays_until, ends_at=ends_at)
    assert stage.loop.time() < 1.0
    assert (report.reasons, report.calls) == ((), 0)


def test_a_signal_ends_the_stay(stage: Stage) -> None:
    stage.stop_at = 100.0
    made = plan(outlooks=[waiting(3600.0)])
    report = stage.apply(made, look_again=lambda: made, stays_until=7200.0)
    assert 100.0 <= stage.loop.time() < 110.0
    assert (report.reasons, report.exit_code) == ((Reason.INTERRUPTED,), 3)


def test_who_opts_out_meanwhile_is_opted_out_meanwhile(stage: Stage) -> None:
    before = plan(outlooks=[waiting(3600.0)], optouts=1)
    look = from_second(stage, 3600.0, plan(outlooks=[outlook("a", CampaignStatus.CANCELLED)]), before)
    report = stage.apply(plan(outlooks=[waiting(3600.0)]), look_again=look, stays_until=7200.0)
    (made,) = stage.client.at(OptOutNumber)
    assert made <= 60.0
    assert (report.optouts.done, report.exit_code) == (1, 0)
