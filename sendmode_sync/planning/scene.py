"""What all campaigns of one plan see alike: project, state, time, and what the API can do; it decides nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sendmode_sync.errors import Problem
from sendmode_sync.model import fingerprint
from sendmode_sync.model.ahead import Ahead, alone
from sendmode_sync.model.desired import Campaign, Desired
from sendmode_sync.model.plan import Abilities
from sendmode_sync.model.state import CampaignRecord, State
from sendmode_sync.planning.audience import Members
from sendmode_sync.planning.barred import Barred
from sendmode_sync.planning.zones import Clocks


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that is the same for all campaigns of one plan.

    ``running`` is True where the plan is made inside a run, whose own claims are then not unknown.
    ``credits_limited`` is True where the project or the command line writes ``max_credits``. ``max_duration`` is how long
    the run may take, in seconds, None where it may take its time. ``ended`` are repeating campaigns without an occurrence.
    ``ahead`` may do some of the work for a large audience.
    """

    desired: Desired
    state: State | None
    barred: Barred
    members: Members
    clocks: Clocks
    now: dt.datetime
    abilities: Abilities
    running: bool = False
    credits_limited: bool = False
    max_duration: float | None = None
    ended: tuple[Campaign, ...] = ()
    ahead: Ahead = alone

    def record(self, campaign: str) -> CampaignRecord:
        """Return what the state knows of a campaign, which may be nothing."""
        records = {} if self.state is None else self.state.campaigns
        return records.get(campaign, CampaignRecord(campaign))


def sender(campaign: Campaign, desired: Desired) -> str | None:
    """Return the sender ID of a campaign: its own, or the account's."""
    return campaign.senderid or desired.settings.account.senderid


def content_digest(campaign: Campaign, desired: Desired) -> str:
    """Return the fingerprint of what a campaign says and under whose name; fixed in the state at its first call.

    Of one that is handed over its time is part of it.
    """
    if campaign.schedule_with == "sendmode" and campaign.scheduledate is not None:
        handed = {**_content(campaign, desired), "scheduledate": campaign.scheduledate.isoformat()}
        return fingerprint.digest("c2", handed)
    return fingerprint.digest("c1", _content(campaign, desired))


def is_edited(campaign: Campaign, record: CampaignRecord, desired: Desired) -> bool:
    """Say whether a campaign says something else, or goes at another time once it was handed over, than when it started."""
    if record.content_digest.startswith("c1:"):  # also of handed-over ones, before their time was part of it
        return record.content_digest != fingerprint.digest("c1", _content(campaign, desired))
    return record.content_digest != content_digest(campaign, desired)


def _content(campaign: Campaign, desired: Desired) -> dict[str, object]:
    return {
        "messagetext": campaign.messagetext,
        "senderid": sender(campaign, desired),
        "transliterate": campaign.transliterate,
    }


def error(campaign: Campaign, code: str, message: str) -> Problem:
    """Return a problem that blocks one campaign."""
    return Problem(code, f"campaign {campaign.name}: {message}", campaign.place, "error", campaign.name)


def remark(campaign: Campaign, code: str, message: str, *, warning: bool = False) -> Problem:
    """Return something worth knowing of one campaign, which changes nothing."""
    return Problem(
        code, f"campaign {campaign.name}: {message}", campaign.place, "warning" if warning else "notice", campaign.name
    )
