"""Finding and reading every YAML file of a project: the project file and what it includes."""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sendmode_sync.config.check import Part, Rules, check
from sendmode_sync.config.decoding import decode_yaml
from sendmode_sync.config.reader import read
from sendmode_sync.errors import Place, Problem, RefusedError
from sendmode_sync.workspace import bounds, reading

_YAML = (".yaml", ".yml")


@dataclass(slots=True)
class ProjectFiles:
    """The files of a project as far as they were read.

    ``directory`` is the real directory of the project file, ``root`` the directory that must hold every file.
    ``parts`` are in the order in which they count, the project file first; ``paths`` their real paths.
    """

    directory: Path
    root: Path
    cwd: Path
    parts: list[Part] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)

    def shown(self, path: Path) -> str:
        """Return a path as the user knows it: relative to the working directory."""
        return os.path.relpath(path, self.cwd)

    def read_bytes(self, path: Path, place: Place, *, follow: bool = False) -> bytes | None:
        """Read one file and remember its digest; a problem is placed where the file is named."""
        data = reading.read_file(path, follow=follow)
        if isinstance(data, reading.Unreadable):
            name = self.shown(path)
            message = data.message if place.path == name else f"{name}: {data.message}"
            self.problems.append(Problem("missing-file" if data.missing else "unreadable-file", message, place))
            return None
        self.digests[os.path.relpath(path, self.directory)] = hashlib.sha256(data).hexdigest()
        return data

    def config_digest(self) -> str:
        """Return the digest over the names (relative to the project) and the bytes of every file that was read."""
        lines = "".join(f"{name}\0{digest}\n" for name, digest in sorted(self.digests.items()))
        return f"sha256:{hashlib.sha256(lines.encode(errors='surrogateescape')).hexdigest()}"


def read_project(project_file: Path, rules: Rules, cwd: Path) -> ProjectFiles:
    """Read the project file and what it includes. Only a missing project file raises: RefusedError."""
    if not project_file.exists():
        name = os.path.relpath(project_file, cwd)
        raise RefusedError(
            f"there is no project file {name}",
            remedy='"sendmode-sync init" writes one, -C names another directory and -f another file',
        )
    directory = Path(os.path.realpath(project_file.parent))
    files = ProjectFiles(directory, bounds.root_of(directory), Path(os.path.realpath(cwd)))
    path = directory / project_file.name
    _read_part(files, rules, path, Place(files.shown(path)), included=False)
    if files.parts:
        for at, pattern in files.parts[0].items("include"):
            place = files.parts[0].document.place(("include", at))
            for found in _matches(files, str(pattern), place):
                if found == os.path.realpath(path):
                    files.problems.append(Problem("include-cycle", "the project file includes itself", place))
                elif found not in files.paths:
                    _read_part(files, rules, found, place, included=True)
    return files
