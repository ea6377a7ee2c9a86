"""The imports of a plan, whether their fields are looked up at once or in parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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

    def texts(self, numbers: Iterable[E164], *, again: bool = False) -> dict[E164, str]:
        self.asked += 1
        return super().texts(numbers, again=again)


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
    assert _plain(found) == _plain(tuple(whole)) == _grouped(whole)


def _plain(changes: Sequence[ImportChange]) -> object:
    groups = [(each.group, [*each.created], [*each.updated]) for each in imports.by_group(changes)]
    return groups, [*imports.of_kind(changes, "create")], [*imports.of_kind(changes, "update")]


def _grouped(changes: Sequence[ImportChange]) -> object:
    create, update = ([each for each in changes if each.change == kind] for kind in ("create", "update"))
    names = sorted({each.group for each in changes})
    groups = [(name, *([each for each in some if each.group == name] for some in (create, update))) for name in names]
    return groups, create, update


@given(st.integers(1, 13), st.slices(6), st.integers(-6, 5))
def test_a_group_is_sliced_like_any_list(part: int, some: slice, one: int) -> None:
    keys = [(group, person(which)) for group in ("members", "staff") for which in range(6)]
    for each in imports.by_group(Imports(keys, (), roll(), ALLOWED, part)):
        whole = [expected(each.group, which) for which in range(6)]
        assert len(each.created) == 6
        assert each.created[some] == tuple(whole[some])
        assert each.created[one] == whole[one]


def test_a_few_of_many_are_looked_up_by_themselves() -> None:
    people = roll()
    staff = imports.by_group(Imports([("members", person(0)), ("staff", person(1))], (), people, ALLOWED, 1))[1]
    assert people.asked == 1
    assert staff.created[:1] == (expected("staff", 1),)
    assert people.asked == 2
    assert len(staff.created) == 1


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
