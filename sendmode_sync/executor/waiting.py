"""What waits to be sent, brought in line with a newer plan: who is left out by now, and what goes first; nothing is sent here.

A plan counts who is left out of one campaign by what goes before it. So does a run, though campaigns become due while it is
under way: otherwise somebody gets a text twice, from what waited before and from what came in front of it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from itertools import filterfalse
from typing import NamedTuple, TypeAlias

from sendmode_sync.executor.standing import without
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import CampaignOutlook, Plan, SendChange

Key: TypeAlias = tuple[str, tuple[E164, ...]]


class Trimmed(NamedTuple):
    """A call that waited, and what is left of it: None where the campaign has to wait, perhaps for good."""

    was: SendChange
    now: SendChange | None


def key(change: SendChange) -> Key:
    """Return what tells a call from every other of its run."""
    return change.campaign, change.recipients


def trimmed(changes: Iterable[SendChange], plan: Plan, claimed: Container[Key]) -> tuple[Trimmed, ...]:
    """Return what waits as a newer plan would have it, but for what is ``claimed``: nobody else is sent that."""
    sent = {change.campaign for change in plan.sends}
    rules = {outlook.name: _stays(outlook) for outlook in plan.campaigns if outlook.name in sent}

    def rest(change: SendChange) -> SendChange | None:
        if key(change) in claimed:
            return change
        stays = rules.get(change.campaign)
        return None if stays is None else without(change, list(filterfalse(stays, change.recipients)))

    return tuple(Trimmed(each, rest(each)) for each in changes)


def in_order(changes: Iterable[SendChange], plan: Plan, claimed: Container[Key]) -> list[SendChange]:
    """Return changes in the order of a plan, but what is ``claimed`` in front."""
    places = {name: place for place, name in enumerate(dict.fromkeys(change.campaign for change in plan.sends))}
    return sorted(changes, key=lambda each: (key(each) not in claimed, places.get(each.campaign, len(places))))


def _stays(outlook: CampaignOutlook) -> Callable[[E164], bool]:
    """Return what says of a number whether it is still to be sent a campaign, be it at another hour."""
    if outlook.freeze:
        return outlook.freeze.__contains__
    out = frozenset(outlook.suppress)
    return lambda number: number not in out
