"""All files of a project into what they ask for, with every problem at once; the one door of this room's compilation."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from sendmode_sync.config import campaigns, settings
from sendmode_sync.config.check import Part
from sendmode_sync.config.customers import add_customers
from sendmode_sync.config.directives import read_directives
from sendmode_sync.config.lists import NO_MEMORY, Memory
from sendmode_sync.config.people import People, add_optouts
from sendmode_sync.config.shelf import SheetFile
from sendmode_sync.config.sources import Source, add_source
from sendmode_sync.config.wording import shown, suggestion, unknown_zone
from sendmode_sync.errors import Place, Problem
from sendmode_sync.model.desired import FIELDS, Campaign, Desired, Group
from sendmode_sync.model.settings import Account
from sendmode_sync.sms import schedule


class Compiled(NamedTuple):
    """What the files ask for, None where an error stops everything, and all problems in the order of their places.

    ``memories`` is what may be remembered of the lists, by key.
    """

    desired: Desired | None
    problems: tuple[Problem, ...]
    memories: Mapping[str, bytes] = MappingProxyType({})


def compile_project(
    parts: Sequence[Part],
    contacts: Iterable[tuple[Source, SheetFile]],
    earlier: Iterable[Problem],
    *,
    allow_hosts: Collection[str],
    config_digest: Callable[[], str],
    memory: Memory = NO_MEMORY,
) -> Compiled:
    """Compile a project. ``parts`` begins with the project file; ``contacts`` are its sources with what they hold.

    ``earlier`` are the problems met while files were looked for and read; a source that could not be read is among
    those, and not among ``contacts``. Contacts are taken one by one, so that no two lists need be in memory, and
    ``earlier`` and ``config_digest`` are looked at after the last one.
    """
    read = settings.read_settings(parts[0], allow_hosts)
    account = read.settings.account
    problems = [*read.problems, *(found for part in parts for found in part.problems)]
    groups = _groups(parts, problems)
    people = _people(parts, contacts, account, groups, memory)
    written = _campaigns(parts, people, account, problems)
    met = dict.fromkeys((*earlier, *problems, *people.problems))  # those of a long list are in order already
    ordered = tuple(sorted(met, key=_order))
    if any(found.level == "error" and found.campaign is None for found in ordered):
        return Compiled(None, ordered)
    desired = Desired(
        settings=read.settings,
        groups=groups,
        customers=people.customers,
        optouts=people.optouts,
        campaigns=written,
        config_digest=config_digest(),
        notices=tuple(found for found in ordered if found.level != "error"),
        skipped_rows=people.skipped_rows,
    )
    return Compiled(desired, ordered, memory.kept)


def _order(problem: Problem) -> tuple[Place, str, str]:
    return problem.place or Place(""), problem.code, problem.message


def _groups(parts: Sequence[Part], problems: list[Problem]) -> dict[str, Group]:
    """Return the declared groups; what the schema refuses declares them all the same, to name only one problem."""
    groups: dict[str, Group] = {}
    places: dict[str, Place] = {}
    for part in parts:
        _refuse_twins(part, "groups", places, problems)
        sound = part.section("groups")
        for name in (*part.names("groups"), *_misspelt(part)):
            group = _group(name, sound.get(name))
            groups.setdefault(name, group)
            if group.timezone is not None and not schedule.is_zone(group.timezone):
                message = unknown_zone(group.timezone)
                problems.append(Problem("unknown-zone", message, part.document.place(("groups", name, "timezone"))))
    return groups


def _misspelt(part: Part) -> Iterator[str]:
    """Yield the names below a key of the outermost level that is unknown and was meant to be ``groups``."""
    for key in (str(path[0]) for path in part.faulty if len(path) == 1):
        if key != "groups" and suggestion(key, ("groups",)):
            yield from part.names(key)


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
    parts: Sequence[Part],
    contacts: Iterable[tuple[Source, SheetFile]],
    account: Account,
    groups: Mapping[str, Group],
    memory: Memory,
) -> People:
    people = People(account.region, account.allow_fictional, groups)
    if not memory.known:  # then everything is read, and most of it would be read again for the texts
        memory = memory._replace(fields=any(map(_uses_fields, parts)))
    for part in parts:
        add_customers(people, part, memory)
        add_optouts(people, part)
    for source, found in contacts:
        add_source(people, source, found, memory)
    people.customers.settle()
    return people


def _uses_fields(part: Part) -> bool:
    """Say whether any text of a file holds a merge field, or at least a brace."""
    bodies: dict[str, Any] = {**part.section("campaigns")}
    return any("{" in body.get("messagetext", "") for body in bodies.values())


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
