"""What is written before a call may start, and after it ended: claims and results."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from sendmode_sync.model.desired import Values
from sendmode_sync.model.phone import E164
from sendmode_sync.model.state import Cause, FrozenText


@dataclass(frozen=True, slots=True)
class Freeze:
    """The audience and the texts of a campaign, fixed in the same transaction as its first claim.

    ``audience`` maps every recipient to the fingerprint of their text; ``texts`` maps fingerprints to texts.
    """

    content_digest: str
    handed_over: bool
    audience: Mapping[E164, str]
    texts: Mapping[str, FrozenText]


@dataclass(frozen=True, slots=True)
class SendClaim:
    """One send. ``freeze`` is given until the campaign has started, and ignored by the store afterwards."""

    operation: str
    campaign: str
    customerid: str
    recipients: tuple[E164, ...]
    text_digest: str
    credits: Decimal
    canary: bool = False
    freeze: Freeze | None = None


@dataclass(frozen=True, slots=True)
class ImportClaim:
    """One import; ``values`` is what the state holds as applied once it is done (``ImportChange.after``)."""

    operation: str
    group: str
    mobilenumber: E164
    values: Values


@dataclass(frozen=True, slots=True)
class OptOutClaim:
    """One opt-out; the number was recorded before, so that no send can start in between."""

    operation: str
    mobilenumber: E164


@dataclass(frozen=True, slots=True)
class TestClaim:
    """One test send. It is journalled, never counts as the campaign, and may reach an opted-out number never."""

    operation: str
    campaign: str
    customerid: str
    mobilenumber: E164
    credits: Decimal


@dataclass(frozen=True, slots=True)
class CreditsClaim:
    """One reading of the balance."""

    operation: str


Claim: TypeAlias = SendClaim | ImportClaim | OptOutClaim | TestClaim | CreditsClaim


class Begun(NamedTuple):
    """The claim is durable and its slot taken: the call may start."""


class Wait(NamedTuple):
    """Nothing was written: the rate limit has no slot for this many seconds."""

    seconds: float


class Barred(NamedTuple):
    """Nothing was claimed: these numbers are opted out or forgotten (or no longer planned), and were suppressed."""

    numbers: tuple[E164, ...]


Beginning: TypeAlias = Begun | Wait | Barred

Outcome = Literal["done", "rejected", "unknown", "released"]
"""``released``: certain that nothing was processed; the claim is taken back and may be made again."""


class Result(NamedTuple):
    """How a claimed call ended."""

    outcome: Outcome
    cause: Cause | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RunStart:
    """A run as it begins. ``kind`` is ``apply``, ``send-test``, ``adopt`` ...; ``commit`` the project's, where git keeps it."""

    run: str
    kind: str
    host: str
    pid: int
    user: str
    started_at: dt.datetime
    config_digest: str | None = None
    plan_digest: str | None = None
    allowed: Mapping[str, str] | None = None
    commit: str | None = None
