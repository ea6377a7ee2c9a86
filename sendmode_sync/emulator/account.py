"""What an account holds and what calls do to it: balance, contacts, opt-outs, messages, arrivals; no HTTP here.

Where Sendmode publishes nothing, this account takes a side and says so: an opted-out recipient is recorded as blocked
and costs nothing, credits are deducted at once unless ``deduct_scheduled`` is False, a blank field overwrites, and
an import does not opt anybody back in.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
import zoneinfo
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, NamedTuple, TypeAlias

from sendmode_sync.emulator.segments import segments

Verdict: TypeAlias = Literal["admitted", "throttled", "bad-key", "wrong-method", "not-found"]

_CLOCK_GRAIN = 1e-6  # seconds since 1970 in a float are no finer than this
_SHORTEST, _LONGEST = 10, 15  # digits of an international number
_IRISH_AND_BRITISH = 12  # likewise, of a mobile
_NATIONAL = {"08": "3538", "07": "447"}


def canonical(text: str) -> str | None:
    """Return the digits of a mobile number in international form, None when it cannot be one.

    ``353871234567``, ``+353871234567`` and ``0871234567`` are the same; 08 is Irish and 07 is British.
    """
    digits = text.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return None
    if digits.startswith("0"):
        code = _NATIONAL.get(digits[:2])
        if code is None or text.startswith("+"):
            return None
        digits = code + digits[2:]
    if digits.startswith(tuple(_NATIONAL.values())):
        return digits if len(digits) == _IRISH_AND_BRITISH else None
    return digits if _SHORTEST <= len(digits) <= _LONGEST else None


class Arrival(NamedTuple):
    """One request as it arrived: seconds on the server's clock, and whether it was let in."""

    at: float
    method: str
    path: str
    kind: str
    verdict: Verdict


class OptedOut(NamedTuple):
    """One opted-out number and the words that came with it."""

    at: float
    optoutresponse: str
    returnedresponse: str


class Order(NamedTuple):
    """What a send call asks for; numbers are canonical digits, and may repeat."""

    recipients: tuple[str, ...]
    text: str
    senderid: str | None = None
    customerid: str | None = None
    scheduledate: dt.datetime | None = None


class Message(NamedTuple):
    """One accepted send call. ``blocked`` are the recipients that had opted out; ``cost`` is for the whole call."""

    at: float
    recipients: tuple[str, ...]
    blocked: tuple[str, ...]
    text: str
    senderid: str | None
    customerid: str | None
    scheduledate: dt.datetime | None
    segments: int
    cost: Decimal


@dataclass(slots=True)
class Contact:
    """One person: the groups and the fields as last imported, blank ones included."""

    groups: set[str] = field(default_factory=set)
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class EmulatedAccount:
    """An account with its whole memory. Callers hold ``lock`` around anything that several threads do.

    ``credits`` is the balance to start with; ``rate_limit`` is so many calls in any window of so many seconds (None:
    no limit); ``now`` gives seconds since 1970; ``prices`` maps a prefix of canonical digits to credits a segment, the
    longest prefix wins; a scheduled send is deducted at once, or at its time where ``deduct_scheduled`` is
    False (wall time of ``timezone``).
    """

    api_key: str = "EMULATOREMULATOR1234"
    credits: Decimal = Decimal(1000)
    rate_limit: tuple[int, float] | None = (100, 60.0)
    now: Callable[[], float] = time.time
    prices: Mapping[str, Decimal] = field(default_factory=lambda: {"": Decimal(1)})
    deduct_scheduled: bool = True
    timezone: str = "Europe/Dublin"
    contacts: dict[str, Contact] = field(default_factory=dict, init=False)
    optouts: dict[str, OptedOut] = field(default_factory=dict, init=False)
    messages: list[Message] = field(default_factory=list, init=False)
    arrivals: list[Arrival] = field(default_factory=list, init=False)
    lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _balance: Decimal = field(init=False)
    _owed: list[tuple[float, Decimal]] = field(default_factory=list, init=False)
    _window: deque[float] = field(default_factory=deque, init=False)

    def __post_init__(self) -> None:
        self._balance = self.credits

    @property
    def balance(self) -> Decimal:
        """Return the credits left now; setting it is a top-up, or somebody else spending."""
        if self._owed:
            now = self.now()
            self._balance -= sum((cost for due, cost in self._owed if due <= now), Decimal(0))
            self._owed = [(due, cost) for due, cost in self._owed if due > now]
        return self._balance

    @balance.setter
    def balance(self, value: Decimal) -> None:
        self._balance = value

    def reset(self) -> None:
        """Forget everything and start again with the first balance."""
        for memory in (self.contacts, self.optouts, self.messages, self.arrivals, self._owed, self._window):
            memory.clear()
        self._balance = self.credits

    def shadow(self) -> EmulatedAccount:
        """Return an empty account with the same balance and prices, on which a call leaves no trace here."""
        return EmulatedAccount(self.api_key, self.balance, None, self.now, self.prices, self.deduct_scheduled)

    def throttle(self, at: float) -> float | None:
        """Count one arrival; return None to let it in, else the seconds until a slot is free.

        A sliding window: what was turned away counts too, and a window is open at its old end.
        """
        if self.rate_limit is None:
            return None
        calls, per_seconds = self.rate_limit
        window = self._window
        horizon = at - per_seconds + _CLOCK_GRAIN
        while window and window[0] <= horizon:
            window.popleft()
        window.append(at)
        over = len(window) - calls
        return window[over] + per_seconds - at if over > 0 else None

    def busiest(self, per_seconds: float) -> int:
        """Return the most authorised arrivals in any window of that length, on this account's clock."""
        most, window = 0, deque[float]()
        for arrival in self.arrivals:
            if arrival.verdict in {"admitted", "throttled"}:
                while window and window[0] <= arrival.at - per_seconds + _CLOCK_GRAIN:
                    window.popleft()
                window.append(arrival.at)
                most = max(most, len(window))
        return most

    def import_contact(self, number: str, group: str | None, fields: Mapping[str, str]) -> None:
        """Create or update one contact; a group that is not known yet is created by being named."""
        contact = self.contacts.get(number)
        if contact is None:
            contact = self.contacts[number] = Contact()
        if group:
            contact.groups.add(group)
        contact.fields.update(fields)

    def opt_out(self, number: str, optoutresponse: str, returnedresponse: str, at: float) -> None:
        """Opt a number out; repeating it keeps the newest words."""
        self.optouts[number] = OptedOut(at, optoutresponse, returnedresponse)

    def send(self, order: Order, at: float) -> Message | None:
        """Accept, bill and record one send; None, with nothing done, when the balance does not cover it."""
        parts = segments(order.text)
        blocked = tuple(number for number in order.recipients if number in self.optouts)
        billed = (number for number in order.recipients if number not in self.optouts)
        cost = sum((self._price(number) * parts for number in billed), Decimal(0))
        if cost > self.balance:
            return None
        if order.scheduledate is None or self.deduct_scheduled:
            self._balance -= cost
        else:
            self._owed.append((self._due(order.scheduledate), cost))
        message = Message(at, order.recipients, blocked, *order[1:], segments=parts, cost=cost)
        self.messages.append(message)
        return message

    def snapshot(self) -> dict[str, Any]:
        """Return everything as plain JSON data; credits as text, times as seconds since 1970."""
        contacts = {number: {"groups": sorted(c.groups), "fields": c.fields} for number, c in self.contacts.items()}
        return {
            "balance": str(self.balance),
            "contacts": contacts,
            "optouts": {number: optout._asdict() for number, optout in self.optouts.items()},
            "messages": [_plain(message) for message in self.messages],
            "arrivals": [arrival._asdict() for arrival in self.arrivals],
        }

    def _price(self, number: str) -> Decimal:
        prefixes: Iterable[str] = (number[:length] for length in range(len(number), -1, -1))
        return next((self.prices[prefix] for prefix in prefixes if prefix in self.prices), Decimal(1))

    def _due(self, scheduledate: dt.datetime) -> float:
        return scheduledate.replace(tzinfo=zoneinfo.ZoneInfo(self.timezone)).timestamp()


def _plain(message: Message) -> dict[str, Any]:
    when = message.scheduledate
    return {**message._asdict(), "scheduledate": when and when.isoformat(), "cost": str(message.cost)}
