"""Wires what only looks: validate, lint, plan, show, preview and status; nothing here changes the state."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sendmode_sync.clocks import SystemClock
from sendmode_sync.errors import Exit, Place, Problem, RefusedError, StaleError, SyncError, UsageError
from sendmode_sync.model.ahead import Ahead, alone
from sendmode_sync.wiring import balances, environment, parts
from sendmode_sync.wiring.environment import Where

if TYPE_CHECKING:
    from decimal import Decimal

    from sendmode_sync.client.credentials import Secret
    from sendmode_sync.model.plan import Plan
    from sendmode_sync.model.preview import Preview
    from sendmode_sync.model.report import StatusReport
    from sendmode_sync.model.settings import Safety, Threshold
    from sendmode_sync.ports import StateReader, StateStore
    from sendmode_sync.render.view import Masker
    from sendmode_sync.wiring.parts import Project
    from sendmode_sync.workflow.planning import Asked

_LEDGER_PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a plan is wanted: kinds, campaigns, limits allowed for once, and how long the run may take, in seconds."""

    only: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    allow: Mapping[str, str] = field(default_factory=dict)
    max_duration: float | None = None


class Reviewed(NamedTuple):
    """A plan and what is needed to show it."""

    plan: Plan
    masker: Masker
    zone: str
    exit_code: Exit


def asked(project: Project, choice: Choice, *, running: bool = False, ahead: Ahead = alone) -> Asked:
    """Return what a plan is made from; raise ``UsageError`` for a campaign that is not written."""
    from sendmode_sync.planning import planner
    from sendmode_sync.wire.abilities import ABILITIES
    from sendmode_sync.workflow import planning

    allow: Mapping[str, Threshold] = {}
    if choice.allow:
        from sendmode_sync.workflow import applying

        allow = applying.allowances(choice.allow)
    options = planner.Options(
        only=frozenset(lane for lane in planner.ALL_LANES if lane in choice.only) or planner.ALL_LANES,
        campaigns=frozenset(choice.campaigns),
        allow=allow,
        running=running,
        max_duration=choice.max_duration,
        ahead=ahead,
    )
    abilities = ABILITIES[project.desired.settings.account.api]
    return planning.Asked(project.desired, abilities, options, environment.new_id())


def masker(reader: StateReader | None, *, show: bool) -> Masker:
    """Return what hides people; ``--show-personal`` is refused where CI is set, since its logs are kept and read."""
    from sendmode_sync.render.view import Masker

    if show and environment.in_ci():
        raise UsageError("--show-personal is refused in CI", remedy="run it on your own machine")
    return Masker(None if reader is None else reader.identity().tag_key, show)


def problems(where: Where) -> tuple[Problem, ...]:
    """Return every problem of the project's files, and what of its rules blocks a campaign, in the order of their places."""
    from sendmode_sync.planning import linting
    from sendmode_sync.second_process import ahead
    from sendmode_sync.workflow import planning
    from sendmode_sync.workspace import project as files

    loaded = files.load(where.project_file, allow_hosts=environment.allowed_hosts(), ahead=ahead)
    if loaded.desired is None:
        return loaded.problems
    project = parts.Project(where, loaded.desired, loaded.problems)
    now = SystemClock().now()
    blocking = planning.problems(asked(project, Choice()), now)
    ruled = linting.validated(loaded.desired, loaded.problems, now)
    return tuple(sorted((*ruled, *blocking), key=lambda each: each.place or Place("")))


def plan(  # noqa: PLR0913 - what a plan can be asked
    where: Where, choice: Choice, *, offline: bool, show: bool, detailed: bool, out: Path | None, now: str | None = None
) -> Reviewed:
    """Plan; read the balance where there is a key; write the plan file where one is asked for.

    ``now`` is another time to plan for, as typed; the balance is then not read, since it is that of today.
    """
    from sendmode_sync.planning import planner, saved
    from sendmode_sync.second_process import ahead
    from sendmode_sync.workflow import planning
    from sendmode_sync.workspace import writing

    project = parts.project(where, parts.recalled(where))
    settings = project.desired.settings
    at = instant(now, settings.account.timezone)
    key = None if offline or now is not None else parts.secret(settings)
    with parts.store_if_any(where, settings, write=key is not None) as store:
        hidden = masker(store, show=show)
        made = _with_standing(planning.make(asked(project, choice, ahead=ahead), store, at), project, store)
        if key is not None:
            import asyncio

            made = _checked(made, asyncio.run(_balance(project, store, key)), settings.safety)
        if now is not None:
            said = "planned as if it were that time already, with the files and the state of today"
            made = replace(made, notices=(*made.notices, Problem("another-time", said, level="notice")))
    if out is not None:
        writing.write_atomic(out, json.dumps(saved.to_document(made), ensure_ascii=False).encode(), private=True)
    return Reviewed(made, hidden, settings.account.timezone, planner.exit_of(made, detailed=detailed))


def _with_standing(made: Plan, project: Project, store: StateStore | None) -> Plan:
    """Return the plan with how the state was found: lost or an older copy, which an apply refuses; or in use."""
    from sendmode_sync.workspace import project as files

    pinned = files.read_state_id(project.where.project_file)
    if store is None and pinned is not None:
        last = f", last at {pinned.location}," if pinned.location else ""
        said = f"the state that this project's state-id names{last} is not here, and apply refuses without it"
    elif store is not None and store.behind:
        said = (
            "the state is an older copy of one that has gone further, and apply refuses it: sendmode-sync state check"
        )
    elif store is not None and (holder := store.holder()) is not None:
        said = f"run {holder.run} is under way: what it is sending just now counts as unknown until it is answered"
    else:
        return made
    return replace(made, notices=(Problem("state-standing", said, level="warning"), *made.notices))


async def _balance(project: Project, store: StateStore | None, key: Secret) -> Decimal | Problem:
    """Return the balance, else why there is none.

    No plan goes through this task: Python spells out what a task returned when it puts a signal's handler back, and of
    a plan for a hundred thousand people that takes longer than to make it.
    """
    try:
        read = await balances.read(project, store, key, _LEDGER_PATIENCE)
    except RefusedError as refused:
        return _not_checked(str(refused))
    address = project.desired.settings.account.base_url
    return _not_checked(f"it could not be read from {address} in time") if read.balance is None else read.balance


def _not_checked(why: str) -> Problem:
    return Problem("balance-not-checked", f"balance not checked: {why}", level="warning")


def _checked(made: Plan, found: Decimal | Problem, safety: Safety) -> Plan:
    """Return the plan with the balance; a plan does not fail for a balance, it says why there is none."""
    from sendmode_sync.planning import planner

    if isinstance(found, Problem):
        return planner.with_balance(replace(made, notices=(*made.notices, found)), None, safety)
    return planner.with_balance(made, found, safety)


def show(where: Where, file: Path, *, show_personal: bool) -> Reviewed:
    """Read a saved plan back, to show it in another format."""
    from sendmode_sync.model.settings import Account
    from sendmode_sync.planning import saved

    made = saved.from_document(read_document(file))
    hidden = masker(None, show=show_personal)
    try:
        project = parts.project(where)
        zone = project.desired.settings.account.timezone
    except SyncError:  # a plan can be shown anywhere, also far from its project
        zone = Account().timezone
    return Reviewed(made, hidden, zone, Exit.OK)


def read_document(file: Path) -> dict[str, object]:
    """Return the JSON of a saved plan."""
    try:
        read = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise StaleError(f"{file}: is no saved plan", remedy="sendmode-sync plan --out FILE writes one") from error
    if not isinstance(read, dict):
        raise StaleError(f"{file}: is no saved plan", remedy="sendmode-sync plan --out FILE writes one")
    return read


def instant(typed: str | None, zone: str) -> dt.datetime:
    """Return the time that ``--now`` means, in the account's zone unless it says otherwise; the clock's without it."""
    from sendmode_sync.sms import schedule

    if typed is None:
        return SystemClock().now()
    parsed = schedule.parse_instant(typed, zone)
    if isinstance(parsed, schedule.BadTime):
        raise UsageError(f"--now: {parsed.message}")
    return parsed


def preview(where: Where, campaign: str, *, show: bool, now: str | None = None) -> tuple[Preview, Masker, str]:
    """Return every distinct text of a campaign, with what it costs; ``now`` is another time to look at it, as typed."""
    from sendmode_sync.workflow import previewing

    project = parts.project(where, parts.recalled(where))
    settings = project.desired.settings
    with parts.store_if_any(where, settings) as store:
        hidden = masker(store, show=show)
        wanted = asked(project, Choice(campaigns=(campaign,)))
        made = previewing.preview(wanted, store, campaign, instant(now, settings.account.timezone))
    return made, hidden, settings.account.timezone


def lint(where: Where) -> tuple[Problem, ...]:
    """Return the problems of the files, and what the rules say of every campaign."""
    from sendmode_sync.planning import linting

    project = parts.project(where)
    return linting.lint(project.desired, project.problems, SystemClock().now())


def explain(name: str) -> list[tuple[str, str, str]]:
    """Return name, default level and explanation of one rule, or of ``all``; raise ``UsageError`` for another name."""
    from sendmode_sync.planning.lints.catalogue import RULES

    if name != "all" and name not in RULES:
        raise UsageError(f'no rule "{name}"', remedy=f"there are: {', '.join(RULES)}")
    return [(rule.name, rule.level, rule.explanation) for rule in RULES.values() if name in {"all", rule.name}]


def status(where: Where, *, show: bool) -> tuple[StatusReport, Masker, str, dt.datetime]:
    """Return where every campaign stands and what needs a person."""
    from sendmode_sync.workflow import planning

    project = parts.project(where, parts.recalled(where))
    settings = project.desired.settings
    with parts.store(where, settings, write=False) as store:
        hidden = masker(store, show=show)
        now = SystemClock().now()
        made = _with_standing(planning.make(asked(project, Choice()), store, now), project, store)
        return planning.status(made, store, now), hidden, settings.account.timezone, now
