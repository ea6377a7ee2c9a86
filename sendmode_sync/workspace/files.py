"""Finding and reading every YAML file of a project: the project file and what it includes."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from sendmode_sync.config.check import Origin, Part, Rules, read_data, read_part, recall_part
from sendmode_sync.config.decoding import decode_yaml
from sendmode_sync.config.lists import NO_MEMORY, Memory
from sendmode_sync.config.marks import Marking
from sendmode_sync.config.plainlists import PlainList
from sendmode_sync.config.remembered_files import RememberedFile, decode_file, key_of_file
from sendmode_sync.errors import Place, Problem, RefusedError
from sendmode_sync.model.ahead import Ahead, alone
from sendmode_sync.workspace import bounds, reading

_YAML = (".yaml", ".yml")
_MAGIC = frozenset("*?[")


@dataclass(slots=True)
class ProjectFiles:
    """The files of a project as far as they were read, and what went wrong.

    ``directory`` is the real directory of the project file, ``shown_directory`` the same as the user knows it, ``root``
    the directory that must hold every file. ``parts`` are keyed by real path, in the order in which they count. ``ahead``
    may read the back of a long list.
    """

    directory: Path
    shown_directory: str
    root: Path
    parts: dict[Path, Part] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    memory: Memory = NO_MEMORY
    ahead: Ahead = alone
    _found: dict[str, reading.SteadyFile] = field(default_factory=dict)

    @property
    def project(self) -> Part:
        """The project file itself; there is one wherever any file could be read."""
        return next(iter(self.parts.values()))

    def shown(self, path: Path) -> str:
        """Return a path as the user knows it: relative to the working directory."""
        return os.path.normpath(Path(self.shown_directory, os.path.relpath(path, self.directory)))

    def name(self, path: Path) -> str:
        """Return a path relative to the project, which is the same wherever the project is looked at from."""
        return os.path.relpath(path, self.directory)

    def find(self, path: Path, place: Place, *, follow: bool = False) -> reading.SteadyFile | None:
        """Return a file that is read when it is needed; a problem is placed where it is named."""
        size = reading.size_of(path, follow=follow)
        if isinstance(size, reading.Unreadable):
            name = self.shown(path)
            message = size.message if place.path == name else f"{name}: {size.message}"
            self.problems.append(Problem("missing-file" if size.missing else "unreadable-file", message, place))
            return None
        steady = reading.SteadyFile(path, self.shown(path), size, follow=follow)
        return self._found.setdefault(self.name(path), steady)

    def config_digest(self) -> str:
        """Return the digest over the names (relative to the project) and the bytes of every file that was read."""
        lines = "".join(f"{name}\0{file.digest()}\n" for name, file in sorted(self._found.items()))
        return f"sha256:{hashlib.sha256(os.fsencode(lines)).hexdigest()}"


def read_files(
    project_file: Path,
    rules: Rules,
    cwd: Path,
    memory: Callable[[Part], Memory] = lambda _: NO_MEMORY,
    ahead: Ahead = alone,
) -> ProjectFiles:
    """Read the project file and all that it includes. A missing project file alone raises: RefusedError.

    ``memory`` is asked once the project file is read; an included file that it knows is not read again.
    """
    shown_directory = os.path.relpath(os.path.abspath(project_file.parent), os.path.abspath(cwd))  # noqa: PTH100 - links stay as the user knows them
    directory = Path(os.path.realpath(project_file.parent))
    files = ProjectFiles(directory, shown_directory, bounds.root_of(directory), ahead=ahead)
    path = directory / project_file.name
    if not os.path.lexists(path):
        raise _missing(files, path, cwd)
    project = _read_part(files, rules, path, Place(files.shown(path)), included=False)
    if project is not None:
        files.memory = memory(project)
        for found, place in _included(files, project, path):
            if found not in files.parts:
                _read_part(files, rules, found, place, included=True)
    return files


def _missing(files: ProjectFiles, path: Path, cwd: Path) -> RefusedError:
    """Return the error for a project that is not there; who stands in a folder inside one is told so."""
    around = (above for above in files.directory.parents if (above / path.name).is_file())
    project = next(around, None)
    remedy = (
        '"sendmode-sync init" writes one; -C names another directory, -f another file'
        if project is None
        else f"there is one around this directory: add -C {os.path.relpath(project, os.path.realpath(cwd))}"
    )
    return RefusedError(f"there is no project file {files.shown(path)}", remedy=remedy)


def _read_part(files: ProjectFiles, rules: Rules, path: Path, place: Place, *, included: bool) -> Part | None:
    file = files.find(path, place, follow=not included)
    if file is None:
        return None
    known = decode_file(files.memory.take(key_of_file(files.name(path)))) if included else None
    again = functools.partial(_again, files.shown(path), file)
    if known is not None and known.size == file.size and known.file == file.digest():
        files.parts[path] = recall_part(files.shown(path), known, rules, again)
        return files.parts[path]
    data = file.read()
    if known is not None:  # else a second process may have to be begun
        file.begin_digest()
    empty = functools.partial(_plain, files, path, known, again, included=included)
    part = read_data(data, rules, empty(), included=included)
    digest = file.digest()  # now, also of a file that is given up, whose bytes and thread would stay
    if part is None:
        decoded = decode_yaml(files.shown(path), data)
        files.problems += decoded.problems
        if decoded.text is None:
            return None
        part = read_part(decoded.text, rules, empty(), included=included)
    files.parts[path] = replace(part, origin=Origin(files.name(path), digest, len(data)))
    return files.parts[path]


def _plain(
    files: ProjectFiles, path: Path, known: RememberedFile | None, again: Callable[[], bytes], *, included: bool
) -> PlainList:
    """Return what takes the plain customers of a file; of the project file, nobody knows yet what is asked of it."""
    hold = files.memory.hold
    keep = hold or not included or known is not None  # what is not known may be what changed, and is shown then
    marking = Marking() if hold and included else None
    return PlainList(files.shown(path), again, known, keep=keep, marking=marking, ahead=files.ahead)


def _again(shown: str, file: reading.SteadyFile) -> bytes:
    """Return the bytes of a file that was read once more, as they are once decoded and tidied."""
    return (decode_yaml(shown, file.read()).text or "").encode()


def _included(files: ProjectFiles, project: Part, project_path: Path) -> Iterator[tuple[Path, Place]]:
    """Return the real path of every file that the project's patterns name, with the place of the pattern."""
    for at, pattern in project.items("include"):
        place = project.document.place(("include", at))
        for found in _matching(files, str(pattern), place):
            target = bounds.within(found, files.root)
            if isinstance(target, bounds.Outside):
                files.problems.append(Problem("outside", f"{files.shown(found)} {target.message}", place))
            elif target == Path(os.path.realpath(project_path)):
                files.problems.append(Problem("include-cycle", "the project file includes itself", place))
            else:
                yield target, place


def _matching(files: ProjectFiles, pattern: str, place: Place) -> list[Path]:
    """Return the files that a pattern names, sorted; it need not match any, but a plain path must be there."""
    named = bounds.resolve(pattern, files.directory, files.root)
    if isinstance(named, bounds.Outside):
        files.problems.append(Problem("outside", named.message, place))
        return []
    if _MAGIC.isdisjoint(pattern):
        if pattern.lower().endswith(_YAML):
            return [files.directory / pattern]
        message = "only YAML files (.yaml, .yml) are included; name spreadsheets under sources"
        files.problems.append(Problem("include-kind", message, place))
        return []
    try:
        found = sorted(files.directory.glob(pattern))
    except ValueError:
        files.problems.append(
            Problem("include-pattern", "this is no pattern; write one such as campaigns/*.yaml", place)
        )
        return []
    found = [path for path in found if path.name.lower().endswith(_YAML) and not path.name.startswith(".")]
    if not found:
        message = "no YAML file matches this pattern"
        files.problems.append(Problem("include-empty", message, place, "warning"))
    return found
