"""The digest that a reviewer approves: all that spends money or reaches people, and nothing that moves by itself."""

from __future__ import annotations

from collections.abc import Iterable

from sendmode_sync.model import fingerprint
from sendmode_sync.model.desired import Campaign, Desired
from sendmode_sync.model.plan import CampaignOutlook, CampaignStatus
from sendmode_sync.model.settings import Safety
from sendmode_sync.planning.limits import plain
from sendmode_sync.planning.scene import sender

_SETTLED = frozenset({CampaignStatus.DRAFT, CampaignStatus.CANCELLED, CampaignStatus.SENT})


def approval(desired: Desired, outlooks: Iterable[CampaignOutlook], safety: Safety, selected: frozenset[str]) -> str:
    """Return ``p1:`` and the digest over rules and sizes of what may still be sent, and over the limits of the run.

    The clock, the balance, imports and opt-outs are not part of it: a campaign that becomes due, or expires, is the
    campaign that was approved. ``selected`` are the campaigns that the run may send.
    """
    entries = [
        _entry(desired.campaigns[outlook.name], outlook, sender(desired.campaigns[outlook.name], desired))
        for outlook in outlooks
        if outlook.status not in _SETTLED and outlook.name in selected
    ]
    limits = {
        "max_credits": plain(safety.max_credits),
        "max_recipients": safety.max_recipients,
        "max_updates": str(safety.max_updates),
        "max_shrink": str(safety.max_shrink),
        "min_balance": plain(safety.min_balance),
        "canary_wait": safety.canary_wait,
        "optouts_max_age": None if safety.optouts_max_age is None else safety.optouts_max_age.total_seconds(),
    }
    entries.sort(key=lambda entry: str(entry["name"]))
    return fingerprint.digest("p1", {"campaigns": entries, "limits": limits})


def _entry(campaign: Campaign, outlook: CampaignOutlook, senderid: str | None) -> dict[str, object]:
    quiet = campaign.quiet_hours
    return {
        "name": campaign.name,
        "messagetext": campaign.messagetext,
        "senderid": senderid,
        "transliterate": campaign.transliterate,
        "purpose": campaign.purpose,
        "scheduledate": None if campaign.scheduledate is None else campaign.scheduledate.isoformat(),
        "schedule_with": campaign.schedule_with,
        "deadline": None if campaign.deadline is None else campaign.deadline.isoformat(),
        "quiet_hours": None if quiet is None else [quiet.start.isoformat(), quiet.end.isoformat()],
        "groups": sorted(campaign.groups),
        "exclude_groups": sorted(campaign.exclude_groups),
        "recipients": sorted(campaign.recipients),
        "exclude_recipients": sorted(campaign.exclude_recipients),
        "exclude_received": sorted(campaign.exclude_received),
        "allow_repeat": campaign.allow_repeat,
        "batch_size": campaign.batch_size,
        "count": outlook.recipients,
    }
