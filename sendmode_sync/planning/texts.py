"""What each recipient would read and what it costs: templates filled, measured and priced, each distinct text once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from sendmode_sync.model import fingerprint
from sendmode_sync.model.desired import FIELDS, NO_VALUES, Customer, Transliterate
from sendmode_sync.model.phone import E164
from sendmode_sync.model.roll import Roll
from sendmode_sync.model.state import FrozenText
from sendmode_sync.sms import merge, numbers, segments, transliterate

_ONE_CREDIT = Decimal(1)


class Written(NamedTuple):
    """A template as its recipients would read it.

    ``audience`` maps each recipient to the fingerprint of their text, ``texts`` fingerprints to texts. ``missing`` maps
    recipients without a text to the names of the fields they have no value for. ``blank`` are those whose text
    would be empty.
    """

    audience: Mapping[E164, str]
    texts: Mapping[str, FrozenText]
    missing: Mapping[E164, tuple[str, ...]]
    blank: tuple[E164, ...]


def write(
    template: merge.Template,
    recipients: Iterable[E164],
    customers: Mapping[E164, Customer],
    mapping: Transliterate,
) -> Written:
    """Fill the template for every recipient; who is no customer has no values but the number.

    People with the same values of the fields that are used share one filling.
    """
    places = tuple(FIELDS.index(name) for name in template.fields if name in FIELDS)
    by_number = "mobilenumber" in template.fields
    fillings: dict[tuple[str, ...], _Filling] = {}
    audience: dict[E164, str] = {}
    texts: dict[str, FrozenText] = {}
    missing: dict[E164, tuple[str, ...]] = {}
    blank: list[E164] = []
    wanted = tuple(recipients)
    known = Roll.of(customers).fetch(wanted) if places else {}
    for number in wanted:
        values = known.get(number, NO_VALUES)
        used = tuple([values[place] for place in places])
        key = (*used, number) if by_number else used
        filling = fillings.get(key)
        if filling is None:
            filling = fillings[key] = _fill(
                template, {"mobilenumber": number, **{FIELDS[place]: values[place] for place in places}}, mapping
            )
        if filling.text is not None:
            audience[number] = filling.digest
            texts[filling.digest] = filling.text
        elif filling.missing:
            missing[number] = filling.missing
        else:
            blank.append(number)
    return Written(audience, texts, missing, tuple(blank))


def by_text(audience: Mapping[E164, str], texts: Mapping[str, FrozenText]) -> tuple[tuple[str, tuple[E164, ...]], ...]:
    """Return fingerprint and recipients of each text that somebody gets, by text, then by number."""
    shared: dict[str, list[E164]] = {}
    for number, digest in audience.items():
        shared.setdefault(digest, []).append(number)
    return tuple(
        (digest, tuple(sorted(shared[digest]))) for digest in sorted(shared, key=lambda digest: texts[digest].text)
    )


def cost(recipients: Sequence[E164], per_person: int, table: Mapping[str, Decimal]) -> Decimal:
    """Return the estimated credits of one text to some people.

    ``per_person`` is its segments; ``table`` is ``account.credits_per_segment``, by country and ``default``.
    """
    default = table.get("default", _ONE_CREDIT)
    if not table.keys() - {"default"}:
        return default * per_person * len(recipients)
    countries = Counter(map(numbers.country, recipients))
    return per_person * sum(
        (table.get(country, default) * count for country, count in sorted(countries.items())), Decimal(0)
    )


class _Filling(NamedTuple):
    digest: str = ""
    text: FrozenText | None = None
    missing: tuple[str, ...] = ()


def _fill(template: merge.Template, values: Mapping[str, str], mapping: Transliterate) -> _Filling:
    match merge.render(template, values):
        case str(rendered):
            text = transliterate.plain(rendered) if mapping == "punctuation" else rendered
        case missing:
            return _Filling(missing=missing)
    if not text.strip():
        return _Filling()
    measure = segments.measure(text)
    return _Filling(fingerprint.of_text(text), FrozenText(text, measure.encoding, measure.segments))
