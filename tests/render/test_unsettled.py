"""Outcomes that nobody knows, in every format of a plan: whom they may have reached, what the balance says, what to type."""

from __future__ import annotations

import dataclasses
import html
import re

import pytest

from sendmode_sync.model.plan import CampaignStatus, LimitHit, Plan
from sendmode_sync.model.state import UnknownOperation
from sendmode_sync.render.formats import render_plan
from sendmode_sync.render.markdown_budget import COMMENT
from sendmode_sync.render.view import Masker
from tests.golden.golden_samples import CAMPAIGNS, KEY, PLAN, UNKNOWN, ZONE, number

PAGES = ("markdown", "html")
LIMIT = LimitHit("max_credits", "5", "8", "this run would spend 8 credits and safety.max_credits allows 5")


def shown(plan: Plan, form: str, *, all_items: bool = False) -> str:
    """Return a plan as people read it: without markup, in one line."""
    text = render_plan(plan, form, Masker(KEY), all_items=all_items, zone=ZONE)
    plain = html.unescape(re.sub(r"<[^>]*>", "", text)) if form == "html" else re.sub(r"[`\\]", "", text)
    return " ".join(plain.split())


def calls(count: int) -> tuple[UnknownOperation, ...]:
    return tuple(dataclasses.replace(UNKNOWN, operation=f"op-{at:04}", customerid=f"bf-{at:04}") for at in range(count))


@pytest.mark.parametrize("form", ["text", *PAGES])
@pytest.mark.parametrize(
    "said",
    [
        "12 people may or may not have been sent it",
        "read-timeout on Fri 2026-11-27 09:02 GMT",
        "customerid",
        "black-friday-77aa88bb",
        "512 credits before, 512 after 5 s, 500 after 30 s: it fell by 12, the cost of this call",
        "+44 ** **** **60 p-",
        "and 2 more (--format json lists them)",
        f"sendmode-sync resolve black-friday --sent --operation {UNKNOWN.operation}",
        f'sendmode-sync resolve black-friday --not-sent --evidence "..." --operation {UNKNOWN.operation}',
    ],
)
def test_everything_that_helps_to_settle_it_is_there(form: str, said: str) -> None:
    assert said in shown(PLAN, form)


@pytest.mark.parametrize("form", ["text", *PAGES])
def test_no_number_is_shown_whole(form: str) -> None:
    text = render_plan(PLAN, form, Masker(KEY), all_items=True, zone=ZONE)
    assert not [each for each in UNKNOWN.recipients if each in text or each[-9:] in text]


@pytest.mark.parametrize("form", PAGES)
def test_where_no_balance_was_read_none_is_told(form: str) -> None:
    blind = dataclasses.replace(UNKNOWN, balance_before=None, balance_after=None, looks=())
    assert "credits before" not in shown(dataclasses.replace(PLAN, unsettled=(blind,)), form)


@pytest.mark.parametrize("form", PAGES)
def test_of_more_than_ten_calls_ten_are_told_and_nothing_else_is_pushed_out(form: str) -> None:
    plan = dataclasses.replace(PLAN, unsettled=calls(300), limits=(LIMIT,))
    text = shown(plan, form)
    assert text.count("may or may not have been sent it") == 10
    assert "290 more calls of which nobody knows whether it was made" in text
    assert "sendmode-sync status" in text
    assert LIMIT.message in text
    assert "1 more call of which" in shown(dataclasses.replace(PLAN, unsettled=calls(11)), form)


def test_the_page_counts_every_one_of_them() -> None:
    others = 1  # a campaign that is blocked
    assert f"needs a person{300 + others}" in shown(dataclasses.replace(PLAN, unsettled=calls(300)), "html")


def test_a_comment_keeps_its_size_however_many_are_wanted() -> None:
    wide = tuple(dataclasses.replace(each, recipients=tuple(map(number, range(100)))) for each in calls(300))
    text = render_plan(dataclasses.replace(PLAN, unsettled=wide), "markdown", Masker(KEY), all_items=True, zone=ZONE)
    assert len(text.encode()) <= COMMENT.size
    assert "more (cut to fit a comment)" in text


@pytest.mark.parametrize("form", PAGES)
def test_a_campaign_whose_calls_are_not_listed_is_told_of_by_its_name(form: str) -> None:
    outlook = next(each for each in CAMPAIGNS if each.status is CampaignStatus.UNKNOWN)
    text = shown(dataclasses.replace(PLAN, unsettled=()), form)
    assert f"{outlook.name}: " in text.replace("**", "")
    assert f"sendmode-sync resolve {outlook.name} --sent" in text
