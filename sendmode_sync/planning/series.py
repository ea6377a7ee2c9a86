"""Repeating campaigns: each occurrence is a campaign of its own, named after its wall time; nothing here is caught up.

An occurrence begins to exist for a plan when it is one of the next three, and ends with its deadline, or when the next one
comes; beyond that only those that the state knows are looked at again, so that what was missed or left half sent is told of.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from sendmode_sync.model.desired import Campaign, Desired, Every, Repeat
from sendmode_sync.sms import schedule

AHEAD = 3
"""How many occurrences that are not due yet a plan shows."""

LOOK_BACK = dt.timedelta(days=31)
"""How long before the last apply an occurrence of the state is still looked at."""

_MARK = "@"  # no name of a campaign holds one
_FORM = "%Y-%m-%dT%H:%M"
_LONGEST_DEFAULT_LIFE = dt.timedelta(days=3)
_MINUTE = dt.timedelta(minutes=1)
_HALF_OF: Mapping[Every, dt.timedelta] = {
    "day": dt.timedelta(hours=12),
    "week": dt.timedelta(days=3, hours=12),
    "month": dt.timedelta(days=14),
}


def series_of(name: str) -> str:
    """Return the name of the series that an occurrence belongs to; of another campaign, its own name."""
    return name.partition(_MARK)[0]


def wall_of(name: str) -> dt.datetime | None:
    """Return the wall time in the name of an occurrence; None for other names."""
    _, mark, written = name.partition(_MARK)
    try:
        wall = dt.datetime.strptime(written, _FORM) if mark else None  # noqa: DTZ007 - a wall time has no zone
    except ValueError:
        return None
    return wall if wall is not None and f"{wall:{_FORM}}" == written else None


def named(desired: Desired, name: str) -> Campaign | None:
    """Return a campaign by its name, or the occurrence that a name means; None where the files ask for neither."""
    campaign = desired.campaigns.get(name)
    if campaign is not None:
        return campaign
    series, wall = desired.campaigns.get(series_of(name)), wall_of(name)
    if series is None or series.repeat is None or wall is None or not _holds(series.repeat, wall):
        return None
    return _occurrence(series, series.repeat, wall)


def unfold(desired: Desired, now: dt.datetime, known: Iterable[str] = ()) -> Desired:
    """Return the project with every repeating campaign replaced by those of its occurrences that matter at ``now``.

    ``known`` are names that the state has records of.
    """
    if not any(campaign.repeat for campaign in desired.campaigns.values()):
        return desired
    recorded = tuple(known)
    campaigns: dict[str, Campaign] = {}
    for campaign in desired.campaigns.values():
        if campaign.repeat is None:
            campaigns[campaign.name] = campaign
        else:
            found = _occurrences(campaign, campaign.repeat, now, recorded)
            campaigns |= {each.name: each for each in found}
    return dataclasses.replace(desired, campaigns=campaigns)


def without_occurrence(written: Desired, unfolded: Desired) -> tuple[Campaign, ...]:
    """Return the repeating campaigns of which nothing is left."""
    found = {each.series for each in unfolded.campaigns.values()}
    return tuple(each for name, each in written.campaigns.items() if each.repeat is not None and name not in found)


def takes_the_place(wall: dt.datetime, campaign: Campaign) -> bool:
    """Say whether what went at a wall time (naive) went instead of an occurrence: the rule does not hold it, and this is nearest.

    Whoever moves a rule by an hour, a day or a week, means the same text at another time, and not once more.
    """
    repeat = campaign.repeat
    own = wall_of(campaign.name)
    if repeat is None or own is None:
        return False
    reach = _HALF_OF[repeat.every] * repeat.interval
    near = itertools.takewhile(lambda each: each < wall + reach, _walls(repeat, wall - reach))
    return min(near, key=lambda each: abs(each - wall), default=None) == own


def next_of(desired: Desired, name: str, now: dt.datetime) -> Campaign | None:
    """Return the campaign that a name means now: of a series the occurrence that is due, else the next; None for none."""
    campaign = named(desired, name)
    if campaign is None or campaign.repeat is None or campaign.series is not None:
        return campaign
    return next(iter(_occurrences(campaign, campaign.repeat, now, ())), None)


def names_of(campaign: Campaign, now: dt.datetime) -> tuple[str, ...]:
    """Return the occurrences of a series that a plan at ``now`` would hold; none for another campaign."""
    if campaign.repeat is None:
        return ()
    return tuple(each.name for each in _occurrences(campaign, campaign.repeat, now, ()))


def _occurrences(campaign: Campaign, repeat: Repeat, now: dt.datetime, known: Collection[str]) -> list[Campaign]:
    """Return those known, those still in time, and the next three, by time; all but the first to come are ``ahead``."""
    walls = {wall for name in known if (wall := _known(campaign, repeat, name)) is not None}
    here = now.astimezone(ZoneInfo(repeat.zone)).replace(tzinfo=None)
    reach = here - (repeat.lifetime or _LONGEST_DEFAULT_LIFE) - dt.timedelta(hours=1)
    gone, coming = [], []
    for wall in _walls(repeat, reach.replace(second=0, microsecond=0)):
        occurrence = _occurrence(campaign, repeat, wall)
        if occurrence.scheduledate is None or occurrence.scheduledate > now:
            coming.append(occurrence)
            if len(coming) == AHEAD:
                break
        elif wall in walls or (occurrence.deadline is not None and occurrence.deadline >= now):
            gone.append(occurrence)
    earlier = [_occurrence(campaign, repeat, wall) for wall in walls]
    found = {each.name: each for each in (*earlier, *gone, *coming)}
    ahead = {each.name for each in coming[1:]}
    every = sorted(found.values(), key=lambda each: each.name)
    return [dataclasses.replace(each, ahead=True) if each.name in ahead else each for each in every]


def _known(campaign: Campaign, repeat: Repeat, name: str) -> dt.datetime | None:
    wall = wall_of(name) if series_of(name) == campaign.name else None
    return wall if wall is not None and _holds(repeat, wall) else None


def _occurrence(campaign: Campaign, repeat: Repeat, wall: dt.datetime) -> Campaign:
    """Return one occurrence. A wall time that clocks skip is as much later, one that they show twice is the first."""
    at = schedule.localised(wall, repeat.zone)
    written = (
        at + repeat.lifetime if repeat.lifetime else schedule.default_deadline(at, campaign.quiet_hours, repeat.zone)
    )
    name = f"{campaign.name}{_MARK}{wall:{_FORM}}"
    return dataclasses.replace(
        campaign,
        name=name,
        series=campaign.name,
        scheduledate=at,
        deadline=_before_the_next(repeat, wall, written),
        problems=tuple(dataclasses.replace(problem, campaign=name) for problem in campaign.problems),
        ahead=False,
    )


def _before_the_next(repeat: Repeat, wall: dt.datetime, deadline: dt.datetime) -> dt.datetime:
    """Return a deadline that lies before the next occurrence: nobody gets two of them at once after days without a run."""
    following = next(_walls(repeat, wall + _MINUTE), None)
    return deadline if following is None else min(deadline, schedule.localised(following, repeat.zone) - _MINUTE)


def _walls(repeat: Repeat, after: dt.datetime) -> Iterator[dt.datetime]:
    from sendmode_sync.sms import recurrence  # noqa: PLC0415 - loads dateutil, which most projects do not need

    return recurrence.walls(repeat, after)


def _holds(repeat: Repeat, wall: dt.datetime) -> bool:
    from sendmode_sync.sms import recurrence  # noqa: PLC0415 - loads dateutil, which most projects do not need

    return recurrence.holds(repeat, wall)
