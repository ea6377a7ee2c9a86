"""Campaigns: one checked mapping into one campaign, with its times resolved and its text known to be a template.

What depends on the state or on the clock (due, waiting, limits, missing values) is the planner's.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sendmode_sync.config.check import Part
from sendmode_sync.config.people import People
from sendmode_sync.config.repeating import read_repeat
from sendmode_sync.config.wording import shown, suggestion
from sendmode_sync.errors import Level, Place, Problem
from sendmode_sync.model.desired import Campaign, Repeat
from sendmode_sync.model.phone import E164
from sendmode_sync.model.settings import Account, QuietHours
from sendmode_sync.sms import merge, schedule, transliterate
from sendmode_sync.sms.numbers import BadNumber

_LONGEST_CUSTOMERID = 40
"""Sendmode's handle is taken to hold 50 characters, and each call adds a suffix."""

_JUDGED = ("messagetext", "senderid", "scheduledate", "repeat")

_SHARED_SENDER = "Repliable"
"""Sendmode's own sender ID, which works without registration."""


class Terms(NamedTuple):
    """What campaigns refer to: the account, everyone, and the names of all campaigns.

    ``account_sender`` is the place of the account's sender ID, where it has one; ``zone_written`` says whether the account
    names its time zone.
    """

    account: Account
    people: People
    campaigns: Collection[str]
    account_sender: Place | None
    zone_written: bool = True


class Compiled(NamedTuple):
    """One campaign and everything that is wrong with it, or worth knowing."""

    campaign: Campaign
    problems: tuple[Problem, ...]


class _Times(NamedTuple):
    scheduledate: dt.datetime | None
    deadline: dt.datetime | None
    quiet_hours: QuietHours | None


def compile_campaign(part: Part, name: str, terms: Terms) -> Compiled:
    """Compile one campaign that the schema let through."""
    return _Compiling(part, name, terms).run()


class _Compiling:
    """One campaign on its way; problems gather while its keys are read."""

    def __init__(self, part: Part, name: str, terms: Terms) -> None:
        body: Any = part.section("campaigns")[name]
        self.document = part.document
        self.name = name
        self.body: dict[str, Any] = body
        self.account = terms.account
        self.people = terms.people
        self.terms = terms
        self.problems: list[Problem] = []

    def run(self) -> Compiled:
        body = self.body
        times = self._times()
        if not (body.get("groups") or body.get("recipients")):
            self._say("no-audience", "nobody gets this; name groups or recipients")
        campaign = Campaign(
            name=self.name,
            messagetext=self._text(),
            place=self.document.place(("campaigns", self.name), key=True),
            groups=self._groups("groups"),
            exclude_groups=self._groups("exclude_groups"),
            recipients=self._numbers("recipients"),
            exclude_recipients=self._numbers("exclude_recipients"),
            exclude_received=self._received(),
            purpose=body.get("purpose", "marketing"),
            draft=body.get("draft") == "true",
            senderid=self._sender(),
            customerid=body.get("customerid") or short_ascii(self.name),
            scheduledate=times.scheduledate,
            schedule_with=body.get("schedule_with", "apply"),
            deadline=times.deadline,
            quiet_hours=times.quiet_hours,
            batch_size=int(body.get("batch_size", 100)),
            transliterate=body.get("transliterate", "punctuation"),
            allow_repeat=body.get("allow_repeat") == "true",
            problems=tuple(found for found in self.problems if found.campaign),
            places=self._places(),
            zone_assumed=not self.terms.zone_written
            and ("repeat" in body or schedule.is_wall_time(body.get("scheduledate", ""))),
            repeat=self._repeat(),
        )
        return Compiled(campaign, tuple(self.problems))

    def _places(self) -> Mapping[str, Place]:
        """Return where the keys that rules speak of are written; ``account.senderid`` where the account's is used."""
        places = {key: self.document.place(("campaigns", self.name, key)) for key in _JUDGED if key in self.body}
        if not self.body.get("senderid") and self.terms.account_sender:
            places["account.senderid"] = self.terms.account_sender
        return places

    def _say(self, code: str, message: str, *path: str | int, level: Level = "error") -> None:
        """Note a problem of the file: an error here stops everything."""
        place = self.document.place(("campaigns", self.name, *path), key=not path)
        self.problems.append(Problem(code, message, place, level))

    def _block(self, code: str, message: str, *path: str | int) -> None:
        """Note an error of this campaign's own meaning: everything else goes on."""
        place = self.document.place(("campaigns", self.name, *path), key=not path)
        self.problems.append(Problem(code, message, place, campaign=self.name))

    def _text(self) -> str:
        text = transliterate.clean(self.body["messagetext"])
        if not text.strip():
            self._say("empty-text", "the text must not be empty", "messagetext")
        template = merge.parse(text)
        if isinstance(template, merge.BadTemplate):
            path = ("campaigns", self.name, "messagetext")
            place = self.document.place_of_character(path, template.offset)
            self.problems.append(Problem("bad-template", template.message, place))
        return text

    def _groups(self, key: str) -> tuple[str, ...]:
        names = self.body.get(key) or ()
        for at, name in enumerate(names):
            if name not in self.people.declared:
                place = self.document.place(("campaigns", self.name, key, at))
                self.problems.append(self.people.undeclared(name, place))
        return tuple(dict.fromkeys(names))

    def _numbers(self, key: str) -> tuple[E164, ...]:
        good: dict[E164, None] = {}
        for at, text in enumerate(self.body.get(key) or ()):
            number = self.people.number(text)
            if isinstance(number, BadNumber):
                self._say(number.code, number.message, key, at)
            else:
                good[number] = None
        return tuple(good)

    def _received(self) -> tuple[str, ...]:
        names = self.body.get("exclude_received") or ()
        for at, name in enumerate(names):
            if name.partition("@")[0] not in self.terms.campaigns:
                near = suggestion(name, self.terms.campaigns)
                message = (
                    f"campaign {shown(name)} is not written here{near}; whoever the state says received it is left out"
                )
                self._say("unknown-campaign", message, "exclude_received", at, level="warning")
        return tuple(dict.fromkeys(names))

    def _sender(self) -> str | None:
        own: str | None = self.body.get("senderid")
        sender = own or self.account.senderid
        if sender is None:
            if self.account.api == "engage":
                self._block("senderid-missing", "this API sends nothing without a sender ID; write senderid")
            return None
        known = self.account.senders.get(sender)
        if not sender.isdigit() and sender != _SHARED_SENDER and not known:
            message = f"sender ID {shown(sender)} is not known to be registered, and networks may block it; once it is, say so under account.senders"
            own_place = self.document.place(("campaigns", self.name, "senderid"))
            place = own_place if own else self.terms.account_sender
            self.problems.append(Problem("sender-unregistered", message, place, "warning"))
        return sender

    def _times(self) -> _Times:
        quiet = self._quiet_hours()
        zone = self.account.timezone
        scheduledate = self._scheduledate()
        handed_over = self.body.get("schedule_with") == "sendmode"
        if handed_over and not {"scheduledate", "repeat"} & self.body.keys():
            self._say(
                "scheduledate-missing", "only a text with a scheduledate is handed over; write one", "schedule_with"
            )
        if handed_over and scheduledate:
            scheduledate = self._rounded(scheduledate)
            if self._lives_here() and schedule.is_quiet(scheduledate, quiet, zone):
                message = (
                    "this time is inside quiet hours; choose another, or write quiet_hours: none for this campaign"
                )
                self._block("quiet-hours", message, "scheduledate")
        deadline = self._deadline(scheduledate)
        if scheduledate and deadline is None:
            deadline = schedule.default_deadline(scheduledate, quiet, zone)
        elif scheduledate and deadline and schedule.next_allowed(scheduledate, quiet, zone) > deadline:
            message = "quiet hours last until after the deadline, so this is never sent"
            self._say("never-sent", message, "deadline", level="warning")
        return _Times(scheduledate, deadline, quiet)

    def _lives_here(self) -> bool:
        """Say whether no group names a zone of its own: only a plan knows who lives where."""
        declared = self.people.declared
        return not any(declared[name].timezone for name in self.body.get("groups") or () if name in declared)

    def _quiet_hours(self) -> QuietHours | None:
        written = self.body.get("quiet_hours")
        if written is None:
            return None if self.body.get("purpose") == "service" else self.account.quiet_hours
        quiet = schedule.parse_quiet_hours(written)
        if isinstance(quiet, schedule.BadTime):
            self._say(quiet.code, quiet.message, "quiet_hours")
            return None
        return quiet

    def _scheduledate(self) -> dt.datetime | None:
        written = self.body.get("scheduledate")
        if written is None:
            return None
        instant = schedule.parse_instant(written, self.account.timezone)
        if isinstance(instant, schedule.BadTime):
            self._say(instant.code, instant.message, "scheduledate")
            return None
        return instant

    def _rounded(self, scheduledate: dt.datetime) -> dt.datetime:
        """Bring a time that is handed over to the next mark at which Sendmode sends."""
        rounded = schedule.round_up_quarter(scheduledate)
        if rounded != scheduledate:
            there = rounded.astimezone(ZoneInfo(self.account.timezone))
            message = f"handed-over texts go at 15-minute marks: {there:%H:%M %Z}"
            self._say("scheduledate-rounded", message, "scheduledate", level="notice")
        return rounded

    def _deadline(self, scheduledate: dt.datetime | None) -> dt.datetime | None:
        written = self.body.get("deadline")
        if written is None:
            return None
        if "scheduledate" not in self.body and "repeat" not in self.body:
            self._say("scheduledate-missing", "a deadline counts from scheduledate; write one", "deadline")
            return None
        duration = schedule.parse_duration(written)
        if not duration:
            self._say("bad-duration", "must be a time above 0 such as 12h or 7d", "deadline")
        return scheduledate + duration if scheduledate and duration else None

    def _repeat(self) -> Repeat | None:
        body = self.body.get("repeat")
        if body is None:
            return None
        if "scheduledate" in self.body:
            self._say(
                "repeat-and-scheduledate", "a campaign goes once or again and again; keep one of the two", "repeat"
            )
        if self.body.get("schedule_with") == "sendmode":
            message = "what repeats is sent by an apply each time; write schedule_with: apply"
            self._say("repeat-handed-over", message, "schedule_with")
        read = read_repeat(body, self.account.timezone, schedule.parse_duration(self.body.get("deadline", "")))
        if isinstance(read, Repeat):
            return read
        for key, message in read:
            self._say("bad-repeat", message, "repeat", *([key] if key in body else []))
        return None


def short_ascii(name: str) -> str:
    """Reduce a campaign's name to the letters A to Z, digits, - _ and ., 40 characters at most."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", bare)[:_LONGEST_CUSTOMERID].strip("-") or "campaign"
