from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendmode_sync.model.plan import Funnel
from sendmode_sync.planning.audience import Audience, audience, members
from tests.planning.small_project import campaign, customer, person, project

NOBODY: frozenset[str] = frozenset()


def test_members_are_indexed_for_the_groups_that_campaigns_name() -> None:
    people = [customer(2, "a", "b"), customer(1, "a"), customer(3, "c")]
    desired = project(people, campaign(groups=("a",), exclude_groups=("b",)))
    assert members(desired) == {"a": [person(2), person(1)], "b": [person(2)]}
    assert members(project(people)) == {}


GROUPS = {"a": [person(1), person(2), person(3)], "b": [person(3), person(4)]}


@pytest.mark.parametrize(
    ("more", "barred", "received", "recipients", "funnel"),
    [
        ({"groups": ("a",)}, [], [], [1, 2, 3], Funnel(3, recipients=3)),
        ({"groups": ("a", "b")}, [], [], [1, 2, 3, 4], Funnel(5, folded=1, recipients=4)),
        (
            {"groups": ("a",), "recipients": (person(1), person(9))},
            [],
            [],
            [1, 2, 3, 9],
            Funnel(5, folded=1, recipients=4),
        ),
        ({"groups": ("a",), "exclude_groups": ("b",)}, [], [], [1, 2], Funnel(3, excluded=1, recipients=2)),
        (
            {"groups": ("a",), "exclude_recipients": (person(1), person(8))},
            [],
            [],
            [2, 3],
            Funnel(3, excluded=1, recipients=2),
        ),
        ({"groups": ("a",)}, [1], [], [2, 3], Funnel(3, opted_out=1, recipients=2)),
        ({"groups": ("a",)}, [], [2, 9], [1, 3], Funnel(3, received=1, recipients=2)),
        ({"groups": ("a",), "exclude_recipients": (person(1),)}, [1], [1], [2, 3], Funnel(3, excluded=1, recipients=2)),
        ({"groups": ("a",)}, [1], [1], [2, 3], Funnel(3, opted_out=1, recipients=2)),
        ({"groups": ()}, [], [], [], Funnel()),
    ],
)
def test_the_funnel(
    more: dict[str, Any], barred: list[int], received: list[int], recipients: list[int], funnel: Funnel
) -> None:
    one = campaign(**more)
    found = audience(one, GROUPS, {person(which) for which in barred}, {person(which) for which in received})
    assert found == Audience(tuple(person(which) for which in recipients), funnel)


some = st.lists(st.integers(0, 12))


@given(st.lists(some, max_size=3), some, st.lists(some, max_size=2), some, some, some)
def test_every_person_is_in_exactly_one_bucket(
    groups: list[list[int]],
    direct: list[int],
    out_groups: list[list[int]],
    out: list[int],
    barred: list[int],
    received: list[int],
) -> None:
    known = {f"in{at}": sorted({person(one) for one in group}) for at, group in enumerate(groups)}
    known |= {f"out{at}": sorted({person(one) for one in group}) for at, group in enumerate(out_groups)}
    one = campaign(
        groups=tuple(name for name in known if name.startswith("in")),
        exclude_groups=tuple(name for name in known if name.startswith("out")),
        recipients=tuple(map(person, direct)),
        exclude_recipients=tuple(map(person, out)),
    )
    found = audience(one, known, {person(one) for one in barred}, {person(one) for one in received})
    people = {person(one) for group in (*groups, direct) for one in group}
    funnel = found.funnel
    assert funnel.excluded + funnel.opted_out + funnel.received + funnel.recipients == len(people)
    assert funnel.members == sum(funnel[1:])
    assert list(found.recipients) == sorted(set(found.recipients))
    assert not {person(one) for one in (*barred, *out, *received)} & set(found.recipients)
