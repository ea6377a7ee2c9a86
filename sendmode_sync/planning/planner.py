"""The one door of planning: project, state and time in, one plan out; it performs, reads and remembers nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, NamedTuple

from sendmode_sync.errors import Exit, Problem
from sendmode_sync.model import imports, pace
from sendmode_sync.model.ahead import Ahead, alone
from sendmode_sync.model.desired import Campaign, Desired, Values
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import (
    Abilities,
    CampaignOutlook,
    CampaignStatus,
    Credits,
    ImportChange,
    LimitHit,
    NextRun,
    OptOutChange,
    Plan,
    SendChange,
)
from sendmode_sync.model.settings import Safety, Threshold
from sendmode_sync.model.state import SendStatus, State
from sendmode_sync.planning import diff, guards, limits, series
from sendmode_sync.planning.approval import Approved, approval, differences
from sendmode_sync.planning.audience import members
from sendmode_sync.planning.barred import barred, optouts
from sendmode_sync.planning.campaigns import Assessed, assess
from sendmode_sync.planning.diff import ImportKey, Survey
from sendmode_sync.planning.lints import weekly
from sendmode_sync.planning.lints.catalogue import RULES
from sendmode_sync.planning.lints.judge import without_repetition
from sendmode_sync.planning.naming import unknown_campaign
from sendmode_sync.planning.scene import Scene, remark
from sendmode_sync.planning.wanted import Wanted
from sendmode_sync.planning.zones import Clocks

Lane = Literal["imports", "optouts", "sends"]

ALL_LANES: frozenset[Lane] = frozenset({"imports", "optouts", "sends"})
_LATEST = dt.datetime.max.replace(tzinfo=dt.UTC)


class Options(NamedTuple):
    """What one run is asked to do less, or allowed to do more.

    ``only`` are the kinds of changes wanted, ``campaigns`` the only campaigns to send (none: all). ``allow`` replaces
    limits of ``safety`` for this run. ``approved_credits`` is the figure that a person typed back; it counts where no
    ``max_credits`` is written. ``running`` is True for a plan made inside a run that holds the lock. ``max_duration``
    is how long the run may take, in seconds; None for as long as it takes. ``ahead`` may do some of the work for a large
    audience.
    """

    only: frozenset[Lane] = ALL_LANES
    campaigns: frozenset[str] = frozenset()
    allow: Mapping[str, Threshold] = MappingProxyType({})
    approved_credits: Decimal | None = None
    running: bool = False
    max_duration: float | None = None
    ahead: Ahead = alone


NO_OPTIONS = Options()


def campaigns_needed(
    desired: Desired, now: dt.datetime, recorded: Iterable[str] = (), since: dt.datetime = _LATEST
) -> tuple[str, ...]:
    """Return the campaigns whose records a plan at ``now`` reads: those written, and those that they name.

    ``recorded`` are the names in the state: occurrences of repeating campaigns among them are read where the series is named,
    also one that is no longer written, or where they are not much older than ``since``, the start of the last apply.
    """
    written = desired.campaigns
    received = [name for campaign in written.values() for name in campaign.exclude_received]
    oldest = (min(now, since) - series.LOOK_BACK).replace(tzinfo=None)
    occurrences = {name: wall for name in recorded if (wall := series.wall_of(name))}
    recent = [name for name, wall in occurrences.items() if wall >= oldest and series.series_of(name) in written]
    meant = [name for name in occurrences if series.series_of(name) in received]
    unfolded = series.unfold(desired, now).campaigns
    return tuple(dict.fromkeys((*written, *unfolded, *received, *recent, *meant)))


def survey(desired: Desired, state: State | None) -> Survey:
    """Return how imports differ; the caller reads the fields last applied of ``updated`` for ``plan``."""
    return diff.survey(desired, state, barred(desired, state).everyone)


def plan(  # noqa: PLR0913, PLR0917 - the whole world of a plan, each part a plain value
    desired: Desired,
    state: State | None,
    found: Survey,
    before: Mapping[ImportKey, Values],
    now: dt.datetime,
    plan_id: str,
    abilities: Abilities,
    options: Options = NO_OPTIONS,
) -> Plan:
    """Return what an apply at ``now`` does, in the order in which it does it.

    ``before`` holds the fields last applied of ``found.updated``. A name in ``options`` that is unknown is a ``UsageError``.
    """
    scene = _scene(desired, state, now, abilities, options)
    desired, account = scene.desired, scene.desired.settings.account
    opted = optouts(desired, state, scene.barred.forgotten)
    assessed = _campaigns(scene, options)
    wanted = _wanted(opted.changes, assessed, diff.imports(desired, found, before), options.only)
    changes = wanted.possible(abilities, account.only)
    outlooks = tuple(assessed[name].outlook for name in desired.campaigns)
    hits = _limits(changes, limits.to_cover(changes.sends, outlooks), scene, found, options)
    said = (*opted.notices, *diff.notices(found), *wanted.impossible(abilities, account.only))
    return Plan(
        plan_id=plan_id,
        created_at=now.replace(microsecond=0),
        config_digest=desired.config_digest,
        approval=_approval(desired, outlooks, options),
        lineage=None if state is None else state.identity.lineage,
        serial=None if state is None else state.identity.serial,
        optouts=changes.optouts,
        sends=changes.sends,
        imports=changes.imports,
        campaigns=outlooks,
        notices=_notices(scene, said, assessed, hits),
        limits=hits,
        unmanaged=found.unmanaged,
        credits=Credits(changes.credits),
        estimated_seconds=pace.duration(changes.calls, account.rate_limit),
    )


def with_balance(made: Plan, balance: Decimal | None, safety: Safety) -> Plan:
    """Return the plan with the balance that was read, in credits; None where it was not checked."""
    estimated = made.credits.estimated
    if balance is None:
        return dataclasses.replace(made, credits=Credits(estimated))
    needed = limits.to_cover(made.sends, made.campaigns)
    sufficient = balance - safety.min_balance >= needed
    notices = made.notices
    if not sufficient:
        kept = f" of which {limits.plain(safety.min_balance)} must be left" if safety.min_balance else ""
        said = (
            f"the balance is {limits.plain(balance)} credits{kept}, and the sends need {limits.plain(needed)}; "
            "what it does not cover is not started"
        )
        notices = (*notices, Problem("balance-short", said, level="warning"))
    return dataclasses.replace(made, credits=Credits(estimated, balance, sufficient), notices=notices)


def exit_of(made: Plan, *, detailed: bool) -> Exit:
    """Return the exit code of showing a plan; ``detailed`` tells changes (2) from none (0)."""
    blocked = any(outlook.status is CampaignStatus.BLOCKED for outlook in made.campaigns)
    if blocked or made.limits or any(notice.level == "error" for notice in made.notices):
        return Exit.ERROR
    return Exit.CHANGES if detailed and made.api_calls else Exit.OK


def next_run_needed(outlooks: Iterable[CampaignOutlook], now: dt.datetime) -> dt.datetime | None:
    """Return when the next apply can send something: ``now`` where something is due, None where nothing ever will be."""
    times = [outlook.next_at for outlook in outlooks if outlook.next_at is not None]
    return max(min(times), now) if times else None


def following(made: Plan, now: dt.datetime) -> NextRun | None:
    """Return the next apply that is needed by a plan made right after one: at once where it has left something."""
    left = (each for each in made.campaigns if each.next_at is not None and each.next_at <= now)
    first = next(left, None)
    return made.next_run if first is None else NextRun(now, first.name, first.deadline)


def unapproved(made: Plan, desired: Desired, approved: Approved, options: Options = NO_OPTIONS) -> tuple[str, ...]:
    """Return in sentences how a plan goes beyond what was approved; none where an apply may go on."""
    desired = series.unfold(desired, made.created_at, [outlook.name for outlook in made.campaigns])
    return differences(approved, desired, made.campaigns, _limits_of_run(desired, options), _selected(desired, options))


def _scene(written: Desired, state: State | None, now: dt.datetime, abilities: Abilities, options: Options) -> Scene:
    """Return what all campaigns see, repeating ones as the occurrences that matter now; those named must be written."""
    _check_names(written, options.campaigns)
    desired = series.unfold(written, now, () if state is None else state.campaigns)
    return Scene(
        desired,
        state,
        barred(desired, state),
        members(desired),
        Clocks(desired),
        now,
        abilities,
        options.running,
        credits_limited=_limits_of_run(desired, options).max_credits_written,
        max_duration=options.max_duration,
        ended=series.without_occurrence(written, desired),
        ahead=options.ahead,
    )


def _wanted(
    optout_changes: tuple[OptOutChange, ...],
    assessed: Mapping[str, Assessed],
    every_import: Sequence[ImportChange],
    only: frozenset[Lane],
) -> Wanted:
    """Return the changes asked for; ``assessed`` stands in the order of sending, and holds no sends where none are."""
    return Wanted(
        optout_changes if "optouts" in only else (),
        tuple(send for found in assessed.values() for send in found.sends),
        every_import if "imports" in only else (),
    )


def _campaigns(scene: Scene, options: Options) -> dict[str, Assessed]:
    """Judge every campaign in the order of sending, so that each sees what is sent before it."""
    selected = _selected(scene.desired, options)
    assessed: dict[str, Assessed] = {}
    earlier: tuple[SendChange, ...] = ()
    week = weekly.history(scene.state, scene.now)
    reached: tuple[dt.datetime | None, Collection[E164]] = (None, ())
    for campaign in _in_send_order(scene.desired.campaigns.values()):
        weekly.note(week, *reached)  # not behind the last campaign, which nobody looks at
        found = assess(campaign, scene, earlier, week, selected=campaign.name in selected)
        assessed[campaign.name] = found._replace(audience=())  # which would keep every audience in memory
        earlier += found.sends
        reached = found.at, found.audience
    return assessed


def _in_send_order(campaigns: Iterable[Campaign]) -> list[Campaign]:
    """Oldest scheduledate first, those without one last, and by name where that ties."""
    return sorted(campaigns, key=lambda campaign: (campaign.scheduledate or _LATEST, campaign.name))


def _selected(desired: Desired, options: Options) -> frozenset[str]:
    if "sends" not in options.only:
        return frozenset()
    if not options.campaigns:
        return frozenset(desired.campaigns)
    return frozenset(
        name for name, each in desired.campaigns.items() if options.campaigns & {name, each.series or name}
    )


def _check_names(desired: Desired, names: frozenset[str]) -> None:
    for name in sorted(names):
        if series.named(desired, name) is None:
            raise unknown_campaign(name, desired.campaigns)


def _approval(desired: Desired, outlooks: tuple[CampaignOutlook, ...], options: Options) -> str:
    return approval(desired, outlooks, _limits_of_run(desired, options), _selected(desired, options))


def _limits_of_run(desired: Desired, options: Options) -> Safety:
    return limits.effective(desired.settings.safety, options.allow)


def _limits(changes: Wanted, needed: Decimal, scene: Scene, found: Survey, options: Options) -> tuple[LimitHit, ...]:
    """Return the limits that are passed by a run that needs so many credits.

    A figure typed back holds only where no ``max_credits`` is written.
    """
    safety = _limits_of_run(scene.desired, options)
    approved = None if safety.max_credits_written else options.approved_credits
    updates = len(changes.imports) - imports.created(changes.imports)
    gone, people = limits.people_gone(found.gone, scene.state)
    hits = (
        limits.credits_hit(needed, safety.max_credits if approved is None else approved),
        limits.updates_hit(updates, found.applied, safety.max_updates),
        limits.shrink_hit(gone, people, safety.max_shrink),
    )
    return tuple(hit for hit in hits if hit is not None)


def _notices(
    scene: Scene, said: tuple[Problem, ...], assessed: Mapping[str, Assessed], hits: tuple[LimitHit, ...]
) -> tuple[Problem, ...]:
    """Return files, state, people, campaigns in written order, and limits: the order in which they are read."""
    of_files = (notice for notice in scene.desired.notices if notice.code not in RULES)  # the rules say it themselves
    of_series = (
        remark(each, "repeat-over", "its repeat has ended, and nothing more of it is sent; take it out, or move until")
        for each in scene.ended
    )
    of_campaigns = (notice for name in scene.desired.campaigns for notice in assessed[name].notices)
    every = (*of_files, *_of_state(scene), *said, *of_campaigns, *of_series, *map(limits.notice, hits))
    return without_repetition(every)


def _of_state(scene: Scene) -> tuple[Problem, ...]:
    """Return what is worth saying of the state itself."""
    if scene.state is None:
        said = "there is no state: everything counts as never applied, and apply needs one (sendmode-sync state init)"
        return (Problem("no-state", said, level="notice"),)
    unwritten: list[Problem] = []
    for name, record in sorted(scene.state.campaigns.items()):
        planned = sum(row.status is SendStatus.PLANNED for row in record.rows.values())
        if planned and name not in scene.desired.campaigns and record.cancelled_at is None and record.closed_as is None:
            said = (
                f"campaign {name} was started and is no longer written: its remaining {planned} are not sent; "
                f"write it again, or end it with sendmode-sync cancel {name}"
            )
            unwritten.append(Problem("campaign-unwritten", said, level="warning"))
    return (*unwritten, *guards.ageing_optouts(scene))
