from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from sendmode_sync.model.plan import CampaignStatus, Credits, Plan
from sendmode_sync.render.formats import render_plan
from sendmode_sync.render.summary import sentence
from sendmode_sync.render.view import Masker, page, printable
from tests.golden.golden_samples import (
    CAMPAIGNS,
    EMPTY,
    FIRSTNAME,
    KEY,
    LIMITED,
    PLAN,
    SENDS,
    SURNAME,
    ZONE,
    at,
    number,
)

MASKED = Masker(KEY)
SHOWN = Masker(KEY, show=True)
Read = Callable[[str], list[Any]]

ALLOWED = {
    "html": {"lang"},
    "meta": {"charset", "http-equiv", "content", "name"},
    "a": {"href"},
    "svg": {"class", "viewbox", "preserveaspectratio", "aria-hidden"},
    "rect": {"x", "y", "width", "height", "class"},
    "th": {"scope", "class"},
    "p": {"class", "dir"},
}
EVERYWHERE = {"class", "id", "aria-label", "aria-labelledby", "aria-hidden"}
ELEMENTS = re.findall(
    r"\w+",
    "html head meta title style body header main footer nav section article h1 h2 h3 p div span strong mark code br "
    "ul li dl dt dd figure figcaption table caption thead tbody tr th td details summary a svg rect",
)

HOSTILE = [
    "<script>alert(1)</script>",
    "</style></title></textarea><script>alert(1)</script>",
    "<img src=https://evil.example/x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)",
    "<!-- --> <![CDATA[ ]]> <?x?>",
    "&lt;b&gt; &#60;script&#62; &amp; &notin &copy",
    "javascript:alert(1)",
    "{{7*7}} {firstname|<b>x</b>} {firstname|}",
    "\u202e\u2066\u200b\u0000\ud800",
    "##[group]x\n::error::x",
    "a\nb\r\nc\u2028d",
    "x" * 400,
    "€" * 100,
    "",
]


def html(plan: Plan, masker: Masker = MASKED, *, all_items: bool = False) -> str:
    return render_plan(plan, "html", masker, all_items=all_items, zone=ZONE)


def words(nodes: list[Any]) -> str:
    """Return what a page says, elements within a line run together."""
    inline = {"span", "strong", "mark", "code"}
    said = (node.name if node.kind == "text" else "" if node.name in inline else "\n" for node in nodes)
    return " ".join("".join(said).split())


def skeleton(nodes: list[Any]) -> list[tuple[str, str]]:
    """Return the elements of a page without those that a text is drawn with."""
    bubble, kept = False, []
    for node in nodes:
        if node.name == "p" and node.kind in "<>":
            bubble = node.kind == "<" and node.get("class") == "bubble"
        if node.kind in "<>" and not bubble and (node.kind, node.get("class")) != ("<", "whole"):
            kept.append((node.kind, node.name))
    return [node for node in kept if node[1] != "span"]


@pytest.mark.parametrize("masker", [MASKED, SHOWN], ids=["hidden", "shown"])
@pytest.mark.parametrize("evil", HOSTILE)
def test_data_makes_no_element(evil: str, masker: Masker, spoiled: Callable[[str], Plan], read: Read) -> None:
    text = html(spoiled(f"{evil}☃"), masker, all_items=True)
    nodes = read(text)
    assert skeleton(nodes) == skeleton(read(html(spoiled("tame☃"), masker, all_items=True)))
    assert printable(f"december-offer{evil}☃") in "".join(node.name for node in nodes if node.kind == "text")
    assert page(text.split("\n")) == text


@pytest.mark.parametrize("masker", [MASKED, SHOWN], ids=["hidden", "shown"])
@pytest.mark.parametrize("evil", HOSTILE)
def test_a_page_is_of_known_elements_alone(
    evil: str, masker: Masker, spoiled: Callable[[str], Plan], read: Read
) -> None:
    for node in read(html(spoiled(evil), masker, all_items=True)):
        assert node.kind != "comment"
        if node.kind == "<":
            assert node.name in ELEMENTS
            assert {name for name, _ in node.attributes} <= ALLOWED.get(node.name, set()) | EVERYWHERE
            assert (node.get("href") or "#").startswith("#")


def test_the_policy_allows_one_sheet_and_nothing_else(read: Read) -> None:
    nodes = read(html(PLAN))
    (policy,) = (node.get("content") for node in nodes if node.get("http-equiv") == "Content-Security-Policy")
    (sheet,) = (after.name for node, after in pairwise(nodes) if node[:2] == ("<", "style"))
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in sheet
    assert "@import" not in sheet
    assert " style=" not in html(PLAN)
    assert "http" not in html(PLAN).replace("http-equiv", "")


@pytest.mark.parametrize("plan", [PLAN, LIMITED, EMPTY], ids=["full", "limited", "empty"])
@pytest.mark.parametrize("masker", [MASKED, SHOWN], ids=["hidden", "shown"])
def test_a_page_can_be_walked_without_eyes(plan: Plan, masker: Masker, read: Read) -> None:
    nodes = read(html(plan, masker, all_items=True))
    starts = [node for node in nodes if node.kind == "<"]
    names = [node.name for node in starts]
    assert starts[0].get("lang") == "en"
    assert [names.count(name) for name in ("title", "h1", "header", "main", "footer")] >= [1, 1, 1, 1, 1]
    assert names.count("h1") == names.count("main") == names.count("footer") == 1
    levels = [int(name[1]) for name in names if re.fullmatch(r"h[1-6]", name)]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    anchors = [node.get("id") for node in starts if node.get("id")]
    assert len(anchors) == len(set(anchors))
    for node in starts:
        for target in ((node.get("href") or "#")[1:], node.get("aria-labelledby")):
            assert not target or target in anchors
        if node.name in {"section", "article", "nav"}:
            assert node.get("aria-labelledby") or node.get("aria-label")
        if node.name == "svg":
            assert node.get("aria-hidden") == "true"
        if node.name == "th":
            assert node.get("scope")
    assert names.count("table") == names.count("caption")
    assert names.count("details") == names.count("summary")


def test_first_what_needs_a_person_then_when_then_what(read: Read) -> None:
    titles = re.findall(r"<h2[^>]*>([^<]+)</h2>", html(PLAN))
    assert titles == ["Needs a person", "Who gets what, and when", "Campaigns", "Opt-outs", "Imports", "Notices"]
    assert words(read(html(PLAN))).count(sentence(PLAN)) == 2


def test_nothing_to_do_has_no_empty_sections() -> None:
    text = html(EMPTY)
    assert "<h1>Nothing would change</h1>" in text
    assert "<h2" not in text
    assert "<nav" not in text
    assert '<dl class="figures"' not in text


def test_tiles_count_what_decides(read: Read) -> None:
    said = words(read(html(PLAN)))
    assert "needs a person 2 see below, before anything else" in said
    assert "people get a text 16 18 texts" in said
    assert "credits 20 of 500" in said
    assert "imports 14 13 new, 1 changed" in said
    assert "at the rate limit 12 s 20 calls" in said


def test_a_passed_limit_holds_every_tile_back(read: Read) -> None:
    said = words(read(html(LIMITED)))
    assert "people get a text 16 held back by a limit" in said
    assert "imports 2 held back by a limit" in said
    assert "at the rate limit" not in said
    assert 'class="failed"' in html(LIMITED)
    assert 'class="window held"' in html(LIMITED).split('class="times"')[1]


def test_a_balance_that_was_not_checked_is_said_to_be(read: Read) -> None:
    plan = dataclasses.replace(PLAN, credits=Credits(Decimal("2.5")))
    assert "credits 2.5 balance not checked" in words(read(html(plan)))
    nothing = dataclasses.replace(PLAN, credits=Credits(Decimal(2), Decimal(0), sufficient=False))
    assert "credits 2 of 0" in words(read(html(nothing)))


def test_a_campaign_that_waits_says_what_to_do() -> None:
    text = html(PLAN)
    assert "<dt>next</dt><dd>run sendmode-sync apply then</dd>" in text
    late = dataclasses.replace(CAMPAIGNS[2], next_at=None, reason=None)
    text = html(dataclasses.replace(EMPTY, campaigns=(late,)))
    assert "<dt>next</dt><dd>choose a later deadline</dd>" in text
    assert "<dt>why</dt><dd>not due yet</dd>" in text


def test_people_are_hidden_and_shown_only_when_asked_for() -> None:
    hidden, shown = html(PLAN, all_items=True), html(PLAN, SHOWN)
    for planted in (number(1), number(77), FIRSTNAME, SURNAME):
        assert planted not in hidden
    assert "<summary>16 people</summary>" in hidden
    assert f"Hi {FIRSTNAME}" in shown
    assert number(77) in shown
    assert f"surname &quot;{SURNAME}&quot;" in shown
    assert "<strong>12 x </strong>" in shown


def test_a_list_of_more_than_ten_is_ten_examples() -> None:
    text = html(PLAN)
    assert text.count("firstname, surname") == 10
    assert "and 2 more (--all)" in text
    everything = html(PLAN, all_items=True)
    assert everything.count("firstname, surname") == 12
    assert "--all" not in everything


def test_sizes_are_a_table_only_where_they_differ() -> None:
    text = html(PLAN)
    assert text.count("what their own values make of it") == 1
    assert '<th scope="row">UCS-2, 2 segments</th><td class="number">2</td><td class="number">4</td><td>á</td>' in text


def test_what_a_text_holds_beyond_the_cheap_alphabet_is_named_at_most_five_times() -> None:
    greek = SENDS[0]._replace(messagetext="Καλά “Χριστούγεννα”", encoding="UCS-2", recipients=(number(1),))
    text = html(dataclasses.replace(PLAN, sends=(greek,)))
    assert '<p class="caution">Κ α λ ά Χ and 11 others in the text of 1 person: outside' in text


def test_a_sender_that_is_not_written_is_pointed_at() -> None:
    plan = dataclasses.replace(PLAN, campaigns=(dataclasses.replace(CAMPAIGNS[0], senderid=None),))
    assert "no sender ID is written: the account&#x27;s own shows on the phones" in html(plan)


def test_words_of_the_field_are_explained() -> None:
    assert "<summary>Words on this page</summary>" in html(EMPTY)
    assert "<dt>segment</dt>" in html(EMPTY)


def test_campaigns_come_by_urgency() -> None:
    waiting = [dataclasses.replace(CAMPAIGNS[2], name=f"in-{days}", next_at=at(12, days, 9)) for days in (9, 3)]
    blocked = dataclasses.replace(CAMPAIGNS[4], name="blocked")
    unknown = dataclasses.replace(CAMPAIGNS[3], name="half", status=CampaignStatus.UNKNOWN, messages=4, left=4)
    plan = dataclasses.replace(PLAN, campaigns=(blocked, unknown, *waiting, CAMPAIGNS[0]))
    names = re.findall(r"<h3[^>]*>([^<]+)</h3>", html(plan))
    assert names == ["december-offer", "in-3", "in-9", "blocked", "half"]


def test_the_digest_that_is_approved_is_shown_in_full() -> None:
    assert PLAN.approval in html(PLAN)
    assert "without a state" in html(LIMITED)
