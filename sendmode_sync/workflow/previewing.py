"""The verb ``preview`` over a state reader: one campaign as its recipients would read it."""

from __future__ import annotations

import datetime as dt

from sendmode_sync.model.preview import Preview
from sendmode_sync.planning import planner, previewing
from sendmode_sync.ports import StateReader
from sendmode_sync.workflow import planning
from sendmode_sync.workflow.planning import Asked


def preview(asked: Asked, reader: StateReader | None, campaign: str, now: dt.datetime) -> Preview:
    """Return every distinct text of a campaign; ``asked`` names it, so that an unknown one is a ``UsageError``."""
    plan = planning.make(asked, reader, now)
    outlook = next(each for each in plan.campaigns if each.name == campaign)
    state = None if reader is None else reader.load(planner.campaigns_needed(asked.desired), now)
    return previewing.preview(asked.desired, state, outlook, now)
