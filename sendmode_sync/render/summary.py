"""The last lines of a plan: one sentence of what an apply would do, and when the next one is needed."""

from __future__ import annotations

from collections.abc import Sequence

from sendmode_sync.model import imports
from sendmode_sync.model.counting import count, persons
from sendmode_sync.model.plan import CampaignStatus, NextRun, Plan
from sendmode_sync.render import figures
from sendmode_sync.render.view import printable

HELD = frozenset({CampaignStatus.UNKNOWN, CampaignStatus.BLOCKED})
"""Statuses that wait for a person."""

NOTHING = "no changes: the account is up to date as far as the state knows."
NOTHING_MORE = "no changes: all that can go is done as far as the state knows; the rest needs a person, as said above."


def sentence(plan: Plan) -> str:
    """Return one sentence, never wrapped: calls, time at the rate limit, opt-outs, sends with their cost, imports."""
    if not plan.api_calls:
        return NOTHING_MORE if any(each.status in HELD for each in plan.campaigns) else NOTHING
    if plan.limits:
        return _limited(plan)
    took = figures.duration(plan.estimated_seconds)
    what = figures.joined((_optouts(plan), *_rest(plan)), "")
    return f"apply would make {count(plan.api_calls, 'call')} in about {took}: {what}."


def next_run(needed: NextRun | None, zone: str) -> list[str]:
    """Return when an apply is needed for the first campaign that waits; no line where none does."""
    if needed is None:
        return []
    when = figures.span(needed.at, needed.deadline, zone)
    return [f"next run needed: {when}, for {printable(needed.campaign)}; nothing sends this by itself."]


def _limited(plan: Plan) -> str:
    keys = " and ".join(f"safety.{limit.key}" for limit in plan.limits)
    held = figures.joined(_rest(plan), "nothing")
    if not plan.optouts:
        return f"apply would make no call: {keys} holds back {held}."
    return f"apply would make {count(len(plan.optouts), 'call')}: {_optouts(plan)}; {keys} holds back {held}."


def _optouts(plan: Plan) -> str:
    return count(len(plan.optouts), "opt-out") if plan.optouts else ""


def _rest(plan: Plan) -> Sequence[str]:
    created = imports.created(plan.imports)
    updated = len(plan.imports) - created
    return (
        _sends(plan),
        count(created, "import") if created else "",
        count(updated, "update") if updated else "",
    )


def _sends(plan: Plan) -> str:
    if not plan.sends:
        return ""
    texts = sum(len(send.recipients) for send in plan.sends)
    reached = len({number for send in plan.sends for number in send.recipients})
    twice = "" if texts == reached else f"{texts:,} texts, "
    segments = count(sum(len(send.recipients) * send.segments for send in plan.sends), "segment")
    return f"{count(len(plan.sends), 'send')} to {persons(reached)} ({twice}{segments}, {_credits(plan)})"


def _credits(plan: Plan) -> str:
    if plan.credits.balance is None:
        return f"{figures.credits(plan.credits.estimated)}, balance not checked"
    return f"{figures.amount(plan.credits.estimated)} of {figures.credits(plan.credits.balance)}"
