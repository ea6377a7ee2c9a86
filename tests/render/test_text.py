from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from sendmode_sync.errors import Place, Problem
from sendmode_sync.model.plan import (
    CampaignOutlook,
    CampaignStatus,
    Credits,
    Funnel,
    ImportChange,
    OptOutChange,
    Plan,
    next_run,
)
from sendmode_sync.render import campaigns, summary
from sendmode_sync.render.formats import render_plan
from sendmode_sync.render.layout import Layout
from sendmode_sync.render.view import Masker
from tests.golden.golden_samples import (
    CAMPAIGNS,
    EMPTY,
    IMPORTS,
    KEY,
    LIMITED,
    PLAN,
    SENDS,
    UNKNOWN,
    ZONE,
    at,
    number,
    values,
)

MASKED = Masker(KEY)


def lines(plan: Plan, masker: Masker = MASKED, *, all_items: bool = False) -> list[str]:
    return render_plan(plan, "text", masker, all_items=all_items, zone=ZONE).splitlines()


def outlook(status: CampaignStatus, **fields: object) -> CampaignOutlook:
    made = CampaignOutlook("spring", status, "Hi {firstname}", None)
    return dataclasses.replace(made, **fields)  # type: ignore[arg-type] # each test names real fields


def with_campaign(status: CampaignStatus, **fields: object) -> Plan:
    return dataclasses.replace(EMPTY, campaigns=(outlook(status, **fields),))


def test_nothing_to_do_is_one_line() -> None:
    assert lines(EMPTY) == ["no changes: the account is up to date as far as the state knows."]


def test_sections_come_in_the_order_in_which_they_matter() -> None:
    shown = lines(PLAN)
    titles = ["needs a person", "campaigns", "opt-outs", "imports", "notices"]
    places = [shown.index(title) for title in titles]
    assert places == sorted(places)
    assert shown[-3].startswith("apply would make ")


def test_the_last_sentence_counts_everything() -> None:
    said = summary.sentence(PLAN)
    assert said == (
        "apply would make 20 calls in about 12 s: 2 opt-outs, 4 sends to 16 people "
        "(18 texts, 20 segments, 20 of 500 credits), 13 imports, 1 update."
    )


def test_a_plan_of_one_of_each() -> None:
    plan = dataclasses.replace(
        EMPTY,
        optouts=(OptOutChange(number(1)),),
        sends=(SENDS[0]._replace(recipients=(number(2),), credits=Decimal(1)),),
        imports=(IMPORTS[0],),
        credits=Credits(Decimal(1)),
        estimated_seconds=1.8,
    )
    assert summary.sentence(plan) == (
        "apply would make 3 calls in about 2 s: 1 opt-out, 1 send to 1 person "
        "(1 segment, 1 credit, balance not checked), 1 import."
    )


def test_a_plan_with_waiting_campaigns_ends_with_the_next_run() -> None:
    assert lines(PLAN)[-2] == (
        "next run needed: Thu 2026-12-03 10:00 to 21:00 GMT, for vip-preview; nothing sends this by itself."
    )


def test_the_next_run_is_that_of_the_first_campaign_that_waits() -> None:
    later = outlook(CampaignStatus.WAITING, next_at=at(12, 5, 9))
    first = dataclasses.replace(later, name="first", next_at=at(12, 4, 9))
    never = dataclasses.replace(later, name="never", next_at=None)
    (said,) = summary.next_run(next_run((later, never, first)), ZONE)
    assert said.startswith("next run needed: Fri 2026-12-04 09:00 GMT or later, for first;")
    assert summary.next_run(next_run((never,)), ZONE) == []


def test_a_limit_holds_back_all_but_the_optouts() -> None:
    assert lines(LIMITED)[-2].startswith(
        "apply would make 1 call: 1 opt-out; safety.max_credits holds back 3 sends to 16 people"
    )
    without = dataclasses.replace(LIMITED, optouts=())
    assert lines(without)[-2].startswith("apply would make no call: safety.max_credits holds back 3 sends")
    assert "      when      held back by a limit of the run" in lines(LIMITED)


def test_a_limit_is_told_once() -> None:
    assert "\n".join(lines(LIMITED)).count("this run would spend 18 credits") == 1


def test_a_person_is_told_first_what_to_type() -> None:
    assert lines(PLAN)[2:4] == ["needs a person", "  ? black-friday: 12 people may or may not have been sent it"]
    assert f"        sendmode-sync resolve black-friday --sent --operation {UNKNOWN.operation}" in lines(PLAN)
    shown = lines(dataclasses.replace(PLAN, unsettled=()))
    assert shown[2:6] == [
        "needs a person",
        "  ? black-friday: 40 people may or may not have been sent it",
        "      if it was sent    sendmode-sync resolve black-friday --sent",
        '      if it was not     sendmode-sync resolve black-friday --not-sent --evidence "..."',
    ]


def test_a_blocked_campaign_without_a_notice_gives_its_reason() -> None:
    shown = lines(with_campaign(CampaignStatus.BLOCKED, reason="too many recipients", left=3))
    assert "  ! spring is blocked; everything else goes on" in shown
    assert "      why       too many recipients" in shown
    assert "      when      once the problem is solved" in shown
    assert shown[-2] == summary.NOTHING_MORE


def test_a_blocked_campaign_names_every_problem() -> None:
    plan = dataclasses.replace(
        with_campaign(CampaignStatus.BLOCKED, reason="one (and 1 more)"),
        notices=(
            Problem("a", "campaign spring: first", Place("c.yaml", 2, 3), campaign="spring"),
            Problem("b", "second", campaign="spring"),
        ),
    )
    shown = lines(plan)
    assert "      why       c.yaml:2:3: first" in shown
    assert "      why       second" in shown
    assert "notices" not in shown


def test_an_error_of_no_blocked_campaign_needs_a_person_too() -> None:
    shown = lines(dataclasses.replace(EMPTY, notices=(Problem("x", "something is wrong", Place("a.yaml", 1, 2)),)))
    assert shown[2:4] == ["needs a person", "  ! a.yaml:1:2: something is wrong"]


def test_a_low_balance_is_told_once() -> None:
    notice = Problem("balance-short", "the balance is 12 credits", level="warning")
    shown = "\n".join(lines(dataclasses.replace(LIMITED, limits=(), notices=(notice,))))
    assert "the sends need 18 credits and the balance is 12" in shown
    assert "the balance is 12 credits" not in shown
    assert "top up the account" in shown


@pytest.mark.parametrize(
    ("status", "fields", "line"),
    [
        (CampaignStatus.SENT, {"accepted": 3, "rejected": 1}, "  . spring  sent: 3 accepted, 1 rejected"),
        (CampaignStatus.SENT, {}, "  . spring  sent"),
        (CampaignStatus.SENT, {"reason": "recorded as already sent"}, "  . spring  sent: recorded as already sent"),
        (CampaignStatus.CANCELLED, {"reason": "cancelled"}, "  . spring  cancelled: cancelled"),
        (CampaignStatus.EXPIRED, {"left": 4, "reason": "late"}, "  . spring  expired: 4 left, late"),
        (CampaignStatus.UNKNOWN, {"unknown": 4}, "  ? spring  unknown: 4 unknown"),
    ],
)
def test_what_is_over_takes_one_line(status: CampaignStatus, fields: dict[str, object], line: str) -> None:
    assert line in lines(with_campaign(status, **fields))


def test_finished_campaigns_are_cut_to_ten_and_those_to_come_never() -> None:
    done = tuple(dataclasses.replace(outlook(CampaignStatus.SENT), name=f"old-{at}") for at in range(12))
    coming = tuple(dataclasses.replace(CAMPAIGNS[2], name=f"new-{at}") for at in range(12))
    shown = lines(dataclasses.replace(EMPTY, campaigns=done + coming))
    assert sum(line.startswith("  . old-") for line in shown) == 10
    assert sum(line.startswith("  . new-") for line in shown) == 12
    assert "    and 2 more (--all)" in shown


def test_a_campaign_that_waits_says_why_and_what_to_type() -> None:
    shown = lines(
        with_campaign(
            CampaignStatus.WAITING,
            scheduledate=at(12, 3, 6),
            next_at=at(12, 3, 8),
            deadline=at(12, 3, 21),
            reason="inside quiet hours",
            left=1,
        )
    )
    assert shown[3:9] == [
        "  . spring  waiting",
        '      text      "Hi {firstname}"',
        "      sender    none written",
        "      people    0 recipients",
        "      when      Thu 2026-12-03 08:00 to 21:00 GMT",
        "      why       inside quiet hours",
    ]
    assert shown[9] == "      next      run sendmode-sync apply then"


def test_a_campaign_that_never_can_says_so() -> None:
    shown = lines(with_campaign(CampaignStatus.WAITING, scheduledate=at(12, 3, 23), left=1))
    assert "      why       not due yet" in shown
    assert "      next      choose a later deadline" in shown
    assert not shown[-2].startswith("next run needed")


def test_a_campaign_with_nobody_says_so() -> None:
    assert "      when      there is nobody to send it to" in lines(with_campaign(CampaignStatus.DUE))


def test_a_campaign_that_was_not_asked_for_says_so() -> None:
    shown = lines(with_campaign(CampaignStatus.DUE, left=2, deadline=at(12, 1, 21)))
    assert "      when      not part of this plan, not after Tue 2026-12-01 21:00 GMT" in shown


def test_a_partly_sent_campaign_tells_how_far_it_is() -> None:
    shown = lines(with_campaign(CampaignStatus.PARTIAL, recipients=10, accepted=6, suppressed=1, left=3))
    assert "      people    10 recipients: 6 accepted, 1 left out since it started, 3 left" in shown


def test_an_unknown_campaign_that_goes_on_is_shown_in_full() -> None:
    plan = dataclasses.replace(
        with_campaign(CampaignStatus.UNKNOWN, recipients=10, unknown=2, left=3, messages=3, segments=3),
        sends=(SENDS[0]._replace(campaign="spring"),),
    )
    shown = lines(plan)
    assert "  ? spring  unknown" in shown
    assert "      when      with this apply" in shown


@pytest.mark.parametrize(
    ("funnel", "text"),
    [
        (Funnel(120, 3, 1, 0, 0, 116), "120 members - 3 excluded - 1 opted out = 116 recipients"),
        (Funnel(5, 0, 0, 2, 2, 1), "5 members - 2 named twice - 2 received an earlier campaign = 1 recipient"),
        (Funnel(1200, recipients=1200), "1,200 recipients"),
    ],
)
def test_the_audience_is_a_sum(funnel: Funnel, text: str) -> None:
    assert campaigns.funnel(funnel) == text


def test_what_a_waiting_campaign_costs_is_read_off_its_texts() -> None:
    shown = lines(
        with_campaign(
            CampaignStatus.WAITING,
            messages=4,
            segments=6,
            credits=Decimal(6),
            texts={"a": ("x", "GSM-7", 1), "b": ("y", "UCS-2", 2)},
        )
    )
    assert "      cost      GSM-7 and UCS-2, 1 to 2 segments each: 6 segments, 6 credits" in shown


def test_fields_are_named_and_their_values_hidden() -> None:
    plan = dataclasses.replace(EMPTY, imports=(IMPORTS[0], IMPORTS[12]))
    hidden, shown = "\n".join(lines(plan)), "\n".join(lines(plan, Masker(show=True)))
    assert "    + +44 ** **** **20 p-yi6q562n  firstname, surname\n" in hidden
    assert "firstname changed, town emptied, email added" in hidden
    assert '    + +447700900120  firstname "Sorcha", surname "Plantednamesson"\n' in shown
    assert 'firstname "Sorca" -> "Sorcha", town "Plantedtown" -> "", email "" ->' in shown


def test_each_group_and_kind_has_ten_examples() -> None:
    created = tuple(ImportChange("create", group, number(at), None, values()) for group in "ab" for at in range(11))
    updated = tuple(ImportChange("update", "a", number(at), values(town="x"), values()) for at in range(30, 45))
    shown = lines(dataclasses.replace(EMPTY, imports=created + updated))
    assert sum(line.startswith("    + ") for line in shown) == 20
    assert sum(line.startswith("    ~ ") for line in shown) == 10
    assert [line for line in shown if "more" in line] == [
        "      and 1 more (--all)",
        "      and 5 more (--all)",
        "      and 1 more (--all)",
    ]
    everything = lines(dataclasses.replace(EMPTY, imports=created + updated), all_items=True)
    assert not [line for line in everything if "more" in line]


def test_optouts_are_cut_to_ten() -> None:
    shown = lines(dataclasses.replace(EMPTY, optouts=tuple(OptOutChange(number(at)) for at in range(13))))
    assert sum(line.startswith("  - ") for line in shown) == 10
    assert "    and 3 more (--all)" in shown


def test_warnings_stand_before_notices() -> None:
    notices = (Problem("a", "one", level="notice"), Problem("b", "two", Place("f.yaml", 3, 4), "warning"))
    shown = lines(dataclasses.replace(EMPTY, notices=notices))
    assert shown[3:5] == ["  warning   f.yaml:3:4: two", "  notice    one"]


def test_recipients_are_listed_when_everything_is_asked_for() -> None:
    plan = dataclasses.replace(EMPTY, campaigns=CAMPAIGNS[:1], sends=SENDS[:1])
    assert not [line for line in lines(plan) if "p-" in line]
    assert sum("p-" in line for line in lines(plan, all_items=True)) == 12


def test_a_text_wraps_but_keeps_every_word() -> None:
    text = " ".join(f"word{at}" for at in range(60))
    block = campaigns.block(outlook(CampaignStatus.DUE, template=text), (), MASKED, Layout(), limited=False)
    assert " ".join(" ".join(block).split()).count("word") == 60


def test_times_are_those_of_the_account() -> None:
    plan = dataclasses.replace(PLAN, created_at=dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC))
    assert lines(plan)[0].startswith("plan of Wed 2026-07-01 10:00 IST")
