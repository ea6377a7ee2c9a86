"""A campaign as its recipients would read it; a text that holds a customer's values is shown only when asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import assert_never

from sendmode_sync.model.plandoc import moment
from sendmode_sync.model.preview import Preview, PreviewText
from sendmode_sync.render import figures
from sendmode_sync.render.choice import unavailable
from sendmode_sync.render.figures import count
from sendmode_sync.render.jsondoc import FORMAT_VERSION, dump, number
from sendmode_sync.render.layout import Layout, entry, item, more, sections, title, wrapped
from sendmode_sync.render.view import Masker, page, printable, quoted
from sendmode_sync.sms import merge

_UNITS = {"GSM-7": "septet", "UCS-2": "UTF-16 unit"}
_SECRET = "(hidden: it holds a customer's values; --show-personal shows it)"  # noqa: S105 - a sentence


def render(
    preview: Preview, form: str, masker: Masker, *, limit: int = 10, zone: str = "UTC", colour: bool = False
) -> str:
    """Return a preview in one format. In text the ``limit`` texts with most recipients are shown, in JSON all are."""
    match form:
        case "text":
            return page(_lines(preview, masker, limit, Layout(colour=colour, zone=zone)))
        case "json":
            return dump(_document(preview, masker))
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


def _document(preview: Preview, masker: Masker) -> dict[str, object]:
    segments, credits_needed = _total(preview.texts)
    return {
        "format_version": FORMAT_VERSION,
        "campaign": preview.name,
        "status": preview.status.value,
        "template": preview.template,
        "fields": list(_fields(preview.template)),
        "senderid": preview.senderid,
        "scheduledate": moment(preview.scheduledate),
        "deadline": moment(preview.deadline),
        "recipients": preview.recipients,
        "segments": segments,
        "credits": float(credits_needed),
        "texts": [_entry(text, preview.template, masker) for text in _by_readers(preview)],
        "problems": [str(problem) for problem in preview.problems],
    }


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
    }


def _lines(preview: Preview, masker: Masker, limit: int, layout: Layout) -> list[str]:
    texts = _by_readers(preview)
    shown = [line for text in texts[:limit] for line in _text(text, preview.template, masker)]
    rest = [f"  {more(len(texts) - limit, '--limit')}"] if len(texts) > limit else []
    problems = [line for problem in preview.problems for line in item("!", printable(str(problem)), layout)]
    return sections(
        [title(f"{printable(preview.name)}  {preview.status}", layout), *_facts(preview, texts, layout)],
        [title("problems", layout), *problems] if problems else [],
        [title("texts", layout), *shown, *rest] if shown else [],
    )


def _facts(preview: Preview, texts: Sequence[PreviewText], layout: Layout) -> list[str]:
    segments, credits_needed = _total(texts)
    fields = figures.joined(_fields(preview.template), "none: everybody gets the same text")
    sender = "none written" if preview.senderid is None else printable(preview.senderid)
    lines = [
        *entry("template", quoted(preview.template), indent=2),
        *entry("fields", fields, indent=2),
        *entry("sender", sender, indent=2),
        *entry("people", f"{count(preview.recipients, 'recipient')}, {count(len(texts), 'distinct text')}", indent=2),
    ]
    if preview.scheduledate:
        lines += entry("when", figures.span(preview.scheduledate, preview.deadline, layout.zone), indent=2)
    if not texts:
        return lines
    lines += entry("cost", f"{count(segments, 'segment')}, {figures.credits(credits_needed)}", indent=2)
    return lines + [line for share in _shares(texts) for line in entry("", share, indent=2)]


def _shares(texts: Sequence[PreviewText]) -> list[str]:
    """Return how many people cost how much, where they do not all cost the same."""
    shares: Counter[tuple[str, int]] = Counter()
    for text in texts:
        shares[text.encoding, text.segments] += text.recipients
    if len(shares) == 1:
        return []
    return [
        f"{figures.people(readers)}: {encoding}, {count(segments, 'segment')} each"
        for (encoding, segments), readers in sorted(shares.items())
    ]


def _text(text: PreviewText, template: str, masker: Masker) -> list[str]:
    hidden = text.personal and not masker.show
    cost = figures.credits(text.credits)
    if text.credits_each is not None and text.recipients > 1:
        cost = f"{figures.credits(text.credits_each)} each, {figures.amount(text.credits)} in all"
    size = f"{count(text.units, _UNITS[text.encoding])}, {count(text.segments, 'segment')}"
    encoding = f"{text.encoding}{_because(text, template, hidden=hidden)}"
    return [
        *wrapped(f"{figures.people(text.recipients)}: {encoding}, {size}, {cost}", "  ", "    "),
        *wrapped(_SECRET if hidden else quoted(text.text), "    ", "    "),
    ]


def _because(text: PreviewText, template: str, *, hidden: bool) -> str:
    """Return which characters make a text UCS-2; of a hidden one those of the template, as the others are a person's."""
    seen = [printable(char) for char in text.forcing if not hidden or char in template]
    others = "a customer's value" if len(seen) < len(text.forcing) else ""
    return f" because of {' and '.join(filter(None, (' '.join(seen), others)))}" if text.forcing else ""
