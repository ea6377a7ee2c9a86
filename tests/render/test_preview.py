from __future__ import annotations

import dataclasses
import json
from decimal import Decimal

import pytest

from sendmode_sync.errors import Place, Problem, UsageError
from sendmode_sync.model.plan import Funnel
from sendmode_sync.model.preview import LeftOut, Preview, PreviewText
from sendmode_sync.render import preview
from sendmode_sync.render.layout import Layout
from sendmode_sync.render.view import Masker
from tests.golden.golden_samples import KEY, PREVIEW, SENDS, ZONE, number

BARE = dataclasses.replace(PREVIEW, notices=(), funnel=Funnel(), costing=None, example=None, left_out=())


def lines(shown: Preview, masker: Masker | None = None, *, limit: int = 10) -> list[str]:
    return preview.render(shown, "text", masker or Masker(KEY), Layout(zone=ZONE), limit=limit).splitlines()


def test_a_text_without_values_of_a_customer_is_shown() -> None:
    assert f'    "{SENDS[0].messagetext}"' in lines(PREVIEW)


def test_a_text_with_values_of_a_customer_is_shown_only_when_asked_for() -> None:
    assert f'    "{SENDS[1].messagetext}"' not in lines(PREVIEW)
    assert f'    "{SENDS[1].messagetext}"' in lines(PREVIEW, Masker(show=True))


def test_what_forces_ucs2_is_named() -> None:
    size = "72 UTF-16 units, 2 segments"
    assert f"  2 people: UCS-2 because of á (character 5), {size}, 6.5 credits" in lines(PREVIEW, Masker(show=True))
    assert f"  2 people: UCS-2 because of a customer's value, {size} each, 6.5 credits" in lines(PREVIEW)
    accented = dataclasses.replace(PREVIEW, template="Fáilte {firstname}")
    assert f"  2 people: UCS-2 because of á, {size} each, 6.5 credits" in lines(accented)
    curly = dataclasses.replace(PREVIEW.texts[1], forcing=("’", "á"), positions=(3, 9))
    both = lines(dataclasses.replace(PREVIEW, template="It’s on, {firstname}", texts=(curly,)))
    assert f"  2 people: UCS-2 because of ’ and a customer's value, {size} each, 6.5 credits" in both


def test_hidden_texts_of_one_size_are_told_together() -> None:
    other = dataclasses.replace(PREVIEW.texts[0], text="Hi Aoife", units=70, recipients=3, credits=Decimal(3))
    shown = lines(dataclasses.replace(PREVIEW, texts=(*PREVIEW.texts, other)))
    assert "  5 people (2 distinct texts): GSM-7, 65 to 70 septets, 1 segment each, 5 credits" in shown


def test_the_rest_is_counted() -> None:
    shown = lines(PREVIEW, Masker(show=True), limit=1)
    assert sum("septets" in line or "units" in line for line in shown) == 1
    assert "  and 2 more (--limit)" in shown


def left_out(shown: Preview, *, all_items: bool = False, form: str = "text") -> str:
    return preview.render(shown, form, Masker(), Layout(all_items, zone=ZONE), excluded=True)


def test_who_is_left_out_is_told_only_when_asked_for() -> None:
    assert "left out" not in "\n".join(lines(PREVIEW))
    assert "left out\n  . +44 ** **** **60  in an excluded group (staff)\n" in left_out(PREVIEW)
    assert "left out\n  nobody" in left_out(dataclasses.replace(PREVIEW, left_out=()))


def test_ten_who_are_left_out_and_the_rest_counted() -> None:
    many = dataclasses.replace(
        PREVIEW, left_out=tuple(LeftOut(number(at), "opted_out", "opted out") for at in range(12))
    )
    assert "  and 2 more (--all)" in left_out(many)
    assert left_out(many, all_items=True).count("opted out\n") == 12
    told = json.loads(left_out(many, form="json"))["excluded"]
    assert len(told) == 12
    assert told[0] == {"mobilenumber": "+44 ** **** **00", "reason": "opted_out", "said": "opted out"}
    assert "excluded" not in json.loads(preview.render(many, "json", Masker()))


def test_one_text_for_everybody_needs_no_shares() -> None:
    text = PreviewText("Hi", "GSM-7", 2, 1, 1, Decimal(1), Decimal(1), personal=False)
    shown = lines(dataclasses.replace(BARE, template="Hi", senderid=None, recipients=1, texts=(text,)))
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
    blocked = dataclasses.replace(BARE, template="Hi {", texts=(), scheduledate=None, problems=(problem,), recipients=0)
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
