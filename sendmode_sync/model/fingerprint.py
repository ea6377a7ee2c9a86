"""Digests of values: every one carries a version, so that a later change of rule is seen and not misread."""

from __future__ import annotations

import hashlib
import json

from sendmode_sync.model.desired import SEPARATOR, Values

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_VALUES = hashlib.blake2b(digest_size=16, person=b"smsync-i1")
_TEXT = hashlib.blake2b(digest_size=16, person=b"smsync-t1")  # a copy takes half of what making one anew does


def canonical(value: object) -> bytes:
    """Return the canonical JSON of plain data: sorted keys, no spaces, UTF-8."""
    return _CANONICAL.encode(value).encode()


def digest(version: str, value: object) -> str:
    """Return ``version:`` and the SHA-256 of the value's canonical JSON, in hex."""
    return f"{version}:{hashlib.sha256(canonical(value)).hexdigest()}"


def of_values(values: Values) -> bytes:
    """Return the 16-byte fingerprint of the fields of one import; its version stands in the hash's personalisation."""
    return of_joined(SEPARATOR.join(values))


def of_joined(text: str) -> bytes:
    """Return ``of_values`` of fields that are one text already, as ``roll.joined`` makes it."""
    hashed = _VALUES.copy()
    hashed.update(text.encode())
    return hashed.digest()


def of_text(text: str) -> str:
    """Return the fingerprint of one rendered text, by which repeats are found."""
    hashed = _TEXT.copy()
    hashed.update(text.encode())
    return f"t1:{hashed.hexdigest()}"


def of_forgotten(number: str, key: bytes) -> str:
    """Return the keyed hash that stands for an erased person; ``key`` is the state's own secret."""
    return "f1:" + hashlib.blake2b(number.encode(), key=key, digest_size=16, person=b"smsync-f1").hexdigest()
