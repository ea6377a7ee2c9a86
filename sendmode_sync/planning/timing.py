"""When a campaign may go: not due, inside quiet hours, due, handed over with its time, or too late.

People of several time zones may have several windows. A campaign is due as soon as one of them is open, and only those in
open windows are then sent to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from sendmode_sync.model.desired import Campaign
from sendmode_sync.planning.zones import Zones
from sendmode_sync.sms import schedule

Phase = Literal["expired", "waiting", "due"]


class Window(NamedTuple):
    """When people of some zones may be sent to.

    ``opens`` is the first instant (UTC) from now on, None where the deadline passes before; ``closes`` is when quiet hours
    begin after that for any of them, None where none do.
    """

    zones: Zones
    opens: dt.datetime | None
    closes: dt.datetime | None = None


class Timing(NamedTuple):
    """Where a campaign stands in time.

    ``handover`` is the scheduledate that goes on the wire (UTC, on a quarter hour, in the future), None for at once.
    ``next_at`` is when a waiting campaign can go; None where its deadline passes first, and when it is not waiting.
    ``open`` are the windows in which something may be sent now, those that close first in front; ``shut`` are the others.
    """

    phase: Phase
    handover: dt.datetime | None = None
    next_at: dt.datetime | None = None
    reason: str | None = None
    open: tuple[Window, ...] = ()
    shut: tuple[Window, ...] = ()


_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)


def timing(campaign: Campaign, where: Iterable[Zones], now: dt.datetime) -> Timing:
    """Return where a campaign stands at ``now``; ``where`` are the zones of its people.

    A campaign that is handed over is due at once, also in quiet hours: its call reaches nobody before ``handover``. Where
    that time has passed, it is sent like any other. The deadline itself is still in time.
    """
    handover = _handover(campaign, now)
    if campaign.deadline is not None and now > campaign.deadline:
        return Timing("expired")
    if handover is not None:
        return Timing("due", handover, open=tuple(Window(zones, now) for zones in where))
    start = now if campaign.scheduledate is None else max(campaign.scheduledate, now)
    windows = sorted((_window(campaign, zones, start) for zones in where), key=_order)
    opened = tuple(each for each in windows if each.opens is not None and each.opens <= now)
    shut = tuple(each for each in windows if each.opens is None or each.opens > now)
    if opened or not windows:
        return Timing("due", open=opened, shut=shut)
    reason = "not due yet" if start > now else "inside quiet hours"
    next_at = min((each.opens for each in shut if each.opens is not None), default=None)
    if next_at is None:
        reason += ", and its deadline passes before a send may start"
    return Timing("waiting", next_at=next_at, reason=reason, shut=shut)


def wall(instant: dt.datetime, zone: str) -> str:
    """Return the hours and minutes that clocks of a zone show."""
    return f"{instant.astimezone(ZoneInfo(zone)):%H:%M}"


def named(zones: Zones) -> str:
    """Return zones as people read them."""
    return " and ".join(sorted(zones))


def _window(campaign: Campaign, zones: Zones, start: dt.datetime) -> Window:
    quiet = campaign.quiet_hours
    if quiet is None:
        opens: dt.datetime | None = start
    else:
        opens = schedule.next_allowed_everywhere(start, quiet, zones)
    if opens is None or (campaign.deadline is not None and opens > campaign.deadline):
        return Window(zones, None)
    closes = None if quiet is None else min(schedule.next_quiet(opens, quiet, zone) for zone in zones)
    return Window(zones, opens.astimezone(dt.UTC), closes)


def _order(window: Window) -> tuple[dt.datetime, dt.datetime, list[str]]:
    return window.closes or _NEVER, window.opens or _NEVER, sorted(window.zones)


def _handover(campaign: Campaign, now: dt.datetime) -> dt.datetime | None:
    if campaign.schedule_with != "sendmode" or campaign.scheduledate is None:
        return None
    rounded = schedule.round_up_quarter(campaign.scheduledate)
    return rounded.astimezone(dt.UTC) if rounded > now else None
