from __future__ import annotations

import dataclasses
import json
from decimal import Decimal

import pytest

from sendmode_sync.errors import Place, Problem, UsageError
from sendmode_sync.model.preview import Preview, PreviewText
from sendmode_sync.render import preview
from sendmode_sync.render.view import Masker
from tests.golden.golden_samples import KEY, PREVIEW, SENDS, ZONE


def lines(shown: Preview, masker: Masker | None = None, *, limit: int = 10) -> list[str]:
    return preview.render(shown, "text", masker or Masker(KEY), limit=limit, zone=ZONE).splitlines()


def test_a_text_without_values_of_a_customer_is_shown() -> None:
    assert f'    "{SENDS[0].messagetext}"' in lines(PREVIEW)


def test_a_text_with_values_of_a_customer_is_shown_only_when_asked_for() -> None:
    assert f'    "{SENDS[1].messagetext}"' not in lines(PREVIEW)
    assert f'    "{SENDS[1].messagetext}"' in lines(PREVIEW, Masker(show=True))


def test_what_forces_ucs2_is_named() -> None:
    size = "72 UTF-16 units, 2 segments, 6.5 credits"
    assert f"  2 people: UCS-2 because of á, {size}" in lines(PREVIEW, Masker(show=True))
    assert f"  2 people: UCS-2 because of a customer's value, {size}" in lines(PREVIEW)
    accented = dataclasses.replace(PREVIEW, template="Fáilte {firstname}")
    assert f"  2 people: UCS-2 because of á, {size}" in lines(accented)
    curly = dataclasses.replace(PREVIEW.texts[1], forcing=("’", "á"))
    both = lines(dataclasses.replace(PREVIEW, template="It’s on, {firstname}", texts=(curly,)))
    assert f"  2 people: UCS-2 because of ’ and a customer's value, {size}" in both


def test_the_rest_is_counted() -> None:
    shown = lines(PREVIEW, limit=1)
    assert sum("septets" in line or "units" in line for line in shown) == 1
    assert shown[-1] == "  and 2 more (--limit)"


def test_one_text_for_everybody_needs_no_shares() -> None:
    text = PreviewText("Hi", "GSM-7", 2, 1, 1, Decimal(1), Decimal(1), personal=False)
    shown = lines(dataclasses.replace(PREVIEW, template="Hi", senderid=None, recipients=1, texts=(text,)))
    assert shown == [
        "december-offer  due",
        '  template  "Hi"',
        "  fields    none: everybody gets the same text",
        "  sender    none written",
        "  people    1 recipient, 1 distinct text",
        "  when      Tue 2026-12-01 09:30 to 21:00 GMT",
        "  cost      1 segment, 1 credit",
        "",
        "texts",
        "  1 person: GSM-7, 2 septets, 1 segment, 1 credit",
        '    "Hi"',
    ]


def test_what_blocks_it_is_told() -> None:
    problem = Problem("bad-template", 'a lone "{"', Place("c.yaml", 2, 3), campaign="december-offer")
    blocked = dataclasses.replace(
        PREVIEW, template="Hi {", texts=(), scheduledate=None, problems=(problem,), recipients=0
    )
    assert lines(blocked) == [
        "december-offer  due",
        '  template  "Hi {"',
        "  fields    none: everybody gets the same text",
        "  sender    Repliable",
        "  people    0 recipients, 0 distinct texts",
        "",
        "problems",
        '  ! c.yaml:2:3: a lone "{"',
    ]


def test_json_has_every_text_whatever_the_limit() -> None:
    answer = json.loads(preview.render(PREVIEW, "json", Masker(KEY), limit=1))
    assert [text["recipients"] for text in answer["texts"]] == [12, 2, 2]
    assert [text["hidden"] for text in answer["texts"]] == [False, True, True]
    assert answer["texts"][1]["messagetext"] == PREVIEW.template
    assert (answer["segments"], answer["credits"], answer["fields"]) == (18, 20.5, ["firstname"])


def test_json_shows_texts_when_asked_for() -> None:
    answer = json.loads(preview.render(PREVIEW, "json", Masker(show=True)))
    assert not any(text["hidden"] for text in answer["texts"])
    assert SENDS[1].messagetext in {text["messagetext"] for text in answer["texts"]}


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UsageError):
        preview.render(PREVIEW, "html", Masker())
