"""A campaign as its recipients would read it, whatever its status; it plans nothing and sends nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from sendmode_sync.errors import RefusedError
from sendmode_sync.model.desired import Campaign, Desired
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import Abilities, CampaignOutlook
from sendmode_sync.model.preview import Preview, PreviewText
from sendmode_sync.model.state import CampaignRecord, FrozenText, State
from sendmode_sync.planning import series, texts
from sendmode_sync.planning.audience import members
from sendmode_sync.planning.barred import barred
from sendmode_sync.planning.costing import costing
from sendmode_sync.planning.exclusions import left_out
from sendmode_sync.planning.guards import problems
from sendmode_sync.planning.linting import judged
from sendmode_sync.planning.lints import weekly
from sendmode_sync.planning.remainder import Remainder, remainder
from sendmode_sync.planning.scene import Scene, sender
from sendmode_sync.planning.timing import timing
from sendmode_sync.planning.zones import Clocks
from sendmode_sync.sms import merge, segments, transliterate


def preview(
    desired: Desired,
    state: State | None,
    outlook: CampaignOutlook,
    now: dt.datetime,
    upcoming: tuple[dt.datetime, ...] = (),
) -> Preview:
    """Return each distinct text of a campaign with what it costs; ``outlook`` is its own, of a plan made at ``now``.

    ``upcoming`` is when its series goes after it.
    """
    scene, campaign, record, rest, audience, written = _read(desired, state, outlook.name, now)
    table = desired.settings.account.credits_per_segment
    split = scene.clocks.split(campaign, rest.audience)
    when = timing(campaign, split, now)
    found = costing(campaign, audience, written, table)
    lints = judged(campaign, rest, when, split, scene, found, ((), weekly.history(state, now)))
    return Preview(
        name=campaign.name,
        status=outlook.status,
        template=campaign.messagetext,
        senderid=sender(campaign, scene.desired),
        recipients=outlook.recipients or rest.total,
        texts=_texts(campaign, audience, written, table),
        scheduledate=campaign.scheduledate,
        deadline=campaign.deadline,
        problems=(*problems(campaign, record, rest, when, scene, ()), *(one for one in lints if one.level == "error")),
        notices=tuple(one for one in lints if one.level != "error"),
        funnel=rest.funnel,
        costing=found,
        example=_example(campaign),
        left_out=left_out(campaign, record, scene),
        reason=outlook.reason,
        next_at=outlook.next_at,
        quiet_hours=outlook.quiet_hours,
        held=outlook.held,
        series=outlook.series,
        upcoming=upcoming,
    )


def sample(desired: Desired, state: State | None, campaign: Campaign, now: dt.datetime) -> FrozenText:
    """Return the text that the first recipient would read; raise ``RefusedError`` where nobody has one."""
    read = _read(desired, state, campaign.name, now)
    if not read.audience:
        raise RefusedError(
            f'campaign "{campaign.name}" has no recipient whose text could be shown',
            remedy=f"sendmode-sync preview {campaign.name} says why",
        )
    return read.written[read.audience[min(read.audience)]]


class _Read(NamedTuple):
    """Who reads which text of one campaign, by its fingerprint, and all that this follows from."""

    scene: Scene
    campaign: Campaign
    record: CampaignRecord
    rest: Remainder
    audience: Mapping[E164, str]
    written: Mapping[str, FrozenText]


def _read(desired: Desired, state: State | None, name: str, now: dt.datetime) -> _Read:
    scene = _scene(series.unfold(desired, now, [name]), state, now)
    campaign, record = scene.desired.campaigns[name], scene.record(name)
    rest = remainder(campaign, record, scene, ())
    return _Read(scene, campaign, record, rest, _audience(record, rest), {**record.texts, **rest.texts})


def _scene(desired: Desired, state: State | None, now: dt.datetime) -> Scene:
    return Scene(
        desired,
        state,
        barred(desired, state),
        members(desired),
        Clocks(desired),
        now,
        Abilities(),
        running=False,
        credits_limited=True,
    )


def _texts(
    campaign: Campaign, audience: Mapping[E164, str], written: Mapping[str, FrozenText], table: Mapping[str, Decimal]
) -> tuple[PreviewText, ...]:
    """Return each text that somebody gets, with its price."""
    parsed = merge.parse(campaign.messagetext)
    personal = not isinstance(parsed, merge.Template) or bool(parsed.fields)
    return tuple(
        _priced(written[digest], readers, table, personal=personal)
        for digest, readers in texts.by_text(audience, written)
    )


def _example(campaign: Campaign) -> str | None:
    """Return the text of somebody without any values, where every field has a default."""
    parsed = merge.parse(campaign.messagetext)
    if isinstance(parsed, merge.BadTemplate):
        return None
    match merge.render(parsed, {}):
        case str(text):
            return transliterate.plain(text) if campaign.transliterate == "punctuation" else text
        case _:
            return None


def _audience(record: CampaignRecord, rest: Remainder) -> dict[str, str]:
    """Return who reads which text: those still to come, or everybody once nobody is left."""
    return dict(rest.audience) or {number: row.text for number, row in record.rows.items()}


def _priced(text: FrozenText, readers: Sequence[E164], table: Mapping[str, Decimal], *, personal: bool) -> PreviewText:
    prices = set(table.values()) if table.keys() == {"default"} else {texts.cost([one], 1, table) for one in readers}
    forcing: dict[str, int] = {}
    for at, char in segments.forcing(text.text):
        forcing.setdefault(char, at + 1)
    return PreviewText(
        text=text.text,
        encoding=text.encoding,
        units=segments.measure(text.text).units,
        segments=text.segments,
        recipients=len(readers),
        credits=texts.cost(readers, text.segments, table),
        credits_each=prices.pop() * text.segments if len(prices) == 1 else None,
        personal=personal,
        forcing=tuple(forcing),
        positions=tuple(forcing.values()),
    )
