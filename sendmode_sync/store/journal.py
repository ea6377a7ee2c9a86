"""Claims: what must be durable before a call may start, checked and written in one transaction.

The order is the safety case: rate ledger, opt-outs, audience, claim. It never calls anything itself, and it never
claims a number a second time; how a claim ends is ``results``.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple, assert_never

from sendmode_sync.errors import StateError
from sendmode_sync.model.claim import (
    Barred,
    Beginning,
    Begun,
    Claim,
    CreditsClaim,
    ImportClaim,
    OptOutClaim,
    SendClaim,
    TestClaim,
    Wait,
)
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.phone import E164
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.store import ledger, optouts, recipients, results
from sendmode_sync.store.identity import grow
from sendmode_sync.store.lease import Lease
from sendmode_sync.store.rows import listed, stamp
from sendmode_sync.store.sql import Connection

_NO_CREDITS = "0"


class Slot(NamedTuple):
    """The moment of a start, the limit that holds for it, and the seconds for which it may go unanswered."""

    now: Instant
    limit: RateLimit
    hold: float


class _Entry(NamedTuple):
    """One row of the journal."""

    kind: str
    numbers: tuple[E164, ...] = ()
    campaign: str | None = None
    group: str | None = None
    customerid: str | None = None
    credits: str = _NO_CREDITS
    canary: bool = False
    pending: str | None = None


def begin(connection: Connection, lease: Lease | None, claim: Claim, at: dt.datetime, slot: Slot) -> Beginning:
    """Claim one call, inside the caller's transaction. Without a lease only the balance may be read."""
    if lease is None and not isinstance(claim, CreditsClaim):
        raise StateError("a call was to be claimed without the state's lock")
    if seconds := ledger.wait(connection, slot.now, slot.limit):
        return Wait(seconds)
    if numbers := _bar(connection, claim, at):
        return Barred(numbers)
    ledger.take(connection, claim.operation, slot.now, slot.limit, slot.hold)
    if lease is not None:
        _claim(connection, lease, claim, at)
    return Begun()


def intend(connection: Connection, lease: Lease, claim: SendClaim | TestClaim, at: dt.datetime) -> bool:
    """Claim a text without a slot, inside the caller's transaction; ``again`` starts it. False where it may not be."""
    if _bar(connection, claim, at):
        return False
    _claim(connection, lease, claim, at)
    return True


def again(connection: Connection, operation: str, at: dt.datetime, slot: Slot) -> Beginning:
    """Take a slot for another start of a claimed call, inside the caller's transaction.

    Where a recipient was opted out or erased meanwhile, or the campaign cancelled, the claim is taken back first.
    """
    query = "SELECT kind, status, campaign FROM operation WHERE operation = ?"
    kind, status, campaign = connection.execute(query, (operation,)).fetchone() or (None, None, None)
    if kind is None and not ledger.knows(connection, operation):
        raise StateError(f"call {operation} was never claimed")
    if kind is not None and status != "claimed":
        raise StateError(f"call {operation} is {status} and cannot be started again")
    if kind in {"send", "import", "test"} and (numbers := _barred_since(connection, operation, campaign)):
        results.release(connection, operation, "barred", at)
        if kind == "send" and campaign is not None:
            recipients.suppress(connection, campaign, optouts.barred(connection, numbers), at)
        grow(connection)
        return Barred(numbers)
    if seconds := ledger.wait(connection, slot.now, slot.limit):
        return Wait(seconds)
    ledger.take(connection, operation, slot.now, slot.limit, slot.hold)
    return Begun()


def _claim(connection: Connection, lease: Lease, claim: Claim, at: dt.datetime) -> None:
    """Write the claim, and the recipients of a send as claimed."""
    _write(connection, lease, claim.operation, _entry(claim), at)
    match claim:
        case SendClaim():
            recipients.claim_rows(connection, claim, at)
            grow(connection)
        case ImportClaim() | OptOutClaim() | TestClaim():
            grow(connection)
        case CreditsClaim():
            pass
        case _:
            assert_never(claim)


def _bar(connection: Connection, claim: Claim, at: dt.datetime) -> tuple[E164, ...]:
    """Return the numbers for which a claim may not be made."""
    match claim:
        case SendClaim():
            return recipients.bar(connection, claim, at)
        case ImportClaim(mobilenumber=number) | TestClaim(mobilenumber=number):
            return tuple(optouts.barred(connection, (number,)))
        case OptOutClaim(mobilenumber=number):
            return () if optouts.recorded(connection, number) else (number,)  # lifted since it was planned
        case CreditsClaim():
            return ()
        case _:
            assert_never(claim)


def _barred_since(connection: Connection, operation: str, campaign: str | None) -> tuple[E164, ...]:
    """Return who of a claimed call may no longer be sent to or imported."""
    query = "SELECT mobilenumber FROM operation_item WHERE operation = ? ORDER BY mobilenumber"
    numbers = tuple(number for (number,) in connection.execute(query, (operation,)).fetchall())
    query = "SELECT 1 FROM campaign WHERE name = ? AND (cancelled_at IS NOT NULL OR closed_as IS NOT NULL)"
    if connection.execute(query, (campaign,)).fetchone():
        return numbers
    barred = optouts.barred(connection, numbers)
    return tuple(number for number in numbers if number in barred)


def _entry(claim: Claim) -> _Entry:
    match claim:
        case SendClaim():
            return _Entry(
                kind="send",
                numbers=claim.recipients,
                campaign=claim.campaign,
                customerid=claim.customerid,
                credits=str(claim.credits),
                canary=claim.canary,
            )
        case ImportClaim():
            return _Entry("import", (claim.mobilenumber,), group=claim.group, pending=listed(claim.values))
        case OptOutClaim():
            return _Entry("optout", (claim.mobilenumber,))
        case TestClaim():
            return _Entry(
                kind="test",
                numbers=(claim.mobilenumber,),
                campaign=claim.campaign,
                customerid=claim.customerid,
                credits=str(claim.credits),
            )
        case CreditsClaim():
            return _Entry("credits")
        case _:
            assert_never(claim)


def _write(connection: Connection, lease: Lease, operation: str, entry: _Entry, at: dt.datetime) -> None:
    written = connection.execute(
        "INSERT INTO operation (operation, run, epoch, kind, status, campaign, contact_group, customerid, recipients, "
        "credits, canary, pending_values, claimed_at) VALUES (?, ?, ?, ?, 'claimed', ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (operation) DO NOTHING",
        (
            *(operation, lease.run, lease.epoch, entry.kind, entry.campaign, entry.group, entry.customerid),
            *(len(entry.numbers), entry.credits, int(entry.canary), entry.pending, stamp(at)),
        ),
    ).rowcount
    if written != 1:
        raise StateError(f"call {operation} was claimed before")
    connection.executemany(
        "INSERT INTO operation_item (operation, mobilenumber) VALUES (?, ?)",
        ((operation, number) for number in dict.fromkeys(entry.numbers)),
    )
