"""Who gets a campaign, and why the others do not; it knows nothing of texts, times or money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import NamedTuple

from sendmode_sync.model.desired import Campaign, Desired
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import Funnel, SendChange
from sendmode_sync.model.roll import Roll
from sendmode_sync.model.state import SendStatus, State
from sendmode_sync.planning.series import series_of

Members = Mapping[str, Sequence[E164]]
"""The numbers of each group that a campaign names, customers in written order."""

_REACHED = frozenset({SendStatus.ACCEPTED, SendStatus.UNKNOWN, SendStatus.CLAIMED})


class Audience(NamedTuple):
    """The recipients of a campaign that has not started, in the order of their numbers, and how it came to them."""

    recipients: tuple[E164, ...]
    funnel: Funnel


class Received(NamedTuple):
    """Who was, or may have been, sent one of some campaigns; ``unknowable`` are those of which nobody can tell."""

    numbers: frozenset[E164] = frozenset()
    unknowable: tuple[str, ...] = ()


def members(desired: Desired) -> Members:
    """Return the members of every group that some campaign names, from one walk over the customers."""
    named = {group for campaign in desired.campaigns.values() for group in (*campaign.groups, *campaign.exclude_groups)}
    found: dict[str, list[E164]] = {group: [] for group in sorted(named)}
    if found:
        for number, groups in Roll.of(desired.customers).memberships():
            for group in groups:
                if group in found:
                    found[group].append(number)
    return found


def received(names: Iterable[str], state: State | None, earlier: Iterable[SendChange]) -> Received:
    """Return whom the campaigns of ``exclude_received`` reached, or reach earlier in this plan.

    A repeating campaign stands for all its occurrences. A campaign closed as lost or adopted counts everyone it might
    have reached; where the state does not hold whom that could be, it is ``unknowable``.
    """
    wanted = frozenset(names)
    if not wanted:
        return Received()
    numbers: set[E164] = set()
    unknowable = []
    records = {} if state is None else state.campaigns
    for name, record in sorted(records.items()):
        if not wanted & {name, series_of(name)}:
            continue
        if record.closed_as is None:
            numbers.update(number for number, row in record.rows.items() if row.status in _REACHED)
        elif record.rows:
            numbers.update(record.rows)
        else:
            unknowable.append(name)
    for send in earlier:
        if wanted & {send.campaign, series_of(send.campaign)}:
            numbers.update(send.recipients)
    return Received(frozenset(numbers), tuple(unknowable))


def excluded(campaign: Campaign, groups: Members) -> frozenset[E164]:
    """Return whom the campaign itself leaves out."""
    return frozenset(campaign.exclude_recipients).union(*(groups[group] for group in campaign.exclude_groups))


def audience(
    campaign: Campaign, groups: Members, barred: AbstractSet[E164], already_received: AbstractSet[E164]
) -> Audience:
    """Return who gets a campaign that has not started.

    Of the funnel, ``members`` counts every way in which somebody is reached and ``folded`` the ways beyond a person's
    first, so that ``members`` is the sum of all the others.
    """
    ways = sum(len(groups[group]) for group in campaign.groups) + len(campaign.recipients)
    people = dict.fromkeys(chain(campaign.recipients, *(groups[group] for group in campaign.groups)))
    out = excluded(campaign, groups)
    wanted = [number for number in people if number not in out]  # in written order, which is sorted sooner than a set
    reachable = [number for number in wanted if number not in barred]
    recipients = [number for number in reachable if number not in already_received]
    funnel = Funnel(
        members=ways,
        excluded=len(people) - len(wanted),
        opted_out=len(wanted) - len(reachable),
        folded=ways - len(people),
        received=len(reachable) - len(recipients),
        recipients=len(recipients),
    )
    return Audience(tuple(sorted(recipients)), funnel)
