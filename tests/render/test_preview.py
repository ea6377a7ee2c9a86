from __future__ import annotations

import dataclasses
import datetime as dt
import json
from decimal import Decimal

import pytest

from sendmode_sync.errors import Place, Problem, UsageError
from sendmode_sync.model.plan import CampaignStatus, Funnel, Held
from sendmode_sync.model.preview import LeftOut, Preview, PreviewText
from sendmode_sync.render import preview
from sendmode_sync.render.layout import Layout
from sendmode_sync.render.view import Masker
from tests.golden.golden_samples import KEY, PREVIEW, SENDS, ZONE, number

BARE = dataclasses.replace(PREVIEW, notices=(), funnel=Funnel(), costing=None, example=None, left_out=())


def lines(shown: Preview, masker: Masker | None = None, *, limit: int = 10) -> list[str]:
    return preview.render(shown, "text", masker or Masker(KEY), Layout(zone=ZONE), limit=limit).splitlines()


def flat(shown: list[str]) -> str:
    """Return lines as if none had been wrapped."""
    return " ".join(" ".join(shown).split())


def test_a_text_without_values_of_a_customer_is_shown() -> None:
    assert f'    "{SENDS[0].messagetext}"' in lines(PREVIEW)


def test_a_text_with_values_of_a_customer_is_shown_only_when_asked_for() -> None:
    assert f'    "{SENDS[1].messagetext}"' not in lines(PREVIEW)
    assert f'    "{SENDS[1].messagetext}"' in lines(PREVIEW, Masker(show=True))


def test_what_forces_ucs2_is_named() -> None:
    size = "72 of 134 characters, 2 segments"
    assert f"  2 people: UCS-2 because of á (character 5), {size}, 6.5 credits" in lines(PREVIEW, Masker(show=True))
    assert f"  2 people: UCS-2 because of a customer's value, {size} each, 6.5 credits" in lines(PREVIEW)
    accented = dataclasses.replace(PREVIEW, template="Fáilte {firstname}")
    assert f"  2 people: UCS-2 because of á, {size} each, 6.5 credits" in lines(accented)
    curly = dataclasses.replace(PREVIEW.texts[1], forcing=("’", "á"), positions=(3, 9))
    both = lines(dataclasses.replace(PREVIEW, template="It’s on, {firstname}", texts=(curly,)))
    assert f"2 people: UCS-2 because of ’ and a customer's value, {size} each, 6.5 credits" in flat(both)


def test_hidden_texts_of_one_size_are_told_together() -> None:
    other = dataclasses.replace(PREVIEW.texts[0], text="Hi Aoife", units=70, recipients=3, credits=Decimal(3))
    shown = lines(dataclasses.replace(PREVIEW, texts=(*PREVIEW.texts, other)))
    assert "  5 people (2 distinct texts): GSM-7, 65 to 70 of 160 characters, 1 segment each, 5 credits" in shown


def test_the_rest_is_counted() -> None:
    shown = lines(PREVIEW, Masker(show=True), limit=1)
    assert sum(" characters, " in line for line in shown) == 1
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
        "  cost      1 segment, 1 credit",
        "  when      Tue 2026-12-01 09:30 to 21:00 GMT",
        "  next      run sendmode-sync apply now, since nothing sends it by itself; sendmode-sync send-test",
        "            december-offer shows it on your own phone first",
        "",
        "texts",
        "  1 person: GSM-7, 2 of 160 characters, 1 segment, 1 credit",
        '    "Hi"',
        "",
        "  GSM-7 is the alphabet that every phone has: 160 characters in one segment, 153 a segment in longer",
        "  texts; the euro sign, square and curly brackets count twice.",
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
        "  next      solve the problem below; until then nothing of it is sent",
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


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (CampaignStatus.DRAFT, "take draft: true out"),
        (CampaignStatus.WAITING, "run sendmode-sync apply on Tue 2026-12-01 09:30 GMT or later"),
        (CampaignStatus.DUE, "run sendmode-sync apply now"),
        (CampaignStatus.PARTIAL, "run sendmode-sync apply now"),
        (CampaignStatus.UNKNOWN, "sendmode-sync status says"),
        (CampaignStatus.SENT, "nothing more of it is sent"),
        (CampaignStatus.EXPIRED, "nothing: it is expired"),
        (CampaignStatus.CANCELLED, "nothing: it is cancelled"),
    ],
)
def test_what_to_do_next_is_told_for_every_status(status: CampaignStatus, said: str) -> None:
    shown = dataclasses.replace(PREVIEW, status=status, next_at=PREVIEW.scheduledate)
    assert said in flat(lines(shown))


def test_one_that_is_never_in_time_says_why() -> None:
    shown = dataclasses.replace(PREVIEW, status=CampaignStatus.WAITING, reason="its deadline passes before")
    assert "next choose a later deadline: its deadline passes before" in flat(lines(shown))


def test_when_nothing_goes_out_who_waits_and_when_it_goes_again() -> None:
    at = dt.datetime(2026, 12, 2, 7, tzinfo=dt.UTC)
    shown = dataclasses.replace(
        PREVIEW,
        quiet_hours="21:00-08:00",
        held=(Held("Europe/Madrid", 3, at), Held("Asia/Tokyo", 1, None)),
        series="news",
        upcoming=(at, at + dt.timedelta(days=7)),
    )
    told = lines(shown)
    assert "  quiet     nothing goes out 21:00 to 08:00, by the clock of whoever gets it" in told
    assert "  waits     3 people in Europe/Madrid, until Wed 2026-12-02 07:00 GMT" in told
    assert "  waits     1 person in Asia/Tokyo, until its deadline has passed" in told
    assert "  again     Wed 2026-12-02 07:00 GMT, Wed 2026-12-09 07:00 GMT" in told
    answer = json.loads(preview.render(shown, "json", Masker()))
    assert answer["upcoming"] == ["2026-12-02T07:00:00Z", "2026-12-09T07:00:00Z"]
    assert answer["held"][1] == {"zones": "Asia/Tokyo", "recipients": 1, "next_at": None}
