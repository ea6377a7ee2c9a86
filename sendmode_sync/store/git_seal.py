"""Seals what a git branch holds, so that whoever can read the branch reads nobody in it; deterministic on purpose.

AES-SIV (RFC 5297) of the library cryptography: the same bytes at the same place give the same seal, so that a chunk that
did not change stays the same object of git. What that shows, that a chunk is as it was before, git shows anyway.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Protocol

from sendmode_sync.errors import StateError

SHORTEST_KEY = 32
"""Characters of a key; ``openssl rand -hex 32`` writes 64."""

VARIABLE = "SENDMODE_STATE_KEY"


class Seal(Protocol):
    """Closes and opens bytes at a named place, and signs the header. ``name`` says how, in the header."""

    name: str

    def close(self, place: str, content: bytes) -> bytes:
        """Return what may be read by anybody."""
        ...

    def open(self, place: str, sealed: bytes) -> bytes:
        """Return what was closed at this place; ``StateError`` for anything else."""
        ...

    def sign(self, content: bytes) -> str:
        """Return what shows that the header is as it was written."""
        ...


class NoSeal:
    """Leaves everything readable; its signature shows an accident, and no intention."""

    name = "none"

    def close(self, place: str, content: bytes) -> bytes:  # noqa: ARG002 - it stands where a seal is
        """Return the content."""
        return content

    def open(self, place: str, sealed: bytes) -> bytes:  # noqa: ARG002 - likewise
        """Return the content."""
        return sealed

    def sign(self, content: bytes) -> str:
        """Return a plain digest."""
        return hashlib.sha256(content).hexdigest()


class KeySeal:
    """Seals with keys that come from one secret and the lineage of the state."""

    name = "aes-siv"

    def __init__(self, secret: str, lineage: str) -> None:
        """Derive the keys; ``StateError`` for a secret that is too short, and where the library is missing."""
        if len(secret) < SHORTEST_KEY:
            raise StateError(
                f"{VARIABLE} is shorter than {SHORTEST_KEY} characters", remedy="openssl rand -hex 32 makes a good one"
            )
        try:
            from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - an extra, and 40 ms to import
            from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - likewise
            from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # noqa: PLC0415 - likewise
            from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - likewise
        except ImportError as missing:
            raise StateError(
                f"{VARIABLE} is set, and sealing needs cryptography", remedy="pip install 'sendmode-sync[git]'"
            ) from missing
        salt = lineage.encode()
        keys = HKDF(hashes.SHA256(), 96, salt, b"sendmode-sync state on git, format 1").derive(secret.encode())
        self._siv = AESSIV(keys[:64])
        self._signing = keys[64:]
        self._invalid = InvalidTag

    def close(self, place: str, content: bytes) -> bytes:
        """Seal the content to its place."""
        return self._siv.encrypt(content, [place.encode()])

    def open(self, place: str, sealed: bytes) -> bytes:
        """Open what was sealed at this place with this key."""
        try:
            return self._siv.decrypt(sealed, [place.encode()])
        except self._invalid:
            raise _wrong() from None

    def sign(self, content: bytes) -> str:
        """Return a keyed digest."""
        return hmac.new(self._signing, content, hashlib.sha256).hexdigest()


def fitting(secret: str | None, lineage: str, name: str | None = None) -> Seal:
    """Return the seal of a secret, or none; ``StateError`` where a state was sealed otherwise than that (``name``)."""
    seal: Seal = NoSeal() if secret is None else KeySeal(secret, lineage)
    if name is None or seal.name == name:
        return seal
    if name == NoSeal.name:
        raise StateError(
            f"{VARIABLE} is set, and the state on the git branch is not sealed",
            remedy="unset it, or move the state to a new branch: sendmode-sync state move git+REMOTE#BRANCH",
        )
    if name == KeySeal.name:
        raise StateError("the state on the git branch is sealed", remedy=f"export {VARIABLE}=...")
    raise StateError("the state on the git branch was made by a newer sendmode-sync", remedy="upgrade")


def verify(seal: Seal, content: bytes, signature: str) -> None:
    """Raise ``StateError`` unless the signature is this content's."""
    if not hmac.compare_digest(seal.sign(content), signature):
        raise _wrong()


def _wrong() -> StateError:
    return StateError(
        f"the state on the git branch does not open with this {VARIABLE}, or was altered",
        remedy="use the key that it was sealed with",
    )
