"""Why the texts of a campaign cost what they cost: a character of the template, or somebody's values; it changes neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from sendmode_sync.model.desired import Campaign
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import Costing, Forcing
from sendmode_sync.model.state import FrozenText
from sendmode_sync.planning import texts
from sendmode_sync.sms import merge, segments, transliterate


def costing(
    campaign: Campaign, audience: Mapping[E164, str], written: Mapping[str, FrozenText], table: Mapping[str, Decimal]
) -> Costing | None:
    """Return what makes the texts of some people dear; None where there is nobody, or no template to compare with.

    ``audience`` maps people to the fingerprints of their texts, which ``written`` holds; ``table`` is
    ``account.credits_per_segment``.
    """
    template = merge.parse(campaign.messagetext)
    if isinstance(template, merge.BadTemplate) or not audience:
        return None
    bare = segments.measure(_mapped(campaign, filled(template)))
    found = Costing(bare.encoding, bare.segments, _forcing(campaign, template))
    return _with_values(_with_forcing(found, audience, written, table), audience, written, table)


def filled(template: merge.Template) -> str:
    """Return the template with every default and without anybody's values."""
    return "".join(part if isinstance(part, str) else part.default or "" for part in template.parts)


def literal(template: merge.Template) -> str:
    """Return the template without its fields."""
    return "".join(part for part in template.parts if isinstance(part, str))


def _mapped(campaign: Campaign, text: str) -> str:
    return transliterate.plain(text) if campaign.transliterate == "punctuation" else text


def _forcing(campaign: Campaign, template: merge.Template) -> tuple[Forcing, ...]:
    """Return the characters that are in everybody's text and outside GSM-7, where they stand in the template."""
    own = {char for _, char in segments.forcing(_mapped(campaign, literal(template)))}
    if not own:
        return ()
    return tuple(Forcing(char, at + 1) for at, char in segments.forcing(campaign.messagetext) if char in own)


def _with_forcing(
    found: Costing, audience: Mapping[E164, str], written: Mapping[str, FrozenText], table: Mapping[str, Decimal]
) -> Costing:
    """Add what the template's own characters cost everybody; GSM-7 would take what stand-ins for them take."""
    if not found.forcing:
        return found
    narrow = str.maketrans({each.character: "?" for each in found.forcing})
    wide = {digest: written[digest] for digest in audience.values()}
    plain = {digest: segments.measure(text.text.translate(narrow)).segments for digest, text in wide.items()}
    saved: dict[int, list[E164]] = {}
    for number, digest in audience.items():
        saved.setdefault(wide[digest].segments - plain[digest], []).append(number)
    return replace(
        found,
        wide=len(audience),
        wide_segments=max(text.segments for text in wide.values()),
        narrow_segments=max(plain.values()),
        wide_extra=_extra(saved, table),
    )


def _with_values(
    found: Costing, audience: Mapping[E164, str], written: Mapping[str, FrozenText], table: Mapping[str, Decimal]
) -> Costing:
    """Add what values cost beyond the template."""
    least = found.segments
    beyond: dict[int, list[E164]] = {}
    for number, digest in audience.items():
        segments_of = written[digest].segments
        if segments_of > least:
            beyond.setdefault(segments_of - least, []).append(number)
    if not beyond:
        return found
    return replace(found, dearer=sum(map(len, beyond.values())), dearer_extra=_extra(beyond, table))


def _extra(people: Mapping[int, list[E164]], table: Mapping[str, Decimal]) -> Decimal:
    """Return what segments cost that are beyond what is compared with: ``people`` by how many they are."""
    return sum((texts.cost(those, more, table) for more, those in people.items() if more > 0), Decimal(0))
