"""The calls that a campaign takes: recipients of one text in slices, each under a customerid that no other call has."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import count, groupby

from sendmode_sync.model import fingerprint
from sendmode_sync.model.desired import Campaign
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import SendChange
from sendmode_sync.model.state import CampaignRecord
from sendmode_sync.planning import texts
from sendmode_sync.planning.remainder import Remainder
from sendmode_sync.planning.scene import Scene, sender
from sendmode_sync.planning.timing import Timing
from sendmode_sync.planning.zones import Split

_LONGEST_CUSTOMERID = 50
_MARK = 8
_OUTSIDE_CUSTOMERID = re.compile(r"[^A-Za-z0-9._-]+")


def batches(
    campaign: Campaign, record: CampaignRecord, rest: Remainder, when: Timing, split: Split, scene: Scene
) -> tuple[SendChange, ...]:
    """Return one send for each call of what may go now, by window, then by text, then by number.

    No call mixes people whose quiet hours begin at different times, so that none rides along with others into their own.
    """
    table = scene.desired.settings.account.credits_per_segment
    lineage = "" if scene.state is None else scene.state.identity.lineage
    senderid = sender(campaign, scene.desired)
    taken: set[str] = set()
    sends = []
    for audience in _by_window(rest.audience, when, split):
        for digest, recipients in texts.by_text(audience, rest.texts):
            text = rest.texts[digest]
            for start in range(0, len(recipients), campaign.batch_size):
                part = recipients[start : start + campaign.batch_size]
                what = (lineage, campaign.name, digest, part, record.operations)
                customerid = unique_customerid(campaign, what, taken)
                taken.add(customerid)
                sends.append(
                    SendChange(
                        campaign=campaign.name,
                        recipients=part,
                        messagetext=text.text,
                        template=campaign.messagetext,
                        text_digest=digest,
                        encoding=text.encoding,
                        segments=text.segments,
                        credits=texts.cost(part, text.segments, table),
                        senderid=senderid,
                        customerid=customerid,
                        scheduledate=when.handover,
                    )
                )
    return tuple(sends)


def _by_window(audience: Mapping[E164, str], when: Timing, split: Split) -> Iterator[Mapping[E164, str]]:
    """Yield who may be sent to now, those together whose window closes at the same time, the first to close in front."""
    if len(when.open) == 1 and not when.shut:
        yield audience
        return
    for _, windows in groupby(when.open, key=lambda window: window.closes):
        yield {number: audience[number] for window in windows for number in split[window.zones]}


def unique_customerid(
    campaign: Campaign, what: tuple[str, str, str, tuple[E164, ...], int], taken: AbstractSet[str]
) -> str:
    """Return the only handle on a call: ASCII, at most 50 characters, and none of those ``taken`` by the same plan.

    ``what`` is lineage, campaign, fingerprint of the text, recipients, and how many calls the campaign made so far.
    """
    plain = unicodedata.normalize("NFKD", campaign.customerid or campaign.name).encode("ascii", "ignore").decode()
    stem = _OUTSIDE_CUSTOMERID.sub("-", plain).strip("-")[: _LONGEST_CUSTOMERID - _MARK - 1] or "sms"
    marks = (hashlib.sha256(fingerprint.canonical(["b1", *what, attempt])).hexdigest()[:_MARK] for attempt in count())
    return next(customerid for mark in marks if (customerid := f"{stem}-{mark}") not in taken)
