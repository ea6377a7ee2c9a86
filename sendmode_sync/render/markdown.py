"""The plan as a comment on a pull request: what to decide first, long lists folded, all data inert, cut to a size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from sendmode_sync.errors import Problem
from sendmode_sync.model import imports
from sendmode_sync.model.counting import count
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import CampaignOutlook, ImportChange, OptOutChange, Plan
from sendmode_sync.model.plandoc import summary as counts_of
from sendmode_sync.render import campaigns, figures, markdown_campaign, review
from sendmode_sync.render.fields import fields
from sendmode_sync.render.layout import EXAMPLES, Layout, more
from sendmode_sync.render.markdown_budget import COMMENT, Budget, Section, fit
from sendmode_sync.render.markdown_inert import block, cell, code, prose
from sendmode_sync.render.review import Remark, Sends, Trouble
from sendmode_sync.render.summary import next_run, sentence
from sendmode_sync.render.view import Masker, quoted

MARKER = "<!-- sendmode-sync:plan -->"
"""The first line, by which who posts the comment finds it again and updates it in place."""

_DIGEST_SHOWN = 15
_LONGEST_DIGEST = 4_000  # characters: it grows with the number of campaigns

T = TypeVar("T")


def plan_markdown(plan: Plan, masker: Masker, layout: Layout, budget: Budget = COMMENT) -> str:
    """Return the plan in GitHub's Markdown; everywhere else it is read as plain CommonMark with tables."""
    sends = review.sends_of(plan)
    over = [outlook for outlook in plan.campaigns if campaigns.is_over(outlook, sends)]
    others = (outlook for outlook in plan.campaigns if not campaigns.is_over(outlook, sends))
    under_way = review.by_urgency(others, sends)
    closed = review.told_briefly(over)
    sections = [
        Section(0, "Needs a person", [_trouble(each) for each in review.troubles(plan, masker, layout)]),
        _glance(plan, under_way, sends, layout),
        _campaigns(plan, under_way, sends, masker, layout),
        _listed(4, closed, over, markdown_campaign.line, layout),
        _optouts(plan, masker, layout),
        *_imports(plan, masker, layout),
        _texts(sends, masker, layout),
        _recipients(sends, masker, layout),
        _listed(2, "Notices", review.notices(plan), _notice, layout)._replace(folded=False),
    ]
    return fit(_head(plan, layout), sections, _foot(plan, layout), budget)


def _head(plan: Plan, layout: Layout) -> str:
    state = "no state" if plan.lineage is None else f"state serial {plan.serial}"
    digest = code(plan.approval[:_DIGEST_SHOWN])
    rows = "".join(f"| {label} | {value} |\n" for label, value in _figures(plan))
    table = f"| what | how much |\n|:--|:--|\n{rows}\n" if rows else ""
    made = f"Plan of {figures.moment(plan.created_at, layout.zone)}, digest {digest}, {state}. It has sent nothing."
    return f"{MARKER}\n## {review.headline(plan)}\n\n{made}\n\n{table}"


def _foot(plan: Plan, layout: Layout) -> str:
    """Return the whole digest, which is what an approval is given for, and the sentence; a digest too long is not cut."""
    whole = (
        code(plan.approval)
        if len(plan.approval) <= _LONGEST_DIGEST
        else "too long for here: sendmode-sync plan ends with it"
    )
    digest = f"<details><summary>Digest to approve</summary>\n\n{whole}\n\n</details>"
    lines = (sentence(plan), *next_run(plan.next_run, layout.zone))
    return "\n\n".join((*((digest,) if plan.api_calls else ()), "---", *map(prose, lines)))


def _figures(plan: Plan) -> list[tuple[str, str]]:
    """Return the figures of the plan by label; a row of nothing is left out."""
    counts = counts_of(plan)
    sent, took = counts["sends"], figures.duration(plan.estimated_seconds)
    reached = len({number for send in plan.sends for number in send.recipients})
    balance = plan.credits.balance
    of = "balance not checked" if balance is None else f"balance {figures.amount(balance)}"
    texts = figures.joined((count(sent["messages"], "text"), count(sent["segments"], "segment")), "")
    held = ", held back" if plan.limits else ""
    rows = (
        ("**People**", f"**{reached:,}** ({texts}){held}" if reached else ""),
        ("**Credits**", f"**{figures.amount(plan.credits.estimated)}** ({of}){held}" if reached else ""),
        ("Opt-outs", f"{len(plan.optouts):,}" if plan.optouts else ""),
        ("Imports", f"{_counted(_kinds(plan))}{held}" if plan.imports else ""),
        ("Campaigns", _counted((number, status) for status, number in counts["campaigns"].items())),
        ("Calls", f"{plan.api_calls:,}, about {took}" if plan.api_calls and not held else ""),
    )
    return [row for row in rows if row[1]]


def _kinds(plan: Plan) -> Iterable[tuple[int, str]]:
    created = imports.created(plan.imports)
    return (created, "new"), (len(plan.imports) - created, "changed")


def _counted(counts: Iterable[tuple[int, str]]) -> str:
    return figures.joined((f"{number:,} {word}" for number, word in counts if number), "")


def _remark(remark: Remark) -> str:
    return f"{code(remark.place)}: {prose(remark.said)}" if remark.place else prose(remark.said)


def _trouble(trouble: Trouble) -> str:
    told = _remark(trouble.remark)
    first = f"- **{told}**" if trouble.campaign is None else f"- {code(trouble.campaign)}{trouble.between}**{told}**"
    lines = [first, *(f"  - {label}: {_remark(said)}" for label, said in trouble.facts)]
    if trouble.people:
        others = f" {more(trouble.more_people, '--format json lists them')}" if trouble.more_people else ""
        lines.append(f"  - people: {', '.join(map(code, trouble.people))}{others}")
    lines += [f"  - why: {_remark(reason)}" for reason in trouble.reasons]
    if trouble.then:
        lines.append(f"  - then: {prose(trouble.then)}")
    return "\n".join((*lines, *(f"  - {when}: {code(command)}" for when, command in trouble.commands)))


def _glance(plan: Plan, outlooks: Iterable[CampaignOutlook], sends: Sends, layout: Layout) -> Section:
    rows = [
        markdown_campaign.row(
            outlook,
            sends.get(outlook.name, ()),
            layout,
            limited=bool(plan.limits) and outlook.name in sends,
        )
        for outlook in outlooks
    ]
    return Section(1, "At a glance", rows, opening=markdown_campaign.COLUMNS)


def _campaigns(
    plan: Plan, outlooks: Iterable[CampaignOutlook], sends: Sends, masker: Masker, layout: Layout
) -> Section:
    blocks = [
        markdown_campaign.campaign(
            outlook, sends.get(outlook.name, ()), masker, layout, limited=bool(plan.limits) and outlook.name in sends
        )
        for outlook in outlooks
    ]
    return Section(3, "Campaigns", blocks, gap="\n\n")


def _optouts(plan: Plan, masker: Masker, layout: Layout) -> Section:
    def write(change: OptOutChange) -> str:
        return f"- {masker.number(change.mobilenumber)}"

    title = count(len(plan.optouts), "opt-out")
    return _coded(_listed(5, title, plan.optouts, write, layout), "diff")


def _imports(plan: Plan, masker: Masker, layout: Layout) -> Iterator[Section]:
    """Yield how many imports each group gets, and ten examples of each kind."""
    groups = imports.by_group(plan.imports)
    rows = [f"| {cell(name)} | {len(created):,} | {len(updated):,} |" for name, created, updated in groups]
    yield Section(6, "Imports", rows, opening="| group | new | changed |\n|:--|--:|--:|")

    def write(change: ImportChange) -> str:
        mark = "+" if change.change == "create" else "!"
        return f"{mark} {masker.number(change.mobilenumber)}  {change.group}: {fields(change, masker)}"

    kinds: tuple[tuple[imports.Kind, str], ...] = (("update", "changed"), ("create", "new"))
    for kind, word in kinds:
        changes = imports.of_kind(plan.imports, kind)
        yield _coded(_listed(7, f"{len(changes):,} {word}", changes, write, layout), "diff")


def _texts(sends: Sends, masker: Masker, layout: Layout) -> Section:
    """Return what each person will read, where that may be seen."""

    def write(read: tuple[str, str, int]) -> str:
        name, text, number = read
        return f"{name}: {number:,} x {quoted(text)}"

    texts = [(name, *read) for name, calls in sends.items() for read in (review.readers(calls) if masker.show else ())]
    return _coded(_listed(8, count(len(texts), "text"), texts, write, layout))


def _recipients(sends: Sends, masker: Masker, layout: Layout) -> Section:
    """Return every recipient, where no list is to be cut."""

    def write(recipient: tuple[str, E164]) -> str:
        name, number = recipient
        return f"{name}: {masker.number(number)}"

    calls = [send for name in sends for send in (sends[name] if layout.all_items else ())]
    people = [(send.campaign, number) for send in calls for number in send.recipients]
    return _coded(_listed(9, count(len(people), "recipient"), people, write, layout))


def _listed(rank: int, title: str, items: Sequence[T], write: Callable[[T], str], layout: Layout) -> Section:
    """Return a list, folded, that is ten examples unless all are wanted."""
    shown = items if layout.all_items else items[:EXAMPLES]
    return Section(rank, title, [write(item) for item in shown], folded=True, left_out=len(items) - len(shown))


def _coded(section: Section, language: str = "text") -> Section:
    """Return a list as one block of code, where data is inert."""
    opening, closing, shown = block(section.items, language)
    return section._replace(items=shown, opening=opening, closing=closing)


def _notice(problem: Problem) -> str:
    return f"- {problem.level}: {_remark(review.remark(problem))}"
