"""A text as a phone shows it: one bubble, its segments' borders, and what in it is filled in or costs more.

A text that people get with their own values has no borders of its own where those are hidden: they are drawn as they
would lie with the defaults, and the caption says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple, assert_never

from sendmode_sync.model.counting import count
from sendmode_sync.model.plan import CampaignOutlook, SendChange
from sendmode_sync.render import review
from sendmode_sync.render.view import Masker
from sendmode_sync.render.webpage_markup import Html, joined, lines, prose, tag
from sendmode_sync.sms import merge, segments, transliterate

_FEW = 20  # more characters outside GSM-7 are another alphabet, and no slip to point at
_UNITS = {"GSM-7": "septets", "UCS-2": "UTF-16 units"}


class Piece(NamedTuple):
    """A piece of a text. ``otherwise`` is the default of a merge field, None where it has none and where it is text.

    ``filled`` is what the piece counts as; ``segment`` is the number of the segment that begins before the piece, 0
    where none does.
    """

    kind: Literal["text", "field", "odd"]
    filled: str
    name: str = ""
    otherwise: str | None = None
    segment: int = 0


class Drawn(NamedTuple):
    """A text in pieces; ``exact`` where everybody reads just this."""

    pieces: tuple[Piece, ...]
    measure: segments.Measure
    exact: bool
    made_plain: bool


def phone(outlook: CampaignOutlook, sends: Sequence[SendChange], masker: Masker) -> Html:
    """Return the text of a campaign on a phone, with what it takes."""
    text = drawn(outlook, sends, masker)
    sender = tag("p", outlook.senderid or "the account's own sender", class_="sender")
    bubble = tag("p", *map(_piece, text.pieces), class_="bubble", dir="auto")
    captions = [tag("p", prose(said)) for said in _captions(text, sends, masker)]
    return tag("figure", sender, bubble, tag("figcaption", *captions), class_="phone")


def drawn(outlook: CampaignOutlook, sends: Sequence[SendChange], masker: Masker) -> Drawn:
    """Return the text of a campaign in pieces."""
    if masker.show and sends:
        text = review.text(outlook, sends, masker)
        return _drawn([Piece("text", text)], exact=len(review.readers(sends)) == 1, made_plain=False)
    parsed = merge.parse(outlook.template)
    match parsed:
        case merge.Template(parts):
            pieces = [_part(part) for part in parts]
        case merge.BadTemplate():
            return _drawn([Piece("text", outlook.template)], exact=False, made_plain=False)
        case _:
            assert_never(parsed)
    exact = all(piece.kind == "text" for piece in pieces)
    made_plain = _is_made_plain("".join(piece.filled for piece in pieces), outlook, sends)
    if made_plain:
        pieces = [piece._replace(filled=transliterate.plain(piece.filled)) for piece in pieces]
    return _drawn(pieces, exact=exact, made_plain=made_plain)


def _is_made_plain(text: str, outlook: CampaignOutlook, sends: Sequence[SendChange]) -> bool:
    """Say whether the punctuation of a text is sent in its plain form, as far as what it costs tells."""
    plain = transliterate.plain(text)
    if plain == text:
        return False
    if sends:
        return any(send.encoding == "GSM-7" for send in sends)
    return segments.measure(plain).segments * outlook.messages == outlook.segments


def _part(part: str | merge.Field) -> Piece:
    match part:
        case str():
            return Piece("text", part)
        case merge.Field(name, default):
            return Piece("field", name if default is None else default, name, default)
        case _:
            assert_never(part)


def _drawn(pieces: Sequence[Piece], *, exact: bool, made_plain: bool) -> Drawn:
    text = "".join(piece.filled for piece in pieces)
    return Drawn(tuple(_cut(pieces, text)), segments.measure(text), exact, made_plain)


def _cut(pieces: Sequence[Piece], text: str) -> Iterator[Piece]:
    """Yield the pieces, texts cut where a segment begins and around characters outside GSM-7.

    A segment that begins within a field begins before it: what is filled in is one word to the eye.
    """
    begins = _beginnings(text)
    forcing = {at for at, _ in segments.forcing(text)}
    odd = forcing if len(forcing) <= _FEW else set()
    offset, segment = 0, 1
    for piece in pieces:
        end = offset + len(piece.filled)
        edges = sorted({offset, end, *(at for at in begins if offset < at < end)} | _around(odd, offset, end))
        spans = [(offset, end)] if piece.kind == "field" else list(pairwise(edges))
        for start, stop in spans:
            number = max((begins[at] for at in begins if at < stop), default=1)
            kind: Literal["text", "field", "odd"] = piece.kind
            if kind == "text" and start in odd:
                kind = "odd"
            yield piece._replace(kind=kind, filled=text[start:stop], segment=number if number > segment else 0)
            segment = max(segment, number)
        offset = end


def _beginnings(text: str) -> dict[int, int]:
    """Return where each segment but the first begins, and its number."""
    found: dict[int, int] = {}
    offset = 0
    for number, part in enumerate(segments.split(text), 1):
        if number > 1:
            found[offset] = number
        offset += len(part)
    return found


def _around(odd: set[int], offset: int, end: int) -> set[int]:
    """Return where runs of such characters begin and end."""
    within = [at for at in odd if offset <= at < end]
    return {at for at in within if at - 1 not in odd} | {at + 1 for at in within if at + 1 not in odd}


def _piece(piece: Piece) -> Html:
    cut = (tag("span", f"segment {piece.segment}", class_="cut"),) if piece.segment else ()
    match piece.kind:
        case "text":
            return joined((*cut, lines(piece.filled)))
        case "odd":
            return joined((*cut, tag("mark", piece.filled, class_="odd")))
        case "field":
            otherwise = () if piece.otherwise is None else (_otherwise(piece.otherwise),)
            return joined((*cut, tag("mark", piece.name, *otherwise, class_="field")))
        case _:
            assert_never(piece.kind)


def _otherwise(default: str) -> Html:
    return tag("span", f", else {default or 'nothing'}", class_="else")


def _captions(text: Drawn, sends: Sequence[SendChange], masker: Masker) -> Iterator[str]:
    encoding, units, parts, left = text.measure
    size = f"{encoding}, {count(parts, 'segment')}, {units:,} of {units + left:,} {_UNITS[encoding]}"
    if text.exact:
        yield size
    elif masker.show and sends:
        yield f"{size}: the text that most people get; other people get their own values"
    else:
        yield f"{size} as written here; each person's own values move that"
    if text.made_plain:
        yield "typographic punctuation goes out in its plain form, which costs less"
