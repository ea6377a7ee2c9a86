"""The rule about runs that are given too little time: it fires where a campaign's last call would come after it."""

from __future__ import annotations

import pytest

from sendmode_sync.model.plan import CampaignStatus
from sendmode_sync.model.settings import RateLimit
from tests.planning.small_project import HOUR, NOW, campaign, customer, outlook, planned, project

PEOPLE = [customer(which) for which in range(31)]
ALONE = campaign(batch_size=1)  # 31 calls, at 10 a minute: the last one three minutes after the first
SLOW = RateLimit(10, 60.0)
RULE = "over-max-duration"


def said(max_duration: float | None, *campaigns: object) -> list[str]:
    made = planned(project(PEOPLE, *(campaigns or (ALONE,)), rate_limit=SLOW), max_duration=max_duration)  # type: ignore[arg-type]
    return [each.message for each in made.notices if each.code == RULE]


@pytest.mark.parametrize(
    ("max_duration", "fires"),
    [pytest.param(None, False, id="as long as it takes"), (180.0, False), (179.0, True), (1.0, True)],
)
def test_when_it_is_said(max_duration: float | None, fires: bool) -> None:
    assert bool(said(max_duration)) is fires


def test_what_it_says() -> None:
    assert "".join(said(60.0)) == (
        "campaign offer: the run needs at least 3 min until its last call, and --max-duration ends it after 60 s: "
        "the rest waits for another apply; give it more time, or run apply again [over-max-duration]"
    )


def test_calls_that_come_before_it_count() -> None:
    small = campaign("zoo", "Another", batch_size=31)
    assert len(said(180.0, ALONE, small)) == 0
    assert [each.partition(":")[0] for each in said(170.0, ALONE, small)] == ["campaign offer", "campaign zoo"]


def test_what_is_not_due_is_no_part_of_the_run() -> None:
    later = campaign(batch_size=1, scheduledate=NOW + HOUR, deadline=NOW + 5 * HOUR)
    assert said(1.0, later) == []


def test_it_blocks_nothing() -> None:
    made = planned(project(PEOPLE, ALONE, rate_limit=SLOW), max_duration=1.0)
    assert outlook(made).status is CampaignStatus.DUE
