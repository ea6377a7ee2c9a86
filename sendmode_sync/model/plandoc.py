"""The plan as plain JSON data, in one shape for a screen and for a saved file; it masks nothing and writes nothing.

Who calls it says how a number, the fields of a customer and a text are shown: a renderer hides them, a saved plan
keeps them as they are.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import compress
from typing import assert_never

from sendmode_sync.errors import Problem
from sendmode_sync.model import imports
from sendmode_sync.model.desired import FIELDS, Values
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import (
    CampaignOutlook,
    CampaignStatus,
    Change,
    Costing,
    Held,
    ImportChange,
    LimitHit,
    OptOutChange,
    Plan,
    SendChange,
)

FORMAT_VERSION = 1

ShowNumber = Callable[[E164], str]
ShowValues = Callable[[Values], Mapping[str, str]]
ShowText = Callable[[SendChange], str]


def moment(at: dt.datetime | None) -> str | None:
    """Return an aware instant as ``2026-12-01T09:58:00Z``, in whole seconds of UTC; None stays None."""
    return None if at is None else at.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def named(values: Values) -> dict[str, str]:
    """Return all ten fields by name, as they are: what a saved plan shows."""
    return dict(zip(FIELDS, values, strict=True))


def document(
    plan: Plan,
    number: ShowNumber,
    values: ShowValues,
    text: ShowText,
    gather: Callable[[Iterator[dict[str, object]]], object] = list,
) -> dict[str, object]:
    """Return the plan as JSON data, keys in the order in which they are documented.

    ``number`` shows a phone number, ``values`` the ten fields of a customer by name and in order, ``text`` the text of a
    send. Of ``before`` and ``after`` only fields that differ are taken from ``values``; of a create those not empty.
    ``gather`` makes of the changes, which may be a million, what is to stand in their place.
    """
    return {
        "format_version": FORMAT_VERSION,
        "created_at": moment(plan.created_at),
        "plan_id": plan.plan_id,
        "plan_digest": plan.approval,
        "config_digest": plan.config_digest,
        "state": None if plan.lineage is None else {"lineage": plan.lineage, "serial": plan.serial},
        "credits": {
            "balance": None if plan.credits.balance is None else float(plan.credits.balance),
            "estimated": float(plan.credits.estimated),
            "sufficient": plan.credits.sufficient,
        },
        "summary": summary(plan),
        "api_calls": plan.api_calls,
        "estimated_seconds": plan.estimated_seconds,
        "next_run_needed": None if plan.next_run is None else moment(plan.next_run.at),
        "limits": [_limit(limit) for limit in plan.limits],
        "campaigns": [_outlook(outlook) for outlook in plan.campaigns],
        "changes": gather(_change(change, number, values, text) for change in plan.changes()),
        "notices": [notice(problem) for problem in plan.notices],
    }


def summary(plan: Plan) -> dict[str, dict[str, int]]:
    """Return the counts of a plan: recipients as ``messages``, segments over all recipients, each campaign once."""
    created = imports.created(plan.imports)
    statuses = Counter(outlook.status for outlook in plan.campaigns)
    return {
        "imports": {"create": created, "update": len(plan.imports) - created, "unmanaged": plan.unmanaged},
        "optouts": {"create": len(plan.optouts)},
        "sends": {
            "campaigns": len({send.campaign for send in plan.sends}),
            "messages": sum(len(send.recipients) for send in plan.sends),
            "segments": sum(len(send.recipients) * send.segments for send in plan.sends),
            "calls": len(plan.sends),
        },
        "campaigns": {status.value: statuses[status] for status in _SUMMARY_ORDER},
    }


_SUMMARY_ORDER = (
    CampaignStatus.DRAFT,
    CampaignStatus.WAITING,
    CampaignStatus.DUE,
    CampaignStatus.PARTIAL,
    CampaignStatus.SENT,
    CampaignStatus.EXPIRED,
    CampaignStatus.UNKNOWN,
    CampaignStatus.BLOCKED,
    CampaignStatus.CANCELLED,
)


def notice(problem: Problem) -> dict[str, object]:
    """Return one notice; ``where`` is ``path:line:column`` or null."""
    return {
        "level": problem.level,
        "code": problem.code,
        "message": problem.message,
        "where": None if problem.place is None else str(problem.place),
    }


def _limit(limit: LimitHit) -> dict[str, object]:
    return {"key": limit.key, "allowed": limit.allowed, "met": limit.met, "message": limit.message}


def _outlook(outlook: CampaignOutlook) -> dict[str, object]:
    return {
        "name": outlook.name,
        "series": outlook.series,
        "status": outlook.status.value,
        "recipients": outlook.recipients,
        "accepted": outlook.accepted,
        "rejected": outlook.rejected,
        "unknown": outlook.unknown,
        "left": outlook.left,
        "messages": outlook.messages,
        "segments": outlook.segments,
        "credits": float(outlook.credits),
        "scheduledate": moment(outlook.scheduledate),
        "deadline": moment(outlook.deadline),
        "next_at": moment(outlook.next_at),
        "reason": outlook.reason,
        "funnel": outlook.funnel._asdict(),
        "costing": None if outlook.costing is None else costing(outlook.costing),
        "held": held(outlook.held),
    }


def held(holding: Sequence[Held]) -> list[dict[str, object]]:
    """Return who waits in other time zones, and until when."""
    return [{**each._asdict(), "next_at": moment(each.next_at)} for each in holding]


def costing(found: Costing) -> dict[str, object]:
    """Return what makes texts dear; credits are those beyond what GSM-7, or the template alone, would take."""
    return {
        "template": {"encoding": found.encoding, "segments": found.segments},
        "forcing": [each._asdict() for each in found.forcing],
        "ucs2": {
            "recipients": found.wide,
            "segments": found.wide_segments,
            "segments_in_gsm7": found.narrow_segments,
            "extra_credits": float(found.wide_extra),
        },
        "dearer_by_value": {"recipients": found.dearer, "extra_credits": float(found.dearer_extra)},
    }


def _change(change: Change, number: ShowNumber, values: ShowValues, text: ShowText) -> dict[str, object]:
    match change:
        case OptOutChange():
            return {
                "action": "optout",
                "mobilenumber": number(change.mobilenumber),
                "optoutresponse": change.optoutresponse,
                "returnedresponse": change.returnedresponse,
            }
        case SendChange():
            return _send(change, number, text)
        case ImportChange():
            return _import(change, number, values)
        case _:
            assert_never(change)


def _send(send: SendChange, number: ShowNumber, text: ShowText) -> dict[str, object]:
    return {
        "action": "send",
        "campaign": send.campaign,
        "recipients": [number(recipient) for recipient in send.recipients],
        "messagetext": text(send),
        "encoding": send.encoding,
        "segments": send.segments,
        "credits": float(send.credits),
        "senderid": send.senderid,
        "customerid": send.customerid,
        "scheduledate": moment(send.scheduledate),
    }


def _import(change: ImportChange, number: ShowNumber, values: ShowValues) -> dict[str, object]:
    entry: dict[str, object] = {
        "action": "import",
        "change": change.change,
        "group": change.group,
        "mobilenumber": number(change.mobilenumber),
    }
    after = values(change.after)
    if change.before is None:
        entry["after"] = dict(compress(after.items(), change.after))
        return entry
    differing = [name for name, old, new in zip(FIELDS, change.before, change.after, strict=True) if old != new]
    before = values(change.before)
    entry["before"] = {name: before[name] for name in differing}
    entry["after"] = {name: after[name] for name in differing}
    return entry
