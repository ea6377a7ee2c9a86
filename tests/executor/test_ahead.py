"""Sends over a store that makes claims durable by the block."""

from __future__ import annotations

import datetime as dt

from sendmode_sync.errors import FencedError, StateError
from sendmode_sync.model.calls import SendText, Unknown
from sendmode_sync.model.plan import CampaignStatus
from sendmode_sync.model.report import Reason
from sendmode_sync.model.settings import RateLimit, Safety
from tests.executor.fake_stage import START, Stage, each_alone, outlook, people, person, plan, send


def blocks(stage: Stage) -> list[int]:
    return [len(step) - 1 for step in stage.store.steps("intend")]


def began(stage: Stage) -> list[str]:
    return [step[1] for step in stage.store.steps("begin") if step[1] in stage.store.intended]


def test_a_store_that_needs_no_blocks_is_asked_for_none(stage: Stage) -> None:
    stage.apply(plan(*each_alone("a", 1, 9)))
    assert stage.store.steps("intend", "recall") == []


def test_sends_are_intended_by_blocks_before_they_begin(stage: Stage) -> None:
    stage.store.block = 20
    report = stage.apply(plan(*each_alone("a", 1, 45)))
    assert blocks(stage) == [20, 20, 5]
    assert began(stage) == list(stage.store.intended)
    assert report.sends.accepted == 45


def test_a_block_reaches_over_campaigns(stage: Stage) -> None:
    stage.store.block = 20
    stage.apply(plan(*each_alone("a", 1, 3), *each_alone("b", 1, 3)))
    assert blocks(stage) == [6]


def test_nothing_is_under_way_while_the_store_is_waited_for(stage: Stage) -> None:
    stage.store.block = 3
    stage.apply(plan(*each_alone("a", 1, 9)))
    log = [step[0] for step in stage.store.log]
    for at, method in enumerate(log):
        if method == "intend":
            assert log[:at].count("settle") == log[:at].count("begin")


def test_it_waits_where_it_is_too_early_to_intend(stage: Stage) -> None:
    stage.store.block, stage.store.wait_to_intend = 20, 7.0
    stage.apply(plan(*each_alone("a", 1, 2)))
    assert blocks(stage) == [2, 2]
    assert stage.client.at(SendText)[0] >= 7.0


def test_what_the_balance_does_not_cover_is_not_intended(stage: Stage) -> None:
    stage.store.block = 20
    stage.apply(
        plan(*each_alone("a", 1, 3), send("b", *people(1, 9), cost=9000), *each_alone("c", 1, 2)), max_spend=None
    )
    assert {claim.campaign for claim in stage.store.intended.values() if hasattr(claim, "campaign")} == {"a", "c"}


def test_a_canary_goes_alone_and_is_not_intended(stage: Stage) -> None:
    stage.store.block = 20
    report = stage.apply(plan(send("a", *people(1, 12)), *each_alone("b", 1, 3)), proven=False)
    assert blocks(stage) == [4]
    assert report.sends.accepted == 15


def test_nothing_is_intended_that_may_not_be_sent_at_this_hour(stage: Stage) -> None:
    stage.store.block = 20
    stage.apply(plan(*each_alone("a", 1, 3)), may_send=lambda name, now: False)
    assert blocks(stage) == []


def test_what_was_intended_and_does_not_start_is_taken_back(stage: Stage) -> None:
    stage.store.block = 20
    stage.client.script[SendText] = [Unknown("reset"), Unknown("reset")]
    report = stage.apply(plan(*each_alone("a", 1, 9)), proven=False, safety=Safety(canary_wait=0))
    assert Reason.UNKNOWN in report.reasons
    (recalled,) = stage.store.steps("recall")
    assert len(recalled) - 1 == 7


def test_what_was_intended_is_unknown_once_the_lease_is_gone(stage: Stage) -> None:
    stage.store.block = 20
    stage.store.fail["begin"] = (4, FencedError("taken over"))
    report = stage.apply(plan(*each_alone("a", 1, 5)))
    assert (report.sends.accepted, report.sends.unknown, report.sends.left) == (1, 3, 1)  # one had begun, not started
    assert (report.exit_code, report.reasons) == (4, (Reason.FAILED, Reason.UNKNOWN))


def test_what_was_intended_is_left_where_the_store_may_still_take_it_back(stage: Stage) -> None:
    stage.store.block = 20
    stage.store.fail["begin"] = (4, StateError("the remote is away"))
    report = stage.apply(plan(*each_alone("a", 1, 5)))
    assert (report.sends.accepted, report.sends.unknown, report.sends.left) == (1, 0, 4)


def test_an_hour_that_ends_in_mid_block_takes_the_rest_back_and_intends_it_anew(stage: Stage) -> None:
    stage.store.block = 20
    until = stage.clock.now() + dt.timedelta(seconds=0.3)
    made = plan(*each_alone("a", 1, 9), outlooks=[outlook("a", CampaignStatus.DUE)])
    report = stage.apply(made, proven=False, safety=Safety(canary_wait=0), may_send=lambda name, now: now < until)
    (recalled,) = stage.store.steps("recall")
    assert len(recalled) - 1 == 9 - report.sends.accepted > 0


def test_an_opted_out_recipient_leaves_the_block(stage: Stage) -> None:
    stage.store.block = 20
    stage.store.opted_out = {person(2)}
    report = stage.apply(plan(send("a", *people(1, 3)), send("a", *people(4, 5))))
    assert report.sends.accepted == 4


def test_no_more_is_intended_once_the_run_was_stopped_while_the_last_were_under_way(stage: Stage) -> None:
    stage.store.block, stage.stop_at = 2, 0.15
    report = stage.apply(plan(*each_alone("a", 1, 6)))
    assert blocks(stage) == [2]
    assert (report.sends.accepted, report.sends.left) == (2, 4)


def test_what_was_put_off_comes_back_under_the_claim_that_it_has(stage: Stage) -> None:
    stage.store.block = 20
    night, morning = START + dt.timedelta(seconds=30), START + dt.timedelta(seconds=45)
    made = plan(*each_alone("b", 1, 9), *each_alone("a", 1, 3), *each_alone("d", 1, 9))
    more = plan(*each_alone("c", 1, 2), *each_alone("a", 1, 3), send("d", person(9)))
    report = stage.apply(
        made,
        limit=RateLimit(4, 20.0),
        look_again=lambda: more if stage.clock.now() > morning else plan(send("d", person(9))),
        may_send=lambda change, now: change.campaign != "a" or not night < now < morning,
    )
    assert blocks(stage) == [20, 3]  # the last of d, and both of c: those of a are claimed
    assert (report.sends.accepted, report.sends.left) == (23, 0)
    assert stage.store.steps("recall") == [("recall",)]


def test_a_canary_that_becomes_needed_goes_before_what_was_intended(stage: Stage) -> None:
    stage.store.block = 20
    made = plan(*(send("a", *people(first, first + 2)) for first in (1, 4, 7)))
    grown = plan(*made.sends, *each_alone("b", 20, 29))
    stage.client.latency = 20.0
    report = stage.apply(made, proven=False, look_again=lambda: grown)
    assert [len(call.recipients) for call in stage.client.of(SendText)][:2] == [3, 1]
    assert (report.sends.accepted, report.sends.left) == (19, 0)
