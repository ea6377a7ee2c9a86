"""The runs that the state remembers, and the calls of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sendmode_sync.model.plandoc import moment
from sendmode_sync.model.state import OperationEntry, RunEntry
from sendmode_sync.render import figures
from sendmode_sync.render.choice import unavailable
from sendmode_sync.render.jsondoc import FORMAT_VERSION, dump, number
from sendmode_sync.render.layout import Layout, cut, sections, table
from sendmode_sync.render.view import Masker, page, printable

_ID_SHOWN = 8


def render(runs: Sequence[RunEntry], form: str, *, zone: str = "UTC") -> str:
    """Return the runs, in the order given; ``zone`` is the IANA zone of the times in text."""
    match form:
        case "text":
            if not runs:
                return "no runs yet."
            header = ("run", "kind", "started", "took", "exit", "balance", "calls")
            return page(table(header, [_run_row(run, zone) for run in runs], frozenset({3, 4}), indent=0))
        case "json":
            return dump({"format_version": FORMAT_VERSION, "runs": [_run_entry(run) for run in runs]})
        case _:
            raise unavailable(form, "text", "json")


def render_run(
    run: RunEntry,
    operations: Sequence[OperationEntry],
    form: str,
    masker: Masker,
    *,
    all_items: bool = False,
    zone: str = "UTC",
) -> str:
    """Return one run and its calls in the order of their claims."""
    match form:
        case "text":
            return page(_run_lines(run, operations, masker, Layout(all_items, zone=zone)))
        case "json":
            calls = [_operation_entry(operation, masker) for operation in operations]
            return dump({"format_version": FORMAT_VERSION, "run": _run_entry(run), "operations": calls})
        case _:
            raise unavailable(form, "text", "json")


def _run_row(run: RunEntry, zone: str) -> tuple[str, ...]:
    return (
        printable(run.run[:_ID_SHOWN]),
        printable(run.kind),
        figures.moment(run.started_at, zone),
        _took(run),
        "-" if run.exit_code is None else str(run.exit_code),
        _balances(run.balance_before, run.balance_after),
        _counts(run),
    )


def _took(run: RunEntry) -> str:
    return "-" if run.ended_at is None else figures.duration((run.ended_at - run.started_at).total_seconds())


def _counts(run: RunEntry) -> str:
    """Return ``import 3 done; send 1 accepted, 1 unknown``."""
    kinds = (
        f"{kind} " + figures.joined((f"{of:,} {status}" for status, of in statuses.items() if of), "0")
        for kind, statuses in run.counts.items()
    )
    return printable("; ".join(kinds)) or "none"


def _balances(before: Decimal | None, after: Decimal | None) -> str:
    if before is None:
        return "not read"
    return figures.amount(before) if after is None else f"{figures.amount(before)} -> {figures.amount(after)}"


def _run_lines(run: RunEntry, operations: Sequence[OperationEntry], masker: Masker, layout: Layout) -> list[str]:
    shown, rest = cut(operations, layout, 0)
    header = ("operation", "kind", "status", "what", "people", "credits", "cause", "claimed")
    rows = [_operation_row(operation, masker, layout.zone) for operation in shown]
    facts = [
        f"run {printable(run.run)}, {printable(run.kind)} by {printable(run.user)} on {printable(run.host)}",
        f"started {figures.moment(run.started_at, layout.zone)}, "
        + ("has not ended" if run.ended_at is None else f"ended {figures.moment(run.ended_at, layout.zone)}")
        + ("" if run.ended_at is None else f" after {_took(run)}")
        + ("" if run.exit_code is None else f" with exit code {run.exit_code}"),
        f"balance {_balances(run.balance_before, run.balance_after)}",
        f"calls {_counts(run)}",
        *([f"allowed {printable(_allowed(run))}, by {printable(run.user)}"] if run.allowed else []),
        *([f"commit {printable(run.commit)}"] if run.commit else []),
        *([f"plan digest: {printable(run.plan_digest)}"] if run.plan_digest else []),
    ]
    return sections(facts, table(header, rows, frozenset({5}), indent=0) if rows else ["no calls"], rest)


def _allowed(run: RunEntry) -> str:
    return ", ".join(f"{limit}={value}" for limit, value in sorted(run.allowed.items()))


def _operation_row(operation: OperationEntry, masker: Masker, zone: str) -> tuple[str, ...]:
    alone = len(operation.recipients) == 1
    return (
        printable(operation.operation[:_ID_SHOWN]),
        printable(operation.kind),
        printable(operation.status),
        printable(operation.campaign or operation.group or "-"),
        masker.number(operation.recipients[0]) if alone else f"{len(operation.recipients):,}",
        figures.amount(operation.credits),
        printable(operation.cause or "-"),
        figures.moment(operation.claimed_at, zone),
    )


def _run_entry(run: RunEntry) -> dict[str, object]:
    return {
        "run": run.run,
        "kind": run.kind,
        "started_at": moment(run.started_at),
        "ended_at": moment(run.ended_at),
        "exit_code": run.exit_code,
        "host": run.host,
        "pid": run.pid,
        "user": run.user,
        "plan_digest": run.plan_digest,
        "commit": run.commit,
        "allowed": dict(run.allowed),
        "config_digest": run.config_digest,
        "balance": {"before": number(run.balance_before), "after": number(run.balance_after)},
        "counts": {kind: dict(statuses) for kind, statuses in run.counts.items()},
    }


def _operation_entry(operation: OperationEntry, masker: Masker) -> dict[str, object]:
    return {
        "operation": operation.operation,
        "kind": operation.kind,
        "status": operation.status,
        "campaign": operation.campaign,
        "group": operation.group,
        "customerid": operation.customerid,
        "recipients": [masker.number(recipient) for recipient in operation.recipients],
        "credits": float(operation.credits),
        "cause": operation.cause,
        "claimed_at": moment(operation.claimed_at),
        "settled_at": moment(operation.settled_at),
    }
