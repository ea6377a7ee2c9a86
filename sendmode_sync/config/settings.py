"""The account, the safety limits and the state, from the project file; what is wrong takes its default and is said."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from sendmode_sync.config import destination
from sendmode_sync.config.check import Part
from sendmode_sync.config.document import Node, Path
from sendmode_sync.config.wording import unknown_region, unknown_zone
from sendmode_sync.errors import Problem
from sendmode_sync.model import location
from sendmode_sync.model.settings import Account, Lints, Paths, RateLimit, Safety, Settings, Threshold
from sendmode_sync.sms import numbers, schedule

_ENGAGE = {"base_url": "https://sms-rest.sendmode.dev/3.0", "number_format": "e164"}
_AS_WRITTEN = ("api", "mode", "encoding", "number_format", "senderid", "api_key_env")
_NO_RULES = frozenset({"optout_phrases", "texts_per_week"})


class Reading(NamedTuple):
    """The settings, and what is wrong with them."""

    settings: Settings
    problems: tuple[Problem, ...]


class _Wrong(NamedTuple):
    path: Path
    code: str
    message: str


def read_settings(part: Part, allow_hosts: Collection[str]) -> Reading:
    """Read the settings of a checked project file. ``allow_hosts`` are the hosts that SENDMODE_ALLOW_HOST names."""
    wrong: list[_Wrong] = []
    account = _account(part.section("account"), allow_hosts, wrong)
    state = part.document.data.get("state") or None
    if not isinstance(state, str):
        state = None
    elif location.holds_password(state):
        message = "a password does not belong in a file; name the state in the environment, in SENDMODE_STATE"
        wrong.append(_Wrong(("state",), "state-password", message))
    problems = tuple(Problem(code, message, part.document.place(path)) for path, code, message in wrong)
    return Reading(Settings(account, _safety(part.section("safety")), state, _lints(part)), problems)


def threshold(text: str) -> Threshold:
    """Read a number or a share that the schema let through."""
    return Threshold(Decimal(text.removesuffix("%")), percent=text.endswith("%"))


def _account(section: dict[str, Node], allow_hosts: Collection[str], wrong: list[_Wrong]) -> Account:
    values: dict[str, Any] = dict(_ENGAGE) if section.get("api") == "engage" else {}
    values |= {key: section[key] for key in _AS_WRITTEN if key in section}
    values |= _tables(section)
    if "base_url" in section:
        values["base_url"] = str(section["base_url"]).rstrip("/")
    values |= _region(section, wrong) | _times(section, wrong)
    account = Account(**values, allow_fictional=section.get("allow_fictional") == "true")
    to = destination.judge(account.base_url, allow_hosts)
    if to.refusal:
        wrong.append(_Wrong(("account", "base_url"), "base-url", to.refusal))
    elif account.allow_fictional and not to.loopback:
        message = "is for trying out only; it needs a base_url on this machine, such as http://127.0.0.1:8025/v2"
        wrong.append(_Wrong(("account", "allow_fictional"), "allow-fictional", message))
    return dataclasses.replace(account, test_numbers=_test_numbers(section, account, wrong))


def _tables(section: dict[str, Node]) -> dict[str, Any]:
    """Read the values that are mappings, as far as they are written."""
    values: dict[str, Any] = {}
    if paths := _mapping(section, "paths"):
        values["paths"] = Paths(**{"importing" if call == "import" else call: path for call, path in paths.items()})
    if limit := _mapping(section, "rate_limit"):
        usual = RateLimit()
        values["rate_limit"] = RateLimit(
            int(limit.get("calls", usual.calls)), float(limit.get("per_seconds", usual.per_seconds))
        )
    if senders := _mapping(section, "senders"):
        registered = {name: (known or {}).get("registered") for name, known in senders.items()}
        values["senders"] = MappingProxyType(
            {name: None if said is None else said == "true" for name, said in registered.items()}
        )
    match section.get("credits_per_segment"):
        case str() as price if price:  # nothing written is an empty table
            values["credits_per_segment"] = MappingProxyType({"default": Decimal(price)})
        case dict() as prices:
            table = {country: Decimal(str(price)) for country, price in prices.items()}
            values["credits_per_segment"] = MappingProxyType({"default": Decimal(1), **table})
        case _:
            pass
    return values


def _mapping(section: dict[str, Node], key: str) -> dict[str, Any]:
    value: Any = section.get(key)
    return value or {}


def _region(section: dict[str, Node], wrong: list[_Wrong]) -> dict[str, Any]:
    """Read the country of numbers in national form; UK is wrong, but means GB, so that not every number is wrong too."""
    code = str(section.get("region", Account().region))
    if numbers.is_region(code):
        return {"region": code}
    wrong.append(_Wrong(("account", "region"), "unknown-region", unknown_region(code)))
    return {"region": "GB" if code == "UK" else code}


def _times(section: dict[str, Node], wrong: list[_Wrong]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    zone = str(section.get("timezone", Account().timezone))
    if schedule.is_zone(zone):
        values["timezone"] = zone
    else:
        wrong.append(_Wrong(("account", "timezone"), "unknown-zone", unknown_zone(zone)))
    written = section.get("quiet_hours")
    if isinstance(written, str):
        quiet = schedule.parse_quiet_hours(written)
        if isinstance(quiet, schedule.BadTime):
            wrong.append(_Wrong(("account", "quiet_hours"), quiet.code, quiet.message))
        else:
            values["quiet_hours"] = quiet
    return values


def _test_numbers(section: dict[str, Node], account: Account, wrong: list[_Wrong]) -> tuple[str, ...]:
    good: dict[str, None] = {}
    for at, text in enumerate(section.get("test_numbers") or ()):
        number = numbers.parse(str(text), account.region, allow_fictional=account.allow_fictional)
        if isinstance(number, numbers.BadNumber):
            wrong.append(_Wrong(("account", "test_numbers", at), number.code, number.message))
        else:
            good[number] = None
    return tuple(good)


def _safety(section: dict[str, Node]) -> Safety:
    values: dict[str, Any] = {}
    for key, text in section.items():
        match key, str(text):
            case "max_credits", written:
                values |= {"max_credits": Decimal(written), "max_credits_written": True}
            case "min_balance", written:
                values[key] = Decimal(written)
            case "max_recipients", written:
                values[key] = None if written == "none" else int(written)
            case "max_updates" | "max_shrink", written:
                values[key] = threshold(written)
            case "optouts_max_age", written:
                values[key] = schedule.parse_duration(written)
            case _, written:
                wait = schedule.parse_duration(written)
                values["canary_wait"] = wait.total_seconds() if wait else 0.0
    return Safety(**values)


def _lints(part: Part) -> Lints:
    """Read how strictly campaigns are judged; ``lints:`` with nothing in it is strict already."""
    if "lints" not in part.document.data:
        return Lints()
    section = part.section("lints")
    phrases: Any = section.get("optout_phrases") or ()
    written: Any = {rule: level for rule, level in section.items() if isinstance(level, str) and rule not in _NO_RULES}
    return Lints(
        strict=True,
        levels=MappingProxyType(written),
        optout_phrases=tuple(phrases),
        texts_per_week=int(str(section.get("texts_per_week", Lints().texts_per_week))),
    )
