"""What each recipient would read and what it costs: templates filled, measured and priced, each distinct text once."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from sendmode_sync.model import fingerprint
from sendmode_sync.model.desired import FIELDS, NO_VALUES, Customer, Transliterate
from sendmode_sync.model.phone import E164
from sendmode_sync.model.roll import Roll, joined, parted
from sendmode_sync.model.state import FrozenText
from sendmode_sync.sms import merge, numbers, segments, transliterate

_ONE_CREDIT = Decimal(1)
_FLAT = frozenset({"default"})
_NUMBER = "mobilenumber"
_PLACES = {name: place for place, name in enumerate((*FIELDS, _NUMBER))}
"""Where each name of a merge field stands in a row: the ten fields, then the number."""
_NOTHING = joined(NO_VALUES)


class Written(NamedTuple):
    """A template as its recipients would read it.

    ``audience`` maps each recipient to the fingerprint of their text, ``texts`` fingerprints to texts, ``room`` to how many
    units the last segment still takes. ``values`` maps each of them to what was filled in: the values of
    ``template.fields``. ``missing`` maps recipients without a text to the names of the fields they have no value for.
    ``blank`` are those whose text would be empty.
    """

    audience: dict[E164, str]
    texts: dict[str, FrozenText]
    room: dict[str, int]
    values: dict[E164, tuple[str, ...]]
    missing: dict[E164, tuple[str, ...]]
    blank: list[E164]

    def add(self, rendered: str, mapping: Transliterate) -> str:
        """Measure a text and return its fingerprint; empty where the text is."""
        if not rendered.strip():
            return ""
        text, measure = rendered, segments.measure(rendered)
        if mapping == "punctuation" and measure.encoding == "UCS-2" and (plain := transliterate.plain(text)) != text:
            text, measure = plain, segments.measure(plain)
        digest = fingerprint.of_text(text)
        self.texts[digest] = FrozenText(text, measure.encoding, measure.segments)
        self.room[digest] = measure.capacity_left
        return digest


def write(
    template: merge.Template,
    recipients: Iterable[E164],
    customers: Mapping[E164, Customer],
    mapping: Transliterate,
) -> Written:
    """Fill the template for every recipient; who is no customer has no values but the number.

    People with the same values of the fields that are used share one filling.
    """
    names = template.fields
    by_number = _NUMBER in names
    pick, fill = _picker(tuple(_PLACES[name] for name in names)), merge.filler(template)
    fillings: dict[tuple[str, ...], str | tuple[str, ...]] = {}
    written = Written({}, {}, {}, {}, {}, [])
    audience, values = written.audience, written.values
    wanted = tuple(recipients)
    known = Roll.of(customers).texts(wanted, again=True) if set(names) - {_NUMBER} else {}
    for number in wanted:
        row = parted(known.get(number, _NOTHING))
        key = pick((*row, number) if by_number else row)
        filling = fillings.get(key)
        if filling is None:
            rendered = fill(key)
            filling = fillings[key] = written.add(rendered, mapping) if isinstance(rendered, str) else rendered
        if isinstance(filling, tuple):
            written.missing[number] = filling
        elif filling:
            audience[number] = filling
            values[number] = key
        else:
            written.blank.append(number)
    return written


def by_text(audience: Mapping[E164, str], texts: Mapping[str, FrozenText]) -> tuple[tuple[str, tuple[E164, ...]], ...]:
    """Return fingerprint and recipients of each text that somebody gets, by text, then by number."""
    alone = {digest: number for number, digest in audience.items()}
    if len(alone) == len(audience):  # a personalised text: nobody shares theirs, so that there is nothing to gather
        return tuple([(digest, (alone[digest],)) for digest in sorted(alone, key=lambda digest: texts[digest].text)])
    shared: dict[str, list[E164]] = {}
    for number, digest in audience.items():
        shared.setdefault(digest, []).append(number)
    for people in shared.values():
        people.sort()
    return tuple((digest, tuple(shared[digest])) for digest in sorted(shared, key=lambda digest: texts[digest].text))


def cost(recipients: Sequence[E164], per_person: int, table: Mapping[str, Decimal]) -> Decimal:
    """Return the estimated credits of one text to some people.

    ``per_person`` is its segments; ``table`` is ``account.credits_per_segment``, by country and ``default``.
    """
    default = table.get("default", _ONE_CREDIT)
    if table.keys() <= _FLAT:
        return default * per_person * len(recipients)
    countries = Counter(map(numbers.country, recipients))
    return per_person * sum(
        (table.get(country, default) * count for country, count in sorted(countries.items())), Decimal(0)
    )


def pricer(table: Mapping[str, Decimal]) -> Callable[[Sequence[E164], int], Decimal]:
    """Return ``cost`` by one table, for many texts: one more for as many people of one country is not worked out again."""
    flat = table.keys() <= _FLAT
    known: dict[tuple[int | str, int], Decimal] = {}

    def price(recipients: Sequence[E164], per_person: int) -> Decimal:
        if not flat and len(recipients) > 1:
            return cost(recipients, per_person, table)
        alike = len(recipients) if flat else "".join(map(numbers.country, recipients))
        found = known.get((alike, per_person))
        if found is None:
            found = known[alike, per_person] = cost(recipients, per_person, table)
        return found

    return price


def _picker(places: tuple[int, ...]) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """Return what takes the values at some places of a row."""
    if len(places) > 1:
        return operator.itemgetter(*places)
    return lambda row: tuple([row[place] for place in places])
