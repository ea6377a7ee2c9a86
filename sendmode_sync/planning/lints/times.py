"""Rules about when a campaign goes: marks, Sundays, the past, an unwritten zone, and windows that are too short."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sendmode_sync.planning.lints.rule import Finding, Subject
from sendmode_sync.sms import schedule

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
    start = _start(subject)
    end = _end(subject, start) if start else None
    if start is None or end is None:
        return
    limit = subject.desired.settings.account.rate_limit
    calls = _calls(subject)
    before = subject.calls_before if subject.when.phase == "due" else 0
    windows = (before + calls - 1) // limit.calls
    needed = dt.timedelta(seconds=windows * limit.per_seconds)
    if calls and start + needed > end:
        yield Finding(
            f"its {calls:,} calls take at least {_minutes(needed)} at {limit.calls} in {limit.per_seconds:g} s, and only "
            f"{_minutes(end - start)} are left before its deadline or quiet hours; give it more time, or fewer people",
            "scheduledate",
        )


def _start(subject: Subject) -> dt.datetime | None:
    """Return when its first call can start; None where none ever can."""
    return subject.now if subject.when.phase == "due" else subject.when.next_at


def _end(subject: Subject, start: dt.datetime) -> dt.datetime | None:
    """Return when its last call must have started. What is handed over may be handed over in quiet hours."""
    campaign = subject.campaign
    ends = [campaign.deadline] if campaign.deadline else []
    if campaign.quiet_hours is not None and subject.when.handover is None:
        ends.append(schedule.next_quiet(start, campaign.quiet_hours, subject.desired.settings.account.timezone))
    return min(ends, default=None)


def _calls(subject: Subject) -> int:
    return sum(-(-people // subject.campaign.batch_size) for _, people in subject.readers())


def _minutes(length: dt.timedelta) -> str:
    seconds = int(length.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60:,} min"
