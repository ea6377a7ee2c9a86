from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from decimal import Decimal

import pytest

from sendmode_sync.model.plan import CampaignOutlook, SendChange
from sendmode_sync.render.view import Masker
from sendmode_sync.render.webpage_phone import Piece, drawn, phone
from sendmode_sync.sms import segments
from tests.golden.golden_samples import CAMPAIGNS, KEY, SENDS, number

MASKED = Masker(KEY)
SHOWN = Masker(KEY, show=True)


def campaign(template: str, *, messages: int = 1, parts: int = 1) -> CampaignOutlook:
    return dataclasses.replace(CAMPAIGNS[2], template=template, messages=messages, segments=messages * parts)


def send(text: str, template: str, people: int = 1) -> SendChange:
    measure = segments.measure(text)
    return SENDS[0]._replace(
        messagetext=text,
        template=template,
        recipients=tuple(number(last) for last in range(people)),
        encoding=measure.encoding,
        segments=measure.segments,
        credits=Decimal(measure.segments * people),
    )


def pieces(template: str, sends: Sequence[SendChange] = (), masker: Masker = MASKED) -> list[Piece]:
    return list(drawn(campaign(template), sends, masker).pieces)


def captions(outlook: CampaignOutlook, sends: Sequence[SendChange] = (), masker: Masker = MASKED) -> str:
    markup = phone(outlook, sends, masker).markup.split("<figcaption>")[1]
    return re.sub(r'<span class="whole">([^<]+)</span>', r"\1", markup)


def test_a_plain_text_is_one_piece_and_exact() -> None:
    text = drawn(campaign("Good morning!"), (), MASKED)
    assert text.pieces == (Piece("text", "Good morning!"),)
    assert text.exact
    assert "<p>GSM-7, 1 segment, 13 of 160 septets</p>" in captions(campaign("Good morning!"))


def test_a_field_is_its_name_and_its_default() -> None:
    assert pieces("Hi {firstname|there}{surname}{town|}!") == [
        Piece("text", "Hi "),
        Piece("field", "there", "firstname", "there"),
        Piece("field", "surname", "surname"),
        Piece("field", "", "town", ""),
        Piece("text", "!"),
    ]
    markup = phone(campaign("Hi {firstname|there}{surname}{town|}"), (), MASKED).markup
    assert '<mark class="field">firstname<span class="else">, else there</span></mark>' in markup
    assert '<mark class="field">surname</mark>' in markup
    assert 'town<span class="else">, else nothing</span>' in markup


def test_doubled_braces_are_the_braces_that_are_sent() -> None:
    assert pieces("{{x}}") == [Piece("text", "{x}")]


def test_a_text_that_is_no_template_is_shown_as_it_is_written() -> None:
    text = drawn(campaign("Hi {first"), (), MASKED)
    assert (text.pieces, text.exact) == ((Piece("text", "Hi {first"),), False)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 160,
        "a" * 161,
        "a" * 152 + "€" + "a" * 152,
        "ж" * 71,
        "😀" * 36,
        "ж" * 66 + "😀" + "ж" * 80,
        ("a" * 40 + " ") * 30,
    ],
)
def test_borders_are_where_the_segments_are(text: str) -> None:
    found = pieces(text)
    parts: list[str] = []
    for piece in found:
        if piece.segment or not parts:
            assert piece.segment in {0, len(parts) + 1}
            parts.append("")
        parts[-1] += piece.filled
    assert tuple(parts) == segments.split(text)


def test_a_border_within_a_field_stands_before_it() -> None:
    template = "a" * 150 + "{firstname|Bartholomew}" + "b" * 100
    (first, field, last) = pieces(template)
    assert (first.segment, field.segment, last.segment) == (0, 2, 0)
    markup = phone(campaign(template), (), MASKED).markup
    assert '<span class="cut">segment 2</span><mark class="field">' in markup


def test_a_border_at_the_edge_of_a_field_stands_between() -> None:
    assert [piece.segment for piece in pieces("a" * 153 + "{firstname|Jo}" + "b" * 10)] == [0, 2, 0]
    assert [piece.segment for piece in pieces("a" * 151 + "{firstname|Jo}" + "b" * 10)] == [0, 0, 2]


def test_a_few_characters_that_cost_more_are_marked() -> None:
    assert pieces("half price ☕☕ – now ☕", masker=MASKED) == [
        Piece("text", "half price "),
        Piece("odd", "☕☕"),
        Piece("text", " "),
        Piece("odd", "–"),
        Piece("text", " now "),
        Piece("odd", "☕"),
    ]
    assert '<mark class="odd">☕☕</mark>' in phone(campaign("x ☕☕"), (), MASKED).markup


def test_another_alphabet_is_no_slip() -> None:
    assert [piece.kind for piece in pieces("Καλημέρα σε όλους και όλες")] == ["text"]


def test_the_border_falls_within_marked_characters_too() -> None:
    text = "ж" * 66 + "☕☕" + "ж" * 9
    assert [piece.segment for piece in pieces(text)] == [0, 2]
    short = "a" * 66 + "☕☕" + "a" * 9
    assert [(piece.kind, piece.segment) for piece in pieces(short)] == [
        ("text", 0),
        ("odd", 0),
        ("odd", 2),
        ("text", 0),
    ]


def test_punctuation_is_shown_as_it_is_sent() -> None:
    template = "Our “winter” menu…"
    plain = 'Our "winter" menu...'
    assert pieces(template, [send(plain, template)]) == [Piece("text", plain)]
    assert "typographic punctuation goes out in its plain form" in captions(campaign(template), [send(plain, template)])
    assert "plain form" not in captions(campaign("Hi"), [send("Hi", "Hi")])


def test_punctuation_that_is_sent_as_written_stays() -> None:
    template = "Our “winter” menu…"
    assert [piece.kind for piece in pieces(template, [send(template, template)])].count("odd") == 3


def test_before_a_campaign_is_due_its_cost_tells_how_punctuation_goes_out() -> None:
    template = "“Winter” " + "menu " * 16
    assert drawn(campaign(template, messages=4, parts=1), (), MASKED).made_plain
    assert not drawn(campaign(template, messages=4, parts=2), (), MASKED).made_plain


def test_values_are_hidden_and_shown_only_when_asked_for() -> None:
    template = "Hi {firstname}"
    sends = [send("Hi Sorcha", template, 2), send("Hi Oisin", template, 3)]
    assert "Oisin" not in phone(campaign(template), sends, MASKED).markup
    assert pieces(template, sends, SHOWN) == [Piece("text", "Hi Oisin")]
    assert "the text that most people get; other people get their own values" in captions(
        campaign(template), sends, SHOWN
    )
    assert "other people" not in captions(campaign(template), sends[:1], SHOWN)
    assert "as written here; each person&#x27;s own values move that" in captions(campaign(template), sends)
    assert "firstname</mark>" in phone(campaign(template), (), SHOWN).markup


def test_lines_break_where_the_text_does() -> None:
    assert '<p class="bubble" dir="auto">one<br>two &lt;b&gt;</p>' in phone(campaign("one\ntwo <b>"), (), MASKED).markup


def test_a_sender_that_is_not_written_is_the_accounts() -> None:
    outlook = dataclasses.replace(campaign("x"), senderid=None)
    assert '<p class="sender">the account&#x27;s own sender</p>' in phone(outlook, (), MASKED).markup
