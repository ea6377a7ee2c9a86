"""Where a state is kept, as ``state`` in the project file, ``--state`` or SENDMODE_STATE say it; nothing is opened here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

DEFAULT_BRANCH = "sendmode-state"

_POSTGRES = ("postgresql://", "postgres://")
_GIT = "git+"
_PASSWORD = re.compile(r"://[^/@]*:[^/@]*@|\b(?:password|passwd|pwd)=", re.IGNORECASE)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


@dataclass(frozen=True, slots=True)
class FileState:
    """One SQLite file on this machine's own disk."""

    path: str

    def __str__(self) -> str:
        """Write it as people know it."""
        return self.path


@dataclass(frozen=True, slots=True)
class GitState:
    """A branch of a git remote; ``remote`` is None for the project's own, and may hold a password, so it is not shown.

    ``home`` is the directory whose git repository knows the remote and how to reach it.
    """

    remote: str | None = field(default=None, repr=False)
    branch: str = DEFAULT_BRANCH
    home: str = "."

    def __str__(self) -> str:
        """Write it without what may hold a password."""
        return f"the branch {self.branch} of {'the git remote' if self.remote is None else 'another git remote'}"


@dataclass(frozen=True, slots=True)
class PostgresState:
    """A PostgreSQL database; the URL may hold a password, so it is not shown."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        """Write it without what may hold a password."""
        return "the PostgreSQL database"


StateLocation: TypeAlias = FileState | GitState | PostgresState


@dataclass(frozen=True, slots=True)
class UnknownKind:
    """A URL of a kind that keeps no state; no more of it than its scheme, since the rest may hold a password."""

    scheme: str


def holds_password(text: str) -> bool:
    """Say whether a password stands in what names a state: it belongs in the environment alone."""
    return _PASSWORD.search(text) is not None


def read(text: str) -> StateLocation | UnknownKind:
    """Read ``.sendmode/sendmode.db``, ``git``, ``git+REMOTE#BRANCH`` or ``postgresql://...``."""
    if text == "git":
        return GitState()
    if text.startswith(_GIT):
        remote, _, branch = text.removeprefix(_GIT).partition("#")
        return GitState(remote or None, branch or DEFAULT_BRANCH)
    if text.startswith(_POSTGRES):
        return PostgresState(text)
    scheme = _SCHEME.match(text)
    return UnknownKind(scheme[1]) if scheme else FileState(text)
