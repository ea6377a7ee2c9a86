"""How values stand in rows, the same in every database; it knows no SQL and opens nothing.

Instants are ISO 8601 in UTC with microseconds, so that text sorts as time does; credits are decimal text, never floats;
the fields of an import and every list of numbers are JSON.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sendmode_sync.model.desired import Values
from sendmode_sync.model.phone import E164
from sendmode_sync.model.state import (
    BalanceLook,
    CampaignRecord,
    FrozenText,
    Identity,
    OperationEntry,
    OptOutRecord,
    RunEntry,
    SendRow,
    SendStatus,
    SentEntry,
    UnknownOperation,
)

Row = tuple[Any, ...]
_STATUSES = {status.value: status for status in SendStatus}
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@functools.lru_cache(maxsize=16)  # the rows of one call share their instant
def stamp(at: dt.datetime) -> str:
    """Return an instant as it is stored; a naive one is refused with ``ValueError``."""
    if at.tzinfo is None:
        raise ValueError("an instant without a time zone cannot be stored")
    utc = at if at.tzinfo is dt.UTC else at.astimezone(dt.UTC)
    return utc.isoformat(timespec="microseconds")


@functools.lru_cache(maxsize=4096)  # likewise
def moment(text: str) -> dt.datetime:
    """Return a stored instant, aware, in UTC."""
    return dt.datetime.fromisoformat(text)


def optional_moment(text: str | None) -> dt.datetime | None:
    """Return a stored instant that may be missing."""
    return None if text is None else moment(text)


def amount(credit: Decimal | None) -> str | None:
    """Return credits as they are stored."""
    return None if credit is None else str(credit)


def optional_credits(text: str | None) -> Decimal | None:
    """Return stored credits that may be missing."""
    return None if text is None else Decimal(text)


def listed(texts: Iterable[str]) -> str:
    """Return texts as a JSON list: the form of stored fields, and of a set of numbers given to one statement."""
    return _COMPACT.encode(list(texts))


def among(numbers: Sequence[E164]) -> tuple[str, str]:
    """Return the condition on a column that holds one of some numbers, and the value it needs: one needs no list."""
    return ("= ?", numbers[0]) if len(numbers) == 1 else ("IN (SELECT value FROM json_each(?))", listed(numbers))


def fields_of(text: str) -> Values:
    """Return stored fields of one import."""
    return tuple(json.loads(text))


def fields_of_each(texts: Iterable[str]) -> Iterator[Values]:
    """Yield stored fields of some imports, all read at once."""
    return map(tuple, json.loads(f"[{','.join(texts)}]"))


def allowed_text(allowed: Mapping[str, str] | None) -> str:
    """Return the limits that a run was allowed to pass as they are stored."""
    return json.dumps(dict(allowed or {}), sort_keys=True)


def identity(row: Row) -> Identity:
    """Read (lineage, serial, tag_key, account, proven)."""
    lineage, serial, tag_key, account, proven = row
    return Identity(lineage, serial, tag_key, account, bool(proven))


def optout(row: Row) -> OptOutRecord:
    """Read (recorded_at, applied_at, source, optoutresponse, returnedresponse)."""
    recorded_at, applied_at, source, optoutresponse, returnedresponse = row
    return OptOutRecord(moment(recorded_at), optional_moment(applied_at), source, optoutresponse, returnedresponse)


def send(row: Row) -> SendRow:
    """Read (status, text, at)."""
    status, text, at = row
    return SendRow(_STATUSES[status], text, moment(at))


def campaign(row: Row, rows: Mapping[E164, SendRow], texts: Mapping[str, FrozenText]) -> CampaignRecord:
    """Read (name, started_at, content_digest, cancelled_at, closed_as, handed_over, operations, seen, expiry_said)."""
    name, started_at, content_digest, cancelled_at, closed_as, handed_over, operations, seen, expiry_said = row
    return CampaignRecord(
        name=name,
        started_at=optional_moment(started_at),
        content_digest=content_digest,
        cancelled_at=optional_moment(cancelled_at),
        closed_as=closed_as,
        handed_over=bool(handed_over),
        operations=operations,
        seen=seen,
        expiry_said=bool(expiry_said),
        rows=rows,
        texts=texts,
    )


def look(row: Row) -> BalanceLook:
    """Read (seconds, balance, others)."""
    seconds, balance, others = row
    return BalanceLook(seconds, Decimal(balance), Decimal(others))


def unknown(row: Row, recipients: Iterable[E164], looks: Iterable[BalanceLook]) -> UnknownOperation:
    """Read (operation, campaign, cause, at, customerid, credits, balance_before, balance_after)."""
    operation, campaign_name, cause, at, customerid, credit, before, after = row
    return UnknownOperation(
        operation=operation,
        campaign=campaign_name,
        cause=cause or "",
        at=moment(at),
        customerid=customerid or "",
        recipients=tuple(recipients),
        credits=Decimal(credit),
        balance_before=optional_credits(before),
        balance_after=optional_credits(after),
        looks=tuple(looks),
    )


def operation(row: Row, recipients: Iterable[E164]) -> OperationEntry:
    """Read (operation, run, kind, status, campaign, group, customerid, credits, cause, claimed_at, settled_at)."""
    key, run, kind, status, campaign_name, group, customerid, credit, cause, claimed_at, settled_at = row
    return OperationEntry(
        operation=key,
        run=run,
        kind=kind,
        status=status,
        campaign=campaign_name,
        group=group,
        customerid=customerid,
        recipients=tuple(recipients),
        credits=Decimal(credit),
        cause=cause,
        claimed_at=moment(claimed_at),
        settled_at=optional_moment(settled_at),
    )


def run_entry(row: Row, counts: Mapping[str, Mapping[str, int]]) -> RunEntry:
    """Read run, kind, start, end, exit code, host, pid, user, plan's and project's digest, balances, commit and allowed."""
    run, kind, started_at, ended_at, exit_code, host, pid, user, plan_digest, config_digest, *rest = row
    before, after, commit, allowed = rest
    return RunEntry(
        run=run,
        kind=kind,
        started_at=moment(started_at),
        ended_at=optional_moment(ended_at),
        exit_code=exit_code,
        host=host,
        pid=pid,
        user=user,
        plan_digest=plan_digest,
        config_digest=config_digest,
        balance_before=optional_credits(before),
        balance_after=optional_credits(after),
        counts=counts,
        commit=commit,
        allowed=json.loads(allowed),
    )


def sent(row: Row) -> SentEntry:
    """Read (mobilenumber, campaign, status, messagetext, customerid, at)."""
    mobilenumber, campaign_name, status, messagetext, customerid, at = row
    return SentEntry(mobilenumber, campaign_name, _STATUSES[status], messagetext, customerid, moment(at))
