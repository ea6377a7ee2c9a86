"""What the project file says of the account, its safety limits and its state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

Api = Literal["v2", "engage"]
Encoding = Literal["form", "json"]
NumberFormat = Literal["digits", "e164", "national"]
Mode = Literal["live", "test"]
LintLevel = Literal["off", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Paths:
    """Path of each call below ``base_url``."""

    credits: str = "/credits"
    importing: str = "/import"
    optout: str = "/optout"
    send: str = "/send"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most ``calls`` starts in any window of ``per_seconds`` seconds."""

    calls: int = 100
    per_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A daily period in which no send starts; it may run over midnight. Wall time wherever somebody lives."""

    start: dt.time
    end: dt.time


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit written as a number or as a share: ``30%`` is ``Threshold(Decimal(30), percent=True)``."""

    value: Decimal
    percent: bool = False

    def __str__(self) -> str:
        """Write it as the project file does."""
        return f"{self.value}%" if self.percent else str(self.value)


@dataclass(frozen=True, slots=True)
class Account:
    """One Sendmode account and how to talk to it.

    ``credits_per_segment`` maps ISO country codes, and ``default``, to credits. ``senders`` maps a sender ID
    to whether it is registered (None: not said). ``test_numbers`` are E.164; in ``mode`` ``test`` no call names any other.
    """

    api: Api = "v2"
    base_url: str = "https://rest.sendmode.com/v2"
    paths: Paths = Paths()
    encoding: Encoding = "form"
    number_format: NumberFormat = "digits"
    senders: Mapping[str, bool | None] = field(default_factory=lambda: MappingProxyType({}))
    senderid: str | None = None
    region: str = "IE"
    timezone: str = "Europe/Dublin"
    api_key_env: str = "SENDMODE_API_KEY"
    rate_limit: RateLimit = RateLimit()
    credits_per_segment: Mapping[str, Decimal] = field(
        default_factory=lambda: MappingProxyType({"default": Decimal(1)})
    )
    quiet_hours: QuietHours | None = QuietHours(dt.time(21), dt.time(8))
    test_numbers: tuple[str, ...] = ()
    allow_fictional: bool = False
    mode: Mode = "live"

    @property
    def only(self) -> frozenset[str] | None:
        """The only numbers (E.164) that calls may name; None where all may be named."""
        return frozenset(self.test_numbers) if self.mode == "test" else None


@dataclass(frozen=True, slots=True)
class Safety:
    """Limits of one run. ``max_credits_written`` is False where the figure is only the default.

    ``canary_wait`` is in seconds; ``optouts_max_age`` is None where none is set.
    """

    max_credits: Decimal = Decimal(500)
    max_credits_written: bool = False
    max_recipients: int | None = None
    max_updates: Threshold = Threshold(Decimal(30), percent=True)
    max_shrink: Threshold = Threshold(Decimal(30), percent=True)
    min_balance: Decimal = Decimal(0)
    canary_wait: float = 30.0
    optouts_max_age: dt.timedelta | None = None


@dataclass(frozen=True, slots=True)
class Lints:
    """How strictly campaigns are judged.

    ``strict`` is True where the project writes ``lints``, even without anything in it: rules whose level is error then
    block. ``levels`` are those written, by rule. ``optout_phrases`` count as opt-out instructions beside the usual ones.
    ``texts_per_week`` is how many texts in seven days one person may get.
    """

    strict: bool = False
    levels: Mapping[str, LintLevel] = field(default_factory=lambda: MappingProxyType({}))
    optout_phrases: tuple[str, ...] = ()
    texts_per_week: int = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything of the project file that is not people, lists or campaigns.

    ``state`` is the path or URL as written, or None for the default beside the project file.
    """

    account: Account = Account()
    safety: Safety = Safety()
    state: str | None = None
    lints: Lints = Lints()
