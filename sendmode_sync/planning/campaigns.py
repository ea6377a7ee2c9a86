"""Where one campaign stands, what would be sent of it now, and what is worth saying; each has exactly one status."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Collection
from decimal import Decimal
from typing import NamedTuple

from sendmode_sync.errors import Problem
from sendmode_sync.model.ahead import both
from sendmode_sync.model.desired import Campaign
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import CampaignOutlook, CampaignStatus, Costing, Held, SendChange
from sendmode_sync.model.state import CampaignRecord
from sendmode_sync.planning import audience as who
from sendmode_sync.planning import guards, texts
from sendmode_sync.planning.batches import batches
from sendmode_sync.planning.costing import costing
from sendmode_sync.planning.linting import judged
from sendmode_sync.planning.lints.rule import Week
from sendmode_sync.planning.remainder import Counts, Remainder, count, remainder
from sendmode_sync.planning.scene import Scene, content_digest, remark, sender
from sendmode_sync.planning.timing import Timing, named, timing, wall
from sendmode_sync.planning.zones import Split

_SENDABLE = frozenset({CampaignStatus.DUE, CampaignStatus.PARTIAL})
_TO_BE_SENT = _SENDABLE | {CampaignStatus.WAITING}
_TO_BE_PRICED = frozenset({CampaignStatus.DUE, CampaignStatus.PARTIAL, CampaignStatus.WAITING, CampaignStatus.BLOCKED})
_TOO_LATE = "where they are, quiet hours last until its deadline has passed; write a later deadline"
_CLOSED = {"adopted": "recorded as already sent", "lost": "possibly sent before the state was lost"}


class Assessed(NamedTuple):
    """One campaign in a plan: its outlook, its calls in order, its notices, and when its ``audience`` gets it (UTC)."""

    outlook: CampaignOutlook
    sends: tuple[SendChange, ...] = ()
    notices: tuple[Problem, ...] = ()
    at: dt.datetime | None = None
    audience: Collection[E164] = ()


class _Standing(NamedTuple):
    """The status apart from unknown outcomes, which hold back nothing but their own recipients."""

    status: CampaignStatus
    reason: str | None = None


def assess(
    campaign: Campaign,
    scene: Scene,
    earlier: tuple[SendChange, ...],
    week: Week,
    *,
    selected: bool,
) -> Assessed:
    """Judge one campaign.

    ``earlier`` are the sends that come before it in the same plan, ``week`` is when people get other texts. Of a
    campaign that is not ``selected`` nothing is sent.
    """
    record = scene.record(campaign.name)
    if campaign.draft:
        return _draft(campaign, scene)
    if record.cancelled_at is not None or _series_is_cancelled(campaign, scene):
        return _cancelled(campaign, record, scene)
    if campaign.ahead and record.started_at is None and record.closed_as is None:
        return _ahead(campaign, scene)
    rest = remainder(campaign, record, scene, earlier)
    split = scene.clocks.split(campaign, rest.audience)
    when = timing(campaign, split, scene.now)
    found = costing(campaign, rest.audience, rest.texts, scene.desired.settings.account.credits_per_segment)
    guarded = guards.problems(campaign, record, rest, when, scene, earlier)
    judge = functools.partial(judged, campaign, rest, when, split, scene, found, (earlier, week))
    call = functools.partial(batches, campaign, record, rest, when, split, scene)
    goes = selected and _standing(record, rest, when, guarded).status in _SENDABLE
    # Made before it is known whether the rules refuse them all: that is rare, and they are made in vain then.
    size = len(rest.texts) * len(campaign.messagetext)
    calls, lints = both(scene.ahead, call, judge, size) if goes else ((), judge())
    problems = guarded + _errors(lints)
    standing = _standing(record, rest, when, problems)
    sends = calls if standing.status in _SENDABLE else ()
    held = _held(when, split) if standing.status in _TO_BE_SENT else ()
    outlook = _outlook(campaign, record, rest, when, standing, scene, found, held)
    if sends and record.started_at is None:
        outlook = dataclasses.replace(outlook, freeze=rest.audience, texts=rest.texts)
    notices = (*problems, *_notices(campaign, record, rest, when, outlook, scene), *_remarks(lints))
    return Assessed(outlook, sends, notices, _reached_at(when, standing, scene.now), rest.audience)


def _series_is_cancelled(campaign: Campaign, scene: Scene) -> bool:
    return campaign.series is not None and scene.record(campaign.series).cancelled_at is not None


def _errors(lints: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(each for each in lints if each.level == "error")


def _remarks(lints: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(each for each in lints if each.level != "error")


def _reached_at(when: Timing, standing: _Standing, now: dt.datetime) -> dt.datetime | None:
    if standing.status in _SENDABLE:
        return when.handover or now
    return when.next_at if standing.status is CampaignStatus.WAITING else None


def _draft(campaign: Campaign, scene: Scene) -> Assessed:
    outlook = dataclasses.replace(_listed(campaign, scene), status=CampaignStatus.DRAFT, reason="a draft")
    problems = () if campaign.ahead else campaign.problems
    return Assessed(outlook, notices=tuple(dataclasses.replace(one, level="warning") for one in problems))


def _ahead(campaign: Campaign, scene: Scene) -> Assessed:
    """Return an occurrence beyond the next one: when it goes; what it says and costs is told when it is the next."""
    when = timing(campaign, [scene.clocks.of_all(())], scene.now)
    outlook = _listed(campaign, scene)
    return Assessed(dataclasses.replace(outlook, next_at=when.next_at, reason=when.reason, left=outlook.recipients))


def _listed(campaign: Campaign, scene: Scene) -> CampaignOutlook:
    """Return the outlook of a campaign whose texts are not written: whom it would reach, and when."""
    found = who.audience(campaign, scene.members, scene.barred.everyone, frozenset())
    return dataclasses.replace(_written(campaign, scene), recipients=len(found.recipients), funnel=found.funnel)


def _written(campaign: Campaign, scene: Scene) -> CampaignOutlook:
    """Return what an outlook takes over from the files; it waits, until more is known."""
    return CampaignOutlook(
        campaign.name,
        CampaignStatus.WAITING,
        campaign.messagetext,
        sender(campaign, scene.desired),
        scheduledate=campaign.scheduledate,
        deadline=campaign.deadline,
        place=str(campaign.place),
        series=campaign.series,
        ahead=campaign.ahead,
    )


def _cancelled(campaign: Campaign, record: CampaignRecord, scene: Scene) -> Assessed:
    counts = count(record, running=scene.running)
    outlook = dataclasses.replace(
        _written(campaign, scene),
        status=CampaignStatus.CANCELLED,
        recipients=len(record.rows),
        accepted=counts.accepted,
        rejected=counts.rejected,
        unknown=counts.unknown,
        suppressed=counts.suppressed,
        reason="the rest is never sent",
        handed_over=record.handed_over,
        content_digest=record.content_digest,
    )
    return Assessed(outlook)


def _standing(record: CampaignRecord, rest: Remainder, when: Timing, problems: tuple[Problem, ...]) -> _Standing:
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        return _Standing(CampaignStatus.BLOCKED, f"{problems[0].message}{more}")
    if record.closed_as is not None:
        return _Standing(CampaignStatus.SENT, _CLOSED[record.closed_as])
    started = record.started_at is not None
    if started and not rest.left and not rest.counts.claimed and not rest.counts.expired:
        return _Standing(CampaignStatus.SENT)
    if when.phase == "expired" or (rest.counts.expired and not rest.left):
        return _Standing(CampaignStatus.EXPIRED, "past its deadline")
    if when.phase == "waiting":
        return _Standing(CampaignStatus.WAITING, when.reason)
    return _Standing(CampaignStatus.PARTIAL if started else CampaignStatus.DUE)


def _outlook(  # noqa: PLR0913, PLR0917 - all that an outlook is made of, at once
    campaign: Campaign,
    record: CampaignRecord,
    rest: Remainder,
    when: Timing,
    standing: _Standing,
    scene: Scene,
    found: Costing | None,
    held: tuple[Held, ...],
) -> CampaignOutlook:
    counts = rest.counts
    status, reason = standing
    if counts.unknown:
        status, reason = CampaignStatus.UNKNOWN, _unknown(campaign, counts, standing)
    totals = _totals(rest, scene) if standing.status in _TO_BE_PRICED else _Totals()
    return dataclasses.replace(
        _written(campaign, scene),
        status=status,
        recipients=rest.total,
        accepted=counts.accepted,
        rejected=counts.rejected,
        unknown=counts.unknown,
        suppressed=counts.suppressed + len(rest.suppress),
        left=rest.left + counts.expired + counts.claimed,
        messages=totals.messages,
        segments=totals.segments,
        credits=totals.credits,
        funnel=rest.funnel,
        next_at=_next_at(standing, rest, when, scene.now),
        reason=reason,
        handed_over=record.handed_over or when.handover is not None,
        content_digest=record.content_digest if record.started_at else content_digest(campaign, scene.desired),
        suppress=rest.suppress,
        quiet_hours=_quiet_hours(campaign),
        costing=found,
        held=held,
        ahead=False,  # one that was begun before its time is told in full
    )


def _held(when: Timing, split: Split) -> tuple[Held, ...]:
    """Return who waits where not everybody waits for the same instant."""
    if not when.open and len({window.opens for window in when.shut}) < 2:
        return ()
    later = (window for window in when.shut if window.opens is None or window.opens != when.next_at)
    found = (Held(named(window.zones), len(split[window.zones]), window.opens) for window in later)
    return tuple(sorted(found, key=lambda held: (held.next_at is None, held.next_at or 0, held.zones)))


def _quiet_hours(campaign: Campaign) -> str | None:
    quiet = campaign.quiet_hours
    return None if quiet is None else f"{quiet.start:%H:%M}-{quiet.end:%H:%M}"


def _unknown(campaign: Campaign, counts: Counts, standing: _Standing) -> str:
    said = (
        f"{counts.unknown} may or may not have been sent it; settle that with "
        f"sendmode-sync resolve {campaign.name} --sent or --not-sent"
    )
    return f"{said}; {standing.reason}" if standing.reason else said


class _Totals(NamedTuple):
    messages: int = 0
    segments: int = 0
    credits: Decimal = Decimal(0)


def _totals(rest: Remainder, scene: Scene) -> _Totals:
    table = scene.desired.settings.account.credits_per_segment
    by_size: dict[int, list[E164]] = {}
    for number, digest in rest.audience.items():
        by_size.setdefault(rest.texts[digest].segments, []).append(number)
    return _Totals(
        len(rest.audience),
        sum(len(recipients) * segments for segments, recipients in by_size.items()),
        sum((texts.cost(recipients, segments, table) for segments, recipients in by_size.items()), Decimal(0)),
    )


def _next_at(standing: _Standing, rest: Remainder, when: Timing, now: dt.datetime) -> dt.datetime | None:
    """Return when something can happen: nothing ever does to a campaign that has nobody left or is not to be sent."""
    if standing.status is CampaignStatus.WAITING:
        return when.next_at
    return now if standing.status in _SENDABLE and rest.left else None


def _notices(
    campaign: Campaign,
    record: CampaignRecord,
    rest: Remainder,
    when: Timing,
    outlook: CampaignOutlook,
    scene: Scene,
) -> tuple[Problem, ...]:
    said = [problem for problem in campaign.problems if problem.level != "error"]
    said += rest.notices
    match outlook.status:
        case CampaignStatus.UNKNOWN:
            said.append(remark(campaign, "outcome-unknown", outlook.reason or "", warning=True))
        case CampaignStatus.SENT:
            said += guards.edit_after_sending(campaign, record, scene)
        case CampaignStatus.DUE | CampaignStatus.WAITING if not rest.left and record.started_at is None:
            said.append(remark(campaign, "nobody-to-send-to", "there is nobody to send it to", warning=True))
        case _:
            pass
    if outlook.status is CampaignStatus.WAITING and when.next_at is None:
        said.append(remark(campaign, "never-in-time", outlook.reason or "", warning=True))
    said += (
        remark(
            campaign,
            "never-in-time",
            f"it is never sent to {held.recipients} of its recipients: {_TOO_LATE}",
            warning=True,
        )
        for held in outlook.held
        if held.next_at is None
    )
    if when.handover is not None and outlook.next_at is not None:
        said.append(remark(campaign, "handed-over", _handed_over(campaign, when.handover, scene)))
    return tuple(said)


def _handed_over(campaign: Campaign, handover: dt.datetime, scene: Scene) -> str:
    at = wall(handover, scene.desired.settings.account.timezone)
    rounded = f"scheduledate is rounded up to {at}; " if handover != campaign.scheduledate else ""
    return f"{rounded}once handed over, Sendmode sends it at {at}, and it can no longer be changed or cancelled by any API call, nor held back by an opt-out"
