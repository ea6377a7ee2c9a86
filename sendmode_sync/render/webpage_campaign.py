"""One campaign of the page: a row of the time line, a card with its phone and its figures, or a line where it is over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from sendmode_sync.model.counting import count, persons
from sendmode_sync.model.plan import CampaignOutlook, CampaignStatus, Plan, SendChange
from sendmode_sync.render import campaigns, figures, review, webpage_charts
from sendmode_sync.render.layout import EXAMPLES, Layout, more
from sendmode_sync.render.view import Masker
from sendmode_sync.render.webpage_markup import Content, Html, joined, prose, tag
from sendmode_sync.render.webpage_phone import phone

T = TypeVar("T")


class Shown(NamedTuple):
    """A campaign on the page: the calls of it in the plan, and the place that links lead to."""

    outlook: CampaignOutlook
    sends: Sequence[SendChange]
    anchor: str


def badge(word: str) -> Html:
    """Return a status or level as a word on its colour."""
    return tag("span", word, class_=f"badge {word}")


def facts(pairs: Iterable[tuple[str, Content]]) -> Html:
    """Return labelled values."""
    return tag("dl", *(joined((tag("dt", label), tag("dd", value))) for label, value in pairs), class_="facts")


def folded(title: str, *content: Html) -> Html:
    """Return content behind its title."""
    return tag("details", tag("summary", title), *content)


def listed(items: Sequence[T], show: Callable[[T], Html], layout: Layout, look: str = "list") -> Html:
    """Return a list that is ten examples unless all are wanted."""
    shown = items if layout.all_items else items[:EXAMPLES]
    rest = (tag("p", more(len(items) - len(shown)), class_="soft small"),) if len(shown) < len(items) else ()
    return joined((tag("ul", *(tag("li", show(item)) for item in shown), class_=look), *rest))


def row(shown: Shown, plan: Plan, layout: Layout) -> Html:
    """Return when a campaign goes out, to how many, at what cost."""
    outlook, sends, anchor = shown
    open_in = webpage_charts.window(plan, outlook, sends)
    drawn = () if open_in is None else (webpage_charts.strip(plan, outlook, open_in, layout.zone),)
    size = f"{persons(outlook.left)}, {figures.credits(outlook.credits)}" if outlook.left else "nobody left"
    return tag(
        "li",
        tag("div", tag("a", outlook.name, href=f"#{anchor}"), badge(outlook.status), class_="who"),
        tag("div", size),
        tag("div", _when(shown, plan, layout), class_="soft"),
        *drawn,
    )


def card(shown: Shown, plan: Plan, masker: Masker, layout: Layout) -> Html:
    """Return everything that a reviewer wants to know of a campaign."""
    outlook, sends, anchor = shown
    drawings = (webpage_charts.progress(outlook) or webpage_charts.funnel(outlook), _sizes(sends))
    cautions = (tag("p", prose(caution), class_="caution") for caution in review.cautions(outlook, sends))
    told = tag(
        "div",
        facts(_facts(shown, plan, layout)),
        *cautions,
        *(drawing for drawing in drawings if drawing is not None),
        *_lists(sends, masker, layout),
    )
    header = tag("header", tag("h3", outlook.name, id=f"{anchor}-name"), badge(outlook.status))
    article = (header, phone(outlook, sends, masker), told)
    return tag("article", *article, class_="card", id=anchor, aria_labelledby=f"{anchor}-name")


def line(outlook: CampaignOutlook) -> Html:
    """Return a campaign of which nothing is sent."""
    return joined((tag("strong", outlook.name), " ", badge(outlook.status), " ", campaigns.ending(outlook)))


def _when(shown: Shown, plan: Plan, layout: Layout) -> Html:
    return prose(campaigns.when(shown.outlook, shown.sends, layout, limited=bool(plan.limits and shown.sends)))


def _facts(shown: Shown, plan: Plan, layout: Layout) -> Iterator[tuple[str, Content]]:
    outlook, sends, _ = shown
    yield "to", count(outlook.recipients, "recipient")
    yield "from", outlook.senderid or "no sender ID written"
    yield "cost", campaigns.cost(outlook, sends) if outlook.messages else "nothing"
    yield "when", _when(shown, plan, layout)
    for said in campaigns.elsewhere(outlook.held, layout):
        yield "waits", prose(said)
    if outlook.quiet_hours:
        yield "quiet", f"nothing goes out {outlook.quiet_hours.replace('-', ' to ')}"
    if outlook.status is CampaignStatus.WAITING:
        yield "why", prose(outlook.reason or "not due yet")
        yield "next", "run sendmode-sync apply then" if outlook.next_at else "choose a later deadline"
    elif outlook.reason:
        yield "why", prose(outlook.reason)
    if outlook.place:
        yield "in file", tag("code", outlook.place)


def _sizes(sends: Sequence[SendChange]) -> Html | None:
    """Return how many people get texts of which size, where there is more than one."""
    sizes = review.sizes(sends)
    if len(sizes) < 2:
        return None
    rows = (
        (
            f"{size.encoding}, {count(size.segments, 'segment')}",
            f"{size.people:,}",
            figures.amount(size.credits),
            size.forcing,
        )
        for size in sizes
    )
    return grid(
        "what their own values make of it", ("text", "people", "credits", "because of"), rows, frozenset({1, 2})
    )


def grid(
    caption: str, header: Sequence[str], rows: Iterable[Sequence[Content]], right: frozenset[int] = frozenset()
) -> Html:
    """Return a table whose first column names its rows; columns of ``right`` (from 0) hold figures."""

    def look(at: int) -> str | None:
        return "number" if at in right else None

    head = tag("tr", *(tag("th", cell, scope="col", class_=look(at)) for at, cell in enumerate(header)))
    body = (
        tag(
            "tr",
            tag("th", cells[0], scope="row"),
            *(tag("td", cell, class_=look(at)) for at, cell in enumerate(cells[1:], 1)),
        )
        for cells in rows
    )
    return tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body))


def _lists(sends: Sequence[SendChange], masker: Masker, layout: Layout) -> Iterator[Html]:
    """Yield what is folded: calls, texts where they may be seen, and everybody where no list is to be cut."""
    if not sends:
        return
    yield folded(count(len(sends), "call"), listed(sends, _call, layout))
    if masker.show:
        texts = review.readers(sends)
        yield folded(count(len(texts), "text"), listed(texts, _text, layout))
    if layout.all_items:
        people = [number for send in sends for number in send.recipients]
        numbers = listed(
            people, lambda number: tag("code", masker.number(number), class_="whole"), layout, "list columns"
        )
        yield folded(persons(len(people)), numbers)


def _call(send: SendChange) -> Html:
    size = f" {persons(len(send.recipients))}, {figures.credits(send.credits)}"
    return joined((tag("code", send.customerid), size))


def _text(read: tuple[str, int]) -> Html:
    text, number = read
    return joined((tag("strong", f"{number:,} x "), text))
