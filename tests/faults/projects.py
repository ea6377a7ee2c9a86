"""Tiny random projects, and the edits that people make to them between two runs."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sendmode_sync.errors import Place
from sendmode_sync.model.desired import FIELDS, Campaign, Customer, Desired, Group, OnWeekday, OptOut, Repeat, Values
from sendmode_sync.model.roll import Roll
from sendmode_sync.model.settings import Account, QuietHours, RateLimit, Safety, Settings, Threshold
from tests.faults.processes import START

PLACE = Place("sendmode.yaml")
ALL = Threshold(Decimal(100), percent=True)
ABROAD = ("Europe/Berlin", "Asia/Kolkata", "America/St_Johns")
HOME = "Europe/London"
LIMITS = (RateLimit(3, 10.0), RateLimit(5, 10.0), RateLimit(6, 30.0), RateLimit(10, 20.0))


def person(which: int) -> str:
    """Return a made-up number (Ofcom's drama range)."""
    return f"+447700900{which:03}"


def name_of(which: int) -> str:
    """Return a name that would be noticed in an output."""
    return f"Zebedee{which:03}"


def values(which: int, version: int = 1) -> Values:
    """Return what is written of somebody."""
    return (name_of(which), f"Surname{version}", *("",) * (len(FIELDS) - 2))


def project(chance: random.Random) -> Desired:
    """Return a project of a few people and campaigns."""
    people = range(chance.randint(3, 12) if chance.random() < 0.8 else 14)
    groups = {"members": Group("members"), "friends": Group("friends", timezone=_abroad(chance))}
    customers = {
        person(which): Customer(person(which), values(which), tuple(sorted(_some(chance, tuple(groups)))), PLACE)
        for which in people
    }
    wait = chance.choice((0.0, 2.0, 10.0))
    return Desired(
        settings=Settings(
            Account(rate_limit=chance.choice(LIMITS), quiet_hours=None, senderid="Repliable", region="GB"),
            Safety(
                max_credits=Decimal(10_000),
                max_credits_written=True,
                max_updates=ALL,
                max_shrink=ALL,
                min_balance=Decimal(chance.choice((0, 0, 5))),
                canary_wait=wait,
            ),
        ),
        groups=groups,
        customers=Roll.of(customers),
        optouts={number: OptOut(number, "STOP") for number in chance.sample(sorted(customers), chance.randint(0, 1))},
        campaigns={
            f"c{at}": campaign(chance, f"c{at}", groups["friends"].timezone) for at in range(chance.randint(1, 3))
        },
        config_digest="sha256:0",
    )


def campaign(chance: random.Random, name: str, abroad: str | None = None) -> Campaign:
    """Return a campaign to one or both groups, due now or soon; some repeat, some are quiet where friends live, or here.

    ``abroad`` is where friends live, None where all are at home.
    """
    scheduled = None if chance.random() < 0.7 else START + dt.timedelta(seconds=chance.randint(1, 120))
    deadline = None if chance.random() < 0.85 else START + dt.timedelta(seconds=chance.randint(10, 400))
    greeting = "{firstname|there}" if chance.random() < 0.2 else "there"
    again = repeat(chance, abroad or HOME) if chance.random() < 0.08 else None
    quiet = quiet_soon(chance, chance.choice((HOME, abroad))) if abroad is not None and chance.random() < 0.7 else None
    return Campaign(
        name,
        f"{name}: hi {greeting}",
        PLACE,
        groups=tuple(_some(chance, ("members", "friends"))),
        customerid=name,
        scheduledate=None if again else scheduled,
        deadline=None if again else deadline,
        quiet_hours=quiet,
        repeat=again,
        batch_size=chance.choice((1, 2, 5, 100)),
    )


def quiet_soon(chance: random.Random, zone: str) -> QuietHours:
    """Return quiet hours of some minutes, which begin about when the play does by the clocks of a zone."""
    begin = (START + dt.timedelta(minutes=chance.randint(-2, 4))).astimezone(ZoneInfo(zone)).replace(second=0)
    return QuietHours(begin.time(), (begin + dt.timedelta(minutes=chance.randint(1, 6))).time())


def repeat(chance: random.Random, zone: str) -> Repeat:
    """Return a rule whose first time comes about when the play begins, by the clocks of a zone."""
    first = (START + dt.timedelta(minutes=chance.randint(-1, 3))).astimezone(ZoneInfo(zone))
    weekly = chance.random() < 0.2
    return Repeat(
        "week" if weekly else "day",
        1,
        first.time(),
        zone,
        weekdays=(OnWeekday(first.weekday()), OnWeekday((first.weekday() + 1) % 7)) if weekly else (),
        until=chance.choice((None, None, None, first.date(), first.date() + dt.timedelta(days=1))),
        lifetime=chance.choice((None, dt.timedelta(minutes=2), dt.timedelta(minutes=15), dt.timedelta(hours=2))),
    )


def edited(desired: Desired, chance: random.Random, edits: int) -> Desired:
    """Return the project after somebody edited it; nothing is ever taken out and put back."""
    customers, campaigns = dict(desired.customers), dict(desired.campaigns)
    number = chance.choice(sorted(customers))
    match chance.choice(("fields", "join", "campaign", "text", "exclude")):
        case "fields":
            customers[number] = customers[number]._replace(values=values(int(number[-3:]), edits + 2))
        case "join":
            which = 100 + edits
            customers[person(which)] = Customer(person(which), values(which), ("members",), PLACE)
        case "campaign":
            campaigns[f"n{edits}"] = campaign(chance, f"n{edits}", desired.groups["friends"].timezone)
        case "text":
            one = campaigns[chance.choice(sorted(campaigns))]
            campaigns[one.name] = dataclasses.replace(one, messagetext=f"{one.messagetext}!")
        case "exclude":
            one = campaigns[chance.choice(sorted(campaigns))]
            campaigns[one.name] = dataclasses.replace(one, exclude_recipients=(number,))
    return changed(desired, edits, customers=Roll.of(customers), campaigns=campaigns)


def opted_out(desired: Desired, number: str, edits: int) -> Desired:
    """Return the project with one more opt-out."""
    return changed(desired, edits, optouts={**desired.optouts, number: OptOut(number, "STOP")})


def changed(desired: Desired, edits: int, **parts: Any) -> Desired:
    """Return the project with other parts, and the digest of other bytes."""
    return dataclasses.replace(desired, config_digest=f"sha256:{edits}", **parts)


def wanted(desired: Desired) -> dict[tuple[str, str], dict[str, str]]:
    """Return every import that the project asks for: its fields that are not empty."""
    return {
        (group, number): {name: value for name, value in zip(FIELDS, one.values, strict=True) if value}
        for number, one in desired.customers.items()
        for group in one.groups
        if number not in desired.optouts
    }


def _abroad(chance: random.Random) -> str | None:
    return chance.choice(ABROAD) if chance.random() < 0.2 else None


def _some(chance: random.Random, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if chance.random() < 0.6] or [chance.choice(names)]
