"""One campaign as its recipients would read it: each distinct text once, measured and priced."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from sendmode_sync.errors import Problem
from sendmode_sync.model.plan import CampaignStatus, MessageEncoding


@dataclass(frozen=True, slots=True)
class PreviewText:
    """One distinct text.

    ``units`` are septets in GSM-7 and UTF-16 units in UCS-2; ``segments`` is for one recipient. ``credits`` is for all
    its recipients, ``credits_each`` for one, None where that differs by country. ``personal`` is False only where no
    value of a customer went into the text. ``forcing`` are the characters outside GSM-7, each once.
    """

    text: str
    encoding: MessageEncoding
    units: int
    segments: int
    recipients: int
    credits: Decimal
    credits_each: Decimal | None = None
    personal: bool = True
    forcing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """The texts of a campaign for those of its recipients that have one; ``problems`` are what blocks it.

    ``scheduledate`` and ``deadline`` are instants in UTC.
    """

    name: str
    status: CampaignStatus
    template: str
    senderid: str | None
    recipients: int
    texts: tuple[PreviewText, ...] = ()
    scheduledate: dt.datetime | None = None
    deadline: dt.datetime | None = None
    problems: tuple[Problem, ...] = ()
