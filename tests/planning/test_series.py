"""Repeating campaigns: which occurrences there are, that each is a campaign of its own, and that none is caught up."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from sendmode_sync.errors import UsageError
from sendmode_sync.model import fingerprint
from sendmode_sync.model.desired import Campaign, Desired, OnWeekday, Repeat
from sendmode_sync.model.plan import CampaignStatus
from sendmode_sync.model.settings import QuietHours
from sendmode_sync.model.state import CampaignRecord
from sendmode_sync.planning import approval, linting, planner, series
from tests.planning.small_project import (
    DAY,
    HOUR,
    as_applied,
    campaign,
    codes,
    customer,
    memory,
    outlook,
    person,
    planned,
    project,
    record,
)

ZONE = "Europe/Dublin"
NIGHT = QuietHours(dt.time(21), dt.time(8))
FRIDAYS = Repeat("month", 1, dt.time(10), ZONE, (OnWeekday(4, -1),))
MONDAYS = Repeat("week", 1, dt.time(10), ZONE, (OnWeekday(0),))
PEOPLE = [customer(1), customer(2)]


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


BEFORE = utc("2026-11-24T12:00")
FIRST = "news@2026-11-27T10:00"
SECOND = "news@2026-12-25T10:00"
THIRD = "news@2027-01-29T10:00"


def news(repeat: Repeat = FRIDAYS, **more: Any) -> Campaign:
    return campaign("news", **{"quiet_hours": NIGHT, "repeat": repeat, **more})


def monthly(repeat: Repeat = FRIDAYS, **more: Any) -> Desired:
    return project(PEOPLE, news(repeat, **more))


def names(desired: Desired, now: dt.datetime, *known: str) -> list[str]:
    return list(series.unfold(desired, now, known).campaigns)


@pytest.mark.parametrize(
    ("now", "known", "expected"),
    [
        pytest.param("2026-11-24T12:00", (), [FIRST, SECOND, THIRD], id="the next three"),
        pytest.param(
            "2026-11-27T10:00", (), [FIRST, SECOND, THIRD, "news@2027-02-26T10:00"], id="due, and the next three"
        ),
        pytest.param(
            "2026-11-27T21:00", (), [FIRST, SECOND, THIRD, "news@2027-02-26T10:00"], id="its deadline is in time"
        ),
        pytest.param("2026-11-27T21:01", (), [SECOND, THIRD, "news@2027-02-26T10:00"], id="missed: as if it never was"),
        pytest.param(
            "2026-12-01T12:00", (FIRST,), [FIRST, SECOND, THIRD, "news@2027-02-26T10:00"], id="missed and known"
        ),
        pytest.param(
            "2026-11-24T12:00", ("news@2026-11-20T10:00",), [FIRST, SECOND, THIRD], id="known, of another rule"
        ),
        pytest.param(
            "2026-11-24T12:00", ("other@2026-10-30T10:00", "news"), [FIRST, SECOND, THIRD], id="of no concern"
        ),
    ],
)
def test_which_occurrences_a_plan_holds(now: str, known: tuple[str, ...], expected: list[str]) -> None:
    assert names(monthly(), utc(now), *known) == expected


def test_it_ends_with_until() -> None:
    assert names(monthly(dataclasses.replace(FRIDAYS, until=dt.date(2026, 12, 25))), BEFORE) == [FIRST, SECOND]
    assert names(monthly(dataclasses.replace(FRIDAYS, until=dt.date(2026, 11, 1))), BEFORE) == []


def test_one_that_has_ended_says_so() -> None:
    over = monthly(dataclasses.replace(FRIDAYS, until=dt.date(2026, 11, 1)))
    made = planned(over, memory(), BEFORE)
    assert (made.campaigns, [code for code in codes(made) if code == "repeat-over"]) == ((), ["repeat-over"])
    assert "repeat-over" not in codes(planned(monthly(), memory(), BEFORE))


def test_each_has_its_own_time_and_deadline() -> None:
    first, second, _ = series.unfold(monthly(), BEFORE).campaigns.values()
    assert (first.scheduledate, first.deadline) == (utc("2026-11-27T10:00"), utc("2026-11-27T21:00"))
    assert (first.series, first.ahead, second.ahead) == ("news", False, True)
    late = dataclasses.replace(FRIDAYS, lifetime=2 * HOUR)
    assert next(iter(series.unfold(monthly(late), BEFORE).campaigns.values())).deadline == utc("2026-11-27T12:00")


def test_a_time_that_clocks_skip_is_as_much_later_and_keeps_its_name() -> None:
    night = Repeat("day", 1, dt.time(1, 30), ZONE)
    found = series.unfold(monthly(night, quiet_hours=None), utc("2027-03-27T12:00")).campaigns
    assert found["news@2027-03-28T01:30"].scheduledate == utc("2027-03-28T01:30")
    autumn = series.unfold(monthly(night, quiet_hours=None), utc("2026-10-24T14:00")).campaigns
    assert list(autumn) == ["news@2026-10-25T01:30", "news@2026-10-26T01:30", "news@2026-10-27T01:30"]
    assert autumn["news@2026-10-25T01:30"].scheduledate == utc("2026-10-25T00:30")


def test_a_project_without_repeats_stays_itself() -> None:
    desired = project(PEOPLE, campaign())
    assert series.unfold(desired, BEFORE) is desired


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("news", True),
        (FIRST, True),
        ("news@2031-10-31T10:00", True),
        ("news@2026-11-27T10:01", False),
        ("news@2026-11-27", False),
        ("news@2026-11-27T10:00Z", False),
        ("news@2026-1-2T10:00", False),
        ("old@2026-11-27T10:00", False),
        ("once", True),
        ("once@2026-11-27T10:00", False),
    ],
)
def test_which_names_mean_something(name: str, found: bool) -> None:
    assert (series.named(project(PEOPLE, news(), campaign("once")), name) is not None) is found


def test_the_plan_shows_the_next_three_and_prices_the_first() -> None:
    made = planned(monthly(), memory(), BEFORE)
    assert [(each.name, each.status, each.series) for each in made.campaigns] == [
        (name, CampaignStatus.WAITING, "news") for name in (FIRST, SECOND, THIRD)
    ]
    assert [(each.ahead, each.recipients, each.messages) for each in made.campaigns] == [
        (False, 2, 2),
        (True, 2, 0),
        (True, 2, 0),
    ]
    assert made.next_run is not None
    assert (made.next_run.at, made.next_run.campaign) == (utc("2026-11-27T10:00"), FIRST)


def test_every_one_is_sent_and_none_is_a_repetition_of_its_own_kind() -> None:
    state = memory()
    sent = []
    for now in ("2026-11-23T10:00", "2026-11-23T12:00", "2026-11-30T10:05", "2026-12-07T20:00"):
        made = planned(monthly(MONDAYS), state, utc(now))
        sent += [(send.campaign, send.recipients) for send in made.sends]
        state = as_applied(made, state, utc(now))
        assert "text-repeated" not in codes(made)
    both = (person(1), person(2))
    assert sent == [(f"news@2026-{day}T10:00", both) for day in ("11-23", "11-30", "12-07")]


def test_the_same_text_under_another_name_is_a_repetition_all_the_same() -> None:
    digest = fingerprint.of_text("Hello")
    state = memory(recent={(person(1), digest): "offer"})
    made = planned(monthly(MONDAYS), state, utc("2026-11-23T10:00"))
    assert outlook(made, "news@2026-11-23T10:00").status is CampaignStatus.BLOCKED
    own = memory(recent={(person(1), digest): "news@2026-11-16T10:00"})
    again = planned(project(PEOPLE, campaign("copy", quiet_hours=None)), own, utc("2026-11-23T10:00"))
    assert outlook(again, "copy").status is CampaignStatus.BLOCKED


def test_a_missed_one_is_expired_and_never_caught_up() -> None:
    known = memory(CampaignRecord("news@2026-11-23T10:00", seen="waiting"))
    made = planned(monthly(MONDAYS), known, utc("2026-11-24T09:00"))
    assert outlook(made, "news@2026-11-23T10:00").status is CampaignStatus.EXPIRED
    assert made.sends == ()
    assert "scheduledate-past" not in codes(made)  # which would ask for another scheduledate


def test_one_that_was_left_half_sent_expires() -> None:
    first = series.named(monthly(MONDAYS), "news@2026-11-23T10:00")
    assert first is not None
    state = memory(record(first, {1: "accepted", 2: "planned"}))
    made = planned(monthly(MONDAYS), state, utc("2026-11-24T09:00"))
    assert (outlook(made, first.name).status, outlook(made, first.name).left) == (CampaignStatus.EXPIRED, 1)


def test_one_may_be_cancelled_or_all_of_them() -> None:
    one = memory(CampaignRecord(SECOND, cancelled_at=BEFORE))
    statuses = {each.name: each.status for each in planned(monthly(), one, BEFORE).campaigns}
    assert statuses == {
        FIRST: CampaignStatus.WAITING,
        SECOND: CampaignStatus.CANCELLED,
        THIRD: CampaignStatus.WAITING,
    }
    every = memory(CampaignRecord("news", cancelled_at=BEFORE))
    made = planned(monthly(), every, utc("2026-11-27T10:00"))
    assert {each.status for each in made.campaigns} == {CampaignStatus.CANCELLED}
    assert (made.sends, made.next_run) == ((), None)


def test_another_campaign_leaves_out_whoever_got_any_of_them() -> None:
    first = series.named(monthly(), FIRST)
    assert first is not None
    other = campaign("offer", "Other", exclude_received=("news",))
    desired = project(PEOPLE, news(), other)
    state = memory(record(first, {1: "accepted"}))
    made = planned(desired, state, utc("2026-12-01T10:00"))
    assert [send.recipients for send in made.sends] == [(person(2),)]
    assert "exclude-received-unheard-of" not in codes(planned(desired, memory(), BEFORE))


def test_it_can_welcome_newcomers_once() -> None:
    welcome = monthly(MONDAYS, exclude_received=("news",))
    state = memory()
    made = planned(welcome, state, utc("2026-11-23T10:00"))
    state = as_applied(made, state, utc("2026-11-23T10:00"))
    joined = dataclasses.replace(welcome, customers={**welcome.customers, person(3): customer(3)})
    again = planned(joined, state, utc("2026-11-30T10:00"))
    assert [send.recipients for send in again.sends] == [(person(3),)]


def test_who_selects_the_series_selects_its_occurrences() -> None:
    desired = project(PEOPLE, news(), campaign("offer", "Other"))
    now = utc("2026-11-27T10:00")

    def sent(name: str) -> set[str]:
        return {send.campaign for send in planned(desired, memory(), now, campaigns=frozenset({name})).sends}

    assert (sent("news"), sent(FIRST), sent(SECOND), sent("offer")) == ({FIRST}, {FIRST}, set(), {"offer"})
    with pytest.raises(UsageError, match="no campaign"):
        sent("news@2026-11-26T10:00")


def test_what_a_reviewer_approved_holds_for_every_occurrence() -> None:
    made = planned(monthly(), memory(), BEFORE)
    approved = approval.read(made.approval)
    assert approved is not None
    assert len(approved.campaigns) == 1
    state = as_applied(made, memory(), BEFORE)
    for now in ("2026-11-27T10:00", "2026-11-28T10:00", "2026-12-25T12:00"):
        later = planned(monthly(), state, utc(now))
        assert planner.unapproved(later, monthly(), approved) == ()
        state = as_applied(later, state, utc(now))
    sooner = monthly(dataclasses.replace(FRIDAYS, at=dt.time(9)))
    differing = planner.unapproved(planned(sooner, memory(), BEFORE), sooner, approved)
    assert differing == ("campaign news: its text, sender, times or audience rules are others",)


def test_the_records_that_are_read() -> None:
    desired = project(PEOPLE, news(), campaign("offer", "Other"))
    recorded = ("news@2026-08-28T10:00", "news@2026-10-30T10:00", "gone@2026-11-20T10:00", "offer")
    assert planner.campaigns_needed(desired, BEFORE, recorded) == (
        "news",
        "offer",
        FIRST,
        SECOND,
        THIRD,
        "news@2026-10-30T10:00",
    )
    long_ago = planner.campaigns_needed(desired, BEFORE, recorded, BEFORE - 90 * DAY)
    assert "news@2026-08-28T10:00" in long_ago
    naming = project(PEOPLE, news(), campaign("offer", "Other", exclude_received=("news",)))
    assert "news@2026-08-28T10:00" in planner.campaigns_needed(naming, BEFORE, recorded)


def test_rules_judge_the_next_one_alone() -> None:
    desired = dataclasses.replace(monthly(purpose="marketing"), settings=project().settings)
    shouting = dataclasses.replace(
        desired, campaigns={"news": dataclasses.replace(desired.campaigns["news"], messagetext="Hi %s")}
    )
    assert [each.campaign for each in linting.lint(shouting, (), BEFORE)] == [FIRST]
    assert (
        len([each for each in planned(shouting, memory(), BEFORE).notices if each.code == "leftover-placeholder"]) == 1
    )


def test_a_draft_that_repeats_is_a_draft() -> None:
    made = planned(monthly(draft=True), memory(), utc("2026-11-27T10:00"))
    assert {each.status for each in made.campaigns} == {CampaignStatus.DRAFT}


@pytest.mark.parametrize("lifetime", [dt.timedelta(hours=23, minutes=59), 5 * DAY])
def test_whoever_was_away_for_days_gets_one_of_them_and_not_all(lifetime: dt.timedelta) -> None:
    daily = monthly(Repeat("day", 1, dt.time(10), ZONE, lifetime=lifetime), quiet_hours=None)
    state = memory()
    for now in (utc("2026-11-24T09:59"), utc("2026-11-24T12:00")):
        made = planned(daily, state, now)
        assert len(made.sends) == 1
        state = as_applied(made, state, now)
    assert sorted(state.campaigns) == ["news@2026-11-23T10:00", "news@2026-11-24T10:00"]


def test_the_last_one_of_a_series_has_all_the_time_that_is_written() -> None:
    last = dataclasses.replace(MONDAYS, until=dt.date(2026, 11, 23), lifetime=9 * DAY)
    (only,) = series.unfold(monthly(last), utc("2026-11-30T12:00")).campaigns.values()
    assert only.deadline == utc("2026-12-02T10:00")


SENT = "news@2026-11-23T10:00"


@pytest.mark.parametrize(
    ("edited", "now", "due", "status"),
    [
        pytest.param({"at": dt.time(11)}, "2026-11-23T11:00", "11-23T11:00", "blocked", id="an hour later"),
        pytest.param({"at": dt.time(9)}, "2026-11-23T10:30", "11-23T09:00", "blocked", id="an hour earlier"),
        pytest.param({"at": dt.time(11)}, "2026-11-30T11:00", "11-30T11:00", "due", id="a week and an hour later"),
        pytest.param({"at": dt.time(9)}, "2026-11-30T09:00", "11-30T09:00", "due", id="nearly a week later"),
        pytest.param({"weekdays": (OnWeekday(1),)}, "2026-11-24T10:00", "11-24T10:00", "blocked", id="a day later"),
        pytest.param({"weekdays": (OnWeekday(4),)}, "2026-11-27T10:00", "11-27T10:00", "due", id="past the middle"),
        pytest.param(
            {"weekdays": (OnWeekday(0), OnWeekday(3))}, "2026-11-26T10:00", "11-26T10:00", "due", id="once more"
        ),
        pytest.param(
            {"at": dt.time(11), "weekdays": (OnWeekday(0), OnWeekday(3))},
            "2026-11-26T11:00",
            "11-26T11:00",
            "due",
            id="later and once more",
        ),
        pytest.param({"every": "day", "weekdays": ()}, "2026-11-24T10:00", "11-24T10:00", "due", id="more often"),
    ],
)
def test_a_rule_that_is_edited_sends_nobody_the_same_again(
    edited: dict[str, Any], now: str, due: str, status: str
) -> None:
    state = memory(recent={(person(1), fingerprint.of_text("Hello")): SENT})
    made = planned(monthly(dataclasses.replace(MONDAYS, **edited)), state, utc(now))
    found = outlook(made, f"news@2026-{due}")
    assert (found.status, "text-repeated" in codes(made)) == (status, status == "blocked")
    allowed = planned(monthly(dataclasses.replace(MONDAYS, **edited), allow_repeat=True), state, utc(now))
    assert outlook(allowed, found.name).status is CampaignStatus.DUE


@pytest.mark.parametrize(("sent", "status"), [("2026-11-23T08:30", "blocked"), ("2026-11-19T12:00", "due")])
def test_one_that_was_sent_once_and_then_repeats_is_its_own_first_occurrence(sent: str, status: str) -> None:
    once = record(campaign("news"), {1: "accepted", 2: "accepted"}, started_at=utc(sent))
    state = memory(once, recent=dict.fromkeys(((person(1), fingerprint.of_text("Hello")),), "news"))
    made = planned(monthly(MONDAYS), state, utc("2026-11-23T10:00"))
    assert outlook(made, SENT).status == status


def test_another_campaign_leaves_out_whoever_got_a_series_that_is_no_longer_written() -> None:
    final = project(PEOPLE, campaign("final", "Other", exclude_received=("news",)))
    recorded = ("final", "news@2026-08-28T10:00", "other@2026-08-28T10:00")
    assert planner.campaigns_needed(final, BEFORE, recorded) == ("final", "news", "news@2026-08-28T10:00")
    state = memory(CampaignRecord("news@2026-08-28T10:00", rows=record(news(), {1: "accepted"}).rows))
    made = planned(final, state, BEFORE)
    assert [send.recipients for send in made.sends] == [(person(2),)]
