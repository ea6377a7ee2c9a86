"""One campaign in Markdown: a row among all campaigns, a block of its own, or a line where it is over."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sendmode_sync.model.counting import count
from sendmode_sync.model.plan import CampaignOutlook, CampaignStatus, SendChange
from sendmode_sync.render import campaigns, figures, review
from sendmode_sync.render.layout import EXAMPLES, Layout, more
from sendmode_sync.render.markdown_inert import block, cell, code, prose
from sendmode_sync.render.view import Masker

_LINE = re.compile(r".{1,80}(?: |$)|[^ ]+ ?")

COLUMNS = "| campaign | status | people | credits | when |\n|:--|:--|--:|--:|:--|"
"""The header of the rows."""


def row(outlook: CampaignOutlook, sends: Sequence[SendChange], layout: Layout, *, limited: bool) -> str:
    """Return a campaign as one row of a table; what goes out by this plan is set in bold."""
    cost = figures.amount(outlook.credits) if outlook.credits else ""
    when = campaigns.when(outlook, sends, layout, limited=limited)
    status = f"**{outlook.status}**" if sends else str(outlook.status)
    return f"| {cell(outlook.name)} | {status} | {outlook.left:,} | {cost} | {when} |"


def line(outlook: CampaignOutlook) -> str:
    """Return a campaign of which nothing is sent."""
    said = campaigns.ending(outlook)
    return f"- {code(outlook.name)} {outlook.status}{f': {prose(said)}' if said else ''}"


def campaign(
    outlook: CampaignOutlook, sends: Sequence[SendChange], masker: Masker, layout: Layout, *, limited: bool
) -> str:
    """Return what a reviewer wants to know of a campaign, its text first; its calls are folded."""
    opening, closing, lines = block(_wrapped(review.text(outlook, sends, masker)))
    facts = [
        ("to", campaigns.people(outlook)),
        ("from", "no sender ID written" if outlook.senderid is None else code(outlook.senderid)),
        ("cost", campaigns.cost(outlook, sends) if outlook.messages else "nothing"),
        ("when", campaigns.when(outlook, sends, layout, limited=limited)),
        *(("waits", prose(said)) for said in campaigns.elsewhere(outlook.held, layout)),
        *_waiting(outlook),
        *(("look twice", prose(caution)) for caution in review.cautions(outlook, sends)),
    ]
    return "\n\n".join(
        (
            f"#### {code(outlook.name)} {outlook.status}",
            "\n".join((opening, *lines, closing)),
            "\n".join(f"- **{label}**: {value}" for label, value in facts),
            *_folded(sends, layout),
        )
    )


def _wrapped(text: str) -> list[str]:
    """Return a text in lines that need no scrolling; where it breaks its own lines, that is marked."""
    return [piece for line in text.replace("\n", "↵\n").split("\n") for piece in _LINE.findall(line)]


def _waiting(outlook: CampaignOutlook) -> list[tuple[str, str]]:
    if outlook.status is not CampaignStatus.WAITING:
        return []
    then = "run `sendmode-sync apply` then" if outlook.next_at else "choose a later deadline"
    return [("why", prose(outlook.reason or "not due yet")), ("next", then)]


def _folded(sends: Sequence[SendChange], layout: Layout) -> list[str]:
    """Return what the texts of a campaign cost by size, and its calls."""
    if not sends:
        return []
    found = review.sizes(sends)
    sizes = [
        f"| {size.encoding} | {size.segments:,} | {size.people:,} | {figures.amount(size.credits)} | {cell(size.forcing) if size.forcing else ''} |"
        for size in found
    ]
    shown = sends if layout.all_items else sends[:EXAMPLES]
    calls = [
        f"| {cell(send.customerid)} | {len(send.recipients):,} | {send.encoding} | {send.segments:,} "
        f"| {figures.amount(send.credits)} |"
        for send in shown
    ]
    rest = [more(len(sends) - len(shown))] if len(shown) < len(sends) else []
    header = ("| encoding | segments each | people | credits | because of |", "|:--|--:|--:|--:|:--|")
    return [
        f"<details><summary>{count(len(sends), 'call')}</summary>",
        *(["\n".join((*header, *sizes))] if len(sizes) > 1 else []),
        "\n".join(("| call | people | encoding | segments each | credits |", "|:--|--:|:--|--:|--:|", *calls)),
        *rest,
        "</details>",
    ]
