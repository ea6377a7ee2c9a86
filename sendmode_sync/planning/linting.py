"""Where the rules are asked: one campaign of a plan, or every campaign of a project without any state; it plans nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence

from sendmode_sync.errors import Place, Problem
from sendmode_sync.model.desired import Campaign, Desired
from sendmode_sync.model.plan import Abilities, Costing, Funnel, SendChange
from sendmode_sync.model.state import CampaignRecord
from sendmode_sync.planning import series
from sendmode_sync.planning.audience import members
from sendmode_sync.planning.barred import barred
from sendmode_sync.planning.costing import costing
from sendmode_sync.planning.lints import judge
from sendmode_sync.planning.lints.catalogue import RULES
from sendmode_sync.planning.lints.rule import Needs, Subject, Week
from sendmode_sync.planning.remainder import Remainder, remainder
from sendmode_sync.planning.scene import Scene
from sendmode_sync.planning.timing import Timing, timing
from sendmode_sync.planning.zones import Clocks, Split

_WITHOUT_STATE: frozenset[Needs] = frozenset({"files", "people", "time"})
_KEYS_ALONE: frozenset[Needs] = frozenset({"files"})
_FOUND_WHILE_READING = frozenset({"sender-unregistered", "scheduledate-rounded"})


def judged(  # noqa: PLR0913, PLR0917 - all that a plan knows of one campaign
    campaign: Campaign,
    rest: Remainder,
    when: Timing,
    split: Split,
    scene: Scene,
    found: Costing | None,
    plan: tuple[Sequence[SendChange], Week],
) -> tuple[Problem, ...]:
    """Return what the rules say of one campaign of a plan; nothing once its first call was made.

    ``plan`` holds the sends before it, and when its people get other texts.
    """
    record = scene.record(campaign.name)
    if record.started_at is not None or record.closed_as is not None:
        return ()
    earlier, week = plan
    return judge.judge(
        Subject(campaign, scene.desired, rest, when, scene.now, split, found, len(earlier), week, scene.max_duration)
    )


def lint(desired: Desired, problems: Iterable[Problem], now: dt.datetime) -> tuple[Problem, ...]:
    """Return the problems of the files, and what the rules say of every campaign, as if nothing had been sent yet."""
    desired = series.unfold(desired, now)
    scene = _scene(desired, now)
    said = list(_of_files(problems))
    for campaign in _to_judge(desired):
        rest = remainder(campaign, CampaignRecord(campaign.name), scene, ())
        split = scene.clocks.split(campaign, rest.audience)
        when = timing(campaign, split, now)
        found = costing(campaign, rest.audience, rest.texts, desired.settings.account.credits_per_segment)
        subject = Subject(campaign, desired, rest, when, now, split, found)
        said += _gently(campaign, judge.judge(subject, _WITHOUT_STATE))
    return _ordered(said)


def validated(desired: Desired, problems: Iterable[Problem], now: dt.datetime) -> tuple[Problem, ...]:
    """Return the problems of the files, and of what the rules say that which blocks a campaign whatever its audience.

    What is only unwise is left to ``lint``.
    """
    said = list(_of_files(problems))
    desired = series.unfold(desired, now)
    nobody = Remainder(0, Funnel())
    clocks = Clocks(desired)
    for campaign in _to_judge(desired):
        split = clocks.split(campaign, ())
        subject = Subject(campaign, desired, nobody, timing(campaign, split, now), now, split)
        found = _gently(campaign, judge.judge(subject, _KEYS_ALONE))
        said += (each for each in found if each.level == "error" or each.code in _FOUND_WHILE_READING)
    return _ordered(said)


def _to_judge(desired: Desired) -> Iterator[Campaign]:
    """Yield every campaign, and of a repeating one the occurrence that comes next."""
    return (campaign for campaign in desired.campaigns.values() if not campaign.ahead)


def _scene(desired: Desired, now: dt.datetime) -> Scene:
    people = barred(desired, None)
    return Scene(desired, None, people, members(desired), Clocks(desired), now, Abilities(), credits_limited=True)


def _of_files(problems: Iterable[Problem]) -> Iterable[Problem]:
    """Leave out what a rule says again, at the level that the project gives it."""
    return (problem for problem in problems if problem.code not in RULES)


def _gently(campaign: Campaign, found: Collection[Problem]) -> Iterable[Problem]:
    """Return what is said of a draft as warnings at most: nothing of it is sent."""
    if not campaign.draft:
        return found
    return (dataclasses.replace(one, level="warning") if one.level == "error" else one for one in found)


def _ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    said = judge.without_repetition(problems)
    return tuple(sorted(said, key=lambda problem: problem.place or Place("")))
