"""What a run has done so far, counted, and the report it becomes; it decides nothing and holds no personal data."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from sendmode_sync.errors import Problem, gravest
from sendmode_sync.executor.verdict import Failed
from sendmode_sync.model.report import EXIT_OF_REASON, Reason, RunReport, SendTally, Tally

_IDENTIFIER = re.compile(r"[A-Z][A-Z0-9_]{2,49}")


@dataclass(slots=True)
class Lane:
    """Calls of one kind. ``barred`` were left out because their number was opted out meanwhile."""

    planned: int = 0
    done: int = 0
    failed: int = 0
    barred: int = 0

    def tally(self) -> Tally:
        """Return what is reported."""
        return Tally(self.done, self.failed, self.planned - self.done - self.failed - self.barred)


@dataclass(slots=True)
class Sent:
    """Recipients of sends, by what became of them; ``left`` are still to be sent."""

    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    left: int = 0


@dataclass(slots=True)
class Book:
    """The counts of one run. ``estimated`` is the estimated cost of what was accepted, in credits.

    ``refusals`` counts refused calls by what they were and why; the server's own words are left out, since they may
    repeat what was sent.
    """

    optouts: Lane = field(default_factory=Lane)
    imports: Lane = field(default_factory=Lane)
    sends: Sent = field(default_factory=Sent)
    before: Decimal | None = None
    after: Decimal | None = None
    estimated: Decimal = Decimal(0)
    calls: int = 0
    notices: list[Problem] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)

    def refused(self, what: str, failed: Failed) -> None:
        """Count one refused call of a kind such as ``import``."""
        identifier = _IDENTIFIER.search(failed.detail)
        named = f" {identifier[0]}" if identifier else ""
        self.refusals[f"{what} refused: {failed.cause}{named}"] += 1

    def notice(self, code: str, message: str) -> None:
        """Keep something that a person should know; it does not change the exit code."""
        self.notices.append(Problem(code, message, level="warning"))

    def report(self, run: str, reasons: set[Reason], plan_digest: str | None, seconds: float) -> RunReport:
        """Return the report of a run that is over."""
        sends = self.sends
        return RunReport(
            run=run,
            exit_code=gravest(EXIT_OF_REASON[reason] for reason in reasons),
            reasons=tuple(reason for reason in Reason if reason in reasons),
            plan_digest=plan_digest,
            imports=self.imports.tally(),
            optouts=self.optouts.tally(),
            sends=SendTally(sends.accepted, sends.rejected, sends.unknown, sends.left),
            before=self.before,
            after=self.after,
            estimated=self.estimated,
            calls=self.calls,
            seconds=seconds,
            notices=tuple(self.notices),
            failures=tuple(
                sentence if count == 1 else f"{sentence} ({count} calls)"
                for sentence, count in self.refusals.most_common()
            ),
        )
