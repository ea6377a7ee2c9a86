"""What the project's files ask for: groups, customers, opt-outs and campaigns, already checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from sendmode_sync.errors import Place, Problem
from sendmode_sync.model.phone import E164
from sendmode_sync.model.settings import QuietHours, Settings

FIELDS = (
    "firstname",
    "surname",
    "address",
    "town",
    "county",
    "email",
    "custom1",
    "custom2",
    "businessname",
    "dateofbirth",
)
"""The customer fields beside ``mobilenumber``, in the order in which rows hold them (Sendmode REST v2)."""

Values = tuple[str, ...]
"""One text for each of ``FIELDS``; an absent field is an empty text."""

NO_VALUES: Values = ("",) * len(FIELDS)

SEPARATOR = "\x1f"
"""What stands between values that are one text: a control character, which none of them may hold."""


class Customer(NamedTuple):
    """One person: a canonical number, the ten fields, the groups in sorted order, and where it was written."""

    mobilenumber: E164
    values: Values
    groups: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Group:
    """A list at Sendmode. ``fields`` is what of a customer leaves: None for nothing (no import at all).

    ``timezone`` is the IANA zone in which its people live, None where it is not said.
    """

    name: str
    description: str = ""
    fields: frozenset[str] | None = frozenset(FIELDS)
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class OptOut:
    """A number that must never be sent to or imported."""

    mobilenumber: E164
    optoutresponse: str | None = None
    returnedresponse: str | None = None
    place: Place | None = None


class Ignore(NamedTuple):
    """A comment that switches one rule off for one campaign: ``# sendmode-sync: ignore=RULE reason``.

    ``reason`` is empty where none is written.
    """

    rule: str
    reason: str
    place: Place


ScheduleWith = Literal["apply", "sendmode"]
Purpose = Literal["marketing", "service"]
Transliterate = Literal["punctuation", "none"]


Every = Literal["day", "week", "month"]


class OnWeekday(NamedTuple):
    """A day of the week, Monday being 0; ``nth`` of the month, -1 the last, 0 for every one."""

    weekday: int
    nth: int = 0


@dataclass(frozen=True, slots=True)
class Repeat:
    """When a campaign goes again and again: ``at`` is wall time of ``zone``, on the days that the rest allows.

    Every ``interval`` days, weeks or months are counted from ``start``, which is None only where ``interval`` is 1. The last
    day of a month is -1 among ``monthdays``. ``until`` is the last day on which one can go, None for no end. ``lifetime`` is
    how long each may be late, None for the default of a deadline.
    """

    every: Every
    interval: int
    at: dt.time
    zone: str
    weekdays: tuple[OnWeekday, ...] = ()
    monthdays: tuple[int, ...] = ()
    start: dt.date | None = None
    until: dt.date | None = None
    lifetime: dt.timedelta | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """One text to one audience, at one time.

    ``scheduledate`` is an instant in UTC, None for due at once. ``deadline`` is the instant in UTC past which
    nothing is sent, None for never. ``quiet_hours`` is already resolved against the account and the purpose:
    None where no quiet hours hold. ``messagetext`` is the template as typed (NFC, LF, no last line break).
    ``recipients`` and ``exclude_recipients`` are E.164. ``problems`` block this campaign alone. ``places`` are those of
    its keys, as far as they are written, and of ``account.senderid`` where that one is used. ``zone_assumed`` is True where
    neither an offset nor a time zone is written for ``scheduledate``.

    A campaign with ``repeat`` and without ``series`` is never sent itself: its occurrences are, each a campaign of its own
    that names it as ``series``. Those beyond the next one are ``ahead``: they are listed, and looked at when their time comes.
    """

    name: str
    messagetext: str
    place: Place
    groups: tuple[str, ...] = ()
    exclude_groups: tuple[str, ...] = ()
    recipients: tuple[E164, ...] = ()
    exclude_recipients: tuple[E164, ...] = ()
    exclude_received: tuple[str, ...] = ()
    purpose: Purpose = "marketing"
    draft: bool = False
    senderid: str | None = None
    customerid: str = ""
    scheduledate: dt.datetime | None = None
    schedule_with: ScheduleWith = "apply"
    deadline: dt.datetime | None = None
    quiet_hours: QuietHours | None = None
    batch_size: int = 100
    transliterate: Transliterate = "punctuation"
    allow_repeat: bool = False
    problems: tuple[Problem, ...] = ()
    places: Mapping[str, Place] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    ignores: tuple[Ignore, ...] = ()
    zone_assumed: bool = False
    repeat: Repeat | None = None
    series: str | None = None
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Desired:
    """The whole project, compiled.

    ``customers`` and ``optouts`` are keyed by E.164; ``campaigns`` and ``groups`` by name, in written order.
    ``notices`` are warnings and notices of the files (never errors: those raise ``ProjectError`` or sit on
    their campaign). ``config_digest`` is ``sha256:`` over the names and bytes of every file that was read.
    ``skipped_rows`` counts source rows left out under ``max_bad_rows``.
    """

    settings: Settings
    groups: Mapping[str, Group]
    customers: Mapping[E164, Customer]
    optouts: Mapping[E164, OptOut]
    campaigns: Mapping[str, Campaign]
    config_digest: str
    notices: tuple[Problem, ...] = ()
    skipped_rows: int = 0
