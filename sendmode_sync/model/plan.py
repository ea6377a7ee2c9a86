"""The plan: what an apply would do, in the order in which it would do it, and what it would leave alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from sendmode_sync.errors import Problem
from sendmode_sync.model.desired import Values
from sendmode_sync.model.phone import E164
from sendmode_sync.model.state import UnknownOperation

MessageEncoding = Literal["GSM-7", "UCS-2"]


class CampaignStatus(StrEnum):
    """The status of a campaign: the first that applies, in this order."""

    DRAFT = "draft"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"
    SENT = "sent"
    EXPIRED = "expired"
    WAITING = "waiting"
    PARTIAL = "partial"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class OptOutChange:
    """Opt one number out at Sendmode."""

    mobilenumber: E164
    optoutresponse: str | None = None
    returnedresponse: str | None = None


class SendChange(NamedTuple):
    """One call: one rendered text to up to ``batch_size`` recipients.

    ``segments`` is for one recipient, ``credits`` for the whole call. ``template`` is the text as written, which is
    what is shown where personal data is hidden. ``scheduledate`` is an instant in UTC, only for what is handed
    over. ``text_digest`` is ``fingerprint.of_text(messagetext)``.
    """

    campaign: str
    recipients: tuple[E164, ...]
    messagetext: str
    template: str
    text_digest: str
    encoding: MessageEncoding
    segments: int
    credits: Decimal
    senderid: str | None
    customerid: str
    scheduledate: dt.datetime | None = None


class ImportChange(NamedTuple):
    """Create or update one (group, number).

    ``before`` and ``after`` hold all ten fields, in the order of ``FIELDS``, as far as the group lets them leave.
    ``before`` is None for a create. On the wire an update carries its fields, those removed as "".
    """

    change: Literal["create", "update"]
    group: str
    mobilenumber: E164
    before: Values | None
    after: Values


Change: TypeAlias = OptOutChange | SendChange | ImportChange


class Funnel(NamedTuple):
    """How an audience came to its size, each person counted once, in this order of reasons."""

    members: int = 0
    excluded: int = 0
    opted_out: int = 0
    folded: int = 0
    received: int = 0
    recipients: int = 0


class Forcing(NamedTuple):
    """A character of a template outside GSM-7, and its position in the template, counted from 1."""

    character: str
    position: int


@dataclass(frozen=True, slots=True)
class Costing:
    """What makes the texts of a campaign cost what they cost.

    ``encoding`` and ``segments`` are those of the template with no value filled in. ``forcing`` are the characters of the
    template that force UCS-2, for ``wide`` recipients; ``wide_segments`` is what the longest such text takes,
    ``narrow_segments`` what it would take in GSM-7, and ``wide_extra`` the credits that GSM-7 would save. ``dearer``
    counts recipients whose text takes more segments than the template because of a value, for ``dearer_extra``
    credits. Both count everybody who is still to be sent.
    """

    encoding: MessageEncoding
    segments: int
    forcing: tuple[Forcing, ...] = ()
    wide: int = 0
    wide_segments: int = 0
    narrow_segments: int = 0
    wide_extra: Decimal = Decimal(0)
    dearer: int = 0
    dearer_extra: Decimal = Decimal(0)


class Held(NamedTuple):
    """People of a campaign who wait though others may be sent to, or wait for longer: it is quiet where they are.

    ``zones`` names their zones; ``next_at`` is when they can be sent to (UTC), None where the deadline passes before.
    """

    zones: str
    recipients: int
    next_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class CampaignOutlook:
    """Where one campaign stands and what happens to it next.

    ``recipients`` is the whole audience, ``left`` those still to be sent. ``messages``, ``segments`` and ``credits``
    are for what is left. ``next_at`` is the next instant at which something can happen to it (UTC), None where nothing
    will. ``reason`` says in words why it has this status. ``content_digest`` is frozen at its first call. ``freeze``
    maps every recipient to the fingerprint of their text when the campaign has not started yet and is due, and
    ``texts`` holds those texts; both are empty otherwise. ``suppress`` are left out although the state still plans
    them. ``quiet_hours`` are those that hold for it, as ``21:00-08:00``; None where none do. ``costing`` is None where
    nothing is left to be priced. ``held`` are people in time zones of their own, by when they can be sent to.
    ``series`` is the name of the repeating campaign that this is an occurrence of; one that is ``ahead`` lies beyond
    the next one, and its texts are not written yet.
    """

    name: str
    status: CampaignStatus
    template: str
    senderid: str | None
    recipients: int = 0
    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    suppressed: int = 0
    left: int = 0
    messages: int = 0
    segments: int = 0
    credits: Decimal = Decimal(0)
    funnel: Funnel = Funnel()
    scheduledate: dt.datetime | None = None
    deadline: dt.datetime | None = None
    next_at: dt.datetime | None = None
    reason: str | None = None
    handed_over: bool = False
    content_digest: str = ""
    suppress: tuple[E164, ...] = ()
    freeze: Mapping[E164, str] = field(default_factory=lambda: MappingProxyType({}))
    texts: Mapping[str, tuple[str, MessageEncoding, int]] = field(default_factory=lambda: MappingProxyType({}))
    place: str | None = None
    quiet_hours: str | None = None
    costing: Costing | None = None
    held: tuple[Held, ...] = ()
    series: str | None = None
    ahead: bool = False


class NextRun(NamedTuple):
    """When an apply is needed for the first campaign that goes on (UTC), and until when it helps; None for no end."""

    at: dt.datetime
    campaign: str
    deadline: dt.datetime | None


def next_run(outlooks: Iterable[CampaignOutlook]) -> NextRun | None:
    """Return the first run that is needed after one now: for what waits, or for people who wait in other time zones."""
    times = []
    for outlook in outlooks:
        if outlook.status is CampaignStatus.WAITING and outlook.next_at is not None:
            times.append(NextRun(outlook.next_at, outlook.name, outlook.deadline))
        times += (NextRun(held.next_at, outlook.name, outlook.deadline) for held in outlook.held if held.next_at)
    return min(times, key=lambda each: (each.at, each.campaign), default=None)


class LimitHit(NamedTuple):
    """A run's limit that is passed: its key below ``safety``, the value allowed, the value met, and a sentence."""

    key: Literal["max_credits", "max_updates", "max_shrink"]
    allowed: str
    met: str
    message: str


@dataclass(frozen=True, slots=True)
class Credits:
    """The balance, when it was read, and the estimate of the plan; both in credits."""

    estimated: Decimal = Decimal(0)
    balance: Decimal | None = None
    sufficient: bool | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an apply now would do.

    ``lineage`` and ``serial`` are None without a state. ``limits`` are the run's limits that are passed: an apply then
    does the opt-outs only. ``unsettled`` are the calls of earlier runs whose outcome a person must settle.
    ``estimated_seconds`` is at the steady rate of the account's limit. ``approval`` is the
    digest that a reviewer approves (``p1:...``).
    """

    plan_id: str
    created_at: dt.datetime
    config_digest: str
    approval: str
    lineage: str | None = None
    serial: int | None = None
    optouts: tuple[OptOutChange, ...] = ()
    sends: tuple[SendChange, ...] = ()
    imports: Sequence[ImportChange] = ()
    campaigns: tuple[CampaignOutlook, ...] = ()
    notices: tuple[Problem, ...] = ()
    limits: tuple[LimitHit, ...] = ()
    unmanaged: int = 0
    unsettled: tuple[UnknownOperation, ...] = ()
    credits: Credits = Credits()
    estimated_seconds: float = 0.0

    def changes(self) -> Iterator[Change]:
        """Yield all changes in the order in which an apply makes them."""
        return chain(self.optouts, self.sends, self.imports)

    @property
    def next_run(self) -> NextRun | None:
        """When an apply is needed after this one."""
        return next_run(self.campaigns)

    @property
    def api_calls(self) -> int:
        """Calls that an apply makes, credit checks left out."""
        return len(self.optouts) + len(self.sends) + len(self.imports)


class Abilities(NamedTuple):
    """What an API can do; what it cannot is held in the plan with the reason."""

    credits: bool = True
    imports: bool = True
    optouts: bool = True
    schedules: bool = True
