from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from sendmode_sync.model.plan import Plan
from sendmode_sync.render import markdown_campaign
from sendmode_sync.render.formats import render_plan
from sendmode_sync.render.layout import Layout
from sendmode_sync.render.markdown import MARKER, plan_markdown
from sendmode_sync.render.markdown_budget import COMMENT, STEP_SUMMARY, Budget, Section, fit
from sendmode_sync.render.markdown_inert import block, cell, code, prose
from sendmode_sync.render.summary import sentence
from sendmode_sync.render.view import Masker, page, printable
from tests.golden.golden_samples import (
    CAMPAIGNS,
    EMPTY,
    FIRSTNAME,
    IMPORTS,
    KEY,
    LIMITED,
    NOTICES,
    PLAN,
    SENDS,
    ZONE,
    number,
)

MASKED = Masker(KEY)
SHOWN = Masker(KEY, show=True)
PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

OURS = re.compile(
    r"<!-- sendmode-sync:plan -->|<details><summary>[\d,]* ?(calls?|opt-outs?|new|changed|campaigns? of which nothing "
    r"more is sent|texts?|recipients?)</summary>|<details><summary>Digest to approve</summary>|</details>"
)
MEANT = re.compile(r"[@#]\w|//|www\.|:[\w+-]+:|\bgh-\d|\bTRACKER-\d|\b(?=[a-f]*\d)[0-9a-f]{7,}\b", re.IGNORECASE)

HOSTILE = [
    "@octocat and @org/team",
    "octo@example.com",
    "#12 owner/repo#1 GH-12 gh-7 TRACKER-7",
    "https://evil.example/x",
    "http://evil.example www.evil.example",
    "[x](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "[x]: https://evil.example",
    "<img src=x onerror=alert(1)>",
    "<!-- gone",
    "-->",
    "</details></summary><h1>",
    "<details><summary>12 new</summary>",
    "`",
    "``` ```` `````",
    "`<b>`",
    "````\n</details>\n# out\n",
    "~~~~\nout",
    "a | b || c",
    "\\| \\\\| \\` \\",
    "| x |\n|:--|\n| y |",
    ":+1: :100:",
    "&lt;b&gt; &#64;octocat &commat;octocat",
    "$`x`$ $x$",
    "# head",
    "\n\n# head\n\n- item\n\n1. one\n\n> quote\n\n---\n",
    "***bold*** __b__ ~~s~~ _i_",
    "deadbeefcafe1234 0123456789abcdef",
    "    indented",
    "\tx\r\n",
    "[^1] [x] ![",
    "{firstname|@x}",
    "\u202e\u2066@x\u200b#1",
    "::error::x\n##[group]x",
    "",
    " ",
]


def md(plan: Plan, masker: Masker = MASKED, *, all_items: bool = False) -> str:
    return render_plan(plan, "markdown", masker, all_items=all_items, zone=ZONE)


def tokens(text: str) -> Iterator[Token]:
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def structure(text: str) -> list[str]:
    return [token.type for token in PARSER.parse(text)]


@pytest.mark.parametrize("masker", [MASKED, SHOWN], ids=["hidden", "shown"])
@pytest.mark.parametrize("evil", HOSTILE)
def test_data_makes_nothing(evil: str, masker: Masker, spoiled: Callable[[str], Plan]) -> None:
    text = md(spoiled(f"{evil}☃"), masker, all_items=True)  # a snowman makes every text UCS-2, which is remarked upon
    assert structure(text) == structure(md(spoiled("tame☃"), masker, all_items=True))
    for token in tokens(text):
        assert token.type not in {"link_open", "image", "s_open", "em_open"}
        if token.type in {"html_block", "html_inline"}:
            assert OURS.fullmatch(token.content.strip()), token.content
        if token.type == "text":
            assert not MEANT.search(token.content), token.content


@pytest.mark.parametrize("evil", HOSTILE)
def test_data_is_still_to_be_read(evil: str, spoiled: Callable[[str], Plan]) -> None:
    shown = {token.content for token in tokens(md(spoiled(evil))) if token.type == "code_inline"}
    name = printable(f"december-offer{evil}").replace("##[", "##\\[")
    assert name in shown
    assert name.replace("|", "\\x7c") in shown


def test_the_probes_would_find_what_they_look_for(spoiled: Callable[[str], Plan]) -> None:
    found = {token.type for token in tokens("[x](https://e.example) ![x](y) ~~s~~ *e* <b>")}
    assert {"link_open", "image", "s_open", "em_open", "html_inline"} <= found
    assert MEANT.search("hello @x")
    assert "@octocat" in md(spoiled("@octocat"))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_span_of_code_is_one(text: str) -> None:
    children = PARSER.parseInline(f"a {code(text)} b")[0].children or []
    assert [token.type for token in children] == ["text", "code_inline", "text"]
    assert children[1].content.strip() == page([printable(text)]).strip()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_is_one(text: str) -> None:
    table = f"| a | b |\n|:--|:--|\n| {cell(text)} | {cell(text)} |"
    assert structure(table).count("td_open") == 2
    assert [token.type for token in tokens(table)].count("code_inline") == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_a_block_of_code_is_one(text: str) -> None:
    opening, closing, lines = block([text, "last"])
    (token,) = PARSER.parse("\n".join((opening, *lines, closing)))
    assert token.type == "fence"
    assert token.content.endswith("last\n")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a sentence, as it is: 20 of 500 credits (GSM-7 or UCS-2).", None),
        ("sendmode-sync resolve x --sent", None),
        ("safety.max_credits allows 10", None),
        ("á in the text", None),
        ("+44 ** **77", "\\+44 \\*\\* \\*\\*77"),
        ("1. no list", "1\\. no list"),
        ("- no list", "\\- no list"),
        ("=", "\\="),
        ("{firstname|...}", "{firstname\\|...}"),
        ("exclude_received: [spring]", "exclude_received: \\[spring\\]"),
        ("_x_ is x_y", "\\_x\\_ is x_y"),
        ("a\nbreak", "`a\\nbreak`"),
        ("ask @x", "`ask @x`"),
        ("at 6:5: x", "`at 6:5: x`"),
        ("see gh-1", "`see gh-1`"),
        ("see PROJ2-1", "`see PROJ2-1`"),
        ("for offer-2026", None),
        ("commit 0123abcd", "`commit 0123abcd`"),
        ("//x", "`//x`"),
        ("", "`  `"),
    ],
)
def test_a_sentence_is_words_only_where_nothing_in_it_is_meant(text: str, written: str | None) -> None:
    assert prose(text) == (text if written is None else written)
    shown = "".join(token.content for token in PARSER.parseInline(prose(text))[0].children or [])
    assert shown.split() == printable(text).split()


def test_the_marker_comes_first_and_the_sentence_last() -> None:
    for plan in (PLAN, EMPTY, LIMITED):
        text = md(plan)
        assert text.startswith(f"{MARKER}\n## ")
        assert sentence(plan) in text[text.index("---\n\n") :]
    assert text.rstrip().endswith(sentence(LIMITED))
    assert md(PLAN).splitlines()[-3] == sentence(PLAN)


def test_what_is_held_comes_before_what_goes_out_and_notices_last() -> None:
    text = md(PLAN)
    titles = [
        "| what |",
        "### Needs a person",
        "### At a glance",
        "### Campaigns",
        "2 opt-outs",
        "### Imports",
        "### Notices",
    ]
    places = [text.index(title) for title in titles]
    assert places == sorted(places)


def test_nothing_to_do_is_short() -> None:
    assert md(EMPTY).splitlines() == [
        MARKER,
        "## Nothing would change",
        "",
        "Plan of Tue 2026-12-01 09:58 GMT, digest `p1:3b8ef0a1c2d4`, state serial 12. It has sent nothing.",
        "",
        "---",
        "",
        sentence(EMPTY),
    ]


def test_a_passed_limit_is_in_the_headline_and_in_every_figure_it_holds() -> None:
    text = md(LIMITED)
    assert "## A limit holds back all but the opt-outs" in text
    assert "| **People** | **16** (16 texts, 18 segments), held back |" in text
    assert "| Imports | 1 new, 1 changed, held back |" in text
    assert "| Calls |" not in text
    assert "- **this run would spend 18 credits and safety.max_credits allows 10**\n  - then: as it stands," in text
    assert "## A limit holds everything back" in md(dataclasses.replace(LIMITED, optouts=()))


def test_people_are_hidden_and_shown_only_when_asked_for() -> None:
    hidden, shown = md(PLAN, all_items=True), md(PLAN, SHOWN)
    assert number(77) not in hidden
    assert FIRSTNAME not in hidden
    assert "18 recipients</summary>" in hidden
    assert f"Hi {FIRSTNAME}" in shown
    assert number(77) in shown
    assert "12 x " in shown[shown.index("4 texts</summary>") :]


def test_a_text_that_most_people_get_with_a_name_in_it_is_hidden_too() -> None:
    plan = dataclasses.replace(PLAN, sends=SENDS[1:2])
    assert FIRSTNAME not in md(plan)
    assert f"```text\nHi {FIRSTNAME}, 20%" in md(plan, SHOWN)


def test_a_long_text_is_wrapped_without_a_loss() -> None:
    text = f"one  two\n\n{'word ' * 40}{'x' * 100} {'y' * 81}\nend"
    outlook = dataclasses.replace(CAMPAIGNS[0], template=text)
    shown = markdown_campaign.campaign(outlook, (), MASKED, Layout(), limited=False)
    fenced = shown.split("```")[1].removeprefix("text\n").removesuffix("\n")
    assert fenced.replace("\n", "").replace("↵", "\n") == text
    assert max(map(len, fenced.split("\n"))) <= 101


def test_a_list_of_more_than_ten_is_ten_examples() -> None:
    assert "and 3 more (--all)" in md(PLAN)
    assert "(--all)" not in md(PLAN, all_items=True)
    calls = tuple(SENDS[0]._replace(customerid=f"call-{at}") for at in range(13))
    assert md(dataclasses.replace(PLAN, sends=calls)).count("call-") == 10


def test_a_plan_of_one_campaign_without_sends_names_no_calls() -> None:
    text = md(dataclasses.replace(PLAN, sends=(), imports=(), optouts=(), notices=NOTICES[:1]))
    assert "call</summary>" not in text
    assert "**People**" not in text


def large() -> Plan:
    """400 campaigns, 5,000 opt-outs and 20,000 imports into 300 groups."""
    return dataclasses.replace(
        PLAN,
        campaigns=tuple(dataclasses.replace(CAMPAIGNS[at % 4], name=f"campaign-{at:03}") for at in range(400)),
        sends=tuple(SENDS[0]._replace(campaign=f"campaign-{at * 4:03}") for at in range(100)),
        optouts=PLAN.optouts * 2500,
        imports=tuple(IMPORTS[0]._replace(group=f"group {at % 300}") for at in range(20_000)),
        notices=NOTICES * 100,
    )


@pytest.mark.parametrize("all_items", [False, True])
@pytest.mark.parametrize("budget", [Budget(12_000, "a note"), COMMENT, STEP_SUMMARY], ids=lambda each: each.of)
def test_a_large_plan_is_cut_to_its_budget(budget: Budget, all_items: bool) -> None:
    plan = large()
    text = plan_markdown(plan, MASKED, Layout(all_items=all_items, zone=ZONE), budget)
    assert len(text.encode()) <= budget.size
    assert text.startswith(MARKER)
    assert sentence(plan) in text[-500:]
    assert text.count("<details>") == text.count("</details>")
    if budget is not STEP_SUMMARY or all_items:
        assert re.search(rf"and [\d,]+ more \(cut to fit {budget.of}\)", text)
    for token in tokens(text):
        assert token.type != "html_block" or OURS.fullmatch(token.content.strip())


def test_what_is_cut_is_counted() -> None:
    plan = dataclasses.replace(EMPTY, optouts=tuple(PLAN.optouts[:1] * 500))
    text = plan_markdown(plan, Masker(), Layout(all_items=True), Budget(5_000, "a comment"))
    shown = text.count("\n- +44 ** **** **77")
    assert 50 < shown < 500
    assert f"\n\nand {500 - shown} more (cut to fit a comment)\n\n</details>" in text
    assert 4_900 < len(text) <= 5_000


def test_the_most_important_gets_room_first() -> None:
    campaigns = tuple(dataclasses.replace(each, status=CAMPAIGNS[2].status) for each in large().campaigns)
    text = plan_markdown(
        dataclasses.replace(large(), campaigns=campaigns, notices=NOTICES[1:2]),
        MASKED,
        Layout(all_items=True, zone=ZONE),
    )
    assert text.count("| `campaign-") == 400
    assert 5 < text.count("#### `campaign-") < 100
    assert "is not registered" in text
    assert "+ +44" not in text


sections = [
    Section(1, "first", ["a" * 50] * 4, opening="<", closing=">"),
    Section(0, "second", ["b" * 40, "c" * 400, "é" * 20], folded=True),
    Section(2, "empty", []),
]


def test_an_item_is_there_as_a_whole_or_counted() -> None:
    for size in range(330, 1200):
        text = fit("head\n\n", sections, "foot", Budget(size, "it"))
        assert len(text.encode()) <= size
        assert text.startswith("head\n\n### first\n\n")
        assert text.endswith("</details>\n\nfoot")
        assert "empty" not in text
        for section in sections[:2]:
            whole = sum(text.count(item) for item in set(section.items))
            part = text[text.index(section.title) :].split("</details>" if section.folded else "<details>")[0]
            said = re.search(r"and (\d) more \(cut to fit it\)", part)
            assert whole + int(said[1] if said else 0) == len(section.items)
        assert ("a" * 50 in text) == ("<\n" + "a" * 50 in text)


def test_a_smaller_item_is_shown_after_one_that_does_not_fit() -> None:
    text = fit("", sections[1:2], "", Budget(300, "it"))
    assert "é" * 20 in text
    assert "ccc" not in text
    assert "and 1 more (cut to fit it)" in text


def test_credits_that_were_not_checked_are_said_to_be() -> None:
    plan = dataclasses.replace(PLAN, credits=dataclasses.replace(PLAN.credits, balance=None, estimated=Decimal("2.5")))
    assert "| **Credits** | **2.5** (balance not checked) |" in md(plan)


def test_the_whole_digest_is_there_to_be_approved_unless_it_is_too_long() -> None:
    assert f"<summary>Digest to approve</summary>\n\n`{PLAN.approval}`\n" in md(PLAN)
    assert "Digest to approve" not in md(EMPTY)
    endless = md(dataclasses.replace(PLAN, approval=f"{PLAN.approval}{'a' * 5_000}"))
    assert "too long for here: sendmode-sync plan ends with it" in endless
    assert "a" * 5_000 not in endless
