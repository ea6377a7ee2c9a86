"""How one campaign fares in one run, and its calls cut smaller; plain values without calls."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sendmode_sync.model.claim import Freeze, SendClaim
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import CampaignOutlook, CampaignStatus, SendChange
from sendmode_sync.model.state import FrozenText

_LONGEST_CUSTOMERID = 50
_CANARY = "-canary"


@dataclass(slots=True)
class Standing:
    """One campaign in one run.

    ``estimate`` is the cost of all its calls, in credits; ``calls`` counts those that wait or are under way; ``left``
    the recipients still to be sent. ``admitted`` is None until its first call asks the purse. ``put_off`` is True once a
    call was dropped because it may not be sent at this hour: a later look may bring it back. ``elsewhere`` counts the
    recipients for whom it was quiet when the campaign was last looked at: a later look may bring them too. ``unmade``
    counts calls that were begun to be counted and not made.
    """

    freeze: Freeze | None
    suppress: tuple[E164, ...]
    estimate: Decimal
    calls: int
    left: int
    admitted: bool | None = None
    put_off: bool = False
    tried: bool = False
    unknown: int = 0
    elsewhere: int = 0
    unmade: int = 0

    def may_come_again(self) -> bool:
        """Say whether a later look may bring more of the campaign: nothing of it is under way, and something had to wait."""
        return not self.calls and (self.put_off or (self.elsewhere > 0 and self.admitted is not False))

    def come_back(self) -> int:
        """Return how many of its calls were counted before and not made, now that it is taken up again."""
        unmade, self.unmade = self.unmade, 0
        return unmade

    def seen(self) -> CampaignStatus:
        """Return the status in which the run leaves a campaign that it tried to send."""
        if self.unknown:
            return CampaignStatus.UNKNOWN
        return CampaignStatus.PARTIAL if self.left or self.elsewhere else CampaignStatus.SENT


def freeze(outlook: CampaignOutlook) -> Freeze | None:
    """Return what the state fixes at a campaign's first call; None for one that has started."""
    if not outlook.freeze:
        return None
    texts = {digest: FrozenText(*text) for digest, text in outlook.texts.items()}
    return Freeze(outlook.content_digest, outlook.handed_over, outlook.freeze, texts)


def without(change: SendChange, barred: Collection[E164]) -> SendChange:
    """Return the call without some of its recipients, at a proportional cost."""
    return _to(change, tuple(number for number in change.recipients if number not in barred))


def canary(change: SendChange) -> tuple[SendChange, SendChange]:
    """Return the call to the first recipient alone, under its own customerid, and the call to the others."""
    named = change.customerid[: _LONGEST_CUSTOMERID - len(_CANARY)] + _CANARY
    return _to(change, change.recipients[:1])._replace(customerid=named), _to(change, change.recipients[1:])


def claim(change: SendChange, operation: str, freeze: Freeze | None, *, canary: bool) -> SendClaim:
    """Return what the state is to hold before the bytes of a call leave."""
    return SendClaim(
        operation,
        change.campaign,
        change.customerid,
        change.recipients,
        change.text_digest,
        change.credits,
        canary=canary,
        freeze=freeze,
    )


def _to(change: SendChange, recipients: tuple[E164, ...]) -> SendChange:
    cost = change.credits * len(recipients) / len(change.recipients)
    return change._replace(recipients=recipients, credits=cost)
