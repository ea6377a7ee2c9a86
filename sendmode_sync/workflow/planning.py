"""Planning over a state reader: what an apply would do, and where every campaign stands."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import NamedTuple

from sendmode_sync.errors import Problem
from sendmode_sync.model.desired import Desired
from sendmode_sync.model.plan import Abilities, Plan
from sendmode_sync.model.report import StatusReport
from sendmode_sync.model.state import State
from sendmode_sync.planning import planner
from sendmode_sync.planning.diff import Survey
from sendmode_sync.ports import StateReader

_OF_THE_FILES = frozenset({
    "api-cannot", "blank-text", "max-recipients", "merge-value-missing", "scheduledate-late", "scheduledate-quiet",
})  # fmt: skip
"""Codes of what blocks a campaign whatever the state holds."""


class Asked(NamedTuple):
    """What a plan is made from, apart from state and time. ``plan_id`` is a fresh UUID."""

    desired: Desired
    abilities: Abilities
    options: planner.Options
    plan_id: str


def make(asked: Asked, reader: StateReader | None, now: dt.datetime) -> Plan:
    """Return the plan at an instant; without a reader, as if nothing had ever been applied."""
    desired = asked.desired
    if reader is None:
        survey = planner.survey(desired, None)
        return planner.plan(desired, None, survey, {}, now, asked.plan_id, asked.abilities, asked.options)
    state = load(desired, reader, now, imports=True)
    survey = planner.survey(desired, state)
    before = reader.applied_values(survey.updated)
    made = planner.plan(desired, state, survey, before, now, asked.plan_id, asked.abilities, asked.options)
    return replace(made, unsettled=tuple(reader.unknowns()))


def load(desired: Desired, reader: StateReader, now: dt.datetime, *, imports: bool) -> State:
    """Return what a plan at an instant needs of the state, what was imported only where it is asked for."""
    if not any(campaign.repeat or campaign.exclude_received for campaign in desired.campaigns.values()):
        return reader.load(planner.campaigns_needed(desired, now), now, imports=imports)
    last = next((run.started_at for run in reader.runs() if run.kind == "apply"), now)
    names = planner.campaigns_needed(desired, now, reader.campaign_names(), last)
    return reader.load(names, now, imports=imports)


def problems(asked: Asked, now: dt.datetime) -> tuple[Problem, ...]:
    """Return what blocks single campaigns as far as the files alone tell; who is past its deadline is left alone."""
    desired = asked.desired
    made = planner.plan(desired, None, Survey(), {}, now, asked.plan_id, asked.abilities, asked.options)
    past = {each.name for each in desired.campaigns.values() if each.deadline is not None and each.deadline < now}
    return tuple(each for each in made.notices if each.code in _OF_THE_FILES and each.campaign not in past)


def look(asked: Asked, reader: StateReader, now: dt.datetime) -> Plan:
    """Return what became urgent while an apply runs: opt-outs and sends.

    Imports are neither read nor compared again: what was judged of them, ``max_shrink`` included, holds for the whole run.
    """
    desired = asked.desired
    state = load(desired, reader, now, imports=False)
    urgent = asked.options._replace(only=asked.options.only - {"imports"})
    return planner.plan(desired, state, Survey(), {}, now, asked.plan_id, asked.abilities, urgent)


def status(plan: Plan, reader: StateReader, now: dt.datetime) -> StatusReport:
    """Return where the project stands, out of a plan made just now and the state's own account."""
    identity = reader.identity()
    runs = reader.runs(limit=1)
    last = runs[0] if runs else None
    state = reader.load((), now)
    return StatusReport(
        lineage=identity.lineage,
        serial=identity.serial,
        campaigns=plan.campaigns,
        needs_person=tuple(reader.unknowns()),
        next_run_needed=planner.next_run_needed(plan.campaigns, now),
        last_run=last.run if last else None,
        last_run_at=last.started_at if last else None,
        last_exit=last.exit_code if last else None,
        applied_imports=sum(len(numbers) for numbers in state.applied.values()),
        optouts=len(state.optouts),
        optouts_open=sum(1 for record in state.optouts.values() if record.applied_at is None),
        notices=plan.notices,
    )
