"""People in several time zones: whose clock counts, who may be sent to when, and that no call mixes them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from sendmode_sync.model.desired import Campaign, Customer, Desired, Group
from sendmode_sync.model.plan import CampaignOutlook, CampaignStatus, Held, NextRun, Plan
from sendmode_sync.model.settings import QuietHours, RateLimit
from sendmode_sync.planning import approval, planner
from sendmode_sync.planning.timing import Timing, Window, timing
from sendmode_sync.planning.zones import Clocks
from tests.planning.small_project import (
    DAY,
    HOUR,
    PLACE,
    as_applied,
    campaign,
    codes,
    customer,
    memory,
    outlook,
    person,
    planned,
    project,
    values,
)

NIGHT = QuietHours(dt.time(21), dt.time(8))
DUBLIN, LONDON, MADRID, SYDNEY = "Europe/Dublin", "Europe/London", "Europe/Madrid", "Australia/Sydney"
IRISH = "+353871234567"  # a number plan's shape; it is compared and never called
GROUPS = {
    "members": Group("members"),
    "madrid": Group("madrid", timezone=MADRID),
    "sydney": Group("sydney", timezone=SYDNEY),
}


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


NOON = utc("2026-12-01T12:00")


def abroad(*campaigns: Campaign, **settings: Any) -> Desired:
    """Return a project with two people in London, two in Madrid and one in Sydney."""
    people = [
        customer(1),
        customer(2),
        customer(3, "madrid", "members"),
        customer(4, "madrid", "members"),
        customer(5, "members", "sydney"),
    ]
    return project(people, *campaigns, groups=GROUPS, **settings)


def late(**more: Any) -> Campaign:
    return campaign(**{"quiet_hours": NIGHT, "scheduledate": NOON, "deadline": NOON + 2 * DAY, **more})


@pytest.mark.parametrize(
    ("number", "groups", "zones"),
    [
        pytest.param(person(1), ("members",), {LONDON}, id="the number's country: GB"),
        pytest.param(IRISH, ("members",), {DUBLIN}, id="the number's country: IE"),
        pytest.param("+34612345678", ("members",), {"Europe/Paris"}, id="no country we know the clock of: the account"),
        pytest.param("+15005550006", ("members",), {"Europe/Paris"}, id="a country of many clocks: the account"),
        pytest.param(person(1), ("madrid", "members"), {MADRID}, id="the group's before the country's"),
        pytest.param(person(1), ("madrid", "sydney"), {MADRID, SYDNEY}, id="of several groups every one"),
        pytest.param(person(1), None, {LONDON}, id="no customer"),
    ],
)
def test_whose_clock_counts(number: str, groups: tuple[str, ...] | None, zones: set[str]) -> None:
    people = {} if groups is None else {number: Customer(number, values(), groups, PLACE)}
    desired = dataclasses.replace(project(timezone="Europe/Paris", groups=GROUPS), customers=people)
    assert Clocks(desired).of(number) == zones


def test_people_of_a_call_are_held_to_the_clocks_of_all_of_them() -> None:
    clocks = Clocks(abroad())
    assert clocks.of_all([person(1), person(3)]) == {LONDON, MADRID}
    assert clocks.of_all([]) == {DUBLIN}


def test_where_no_quiet_hours_hold_nobody_is_told_apart() -> None:
    desired = abroad()
    everyone = list(desired.customers)
    assert Clocks(desired).split(campaign(), everyone) == {frozenset({DUBLIN}): everyone}
    assert set(Clocks(desired).split(late(), everyone)) == {
        frozenset({LONDON}),
        frozenset({MADRID}),
        frozenset({SYDNEY}),
    }


def zones(*names: str) -> frozenset[str]:
    return frozenset(names)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(
            "2026-12-01T11:00",
            Timing(
                "waiting",
                None,
                NOON,
                "not due yet",
                shut=(
                    Window(zones(MADRID), NOON, utc("2026-12-01T20:00")),
                    Window(zones(LONDON), NOON, utc("2026-12-01T21:00")),
                    Window(zones(SYDNEY), utc("2026-12-01T21:00"), utc("2026-12-02T10:00")),
                ),
            ),
            id="before its time",
        ),
        pytest.param(
            "2026-12-01T12:00",
            Timing(
                "due",
                open=(
                    Window(zones(MADRID), NOON, utc("2026-12-01T20:00")),
                    Window(zones(LONDON), NOON, utc("2026-12-01T21:00")),
                ),
                shut=(Window(zones(SYDNEY), utc("2026-12-01T21:00"), utc("2026-12-02T10:00")),),
            ),
            id="by day in two of three",
        ),
        pytest.param(
            "2026-12-01T20:30",
            Timing(
                "due",
                open=(Window(zones(LONDON), utc("2026-12-01T20:30"), utc("2026-12-01T21:00")),),
                shut=(
                    Window(zones(SYDNEY), utc("2026-12-01T21:00"), utc("2026-12-02T10:00")),
                    Window(zones(MADRID), utc("2026-12-02T07:00"), utc("2026-12-02T20:00")),
                ),
            ),
            id="quiet in Madrid already",
        ),
        pytest.param(
            "2026-12-01T21:00",
            Timing(
                "due",
                open=(Window(zones(SYDNEY), utc("2026-12-01T21:00"), utc("2026-12-02T10:00")),),
                shut=(
                    Window(zones(MADRID), utc("2026-12-02T07:00"), utc("2026-12-02T20:00")),
                    Window(zones(LONDON), utc("2026-12-02T08:00"), utc("2026-12-02T21:00")),
                ),
            ),
            id="the end of one's night is the start of another's",
        ),
        pytest.param("2026-12-03T12:00:01", Timing("expired"), id="past the deadline, wherever they are"),
    ],
)
def test_where_a_campaign_stands_in_several_zones(now: str, expected: Timing) -> None:
    assert timing(late(), [zones(LONDON), zones(MADRID), zones(SYDNEY)], utc(now)) == expected


def test_who_lives_by_two_clocks_is_sent_to_when_it_is_quiet_in_neither() -> None:
    (window,) = timing(late(), [zones(LONDON, SYDNEY)], NOON).shut
    assert (window.opens, window.closes) == (utc("2026-12-02T08:00"), utc("2026-12-02T10:00"))


def test_who_lives_by_clocks_without_a_common_hour_is_never_sent_to() -> None:
    nearly_always = QuietHours(dt.time(10), dt.time(8))
    found = timing(late(quiet_hours=nearly_always), [zones(LONDON, SYDNEY)], NOON)
    assert (found.phase, found.next_at) == ("waiting", None)
    assert "its deadline passes" in (found.reason or "")


def split_of(made: Plan) -> list[tuple[str, ...]]:
    return [send.recipients for send in made.sends]


def test_a_call_holds_nobody_whose_quiet_hours_begin_at_another_time() -> None:
    made = planned(abroad(late()), now=NOON)
    assert split_of(made) == [(person(3), person(4)), (person(1), person(2))]
    assert outlook(made).held == (Held(SYDNEY, 1, utc("2026-12-01T21:00")),)
    assert outlook(made).status is CampaignStatus.DUE
    assert set(outlook(made).freeze) == {person(which) for which in range(1, 6)}


def test_zones_with_the_same_hours_share_their_calls() -> None:
    people = [customer(1), Customer(IRISH, values(), ("members",), PLACE)]
    made = planned(project(people, late(), timezone="Europe/Paris"), now=NOON)
    assert split_of(made) == [(IRISH, person(1))]


def test_those_inside_quiet_hours_are_left_out_and_the_others_go() -> None:
    made = planned(abroad(late()), now=utc("2026-12-01T20:30"))
    assert split_of(made) == [(person(1), person(2))]
    assert [(held.zones, held.recipients) for held in outlook(made).held] == [(SYDNEY, 1), (MADRID, 2)]


def test_the_rest_waits_and_goes_when_its_morning_comes() -> None:
    desired, state = abroad(late()), memory()
    seen: list[tuple[CampaignStatus, list[tuple[str, ...]], dt.datetime | None]] = []
    for now in ("2026-12-01T12:00", "2026-12-01T13:00", "2026-12-01T21:30", "2026-12-02T09:00"):
        made = planned(desired, state, utc(now))
        seen.append((outlook(made).status, split_of(made), outlook(made).next_at))
        state = as_applied(made, state, utc(now))
    assert seen == [
        (CampaignStatus.DUE, [(person(3), person(4)), (person(1), person(2))], NOON),
        (CampaignStatus.WAITING, [], utc("2026-12-01T21:00")),
        (CampaignStatus.PARTIAL, [(person(5),)], utc("2026-12-01T21:30")),
        (CampaignStatus.SENT, [], None),
    ]


def test_the_next_run_is_that_of_those_who_wait() -> None:
    made = planned(abroad(late()), now=NOON)
    assert made.next_run == NextRun(utc("2026-12-01T21:00"), "offer", NOON + 2 * DAY)


def test_who_cannot_be_reached_before_the_deadline_is_told_of() -> None:
    made = planned(abroad(late(deadline=NOON + HOUR)), now=NOON)
    assert outlook(made).held == (Held(SYDNEY, 1, None),)
    assert "never-in-time" in codes(made)
    assert made.next_run is None


def test_a_time_that_is_handed_over_must_suit_everybody() -> None:
    evening = utc("2026-12-01T20:15")
    handed = late(scheduledate=evening, schedule_with="sendmode", deadline=evening + HOUR)
    made = planned(abroad(handed), now=NOON)
    assert outlook(made).status is CampaignStatus.BLOCKED
    (said,) = (each.message for each in made.notices if each.code == "scheduledate-quiet")
    assert f"inside quiet hours of {SYDNEY} and {MADRID}" in said


def test_the_balance_must_cover_those_who_wait_too() -> None:
    desired = abroad(late(), max_credits=Decimal(4), max_credits_written=True)
    made = planned(desired, now=NOON)
    assert (made.credits.estimated, [hit.met for hit in made.limits]) == (Decimal(4), ["5"])
    checked = planner.with_balance(planned(abroad(late()), now=NOON), made.credits.estimated, desired.settings.safety)
    assert checked.credits.sufficient is False


def narrow(many: int, **more: Any) -> CampaignOutlook:
    """Return the outlook of many calls that begin 20 minutes before it is quiet in Madrid, 80 before it is in London."""
    people = [customer(which, "madrid", "members") for which in range(many)]
    people += [customer(which) for which in range(500, 500 + many)]
    desired = project(people, late(batch_size=1), groups=GROUPS, rate_limit=RateLimit(1, 60.0), **more)
    return outlook(planned(desired, now=utc("2026-12-01T19:40")))


@pytest.mark.parametrize(
    ("many", "status"),
    [
        (21, CampaignStatus.DUE),  # twenty minutes after the first, the last of Madrid is still in time
        (22, CampaignStatus.BLOCKED),
    ],
)
def test_a_campaign_that_cannot_finish_in_one_zone_is_blocked(many: int, status: CampaignStatus) -> None:
    assert narrow(many).status is status


def test_what_was_approved_for_one_zone_is_not_approved_for_another() -> None:
    desired = abroad(late())
    approved = approval.read(planned(desired, now=NOON).approval)
    assert approved is not None
    moved = dataclasses.replace(desired, groups={**GROUPS, "madrid": Group("madrid", timezone="Atlantic/Canary")})
    assert planner.unapproved(planned(moved, now=NOON), moved, approved) == (
        "the limits of safety, the prices, or whom and when the account reaches, are others",
    )
