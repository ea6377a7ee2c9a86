"""Customers of YAML files: what each line of them means, and where it stands once more when that is asked for."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sendmode_sync.config.check import Part
from sendmode_sync.config.lists import Memory
from sendmode_sync.config.people import People, bad_date, undeclared
from sendmode_sync.config.plainlists import PlainList
from sendmode_sync.config.remembered_files import Reading, RememberedFile, encode_file, key_of_file
from sendmode_sync.errors import Place, Problem
from sendmode_sync.model.desired import FIELDS, Values
from sendmode_sync.model.fingerprint import of_values
from sendmode_sync.model.phone import E164
from sendmode_sync.model.roll import Columns, joined, narrow, parted
from sendmode_sync.sms import numbers

_PLAIN = -1


class _Row(NamedTuple):
    """One customer before anything but its form was judged.

    ``at`` is its position in the plain list, or ``_PLAIN`` less its position in the document.
    """

    line: int
    number: str
    groups: Sequence[str]
    values: Values
    at: int


class _Shelf:
    """``model.roll.Shelf`` over one YAML file: plain customers are read again, the others are held."""

    def __init__(self, plain: PlainList | None) -> None:
        self._plain = plain
        self._at = array("l")
        self._held: dict[int, tuple[Place, str]] = {}

    def add(self, row: _Row, place: Place | None) -> None:
        """Add a row; one that is in the document has a place."""
        if place is not None:
            self._held[row.at] = (place, joined(row.values))
        self._at.append(row.at)

    def take_all(self, count: int) -> None:
        """Add every plain customer."""
        self._at.extend(range(count))

    def place(self, row: int) -> Place:
        """Return where a row was written."""
        at = self._at[row]
        return self._plain.place(at) if self._plain is not None and at > _PLAIN else self._held[at][0]

    def values(self, rows: Sequence[int], *, again: bool = False) -> Iterable[Values]:  # noqa: ARG002 - its text is kept
        """Return the ten fields of some rows."""
        wanted = [self._at[row] for row in rows]
        plain = iter(()) if self._plain is None else iter(self._plain.values([at for at in wanted if at > _PLAIN]))
        return (next(plain) if at > _PLAIN else parted(self._held[at][1]) for at in wanted)


def add_customers(people: People, part: Part, memory: Memory) -> None:
    """Add the customers of one checked file, and remember them where ``memory`` is to hold what it reads."""
    plain = part.plain
    places = list(part.document.places(("customers",)))
    shelf, dates = _Shelf(plain), set[str]()
    if plain is not None and plain.known is not None and _recall(people, plain.known, shelf):
        plain.known = None  # its columns are in the roll now
        return
    sound = not places
    found, groups = list[E164](), list[tuple[str, ...]]()
    prints = [bytearray() for _ in people.customers.fieldsets]
    columns = list(zip(prints, people.customers.fieldsets, strict=True))
    known = people.declared.keys()
    for row in _rows(part, places):
        number = numbers.plain(row.number, people.region) or people.number(row.number)
        born = row.values[-1]
        sound = sound and numbers.plain(row.number, people.region) is not None
        if isinstance(number, numbers.BadNumber) or (born and born not in dates) or not known >= set(row.groups):
            wrong = list(_wrong(people, part, row, number))
            people.problems += wrong
            sound = sound and not wrong
            dates.update(() if wrong else (born,))
        if not isinstance(number, numbers.BadNumber):
            found.append(number)
            groups.append(people.groups(row.groups))
            shelf.add(row, None if row.at > _PLAIN else places[_PLAIN - row.at])
            for column, fields in columns:
                column.extend(of_values(narrow(row.values, fields)))
    people.meet(shelf, Columns(found, groups, prints))
    if plain is not None and not (memory.hold or memory.fields):
        plain.let_go()
    if memory.hold and sound and found:
        _remember(people, part, Columns(found, groups, prints), memory)


def _reading(people: People) -> Reading:
    return Reading(people.region, tuple(tuple(sorted(fields)) for fields in people.customers.fieldsets))


def _remember(people: People, part: Part, rows: Columns, memory: Memory) -> None:
    """Remember a file that nothing is wrong with, and of which nothing but plain customers was read."""
    plain, origin = part.plain, part.origin
    if plain is None or origin is None:
        return
    kinds = {names: at for at, names in enumerate(dict.fromkeys(rows.groups))}
    of_rows = array("I", [kinds[names] for names in rows.groups])
    known = RememberedFile(
        origin.digest,
        _reading(people),
        part.document.text,
        plain.lines,
        plain.starts,
        rows.numbers,
        list(kinds),
        of_rows,
        rows.prints,
    )
    memory.kept[key_of_file(origin.name)] = encode_file(known)


def _recall(people: People, known: RememberedFile, shelf: _Shelf) -> bool:
    """Add what is remembered of a file; False where other files say by now how it is to be read."""
    written = people.declared.keys()
    if known.reading != _reading(people) or any(not written >= set(names) for names in known.groups):
        return False
    kinds = [people.groups(names) for names in known.groups]
    shelf.take_all(len(known.numbers))
    people.meet(shelf, Columns(known.numbers, list(map(kinds.__getitem__, known.kinds)), known.prints))
    return True


def _rows(part: Part, places: Sequence[Place]) -> Iterator[_Row]:
    """Return every customer of a file in its order."""
    in_document = (_of_document(at, item, places[at]) for at, item in part.items("customers"))
    plain = part.plain
    if plain is None:
        return in_document
    rows = (
        _Row(line, number, groups, values, at)
        for at, (line, (number, groups, values)) in enumerate(zip(plain.lines, plain.items(), strict=True))
    )
    return heapq.merge(rows, in_document, key=lambda row: row.line) if places else rows


def _of_document(at: int, item: Any, place: Place) -> _Row:
    get = item.get
    values = tuple([get(name, "").strip() for name in FIELDS])
    return _Row(place.line, item["mobilenumber"], item["groups"], values, _PLAIN - at)


def _wrong(people: People, part: Part, row: _Row, number: E164 | numbers.BadNumber) -> Iterator[Problem]:
    """Yield what is wrong with one customer."""
    if isinstance(number, numbers.BadNumber):
        yield Problem(number.code, number.message, _place(part, row.at, "mobilenumber"))
    if row.values[-1] and (said := bad_date(row.values[-1])):
        yield Problem("bad-date", said, _place(part, row.at, "dateofbirth"))
    for position, name in enumerate(row.groups):
        if name not in people.declared:
            yield undeclared(name, people.declared, _place(part, row.at, "groups", position))


def _place(part: Part, at: int, name: str, group: int = 0) -> Place:
    """Return where the value of a key of one customer stands, or one of its groups."""
    if part.plain is not None and at > _PLAIN:
        return part.plain.place_of(at, name, group)
    return part.document.place(("customers", _PLAIN - at, name, *((group,) if name == "groups" else ())))
