"""Whether a state file is where it was made: a copy that travels by git or by the cache of a CI comes back old.

A mark beside the state holds its own number on the disk, the host and the boot. A mark with another number has been copied;
where the host is another too, or in CI the boot (hosted runners share one name), nobody knows what was sent from the other
copies. A renamed host keeps its disk, and a restored backup its host: neither is refused here. The mark is only ever made,
never changed.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

from sendmode_sync.errors import StateError
from sendmode_sync.store.git_program import Git

NAME = "place"
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_WAYS_OUT = (
    "keep the state where all runs share it: on a git branch (sendmode-sync state move git) or in PostgreSQL "
    "(sendmode-sync state move, with its postgresql:// URL)"
)


def mark(state: Path, boot_id: Path = _BOOT) -> None:
    """Leave the mark beside a state where there is none yet; where that cannot be, there is none."""
    path = state.with_name(NAME)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    except OSError:
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{os.fstat(file.fileno()).st_ino} {socket.gethostname()} {_boot(boot_id)}\n")


def refuse(state: Path, boot_id: Path = _BOOT) -> None:
    """Raise ``StateError`` where no text may be sent from a state file."""
    if _tracked(state):
        raise StateError(f"{state}: git keeps this file, so that older copies of it come back", remedy=_WAYS_OUT)
    path = state.with_name(NAME)
    if _copied(path, boot_id):
        raise StateError(
            f"{state}: is a copy from another machine or a cache, and what was sent since is not in it",
            remedy=f"{_WAYS_OUT}. Where this is the one copy there is, and the newest, remove {path}; where you are not "
            "sure, run `sendmode-sync state check --restored` before",
        )


def _copied(path: Path, boot_id: Path) -> bool:
    try:
        number, host, boot = path.read_text(encoding="utf-8").strip("\n").split(" ")
        found = path.stat().st_ino
    except (OSError, ValueError):
        return False
    return number != str(found) and (host != socket.gethostname() or (_in_ci() and boot != _boot(boot_id)))


def _boot(boot_id: Path) -> str:
    """Return what tells one boot of this machine from another; empty where nothing does."""
    try:
        return boot_id.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _tracked(state: Path) -> bool:
    here = state.parent.resolve()
    if not any((each / ".git").exists() for each in (here, *here.parents)):
        return False  # git would look in the very same places, and starting it takes longer than that
    try:
        return Git(state.parent).ask("ls-files", "--error-unmatch", "--", state.name).code == 0
    except StateError:  # without git nothing is kept by it
        return False


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() not in {"", "0", "false", "no"}
