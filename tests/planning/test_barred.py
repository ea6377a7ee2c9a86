from __future__ import annotations

import dataclasses

from sendmode_sync.model import fingerprint
from sendmode_sync.model.desired import OptOut
from sendmode_sync.model.plan import OptOutChange
from sendmode_sync.model.state import OptOutRecord
from sendmode_sync.planning.barred import examples
from tests.planning.small_project import (
    NOW,
    TAG_KEY,
    campaign,
    codes,
    customer,
    memory,
    person,
    planned,
    project,
    record,
)

OPEN = OptOutRecord(NOW, None, "command", "STOP", "bye")
DONE = OptOutRecord(NOW, NOW, "apply")


def test_new_open_and_recorded_opt_outs_are_made_by_number() -> None:
    desired = project(optouts=[5, 1, 2])
    state = memory(optouts={person(1): DONE, person(2): OPEN, person(3): OPEN, person(4): DONE})
    assert planned(desired, state).optouts == (
        OptOutChange(person(2), "STOP"),
        OptOutChange(person(3), "STOP", "bye"),
        OptOutChange(person(5), "STOP"),
    )


def test_what_is_written_wins_over_what_was_recorded() -> None:
    desired = dataclasses.replace(project(), optouts={person(2): OptOut(person(2), "new", "")})
    assert planned(desired, memory(optouts={person(2): OPEN})).optouts == (OptOutChange(person(2), "new", ""),)


def test_an_opt_out_taken_out_of_the_project_is_sticky_and_said_once() -> None:
    state = memory(optouts={person(which): DONE for which in range(1, 6)})
    plan = planned(project([customer(1)], campaign(), optouts=[1]), state)
    assert not plan.api_calls
    (notice,) = (one for one in plan.notices if one.code == "optout-sticky")
    assert notice.message.startswith("4 opted out and no longer written (+44 ** **** **02, ")
    assert "optouts remove NUMBER --consent" in notice.message


def forget(*which: int) -> frozenset[str]:
    return frozenset(fingerprint.of_forgotten(person(one), TAG_KEY) for one in which)


def test_forgotten_people_are_neither_imported_sent_to_nor_opted_out() -> None:
    one = campaign(recipients=(person(9),))
    desired = project([customer(1), customer(2)], one, optouts=[3])
    plan = planned(desired, memory(forgotten=forget(1, 3, 9)))
    assert [change.mobilenumber for change in plan.imports] == [person(2)]
    assert [send.recipients for send in plan.sends] == [(person(2),)]
    assert not plan.optouts
    assert "forgotten-written" in codes(plan)


def test_a_forgotten_person_leaves_a_fixed_audience() -> None:
    one = campaign()
    plan = planned(project([], one), memory(record(one, {1: "planned", 2: "planned"}), forgotten=forget(1)))
    assert plan.campaigns[0].suppress == (person(1),)
    assert plan.sends[0].recipients == (person(2),)


def test_a_hash_of_somebody_else_bars_nobody() -> None:
    plan = planned(project([customer(1)]), memory(forgotten=forget(7)))
    assert len(plan.imports) == 1
    assert not plan.notices


def test_examples_are_three_and_masked() -> None:
    assert examples([person(1)]) == "+44 ** **** **01"
    assert examples([person(which) for which in range(3)]).endswith("**02")
    assert examples([person(which) for which in range(4)]).endswith("**02, ...")
