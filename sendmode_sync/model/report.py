"""What a run did, counted, and what the status of a project is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from sendmode_sync.errors import Exit, Problem, StateError, gravest
from sendmode_sync.model.plan import CampaignOutlook, NextRun
from sendmode_sync.model.state import UnknownOperation


class Reason(StrEnum):
    """Why a run did not end with 0."""

    DURATION = "duration"
    CREDITS = "credits"
    INTERRUPTED = "interrupted"
    AWAY = "away"
    LIMIT = "limit"
    BLOCKED = "blocked"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNBILLED = "unbilled"
    EXPIRED = "expired"
    OPTOUTS_STALE = "optouts_stale"


EXIT_OF_REASON: Mapping[Reason, Exit] = MappingProxyType(
    {
        Reason.DURATION: Exit.INCOMPLETE,
        Reason.CREDITS: Exit.INCOMPLETE,
        Reason.INTERRUPTED: Exit.INCOMPLETE,
        Reason.AWAY: Exit.INCOMPLETE,
        Reason.LIMIT: Exit.ERROR,
        Reason.BLOCKED: Exit.ERROR,
        Reason.FAILED: Exit.ERROR,
        Reason.UNKNOWN: Exit.PERSON,
        Reason.UNBILLED: Exit.PERSON,
        Reason.EXPIRED: Exit.PERSON,
        Reason.OPTOUTS_STALE: Exit.ERROR,
    }
)


class Tally(NamedTuple):
    """Counts of imports or opt-outs of one run."""

    done: int = 0
    failed: int = 0
    left: int = 0


class SendTally(NamedTuple):
    """Counts of recipients of one run."""

    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class RunReport:
    """What one apply did. ``estimated`` is the estimated cost of what was accepted, in credits.

    ``failures`` are sentences about refused calls, numbers masked, most frequent first. ``next_run`` is the apply that is
    needed after this one, None where none is until something changes. ``stopped`` is what the state raised where that
    ended the run; ``Reason.FAILED`` stands for it.
    """

    run: str
    exit_code: Exit
    reasons: tuple[Reason, ...] = ()
    plan_digest: str | None = None
    imports: Tally = Tally()
    optouts: Tally = Tally()
    sends: SendTally = SendTally()
    before: Decimal | None = None
    after: Decimal | None = None
    estimated: Decimal = Decimal(0)
    calls: int = 0
    seconds: float = 0.0
    notices: tuple[Problem, ...] = ()
    failures: tuple[str, ...] = ()
    next_run: NextRun | None = None
    stopped: StateError | None = None

    def stopped_by(self, lost: StateError) -> RunReport:
        """Return the report of the same run, ended by what the state raised."""
        reasons = {*self.reasons, Reason.FAILED}
        exit_code = gravest(EXIT_OF_REASON[reason] for reason in reasons)
        ordered = tuple(reason for reason in Reason if reason in reasons)
        return replace(self, exit_code=exit_code, reasons=ordered, stopped=lost)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """Where every campaign stands, what needs a person, and when an apply is needed next (UTC)."""

    lineage: str
    serial: int
    campaigns: tuple[CampaignOutlook, ...]
    needs_person: tuple[UnknownOperation, ...]
    next_run_needed: dt.datetime | None
    last_run: str | None = None
    last_run_at: dt.datetime | None = None
    last_exit: int | None = None
    applied_imports: int = 0
    optouts: int = 0
    optouts_open: int = 0
    notices: tuple[Problem, ...] = ()
