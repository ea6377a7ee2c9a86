"""A whole project from its files: what they ask for, and which state is theirs. What they mean, the core decides.

The state itself is not opened here. The small committed ``<stem>.state-id`` says which one belongs to the project, so
that a lost one is noticed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from sendmode_sync.config.check import Part, rules
from sendmode_sync.config.compile import compile_project
from sendmode_sync.config.decoding import SAVE_AS_CSV
from sendmode_sync.config.lists import NO_MEMORY, Memory
from sendmode_sync.config.settings import read_settings
from sendmode_sync.config.shelf import SheetFile
from sendmode_sync.config.sources import Source, read_sources
from sendmode_sync.errors import Problem, StateError
from sendmode_sync.model import location
from sendmode_sync.model.ahead import Ahead, alone
from sendmode_sync.model.desired import Desired
from sendmode_sync.model.location import FileState
from sendmode_sync.model.settings import Settings
from sendmode_sync.workspace import bounds
from sendmode_sync.workspace.files import ProjectFiles, read_files
from sendmode_sync.workspace.reading import Unreadable, read_file
from sendmode_sync.workspace.schemas import schema
from sendmode_sync.workspace.writing import write_atomic

_SHEETS = (".csv", ".tsv", ".jsonl")
_SPREADSHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers")

_STATE_ID_HEAD = "# Which state belongs to this project. sendmode-sync writes this file; commit it.\n"
_STATE_ID_LINE = re.compile(r"(lineage|state): *(\S.*?) *")
_LINEAGE = re.compile(r"[0-9A-Za-z-]{1,64}")
_USER = re.compile(r"(?<=://)[^/@]*@")


class Loaded(NamedTuple):
    """What a project asks for, and every problem in the order of their places.

    ``desired`` is None when an error stops everything. ``problems`` holds warnings, notices and the errors that block
    a single campaign as well. ``memories`` is what may be remembered of the lists, where ``memory`` asked for it.
    """

    desired: Desired | None
    problems: tuple[Problem, ...]
    memories: Mapping[str, bytes] = MappingProxyType({})


class StateId(NamedTuple):
    """The lineage of a project's state, and where the state was when this was written (empty: not said)."""

    lineage: str
    location: str = ""


def load(
    project_file: Path,
    *,
    allow_hosts: frozenset[str] = frozenset(),
    cwd: Path | None = None,
    memory: Callable[[Settings], Memory] | None = None,
    ahead: Ahead = alone,
) -> Loaded:
    """Load a project. Only a missing project file raises (RefusedError); everything else is among the problems.

    ``allow_hosts`` are the hosts that the environment adds to Sendmode's own; paths are shown relative to ``cwd``,
    the working directory where it is None. ``memory`` is asked, once the settings are read, for what an earlier run
    remembers of the lists; without it every list is read anew, and its fields again when they are needed.
    """

    def remembered(project: Part) -> Memory:
        return NO_MEMORY if memory is None else memory(read_settings(project, allow_hosts).settings)

    files = read_files(project_file, rules(schema("project")), cwd or Path.cwd(), remembered, ahead)
    if not files.parts:
        return Loaded(None, tuple(files.problems))
    compiled = compile_project(
        tuple(files.parts.values()),
        _contacts(files),
        files.problems,
        allow_hosts=allow_hosts,
        config_digest=files.config_digest,
        memory=files.memory,
    )
    return Loaded(compiled.desired, compiled.problems, compiled.memories)


def state_path(project_file: Path, settings: Settings) -> str:
    """Return the path or URL of a project's state: as written, relative to the project file, or the default beside it."""
    if settings.state is None:
        return str(project_file.parent / ".sendmode" / f"{project_file.stem}.db")
    at_home = isinstance(location.read(settings.state), FileState)
    return str(project_file.parent / settings.state) if at_home else settings.state


def state_id_name(project_file: Path) -> str:
    """Return the name of the file beside the project file that says which state belongs to it."""
    return f"{project_file.stem}.state-id"


def read_state_id(project_file: Path) -> StateId | None:
    """Return a project's state-id, None where there is none; StateError where it cannot be understood."""
    path = _state_id_path(project_file)
    data = read_file(path, follow=True)
    if isinstance(data, Unreadable):
        if data.missing:
            return None
        raise StateError(f"{path.name}: {data.message}", remedy="restore it from version control")
    lines = map(_STATE_ID_LINE.fullmatch, data.decode(errors="replace").splitlines())
    values = {line[1]: line[2] for line in lines if line}
    lineage = values.get("lineage", "")
    if not _LINEAGE.fullmatch(lineage):
        raise StateError(f"{path.name} names no lineage", remedy="restore it from version control")
    return StateId(lineage, values.get("state", ""))


def write_state_id(project_file: Path, lineage: str, location: str = "") -> Path:
    """Write a project's state-id and return its path; user and password of a URL are left out of ``location``."""
    path = _state_id_path(project_file)
    said = f"state: {_USER.sub('', location)}\n" if location else ""
    write_atomic(path, f"{_STATE_ID_HEAD}lineage: {lineage}\n{said}".encode())
    return path


def _state_id_path(project_file: Path) -> Path:
    return project_file.with_name(state_id_name(project_file))


def _contacts(files: ProjectFiles) -> Iterator[tuple[Source, SheetFile]]:
    """Read every spreadsheet that the sources name, as far as it can be, one after the other."""
    for part_path, part in list(files.parts.items()):
        for source in read_sources(part):
            path = _sheet_path(files, source, part_path.parent)
            file = files.find(path, source.place) if path else None
            if path is not None and file is not None:
                shown, name = files.shown(path), files.name(path)
                yield source, SheetFile(shown, name, file.size, file.digest, file.read, file.begin_digest, files.ahead)
                file.digest()  # now, while its bytes are at hand, which are let go then


def _sheet_path(files: ProjectFiles, source: Source, beside: Path) -> Path | None:
    """Return the real path of a source: beside the file that names it or, where there is none, in the project."""
    name = source.path.lower()
    if name.endswith(_SPREADSHEETS):
        files.problems.append(Problem("spreadsheet-format", f"this is a spreadsheet; {SAVE_AS_CSV}", source.place))
        return None
    if not name.endswith(_SHEETS):
        message = f"must be a {', '.join(_SHEETS[:-1])} or {_SHEETS[-1]} file"
        files.problems.append(Problem("source-kind", message, source.place))
        return None
    path = bounds.resolve(source.path, beside, files.root)
    if beside != files.directory and not (isinstance(path, Path) and os.path.lexists(path)):
        in_project = bounds.resolve(source.path, files.directory, files.root)
        if isinstance(in_project, Path) and os.path.lexists(in_project):
            return in_project
    if isinstance(path, bounds.Outside):
        files.problems.append(Problem("outside", path.message, source.place))
        return None
    return path
