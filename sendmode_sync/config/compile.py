"""All files of a project into what they ask for, with every problem at once; the one door of this room's compilation."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from sendmode_sync.config import campaigns, settings
from sendmode_sync.config.check import Part
from sendmode_sync.config.directives import read_directives
from sendmode_sync.config.people import People, add_customers, add_optouts
from sendmode_sync.config.sheets import read_sheet
from sendmode_sync.config.sources import Source, add_source
from sendmode_sync.config.wording import shown, unknown_zone
from sendmode_sync.errors import Place, Problem
from sendmode_sync.model.desired import FIELDS, Campaign, Desired, Group
from sendmode_sync.model.settings import Account
from sendmode_sync.sms import schedule


class SheetText(NamedTuple):
    """The decoded text of a spreadsheet, with its path as the user knows it."""

    path: str
    text: str


class Compiled(NamedTuple):
    """What the files ask for, None where an error stops everything, and all problems in the order of their places."""

    desired: Desired | None
    problems: tuple[Problem, ...]


def compile_project(
    parts: Sequence[Part],
    contacts: Sequence[tuple[Source, SheetText]],
    earlier: Iterable[Problem],
    *,
    allow_hosts: Collection[str],
    config_digest: str,
) -> Compiled:
    """Compile a project. ``parts`` begins with the project file; ``contacts`` are its sources with what they hold.

    ``earlier`` are the problems met while files were looked for and read; a source that could not be read is among
    those, and not among ``contacts``.
    """
    read = settings.read_settings(parts[0], allow_hosts)
    account = read.settings.account
    problems = [*earlier, *read.problems, *(found for part in parts for found in part.problems)]
    groups = _groups(parts, problems)
    people = _people(parts, contacts, account, groups)
    written = _campaigns(parts, people, account, problems)
    ordered = tuple(sorted({*problems, *people.problems}, key=_order))
    if any(found.level == "error" and found.campaign is None for found in ordered):
        return Compiled(None, ordered)
    desired = Desired(
        settings=read.settings,
        groups=groups,
        customers=people.customers,
        optouts=people.optouts,
        campaigns=written,
        config_digest=config_digest,
        notices=tuple(found for found in ordered if found.level != "error"),
        skipped_rows=people.skipped_rows,
    )
    return Compiled(desired, ordered)


def _order(problem: Problem) -> tuple[Place, str, str]:
    return problem.place or Place(""), problem.code, problem.message


def _groups(parts: Sequence[Part], problems: list[Problem]) -> dict[str, Group]:
    """Return the declared groups; one that the schema refuses is declared all the same, to name only one problem."""
    groups: dict[str, Group] = {}
    places: dict[str, Place] = {}
    for part in parts:
        _refuse_twins(part, "groups", places, problems)
        sound = part.section("groups")
        for name in part.names("groups"):
            group = _group(name, sound.get(name))
            groups.setdefault(name, group)
            if group.timezone is not None and not schedule.is_zone(group.timezone):
                message = unknown_zone(group.timezone)
                problems.append(Problem("unknown-zone", message, part.document.place(("groups", name, "timezone"))))
    return groups


def _group(name: str, node: object) -> Group:
    body = node if isinstance(node, dict) else {}
    match body.get("import", "all"):
        case "all":
            fields: frozenset[str] | None = frozenset(FIELDS)
        case "none":
            fields = None
        case names:
            fields = frozenset(names)
    return Group(name, body.get("description", ""), fields, body.get("timezone"))


def _refuse_twins(part: Part, section: str, places: dict[str, Place], problems: list[Problem]) -> None:
    """Say which names of a section were written in an earlier file, and remember the rest."""
    for name in part.names(section):
        place = part.document.place((section, name), key=True)
        if name in places:
            message = f"{shown(name)} is written a second time, first at {places[name]}; keep one"
            problems.append(Problem("duplicate-key", message, place))
        else:
            places[name] = place


def _people(
    parts: Sequence[Part], contacts: Sequence[tuple[Source, SheetText]], account: Account, groups: Mapping[str, Group]
) -> People:
    people = People(account.region, account.allow_fictional, groups)
    for part in parts:
        add_customers(people, part)
        add_optouts(people, part)
    for source, found in contacts:
        add_source(people, source, read_sheet(found.path, found.text))
    return people


def _campaigns(parts: Sequence[Part], people: People, account: Account, problems: list[Problem]) -> dict[str, Campaign]:
    names = frozenset(name for part in parts for name in part.names("campaigns"))
    account_sender = parts[0].document.place(("account", "senderid")) if account.senderid else None
    zone_written = "timezone" in parts[0].section("account")
    terms = campaigns.Terms(account, people, names, account_sender, zone_written=zone_written)
    places: dict[str, Place] = {}
    written: dict[str, Campaign] = {}
    for part in parts:
        _refuse_twins(part, "campaigns", places, problems)
        if not schedule.is_zone(account.timezone):
            continue  # no time can be understood; the settings say so
        own = {name: part.document.place(("campaigns", name), key=True) for name in part.section("campaigns")}
        directives = read_directives(part.document.path, part.document.text, own)
        problems += directives.problems
        for name in own:
            compiled = campaigns.compile_campaign(part, name, terms)
            problems += compiled.problems
            ignores = directives.ignores.get(name, ())
            written.setdefault(name, dataclasses.replace(compiled.campaign, ignores=ignores))
    return written
