"""Opens the parts of one project: its files, its state, its client."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from sendmode_sync import terminal
from sendmode_sync.errors import ProjectError, RefusedError, StateError, StateMissingError
from sendmode_sync.wiring import environment, states
from sendmode_sync.wiring.environment import Where

if TYPE_CHECKING:
    from sendmode_sync.client.credentials import Secret
    from sendmode_sync.client.session import Barred, HttpClient
    from sendmode_sync.config.lists import Memory
    from sendmode_sync.errors import Problem
    from sendmode_sync.model.desired import Desired
    from sendmode_sync.model.location import StateLocation
    from sendmode_sync.model.settings import Settings
    from sendmode_sync.ports import StateReader, StateStore
    from sendmode_sync.workspace.project import StateId


class Project(NamedTuple):
    """A project whose files can be used, and every problem that was met in them."""

    where: Where
    desired: Desired
    problems: tuple[Problem, ...]
    memories: Mapping[str, bytes] = MappingProxyType({})


def project(where: Where, memory: Callable[[Settings], Memory] | None = None) -> Project:
    """Return the project; raise ``ProjectError`` with every problem where an error stops everything.

    ``memory`` says what is known of its lists, and what becomes of them (``recalled``, ``held``).
    """
    from sendmode_sync.second_process import ahead
    from sendmode_sync.workspace import project as files

    loaded = files.load(where.project_file, allow_hosts=environment.allowed_hosts(), memory=memory, ahead=ahead)
    if loaded.desired is None:
        raise ProjectError(loaded.problems)
    return Project(where, loaded.desired, loaded.problems, loaded.memories)


def recalled(where: Where) -> Callable[[Settings], Memory]:
    """Return what lets the lists be read with the help of the state; one that cannot be used is no help, and no error yet."""

    def recall(settings: Settings) -> Memory:
        from sendmode_sync.config.lists import Memory

        known: dict[str, bytes] = {}
        with suppress(StateError), closing(states.engine(states.of(where, settings)).open(write=False)) as opened:
            known = dict(opened.remembered())
        return Memory(known, hold=False, kept={})

    return recall


def held(_: Settings) -> Memory:
    """Have the lists read into memory, for a run that may outlive the files, and remembered for the next plan."""
    from sendmode_sync.config.lists import Memory

    return Memory({}, hold=True, kept={})


@contextmanager
def store(where: Where, settings: Settings, *, write: bool) -> Iterator[StateStore]:
    """Open the state and close it again; it must be the one that the project's state-id names."""
    from sendmode_sync.workspace import project as files

    location = states.of(where, settings)
    pinned = files.read_state_id(where.project_file)
    try:
        opened = states.engine(location).open(write=write)
    except StateMissingError as missing:
        if pinned is None:
            raise StateMissingError(
                f'no state at "{location}"', remedy="sendmode-sync state init makes one"
            ) from missing
        raise lost(location, where, pinned) from missing
    try:
        lineage = opened.identity().lineage
        if pinned is not None and pinned.lineage != lineage:
            raise StateError(
                f'the state at "{location}" belongs to another project: its lineage is {lineage}, this project\'s is {pinned.lineage}',
                remedy="point --state or SENDMODE_STATE at this project's own state",
            )
        yield opened
    finally:
        opened.close()


def lost(location: StateLocation, where: Where, pinned: StateId) -> StateMissingError:
    """Return the error for a state that should be there: where it last was, and what to do."""
    last = f", last at {pinned.location}" if pinned.location and pinned.location != str(location) else ""
    return StateMissingError(
        f'the state is lost: there is none at "{location}", and {where.project_file.stem}.state-id names its lineage '
        f"{pinned.lineage}{last}",
        remedy="work on the machine that has it, or carry it from there with sendmode-sync state move; if it is gone, "
        "restore the newest backup there; as a last resort run sendmode-sync state init --lost",
    )


@contextmanager
def store_if_any(where: Where, settings: Settings, *, write: bool = False) -> Iterator[StateStore | None]:
    """Open the state where there is one; without one, plans and previews still work."""
    if not states.engine(states.of(where, settings)).exists():
        yield None
        return
    with store(where, settings, write=write) as opened:
        yield opened


def secret(settings: Settings, *, ask: bool = False) -> Secret | None:
    """Return the API key from the environment; at a terminal it may be asked for, hidden.

    One that looks like a key of the other API is a warning on stderr: there is no fallback from one to the other.
    """
    from sendmode_sync.client.credentials import Secret, api_of

    key = environment.take_key(settings.account.api_key_env)
    if key is None and ask:
        import getpass

        key = getpass.getpass(f"API key ({settings.account.api_key_env} is not set): ").strip() or None
    if key is None:
        return None
    found = Secret(key)
    other = api_of(found)
    if other not in {None, settings.account.api}:
        terminal.line(
            f"warning: the API key looks like one of {other}, and account.api is {settings.account.api}: an account lives on "
            "one of the two, and the other may answer OK and send nothing"
        )
    return found


def needed(key: Secret | None, settings: Settings) -> Secret:
    """Return the key, or say which variable is missing."""
    if key is None:
        raise RefusedError(
            f"no API key: {settings.account.api_key_env} is not set",
            remedy=f"export {settings.account.api_key_env}=...",
        )
    return key


def fingerprint(key: Secret | None, project: Project, store: StateReader) -> str | None:
    """Return the keyed fingerprint of key and account that the state remembers."""
    from sendmode_sync.client import credentials

    if key is None:
        return None
    return credentials.fingerprint(key, project.desired.settings.account.base_url, store.identity().tag_key)


def client(settings: Settings, key: Secret, barred: Barred | None = None) -> HttpClient:
    """Return a client that talks to the account over HTTP; ``barred`` has the last word on whom it may reach."""
    from sendmode_sync.client.session import HttpClient, nobody
    from sendmode_sync.wire.dialects import dialect_of

    account, hosts = settings.account, environment.allowed_hosts()
    return HttpClient(account, key, dialect_of(account), allow_hosts=hosts, barred=barred or nobody)
