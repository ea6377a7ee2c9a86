"""What blocks one campaign: its own files, its text, its size, repeats, times and the API; it lifts nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sendmode_sync.errors import Problem
from sendmode_sync.model.counting import count
from sendmode_sync.model.desired import Campaign
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import SendChange
from sendmode_sync.model.state import CampaignRecord
from sendmode_sync.planning.barred import examples
from sendmode_sync.planning.remainder import Remainder
from sendmode_sync.planning.scene import Scene, error, is_edited, remark
from sendmode_sync.planning.series import series_of, takes_the_place, wall_of
from sendmode_sync.planning.timing import Timing, wall
from sendmode_sync.sms import schedule

_STALE_AFTER = dt.timedelta(days=30)


def problems(
    campaign: Campaign,
    record: CampaignRecord,
    rest: Remainder,
    when: Timing,
    scene: Scene,
    earlier: tuple[SendChange, ...],
) -> tuple[Problem, ...]:
    """Return everything that blocks a campaign, in the order in which it is told.

    Beyond its own files, a campaign with nobody left is blocked by nothing. What is judged against the present (repeats,
    the age of the opt-outs, what the API can do) holds for a campaign that is due.
    """
    found = [problem for problem in campaign.problems if problem.level == "error"]
    found += _edited_after_handover(campaign, record, scene)
    if rest.left:
        found += rest.problems
        found += _edited(campaign, record, scene)
        found += _too_many(campaign, rest, scene)
        if when.phase == "due":
            found += _repeated(campaign, rest, scene, earlier)
            found += _handover(campaign, when, scene)
            found += _stale_optouts(campaign, scene)
            found += _unlimited(campaign, scene)
            found += _in_test_mode(campaign, rest, scene)
    return tuple(found)


def edit_after_sending(campaign: Campaign, record: CampaignRecord, scene: Scene) -> tuple[Problem, ...]:
    """Return the warning for a sent campaign that was edited: neither a new text nor new recipients do anything."""
    what = []
    if record.content_digest and is_edited(campaign, record, scene.desired):
        what.append("its text or sender was edited")
    if added := sum(number not in record.rows for number in campaign.recipients) if record.rows else 0:
        what.append(f"{count(added, 'recipient')} {'was' if added == 1 else 'were'} added")
    if not what:
        return ()
    said = f"{' and '.join(what)} after it was sent; that does nothing: a new text needs a campaign with a new name"
    return (remark(campaign, "sent-edited", said, warning=True),)


def ageing_optouts(scene: Scene) -> tuple[Problem, ...]:
    """Return a warning where no limit is written and the opt-outs were last refreshed more than 30 days ago.

    Where they never were, the first call of a campaign counts instead.
    """
    state = scene.state
    if state is None or scene.desired.settings.safety.optouts_max_age is not None:
        return ()
    started = [record.started_at for record in state.campaigns.values() if record.started_at is not None]
    since = state.optouts_refreshed_at or min(started, default=None)
    if since is None or scene.now - since <= _STALE_AFTER:
        return ()
    return (
        Problem(
            "optouts-ageing",
            f"opt-outs were last refreshed {_ago(state.optouts_refreshed_at, scene.now)}; "
            "bring in newer ones with sendmode-sync optouts import FILE.csv",
            level="warning",
        ),
    )


def _edited(campaign: Campaign, record: CampaignRecord, scene: Scene) -> Iterator[Problem]:
    if record.started_at is not None and not record.handed_over and is_edited(campaign, record, scene.desired):
        yield error(
            campaign,
            "text-edited",
            "its text or sender was edited after a part of it was sent; undo the edit, or stop the rest with "
            f"sendmode-sync cancel {campaign.name} and write a campaign with a new name and "
            f"exclude_received: [{campaign.name}]",
        )


def _edited_after_handover(campaign: Campaign, record: CampaignRecord, scene: Scene) -> Iterator[Problem]:
    """Say that an edit comes too late; unlike one of a sent text, it may be meant to change what is still to come."""
    if record.handed_over and record.started_at is not None and is_edited(campaign, record, scene.desired):
        yield error(
            campaign,
            "handed-over-edited",
            "it was handed over with its time, and no API call can change or cancel it: what was handed over is sent as it "
            "was; undo the edit, or ask Sendmode to stop it and write a campaign with a new name",
        )


def _too_many(campaign: Campaign, rest: Remainder, scene: Scene) -> Iterator[Problem]:
    allowed = scene.desired.settings.safety.max_recipients
    if allowed is not None and rest.total > allowed:
        yield error(
            campaign,
            "max-recipients",
            f"it has {count(rest.total, 'recipient')} and safety.max_recipients allows {allowed}; "
            "narrow its audience or raise the limit",
        )


def _repeated(campaign: Campaign, rest: Remainder, scene: Scene, earlier: tuple[SendChange, ...]) -> Iterator[Problem]:
    if campaign.allow_repeat:
        return
    found: dict[str, set[E164]] = {}
    recent = {} if scene.state is None else scene.state.recent
    if recent:
        for number, digest in rest.audience.items():
            other = recent.get((number, digest))
            if other is not None and not _is_own(campaign, other, scene):
                found.setdefault(other, set()).add(number)
    for send in earlier:
        if send.text_digest in rest.texts and not _is_own(campaign, send.campaign, scene):
            again = {number for number in send.recipients if rest.audience.get(number) == send.text_digest}
            if again:
                found.setdefault(send.campaign, set()).update(again)
    for other in sorted(found):
        yield error(
            campaign,
            "text-repeated",
            f"{len(found[other])} of its recipients get the same text from campaign {other} within 30 days "
            f"({examples(sorted(found[other]))}); leave them out with exclude_received: [{other}], "
            "or write allow_repeat: true",
        )


def _is_own(campaign: Campaign, other: str, scene: Scene) -> bool:
    """Say whether another name means the campaign itself, or an occurrence of the same series.

    One from before the series was edited, or repeated at all, that went instead of this one is no other occurrence.
    """
    if other == campaign.name or campaign.series is None or series_of(other) != campaign.series:
        return other == campaign.name
    started = scene.record(other).started_at
    zone = scene.desired.settings.account.timezone
    wall = wall_of(other) or (None if started is None else started.astimezone(ZoneInfo(zone)).replace(tzinfo=None))
    return wall is not None and not takes_the_place(wall, campaign)


def _handover(campaign: Campaign, when: Timing, scene: Scene) -> Iterator[Problem]:
    if when.handover is None:
        return
    zone = scene.desired.settings.account.timezone
    at = wall(when.handover, zone)
    if not scene.abilities.schedules:
        yield error(
            campaign,
            "api-cannot",
            "this API takes no scheduledate, so it cannot be handed over; write schedule_with: apply",
        )
    zones = frozenset().union(*(window.zones for window in when.open))
    quiet = [there for there in sorted(zones) if schedule.is_quiet(when.handover, campaign.quiet_hours, there)]
    if quiet:
        where = "" if quiet == [zone] else f" of {' and '.join(quiet)}"
        yield error(
            campaign,
            "scheduledate-quiet",
            f"handed over with scheduledate {at}, it would be sent inside quiet hours{where}; choose a time outside them",
        )
    if campaign.deadline is not None and when.handover > campaign.deadline:
        yield error(
            campaign,
            "scheduledate-late",
            f"its scheduledate, rounded up to {at}, lies past its deadline; choose an earlier one or a later deadline",
        )


def _stale_optouts(campaign: Campaign, scene: Scene) -> Iterator[Problem]:
    longest = scene.desired.settings.safety.optouts_max_age
    if longest is None or campaign.purpose != "marketing":
        return
    refreshed = None if scene.state is None else scene.state.optouts_refreshed_at
    if refreshed is None or scene.now - refreshed > longest:
        yield error(
            campaign,
            "optouts-stale",
            f"opt-outs were last refreshed {_ago(refreshed, scene.now)}, longer ago than safety.optouts_max_age allows; "
            "bring in newer ones with sendmode-sync optouts import FILE.csv",
        )


def _unlimited(campaign: Campaign, scene: Scene) -> Iterator[Problem]:
    if not scene.abilities.credits and not scene.credits_limited:
        yield error(
            campaign,
            "api-cannot",
            "this API has no balance to read, so nothing is sent without a limit; write safety.max_credits",
        )


def _in_test_mode(campaign: Campaign, rest: Remainder, scene: Scene) -> Iterator[Problem]:
    only = scene.desired.settings.account.only
    others = 0 if only is None else sum(number not in only for number in rest.audience)
    if others:
        yield error(
            campaign,
            "test-mode",
            f"account.mode is test, and {others} of its recipients are not in account.test_numbers; "
            f"sendmode-sync send-test {campaign.name} reaches those that are, mode: live everybody",
        )


def _ago(then: dt.datetime | None, now: dt.datetime) -> str:
    if then is None:
        return "never"
    days = (now - then).days
    return f"{days} days ago" if days != 1 else "1 day ago"
