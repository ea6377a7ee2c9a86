"""What all campaigns of one plan see alike: project, state, time, and what the API can do; it decides nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sendmode_sync.errors import Problem
from sendmode_sync.model import fingerprint
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
    ``credits_limited`` is True where the project or the command line writes ``max_credits``.
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

    def record(self, campaign: str) -> CampaignRecord:
        """Return what the state knows of a campaign, which may be nothing."""
        records = {} if self.state is None else self.state.campaigns
        return records.get(campaign, CampaignRecord(campaign))


def sender(campaign: Campaign, desired: Desired) -> str | None:
    """Return the sender ID of a campaign: its own, or the account's."""
    return campaign.senderid or desired.settings.account.senderid


def content_digest(campaign: Campaign, desired: Desired) -> str:
    """Return the fingerprint of what a campaign says and under whose name; fixed in the state at its first call."""
    return fingerprint.digest(
        "c1",
        {
            "messagetext": campaign.messagetext,
            "senderid": sender(campaign, desired),
            "transliterate": campaign.transliterate,
        },
    )


def error(campaign: Campaign, code: str, message: str) -> Problem:
    """Return a problem that blocks one campaign."""
    return Problem(code, f"campaign {campaign.name}: {message}", campaign.place, "error", campaign.name)


def remark(campaign: Campaign, code: str, message: str, *, warning: bool = False) -> Problem:
    """Return something worth knowing of one campaign, which changes nothing."""
    return Problem(
        code, f"campaign {campaign.name}: {message}", campaign.place, "warning" if warning else "notice", campaign.name
    )
