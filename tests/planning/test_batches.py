from __future__ import annotations

import dataclasses
import hashlib
import re
from decimal import Decimal
from typing import Any

import pytest

from sendmode_sync.model.fingerprint import canonical
from sendmode_sync.model.plan import SendChange
from sendmode_sync.planning.batches import Customerids
from tests.planning.small_project import NOW, campaign, customer, memory, person, planned, project, record


def sends(**more: Any) -> tuple[SendChange, ...]:
    return planned(project([customer(which) for which in range(1, 8)], campaign(**more)), memory()).sends


@pytest.mark.parametrize(("size", "slices"), [(1, [1] * 7), (3, [3, 3, 1]), (6, [6, 1]), (7, [7]), (100, [7])])
def test_a_text_is_sliced_into_calls(size: int, slices: list[int]) -> None:
    found = sends(batch_size=size)
    assert [len(send.recipients) for send in found] == slices
    assert [number for send in found for number in send.recipients] == [person(which) for which in range(1, 8)]
    assert len({send.customerid for send in found}) == len(slices)
    assert sum(send.credits for send in found) == 7


def test_one_text_a_call_by_text_then_number() -> None:
    people = [customer(1, firstname="Zoe"), customer(2, firstname="Ann"), customer(3, firstname="Zoe")]
    found = planned(project(people, campaign(messagetext="Hi {firstname}")), memory()).sends
    assert [(send.messagetext, send.recipients) for send in found] == [
        ("Hi Ann", (person(2),)),
        ("Hi Zoe", (person(1), person(3))),
    ]


def test_what_a_call_carries() -> None:
    one = campaign(senderid="Acme", customerid="dec-offer", messagetext="Hello " + "x" * 160)
    (send,) = planned(
        project([customer(1), customer(2)], one, credits_per_segment={"default": Decimal("0.5")}), memory()
    ).sends
    assert (send.segments, send.encoding, send.credits, send.senderid) == (2, "GSM-7", Decimal("2.0"), "Acme")
    assert re.fullmatch(r"dec-offer-[0-9a-f]{8}", send.customerid)
    assert send.scheduledate is None


def test_the_account_speaks_where_a_campaign_names_no_sender() -> None:
    (send,) = planned(project([customer(1)], campaign(), senderid="Repliable"), memory()).sends
    assert send.senderid == "Repliable"


@pytest.mark.parametrize(
    ("customerid", "stem"),
    [
        ("dec-offer", "dec-offer"),
        ("décembre, été!", "decembre-ete"),
        ("x" * 80, "x" * 41),
        ("日本", "sms"),
        ("", "offer"),
        ("a b/c", "a-b-c"),
    ],
)
def test_customerids_are_short_ascii(customerid: str, stem: str) -> None:
    (send,) = sends(customerid=customerid)
    assert send.customerid[:-9] == stem
    assert send.customerid.isascii()
    assert len(send.customerid) <= 50


def test_customerids_change_with_what_they_stand_for() -> None:
    one = campaign()
    people = [customer(1), customer(2)]
    rows = {1: "planned", 2: "planned"}
    states = [
        memory(record(one, rows)),
        memory(record(one, rows, operations=2)),
        memory(record(one, {1: "planned", 2: "accepted"})),
        memory(record(one, rows, text="Another")),
    ]
    states.append(dataclasses.replace(states[0], identity=dataclasses.replace(states[0].identity, lineage="other")))
    ids = [planned(project(people, one), state).sends[0].customerid for state in states]
    assert len(set(ids)) == len(states)
    assert ids[0] == planned(project(people, one), states[0], NOW).sends[0].customerid


def test_no_two_calls_of_a_plan_share_a_customerid() -> None:
    many = [customer(which) for which in range(1000)]
    found = planned(project(many, campaign(batch_size=1)), memory()).sends
    assert len({send.customerid for send in found}) == 1000


def test_a_customerid_that_is_taken_is_not_given_again() -> None:
    customerids = Customerids(campaign(), "lineage", 0)
    given = [customerids.unique("t1:0", (person(1),)) for _ in range(3)]
    assert len(set(given)) == 3


def test_a_customerid_is_of_the_canonical_json_of_what_it_stands_for() -> None:
    one = campaign(name='a "quoted" ñame')
    what = ["b1", "lineage", one.name, "t1:0", [person(1), person(2)], 7, 0]
    mark = hashlib.sha256(canonical(what)).hexdigest()[:8]
    assert Customerids(one, "lineage", 7).unique("t1:0", (person(1), person(2))) == f"a-quoted-name-{mark}"
