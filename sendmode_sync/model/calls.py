"""The four calls of the remote API, and everything an attempt at one of them can come back with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from sendmode_sync.model.phone import E164


@dataclass(frozen=True, slots=True)
class CheckCredits:
    """Read the balance."""


@dataclass(frozen=True, slots=True)
class ImportCustomer:
    """Import one customer into one group. ``fields`` holds just what is to be sent, by Sendmode's field names."""

    group: str
    mobilenumber: E164
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OptOutNumber:
    """Opt one number out."""

    mobilenumber: E164
    optoutresponse: str | None = None
    returnedresponse: str | None = None


@dataclass(frozen=True, slots=True)
class SendText:
    """Send one text to a list of numbers. ``scheduledate`` is an instant in UTC, None for at once."""

    recipients: tuple[E164, ...]
    messagetext: str
    customerid: str
    senderid: str | None = None
    scheduledate: dt.datetime | None = None


Call: TypeAlias = CheckCredits | ImportCustomer | OptOutNumber | SendText


@dataclass(frozen=True, slots=True)
class Accepted:
    """The call was processed. ``balance`` is set for ``CheckCredits`` only, in credits."""

    balance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Certain: not processed, and it will not pass by itself.

    ``cause`` is a word such as ``http-400`` or ``code-10``; ``code`` and ``identifier`` are the answer's own, where
    it had them; ``text`` is at most 200 characters of the answer's own words, without control characters.
    ``key_refused`` is True for HTTP 401 and 403 and for codes 14 and 16: the run stops.
    """

    cause: str
    code: int | None = None
    identifier: str = ""
    text: str = ""
    key_refused: bool = False


@dataclass(frozen=True, slots=True)
class Throttled:
    """HTTP 429: not processed. ``retry_after`` is in seconds, None where the answer did not say."""

    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unsent:
    """Certain: nothing reached the server (name lookup, refused, connect time-out, TLS handshake)."""

    cause: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything after the connection was made that is not a certain answer."""

    cause: str
    text: str = ""


Answer: TypeAlias = Accepted | Refused | Throttled | Unsent | Unknown
