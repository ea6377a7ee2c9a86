"""A plan as a file and back: everything an apply needs, nothing that it would have to believe; it reads no file.

The file is the plan's JSON as on a screen, unmasked, and beside it under ``apply`` the plan itself. The two must tell
the same, and ``content_digest`` must fit both: what was edited by hand is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sendmode_sync.errors import StaleError
from sendmode_sync.model import fingerprint, plandoc
from sendmode_sync.model.plan import Plan
from sendmode_sync.planning import codec

LONGEST_LIFE = dt.timedelta(hours=24)
"""How old a saved plan may be when it is applied."""

_CLOCKS_DIFFER = dt.timedelta(minutes=5)
_REMEDY = "make a new one with sendmode-sync plan --out FILE"


def to_document(plan: Plan) -> dict[str, object]:
    """Return the JSON data of a plan file. It holds numbers and fields as they are."""
    document = plandoc.document(plan, str, plandoc.named, lambda send: send.messagetext)
    document["apply"] = codec.encode(plan)
    document["content_digest"] = _content_digest(document)
    return document


def from_document(document: object) -> Plan:
    """Return the plan of a file's JSON data; ``StaleError`` says what is wrong with it."""
    if type(document) is not dict:
        raise StaleError("the plan file holds no plan", remedy=_REMEDY)
    version = document.get("format_version")
    if type(version) is not int or version != plandoc.FORMAT_VERSION:
        raise StaleError("the plan file was written in a format that this version does not read", remedy=_REMEDY)
    if "apply" not in document:
        raise StaleError("the plan file is no saved plan: it lacks what an apply needs", remedy=_REMEDY)
    try:
        plan = codec.decode(Plan, document["apply"])
        same = fingerprint.canonical(to_document(plan)) == fingerprint.canonical(document)
    except codec.BadShapeError as error:
        raise StaleError(f"the plan file is damaged or was edited: {error}", remedy=_REMEDY) from None
    except (ValueError, TypeError, OverflowError, RecursionError):
        same = False
    if not same:
        raise StaleError("the plan file was edited: its digest does not fit its content", remedy=_REMEDY)
    return plan


def refusal(
    plan: Plan, *, document: Mapping[str, object], config_digest: str, lineage: str, serial: int, now: dt.datetime
) -> str | None:
    """Return why a saved plan may not be applied any more, None where it may; whether it was applied is not seen here.

    ``document`` is the file's JSON data; ``config_digest``, ``lineage`` and ``serial`` are those of project and state
    at ``now``.
    """
    reasons = (
        (document.get("content_digest") != _content_digest(document), "its digest does not fit its content"),
        (plan.lineage is None, "it was made without a state"),
        (plan.lineage != lineage, "it was made against another state"),
        (plan.config_digest != config_digest, "the project's files changed since it was made"),
        (plan.serial != serial, f"the state changed since it was made (serial {plan.serial} then, {serial} now)"),
        (now - plan.created_at > LONGEST_LIFE, "it is older than 24 hours"),
        (plan.created_at - now > _CLOCKS_DIFFER, "it was made in the future; check the clocks of both machines"),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _content_digest(document: Mapping[str, object]) -> str:
    return fingerprint.digest("d1", {name: part for name, part in document.items() if name != "content_digest"})
