"""Why each number that a campaign names does not get it, or is counted once; it decides nothing that ``audience`` does not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from sendmode_sync.model.desired import Campaign
from sendmode_sync.model.phone import E164
from sendmode_sync.model.preview import LeftOut, Reason
from sendmode_sync.model.state import CampaignRecord, SendStatus
from sendmode_sync.planning import audience as who
from sendmode_sync.planning.scene import Scene

_ORDER: tuple[Reason, ...] = ("excluded", "opted_out", "received", "folded")


class _Known(NamedTuple):
    """Who is left out by what: excluded groups by name, and those sent an earlier campaign."""

    campaign: Campaign
    scene: Scene
    groups: Mapping[str, AbstractSet[E164]]
    received: AbstractSet[E164]

    def excluded(self, number: E164) -> LeftOut | None:
        if number in self.campaign.exclude_recipients:
            return LeftOut(number, "excluded", "named in exclude_recipients")
        names = ", ".join(name for name, numbers in self.groups.items() if number in numbers)
        return LeftOut(number, "excluded", f"in an excluded group ({names})") if names else None

    def opted_out(self, number: E164) -> LeftOut | None:
        if number not in self.scene.barred.everyone:
            return None
        said = "forgotten" if number in self.scene.barred.forgotten else "opted out"
        return LeftOut(number, "opted_out", said)

    def already(self, number: E164) -> LeftOut | None:
        if number not in self.received:
            return None
        names = ", ".join(self.campaign.exclude_received)
        return LeftOut(number, "received", f"was, or may have been, sent an earlier campaign ({names})")


def left_out(campaign: Campaign, record: CampaignRecord, scene: Scene) -> tuple[LeftOut, ...]:
    """Return whom the funnel leaves out, by reason, then by number.

    Of a campaign that has started these are the people who were left out since; who was before is not remembered.
    """
    received = who.received(campaign.exclude_received, scene.state, ()).numbers
    groups = {name: frozenset(scene.members[name]) for name in campaign.exclude_groups}
    known = _Known(campaign, scene, groups, received)
    found = _before(known) if record.started_at is None else _since(record, known)
    return tuple(sorted(found, key=lambda one: (_ORDER.index(one.reason), one.mobilenumber)))


def _before(known: _Known) -> Iterator[LeftOut]:
    """Yield the losses of an audience that is not fixed yet, the first reason for each person, and who is named twice."""
    ways: dict[E164, list[str]] = defaultdict(list)
    for group in known.campaign.groups:
        for number in known.scene.members[group]:
            ways[number].append(f"group {group}")
    for number in known.campaign.recipients:
        ways[number].append("recipients")
    for number, named in ways.items():
        if len(named) > 1:
            yield LeftOut(number, "folded", f"named {len(named)} times, counted once ({', '.join(named)})")
        why = known.excluded(number) or known.opted_out(number) or known.already(number)
        if why:
            yield why


def _since(record: CampaignRecord, known: _Known) -> Iterator[LeftOut]:
    """Yield the losses of a fixed audience; opted out comes first, as in its funnel."""
    for number, row in record.rows.items():
        if row.status not in {SendStatus.SUPPRESSED, SendStatus.PLANNED}:
            continue
        why = known.opted_out(number) or known.excluded(number) or known.already(number)
        if why:
            yield why
        elif row.status is SendStatus.SUPPRESSED:
            yield LeftOut(number, "excluded", "left out since the campaign started")
