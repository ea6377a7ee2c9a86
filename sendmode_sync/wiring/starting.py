"""Wires the beginning of a project: answers become files, and an empty state."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sendmode_sync.wiring import caring, environment, states

if TYPE_CHECKING:
    from sendmode_sync.workspace.scaffold import Beginning, Contacts


class Answers(NamedTuple):
    """What was said of a new project; None is the usual."""

    region: str | None = None
    timezone: str | None = None
    senderid: str | None = None
    workflow: bool | None = None


def refusal(key: str, answer: str) -> str | None:
    """Return why an answer cannot stand in the project file; None where it can."""
    from sendmode_sync.workspace import scaffold_answers

    return scaffold_answers.refusal(key, answer)


def new_project(
    directory: Path, state: str | None, answers: Answers, source: Path | None = None, *, emulator: bool
) -> tuple[Path, ...]:
    """Write a small working project with an empty state, at ``state`` where that says so; return the files written.

    ``source`` is a list of people that becomes part of it; what its columns mean is guessed.
    """
    from sendmode_sync.model.settings import Settings
    from sendmode_sync.workspace import scaffold

    usual = scaffold.Beginning(region="GB" if emulator else "IE", emulator=emulator)
    begin = scaffold.Beginning(
        senderid=answers.senderid or usual.senderid,
        region=answers.region or usual.region,
        timezone=answers.timezone or usual.timezone,
        workflow=answers.workflow is not False,
        emulator=emulator,
    )
    contacts = None if source is None else _contacts(source, begin)
    written = scaffold.new_project(directory, begin._replace(contacts=contacts))
    where = environment.where(directory, None, state)
    return (*written, *caring.empty_state(where, states.of(where, Settings())))


def _contacts(source: Path, begin: Beginning) -> Contacts:
    from sendmode_sync.workspace import exports
    from sendmode_sync.workspace.scaffold import Contacts

    read = exports.read_foreign(source, begin.region, allow_fictional=begin.emulator)
    groups = {name.strip() for row in read.rows for name in row.get("groups", "").split(";")} - {""}
    return Contacts(source.name, source.read_bytes(), read.columns, tuple(sorted(groups)))


def root_of_git(directory: Path) -> Path | None:
    """Return the nearest directory above a project that git keeps a repository in, where that is not the project's own."""
    above = directory.resolve()
    if (above / ".git").exists():
        return None
    return next((each for each in above.parents if (each / ".git").exists()), None)
