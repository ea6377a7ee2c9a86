"""Customers of YAML files: what each line of them means, and where it stands once more when that is asked for."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise, repeat
from typing import Any, NamedTuple, cast

from sendmode_sync.config.check import Part
from sendmode_sync.config.dates import bad_date
from sendmode_sync.config.lists import Memory
from sendmode_sync.config.people import People
from sendmode_sync.config.plainlists import PlainList, Read
from sendmode_sync.config.remembered_files import Reading, RememberedFile, encode_file, key_of_file
from sendmode_sync.errors import Place, Problem
from sendmode_sync.model.desired import FIELDS, Values
from sendmode_sync.model.fingerprint import of_values
from sendmode_sync.model.phone import E164
from sendmode_sync.model.roll import PRINT, Columns, joined, narrow, parted
from sendmode_sync.sms import numbers

_PLAIN = -1
_TOGETHER = 1024


class _Row(NamedTuple):
    """One customer before anything but its form was judged.

    ``at`` is its position in the plain list, where the fields were looked at already and are left out here, or ``_PLAIN``
    less its position in the document.
    """

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

    def add(self, row: _Row, place: Place) -> None:
        """Add a row of the document."""
        self._held[row.at] = (place, joined(row.values))
        self._at.append(row.at)

    def take(self, rows: Sequence[int]) -> None:
        """Add plain customers."""
        self._at.extend(rows)

    def place(self, row: int) -> Place:
        """Return where a row was written."""
        at = self._at[row]
        return self._plain.place(at) if self._plain is not None and at > _PLAIN else self._held[at][0]

    def texts(self, rows: Sequence[int], *, again: bool = False) -> Iterable[str]:  # noqa: ARG002 - its text is kept
        """Return the ten fields of some rows, each as one text."""
        wanted = [self._at[row] for row in rows]
        plain = iter(()) if self._plain is None else iter(self._plain.texts([at for at in wanted if at > _PLAIN]))
        return (next(plain) if at > _PLAIN else self._held[at][1] for at in wanted)


def add_customers(people: People, part: Part, memory: Memory) -> None:
    """Add the customers of one checked file, and remember them where ``memory`` is to hold what it reads."""
    plain = part.plain
    if plain is not None and plain.known is not None and not _means_the_same(people, plain.known):
        plain.read_all()
    places = list(part.document.places(("customers",)))
    taking, at = _Taking(people, part), 0
    for position, item in part.items("customers"):
        if plain is not None:
            stop = bisect_left(plain.lines, places[position].line)
            taking.take_plain(plain, at, stop)
            at = stop
        taking.take(_of_document(position, item), places[position])
    if plain is not None:
        taking.take_plain(plain, at, len(plain.lines))
    people.meet(taking.shelf, taking.rows())
    if plain is not None:
        if taking.sound:
            _remember(people, part, plain, taking.plain_rows(), memory)
        plain.let_go(fields=plain.known is None and not (memory.hold or memory.fields))


def _reading(people: People) -> Reading:
    return Reading(people.region, tuple(tuple(sorted(fields)) for fields in people.customers.fieldsets))


def _remember(people: People, part: Part, plain: PlainList, rows: Columns, memory: Memory) -> None:
    """Remember the plain customers of a file, none of whom anything is wrong with; the others are in its text."""
    origin, marking = part.origin, plain.marking
    if not memory.hold or origin is None or marking is None:
        return
    kinds = {names: at for at, names in enumerate(dict.fromkeys(rows.groups))}
    known = RememberedFile(
        origin.digest,
        origin.size,
        _reading(people),
        part.document.text,
        plain.indent,
        marking.marks,
        plain.lines,
        plain.starts,
        rows.numbers,
        list(kinds),
        array("I", [kinds[names] for names in rows.groups]),
        rows.prints,
    )
    memory.kept[key_of_file(origin.name)] = encode_file(known)


def _means_the_same(people: People, known: RememberedFile) -> bool:
    """Say whether what is remembered still holds: other files say how it is to be read."""
    written = people.declared.keys()
    return known.reading == _reading(people) and all(written >= set(names) for names in known.groups)


class _Taking:
    """The customers of one file as far as they were taken, and whether the plain ones may be remembered."""

    def __init__(self, people: People, part: Part) -> None:
        self.numbers, self.groups = list[E164](), list[tuple[str, ...]]()
        self.prints = [bytearray() for _ in people.customers.fieldsets]
        self.shelf = _Shelf(part.plain)
        self.sound = True
        self._others: list[int] = []
        self._people = people
        self._part = part
        self._narrow = list(zip(self.prints[1:], people.customers.fieldsets[1:], strict=True))
        self._read = 0
        known = None if part.plain is None else part.plain.known
        self._kinds = [] if known is None else [people.groups(names) for names in known.groups]
        self._dates: set[str] = set()

    def rows(self) -> Columns:
        """Return all of them."""
        return Columns(self.numbers, self.groups, self.prints)

    def plain_rows(self) -> Columns:
        """Return those that are not in the document."""
        bounds = [-1, *self._others, len(self.numbers)]
        spans = [slice(other + 1, stop) for other, stop in pairwise(bounds)]
        return Columns(
            [*chain.from_iterable(self.numbers[span] for span in spans)],
            [*chain.from_iterable(self.groups[span] for span in spans)],
            [
                bytearray().join(column[span.start * PRINT : span.stop * PRINT] for span in spans)
                for column in self.prints
            ],
        )

    def take(self, row: _Row, place: Place) -> None:
        """Take a customer that is in the document."""
        born = row.values[-1]
        number = numbers.plain(row.number, self._people.region) or self._people.number(row.number)
        odd = isinstance(number, numbers.BadNumber) or (born and born not in self._dates) or self._strange(row.groups)
        if odd and not self._say(row, number):
            self._dates.add(born)
        if isinstance(number, numbers.BadNumber):
            return
        self._others.append(len(self.numbers))
        self.numbers.append(number)
        self.groups.append(self._people.groups(row.groups))
        self.shelf.add(row, place)
        self.prints[0] += of_values(row.values)
        for column, fields in self._narrow:
            column.extend(of_values(narrow(row.values, fields)))

    def take_plain(self, plain: PlainList, first: int, stop: int) -> None:
        """Take plain customers that follow each other."""
        for at, count, known in plain.runs(first, stop):
            if plain.known is not None and known >= 0:
                self._recall(plain.known, slice(known, known + count))
                self.shelf.take(range(at, at + count))
            else:
                self._take(plain, range(at, at + count))

    def _recall(self, known: RememberedFile, rows: slice) -> None:
        self.numbers += known.numbers[rows]
        self.groups += map(self._kinds.__getitem__, known.kinds[rows])
        for column, stored in zip(self.prints, known.prints, strict=True):
            column.extend(stored[rows.start * PRINT : rows.stop * PRINT])

    def _take(self, plain: PlainList, rows: range) -> None:
        """Take plain customers that were read, by some at a time."""
        texts = iter(plain.texts(rows) if self._narrow else ())
        for first in range(0, len(rows), _TOGETHER):
            some = rows[first : first + _TOGETHER]
            read, fields = plain.read(self._read, self._read + len(some)), list(islice(texts, len(some)))
            self._read += len(some)
            if not self._take_columns(some, read, fields):
                self._take_rows(some, read, fields)

    def _take_columns(self, rows: range, read: Read, fields: list[str]) -> bool:
        """Do what ``_take_rows`` does, column by column; False, and nothing done, where anybody is unusual."""
        found = list(map(numbers.plain, read.numbers, repeat(self._people.region)))
        kinds = {groups: () if self._strange(groups) else self._people.groups(groups) for groups in set(read.groups)}
        if None in found or () in kinds.values():
            return False
        self.numbers += cast("list[E164]", found)
        self.groups += map(kinds.__getitem__, read.groups)
        self.shelf.take(rows)
        self.prints[0] += read.prints
        self._take_narrow(fields)
        return True

    def _take_rows(self, rows: range, read: Read, fields: list[str]) -> None:
        for position, (at, written, groups) in enumerate(zip(rows, read.numbers, read.groups, strict=True)):
            number = self._number(written)
            if (isinstance(number, numbers.BadNumber) or self._strange(groups)) and self._say(
                _Row(written, groups, (), at), number
            ):
                self.sound = False
            if isinstance(number, numbers.BadNumber):
                continue
            self.numbers.append(number)
            self.groups.append(self._people.groups(groups))
            self.shelf.take((at,))
            self.prints[0] += read.prints[position * PRINT : (position + 1) * PRINT]
            self._take_narrow(fields[position : position + 1])

    def _take_narrow(self, fields: Iterable[str]) -> None:
        """Add the fingerprints of what some groups let leave; where no group lets less leave, there are no fields."""
        for values in map(parted, fields):
            for column, names in self._narrow:
                column.extend(of_values(narrow(values, names)))

    def _number(self, written: str) -> E164 | numbers.BadNumber:
        number = numbers.plain(written, self._people.region)
        if number is None:
            self.sound = False
            return self._people.number(written)
        return number

    def _strange(self, groups: Sequence[str]) -> bool:
        return not self._people.declared.keys() >= set(groups)

    def _say(self, row: _Row, number: E164 | numbers.BadNumber) -> bool:
        """Say what is wrong with a customer, and whether anything is."""
        wrong = list(_wrong(self._people, self._part, row, number))
        self._people.problems += wrong
        return bool(wrong)


def _of_document(at: int, item: Any) -> _Row:
    get = item.get
    values = tuple([get(name, "").strip() for name in FIELDS])
    return _Row(item["mobilenumber"], item["groups"], values, _PLAIN - at)


def _wrong(people: People, part: Part, row: _Row, number: E164 | numbers.BadNumber) -> Iterator[Problem]:
    """Yield what is wrong with one customer."""
    if isinstance(number, numbers.BadNumber):
        yield Problem(number.code, number.message, _place(part, row.at, "mobilenumber"))
    if row.at <= _PLAIN and row.values[-1] and (said := bad_date(row.values[-1])):
        yield Problem("bad-date", said, _place(part, row.at, "dateofbirth"))
    for position, name in enumerate(row.groups):
        if name not in people.declared:
            yield people.undeclared(name, _place(part, row.at, "groups", position))


def _place(part: Part, at: int, name: str, group: int = 0) -> Place:
    """Return where the value of a key of one customer stands, or one of its groups."""
    if part.plain is not None and at > _PLAIN:
        return part.plain.place_of(at, name, group)
    return part.document.place(("customers", _PLAIN - at, name, *((group,) if name == "groups" else ())))
