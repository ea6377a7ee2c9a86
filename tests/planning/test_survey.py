"""Thousands of people are compared at once; the answer is that of looking at one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from sendmode_sync.model.desired import Desired, Group
from sendmode_sync.model.roll import ALL_FIELDS, PRINT, Roll
from sendmode_sync.model.state import State
from sendmode_sync.planning.diff import Survey, survey
from tests.planning.small_project import applied_imports, customer, memory, person, project

NAMES = ["members", "vip", "old"]
Row = tuple[int, tuple[str, ...], str]
FIELDSETS = st.sampled_from([ALL_FIELDS, frozenset({"firstname"}), frozenset[str](), None])


def one_by_one(desired: Desired, state: State | None, barred: frozenset[str]) -> Survey:
    """Compare each person of the project with a dict of the state, and count what is left."""
    applied: Mapping[str, Mapping[str, bytes]] = {} if state is None else state.applied
    lists = {name: group.fields for name, group in desired.groups.items() if group.fields is not None}
    roll = Roll.of(desired.customers, lists.values())
    created, updated, kept, held = [], [], 0, 0
    for number, row in roll.rows():
        names = [name for name in roll.groups(row) if name in lists]
        if number in barred:
            held += bool(names)
            continue
        for name in names:
            known = applied.get(name, {}).get(number)
            column = roll.prints(lists[name])
            if known is None:
                created.append((name, number))
                continue
            kept += 1
            if known != column[row * PRINT : (row + 1) * PRINT]:
                updated.append((name, number))
    everything = [number for numbers in applied.values() for number in numbers]
    unmanaged = len([number for number in everything if number not in barred]) - kept
    gone = {number for number in everything if number not in desired.customers} - barred
    return Survey(tuple(sorted(created)), tuple(sorted(updated)), unmanaged, held, len(everything), frozenset(gone))


@st.composite
def people(draw: st.DrawFn) -> Sequence[Row]:
    found = draw(
        st.dictionaries(
            st.integers(0, 12),
            st.tuples(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True), st.sampled_from("ab")),
        )
    )
    return [(which, tuple(groups), name) for which, (groups, name) in found.items()]


def of(some: Sequence[Row], groups: Mapping[str, Group]) -> Desired:
    return project([customer(which, *names, firstname=name, surname="x") for which, names, name in some], groups=groups)


def imported(desired: Desired) -> dict[str, dict[str, bytes]]:
    return {name: prints for each in NAMES for name, prints in applied_imports(desired, group=each).items()}


@settings(max_examples=600)
@given(
    people(), people(), st.lists(FIELDSETS, min_size=3, max_size=3), st.booleans(), st.frozensets(st.integers(0, 13))
)
def test_the_answer_is_that_of_one_after_the_other(
    now: Sequence[Row],
    before: Sequence[Row],
    fields: list[frozenset[str] | None],
    alike: bool,
    barred: frozenset[int],
) -> None:
    groups = {name: Group(name, fields=some) for name, some in zip(NAMES, fields, strict=True)}
    desired, state = of(now, groups), memory(applied=imported(of(now if alike else before, groups)))
    out = frozenset(map(person, barred))
    for bars in (frozenset[str](), out):
        assert survey(desired, state, bars) == one_by_one(desired, state, bars)
        assert survey(desired, None, bars) == one_by_one(desired, None, bars)


def test_more_people_than_are_compared_at_once() -> None:
    many: list[Row] = [(at, ("members", "vip") if at % 3 else ("members",), "a") for at in range(9000)]
    groups = {name: Group(name) for name in NAMES}
    before = of(many, groups)
    changed = [(at, names, "b" if at in {0, 4095, 4096, 8999} else name) for at, names, name in many if at != 5000]
    desired, state = of([*changed, (9001, ("vip",), "new")], groups), memory(applied=imported(before))
    found = survey(desired, state, frozenset())
    assert found == one_by_one(desired, state, frozenset())
    assert (len(found.created), len(found.updated), found.unmanaged) == (1, 6, 2)
