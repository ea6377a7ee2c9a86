"""The calls that a campaign takes: recipients of one text in slices, each under a customerid that no other call has."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Set as AbstractSet
from itertools import count

from sendmode_sync.model import fingerprint
from sendmode_sync.model.desired import Campaign
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import SendChange
from sendmode_sync.model.state import CampaignRecord
from sendmode_sync.planning import texts
from sendmode_sync.planning.remainder import Remainder
from sendmode_sync.planning.scene import Scene, sender

_LONGEST_CUSTOMERID = 50
_MARK = 8
_OUTSIDE_CUSTOMERID = re.compile(r"[^A-Za-z0-9._-]+")


def batches(
    campaign: Campaign, record: CampaignRecord, rest: Remainder, handover: dt.datetime | None, scene: Scene
) -> tuple[SendChange, ...]:
    """Return one send for each call of what is left, by text, then by number.

    ``handover`` is the scheduledate on the wire, None for at once.
    """
    table = scene.desired.settings.account.credits_per_segment
    lineage = "" if scene.state is None else scene.state.identity.lineage
    senderid = sender(campaign, scene.desired)
    taken: set[str] = set()
    sends = []
    for digest, recipients in texts.by_text(rest.audience, rest.texts):
        text = rest.texts[digest]
        for start in range(0, len(recipients), campaign.batch_size):
            part = recipients[start : start + campaign.batch_size]
            customerid = unique_customerid(campaign, (lineage, campaign.name, digest, part, record.operations), taken)
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
                    scheduledate=handover,
                )
            )
    return tuple(sends)


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
