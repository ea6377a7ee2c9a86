"""What of a campaign is still to be sent: by the rules before its first call, by the state ever after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from sendmode_sync.errors import Problem
from sendmode_sync.model.desired import Campaign
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import Funnel, SendChange
from sendmode_sync.model.state import CampaignRecord, FrozenText, SendStatus
from sendmode_sync.planning import audience as who
from sendmode_sync.planning import texts
from sendmode_sync.planning.barred import examples
from sendmode_sync.planning.scene import Scene, error, remark
from sendmode_sync.planning.series import series_of
from sendmode_sync.sms import merge


class Counts(NamedTuple):
    """How many recipients of a campaign stand where. ``unknown`` includes claims that no run holds any more."""

    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    suppressed: int = 0
    expired: int = 0
    claimed: int = 0


@dataclass(frozen=True, slots=True)
class Remainder:
    """What is still to be sent of one campaign, and what of its people and texts stands against it.

    ``left`` counts who is still to be sent, ``audience`` maps each of them to the fingerprint of their text, as far as
    they have one. Of a campaign that has not started, ``values`` maps them to the values of the fields of its template, in
    that order, and ``room`` maps each text to how many units its last segment still takes. ``total`` is the size of the whole
    audience. ``suppress`` are left out although the state still plans them. ``problems`` block the campaign, ``notices`` do not.
    """

    total: int
    funnel: Funnel
    left: int = 0
    audience: Mapping[E164, str] = field(default_factory=lambda: MappingProxyType({}))
    texts: Mapping[str, FrozenText] = field(default_factory=lambda: MappingProxyType({}))
    counts: Counts = field(default_factory=Counts)
    suppress: tuple[E164, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[Problem, ...] = ()
    values: Mapping[E164, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    room: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def remainder(campaign: Campaign, record: CampaignRecord, scene: Scene, earlier: tuple[SendChange, ...]) -> Remainder:
    """Return what is still to be sent; ``earlier`` are the sends that come before it in the same plan."""
    if record.closed_as is not None:
        counts = count(record, running=scene.running)
        return Remainder(len(record.rows), Funnel(len(record.rows), recipients=len(record.rows)), counts=counts)
    received = who.received(campaign.exclude_received, scene.state, earlier)
    if record.started_at is None:
        return _fresh(campaign, received, scene)
    return _started(campaign, record, received, scene)


def count(record: CampaignRecord, *, running: bool) -> Counts:
    """Count the recipients of a started campaign by what became of them."""
    tally = Counter(row.status for row in record.rows.values())
    claimed = tally[SendStatus.CLAIMED]
    return Counts(
        accepted=tally[SendStatus.ACCEPTED],
        rejected=tally[SendStatus.REJECTED],
        unknown=tally[SendStatus.UNKNOWN] + (0 if running else claimed),
        suppressed=tally[SendStatus.SUPPRESSED],
        expired=tally[SendStatus.EXPIRED],
        claimed=claimed if running else 0,
    )


def _fresh(campaign: Campaign, received: who.Received, scene: Scene) -> Remainder:
    found = who.audience(campaign, scene.members, scene.barred.everyone, received.numbers)
    left = len(found.recipients)
    problems = _unknowable(campaign, received)
    notices = _unheard_of(campaign, scene)
    if any(problem.level == "error" for problem in campaign.problems):
        return Remainder(left, found.funnel, left, problems=problems, notices=notices)
    match merge.parse(campaign.messagetext):
        case merge.BadTemplate(message=message):
            bad = error(campaign, "bad-template", message)
            return Remainder(left, found.funnel, left, problems=(*problems, bad), notices=notices)
        case template:
            written = texts.write(template, found.recipients, scene.desired.customers, campaign.transliterate)
    return Remainder(
        left,
        found.funnel,
        left,
        audience=written.audience,
        texts=written.texts,
        values=written.values,
        room=written.room,
        problems=(*problems, *_unwritten(campaign, written)),
        notices=notices,
    )


def _started(campaign: Campaign, record: CampaignRecord, received: who.Received, scene: Scene) -> Remainder:
    planned = {number: row.text for number, row in record.rows.items() if row.status is SendStatus.PLANNED}
    excluded = who.excluded(campaign, scene.members)
    out = planned.keys() & (scene.barred.everyone | excluded | received.numbers)
    audience = {number: digest for number, digest in planned.items() if number not in out}
    return Remainder(
        len(record.rows),
        _funnel_so_far(record, out, scene.barred.everyone, excluded, received.numbers),
        len(audience),
        audience,
        record.texts,
        count(record, running=scene.running),
        suppress=tuple(sorted(out)),
        problems=_unknowable(campaign, received) if audience else (),
        notices=_joined(campaign, record, received, scene) if audience else (),
    )


def _funnel_so_far(
    record: CampaignRecord,
    out: set[E164],
    barred: frozenset[E164],
    excluded: frozenset[E164],
    received: frozenset[E164],
) -> Funnel:
    """Return how a fixed audience shrank; why somebody was suppressed before is judged by what is written now."""
    gone = out.union(number for number, row in record.rows.items() if row.status is SendStatus.SUPPRESSED)
    opted_out = gone & barred
    already = (gone & received) - barred - excluded
    return Funnel(
        members=len(record.rows),
        excluded=len(gone) - len(opted_out) - len(already),
        opted_out=len(opted_out),
        received=len(already),
        recipients=len(record.rows) - len(gone),
    )


def _unknowable(campaign: Campaign, received: who.Received) -> tuple[Problem, ...]:
    return tuple(
        error(
            campaign,
            "exclude-received-unknowable",
            f"it leaves out whoever was sent {name}, and nobody can tell who that was; "
            f"name those people in exclude_recipients or exclude_groups and take {name} out of exclude_received",
        )
        for name in received.unknowable
    )


def _unheard_of(campaign: Campaign, scene: Scene) -> tuple[Problem, ...]:
    known = scene.desired.campaigns.keys() | ({} if scene.state is None else scene.state.campaigns).keys()
    known |= set(map(series_of, known))
    return tuple(
        remark(
            campaign,
            "exclude-received-unheard-of",
            f"exclude_received names {name}, of which neither the project nor the state knows; it leaves out nobody",
            warning=True,
        )
        for name in campaign.exclude_received
        if name not in known
    )


def _unwritten(campaign: Campaign, written: texts.Written) -> tuple[Problem, ...]:
    """Return why some recipients have no text."""
    problems = []
    if written.missing:
        fields = sorted({name for names in written.missing.values() for name in names})
        shown = ", ".join(fields)
        defaults = " ".join(f"{{{name}|...}}" for name in fields)
        problems.append(
            error(
                campaign,
                "merge-value-missing",
                f"{len(written.missing)} of its recipients have no value for {shown} "
                f"({examples(sorted(written.missing))}); fill it in, or write a default as in {defaults}",
            )
        )
    if written.blank:
        problems.append(
            error(
                campaign,
                "blank-text",
                f"the text would be empty for {len(written.blank)} of its recipients "
                f"({examples(sorted(written.blank))}); write some text around the fields",
            )
        )
    return tuple(problems)


def _joined(campaign: Campaign, record: CampaignRecord, received: who.Received, scene: Scene) -> tuple[Problem, ...]:
    wanted = who.audience(campaign, scene.members, scene.barred.everyone, received.numbers).recipients
    later = sum(number not in record.rows for number in wanted)
    if not later:
        return ()
    return (remark(campaign, "joined-later", f"{later} joined after its first call and do not get it"),)
