"""What was read off the network becomes a reply: bounded, unpacked, and without the key if it was echoed."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from sendmode_sync.client.credentials import Secret
from sendmode_sync.wire.calls import WireReply
from sendmode_sync.wire.reading import MAX_BODY

_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_REMOVED = b"********"


def build_reply(status: int, headers: Mapping[str, str], raw: bytes, secret: Secret) -> WireReply:
    """Return a reply for the dialect. ``raw`` is the body as it came; no more than one byte over the limit is kept.

    A server may pack an answer although it was asked not to. It is unpacked up to the limit; where that fails the bytes
    stay as they are, and the dialect finds that they are no JSON.
    """
    packed = headers.get("content-encoding", "").strip().lower() in _PACKED
    body = _unpack(raw) if packed else raw
    return WireReply(status, headers, body[: MAX_BODY + 1].replace(secret.reveal().encode(), _REMOVED))


def _unpack(raw: bytes) -> bytes:
    unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        body = unpacking.decompress(raw, MAX_BODY + 1)
    except zlib.error:
        return raw
    return body if unpacking.eof or len(body) > MAX_BODY else raw
