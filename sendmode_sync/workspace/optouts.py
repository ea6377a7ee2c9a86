"""Opt-outs written into, and taken out of, the project's YAML as text, so that comments and layout stay."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

from sendmode_sync.config import edits
from sendmode_sync.config.check import Part, rules
from sendmode_sync.config.settings import read_settings
from sendmode_sync.errors import RefusedError
from sendmode_sync.model.desired import OptOut
from sendmode_sync.model.phone import E164
from sendmode_sync.model.settings import Settings
from sendmode_sync.sms.numbers import BadNumber, parse
from sendmode_sync.workspace.files import ProjectFiles, read_files
from sendmode_sync.workspace.reading import Unreadable, read_file
from sendmode_sync.workspace.schemas import schema
from sendmode_sync.workspace.writing import write_atomic

_OWN_FILE = "optouts.yaml"


def add_optouts(project_file: Path, optouts: Sequence[OptOut]) -> Path:
    """Append opt-outs that are not written yet to the project's list of them, and return the file that holds it.

    Without a list, ``optouts.yaml`` is written where it is included, else the list begins in the project file.
    RefusedError where the files cannot be edited safely.
    """
    files = _read(project_file)
    settings = read_settings(files.project, ()).settings
    written = {number for part in files.parts.values() for _, number in _entries(part, settings)}
    new = {optout.mobilenumber: optout for optout in optouts if optout.mobilenumber not in written}
    target = _target(files)
    if new:
        _edit(target, partial(edits.add, optouts=tuple(new.values())))
    return target


def remove_optout(project_file: Path, number: E164, settings: Settings) -> tuple[Path, ...]:
    """Take every entry of a number, however it is spelled, out of the project's files; return the files that changed.

    RefusedError where a file cannot be edited safely.
    """
    changed = []
    for path, part in _read(project_file).parts.items():
        positions = [at for at, found in _entries(part, settings) if found == number]
        if positions:
            _edit(path, partial(edits.remove, positions=positions))
            changed.append(path)
    return tuple(changed)


def _read(project_file: Path) -> ProjectFiles:
    files = read_files(project_file, rules(schema("project")), Path.cwd())
    if not files.parts:
        raise RefusedError(f"{project_file.name} cannot be read", remedy='"sendmode-sync validate" says why')
    return files


def _entries(part: Part, settings: Settings) -> Iterator[tuple[int, E164]]:
    """Return the position and number of every entry that can be understood."""
    account = settings.account
    for at, item in part.items("optouts"):
        entry: Any = item
        number = parse(entry["mobilenumber"], account.region, allow_fictional=account.allow_fictional)
        if not isinstance(number, BadNumber):
            yield at, number


def _target(files: ProjectFiles) -> Path:
    """Return the file that holds the list of opt-outs, or is to begin one."""
    for path, part in files.parts.items():
        if "optouts" in part.document.data:
            return path
    included = (str(pattern) for _, pattern in files.project.items("include"))
    own = files.directory / _OWN_FILE
    if any(fnmatchcase(_OWN_FILE, pattern) for pattern in included) and own not in files.parts:
        return own
    return next(iter(files.parts))


def _edit(path: Path, change: Callable[[str], str | None]) -> None:
    """Change the text of a file, keeping its byte order mark and its kind of line breaks."""
    data = read_file(path, follow=True)
    if isinstance(data, Unreadable):
        if not data.missing:
            raise RefusedError(f"{path.name}: {data.message}", remedy="correct the list of opt-outs by hand")
        data = b""
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    text = data.removeprefix(mark).decode()
    windows = "\r\n" in text
    edited = change(text.replace("\r\n", "\n"))
    if edited is None:
        raise RefusedError(f"{path.name} cannot be edited safely", remedy="correct the list of opt-outs by hand")
    write_atomic(path, mark + (edited.replace("\n", "\r\n") if windows else edited).encode())
