"""What an apply remembers of a list it read, so that a plan need not read it again: columns of rows.

It holds only what follows from the bytes of each row and from ``key_of`` (how the list is to be read): numbers, groups and
fingerprints. A row that anything is wrong with, or whose number was looked up in a numbering plan, is never in it.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, Literal, NamedTuple

from sendmode_sync.config.marks import Marks
from sendmode_sync.config.shelf import SheetFile
from sendmode_sync.model.desired import Group
from sendmode_sync.model.fingerprint import canonical
from sendmode_sync.model.phone import E164
from sendmode_sync.model.roll import PRINT

RULES = f"r3 {array('I', [1]).tobytes().hex()}"
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
    """Rows of one list that were one line each, in its order, without those of its ``head``: its first lines.

    ``file`` is the SHA-256 of all its bytes where every other row is here, else empty; ``size`` is their count.
    ``kinds`` says which of ``groups`` a row has.
    """

    form: Form
    file: str
    size: int
    head: bytes
    marks: Marks
    numbers: Sequence[E164]
    groups: Sequence[tuple[str, ...]]
    kinds: array[int]
    prints: Sequence[bytes | bytearray | memoryview]

    def is_of(self, file: SheetFile) -> bool:
        """Say whether every row of a file is here; its bytes are looked at only where there are as many."""
        return bool(self.file) and file.size == self.size and file.digest() == self.file


def encode(known: Remembered) -> bytes:
    """Return it as bytes: a line of JSON that says how long each part is, then the parts."""
    parts = (
        known.head,
        *encoded_marks(known.marks),
        "\n".join(known.numbers).encode(),
        known.kinds.tobytes(),
        *known.prints,
    )
    return packed({"form": known.form, "file": known.file, "size": known.size, "groups": known.groups}, parts)


def decode(stored: bytes, columns: int) -> Remembered | None:
    """Read it back, with as many columns of fingerprints as given; None for what does not fit together."""
    found = unpacked(stored)
    if found is None:
        return None
    said, parts = found
    try:
        head, rows, pages, counts, sizes, numbers, kinds, *prints = parts
        encoding, delimiter, header = said["form"]
        known = Remembered(
            Form(encoding, delimiter, tuple(header)),
            said["file"],
            int(said["size"]),
            bytes(head),
            Marks(rows, pages, numbers_in(counts), numbers_in(sizes)),
            str(numbers, "ascii").split("\n") if numbers else [],
            [tuple(names) for names in said["groups"]],
            numbers_in(kinds),
            prints,
        )
    except (ValueError, KeyError, TypeError):
        return None
    return known if _fits(known, columns) else None


def encoded_marks(marks: Marks) -> tuple[bytes | bytearray | memoryview, ...]:
    """Return marks as parts."""
    return marks.rows, marks.pages, marks.counts.tobytes(), marks.sizes.tobytes()


def numbers_in(part: memoryview) -> array[int]:
    """Return a part that holds numbers."""
    return array("I", part.tobytes())


def packed(head: Mapping[str, object], parts: Sequence[bytes | bytearray | memoryview]) -> bytes:
    """Return a line of JSON that also says how long each part is, then the parts."""
    return b"".join((canonical({**head, "parts": [len(part) for part in parts]}), b"\n", *parts))


def unpacked(stored: bytes) -> tuple[dict[str, Any], list[memoryview]] | None:
    """Return what ``packed`` was given, the parts as they lie there; None where it is not that."""
    begin = stored.find(b"\n") + 1
    try:
        said = json.loads(stored[:begin])
        stops = list(accumulate(said["parts"], initial=begin))
    except (ValueError, KeyError, TypeError):
        return None
    whole = memoryview(stored)
    return (said, [whole[start:stop] for start, stop in pairwise(stops)]) if stops[-1] == len(stored) else None


def _fits(known: Remembered, columns: int) -> bool:
    rows = len(known.numbers)
    lengths: Iterable[bool] = (
        known.marks.fit(rows),
        len(known.kinds) == rows,
        len(known.prints) == columns,
        all(len(column) == rows * PRINT for column in known.prints),
        max(known.kinds, default=-1) < len(known.groups),
    )
    return all(lengths)
