"""Where the files of a project may be: inside its directory or its git repository, never anywhere else.

A path is judged twice, as it is written and as links resolve it. Nothing is opened here.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

_DRIVE = re.compile(r"[A-Za-z]:")


class Outside(NamedTuple):
    """Why a path may not be read."""

    message: str


def root_of(directory: Path) -> Path:
    """Return the real directory that must hold every file: the git repository around a project, else its directory."""
    real = Path(os.path.realpath(directory))
    return next((above for above in (real, *real.parents) if (above / ".git").exists()), real)


def resolve(text: str, directory: Path, root: Path) -> Path | Outside:
    """Return the real path that a written one means, relative to ``directory``; it need not exist."""
    if text.startswith(("/", "~")) or _DRIVE.match(text):
        return Outside("must be a path inside the project, relative to this file")
    if "\\" in text:
        return Outside('must have "/" between its directories, not "\\"')
    real = Path(os.path.realpath(directory))
    if not _is_inside(Path(os.path.normpath(real / text)), root):
        return Outside("leads out of the project; move the file into its directory or git repository")
    return within(real / text, root)


def within(path: Path, root: Path) -> Path | Outside:
    """Return where a path leads once links are resolved, if that is inside ``root``."""
    target = Path(os.path.realpath(path))
    if not _is_inside(target, root):
        return Outside("is a link that leads out of the project; copy the file into it")
    return target


def _is_inside(path: Path, root: Path) -> bool:
    return path == root or root in path.parents
