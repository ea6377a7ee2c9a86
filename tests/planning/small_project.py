"""Builders of small projects and states, and the state as an apply would leave it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sendmode_sync.errors import Place
from sendmode_sync.model import fingerprint
from sendmode_sync.model.desired import FIELDS, Campaign, Customer, Desired, Group, OptOut, Values
from sendmode_sync.model.plan import Abilities, CampaignOutlook, Plan
from sendmode_sync.model.settings import Account, Lints, Safety, Settings
from sendmode_sync.model.state import (
    CampaignRecord,
    FrozenText,
    Identity,
    OptOutRecord,
    SendRow,
    SendStatus,
    State,
)
from sendmode_sync.planning import diff, planner, scene
from sendmode_sync.sms import segments

NOW = dt.datetime(2026, 12, 1, 10, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
PLACE = Place("sendmode.yaml", 3, 5)
TAG_KEY = b"a key of the state"


def person(which: int) -> str:
    """Return one of the numbers that nobody has."""
    return f"+447700900{which:03}"


def values(**fields: str) -> Values:
    return tuple(fields.get(name, "") for name in FIELDS)


def customer(which: int, *groups: str, **fields: str) -> Customer:
    return Customer(person(which), values(**fields), tuple(sorted(groups)) or ("members",), PLACE)


def campaign(name: str = "offer", messagetext: str = "Hello", **more: Any) -> Campaign:
    given: dict[str, Any] = {"groups": ("members",), "customerid": name, **more}
    return Campaign(name, messagetext, PLACE, **given)


def project(
    customers: Iterable[Customer] = (),
    *campaigns: Campaign,
    optouts: Iterable[int] = (),
    groups: Mapping[str, Group] | None = None,
    **settings: Any,
) -> Desired:
    """Return a project; further arguments are keys of its account or of its safety.

    The texts of these tests say no more than "Hello", and the rule that minds that has tests of its own.
    """
    of_account = {field.name for field in dataclasses.fields(Account)}
    account = Account(**{key: value for key, value in settings.items() if key in of_account})
    safety = Safety(**{key: value for key, value in settings.items() if key not in of_account})
    people = {one.mobilenumber: one for one in customers}
    names = sorted({"members"}.union(*(one.groups for one in people.values())))
    return Desired(
        settings=Settings(account, safety, lints=Lints(levels={"marketing-without-optout": "off"})),
        groups={name: Group(name) for name in names} if groups is None else groups,
        customers=people,
        optouts={person(which): OptOut(person(which), "STOP") for which in optouts},
        campaigns={one.name: one for one in campaigns},
        config_digest="sha256:c",
    )


def memory(*records: CampaignRecord, **more: Any) -> State:
    identity = Identity("lineage-1", 7, TAG_KEY)
    return State(identity, campaigns={one.name: one for one in records}, **more)


def frozen(text: str) -> FrozenText:
    measure = segments.measure(text)
    return FrozenText(text, measure.encoding, measure.segments)


def record(
    of: Campaign, rows: Mapping[int, str] | None = None, *, text: str | None = None, **more: Any
) -> CampaignRecord:
    """Return the record of a started campaign; ``rows`` maps people to what became of them."""
    rendered = of.messagetext if text is None else text
    digest = fingerprint.of_text(rendered)
    given: dict[str, Any] = {
        "started_at": NOW - HOUR,
        "content_digest": scene.content_digest(of, project()),
        "operations": 1,
        "rows": {
            person(which): SendRow(SendStatus(status), digest, NOW - HOUR) for which, status in (rows or {}).items()
        },
        "texts": {digest: frozen(rendered)},
        **more,
    }
    return CampaignRecord(of.name, **given)


def applied_imports(desired: Desired, *, group: str = "members") -> dict[str, dict[str, bytes]]:
    """Return the state's fingerprints as if every customer had been imported as they are."""
    return {
        group: {
            number: fingerprint.of_values(diff.projected(desired.groups[group], one.values))
            for number, one in desired.customers.items()
            if group in one.groups
        }
    }


def planned(
    desired: Desired,
    state: State | None = None,
    now: dt.datetime = NOW,
    abilities: Abilities = Abilities(),  # noqa: B008 - a tuple
    before: Mapping[tuple[str, str], Values] | None = None,
    **options: Any,
) -> Plan:
    found = planner.survey(desired, state)
    return planner.plan(desired, state, found, before or {}, now, "plan-1", abilities, planner.Options(**options))


def outlook(plan: Plan, name: str = "offer") -> CampaignOutlook:
    (found,) = (one for one in plan.campaigns if one.name == name)
    return found


def codes(plan: Plan) -> list[str]:
    return [notice.code for notice in plan.notices]


def as_applied(plan: Plan, state: State, at: dt.datetime = NOW) -> State:
    """Return the state after an apply that did all of a plan."""
    applied = {group: dict(numbers) for group, numbers in state.applied.items()}
    for one in plan.imports:
        applied.setdefault(one.group, {})[one.mobilenumber] = fingerprint.of_values(one.after)
    optouts = dict(state.optouts)
    for out in plan.optouts:
        optouts[out.mobilenumber] = OptOutRecord(at, at, "apply", out.optoutresponse)
    return dataclasses.replace(
        state,
        identity=dataclasses.replace(state.identity, serial=state.identity.serial + plan.api_calls),
        applied=applied,
        optouts=optouts,
        campaigns=dict(state.campaigns) | _campaigns_applied(plan, state, at),
        recent=dict(state.recent)
        | {(number, send.text_digest): send.campaign for send in plan.sends for number in send.recipients},
    )


def _campaigns_applied(plan: Plan, state: State, at: dt.datetime) -> dict[str, CampaignRecord]:
    records = {}
    for one in plan.campaigns:
        sends = [send for send in plan.sends if send.campaign == one.name]
        if not sends:
            continue
        old = state.campaigns.get(one.name, CampaignRecord(one.name))
        rows = dict(old.rows) | {
            number: SendRow(SendStatus.PLANNED, digest, at) for number, digest in one.freeze.items()
        }
        rows |= {number: rows[number]._replace(status=SendStatus.SUPPRESSED) for number in one.suppress}
        rows |= {
            number: rows[number]._replace(status=SendStatus.ACCEPTED) for send in sends for number in send.recipients
        }
        records[one.name] = dataclasses.replace(
            old,
            started_at=old.started_at or at,
            content_digest=one.content_digest,
            operations=old.operations + len(sends),
            rows=rows,
            texts=dict(old.texts) | {digest: FrozenText(*text) for digest, text in one.texts.items()},
        )
    return records
