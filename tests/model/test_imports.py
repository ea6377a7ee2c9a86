"""The imports of a plan, whether their fields are looked up at once or in parts."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendmode_sync.errors import Place
from sendmode_sync.model import imports
from sendmode_sync.model.desired import FIELDS, NO_VALUES, Customer, Values
from sendmode_sync.model.imports import Imports
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import ImportChange
from sendmode_sync.model.roll import Roll

ALLOWED = {"members": frozenset(FIELDS), "staff": frozenset({"surname"})}


def person(which: int) -> E164:
    return f"+4477009{which:05d}"


def values(which: int) -> Values:
    return (f"first {which}", f"last {which}", *NO_VALUES[2:])


def expected(group: str, which: int) -> ImportChange:
    after = values(which) if group == "members" else ("", f"last {which}", *NO_VALUES[2:])
    return ImportChange("create", group, person(which), None, after)


class CountingRoll(Roll):
    """A roll that knows how often it was asked for texts."""

    asked = 0

    def texts(self, numbers: Iterable[E164]) -> dict[E164, str]:
        self.asked += 1
        return super().texts(numbers)


def roll() -> CountingRoll:
    people = [Customer(person(which), values(which), ("members",), Place("a")) for which in (5, 3, 1, 4, 2, 0)]
    made = CountingRoll.of({each.mobilenumber: each for each in people})
    assert isinstance(made, CountingRoll)
    return made


@given(
    st.lists(st.tuples(st.sampled_from(sorted(ALLOWED)), st.integers(0, 5)), unique=True, max_size=12).map(sorted),
    st.sets(st.integers(10, 14)).map(sorted),
    st.integers(1, 13),
)
def test_parts_make_no_difference(keys: list[tuple[str, int]], updates: list[int], part: int) -> None:
    updated = [ImportChange("update", "members", person(which), NO_VALUES, values(which)) for which in updates]
    found = Imports([(group, person(which)) for group, which in keys], updated, roll(), ALLOWED, part)
    whole = sorted([expected(*key) for key in keys] + updated, key=lambda each: (each.group, each.mobilenumber))
    assert (len(found), list(found), found[:], found.created) == (len(whole), whole, tuple(whole), len(keys))
    assert found == tuple(whole)
    assert hash(found) == hash(tuple(whole))
    assert imports.created(found) == imports.created(whole) == len(keys)


def test_one_part_is_looked_up_once_and_several_each_time() -> None:
    people = roll()
    keys = [("members", person(which)) for which in range(6)]
    found = Imports(keys, (), people, ALLOWED, 6)
    assert [[*found], [*found]] == [[expected("members", which) for which in range(6)]] * 2
    assert people.asked == 1
    assert len([*Imports(keys, (), people, ALLOWED, 4)]) == 6
    assert people.asked == 3


@pytest.mark.parametrize("other", [(), (1,), "members", None])
def test_imports_are_unlike_anything_else(other: object) -> None:
    assert Imports([("members", person(1))], (), roll(), ALLOWED) != other
