"""A rehearsal: every call in its order with its time on the virtual clock, what it costs, and how long all takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple, assert_never

from sendmode_sync.model.calls import (
    Accepted,
    Answer,
    Call,
    CheckCredits,
    ImportCustomer,
    OptOutNumber,
    Refused,
    SendText,
    Throttled,
    Unknown,
    Unsent,
)
from sendmode_sync.model.counting import count
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import Plan, SendChange
from sendmode_sync.model.rehearsal import Rehearsal, Rehearsed
from sendmode_sync.model.report import RunReport
from sendmode_sync.render import figures
from sendmode_sync.render.choice import unavailable
from sendmode_sync.render.jsondoc import FORMAT_VERSION, dump, number
from sendmode_sync.render.layout import Layout, cut, entry, sections, table, title
from sendmode_sync.render.reports import REASONS
from sendmode_sync.render.view import Masker, page, printable

_ACCEPTED = "accepted"


class _Row(NamedTuple):
    """One call as it is shown. ``what`` is its campaign or group; ``credits`` is what it was estimated at."""

    seconds: float
    kind: str
    what: str
    recipients: tuple[E164, ...]
    credits: Decimal
    answer: str


def render(rehearsal: Rehearsal, form: str, masker: Masker, *, all_items: bool = False, colour: bool = False) -> str:
    """Return a rehearsal in one format. In text, calls of one kind that follow each other share a line."""
    rows = [_row(call, rehearsal.plan) for call in rehearsal.calls]
    match form:
        case "text":
            return page(_lines(rehearsal, rows, Layout(all_items, colour)))
        case "json":
            return dump(_document(rehearsal, rows, masker))
        case _:
            raise unavailable(form, "text", "json")


def _row(made: Rehearsed, plan: Plan) -> _Row:
    kind, what, recipients, cost = _called(made.call, plan)
    return _Row(made.seconds, kind, what, recipients, cost, _answered(made.answer))


def _called(call: Call, plan: Plan) -> tuple[str, str, tuple[E164, ...], Decimal]:
    match call:
        case CheckCredits():
            return "credits", "", (), Decimal(0)
        case OptOutNumber():
            return "opt-out", "", (call.mobilenumber,), Decimal(0)
        case ImportCustomer():
            return "import", call.group, (call.mobilenumber,), Decimal(0)
        case SendText():
            send = _planned(call, plan.sends)
            if send is None:
                return "send", "", call.recipients, Decimal(0)
            return "send", send.campaign, call.recipients, send.credits * len(call.recipients) / len(send.recipients)
        case _:
            assert_never(call)


def _planned(call: SendText, sends: Iterable[SendChange]) -> SendChange | None:
    """Return the planned send that a call was made for, or a part of it: a canary goes to one of its recipients."""
    wanted = set(call.recipients)
    for send in sends:
        if send.messagetext == call.messagetext and wanted <= set(send.recipients):
            return send
    return None


def _answered(answer: Answer) -> str:
    match answer:
        case Accepted():
            return _ACCEPTED
        case Refused(cause=cause) | Unsent(cause=cause) | Unknown(cause=cause):
            return cause
        case Throttled():
            return "too many calls"
        case _:
            assert_never(answer)


def _document(rehearsal: Rehearsal, rows: Sequence[_Row], masker: Masker) -> dict[str, object]:
    report = rehearsal.report
    return {
        "format_version": FORMAT_VERSION,
        "exit_code": int(report.exit_code),
        "reasons": [reason.value for reason in report.reasons],
        "seconds": round(rehearsal.seconds, 3),
        "api_calls": len(rows),
        "credits": {"before": number(report.before), "after": number(report.after), "estimated": float(_cost(rows))},
        "calls": [
            {
                "seconds": round(row.seconds, 3),
                "kind": row.kind,
                "what": row.what or None,
                "recipients": [masker.number(recipient) for recipient in row.recipients],
                "credits": float(row.credits),
                "answer": row.answer,
            }
            for row in rows
        ],
    }


def _cost(rows: Iterable[_Row]) -> Decimal:
    """Return the estimated cost of what was accepted, in credits."""
    return sum((row.credits for row in rows if row.answer == _ACCEPTED), Decimal(0))


def _lines(rehearsal: Rehearsal, rows: Sequence[_Row], layout: Layout) -> list[str]:
    stretches = [list(stretch) for _, stretch in groupby(rows, key=lambda row: (row.kind, row.what, row.answer))]
    shown, rest = cut(stretches, layout, 2)
    header = ("after", "calls", "kind", "what", "people", "credits", "answer")
    calls = table(header, [_stretch(stretch) for stretch in shown], frozenset({1, 4, 5}))
    return sections(
        [title("calls", layout), *calls, *rest] if rows else [],
        _totals(rehearsal.report, rows, rehearsal.seconds),
    )


def _stretch(rows: Sequence[_Row]) -> tuple[str, ...]:
    first = rows[0]
    return (
        _clock(first.seconds),
        f"{len(rows):,}",
        first.kind,
        printable(first.what) or "-",
        f"{sum(len(row.recipients) for row in rows):,}",
        figures.amount(_cost(rows)),
        printable(first.answer),
    )


def _clock(seconds: float) -> str:
    """Return a time since the start as ``0:00:04``."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}"


def _totals(report: RunReport, rows: Sequence[_Row], seconds: float) -> list[str]:
    lines = [line for reason in report.reasons for line in entry("why", REASONS[reason].why, indent=0)]
    if not rows:
        return [*lines, "an apply would make no call. nothing was changed."]
    took, cost = figures.duration(seconds), figures.credits(_cost(rows))
    said = f"an apply would make {count(len(rows), 'call')} in about {took} and spend {cost}"
    ended = f"; it would end with exit code {report.exit_code:d}" if report.exit_code else ""
    return [*lines, f"{said}{ended}. nothing was changed."]
