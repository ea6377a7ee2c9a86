"""The verb ``preview`` over a state reader: one campaign as its recipients would read it."""

from __future__ import annotations

import datetime as dt

from sendmode_sync.errors import RefusedError
from sendmode_sync.model.preview import Preview
from sendmode_sync.planning import previewing, series
from sendmode_sync.ports import StateReader
from sendmode_sync.workflow import planning
from sendmode_sync.workflow.planning import Asked


def preview(asked: Asked, reader: StateReader | None, campaign: str, now: dt.datetime) -> Preview:
    """Return every distinct text of a campaign; ``asked`` names it, so that an unknown one is a ``UsageError``.

    Of a repeating campaign it is the occurrence that is due, else the next one.
    """
    plan = planning.make(asked, reader, now)
    meant = series.next_of(asked.desired, campaign, now)
    if meant is None:
        raise RefusedError(f'campaign "{campaign}" has no occurrence left', remedy="its repeat ends with until")
    outlook = next((each for each in plan.campaigns if each.name == meant.name), None)
    if outlook is None:
        raise RefusedError(
            f'"{campaign}" is over, or too far ahead to be shown',
            remedy=f"preview {series.series_of(campaign)} shows the next",
        )
    state = None if reader is None else planning.load(asked.desired, reader, now, imports=False)
    after = (each.scheduledate for each in plan.campaigns if each.series == outlook.series and each.ahead)
    upcoming = tuple(at for at in after if at is not None and outlook.series is not None)
    return previewing.preview(asked.desired, state, outlook, now, upcoming)
