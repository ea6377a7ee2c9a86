"""The plan as a comment on a pull request: what to decide first, long lists folded, all data inert, cut to a size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sendmode_sync.errors import Problem
from sendmode_sync.model.plan import CampaignOutlook, CampaignStatus, Plan, SendChange
from sendmode_sync.model.plandoc import summary as counts_of
from sendmode_sync.render import campaigns, commands, figures, review
from sendmode_sync.render.layout import EXAMPLES, Layout
from sendmode_sync.render.markdown_budget import COMMENT, Budget, Section, fit
from sendmode_sync.render.markdown_inert import block, cell, code, prose, summary
from sendmode_sync.render.review import Remark, Sends, Trouble
from sendmode_sync.render.summary import next_run, sentence
from sendmode_sync.render.view import Masker

MARKER = "<!-- sendmode-sync:plan -->"
"""The first line, by which who posts the comment finds it again and updates it in place."""

_DIGEST_SHOWN = 15


def plan_markdown(plan: Plan, masker: Masker, layout: Layout, budget: Budget = COMMENT) -> str:
    """Return the plan in GitHub's Markdown; everywhere else it is read as plain CommonMark with tables."""
    sends = review.sends_of(plan)
    over = [outlook for outlook in plan.campaigns if review.is_over(outlook, sends)]
    open_ones = review.by_urgency((each for each in plan.campaigns if each not in over), sends)
    sections = [
        Section(0, "Needs a person", [_trouble(each) for each in review.troubles(plan)]),
        _glance(plan, [*open_ones, *over], sends, layout),
        Section(2, "Campaigns", [_campaign(plan, each, sends, masker, layout) for each in open_ones], gap="\n\n"),
        _section(4, f"{figures.count(len(over), 'campaign')} with nothing to send", map(_over, over), layout),
        *_optouts(plan, masker, layout),
        *_imports(plan, masker, layout),
        *_texts(plan, masker, layout),
        *_recipients(plan, masker, layout),
        _section(3, "Notices", map(_notice, review.notices(plan)), layout, folded=False),
    ]
    return fit(_head(plan, layout), sections, _foot(plan, layout), budget)


def _head(plan: Plan, layout: Layout) -> str:
    state = "no state" if plan.lineage is None else f"state serial {plan.serial}"
    digest = code(plan.approval[:_DIGEST_SHOWN])
    rows = "".join(f"| {label} | {value} |\n" for label, value in _figures(plan))
    return (
        f"{MARKER}\n## {review.headline(plan)}\n\n"
        f"Plan of {figures.moment(plan.created_at, layout.zone)}, digest {digest}, {state}. "
        f"Nothing is sent until somebody applies it.\n\n"
        f"| | |\n|:--|:--|\n{rows}\n"
    )


def _foot(plan: Plan, layout: Layout) -> str:
    lines = (sentence(plan), *next_run(plan.campaigns, layout.zone))
    return "---\n\n" + "\n\n".join(map(prose, lines))


def _figures(plan: Plan) -> list[tuple[str, str]]:
    """Return the figures of the plan by label; a row of nothing is left out."""
    counts = counts_of(plan)
    sent, imported = counts["sends"], counts["imports"]
    reached = len({number for send in plan.sends for number in send.recipients})
    balance = plan.credits.balance
    of = "balance not checked" if balance is None else f"balance {figures.amount(balance)}"
    rows = (
        (
            "**Texts**",
            f"**{figures.people(reached)}**, {figures.count(sent['messages'], 'text')}, "
            f"{figures.count(sent['segments'], 'segment')}"
            if reached
            else "",
        ),
        ("**Credits**", f"**{figures.amount(plan.credits.estimated)}** ({of})" if reached else ""),
        ("Opt-outs", f"{len(plan.optouts):,}" if plan.optouts else ""),
        ("Imports", _counted(((imported["create"], "new"), (imported["update"], "changed")))),
        ("Campaigns", _counted((number, status) for status, number in counts["campaigns"].items())),
        ("Calls", f"{plan.api_calls:,}, about {figures.duration(plan.estimated_seconds)}" if plan.api_calls else ""),
    )
    return [row for row in rows if row[1]]


def _counted(counts: Iterable[tuple[int, str]]) -> str:
    return figures.joined((f"{number:,} {word}" for number, word in counts if number), "")


def _section(rank: int, title: str, items: Iterable[str], layout: Layout, *, folded: bool = True) -> Section:
    """Return a list that is ten examples unless all are wanted."""
    every = list(items)
    shown = every if layout.all_items else every[:EXAMPLES]
    return Section(rank, title, shown, folded=folded, left_out=len(every) - len(shown))


def _remark(remark: Remark) -> str:
    return f"{code(remark.place)}: {prose(remark.said)}" if remark.place else prose(remark.said)


def _trouble(trouble: Trouble) -> str:
    told = _remark(trouble.remark)
    first = f"- **{told}**" if trouble.campaign is None else f"- {code(trouble.campaign)}: **{told}**"
    lines = [first, *(f"  - why: {_remark(reason)}" for reason in trouble.reasons)]
    if trouble.then:
        lines.append(f"  - then: {prose(trouble.then)}")
    return "\n".join((*lines, *(f"  - {when}: {code(command)}" for when, command in trouble.commands)))


def _glance(plan: Plan, outlooks: Iterable[CampaignOutlook], sends: Sends, layout: Layout) -> Section:
    rows = []
    for outlook in outlooks:
        calls = sends.get(outlook.name, ())
        over = review.is_over(outlook, sends)
        people = f"{outlook.recipients if over else outlook.left:,}"
        cost = figures.amount(outlook.credits) if outlook.credits else ""
        when = "" if over else campaigns.when(outlook, calls, layout, limited=bool(plan.limits and calls))
        status = f"**{outlook.status}**" if calls else str(outlook.status)
        rows.append(f"| {cell(outlook.name)} | {status} | {people} | {cost} | {when} |")
    header = "| campaign | status | people | credits | when |\n|:--|:--|--:|--:|:--|"
    return Section(1, "At a glance", rows, opening=header)


def _campaign(plan: Plan, outlook: CampaignOutlook, sends: Sends, masker: Masker, layout: Layout) -> str:
    calls = sends.get(outlook.name, ())
    opening, closing, lines = block([review.text(outlook, calls, masker)])
    facts = [
        ("to", campaigns.people(outlook)),
        ("from", "no sender written" if outlook.senderid is None else code(outlook.senderid)),
        ("cost", campaigns.cost(outlook, calls) if outlook.messages else "nothing"),
        ("when", campaigns.when(outlook, calls, layout, limited=bool(plan.limits and calls))),
        *(("look twice", prose(caution)) for caution in review.cautions(outlook, calls)),
    ]
    if outlook.status is CampaignStatus.WAITING:
        facts.append(("why", prose(outlook.reason or "not due yet")))
        facts.append(("next", "run `sendmode-sync apply` then" if outlook.next_at else "choose a later deadline"))
    listed = "\n".join(f"- **{label}**: {value}" for label, value in facts)
    return "\n\n".join(
        (f"#### {code(outlook.name)} {outlook.status}", "\n".join((opening, *lines, closing)), listed, *_details(outlook, calls))
    )
