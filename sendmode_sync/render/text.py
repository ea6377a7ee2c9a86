"""The plan as text: first what needs a person, then every change, and last one sentence of what an apply would do.

Marks carry the meaning, colour only repeats it: + import, ~ update, - opt-out, > send, ! held, ? unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

from sendmode_sync.errors import Problem
from sendmode_sync.model.counting import persons
from sendmode_sync.model.imports import by_group
from sendmode_sync.model.plan import CampaignOutlook, CampaignStatus, ImportChange, Plan, SendChange
from sendmode_sync.render import campaigns, commands, figures, unsettled
from sendmode_sync.render.fields import fields
from sendmode_sync.render.layout import Layout, Mark, cut, entry, item, sections, title
from sendmode_sync.render.summary import next_run, sentence
from sendmode_sync.render.view import Masker, page, printable

_DIGEST_SHOWN = 15  # "p1:" and twelve digits: enough to compare by eye
_LEVELS = ("warning", "notice")
_TOLD_ABOVE = frozenset({"outcome-unknown", "balance-short"})  # codes of planning that "needs a person" puts first


def plan_text(plan: Plan, masker: Masker, layout: Layout) -> str:
    """Return the plan for a person at a terminal."""
    parts = [
        _persons(plan, masker, layout),
        _campaigns(plan, masker, layout),
        _optouts(plan, masker, layout),
        _imports(plan, masker, layout),
        _notices(plan, layout),
    ]
    if not any(parts):
        return page([sentence(plan)])
    last = [sentence(plan), *next_run(plan.next_run, layout.zone), f"plan digest: {plan.approval}"]
    return page(sections([_header(plan, layout)], *parts, last))


def _header(plan: Plan, layout: Layout) -> str:
    state = "no state" if plan.lineage is None else f"state serial {plan.serial}"
    made = f"plan of {figures.moment(plan.created_at, layout.zone)}"
    return f"{title(made, layout)}  ({plan.approval[:_DIGEST_SHOWN]}, {state})"


def _persons(plan: Plan, masker: Masker, layout: Layout) -> list[str]:
    """Return what an apply cannot settle by itself: unknown outcomes, blocked campaigns, limits, a low balance."""
    lines = [line for unknown in plan.unsettled for line in unsettled.lines(unknown, masker, layout)]
    listed = {unknown.campaign for unknown in plan.unsettled}
    for outlook in _having(plan, CampaignStatus.UNKNOWN):
        lines += [] if outlook.name in listed else _unknown(outlook, layout)
    for outlook in _having(plan, CampaignStatus.BLOCKED):
        lines += _blocked(outlook, plan.notices, layout)
    told = {outlook.name for outlook in _having(plan, CampaignStatus.BLOCKED)}
    limits = {limit.message for limit in plan.limits}
    for problem in plan.notices:
        if problem.level == "error" and problem.campaign not in told and problem.message not in limits:
            lines += item("!", printable(str(problem)), layout)
    for limit in plan.limits:
        lines += item("!", printable(limit.message), layout)
        lines += entry("then", "as it stands, an apply makes the opt-outs only")
    lines += _low_balance(plan, layout)
    return [title("needs a person", layout), *lines] if lines else []


def _having(plan: Plan, status: CampaignStatus) -> list[CampaignOutlook]:
    return [outlook for outlook in plan.campaigns if outlook.status is status]


def _unknown(outlook: CampaignOutlook, layout: Layout) -> list[str]:
    who = f"{persons(outlook.unknown)} may or may not have been sent it"
    was_sent, was_not = commands.resolve(outlook.name)
    return [
        *item("?", f"{printable(outlook.name)}: {who}", layout),
        f"      if it was sent    {was_sent}",
        f"      if it was not     {was_not}",
    ]


def _blocked(outlook: CampaignOutlook, notices: Sequence[Problem], layout: Layout) -> list[str]:
    lines = item("!", f"{printable(outlook.name)} is blocked; everything else goes on", layout)
    own = [problem for problem in notices if problem.level == "error" and problem.campaign == outlook.name]
    for problem in own:
        message = problem.message.removeprefix(f"campaign {outlook.name}: ")
        lines += entry("why", printable(f"{problem.place}: {message}" if problem.place else message))
    return lines if own else lines + entry("why", printable(outlook.reason or "no reason was given"))


def _low_balance(plan: Plan, layout: Layout) -> list[str]:
    balance, estimated = plan.credits.balance, plan.credits.estimated
    if balance is None or plan.credits.sufficient is not False:
        return []
    said = f"the sends need {figures.credits(estimated)} and the balance is {figures.amount(balance)}"
    return [
        *item("!", f"{said}: a campaign that is not covered as a whole does not start", layout),
        *entry("then", "top up the account and apply again; opt-outs and imports go on meanwhile"),
    ]


def _campaigns(plan: Plan, masker: Masker, layout: Layout) -> list[str]:
    calls: dict[str, list[SendChange]] = {}
    for send in plan.sends:
        calls.setdefault(send.campaign, []).append(send)
    lines: list[str] = []
    for outlook in plan.campaigns:
        if not campaigns.is_over(outlook, calls):
            sends = calls.get(outlook.name, ())
            lines += campaigns.block(outlook, sends, masker, layout, limited=bool(plan.limits and sends))
    over, rest = cut([each for each in plan.campaigns if campaigns.is_over(each, calls)], layout, 4)
    for outlook in over:
        lines += campaigns.line(outlook, layout)
    return [title("campaigns", layout), *lines, *rest] if lines else []


def _optouts(plan: Plan, masker: Masker, layout: Layout) -> list[str]:
    shown, rest = cut(plan.optouts, layout, 4)
    lines = [line for change in shown for line in item("-", masker.number(change.mobilenumber), layout)]
    return [title("opt-outs", layout), *lines, *rest] if lines else []


def _imports(plan: Plan, masker: Masker, layout: Layout) -> list[str]:
    lines: list[str] = []
    for name, created, updated in by_group(plan.imports):
        kinds = ((created, "new"), (updated, "changed"))
        counts = (f"{len(changes):,} {word}" if changes else "" for changes, word in kinds)
        lines.append(f"  {printable(name)}: {figures.joined(counts, '')}")
        for changes, _ in kinds:
            shown, rest = cut(changes, layout, 6)
            lines += [line for change in shown for line in _import(change, masker, layout)] + rest
    return [title("imports", layout), *lines] if lines else []


def _import(change: ImportChange, masker: Masker, layout: Layout) -> list[str]:
    mark: Mark = "+" if change.change == "create" else "~"
    return item(mark, f"{masker.number(change.mobilenumber)}  {fields(change, masker)}", layout, indent=4)


def _notices(plan: Plan, layout: Layout) -> list[str]:
    others = [each for each in plan.notices if each.level != "error" and each.code not in _TOLD_ABOVE]
    shown, rest = cut(sorted(others, key=lambda each: _LEVELS.index(each.level)), layout, 2)
    lines: list[str] = []
    for problem in shown:
        lines += entry(problem.level, printable(str(problem)), indent=2)
    return [title("notices", layout), *lines, *rest] if lines else []
