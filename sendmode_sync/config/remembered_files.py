"""What an apply remembers of a YAML file of plain customers: its text without them, and the columns of their rows.

A file of which every byte is as it was is not read at all; else its customers are known again one by one.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from sendmode_sync.config.marks import Marks
from sendmode_sync.config.remembered import RULES, encoded_marks, numbers_in, packed, unpacked
from sendmode_sync.model.phone import E164
from sendmode_sync.model.roll import PRINT


class Reading(NamedTuple):
    """What, beside the bytes of the file, its rows follow from: the region, and the sets of fields that groups let leave."""

    region: str
    fieldsets: tuple[tuple[str, ...], ...]


class Gap(NamedTuple):
    """The row behind a gap, and the byte at which the one before it ended."""

    row: int
    end: int


class RememberedFile(NamedTuple):
    """The plain customers of a file of ``size`` bytes: ``file`` is their SHA-256, ``text`` what is left without customers.

    They are indented by ``indent``. ``marks`` are of their bytes as they are decoded, no page of which has a gap in it;
    ``lines`` and ``starts`` say where each begins, ``kinds`` which of ``groups`` it has.
    """

    file: str
    size: int
    reading: Reading
    text: str
    indent: int
    marks: Marks
    lines: array[int]
    starts: array[int]
    numbers: Sequence[E164]
    groups: Sequence[tuple[str, ...]]
    kinds: array[int]
    prints: Sequence[bytes | bytearray | memoryview]

    def gaps(self) -> list[Gap]:
        """Return where something else stood between two customers, in order."""
        starts = self.starts
        pages = zip(pairwise(accumulate(self.marks.counts, initial=0)), self.marks.sizes, strict=True)
        return [
            Gap(behind, end)
            for (first, behind), size in pages
            if behind < len(starts) and (end := starts[first] + size) != starts[behind]
        ]


def key_of_file(name: str) -> str:
    """Return the key under which a file is remembered, by its path within the project."""
    return hashlib.sha256(f"{RULES} {name}".encode()).hexdigest()


def encode_file(known: RememberedFile) -> bytes:
    """Return it as bytes."""
    return packed(
        {
            "file": known.file,
            "size": known.size,
            "reading": known.reading,
            "indent": known.indent,
            "groups": known.groups,
        },
        (
            zlib.compress(known.text.encode()),
            *encoded_marks(known.marks),
            known.lines.tobytes(),
            known.starts.tobytes(),
            "\n".join(known.numbers).encode(),
            known.kinds.tobytes(),
            *known.prints,
        ),
    )


def decode_file(stored: bytes) -> RememberedFile | None:
    """Read it back; None for what does not fit together."""
    found = unpacked(stored)
    if found is None:
        return None
    said, parts = found
    try:
        text, rows, pages, counts, sizes, lines, starts, numbers, kinds, *prints = parts
        region, fieldsets = said["reading"]
        known = RememberedFile(
            said["file"],
            int(said["size"]),
            Reading(region, tuple(map(tuple, fieldsets))),
            zlib.decompress(text).decode(),
            int(said["indent"]),
            Marks(rows, pages, numbers_in(counts), numbers_in(sizes)),
            numbers_in(lines),
            numbers_in(starts),
            str(numbers, "ascii").split("\n"),
            [tuple(names) for names in said["groups"]],
            numbers_in(kinds),
            prints,
        )
    except (ValueError, KeyError, TypeError, zlib.error):
        return None
    count = len(known.numbers)
    fits = (
        known.marks.fit(count)
        and len(known.lines) == len(known.starts) == len(known.kinds) == count
        and len(prints) == len(known.reading.fieldsets)
        and all(len(column) == count * PRINT for column in prints)
        and max(known.kinds) < len(known.groups)
    )
    return known if fits else None
