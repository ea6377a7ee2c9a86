from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendmode_sync.errors import Place
from sendmode_sync.model.desired import FIELDS, Values
from sendmode_sync.model.fingerprint import of_values
from sendmode_sync.model.roll import NOBODY, PRINT, Columns, Held, Roll, Twin, joined

Person = tuple[int, str]


def number(which: int) -> str:
    return f"+447700900{which:03}"


def values(name: str) -> Values:
    return tuple(name if field == "firstname" else "" for field in FIELDS)


def added(roll: Roll, people: Sequence[Person]) -> list[Twin]:
    """Add a shelf of people, each a number and a first name."""
    shelf = Held()
    for line, (_, name) in enumerate(people):
        shelf.add(Place("people.csv", line + 2), values(name))
    prints = b"".join(of_values(values(name)) for _, name in people)
    return roll.add(shelf, Columns([number(which) for which, _ in people], [("members",)] * len(people), [prints]))


@given(st.lists(st.lists(st.tuples(st.integers(0, 6), st.sampled_from("ab")), max_size=6), max_size=4))
def test_who_comes_first_stays_and_every_other_is_a_twin(shelves: list[list[Person]]) -> None:
    roll = Roll()
    first: dict[int, tuple[int, str]] = {}
    row = 0
    for people in shelves:
        expected = []
        for which, name in people:
            known, met = first.setdefault(which, (row, name))
            if known != row:
                expected.append(Twin(known, row, met == name, number(which)))
            row += 1
        assert added(roll, people) == expected
    assert dict(roll.rows()) == {number(which): at for which, (at, _) in first.items()}
    assert list(roll) == [number(which) for which in first]
    assert roll.texts(map(number, range(7))) == {
        number(which): joined(values(name)) for which, (_, name) in first.items()
    }


@pytest.mark.parametrize("asked", [[], [1], [9], [2, 9, 1]])
def test_rows_of_numbers(asked: list[int]) -> None:
    roll = Roll()
    added(roll, [(1, "a"), (2, "b")])
    rows: Mapping[int, int] = {1: 0, 2: 1}
    assert roll.rows_of([number(which) for which in asked]) == [rows.get(which, NOBODY) for which in asked]
    assert list(roll.row_numbers()) == [0, 1]
    assert roll.prints(roll.fieldsets[0])[PRINT:] == of_values(values("b"))
