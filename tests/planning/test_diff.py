from __future__ import annotations

import dataclasses

import pytest

from sendmode_sync.model.desired import FIELDS, Group
from sendmode_sync.model.plan import ImportChange
from sendmode_sync.model.state import OptOutRecord
from sendmode_sync.planning import planner
from sendmode_sync.planning.diff import Survey, projected
from tests.planning.small_project import NOW, applied_imports, codes, customer, memory, person, planned, project, values

AOIFE = customer(1, firstname="Aoife", email="a@example.com")


def test_what_the_state_does_not_know_is_created() -> None:
    plan = planned(project([AOIFE]), memory())
    assert plan.imports == (ImportChange("create", "members", person(1), None, AOIFE.values),)


def test_without_a_state_everything_is_created() -> None:
    plan = planned(project([AOIFE, customer(2)]), None)
    assert [one.change for one in plan.imports] == ["create", "create"]
    assert codes(plan) == ["no-state"]


def test_what_differs_is_updated_and_carries_what_was_removed() -> None:
    old = project([AOIFE])
    new = project([customer(1, firstname="Aoibh")])
    state = memory(applied=applied_imports(old))
    assert planner.survey(new, state).updated == (("members", person(1)),)
    plan = planned(new, state, before={("members", person(1)): AOIFE.values})
    assert plan.imports == (ImportChange("update", "members", person(1), AOIFE.values, values(firstname="Aoibh")),)


def test_what_is_the_same_is_nothing() -> None:
    desired = project([AOIFE, customer(2)])
    assert planner.survey(desired, memory(applied=applied_imports(desired))) == Survey(applied=2)


def test_imports_stand_by_group_then_number() -> None:
    people = [customer(3, "zoo", "members"), customer(1, "zoo"), customer(2, "members")]
    old = project([customer(2, firstname="Old")])
    plan = planned(project(people), memory(applied=applied_imports(old)), before={})
    assert [(one.group, one.mobilenumber, one.change) for one in plan.imports] == [
        ("members", person(3), "create"),
        ("zoo", person(1), "create"),
        ("zoo", person(3), "create"),
    ]


def test_creates_and_updates_are_sorted_together() -> None:
    old = project([customer(2, firstname="Old")])
    new = project([customer(1), customer(2), customer(3)])
    before = {("members", person(2)): values(firstname="Old")}
    plan = planned(new, memory(applied=applied_imports(old)), before=before)
    assert [one.change for one in plan.imports] == ["create", "update", "create"]


def test_no_longer_written_is_unmanaged_and_no_change() -> None:
    desired = project([AOIFE])
    state = memory(
        applied={"members": applied_imports(desired)["members"] | {person(9): b"x"}, "gone": {person(1): b"y"}}
    )
    plan = planned(desired, state)
    assert (plan.unmanaged, plan.imports, codes(plan)) == (2, (), ["import-unmanaged"])


@pytest.mark.parametrize("where", ["project", "state"])
def test_opted_out_people_are_neither_imported_nor_unmanaged(where: str) -> None:
    written = project([AOIFE, customer(2)], optouts=[1] if where == "project" else [])
    state = memory(applied=applied_imports(project([AOIFE])))
    if where == "state":
        state = dataclasses.replace(state, optouts={person(1): OptOutRecord(NOW, NOW, "command")})
    plan = planned(written, state)
    assert [one.mobilenumber for one in plan.imports] == [person(2)]
    assert plan.unmanaged == 0
    assert "import-barred" in codes(plan)


NARROW = {"members": Group("members", fields=frozenset({"firstname"}))}


def test_only_the_fields_of_a_group_leave() -> None:
    plan = planned(project([AOIFE], groups=NARROW), memory())
    assert plan.imports[0].after == values(firstname="Aoife")


def test_a_field_that_does_not_leave_changes_nothing() -> None:
    desired = project([AOIFE], groups=NARROW)
    state = memory(applied=applied_imports(desired))
    moved = project([customer(1, firstname="Aoife", email="b@example.com")], groups=NARROW)
    assert not planned(moved, state).imports


def test_a_group_that_was_narrowed_takes_nothing_back() -> None:
    state = memory(applied=applied_imports(project([AOIFE])))
    plan = planned(project([AOIFE], groups=NARROW), state, before={("members", person(1)): AOIFE.values})
    assert not plan.imports


def test_a_group_for_audiences_imports_nothing() -> None:
    groups = {"members": Group("members", fields=None)}
    desired = project([AOIFE], groups=groups)
    assert planner.survey(desired, memory()) == Survey()
    assert planner.survey(desired, memory(applied=applied_imports(project([AOIFE])))).unmanaged == 1


def test_a_group_may_take_the_number_alone() -> None:
    plan = planned(project([AOIFE], groups={"members": Group("members", fields=frozenset())}), memory())
    assert plan.imports == (ImportChange("create", "members", person(1), None, values()),)


def test_projection_keeps_order_and_length() -> None:
    everything = tuple(FIELDS)
    assert projected(Group("g"), everything) is everything
    assert projected(Group("g", fields=frozenset({"surname", "dateofbirth"})), everything) == (
        "", "surname", "", "", "", "", "", "", "", "dateofbirth",
    )  # fmt: skip


def test_one_person_in_two_groups_is_judged_in_each() -> None:
    groups = {"members": Group("members"), "news": Group("news", fields=frozenset({"firstname"}))}
    both = customer(1, "members", "news", firstname="Aoife", email="a@example.com")
    desired = project([both], groups=groups)
    state = memory(applied=applied_imports(desired) | applied_imports(desired, group="news"))
    assert planner.survey(desired, state) == Survey(applied=2)
    moved = project([customer(1, "members", "news", firstname="Aoife")], groups=groups)
    assert planner.survey(moved, state).updated == (("members", person(1)),)
