"""When a campaign may go: not due, inside quiet hours, due, handed over with its time, or too late."""

from __future__ import annotations

import datetime as dt
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from sendmode_sync.model.desired import Campaign
from sendmode_sync.sms import schedule

Phase = Literal["expired", "waiting", "due"]


class Timing(NamedTuple):
    """Where a campaign stands in time.

    ``handover`` is the scheduledate that goes on the wire (UTC, on a quarter hour, in the future), None for at once.
    ``next_at`` is when a waiting campaign can go; None where its deadline passes first, and when it is not waiting.
    """

    phase: Phase
    handover: dt.datetime | None = None
    next_at: dt.datetime | None = None
    reason: str | None = None


def timing(campaign: Campaign, zone: str, now: dt.datetime) -> Timing:
    """Return where a campaign stands at ``now``.

    A campaign that is handed over is due at once, also in quiet hours: its call reaches nobody before ``handover``. Where
    that time has passed, it is sent like any other. The deadline itself is still in time.
    """
    handover = _handover(campaign, now)
    if campaign.deadline is not None and now > campaign.deadline:
        return Timing("expired")
    if handover is not None:
        return Timing("due", handover)
    opens = now if campaign.scheduledate is None else max(campaign.scheduledate, now)
    allowed = schedule.next_allowed(opens, campaign.quiet_hours, zone)
    if allowed <= now:
        return Timing("due")
    reason = "not due yet" if opens > now else "inside quiet hours"
    if campaign.deadline is not None and allowed > campaign.deadline:
        return Timing("waiting", reason=f"{reason}, and its deadline passes before a send may start")
    return Timing("waiting", next_at=allowed.astimezone(dt.UTC), reason=reason)


def wall(instant: dt.datetime, zone: str) -> str:
    """Return the hours and minutes that clocks of the account's zone show."""
    return f"{instant.astimezone(ZoneInfo(zone)):%H:%M}"


def _handover(campaign: Campaign, now: dt.datetime) -> dt.datetime | None:
    if campaign.schedule_with != "sendmode" or campaign.scheduledate is None:
        return None
    rounded = schedule.round_up_quarter(campaign.scheduledate)
    return rounded.astimezone(dt.UTC) if rounded > now else None
