"""Wires the care of a project: the state, opt-outs by command, resolutions, adoption, history."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sendmode_sync.clocks import SystemClock
from sendmode_sync.errors import RefusedError, StateError, UsageError
from sendmode_sync.model.location import FileState
from sendmode_sync.wiring import environment, parts, reviewing, states
from sendmode_sync.wiring.applying import start
from sendmode_sync.wiring.environment import Where
from sendmode_sync.wiring.reviewing import Choice

if TYPE_CHECKING:
    from sendmode_sync.model.location import StateLocation
    from sendmode_sync.model.phone import E164
    from sendmode_sync.model.state import OperationEntry, PersonEntry, RunEntry, SentEntry
    from sendmode_sync.ports import StateStore
    from sendmode_sync.render.view import Masker
    from sendmode_sync.workflow.caring import Adoption, Cancelled, Restored
    from sendmode_sync.workflow.rescuing import Rescued


def empty_state(where: Where, location: StateLocation) -> tuple[Path, ...]:
    """Write an empty state and its state-id; return the files written."""
    return _named(where, location, states.engine(location).create(SystemClock().now()))


def _named(where: Where, location: StateLocation, store: StateStore) -> tuple[Path, ...]:
    """Write the state-id of a state that was just made, and close it; return the files written."""
    from sendmode_sync.workspace import project as files

    try:
        pinned = files.write_state_id(where.project_file, store.identity().lineage, states.beside(location, where))
    finally:
        store.close()
    return (Path(location.path), pinned) if isinstance(location, FileState) else (pinned,)


def new_state(where: Where, *, lost: bool) -> tuple[Path, ...]:
    """Write an empty state and its state-id; return both files.

    Where a state-id says that there was a state, only ``lost`` makes a new one, and then every campaign that may have
    been sent counts as possibly sent.
    """
    from sendmode_sync.workflow import caring
    from sendmode_sync.workspace import project as files

    project = parts.project(where)
    location = states.of(where, project.desired.settings)
    pinned = files.read_state_id(where.project_file)
    now = SystemClock().now()
    if states.engine(location).exists():
        raise StateError(f'there is a state at "{location}" already', remedy="nothing was changed")
    if pinned is not None and not lost:
        raise parts.lost(location, where, pinned)
    if not lost:
        return empty_state(where, location)
    names = caring.started_or_past(project.desired, now)
    anew = states.engine(location).begin_anew(now, names, pinned.lineage if pinned else None)
    return _named(where, location, anew)


class OptedOut(NamedTuple):
    """How many opt-outs were given, how many the state did not know, and the file they were written to."""

    given: int
    new: int | None
    file: Path


def add_optouts(where: Where, typed: Sequence[str]) -> OptedOut:
    """Record opt-outs in the state at once, then write them to the YAML."""
    from sendmode_sync.workflow import caring

    project = parts.project(where)
    account = project.desired.settings.account
    with parts.store_if_any(where, project.desired.settings, write=True) as store:
        numbers = [caring.number(each, account, store, project.desired.customers) for each in typed]
        return _opt_out(where, store, numbers, "command")


def import_optouts(where: Where, file: Path) -> OptedOut:
    """Record the numbers of a CSV file as opt-outs; one that is no number stops everything."""
    from sendmode_sync.errors import ProjectError
    from sendmode_sync.workflow import caring
    from sendmode_sync.workspace import columns

    settings = parts.project(where).desired.settings
    read = caring.numbers_of(columns.read_number_column(file), settings.account)
    if read.problems:
        raise ProjectError(read.problems)
    with parts.store_if_any(where, settings, write=True) as store:
        return _opt_out(where, store, read.numbers, "import")


def _opt_out(where: Where, store: StateStore | None, numbers: Sequence[E164], source: str) -> OptedOut:
    from sendmode_sync.model.desired import OptOut
    from sendmode_sync.workspace import optouts as yaml_optouts

    given = [OptOut(each) for each in dict.fromkeys(numbers)]
    new = None
    if store is not None:
        now = SystemClock().now()
        new = store.record_optouts(given, source, now)
        store.refresh_optouts(now)
    return OptedOut(len(given), new, environment.shown(yaml_optouts.add_optouts(where.project_file, given)))


def remove_optout(where: Where, typed: str, consent: str) -> tuple[bool, tuple[Path, ...]]:
    """Lift a local block on the record, and take the number out of the YAML; return whether there was a block."""
    from sendmode_sync.workflow import caring
    from sendmode_sync.workspace import optouts as yaml_optouts

    if not consent.strip():
        raise UsageError(
            "--consent is empty", remedy='say who agreed, how and when: --consent "form of 3 May, J. Byrne"'
        )
    project = parts.project(where)
    settings = project.desired.settings
    with parts.store(where, settings, write=True) as store:
        number = caring.number(typed, settings.account, store, project.desired.customers)
        lifted = store.lift_optout(number, consent, environment.user(), SystemClock().now())
    changed = yaml_optouts.remove_optout(where.project_file, number, settings)
    return lifted, tuple(map(environment.shown, changed))


def cancel(where: Where, campaign: str) -> Cancelled:
    """Never send the rest of a campaign."""
    from sendmode_sync.workflow import caring

    project = parts.project(where)
    with parts.store(where, project.desired.settings, write=True) as store:
        name = caring.known_campaign(campaign, project.desired, store)
        return caring.cancel(name, project.desired, store, environment.user(), SystemClock().now())


def resolve(where: Where, campaign: str, *, sent: bool, evidence: str, operation: str | None) -> int:
    """Settle the unknown outcomes of a campaign, on the record; return how many recipients."""
    from sendmode_sync.workflow import caring

    if not sent and not evidence.strip():
        raise UsageError(
            "--not-sent needs --evidence",
            remedy='say how you know: --evidence "not in the report of 1 Dec, checked by A."',
        )
    project = parts.project(where)
    with parts.store(where, project.desired.settings, write=True) as store:
        now, user = SystemClock().now(), environment.user()
        caring.end_interrupted(store, campaign, start("resolve", project), now)
        settled = store.resolve(campaign, sent=sent, evidence=evidence, user=user, at=now, operation=operation)
    if not settled:
        raise RefusedError(f'campaign "{campaign}" has nothing to settle', remedy="sendmode-sync status lists what has")
    return settled


def adoption(where: Where, export: Path | None) -> tuple[Adoption, Masker]:
    """Return what ``adopt`` would record: all that is new, or what of it stands in an export just as it is written."""
    from sendmode_sync.workflow import caring, planning
    from sendmode_sync.workspace import exports

    project = parts.project(where)
    account = project.desired.settings.account
    exported = None
    if export is not None:
        read = exports.read_foreign(export, account.region, allow_fictional=account.allow_fictional)
        exported = caring.exported(read.rows, account)
    with parts.store(where, project.desired.settings, write=False) as store:
        plan = planning.make(reviewing.asked(project, Choice(only=("imports",))), store, SystemClock().now())
        return caring.adoption(plan, project.desired, exported), reviewing.masker(store, show=False)


def adopt(where: Where, found: Adoption) -> int:
    """Record it; return how many imports."""
    from sendmode_sync.workflow import caring

    project = parts.project(where)
    with parts.store(where, project.desired.settings, write=True) as store:
        return caring.adopt(found, store, start("adopt", project), SystemClock())


def adopt_campaign(where: Where, campaign: str) -> None:
    """Record a campaign as already sent."""
    from sendmode_sync.workflow import caring

    project = parts.project(where)
    with parts.store(where, project.desired.settings, write=True) as store:
        caring.adopt_campaign(campaign, project.desired, store, start("adopt", project), SystemClock())


def history(where: Where, run: str | None) -> tuple[Sequence[RunEntry], Sequence[OperationEntry], Masker, str]:
    """Return the runs, or the operations of one of them; last the zone to show times in."""
    project = parts.project(where)
    zone = project.desired.settings.account.timezone
    with parts.store(where, project.desired.settings, write=False) as store:
        hidden = reviewing.masker(store, show=False)
        if run is None:
            return store.runs(), (), hidden, zone
        found = [each for each in store.runs(limit=1_000_000) if each.run.startswith(run)]
        if len(found) != 1:
            raise UsageError(f'"{run}" is no run, or not one alone', remedy="sendmode-sync history lists them")
        return found, store.operations(found[0].run), hidden, zone


def export(where: Where, typed: str | None, *, show: bool) -> tuple[tuple[SentEntry, ...], Masker]:
    """Return who received what and when, of everybody or of one person."""
    from sendmode_sync.workflow import caring

    project = parts.project(where)
    settings = project.desired.settings
    with parts.store(where, settings, write=False) as store:
        number = None if typed is None else caring.number(typed, settings.account, store, project.desired.customers)
        return tuple(store.sent(number)), reviewing.masker(store, show=show)


def about(where: Where, typed: str, *, show: bool) -> tuple[PersonEntry, Masker]:
    """Return everything that the state keeps about one person."""
    from sendmode_sync.workflow import caring

    project = parts.project(where)
    settings = project.desired.settings
    with parts.store(where, settings, write=False) as store:
        number = caring.number(typed, settings.account, store, project.desired.customers)
        return store.about(number), reviewing.masker(store, show=show)


def check_state(where: Where) -> tuple[str, ...]:
    """Return what is wrong with the state."""
    project = parts.project(where)
    with parts.store(where, project.desired.settings, write=False) as store:
        return tuple(store.check())


def close_restored(where: Where) -> Restored:
    """Close what may have been sent since an older copy was made, and let it be used."""
    from sendmode_sync.workflow import caring

    project = parts.project(where)
    with parts.store(where, project.desired.settings, write=True) as store:
        return caring.close_restored(project.desired, store, SystemClock().now())


def backup_state(where: Where, target: Path) -> None:
    """Copy the state to a new file, private to its owner."""
    project = parts.project(where)
    with parts.store(where, project.desired.settings, write=False) as store:
        store.backup(target)


def unlock_state(where: Where, run: str) -> bool:
    """Take the lock from a run that no longer answers; return whether its process is still there."""
    project = parts.project(where)
    with parts.store(where, project.desired.settings, write=True) as store:
        return store.force_unlock(run)


def forget(where: Where, typed: str) -> tuple[bool, bool]:
    """Erase a person from the state; return whether anything was erased and whether the files still name them."""
    from sendmode_sync.workflow import caring

    project = parts.project(where)
    settings = project.desired.settings
    with parts.store(where, settings, write=True) as store:
        number = caring.number(typed, settings.account, store, project.desired.customers)
        if number in project.desired.customers:
            place = project.desired.customers[number].place
            raise RefusedError(f"{place}: the project still names this person", remedy="remove them there first")
        return store.forget(number, SystemClock().now()), number in project.desired.optouts


def schema(name: str) -> str:
    """Return the text of a JSON Schema."""
    from sendmode_sync.workspace import schemas

    return schemas.schema(name)


def rescue(where: Where, log: Path) -> Rescued:
    """Give the results that stand in the log of a run to the state."""
    from sendmode_sync.workflow import rescuing

    text = log.read_text(encoding="utf-8", errors="replace")
    project = parts.project(where)
    with parts.store(where, project.desired.settings, write=True) as store:
        return rescuing.rescue(rescuing.lines(text), store, SystemClock())


def rekey(where: Where) -> None:
    """Let the state belong to the key that is in the environment; the account counts as unproven again.

    The key must be let in by the server first, where the API has a call that shows it.
    """
    import asyncio

    from sendmode_sync.executor import single

    project = parts.project(where)
    settings = project.desired.settings
    with parts.store(where, settings, write=True) as store:
        key = parts.needed(parts.secret(settings), settings)
        begun = start("rekey", project)
        clock = SystemClock()
        store.lock(begun, 0)

        async def let_in() -> bool:
            client = parts.client(settings, key)
            try:
                if not client.abilities.credits:
                    return True
                limit = settings.account.rate_limit
                read = await single.read_balance(store, client, clock, limit, environment.new_id(), None)
                return read.balance is not None
            finally:
                await client.close()

        if not asyncio.run(let_in()):
            raise RefusedError("the balance could not be read with this key", remedy="run it again a little later")
        store.prove(parts.fingerprint(key, project, store), proven=False)
        store.finish(0, clock.now())
