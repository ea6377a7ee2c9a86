"""What holds of every plan, whatever the project and the state are."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sendmode_sync.model import fingerprint
from sendmode_sync.model.desired import Campaign, Desired
from sendmode_sync.model.plan import CampaignStatus
from sendmode_sync.model.state import OptOutRecord, SendStatus, State
from tests.planning.small_project import (
    NOW,
    TAG_KEY,
    as_applied,
    campaign,
    customer,
    memory,
    person,
    planned,
    project,
    record,
)

people = st.integers(0, 9)
groups = st.sampled_from(["members", "staff", "news"])
some_groups = st.lists(groups, max_size=2, unique=True).map(tuple)
some_people = st.lists(people, max_size=3).map(lambda few: tuple(map(person, few)))


@st.composite
def campaigns(draw: st.DrawFn, name: str) -> Campaign:
    return campaign(
        name,
        draw(st.sampled_from(["Hello", "Hi {firstname}", "Hi {firstname|you}", f"Only {name}"])),
        groups=draw(some_groups),
        exclude_groups=draw(some_groups),
        recipients=draw(some_people),
        exclude_recipients=draw(some_people),
        exclude_received=draw(st.sampled_from([(), ("a",), ("b",), ("a", "b")])),
        batch_size=draw(st.integers(1, 4)),
        allow_repeat=draw(st.booleans()),
        draft=draw(st.integers(0, 5)) == 0,
    )


@st.composite
def desireds(draw: st.DrawFn) -> Desired:
    chosen = draw(
        st.dictionaries(
            people, st.tuples(st.lists(groups, min_size=1, unique=True), st.sampled_from(["", "Ann", "Zoe"]))
        )
    )
    customers = [customer(which, *some, firstname=name) for which, (some, name) in chosen.items()]
    return project(customers, draw(campaigns("a")), draw(campaigns("b")), optouts=draw(st.sets(people, max_size=2)))


@st.composite
def states(draw: st.DrawFn, desired: Desired) -> State:
    records = []
    for one in desired.campaigns.values():
        rows = draw(st.dictionaries(people, st.sampled_from([status.value for status in SendStatus])))
        if draw(st.booleans()):
            records.append(
                record(one, rows, text=f"Fixed for {one.name}", cancelled_at=draw(st.sampled_from([None, None, NOW])))
            )
    recorded = draw(st.dictionaries(people.map(person), st.sampled_from([None, NOW]), max_size=2))
    return memory(
        *records,
        optouts={number: OptOutRecord(NOW, at, "command") for number, at in recorded.items()},
        forgotten=frozenset(
            fingerprint.of_forgotten(person(which), TAG_KEY) for which in draw(st.sets(people, max_size=1))
        ),
    )


worlds = desireds().flatmap(lambda desired: st.tuples(st.just(desired), states(desired)))


@settings(max_examples=150)
@given(worlds)
def test_nobody_barred_is_imported_or_sent_to(world: tuple[Desired, State]) -> None:
    desired, state = world
    plan = planned(desired, state)
    barred = set(desired.optouts) | set(state.optouts)
    barred |= {
        person(which) for which in range(10) if fingerprint.of_forgotten(person(which), TAG_KEY) in state.forgotten
    }
    assert not barred & {one.mobilenumber for one in plan.imports}
    assert not barred & {number for send in plan.sends for number in send.recipients}


@settings(max_examples=150)
@given(worlds)
def test_each_number_gets_a_campaign_at_most_once(world: tuple[Desired, State]) -> None:
    desired, state = world
    plan = planned(desired, state)
    sent = [(send.campaign, number) for send in plan.sends for number in send.recipients]
    assert len(sent) == len(set(sent))
    for name, number in sent:
        row = state.campaigns[name].rows[number] if name in state.campaigns else None
        assert row is None or row.status is SendStatus.PLANNED


@settings(max_examples=150)
@given(worlds)
def test_every_recipient_is_counted_once(world: tuple[Desired, State]) -> None:
    for one in planned(*world).campaigns:
        if one.status not in {CampaignStatus.DRAFT, CampaignStatus.CANCELLED}:
            assert one.recipients == one.accepted + one.rejected + one.unknown + one.suppressed + one.left
        assert one.funnel.members == sum(one.funnel[1:])


@settings(max_examples=150)
@given(worlds)
def test_after_an_apply_there_is_nothing_to_do(world: tuple[Desired, State]) -> None:
    """But for what was blocked, which may be so no more: who lacked a value got the campaign that it leaves out."""
    desired, state = world
    first = planned(desired, state)
    second = planned(desired, as_applied(first, state))
    blocked = {one.name for one in first.campaigns if one.status is CampaignStatus.BLOCKED}
    assert not (*second.optouts, *second.imports)
    assert {send.campaign for send in second.sends} <= blocked
    assert {one.name for one in second.campaigns if one.status is CampaignStatus.PARTIAL and one.recipients} <= blocked


@settings(max_examples=100)
@given(worlds, st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_written_does_not_matter(world: tuple[Desired, State], random: Any) -> None:
    desired, state = world

    def shuffled(table: Any) -> Any:
        entries = list(table.items())
        random.shuffle(entries)
        return dict(entries)

    other = dataclasses.replace(desired, customers=shuffled(desired.customers), optouts=shuffled(desired.optouts))
    assert [*planned(other, state).changes()] == [*planned(desired, state).changes()]
