"""The digest that a reviewer approves: all that spends money or reaches people, and nothing that moves by itself.

``p1:SUM:LIMITS:NAME+RULES-COUNT.NAME+RULES-COUNT`` holds in one short text what a comparison needs: twelve hex digits over
the rest, so that half a digest is seen to be half of one; the limits and prices of the run; and of each campaign that may
still be sent its name (20 bits, only to say which one differs), its rules (100 bits) and its recipients. The clock, the
balance, imports, opt-outs and what has been sent are no part of it.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sendmode_sync.model import fingerprint
from sendmode_sync.model.counting import count
from sendmode_sync.model.desired import Campaign, Desired
from sendmode_sync.model.plan import CampaignOutlook, CampaignStatus
from sendmode_sync.model.settings import Safety
from sendmode_sync.planning.limits import plain
from sendmode_sync.planning.scene import sender

TOLERANCE = 5
"""Percent by which the recipients of a campaign may differ from those that were approved."""

_SETTLED = frozenset({CampaignStatus.DRAFT, CampaignStatus.CANCELLED, CampaignStatus.SENT})
_NAME, _RULES = 4, 20
_FORM = re.compile(r"p1:(?P<sum>[0-9a-f]{12}):(?P<limits>[a-z2-7]{20})(?P<rest>:.*)?", re.ASCII)
_PART = re.compile(r"(?P<name>[a-z2-7]{4})(?P<rules>[a-z2-7]{20})-(?P<count>0|[1-9]\d{0,8})", re.ASCII)


class Part(NamedTuple):
    """One campaign in a digest: what its name and its rules come to, and how many recipients it has."""

    name: str
    rules: str
    recipients: int


class Approved(NamedTuple):
    """A digest that was read back."""

    limits: str
    campaigns: tuple[Part, ...]


def approval(desired: Desired, outlooks: Iterable[CampaignOutlook], safety: Safety, selected: frozenset[str]) -> str:
    """Return the digest of what may still be sent; ``selected`` are the campaigns that the run may send.

    A campaign that becomes due, or expires, is the campaign that was approved; so is the next occurrence of a series.
    """
    counted = (outlook for outlook in outlooks if _counts(outlook, selected))
    parts = sorted(_part(desired, outlook) for outlook in _one_of_each(counted))
    body = _limits(desired, safety)
    if parts:
        body += ":" + ".".join(f"{part.name}{part.rules}-{part.recipients}" for part in parts)
    return f"p1:{_sum(body)}:{body}"


def read(digest: str) -> Approved | None:
    """Return what a digest approves; None where it is none, or not whole."""
    form = _FORM.fullmatch(digest)
    if form is None or _sum(digest[len("p1:") + len(form["sum"]) + 1 :]) != form["sum"]:
        return None
    found = [_PART.fullmatch(text) for text in form["rest"][1:].split(".")] if form["rest"] else []
    parts = tuple(Part(part["name"], part["rules"], int(part["count"])) for part in found if part is not None)
    return Approved(form["limits"], parts) if len(parts) == len(found) else None


def differences(
    approved: Approved,
    desired: Desired,
    outlooks: Iterable[CampaignOutlook],
    safety: Safety,
    selected: frozenset[str],
) -> tuple[str, ...]:
    """Return in sentences what a run would do beyond what was approved; none where it may go.

    What was sent or cancelled since, and what ``selected`` leaves out, is no difference: it reaches nobody.
    """
    by_rules = {part.rules: part for part in approved.campaigns}
    by_name = {part.name: part for part in approved.campaigns}
    now = {outlook.series or outlook.name: (_part(desired, outlook), outlook) for outlook in _one_of_each(outlooks)}
    said = (
        []
        if approved.limits == _limits(desired, safety)
        else ["the limits of safety, the prices, or whom and when the account reaches, are others"]
    )
    for name, (part, outlook) in now.items():
        if not _counts(outlook, selected):
            continue
        known = by_rules.get(part.rules)
        if known is not None:
            said += _resized(outlook, known.recipients)
        elif part.name in by_name:
            said.append(f"campaign {name}: its text, sender, times or audience rules are others")
        else:
            said.append(f"campaign {name} is no part of what was approved")
    return (*said, *_gone(by_name, now))


def _resized(outlook: CampaignOutlook, approved: int) -> list[str]:
    """Compare recipients: more of them reach people and cost money, far fewer are not the list that was seen.

    Who opted out or received an earlier campaign since accounts for fewer; so does all that came after the first call,
    which fixed the audience.
    """
    recipients, funnel = outlook.recipients, outlook.funnel
    begun = outlook.status is CampaignStatus.PARTIAL or any(
        (outlook.accepted, outlook.rejected, outlook.unknown, outlook.suppressed)
    )
    explained = recipients if begun else recipients + funnel.opted_out + funnel.received
    grown = recipients * 100 > approved * (100 + TOLERANCE)
    shrunk = not begun and explained * 100 < approved * (100 - TOLERANCE)
    if not grown and not shrunk:
        return []
    return [f"campaign {outlook.name}: {count(recipients, 'recipient')}, and {approved:,} were approved"]


def _gone(by_name: Mapping[str, Part], now: Mapping[str, tuple[Part, CampaignOutlook]]) -> list[str]:
    """Return what was approved and is a draft now, or is written no more."""
    written = {part.name: outlook for part, outlook in now.values()}
    drafts = [
        f"campaign {outlook.name} is a draft now"
        for name, outlook in written.items()
        if name in by_name and outlook.status is CampaignStatus.DRAFT
    ]
    missing = len(by_name.keys() - written.keys())
    return drafts + ([f"{missing} that was approved is written no more"] if missing else [])


def _one_of_each(outlooks: Iterable[CampaignOutlook]) -> list[CampaignOutlook]:
    """Return campaigns with one occurrence for each series: one that still goes before those that are over, then the largest."""
    found: dict[str, CampaignOutlook] = {}
    for outlook in outlooks:
        name = outlook.series or outlook.name
        if name not in found or _weight(outlook) > _weight(found[name]):
            found[name] = outlook
    return list(found.values())


def _weight(outlook: CampaignOutlook) -> tuple[bool, int]:
    return outlook.status not in _SETTLED, outlook.recipients


def _counts(outlook: CampaignOutlook, selected: frozenset[str]) -> bool:
    return outlook.status not in _SETTLED and outlook.name in selected


def _part(desired: Desired, outlook: CampaignOutlook) -> Part:
    campaign = desired.campaigns[outlook.name]
    return Part(
        _short(campaign.series or campaign.name, _NAME),
        _short(_rules(campaign, sender(campaign, desired)), _RULES),
        outlook.recipients,
    )


def _limits(desired: Desired, safety: Safety) -> str:
    account = desired.settings.account
    prices = account.credits_per_segment
    limits: dict[str, object] = {
        "max_credits": plain(safety.max_credits),
        "max_recipients": safety.max_recipients,
        "max_updates": str(safety.max_updates),
        "max_shrink": str(safety.max_shrink),
        "min_balance": plain(safety.min_balance),
        "canary_wait": safety.canary_wait,
        "optouts_max_age": None if safety.optouts_max_age is None else safety.optouts_max_age.total_seconds(),
        "credits_per_segment": {country: plain(price) for country, price in prices.items()},
    }
    if account.only is not None:  # so that what was approved for test numbers is not approved for everybody
        limits["only"] = sorted(account.only)
    zones = {group.name: group.timezone for group in desired.groups.values() if group.timezone}
    if zones:  # which decide at what time people are texted
        limits["timezones"] = zones
    return _short(limits, _RULES)


def _rules(campaign: Campaign, senderid: str | None) -> dict[str, object]:
    quiet = campaign.quiet_hours
    return {
        "name": campaign.series or campaign.name,
        "messagetext": campaign.messagetext,
        "senderid": senderid,
        "transliterate": campaign.transliterate,
        "purpose": campaign.purpose,
        **_times(campaign),
        "schedule_with": campaign.schedule_with,
        "quiet_hours": None if quiet is None else [quiet.start.isoformat(), quiet.end.isoformat()],
        "groups": sorted(campaign.groups),
        "exclude_groups": sorted(campaign.exclude_groups),
        "recipients": sorted(campaign.recipients),
        "exclude_recipients": sorted(campaign.exclude_recipients),
        "exclude_received": sorted(campaign.exclude_received),
        "allow_repeat": campaign.allow_repeat,
        "batch_size": campaign.batch_size,
    }


def _times(campaign: Campaign) -> dict[str, object]:
    """Return when a campaign goes; of a series the rule, which all its occurrences share."""
    repeat = campaign.repeat
    if repeat is not None:
        return {"repeat": list(map(str, dataclasses.astuple(repeat)))}
    return {
        "scheduledate": None if campaign.scheduledate is None else campaign.scheduledate.isoformat(),
        "deadline": None if campaign.deadline is None else campaign.deadline.isoformat(),
    }


def _short(value: object, characters: int) -> str:
    """Return the first characters (of five bits each) of a value's hash."""
    hashed = hashlib.sha256(b"p1\0" + fingerprint.canonical(value)).digest()
    needed = -(-characters * 5 // 40) * 5  # bytes, in groups of eight characters: the rest is not worth encoding
    return base64.b32encode(hashed[:needed])[:characters].decode().lower()


def _sum(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:12]
