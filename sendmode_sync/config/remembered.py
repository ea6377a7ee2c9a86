"""What an apply remembers of a list it read, so that a plan need not read it again: columns of rows, by page.

It holds only what follows from the bytes of a page and from ``key_of`` (how the list is to be read): numbers, groups and
fingerprints. A row that anything is wrong with, or whose number was looked up in a numbering plan, is never in it.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, Literal, NamedTuple

from sendmode_sync.config.pages import DIGEST
from sendmode_sync.model.desired import Group
from sendmode_sync.model.fingerprint import canonical
from sendmode_sync.model.phone import E164
from sendmode_sync.model.roll import PRINT

RULES = f"r1 {array('I', [1]).tobytes().hex()}"
"""Changes with every rule about what a row means, so that nothing is believed that older rules made.

How this machine writes numbers is a part of it: a state may be carried to one that writes them otherwise.
"""


class Terms(NamedTuple):
    """What, beside the bytes of a list, decides what its rows mean; ``name`` is its path within the project."""

    name: str
    columns: Mapping[str, str]
    groups: tuple[str, ...]
    declared: Mapping[str, Group]
    region: str


def key_of(terms: Terms) -> str:
    """Return the key under which a list is remembered."""
    declared = {name: sorted(group.fields or ()) for name, group in terms.declared.items()}
    said = [RULES, terms.name, dict(terms.columns), terms.groups, declared, terms.region]
    return hashlib.sha256(canonical(said)).hexdigest()


class Form(NamedTuple):
    """How the cells of a list are told apart, and under which headings they stand."""

    encoding: Literal["utf-8", "cp1252"]
    delimiter: str
    header: tuple[str, ...]


class Remembered(NamedTuple):
    """The rows of the pages of one list, in its order, without those of its ``head``: the page with the headings.

    ``file`` is the SHA-256 of all its bytes where every other page is here, else empty.
    ``pages`` holds the digest of each page and ``counts`` its rows; ``kinds`` says which of ``groups`` a row has.
    """

    form: Form
    file: str
    head: bytes
    pages: bytes
    counts: array[int]
    numbers: Sequence[E164]
    groups: Sequence[tuple[str, ...]]
    kinds: array[int]
    prints: Sequence[bytes | bytearray]

    def ranges(self) -> dict[bytes, range]:
        """Return the rows of each page by its digest."""
        stops = accumulate(self.counts)
        return {
            self.pages[at * DIGEST : (at + 1) * DIGEST]: range(stop - count, stop)
            for at, (count, stop) in enumerate(zip(self.counts, stops, strict=True))
        }


def encode(known: Remembered) -> bytes:
    """Return it as bytes: a line of JSON that says how long each part is, then the parts."""
    parts = (
        known.head,
        known.pages,
        known.counts.tobytes(),
        "\n".join(known.numbers).encode(),
        known.kinds.tobytes(),
        *known.prints,
    )
    return packed({"form": known.form, "file": known.file, "groups": known.groups}, parts)


def decode(stored: bytes, columns: int) -> Remembered | None:
    """Read it back, with as many columns of fingerprints as given; None for what does not fit together."""
    found = unpacked(stored)
    if found is None:
        return None
    said, parts = found
    try:
        head, pages, counts, numbers, kinds, *prints = parts
        encoding, delimiter, header = said["form"]
        known = Remembered(
            Form(encoding, delimiter, tuple(header)),
            said["file"],
            head,
            pages,
            array("I", counts),
            numbers.decode("ascii").split("\n") if numbers else [],
            [tuple(names) for names in said["groups"]],
            array("I", kinds),
            prints,
        )
    except (ValueError, KeyError, TypeError):
        return None
    return known if _fits(known, columns) else None


def packed(head: Mapping[str, object], parts: Sequence[bytes | bytearray]) -> bytes:
    """Return a line of JSON that also says how long each part is, then the parts."""
    return b"".join((canonical({**head, "parts": [len(part) for part in parts]}), b"\n", *parts))


def unpacked(stored: bytes) -> tuple[dict[str, Any], list[bytes]] | None:
    """Return what ``packed`` was given; None where it is not that."""
    begin = stored.find(b"\n") + 1
    try:
        said = json.loads(stored[:begin])
        stops = list(accumulate(said["parts"], initial=begin))
    except (ValueError, KeyError, TypeError):
        return None
    return (said, [stored[start:stop] for start, stop in pairwise(stops)]) if stops[-1] == len(stored) else None


def _fits(known: Remembered, columns: int) -> bool:
    rows = len(known.numbers)
    lengths: Iterable[bool] = (
        sum(known.counts) == rows,
        len(known.pages) == len(known.counts) * DIGEST,
        len(known.kinds) == rows,
        len(known.prints) == columns,
        all(len(column) == rows * PRINT for column in known.prints),
        max(known.kinds, default=-1) < len(known.groups),
    )
    return all(lengths)
