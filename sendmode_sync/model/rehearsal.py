"""What a rehearsal did: the plan, every call with its time on the virtual clock, and the report of the run."""

from __future__ import annotations

from typing import NamedTuple

from sendmode_sync.model.calls import Answer, Call
from sendmode_sync.model.plan import Plan
from sendmode_sync.model.report import RunReport


class Rehearsed(NamedTuple):
    """One call of a rehearsal: seconds since its start, what was called, what came back."""

    seconds: float
    call: Call
    answer: Answer


class Rehearsal(NamedTuple):
    """Everything a rehearsal did. ``seconds`` is how long the real run would take."""

    plan: Plan
    report: RunReport
    calls: tuple[Rehearsed, ...]
    seconds: float
