"""The API key as a value that shows itself to nobody; it does not read the environment."""

from __future__ import annotations

import hashlib

from sendmode_sync.errors import RefusedError

_STARS = "********"


class Secret:
    """An API key whose every rendering, pickles included, is stars; only ``reveal`` gives it away.

    Raises ``RefusedError`` for what no header could carry (nothing, spaces inside, characters outside ASCII), so that
    no library meets it first and quotes it in an exception. Blanks around it, as files leave them, are cut.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Keep the key."""
        key = text.strip()
        if not key:
            raise RefusedError("the API key is empty", remedy="set it in the environment")
        if not all("!" <= char <= "~" for char in key):
            raise RefusedError("the API key holds a character that no key has", remedy="copy it from Sendmode again")
        self._text = key

    def reveal(self) -> str:
        """Return the key itself, for the header of a request and for nothing else."""
        return self._text

    def __repr__(self) -> str:
        return _STARS

    def __format__(self, spec: str) -> str:
        return _STARS

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (_STARS,)


def fingerprint(secret: Secret, base_url: str, key: bytes) -> str:
    """Return what tells this account from another without telling its key: ``a1:`` and 128 bits in hex.

    ``key`` (at most 64 bytes) is the state's own secret, so that a leaked state offers nothing to guess against
    elsewhere. The same account under an address with other capitals or a last slash is the same.
    """
    account = f"{base_url.rstrip('/').lower()}\n{secret.reveal()}".encode()
    return "a1:" + hashlib.blake2b(account, key=key, digest_size=16, person=b"smsync-a1").hexdigest()
