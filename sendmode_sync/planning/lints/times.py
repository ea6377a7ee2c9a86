"""Rules about when a campaign goes: marks, Sundays, the past, an unwritten zone, and windows that are too short."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator
from zoneinfo import ZoneInfo

from sendmode_sync.model.counting import count
from sendmode_sync.model.phone import E164
from sendmode_sync.planning.lints.rule import Finding, Subject

_SUNDAY = 6


def rounded(subject: Subject) -> Iterator[Finding]:
    """Repeat what reading the files found: a handed-over time that is on no 15-minute mark."""
    place = subject.campaign.places.get("scheduledate")
    for notice in subject.desired.notices:
        if notice.code == "scheduledate-rounded" and notice.place == place:
            yield Finding(notice.message, "scheduledate")


def sunday(subject: Subject) -> Iterator[Finding]:
    """Say where marketing goes on a Sunday."""
    at = subject.campaign.scheduledate
    if at is None or subject.campaign.purpose != "marketing":
        return
    if at.astimezone(ZoneInfo(subject.desired.settings.account.timezone)).weekday() == _SUNDAY:
        yield Finding("it is marketing and goes on a Sunday; choose another day", "scheduledate")


def past(subject: Subject) -> Iterator[Finding]:
    """Say what lies in the past, and so is never sent, or sent at once."""
    campaign = subject.campaign
    if campaign.series is not None:
        return  # the next one comes by itself
    if subject.when.phase == "expired":
        yield Finding(
            "its time and its deadline have passed, so it is never sent; write a new scheduledate", "scheduledate"
        )
    elif campaign.schedule_with == "sendmode" and campaign.scheduledate and campaign.scheduledate <= subject.now:
        yield Finding(
            "its time has passed, so it cannot be handed over and is sent at once; write a new scheduledate",
            "scheduledate",
        )


def zone_assumed(subject: Subject) -> Iterator[Finding]:
    """Say where a time is read in a zone that nobody wrote."""
    if subject.campaign.zone_assumed:
        zone = subject.desired.settings.account.timezone
        yield Finding(
            f"its time has no offset and account.timezone is not written, so it is read as {zone}; write one of the two",
            "scheduledate",
        )


def cannot_finish(subject: Subject) -> Iterator[Finding]:
    """Say where not everybody can be reached in time: such a campaign is better not begun."""
    limit = subject.desired.settings.account.rate_limit
    for start, end, calls in _stretches(subject):
        before = subject.calls_before if start <= subject.now else 0
        needed = _needed(subject, before + calls)
        if calls and start + needed > end:
            yield Finding(
                f"its {count(calls, 'call')} {'takes' if calls == 1 else 'take'} at least {_minutes(needed)} at {limit.calls} in {limit.per_seconds:g} s, and only "
                f"{_minutes(end - start)} are left before its deadline or quiet hours; give it more time, or fewer people",
                "scheduledate",
            )
            return


def over_max_duration(subject: Subject) -> Iterator[Finding]:
    """Say where a run that was given an end has it before the last call of a campaign."""
    if subject.max_duration is None or subject.when.phase != "due":
        return
    calls = sum(_calls(subject, subject.split[window.zones]) for window in subject.when.open)
    needed = _needed(subject, subject.calls_before + calls)
    if calls and needed > dt.timedelta(seconds=subject.max_duration):
        given = _minutes(dt.timedelta(seconds=subject.max_duration))
        yield Finding(
            f"the run needs at least {_minutes(needed)} until its last call, and --max-duration ends it after {given}: "
            "the rest waits for another apply; give it more time, or run apply again"
        )


def _needed(subject: Subject, calls: int) -> dt.timedelta:
    """Return how long after the first of so many calls the last one can start, at the soonest."""
    limit = subject.desired.settings.account.rate_limit
    return dt.timedelta(seconds=(calls - 1) // limit.calls * limit.per_seconds)


def _stretches(subject: Subject) -> Iterator[tuple[dt.datetime, dt.datetime, int]]:
    """Yield from when until when how many calls must have started: people of windows that close sooner go first.

    What is handed over may be handed over in quiet hours.
    """
    deadline = subject.campaign.deadline
    calls: dict[dt.datetime, int] = {}
    for window in (*subject.when.open, *subject.when.shut):
        if window.opens is None:
            continue
        start = max(window.opens, subject.now)
        calls[start] = calls.get(start, 0) + _calls(subject, subject.split[window.zones])
        ends = [end for end in (deadline, window.closes) if end is not None]
        if ends:
            yield start, min(ends), calls[start]


def _calls(subject: Subject, numbers: Collection[E164]) -> int:
    audience = subject.rest.audience
    everybody = len(numbers) == len(audience)
    readers = Counter(audience.values() if everybody else (audience[number] for number in numbers))
    return sum(-(-people // subject.campaign.batch_size) for people in readers.values())


def _minutes(length: dt.timedelta) -> str:
    seconds = int(length.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60:,} min"
