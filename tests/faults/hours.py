"""When a text may leave, read off the project once more: nothing of the product's own reading of zones and times is used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from sendmode_sync.model.desired import Campaign, Desired

_HOME = "Europe/London"  # where numbers that begin with +44 are


def wrong(desired: Desired, name: str, numbers: Iterable[str], at: dt.datetime) -> Iterator[str]:
    """Yield what is wrong with a text of a campaign, or of one occurrence of a series, that leaves at an instant."""
    stem, _, wall = name.partition("@")
    campaign = desired.campaigns[stem]
    begins, ends = campaign.scheduledate, campaign.deadline
    if campaign.repeat is not None:
        begins = dt.datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(campaign.repeat.zone))
        ends = None if campaign.repeat.lifetime is None else begins + campaign.repeat.lifetime
    if begins is not None and at < begins:
        yield f"{name} left at {at}, and its time is {begins}"
    if ends is not None and at > ends:
        yield f"{name} left at {at}, and its deadline is {ends}"
    for number in numbers:
        for zone in sorted(_zones(desired, number)):
            if _asleep(campaign, at.astimezone(ZoneInfo(zone)).time()):
                yield f"{name} left for {number} at {at}, in quiet hours of {zone}"


def _zones(desired: Desired, number: str) -> set[str]:
    groups = (desired.groups[name] for name in desired.customers[number].groups)
    return {group.timezone for group in groups if group.timezone is not None} or {_HOME}


def _asleep(campaign: Campaign, time: dt.time) -> bool:
    quiet = campaign.quiet_hours
    if quiet is None:
        return False
    inside = quiet.start <= time < quiet.end
    return inside if quiet.start < quiet.end else time >= quiet.start or time < quiet.end
