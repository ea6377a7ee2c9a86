"""How a state lies in a tree of git: a header for people, the database in chunks, and the requests made meanwhile.

    state.json       which state, how far it has come, who holds the lock
    database/00/0f   the pages of the SQLite database, each chunk an object, so that a push carries what changed
    inbox/0000-...   what others asked for while a run held the lock

It moves bytes into this form and back, and starts no program.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sendmode_sync.errors import StateError
from sendmode_sync.store import git_seal
from sendmode_sync.store.git_seal import Seal

FORMAT = 1
HEADER = "state.json"
DATABASE = "database"
INBOX = "inbox"
CHUNK = 4096
"""Bytes of one chunk: a page of the database. Larger ones were measured to push more, smaller ones cannot be."""

_PER_DIRECTORY = 64


@dataclass(frozen=True, slots=True)
class Header:
    """What a commit of the branch says of itself. Times are ISO 8601 in UTC; ``beat`` is the holder's last push.

    ``digest`` is of the whole database before it was sealed, ``inbox`` the names of the requests in their order.
    """

    lineage: str
    serial: int
    epoch: int
    lock: str
    size: int
    digest: str
    sealed: str
    run: str | None = None
    host: str | None = None
    pid: int | None = None
    started: str | None = None
    beat: str | None = None
    inbox: tuple[str, ...] = ()
    chunk: int = CHUNK
    format: int = FORMAT


def with_inbox(header: Header, names: tuple[str, ...]) -> Header:
    """Return the header of the same database with other requests beside it."""
    return dataclasses.replace(header, inbox=names)


def write_header(header: Header, seal: Seal) -> bytes:
    """Return a header as a file, signed."""
    plain = dataclasses.asdict(header)
    return json.dumps({**plain, "signature": seal.sign(_canonical(plain))}, indent=2).encode() + b"\n"


def read_header(text: bytes, secret: str | None) -> tuple[Header, Seal]:
    """Return a header and the seal that fits it; ``StateError`` for one that is foreign, newer, altered or sealed otherwise."""
    try:
        plain: dict[str, Any] = json.loads(text)
        signature, version = str(plain.pop("signature")), (plain["format"], plain["chunk"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StateError("the git branch holds no state of sendmode-sync", remedy="name another branch") from error
    if version != (FORMAT, CHUNK):
        raise StateError("the state on the git branch was made by a newer sendmode-sync", remedy="upgrade")
    seal = git_seal.fitting(secret, str(plain.get("lineage")), str(plain.get("sealed")))
    git_seal.verify(seal, _canonical(plain), signature)
    try:
        return Header(**{**plain, "inbox": tuple(plain["inbox"])}), seal
    except (TypeError, KeyError) as error:
        raise StateError("the git branch holds no state of sendmode-sync", remedy="name another branch") from error


def place(index: int) -> str:
    """Return where a chunk lies; a directory has so few that one change writes little of the tree anew."""
    return f"{DATABASE}/{index // _PER_DIRECTORY:04x}/{index % _PER_DIRECTORY:02x}"


def chunks(database: bytes, size: int = CHUNK) -> Iterator[bytes]:
    """Cut a database into its chunks."""
    return (database[at : at + size] for at in range(0, len(database), size))


def marks(database: bytes) -> list[bytes]:
    """Return what tells each chunk from what it was before."""
    return [hashlib.blake2b(each, digest_size=16).digest() for each in chunks(database)]


def digest(database: bytes) -> str:
    """Return the digest of a database for its header."""
    return f"sha256:{hashlib.sha256(database).hexdigest()}"


def joined(header: Header, files: Mapping[str, bytes], seal: Seal) -> bytes:
    """Return the database out of the files of a tree; ``StateError`` where it is not the one that the header names."""
    count = -(-header.size // header.chunk)
    places = [place(index) for index in range(count)]
    if missing := [each for each in places if each not in files]:
        raise StateError(f"the state on the git branch lacks {len(missing)} of its {count} chunks")
    whole = b"".join(seal.open(each, files[each]) for each in places)
    if len(whole) != header.size or digest(whole) != header.digest:
        raise StateError("the state on the git branch is not whole: its digest is another")
    return whole


def requests(header: Header, files: Mapping[str, bytes], seal: Seal) -> Sequence[tuple[str, bytes]]:
    """Return the requests of a tree in their order, each with its name."""
    try:
        return [(name, seal.open(f"{INBOX}/{name}", files[f"{INBOX}/{name}"])) for name in header.inbox]
    except KeyError as error:
        raise StateError("the state on the git branch lacks a request that its header names") from error


def _canonical(plain: Mapping[str, Any]) -> bytes:
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()
