"""What is kept of a body as it came."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from sendmode_sync.client.credentials import Secret
from sendmode_sync.client.replies import build_reply
from sendmode_sync.wire.reading import MAX_BODY

KEY = "EMULATOREMULATOR1234"
SECRET = Secret(KEY)


def body_of(raw: bytes, encoding: str = "") -> bytes:
    return build_reply(200, {"content-encoding": encoding}, raw, SECRET).body


def test_status_and_headers_pass() -> None:
    reply = build_reply(429, {"retry-after": "5"}, b"x", SECRET)
    assert reply == (429, {"retry-after": "5"}, b"x")


@pytest.mark.parametrize(
    ("encoding", "raw"),
    [
        ("gzip", gzip.compress(b"{}", mtime=0)),
        (" X-GZip ", gzip.compress(b"{}", mtime=0)),
        ("deflate", zlib.compress(b"{}")),
    ],
)
def test_a_packed_body_is_unpacked(encoding: str, raw: bytes) -> None:
    assert body_of(raw, encoding) == b"{}"


@pytest.mark.parametrize(
    ("encoding", "raw"),
    [
        ("gzip", b"{}"),
        ("gzip", gzip.compress(b"{}", mtime=0)[:-1]),
        ("gzip", b""),
        ("br", b"\x8b\x0e"),
        ("gzip, gzip", gzip.compress(b"{}", mtime=0)),
        ("identity", b"{}"),
    ],
)
def test_what_cannot_be_unpacked_stays_as_it_came(encoding: str, raw: bytes) -> None:
    assert body_of(raw, encoding) == raw


@pytest.mark.parametrize("encoding", ["gzip", ""])
def test_no_more_than_the_limit_and_a_byte_is_kept(encoding: str) -> None:
    raw = b" " * (MAX_BODY * 100)
    assert len(body_of(gzip.compress(raw, mtime=0) if encoding else raw, encoding)) == MAX_BODY + 1


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b" " * 30_000_000, mtime=0)
    tracemalloc.start()
    body_of(bomb, "gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_an_echoed_key_is_removed() -> None:
    raw = b'{"error":"key %b is wrong: %b"}' % (KEY.encode(), KEY.encode())
    for encoding, sent in (("", raw), ("gzip", gzip.compress(raw, mtime=0))):
        assert body_of(sent, encoding) == b'{"error":"key ******** is wrong: ********"}'
