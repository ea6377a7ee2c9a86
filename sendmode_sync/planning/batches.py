"""The calls that a campaign takes: recipients of one text in slices, each under a customerid that no other call has."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
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
    price = texts.pricer(scene.desired.settings.account.credits_per_segment)
    lineage = "" if scene.state is None else scene.state.identity.lineage
    senderid = sender(campaign, scene.desired)
    customerids = Customerids(campaign, lineage, record.operations)
    return tuple(
        [
            SendChange(  # by position: of a personalised text there are as many as people
                campaign.name,
                part,
                text,
                campaign.messagetext,
                digest,
                encoding,
                segments,
                price(part, segments),
                senderid,
                customerids.unique(digest, part),
                when.handover,
            )
            for audience in _by_window(rest.audience, when, split)
            for digest, recipients in texts.by_text(audience, rest.texts)
            for text, encoding, segments in (rest.texts[digest],)
            for part in _parts(recipients, campaign.batch_size)
        ]
    )


def _parts(recipients: tuple[E164, ...], most: int) -> Sequence[tuple[E164, ...]]:
    if len(recipients) <= most:
        return (recipients,)
    return [recipients[start : start + most] for start in range(0, len(recipients), most)]


def _by_window(audience: Mapping[E164, str], when: Timing, split: Split) -> Iterator[Mapping[E164, str]]:
    """Yield who may be sent to now, those together whose window closes at the same time, the first to close in front."""
    if len(when.open) == 1 and not when.shut:
        yield audience
        return
    for _, windows in groupby(when.open, key=lambda window: window.closes):
        yield {number: audience[number] for window in windows for number in split[window.zones]}


class Customerids:
    """The handles on the calls of one campaign in one plan: ASCII, at most 50 characters, none of them twice."""

    def __init__(self, campaign: Campaign, lineage: str, operations: int) -> None:
        """Begin with none given out; ``operations`` is how many calls the campaign made so far."""
        plain = unicodedata.normalize("NFKD", campaign.customerid or campaign.name).encode("ascii", "ignore").decode()
        self._stem = _OUTSIDE_CUSTOMERID.sub("-", plain).strip("-")[: _LONGEST_CUSTOMERID - _MARK - 1] or "sms"
        self._before = fingerprint.canonical(["b1", lineage, campaign.name]).decode()[:-1]
        self._operations = operations
        self._taken: set[str] = set()

    def unique(self, digest: str, recipients: tuple[E164, ...]) -> str:
        """Return the only handle on the call of one text, by its fingerprint, to some people."""
        numbers = '","'.join(recipients)
        before = f'{self._before},"{digest}",["{numbers}"],{self._operations},'  # canonical JSON, as all digests are of
        for attempt in count():
            mark = hashlib.sha256(f"{before}{attempt}]".encode()).hexdigest()[:_MARK]
            if mark not in self._taken:
                break
        self._taken.add(mark)
        return f"{self._stem}-{mark}"
