"""Looking after a project: opt-outs by command, resolutions, adoption, and finding the person behind a tag."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sendmode_sync.errors import Place, Problem, RefusedError, UsageError
from sendmode_sync.model import phone
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.desired import FIELDS, Desired, Values
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import ImportChange, Plan
from sendmode_sync.model.settings import Account
from sendmode_sync.model.state import SendStatus
from sendmode_sync.planning import series
from sendmode_sync.planning.naming import unknown_campaign
from sendmode_sync.ports import Clock, StateReader, StateStore
from sendmode_sync.sms import numbers
from sendmode_sync.sms.numbers import BadNumber


def number(typed: str, account: Account, reader: StateReader | None, known: Iterable[E164] = ()) -> E164:
    """Return the number that a person typed, or that a tag stands for.

    Raises ``UsageError`` for what is neither, and ``RefusedError`` for a tag that fits nobody or several.
    """
    if phone.is_tag(typed):
        return _tagged(typed, reader, known)
    parsed = numbers.parse(typed, account.region, allow_fictional=account.allow_fictional)
    match parsed:
        case BadNumber(message=message):
            raise UsageError(f"{phone.mask_typed(typed)}: {message}")
        case _:
            return parsed


def _tagged(tag: str, reader: StateReader | None, known: Iterable[E164]) -> E164:
    if reader is None:
        raise RefusedError(f"{tag}: tags need a state", remedy="type the number")
    key = reader.identity().tag_key
    found = sorted({each for each in (*reader.numbers(), *known) if phone.tag(each, key) == tag})
    if len(found) != 1:
        raise RefusedError(
            f"{tag}: {'nobody here has this tag' if not found else 'several people share this tag'}",
            remedy="type the number",
        )
    return found[0]


def end_interrupted(store: StateStore, campaign: str, start: RunStart, now: dt.datetime) -> None:
    """Turn what a run that died left claimed of a campaign into what a person can settle.

    The calls of a run that is under way are its own to settle.
    """
    record = store.load([campaign], now, imports=False).campaigns.get(campaign)
    claimed = record is not None and any(row.status is SendStatus.CLAIMED for row in record.rows.values())
    if claimed and store.holder() is None:
        store.lock(start, 0)
        store.finish(0, now)
        store.unlock()


class Numbers(NamedTuple):
    """The numbers of a list in the order in which they stand there, and a problem for each entry that is none."""

    numbers: tuple[E164, ...]
    problems: tuple[Problem, ...]


def numbers_of(entries: Iterable[tuple[str, Place]], account: Account) -> Numbers:
    """Return what the entries of a list are; an entry that is no number is a problem at its place."""
    found: list[E164] = []
    problems: list[Problem] = []
    for text, place in entries:
        parsed = numbers.parse(text, account.region, allow_fictional=account.allow_fictional)
        match parsed:
            case BadNumber(code=code, message=message):
                problems.append(Problem(code, message, place))
            case _:
                found.append(parsed)
    return Numbers(tuple(found), tuple(problems))


class Left(NamedTuple):
    """An import that is not adopted. ``differing`` names what the export has otherwise; empty where it has nobody so."""

    change: ImportChange
    differing: tuple[str, ...] = ()


class Adoption(NamedTuple):
    """What ``adopt`` would record as already applied, and what it leaves to the next apply.

    ``uncompared`` are fields of the adopted that the export has no column for.
    """

    rows: Sequence[ImportChange]
    left: tuple[Left, ...] = ()
    uncompared: tuple[str, ...] = ()


Exported = Mapping[E164, Sequence[Mapping[str, str]]]
"""The rows of an export by the number that they are about."""


def exported(rows: Iterable[Mapping[str, str]], account: Account) -> Exported:
    """Return the rows of an export by number; what is no number there is nobody's, and so nothing to adopt."""
    found: dict[E164, list[Mapping[str, str]]] = {}
    for row in rows:
        parsed = numbers.parse(row["mobilenumber"], account.region, allow_fictional=account.allow_fictional)
        if isinstance(parsed, str):
            found.setdefault(parsed, []).append(row)
    return found


def adoption(plan: Plan, desired: Desired, export: Exported | None) -> Adoption:
    """Return the imports of a plan that can be adopted: all, or those that an export has with the very same fields.

    A field that the group does not let leave is not compared, nor is one that the export has no column for.
    """
    if export is None:
        return Adoption(plan.imports)
    judged = [Left(each, _differing(each, desired, export)) for each in plan.imports]
    equal = [not each.differing and each.change.mobilenumber in export for each in judged]
    rows = tuple(each.change for each, same in zip(judged, equal, strict=True) if same)
    left = tuple(each for each, same in zip(judged, equal, strict=True) if not same)
    columns = {name for row in export.values() for name in row[0]}
    unseen = (name for at, name in enumerate(FIELDS) if name not in columns and any(row.after[at] for row in rows))
    return Adoption(rows, left, tuple(unseen))


def _differing(change: ImportChange, desired: Desired, export: Exported) -> tuple[str, ...]:
    """Return the fields in which the nearest row of the export differs."""
    leaving = desired.groups[change.group].fields or frozenset()
    written = [(name, value) for name, value in zip(FIELDS, change.after, strict=True) if name in leaving]
    found = []
    for row in export.get(change.mobilenumber, ()):
        differing = [name for name, value in written if unicodedata.normalize("NFC", row.get(name, value)) != value]
        if "groups" in row and change.group not in {name.strip() for name in row["groups"].split(";")}:
            differing.append("groups")
        found.append(tuple(differing))
    return min(found, key=len, default=())


def adopt(found: Adoption, store: StateStore, start: RunStart, clock: Clock) -> int:
    """Record imports as already applied, on the record and without a call; return how many."""
    store.lock(start, 0.0)
    try:
        rows: Iterable[tuple[str, E164, Values]] = ((each.group, each.mobilenumber, each.after) for each in found.rows)
        adopted = store.adopt_imports(rows, clock.now())
        store.finish(0, clock.now())
        return adopted
    finally:
        store.unlock()


def adopt_campaign(name: str, desired: Desired, store: StateStore, start: RunStart, clock: Clock) -> None:
    """Record a campaign as already sent; raise for one that is not written, or has started, or is a whole series."""
    campaign = series.named(desired, name)
    if campaign is None:
        raise unknown_campaign(name, desired.campaigns)
    if campaign.repeat is not None and campaign.series is None:
        names = series.names_of(campaign, clock.now())
        raise UsageError(
            f'campaign "{name}" repeats', remedy=f"name one of its occurrences, as in {next(iter(names), name)}"
        )
    record = store.load([name], clock.now(), imports=False).campaigns.get(name)
    if record is not None and record.started_at is not None:
        raise RefusedError(f'campaign "{name}" has started here', remedy=f"sendmode-sync cancel {name} stops the rest")
    store.lock(start, 0.0)
    try:
        store.adopt_campaign(name, start.user, clock.now())
        store.finish(0, clock.now())
    finally:
        store.unlock()


def known_campaign(name: str, desired: Desired, reader: StateReader) -> str:
    """Return the name if the project or the state knows it; raise ``UsageError`` otherwise."""
    names = {*desired.campaigns, *reader.campaign_names()}
    if name not in names and series.named(desired, name) is None:
        raise unknown_campaign(name, names)
    return name


class Cancelled(NamedTuple):
    """How many recipients are left out, and whether there is something that was handed over and is sent all the same."""

    left_out: int
    handed_over: bool


def cancel(name: str, desired: Desired, store: StateStore, user: str, now: dt.datetime) -> Cancelled:
    """Never send the rest of a campaign, or any occurrence of a series.

    Occurrences are cancelled one by one too, since a run that is under way asks for each by its own name.
    """
    campaign = desired.campaigns.get(name)
    names = () if campaign is None else series.names_of(campaign, now)
    known = (each for each in store.campaign_names() if each != name and series.series_of(each) == name)
    left_out = sum(store.cancel(each, user, now) for each in dict.fromkeys((name, *known, *names)))
    record = store.load((name,), now, imports=False).campaigns[name]
    return Cancelled(left_out, record.handed_over)


def started_or_past(desired: Desired, now: dt.datetime) -> tuple[str, ...]:
    """Return the campaigns that may have been sent before a state was lost: those due at once or in the past.

    A repeating one counts by itself too, since nobody knows which of its occurrences there were.
    """
    unfolded = series.unfold(desired, now).campaigns.values()
    return tuple(
        each.name
        for each in (*desired.campaigns.values(), *(each for each in unfolded if each.series is not None))
        if each.scheduledate is None or each.scheduledate <= now or each.schedule_with == "sendmode"
    )


class Restored(NamedTuple):
    """The campaigns that an older copy closed as possibly sent, and those that it leaves open, since their time is to come."""

    closed: tuple[str, ...]
    open: tuple[str, ...]


def close_restored(desired: Desired, store: StateStore, now: dt.datetime) -> Restored:
    """Close what may have been sent since an older copy was made, also by a clock that was ahead when that last ran."""
    latest = max((now, *(run.started_at for run in store.runs())))
    names = (*started_or_past(desired, now), *started_or_past(desired, latest))
    closed = store.close_restored(now, dict.fromkeys(names))
    return Restored(tuple(closed), tuple(name for name in desired.campaigns if name not in names))
