"""What the environment says, read in one place; the API key leaves ``os.environ`` as soon as it is read."""

from __future__ import annotations

import getpass
import os
import socket
import uuid
from dataclasses import dataclass
from pathlib import Path

from sendmode_sync.errors import UsageError
from sendmode_sync.model import location

DEFAULT_FILE = "sendmode.yaml"
_GIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Where:
    """Which project, and which state. ``state`` is what a flag or SENDMODE_STATE said, None for the file's own."""

    project_file: Path
    state: str | None


def where(directory: Path | None, file: str | None, state: str | None) -> Where:
    """Return the project meant by the options; flags win over the environment, that over the file."""
    if state is not None and location.holds_password(state):
        raise UsageError(
            "a password does not belong in --state, since arguments are seen by others",
            remedy="name the state in the environment, in SENDMODE_STATE",
        )
    if directory is not None and not directory.is_dir():
        raise UsageError(f'no directory "{directory}"', remedy="sendmode-sync init makes one")
    chosen = Path(file or DEFAULT_FILE)
    path = chosen if directory is None else directory / chosen
    return Where(path, state or os.environ.get("SENDMODE_STATE") or None)


def shown(path: Path) -> Path:
    """Return a path as the user knows it: seen from the working directory."""
    return Path(os.path.relpath(path))


def allowed_hosts() -> frozenset[str]:
    """Return the hosts beyond Sendmode's own to which SENDMODE_ALLOW_HOST lets the key go."""
    return frozenset(os.environ.get("SENDMODE_ALLOW_HOST", "").replace(",", " ").split())


def in_ci() -> bool:
    """Say whether CI is set to anything but a no."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false", "no"}


def colour_wanted(*, refused: bool) -> bool:
    """Say whether output may be coloured: not by flag, not with NO_COLOR."""
    return not refused and not os.environ.get("NO_COLOR")


def take_key(variable: str) -> str | None:
    """Return the API key and remove it from the environment, so that no child process inherits it."""
    return os.environ.pop(variable, "").strip() or None


def state_key() -> str | None:
    """Return what a state on a git branch is sealed with; None where it is not."""
    return os.environ.get("SENDMODE_STATE_KEY", "").strip() or None


def user() -> str:
    """Return who runs this, for the record; in CI the actor where one is named."""
    try:
        return os.environ.get("GITHUB_ACTOR") or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def commit(directory: Path) -> str | None:
    """Return the commit of git that a directory stands at; None where git keeps none of it."""
    import subprocess

    try:
        asked = subprocess.run(  # noqa: S603 - no word of it comes from anywhere but here
            ["git", "-C", str(directory), "rev-parse", "--verify", "HEAD"],  # noqa: S607 - whichever git there is
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return asked.stdout.strip() or None


def host() -> str:
    """Return this machine's name, for the lock and the history."""
    return socket.gethostname()


def new_id() -> str:
    """Return a fresh UUID."""
    return str(uuid.uuid4())
