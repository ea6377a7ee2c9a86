from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest

from sendmode_sync.model.plan import CampaignOutlook, CampaignStatus, Funnel
from sendmode_sync.render import webpage_charts as charts
from sendmode_sync.render.webpage_charts import Window
from tests.golden.golden_samples import CAMPAIGNS, LIMITED, PLAN, SENDS, ZONE, at

DUE = CAMPAIGNS[0]
NOON = at(12, 1, 12)


def rects(markup: str) -> list[tuple[float, float, str]]:
    """Return start, length and class of everything drawn but the tracks."""
    found = re.findall(r'<rect x="([^"]+)" y="\d" width="([^"]+)" height="\d+" class="([^"]+)">', markup)
    return [(float(x), float(width), look) for x, width, look in found if look != "track"]


def strip(outlook: CampaignOutlook, window: Window, zone: str = "UTC") -> list[tuple[float, float, str]]:
    return rects(charts.strip(PLAN, outlook, window, zone).markup)


def quiet(hours: str | None) -> CampaignOutlook:
    return dataclasses.replace(DUE, quiet_hours=hours)


def test_a_funnel_takes_away_step_by_step() -> None:
    outlook = dataclasses.replace(DUE, funnel=Funnel(members=22, excluded=3, opted_out=1, folded=2, recipients=16))
    drawn = charts.funnel(outlook)
    assert drawn is not None
    assert rects(drawn.markup) == [
        (0, 22, "kept"),
        (20, 2, "lost"),
        (17, 3, "lost"),
        (16, 1, "lost"),
        (0, 16, "kept"),
    ]
    assert re.findall(r'scope="row">([^<]+)</th><td class="number">(\d+)', drawn.markup) == [
        ("members", "22"),
        ("- named twice", "2"),
        ("- excluded", "3"),
        ("- opted out", "1"),
        ("= recipients", "16"),
    ]


def test_an_audience_of_which_nobody_is_left_out_needs_no_drawing() -> None:
    assert charts.funnel(dataclasses.replace(DUE, funnel=Funnel(members=3, recipients=3))) is None
    assert charts.progress(DUE) is None


def test_progress_parts_the_recipients_among_what_became_of_them() -> None:
    outlook = dataclasses.replace(DUE, recipients=100, accepted=60, rejected=5, unknown=10, suppressed=0, left=25)
    drawn = charts.progress(outlook)
    assert drawn is not None
    assert rects(drawn.markup) == [(0, 60, "done"), (60, 5, "failed"), (65, 10, "unsure"), (75, 25, "kept")]
    assert "how far its 100 recipients are served" in drawn.markup


def test_a_bar_of_nothing_is_an_empty_track() -> None:
    assert 'viewBox="0 0 1 10"' in charts.bar(0).markup


def test_what_is_sent_now_may_reach_people_from_now_to_its_deadline() -> None:
    assert charts.window(PLAN, DUE, SENDS[:1]) == Window(PLAN.created_at, DUE.deadline, held=False)
    assert charts.window(LIMITED, DUE, SENDS[:1]) == Window(PLAN.created_at, DUE.deadline, held=True)


def test_what_is_handed_over_reaches_people_at_one_instant() -> None:
    assert charts.window(PLAN, CAMPAIGNS[1], SENDS[3:]) == Window(at(12, 31, 10, 15), at(12, 31, 10, 15), held=False)


def test_what_waits_may_reach_people_when_it_is_due() -> None:
    waiting = CAMPAIGNS[2]
    assert charts.window(PLAN, waiting, ()) == Window(at(12, 3, 10), at(12, 3, 21), held=False)
    assert charts.window(PLAN, dataclasses.replace(waiting, next_at=None), ()) is None


@pytest.mark.parametrize(
    ("scheduled", "deadline", "start"),
    [
        (None, None, PLAN.created_at),
        (at(11, 1, 9), at(12, 2, 9), PLAN.created_at),
        (at(12, 5, 9), None, at(12, 5, 9)),
    ],
)
def test_what_is_blocked_could_reach_people_once_it_is_not(
    scheduled: dt.datetime | None, deadline: dt.datetime | None, start: dt.datetime
) -> None:
    blocked = dataclasses.replace(CAMPAIGNS[4], scheduledate=scheduled, deadline=deadline)
    assert charts.window(PLAN, blocked, ()) == Window(start, deadline, held=True)


def test_what_is_blocked_past_its_deadline_or_not_in_this_plan_reaches_nobody() -> None:
    assert charts.window(PLAN, dataclasses.replace(CAMPAIGNS[4], deadline=at(11, 30, 9)), ()) is None
    assert charts.window(PLAN, dataclasses.replace(DUE, status=CampaignStatus.UNKNOWN), ()) is None


def test_a_day_is_drawn_by_the_clocks_of_the_zone() -> None:
    window = Window(at(7, 1, 9), at(7, 1, 12), held=False)
    assert strip(quiet(None), window, "Europe/Dublin") == [(600, 180, "window")]
    assert strip(quiet(None), window, "Asia/Tokyo") == [(1080, 180, "window")]
    assert "Wed 2026-07-01" in charts.strip(PLAN, quiet(None), window, ZONE).markup


def test_a_window_that_goes_on_ends_with_the_day() -> None:
    assert strip(quiet(None), Window(at(12, 5, 18), at(12, 6, 9), held=True)) == [(1080, 360, "window held")]
    assert strip(quiet(None), Window(at(12, 5, 18), None, held=False)) == [(1080, 360, "window")]


def test_an_instant_is_wide_enough_to_be_seen_also_at_midnight() -> None:
    assert strip(quiet(None), Window(at(12, 5, 10), at(12, 5, 10), held=False)) == [(600, 14, "window")]
    assert strip(quiet(None), Window(at(12, 5, 23, 59), None, held=False)) == [(1426, 14, "window")]


@pytest.mark.parametrize(
    ("hours", "nights"),
    [
        ("21:00-08:00", [(0, 480, "night"), (1260, 180, "night")]),
        ("12:30-13:00", [(750, 30, "night")]),
        ("nonsense", []),
        (None, []),
    ],
)
def test_quiet_hours_are_drawn_over_the_window(hours: str | None, nights: list[tuple[float, float, str]]) -> None:
    drawn = strip(quiet(hours), Window(at(12, 5, 10), at(12, 5, 11), held=False))
    assert drawn == [(600, 60, "window"), *nights]


def test_nothing_is_told_by_colour_alone() -> None:
    shapes = re.findall(r'y="(\d)" width="(\d+)" height="(\d+)" class="([^"]+)"', charts.key().markup)
    looks = {look: (y, width, height) for y, width, height, look in shapes}
    assert len(set(looks.values())) == len(looks) - 1  # a window fills the track


def test_quiet_hours_leave_nothing_of_a_window_under_them() -> None:
    markup = charts.strip(PLAN, quiet("12:30-13:00"), Window(at(12, 5, 10), None, held=False), "UTC").markup
    assert '<rect x="750" y="0" width="30" height="10" class="track">' in markup.split('class="window"')[1]


def test_now_is_drawn_on_its_own_day_alone() -> None:
    assert strip(quiet(None), Window(NOON, None, held=False))[-1] == (595, 6, "now")
    assert "now" not in {look for _, _, look in strip(quiet(None), Window(at(12, 2, 12), None, held=False))}


def test_the_key_names_every_look_of_a_strip() -> None:
    assert {look for _, _, look in rects(charts.key().markup)} == {"window", "window held", "night", "now"}
