"""The plan as one page that a browser shows by itself: no script, nothing loaded, no data that could become markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sendmode_sync.model import imports
from sendmode_sync.model.counting import count
from sendmode_sync.model.plan import Plan
from sendmode_sync.render import campaigns, figures, review, webpage_campaign, webpage_charts, webpage_lists
from sendmode_sync.render.layout import Layout
from sendmode_sync.render.summary import next_run, sentence
from sendmode_sync.render.view import Masker
from sendmode_sync.render.webpage_campaign import Shown
from sendmode_sync.render.webpage_charts import Stretch, bar
from sendmode_sync.render.webpage_markup import Html, joined, prose, sheet, tag
from sendmode_sync.render.webpage_style import POLICY, STYLE
from sendmode_sync.render.webpage_words import ANCHOR, TITLE, words


class Part(NamedTuple):
    """A section of the page: where links lead, its title, and what it holds."""

    anchor: str
    title: str
    content: Html | None


def plan_webpage(plan: Plan, masker: Masker, layout: Layout) -> str:
    """Return the plan as HTML, with times in the zone of the layout."""
    parts = [part for part in _parts(plan, masker, layout) if part.content is not None]
    top = tag("header", *_top(plan, masker, layout), *_contents(parts), class_="wide top")
    main = tag("main", joined(map(_section, parts), "\n"), class_="wide")
    foot = tag("footer", tag("div", *_closing(plan, layout), class_="end"), class_="wide")
    body = tag("body", joined((top, main, foot), "\n"))
    page = tag("html", joined((_head(plan), body), "\n"), lang="en")
    return f"<!DOCTYPE html>\n{page.markup}"


def _head(plan: Plan) -> Html:
    metas = (
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="robots", content="noindex"),
        tag("title", f"{review.headline(plan)} - sendmode-sync plan"),
        sheet(STYLE),
    )
    return tag("head", joined(metas, "\n"))


def _parts(plan: Plan, masker: Masker, layout: Layout) -> Iterator[Part]:
    """Yield the sections in the order in which they matter; an empty one has no content."""
    sends = review.sends_of(plan)
    over = [outlook for outlook in plan.campaigns if campaigns.is_over(outlook, sends)]
    others = (outlook for outlook in plan.campaigns if not campaigns.is_over(outlook, sends))
    shown = [
        Shown(outlook, sends.get(outlook.name, ()), f"c{at}")
        for at, outlook in enumerate(review.by_urgency(others, sends), 1)
    ]
    yield Part("person", "Needs a person", webpage_lists.troubles(plan, masker, layout))
    yield Part("times", "Who gets what, and when", _times(shown, plan, layout))
    cards = [webpage_campaign.card(each, plan, masker, layout) for each in shown]
    ended = webpage_lists.ended(over, layout)
    yield Part("campaigns", "Campaigns", joined((*cards, *ended), "\n") if cards or ended else None)
    yield Part("optouts", "Opt-outs", webpage_lists.optouts(plan, masker, layout))
    yield Part("imports", "Imports", webpage_lists.imports(plan, masker, layout))
    yield Part("notices", "Notices", webpage_lists.notices(plan, layout))


def _section(part: Part) -> Html:
    title = tag("h2", part.title, id=part.anchor)
    return tag("section", title, part.content or "", aria_labelledby=part.anchor)


def _times(shown: Iterable[Shown], plan: Plan, layout: Layout) -> Html | None:
    rows = [webpage_campaign.row(each, plan, layout) for each in shown]
    return joined((webpage_charts.key(), tag("ul", *rows, class_="times"))) if rows else None


def _contents(parts: Sequence[Part]) -> Iterator[Html]:
    if parts:
        targets = (*((part.anchor, part.title) for part in parts), (ANCHOR, TITLE))
        links = [tag("li", tag("a", title, href=f"#{anchor}")) for anchor, title in targets]
        yield tag("nav", tag("ul", *links), class_="contents", aria_label="On this page")


def _top(plan: Plan, masker: Masker, layout: Layout) -> Iterator[Html]:
    state = "without a state" if plan.lineage is None else f"against state serial {plan.serial}"
    made = f"sendmode-sync plan of {figures.moment(plan.created_at, layout.zone)}, {state}: it has sent nothing"
    yield tag("p", prose(made), class_="kind")
    yield tag("h1", review.headline(plan))
    yield tag("p", prose(sentence(plan)), class_="lead")
    urgent = len(review.troubles(plan, masker, layout._replace(all_items=True)))
    tiles = list(_tiles(plan, urgent))
    if tiles:
        yield tag("dl", *tiles, class_="figures")


def _tiles(plan: Plan, urgent: int) -> Iterator[Html]:
    """Yield the figures that decide; a figure of nothing is left out."""
    if urgent:
        yield _tile("needs a person", f"{urgent:,}", "see below, before anything else", look="figure hold")
    held = "held back by a limit" if plan.limits else None
    if plan.sends:
        reached = len({number for send in plan.sends for number in send.recipients})
        texts = sum(len(send.recipients) for send in plan.sends)
        yield _tile("people get a text", f"{reached:,}", held or count(texts, "text"))
        yield _tile("credits", figures.amount(plan.credits.estimated), *_balance(plan))
    if plan.optouts:
        yield _tile("opt-outs", f"{len(plan.optouts):,}", "never sent to again")
    if plan.imports:
        created = imports.created(plan.imports)
        kinds = (created, "new"), (len(plan.imports) - created, "changed")
        counts = figures.joined((f"{number:,} {word}" if number else "" for number, word in kinds), "")
        yield _tile("imports", f"{len(plan.imports):,}", held or counts)
    if plan.api_calls and not held:
        took = figures.duration(plan.estimated_seconds)
        yield _tile("at the rate limit", took, count(plan.api_calls, "call"))


def _balance(plan: Plan) -> tuple[str | Html, ...]:
    balance, estimated = plan.credits.balance, plan.credits.estimated
    if balance is None:
        return ("balance not checked",)
    look = "failed" if plan.credits.sufficient is False else "kept"
    share = min(estimated, balance)
    return f"of {figures.amount(balance)}", bar(float(balance), Stretch(0, float(share), look))


def _tile(label: str, figure: str, *notes: str | Html, look: str = "figure") -> Html:
    return tag(
        "div", tag("dt", label), tag("dd", figure, class_="big"), *(tag("dd", note) for note in notes), class_=look
    )


def _closing(plan: Plan, layout: Layout) -> Iterator[Html]:
    yield tag("p", prose(sentence(plan)))
    for line in next_run(plan.next_run, layout.zone):
        yield tag("p", prose(line))
    yield words()
    yield tag("p", "digest of what is approved: ", tag("code", plan.approval), class_="soft small")
    yield tag("p", "digest of the files: ", tag("code", plan.config_digest), class_="soft small")
