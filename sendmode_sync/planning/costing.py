"""Why the texts of a campaign cost what they cost: a character of the template, or somebody's values; it changes neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    forcing = _forcing(campaign, template)
    readers = _readers(audience, written, bare.segments, everybody=bool(forcing))
    found = Costing(bare.encoding, bare.segments, forcing)
    dear = [(written[digest], people) for digest, people in readers.items() if people]
    return _with_values(_with_forcing(found, dear, table), dear, table)


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


def _readers(
    audience: Mapping[E164, str], written: Mapping[str, FrozenText], least: int, *, everybody: bool
) -> Mapping[str, list[E164]]:
    """Return who reads each text that takes more than the template, or each text at all."""
    dear = {digest: list[E164]() for digest, text in written.items() if everybody or text.segments > least}
    if dear:
        for number, digest in audience.items():
            if digest in dear:
                dear[digest].append(number)
    return dear


def _with_forcing(
    found: Costing, dear: Sequence[tuple[FrozenText, list[E164]]], table: Mapping[str, Decimal]
) -> Costing:
    """Add what the template's own characters cost everybody; GSM-7 would take what stand-ins for them take."""
    if not found.forcing:
        return found
    narrow = str.maketrans({each.character: "?" for each in found.forcing})
    wide = wide_segments = narrow_segments = 0
    extra = Decimal(0)
    for text, people in dear:
        plain = segments.measure(text.text.translate(narrow)).segments
        wide += len(people)
        wide_segments = max(wide_segments, text.segments)
        narrow_segments = max(narrow_segments, plain)
        if text.segments > plain:
            extra += texts.cost(people, text.segments - plain, table)
    return replace(found, wide=wide, wide_segments=wide_segments, narrow_segments=narrow_segments, wide_extra=extra)


def _with_values(
    found: Costing, dear: Sequence[tuple[FrozenText, list[E164]]], table: Mapping[str, Decimal]
) -> Costing:
    """Add what values cost beyond the template."""
    count, extra = 0, Decimal(0)
    for text, people in dear:
        beyond = text.segments - found.segments
        if beyond > 0:
            count += len(people)
            extra += texts.cost(people, beyond, table)
    return replace(found, dearer=count, dearer_extra=extra) if count else found
