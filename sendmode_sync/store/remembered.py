"""What is remembered of lists that were read, as bytes under a key; what they mean is not known here.

Every one is held with its digest, since a plan believes them: one that was altered is as good as none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sendmode_sync.store.sql import Connection


def remember(connection: Connection, memories: Mapping[str, bytes]) -> None:
    """Remember exactly these; what is there already is not written again."""
    known = dict(connection.execute("SELECT name, digest FROM remembered").fetchall())
    wanted = {name: digest(content) for name, content in memories.items()}
    connection.executemany("DELETE FROM remembered WHERE name = ?", [(name,) for name in known if name not in wanted])
    connection.executemany(
        "INSERT INTO remembered (name, digest, content) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, content = excluded.content",
        [(name, made, memories[name]) for name, made in wanted.items() if known.get(name) != made],
    )


def remembered(connection: Connection) -> dict[str, bytes]:
    """Return what is remembered, by key, without what was altered."""
    rows = connection.execute("SELECT name, digest, content FROM remembered").fetchall()
    return {name: bytes(content) for name, made, content in rows if digest(content) == made}


def clear(connection: Connection) -> None:
    """Forget it all: somebody who is erased may be in any of it."""
    connection.execute("DELETE FROM remembered")


def digest(content: bytes) -> bytes:
    """Return the digest that is held beside it."""
    return hashlib.blake2b(content, digest_size=16, person=b"smsync-m1").digest()
