"""What the state remembers, as plain values that the planner compares with the project."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, NamedTuple

from sendmode_sync.model.desired import Values
from sendmode_sync.model.phone import E164


class SendStatus(StrEnum):
    """What became of one recipient of one campaign.

    ``planned``: fixed in the audience, nothing sent yet. ``claimed``: a call may be under way right now.
    ``unknown``: may or may not have been sent; a person settles it. ``suppressed``: left out after the audience was
    fixed (opted out, forgotten, excluded).
    """

    PLANNED = "planned"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"


class SendRow(NamedTuple):
    """One recipient of a started campaign. ``text`` is the fingerprint of the rendered text fixed for them."""

    status: SendStatus
    text: str
    at: dt.datetime


class FrozenText(NamedTuple):
    """A rendered text as it was fixed when its campaign started. ``credits`` is what one recipient was estimated at
    under the default country; the planner prices each recipient's country again.
    """

    text: str
    encoding: Literal["GSM-7", "UCS-2"]
    segments: int


ClosedAs = Literal["adopted", "lost"]


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """What is known of one campaign.

    ``started_at`` is None for one that was only seen or cancelled. ``content_digest`` fingerprints template, sender and
    transliteration as they were at the start. ``closed_as`` is ``adopted`` (recorded as already sent without a
    call) or ``lost`` (possibly sent, from before a lost state); either way nothing of it is sent.
    ``operations`` counts the calls claimed for it so far. ``seen`` is the status that the last apply saw;
    ``expiry_said`` is True once its expiry after ``waiting`` or ``partial`` was reported.
    """

    name: str
    started_at: dt.datetime | None = None
    content_digest: str = ""
    cancelled_at: dt.datetime | None = None
    closed_as: ClosedAs | None = None
    handed_over: bool = False
    operations: int = 0
    seen: str | None = None
    expiry_said: bool = False
    rows: Mapping[E164, SendRow] = field(default_factory=lambda: MappingProxyType({}))
    texts: Mapping[str, FrozenText] = field(default_factory=lambda: MappingProxyType({}))


class OptOutRecord(NamedTuple):
    """One recorded opt-out. ``applied_at`` is None until Sendmode has acknowledged it."""

    recorded_at: dt.datetime
    applied_at: dt.datetime | None
    source: str
    optoutresponse: str | None = None
    returnedresponse: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Which state this is, and how far it has come.

    ``tag_key`` keys the tags shown in place of numbers. ``account`` is the keyed fingerprint of API key and base URL,
    None before the first successful call. ``proven`` is True once a send was seen to move the balance.
    """

    lineage: str
    serial: int
    tag_key: bytes
    account: str | None = None
    proven: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """One consistent reading of the state.

    ``applied`` maps group to number to the fingerprint of the fields last applied. ``campaigns`` holds the records
    of the campaigns that were asked for. ``recent`` maps (number, fingerprint of text) to the campaign under which
    that text was, or may have been, sent in the last 30 days. ``forgotten`` are keyed hashes of erased people. ``gone``
    are people imported before whom an earlier apply already found no longer written.
    """

    identity: Identity
    applied: Mapping[str, Mapping[E164, bytes]] = field(default_factory=lambda: MappingProxyType({}))
    optouts: Mapping[E164, OptOutRecord] = field(default_factory=lambda: MappingProxyType({}))
    forgotten: frozenset[str] = frozenset()
    campaigns: Mapping[str, CampaignRecord] = field(default_factory=lambda: MappingProxyType({}))
    recent: Mapping[tuple[E164, str], str] = field(default_factory=lambda: MappingProxyType({}))
    optouts_refreshed_at: dt.datetime | None = None
    gone: frozenset[E164] = frozenset()


class Holder(NamedTuple):
    """Who holds, or last held, the lock."""

    run: str
    host: str
    pid: int
    started_at: dt.datetime


Cause = str
"""Why something is unknown or was rejected, as a word: ``read-timeout``, ``http-500``, ``interrupted``, ``unbilled``."""


class BalanceLook(NamedTuple):
    """A balance so many whole seconds after a call whose outcome is unknown.

    ``others`` is the estimated cost of the run's other sends that were accepted between the balance before and this one.
    All but ``seconds`` are in credits.
    """

    seconds: int
    balance: Decimal
    others: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class UnknownOperation:
    """A call whose outcome a person must settle.

    ``balance_before`` was read before the sends of its run, ``balance_after`` once these were over, ``looks`` some
    seconds after the call itself, in the order of time; all in credits.
    """

    operation: str
    campaign: str
    cause: Cause
    at: dt.datetime
    customerid: str
    recipients: tuple[E164, ...]
    credits: Decimal
    balance_before: Decimal | None = None
    balance_after: Decimal | None = None
    looks: tuple[BalanceLook, ...] = ()


@dataclass(frozen=True, slots=True)
class OperationEntry:
    """One call of a run, for ``history`` and ``export``."""

    operation: str
    run: str
    kind: str
    status: str
    campaign: str | None
    group: str | None
    customerid: str | None
    recipients: tuple[E164, ...]
    credits: Decimal
    cause: Cause | None
    claimed_at: dt.datetime
    settled_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One run of the history. Counts are of its operations by kind and status; ``allowed`` are the limits that it might pass."""

    run: str
    kind: str
    started_at: dt.datetime
    ended_at: dt.datetime | None
    exit_code: int | None
    host: str
    pid: int
    user: str
    plan_digest: str | None
    config_digest: str | None
    balance_before: Decimal | None
    balance_after: Decimal | None
    counts: Mapping[str, Mapping[str, int]]
    commit: str | None = None
    allowed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


class SentEntry(NamedTuple):
    """Who received what and when, one line of ``export``."""

    mobilenumber: E164
    campaign: str
    status: SendStatus
    messagetext: str
    customerid: str | None
    at: dt.datetime


class AppliedEntry(NamedTuple):
    """The fields of a person as they were last imported into one group."""

    group: str
    values: Values
    at: dt.datetime


class ConsentEntry(NamedTuple):
    """A consent by which an opt-out was lifted."""

    consent: str
    user: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """Everything that is kept about one person, for a request of access.

    ``sent`` holds every campaign whose audience they are in, sent or not. ``calls`` are those that named them, of any kind.
    """

    mobilenumber: E164
    imports: tuple[AppliedEntry, ...] = ()
    optout: OptOutRecord | None = None
    consents: tuple[ConsentEntry, ...] = ()
    sent: tuple[SentEntry, ...] = ()
    calls: tuple[OperationEntry, ...] = ()
