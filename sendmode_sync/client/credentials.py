"""The API key as a value that shows itself to nobody; it does not read the environment."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from types import MappingProxyType

from sendmode_sync.errors import RefusedError
from sendmode_sync.model.settings import Api

_STARS = "********"
_SHAPES: Mapping[Api, re.Pattern[str]] = MappingProxyType(
    {
        "v2": re.compile(r"[A-Z0-9]{20}"),
        "engage": re.compile(r"live_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    }
)


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


def api_of(secret: Secret) -> Api | None:
    """Return the API whose keys look like this one, as far as such keys were seen; None for another shape.

    On v2 they are 20 capitals and digits, on Engage ``live_`` and a UUID in lower case (read out of public client code).
    """
    for api, shape in _SHAPES.items():
        if shape.fullmatch(secret.reveal()):
            return api
    return None


def fingerprint(secret: Secret, base_url: str, key: bytes) -> str:
    """Return what tells this account from another without telling its key: ``a1:`` and 128 bits in hex.

    ``key`` (at most 64 bytes) is the state's own secret, so that a leaked state offers nothing to guess against
    elsewhere. The same account under an address with other capitals or a last slash is the same.
    """
    account = f"{base_url.rstrip('/').lower()}\n{secret.reveal()}".encode()
    return "a1:" + hashlib.blake2b(account, key=key, digest_size=16, person=b"smsync-a1").hexdigest()
