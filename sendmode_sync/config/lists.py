"""One spreadsheet: how it is told what it holds, and what an earlier run knows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from sendmode_sync.config.decoding import decode_part, encoding_of, told
from sendmode_sync.config.gathering import Gathering, Meaning
from sendmode_sync.config.listpages import Pages, Walk
from sendmode_sync.config.people import People
from sendmode_sync.config.remembered import Form, Remembered, Terms, decode, encode, key_of
from sendmode_sync.config.sheets import Rows, Sheet, is_jsonl, read_sheet, unreadable
from sendmode_sync.config.shelf import Origin, SheetFile, SheetShelf


class Memory(NamedTuple):
    """What is known of lists from an earlier run, by key, and what this run has to do for a later one.

    With ``hold`` all fields stay in memory, for a run that outlives the files, ``kept`` is filled, and nothing believed. With ``fields`` they
    stay there as well: texts are about to be made of them.
    """

    known: dict[str, bytes]
    hold: bool
    kept: dict[str, bytes]
    fields: bool = False

    def take(self, key: str) -> bytes:
        """Return what is known under a key, and let it go: it is large, and asked for once."""
        found = self.known.get(key, b"")
        if found:
            self.known[key] = b""
        return found


NO_MEMORY = Memory({}, hold=False, kept={})
"""Nothing is known, and nothing is kept."""


class Asked(NamedTuple):
    """How one spreadsheet is to be read; ``meaning`` finds in its headings what the cells are, None where it cannot."""

    columns: Mapping[str, str]
    groups: tuple[str, ...]
    meaning: Callable[[Sheet], Meaning | None]


class Listed(NamedTuple):
    """What came of a spreadsheet.

    ``sheet`` has its headings, and the problem that keeps it from being read. ``gathered`` and ``shelf`` are None
    where that, or the headings, make its rows mean nothing.
    """

    sheet: Sheet
    empty: bool = False
    gathered: Gathering | None = None
    shelf: SheetShelf | None = None


def read_list(people: People, file: SheetFile, asked: Asked, memory: Memory) -> Listed:
    """Read one spreadsheet. What cannot be read at all, or has no rows, has no meaning looked for."""
    key = key_of(Terms(file.name, asked.columns, asked.groups, people.declared, people.region))
    known = None if memory.hold else decode(memory.take(key), len(people.customers.fieldsets))
    said = len(people.problems)
    if known is not None:
        with suppress(UnicodeDecodeError):  # what changed since is no UTF-8, so that nothing of it may be read as such
            listed = _read(people, file, asked, memory, (key, known))
            if listed.gathered is not None or known.is_of(file):
                return listed
        del people.problems[said:]  # also where its rows mean nothing: what is no UTF-8 may stand behind the reason
    return _read(people, file, asked, memory, (key, None))


def _read(
    people: People, file: SheetFile, asked: Asked, memory: Memory, remembered: tuple[str, Remembered | None]
) -> Listed:
    key, known = remembered
    same = known is not None and known.is_of(file)
    data = known.head if known is not None and same else file.read()
    if known is not None and (same or known.form.encoding == "utf-8"):
        encoding = told(file.path, data, known.form.encoding)
    else:
        encoding = encoding_of(file.path, data)
    people.problems += encoding.problems
    if encoding.name is None:
        return Listed(Sheet(file.path))
    if is_jsonl(file.path):
        return _read_objects(people, file, asked, decode_part(data[encoding.start :], encoding.name))
    walk = Walk(file, data, encoding.name, encoding.start)
    sheet, first = walk.head()
    if sheet.problems or first is None:
        return Listed(sheet, empty=first is None)
    meaning = asked.meaning(sheet)
    if meaning is None:
        return Listed(sheet)
    hold = memory.hold or memory.fields or known is not None  # what is not known may be what changed, and is shown then
    gathered = Gathering(people, file.path, walk.delimiter, asked.groups, hold=hold)
    behind = Pages(gathered, walk, meaning, Form(encoding.name, walk.delimiter, sheet.header), hold=memory.hold)
    error = behind.read(first, known)
    if error is None and memory.hold:
        memory.kept[key] = encode(behind.remembered())
    origin = Origin(file.path, encoding.name, walk.delimiter, file.read, meaning.values())
    shelf = SheetShelf(origin, gathered.index, gathered.texts)
    return Listed(sheet, gathered=gathered, shelf=shelf) if error is None else Listed(unreadable(file.path, error))


def _read_objects(people: People, file: SheetFile, asked: Asked, text: str) -> Listed:
    """Read a .jsonl file, whose headings are those of all its lines together, as one page that stays in memory."""
    sheet = read_sheet(file.path, text)
    if sheet.problems or not (sheet.rows or sheet.bad_rows):
        return Listed(sheet, empty=not sheet.problems)
    if not sheet.header:  # no row could be read, so nothing is known of columns
        return Listed(Sheet(file.path, problems=sheet.bad_rows))
    meaning = asked.meaning(sheet)
    if meaning is None:
        return Listed(sheet)
    gathered = Gathering(people, file.path, "", asked.groups, hold=True)
    gathered.take(Rows(sheet.rows, list(sheet.bad_rows), []), meaning, 0, 0)
    origin = Origin(file.path, "utf-8", "", file.read, meaning.values())
    return Listed(sheet, gathered=gathered, shelf=SheetShelf(origin, gathered.index, gathered.texts))
