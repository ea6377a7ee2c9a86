"""A call whose outcome a person must settle: whom it may have reached, what the balance says, and the exact commands."""

from __future__ import annotations

from decimal import Decimal

from sendmode_sync.model.counting import persons
from sendmode_sync.model.plandoc import moment
from sendmode_sync.model.state import UnknownOperation
from sendmode_sync.render import commands, figures
from sendmode_sync.render.layout import EXAMPLES, Layout, entry, item, more
from sendmode_sync.render.view import Masker, printable


def document(unknown: UnknownOperation, masker: Masker) -> dict[str, object]:
    """Return it as JSON data, with all recipients."""
    return {
        "campaign": unknown.campaign,
        "operation": unknown.operation,
        "cause": unknown.cause,
        "at": moment(unknown.at),
        "customerid": unknown.customerid,
        "recipients": [masker.number(number) for number in unknown.recipients],
        "commands": list(commands.resolve(unknown.campaign, unknown.operation)),
    }


def balances(unknown: UnknownOperation) -> dict[str, object]:
    """Return what is known of the balance around it as JSON data, in credits."""
    return {
        "before": _number(unknown.balance_before),
        "after": _number(unknown.balance_after),
        "estimated": float(unknown.credits),
        "looks": [
            {"seconds": look.seconds, "balance": float(look.balance), "others": float(look.others)}
            for look in unknown.looks
        ],
    }


def lines(unknown: UnknownOperation, masker: Masker, layout: Layout) -> list[str]:
    """Return it for a person at a terminal; of more than ten recipients ten."""
    was_sent, was_not = commands.resolve(unknown.campaign, unknown.operation)
    shown = unknown.recipients if layout.all_items else unknown.recipients[:EXAMPLES]
    hidden = len(unknown.recipients) - len(shown)
    told = balance(unknown)
    return [
        *item("?", f"{printable(unknown.campaign)}: {reach(unknown)}", layout),
        *entry("cause", f"{printable(unknown.cause)} on {figures.moment(unknown.at, layout.zone)}"),
        *entry("look for", f"customerid {printable(unknown.customerid)} in Sendmode's own report"),
        *(entry("balance", told) if told else []),
        *(line for number in shown for line in entry("people" if number is shown[0] else "", masker.number(number))),
        *(entry("", more(hidden, "--format json lists them")) if hidden else []),
        "      if it was sent:",
        f"        {was_sent}",
        "      if it was not, saying how you know:",
        f"        {was_not}",
    ]


def reach(unknown: UnknownOperation) -> str:
    """Return how many people it may have reached, in words."""
    return f"{persons(len(unknown.recipients))} may or may not have been sent it"


def balance(unknown: UnknownOperation) -> str | None:
    """Return what was read of the balance before and after it, and what that says; None where nothing was read."""
    before, after = unknown.balance_before, unknown.balance_after
    if before is None or (after is None and not unknown.looks):
        return None
    read = [f"{figures.amount(look.balance)} after {look.seconds} s" for look in unknown.looks]
    if after is not None and not read:
        read = [f"{figures.amount(after)} after"]
    told = f"{figures.credits(before)} before, {', '.join(read)}"
    return f"{told}: {_movement(unknown, before)}" if unknown.looks else f"{told}; {_estimate(unknown)}"


def _movement(unknown: UnknownOperation, before: Decimal) -> str:
    """Return how the balance moved until the last look, with what other sends of the run explain taken off."""
    last = unknown.looks[-1]
    fell = before - last.balance - last.others
    beside = f", beside {figures.amount(last.others)} for other calls of the run" if last.others else ""
    if fell == 0:
        return f"it did not fall{beside}; {_estimate(unknown)}"
    if fell < 0:
        return f"it rose by {figures.amount(-fell)}{beside}; {_estimate(unknown)}"
    if fell == unknown.credits:
        return f"it fell by {figures.amount(fell)}, the cost of this call{beside}"
    return f"it fell by {figures.amount(fell)}{beside}; {_estimate(unknown)}"


def _estimate(unknown: UnknownOperation) -> str:
    return f"this call was estimated at {figures.amount(unknown.credits)}"


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
