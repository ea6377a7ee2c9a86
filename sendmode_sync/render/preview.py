"""A campaign as its recipients would read it; a text that holds a customer's values is shown only when asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import assert_never

from sendmode_sync.model.counting import count, persons
from sendmode_sync.model.plan import CampaignStatus, MessageEncoding
from sendmode_sync.model.plandoc import costing, held, moment, notice
from sendmode_sync.model.preview import Preview, PreviewText
from sendmode_sync.render import campaigns, costs, figures
from sendmode_sync.render.choice import unavailable
from sendmode_sync.render.jsondoc import FORMAT_VERSION, dump, number
from sendmode_sync.render.layout import Layout, cut, entry, item, more, sections, title, wrapped
from sendmode_sync.render.view import Masker, page, printable, quoted
from sendmode_sync.sms import merge, segments

_ALPHABETS: Mapping[MessageEncoding, str] = MappingProxyType(
    {
        "GSM-7": (
            "GSM-7 is the alphabet that every phone has: 160 characters in one segment, 153 a segment in longer texts; the "
            "euro sign, square and curly brackets count twice."
        ),
        "UCS-2": (
            "UCS-2 has every letter and emoji: 70 characters in one segment, 67 a segment in longer texts; most emoji "
            "count twice."
        ),
    }
)
"""What the two encodings are, for who meets them here for the first time (3GPP TS 23.038 and 23.040)."""

_SECRET = "(each with a customer's values; --show-personal shows them)"  # noqa: S105 - a sentence

_PLAIN = Layout()


def render(
    preview: Preview, form: str, masker: Masker, layout: Layout = _PLAIN, *, limit: int = 10, excluded: bool = False
) -> str:
    """Return a preview in one format. In text the ``limit`` texts with most recipients are shown, in JSON all are.

    With ``excluded`` the numbers that are left out are told, and why: in text ten of them unless the layout has all.
    """
    match form:
        case "text":
            return page(_lines(preview, masker, limit, layout, excluded=excluded))
        case "json":
            return dump(_document(preview, masker, excluded=excluded))
        case _:
            raise unavailable(form, "text", "json")


def _by_readers(preview: Preview) -> list[PreviewText]:
    return sorted(preview.texts, key=lambda text: (-text.recipients, text.text))


def _fields(template: str) -> tuple[str, ...]:
    match merge.parse(template):
        case merge.Template() as parsed:
            return parsed.fields
        case merge.BadTemplate():
            return ()
        case parsed:
            assert_never(parsed)


def _total(texts: Sequence[PreviewText]) -> tuple[int, Decimal]:
    """Return segments over all recipients, and credits."""
    segments = sum(text.recipients * text.segments for text in texts)
    return segments, sum((text.credits for text in texts), Decimal(0))


def _document(preview: Preview, masker: Masker, *, excluded: bool) -> dict[str, object]:
    parts, credits_needed = _total(preview.texts)
    document: dict[str, object] = {
        "format_version": FORMAT_VERSION,
        "campaign": preview.name,
        "status": preview.status.value,
        "template": preview.template,
        "fields": list(_fields(preview.template)),
        "senderid": preview.senderid,
        "scheduledate": moment(preview.scheduledate),
        "deadline": moment(preview.deadline),
        "recipients": preview.recipients,
        "segments": parts,
        "credits": float(credits_needed),
        "texts": [_entry(text, preview.template, masker) for text in _by_readers(preview)],
        "problems": [str(problem) for problem in preview.problems],
        "notices": [notice(problem) for problem in preview.notices],
        "funnel": preview.funnel._asdict(),
        "example": preview.example,
        "costing": None if preview.costing is None else costing(preview.costing),
        "reason": preview.reason,
        "next_at": moment(preview.next_at),
        "quiet_hours": preview.quiet_hours,
        "held": held(preview.held),
        "series": preview.series,
        "upcoming": [moment(at) for at in preview.upcoming],
    }
    if excluded:
        document["excluded"] = [
            {"mobilenumber": masker.number(one.mobilenumber), "reason": one.reason, "said": one.said}
            for one in preview.left_out
        ]
    return document


def _entry(text: PreviewText, template: str, masker: Masker) -> dict[str, object]:
    hidden = text.personal and not masker.show
    return {
        "messagetext": template if hidden else text.text,
        "hidden": hidden,
        "encoding": text.encoding,
        "units": text.units,
        "segments": text.segments,
        "recipients": text.recipients,
        "credits_each": number(text.credits_each),
        "credits": float(text.credits),
        "forcing": [
            {"character": char, "position": position}
            for char, position in zip(text.forcing, text.positions, strict=False)
            if not hidden
        ],
    }


def _lines(preview: Preview, masker: Masker, limit: int, layout: Layout, *, excluded: bool) -> list[str]:
    texts = _by_readers(preview)
    secret = [text for text in texts if text.personal and not masker.show]
    open_ones = [text for text in texts if not text.personal or masker.show]
    shown = [line for text in open_ones[:limit] for line in _text(text)]
    rest = [f"  {more(len(open_ones) - limit, '--limit')}"] if len(open_ones) > limit else []
    problems = [line for problem in preview.problems for line in item("!", printable(str(problem)), layout)]
    remarks = [line for each in preview.notices for line in entry(each.level, printable(str(each)), indent=2)]
    return sections(
        [title(f"{printable(preview.name)}  {preview.status}", layout), *_facts(preview, texts, layout)],
        [title("problems", layout), *problems] if problems else [],
        [title("texts", layout), *_hidden(secret, preview.template), *shown, *rest] if texts else [],
        _legend(texts),
        [title("left out", layout), *_left_out(preview, masker, layout)] if excluded else [],
        [title("notices", layout), *remarks] if remarks else [],
    )


def _left_out(preview: Preview, masker: Masker, layout: Layout) -> list[str]:
    if not preview.left_out:
        return ["  nobody"]
    shown, rest = cut(preview.left_out, layout, 2)
    lines = [
        line for one in shown for line in item(".", f"{masker.number(one.mobilenumber)}  {printable(one.said)}", layout)
    ]
    return lines + rest


def _hidden(texts: Sequence[PreviewText], template: str) -> list[str]:
    """Return texts that may not be seen by what can be told of them: those of one size and one cause together."""
    if not texts:
        return []
    groups: dict[tuple[str, int, str], list[PreviewText]] = {}
    for text in texts:
        groups.setdefault((text.encoding, text.segments, _because(text, template, hidden=True)), []).append(text)
    lines = []
    for (encoding, parts, because), group in sorted(groups.items()):
        readers = sum(text.recipients for text in group)
        least, most = min(text.units for text in group), max(text.units for text in group)
        size = _size(least, most, group[0])
        kinds = "" if len(group) == 1 else f" ({count(len(group), 'distinct text')})"
        cost = figures.credits(sum((text.credits for text in group), Decimal(0)))
        each = f"{count(parts, 'segment')}{' each' if readers > 1 else ''}"
        lines += wrapped(f"{persons(readers)}{kinds}: {encoding}{because}, {size}, {each}, {cost}", "  ", "    ")
    return [*lines, f"  {_SECRET}"]


def _facts(preview: Preview, texts: Sequence[PreviewText], layout: Layout) -> list[str]:
    parts, credits_needed = _total(texts)
    fields = figures.joined(_fields(preview.template), "none: everybody gets the same text")
    sender = "none written" if preview.senderid is None else printable(preview.senderid)
    steps = campaigns.funnel(preview.funnel) if preview.funnel.members else count(preview.recipients, "recipient")
    example = preview.example if preview.example not in {None, preview.template} else None
    lines = [
        *entry("template", quoted(preview.template), indent=2),
        *(entry("example", quoted(example), indent=2) if example else ()),
        *entry("fields", fields, indent=2),
        *entry("sender", sender, indent=2),
        *entry("people", f"{steps}, {count(len(texts), 'distinct text')}", indent=2),
    ]
    if texts:
        said = (*_shares(texts), *costs.remarks(preview.costing))
        lines += entry("cost", f"{count(parts, 'segment')}, {figures.credits(credits_needed)}", indent=2)
        lines += [line for each in said for line in entry("", each, indent=2)]
    return lines + _times(preview, layout)


def _times(preview: Preview, layout: Layout) -> list[str]:
    """Return when it goes, when not, and what has to be done for it: nothing sends it by itself."""
    lines: list[str] = []
    if preview.scheduledate:
        lines += entry("when", figures.span(preview.scheduledate, preview.deadline, layout.zone), indent=2)
    for said in campaigns.elsewhere(preview.held, layout):
        lines += entry("waits", said, indent=2)
    if preview.quiet_hours:
        quiet = preview.quiet_hours.replace("-", " to ")
        lines += entry("quiet", f"nothing goes out {quiet}, by the clock of whoever gets it", indent=2)
    if preview.upcoming:
        times = figures.joined((figures.moment(at, layout.zone) for at in preview.upcoming), "")
        lines += entry("again", times, indent=2)
    return lines + entry("next", _next(preview, layout), indent=2)


def _next(preview: Preview, layout: Layout) -> str:
    """Return what somebody who wants it sent does next."""
    match CampaignStatus.BLOCKED if preview.problems else preview.status:
        case CampaignStatus.DRAFT:
            said = "take draft: true out once it is as it should be"
        case CampaignStatus.BLOCKED:
            said = "solve the problem below; until then nothing of it is sent"
        case CampaignStatus.WAITING if preview.next_at is None:
            said = f"choose a later deadline: {printable(preview.reason or 'it passes before a send may start')}"
        case CampaignStatus.WAITING | CampaignStatus.DUE | CampaignStatus.PARTIAL:
            waits = preview.next_at if preview.status is CampaignStatus.WAITING else None
            when = "now" if waits is None else f"on {figures.moment(waits, layout.zone)} or later"
            said = (
                f"run sendmode-sync apply {when}, since nothing sends it by itself; "
                f"sendmode-sync send-test {printable(preview.name)} shows it on your own phone first"
            )
        case CampaignStatus.UNKNOWN:
            said = "sendmode-sync status says what a person must settle"
        case CampaignStatus.SENT | CampaignStatus.EXPIRED | CampaignStatus.CANCELLED:
            said = f"nothing: it is {preview.status}, and nothing more of it is sent"
        case status:
            assert_never(status)
    return said


def _shares(texts: Sequence[PreviewText]) -> list[str]:
    """Return how many people cost how much, where they do not all cost the same."""
    shares: Counter[tuple[str, int]] = Counter()
    for text in texts:
        shares[text.encoding, text.segments] += text.recipients
    if len(shares) == 1:
        return []
    return [
        f"{persons(readers)}: {encoding}, {count(segments, 'segment')} each"
        for (encoding, segments), readers in sorted(shares.items())
    ]


def _text(text: PreviewText) -> list[str]:
    cost = figures.credits(text.credits)
    if text.credits_each is not None and text.recipients > 1:
        cost = f"{figures.credits(text.credits_each)} each, {figures.amount(text.credits)} in all"
    size = f"{_size(text.units, text.units, text)}, {count(text.segments, 'segment')}"
    encoding = f"{text.encoding}{_because(text)}"
    return [
        *wrapped(f"{persons(text.recipients)}: {encoding}, {size}, {cost}", "  ", "    "),
        *wrapped(quoted(text.text), "    ", "    "),
    ]


def _size(least: int, most: int, text: PreviewText) -> str:
    """Return how full texts of one encoding and one number of segments are."""
    characters = f"{most:,}" if least == most else f"{least:,} to {most:,}"
    return f"{characters} of {segments.capacity(text.encoding, text.segments):,} characters"


def _legend(texts: Sequence[PreviewText]) -> list[str]:
    """Explain the encodings that were named."""
    used = {text.encoding for text in texts}
    return [line for encoding, said in _ALPHABETS.items() if encoding in used for line in wrapped(said, "  ", "  ")]


def _because(text: PreviewText, template: str = "", *, hidden: bool = False) -> str:
    """Return which characters make a text UCS-2; of a hidden one those of the template, as the others are a person's."""
    at = dict(zip(text.forcing, text.positions, strict=False))
    seen = [
        printable(char) if hidden or char not in at else f"{printable(char)} (character {at[char]})"
        for char in text.forcing
        if not hidden or char in template
    ]
    others = "a customer's value" if len(seen) < len(text.forcing) else ""
    return f" because of {' and '.join(filter(None, (' '.join(seen), others)))}" if text.forcing else ""
