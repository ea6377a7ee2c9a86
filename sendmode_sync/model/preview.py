"""One campaign as its recipients would read it: each distinct text once, measured and priced."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from sendmode_sync.errors import Problem
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import CampaignStatus, Costing, Funnel, Held, MessageEncoding

Reason = Literal["excluded", "opted_out", "folded", "received"]
"""The step of the funnel at which somebody is left out."""


@dataclass(frozen=True, slots=True)
class PreviewText:
    """One distinct text.

    ``units`` are septets in GSM-7 and UTF-16 units in UCS-2; ``segments`` is for one recipient. ``credits`` is for all
    its recipients, ``credits_each`` for one, None where that differs by country. ``personal`` is False only where no
    value of a customer went into the text. ``forcing`` are the characters outside GSM-7, each once, and
    ``positions`` where each of them stands first, counted from 1.
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
    positions: tuple[int, ...] = ()


class LeftOut(NamedTuple):
    """Somebody who is named and not sent to, or named more often than once (``folded``), and why, in words."""

    mobilenumber: E164
    reason: Reason
    said: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The texts of a campaign for those of its recipients that have one; ``problems`` are what blocks it.

    ``scheduledate`` and ``deadline`` are instants in UTC. ``notices`` are what the lints say. ``example`` is the text with
    every default and nobody's values, None where a field has no default. ``left_out`` are those whom the funnel leaves
    out, by reason, then by number. ``reason``, ``next_at``, ``quiet_hours``, ``held`` and ``series`` are those of the outlook;
    ``upcoming`` are the instants (UTC) at which a series goes after this.
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
    notices: tuple[Problem, ...] = ()
    funnel: Funnel = Funnel()
    costing: Costing | None = None
    example: str | None = None
    left_out: tuple[LeftOut, ...] = ()
    reason: str | None = None
    next_at: dt.datetime | None = None
    quiet_hours: str | None = None
    held: tuple[Held, ...] = ()
    series: str | None = None
    upcoming: tuple[dt.datetime, ...] = ()
