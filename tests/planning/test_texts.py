from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from operator import itemgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendmode_sync.model import fingerprint
from sendmode_sync.model.desired import Transliterate
from sendmode_sync.model.state import FrozenText
from sendmode_sync.planning import texts
from sendmode_sync.sms import merge, segments
from tests.planning.small_project import customer, person

PEOPLE = {
    one.mobilenumber: one
    for one in (
        customer(1, firstname="Aoife"),
        customer(2, firstname="Seán"),
        customer(3),
        customer(4, firstname="Aoife"),
    )
}


def written(template: str, *which: int, mapping: Transliterate = "punctuation") -> texts.Written:
    parsed = merge.parse(template)
    assert isinstance(parsed, merge.Template)
    return texts.write(parsed, map(person, which), PEOPLE, mapping)


def test_people_with_the_same_values_share_a_text() -> None:
    found = written("Hi {firstname|there}", 1, 2, 3, 4)
    said = {number: found.texts[digest].text for number, digest in found.audience.items()}
    assert said == {person(1): "Hi Aoife", person(2): "Hi Seán", person(3): "Hi there", person(4): "Hi Aoife"}
    assert len(found.texts) == 3
    assert all(digest == fingerprint.of_text(text.text) for digest, text in found.texts.items())


def test_one_name_can_make_a_text_dearer() -> None:
    found = written("Hi {firstname}" + "." * 90, 1, 2)
    measures = {text.encoding: text.segments for text in found.texts.values()}
    assert measures == {"GSM-7": 1, "UCS-2": 2}


def test_the_number_can_stand_in_a_text() -> None:
    found = written("You are {mobilenumber}", 1, 4)
    assert {text.text for text in found.texts.values()} == {f"You are {person(1)}", f"You are {person(4)}"}


def test_missing_fields_are_named_for_each() -> None:
    found = written("{firstname} {surname} {town|Cork}", 1, 3, 9)
    assert found.missing == {
        person(1): ("surname",),
        person(3): ("firstname", "surname"),
        person(9): ("firstname", "surname"),
    }
    assert not found.audience


def test_what_was_filled_in_and_what_room_is_left_is_told() -> None:
    found = written("{surname|you}, {mobilenumber}, {firstname}", 1, 2)
    assert found.values == {person(1): ("", person(1), "Aoife"), person(2): ("", person(2), "Seán")}
    assert found.room.keys() == found.texts.keys()
    assert [found.room[found.audience[person(which)]] for which in (1, 2)] == [
        segments.measure(found.texts[found.audience[person(which)]].text).capacity_left for which in (1, 2)
    ]


def test_a_blank_text_is_no_text() -> None:
    found = written(" {firstname|}\n", 1, 3)
    assert list(found.audience) == [person(1)]
    assert found.blank == [person(3)]


@pytest.mark.parametrize(("mapping", "text"), [("punctuation", "It's"), ("none", "It’s")])
def test_punctuation_is_made_plain_unless_none_is_asked(mapping: Transliterate, text: str) -> None:
    assert [one.text for one in written("It’s", 1, mapping=mapping).texts.values()] == [text]


def test_by_text_then_by_number() -> None:
    known = {"d1": FrozenText("b", "GSM-7", 1), "d2": FrozenText("a", "GSM-7", 1), "d3": FrozenText("c", "GSM-7", 1)}
    audience = {person(3): "d1", person(1): "d1", person(2): "d2"}
    assert texts.by_text(audience, known) == (("d2", (person(2),)), ("d1", (person(1), person(3))))


@given(st.dictionaries(st.integers(1, 30), st.integers(1, 30), max_size=20))
def test_nobody_sharing_a_text_makes_no_difference(who: dict[int, int]) -> None:
    audience = {person(which): f"d{text}" for which, text in who.items()}
    known = {digest: FrozenText(f"text {digest[::-1]}", "GSM-7", 1) for digest in audience.values()}
    rows = sorted((known[digest].text, digest, number) for number, digest in audience.items())
    gathered = groupby(rows, key=itemgetter(1))
    assert texts.by_text(audience, known) == tuple(
        (digest, tuple(number for *_, number in same)) for digest, same in gathered
    )


@given(
    st.dictionaries(st.sampled_from(["default", "IE", "GB"]), st.decimals(0, 20, places=2)),
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(["+447700900001", "+447700900002", "+353870000001"]), min_size=1, max_size=4),
            st.integers(1, 9),
        )
    ),
)
def test_prices_that_are_known_are_those_that_are_worked_out(
    table: dict[str, Decimal], asked: list[tuple[list[str], int]]
) -> None:
    price = texts.pricer(table)
    assert [str(price(*each)) for each in asked] == [str(texts.cost(*each, table)) for each in asked]


@pytest.mark.parametrize(
    ("table", "credits"),
    [
        ({"default": Decimal(1)}, Decimal(6)),
        ({"default": Decimal("2.5")}, Decimal(15)),
        ({}, Decimal(6)),
        ({"default": Decimal(1), "GB": Decimal("2.5")}, Decimal(12)),
        ({"GB": Decimal("2.5")}, Decimal(12)),
        ({"default": Decimal(3), "IE": Decimal(1)}, Decimal(14)),
    ],
)
def test_cost_by_country(table: dict[str, Decimal], credits: Decimal) -> None:  # noqa: A002 - the field's word
    recipients = ("+447700900001", "+447700900002", "+353870000001")
    assert texts.cost(recipients, 2, table) == credits
