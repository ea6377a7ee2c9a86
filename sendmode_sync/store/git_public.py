"""Whether anybody may read what a git remote holds: asked of the remote itself, without any credentials."""

from __future__ import annotations

import functools
import re
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from sendmode_sync.errors import RefusedError, StateError
from sendmode_sync.store.git_program import Git
from sendmode_sync.store.git_seal import VARIABLE

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_SHORT = re.compile(r"(?:[^@/\s]+@)?([A-Za-z0-9.-]+):(?!//)(.+)")  # git@host:owner/name.git
_SECONDS = 15.0


def refuse(remote: str) -> None:
    """Raise ``RefusedError`` where the remote can be read by anybody, so that an unsealed state must not go there."""
    address = public_address(remote)
    if address is not None and readable(address):
        raise RefusedError(
            "the git remote can be read by anybody, and the state holds people",
            remedy=f"export {VARIABLE}=... (openssl rand -hex 32 makes one), which seals it, or use a private repository",
        )


def public_address(remote: str) -> str | None:
    """Return where a remote would be read without credentials: over https, also where ssh writes to it; None on this machine."""
    short = _SHORT.fullmatch(remote)
    if short is not None and "://" not in remote:
        host, path = short[1], short[2]
    else:
        parts = urlsplit(remote)
        if parts.scheme not in {"http", "https", "ssh", "git"} or not parts.hostname:
            return None
        host, path = parts.hostname, parts.path
        if parts.scheme in {"http", "https"} and host not in _HERE:
            port = f":{parts.port}" if parts.port else ""
            return f"{parts.scheme}://{host}{port}{path}"
    return None if host in _HERE else f"https://{host}/{path.lstrip('/')}"


@functools.cache
def readable(address: str) -> bool:
    """Ask for the branches as somebody without a password, a key or a configuration; what cannot be told is no."""
    with tempfile.TemporaryDirectory(prefix="sendmode-sync-") as nowhere:
        nobody = (("credential.helper", ""), ("http.extraheader", ""), ("core.askpass", ""))
        git = Git(Path(nowhere), nobody, home=nowhere)
        try:
            return git.ask("ls-remote", "--heads", "--", address, seconds=_SECONDS).code == 0
        except StateError:
            return False
