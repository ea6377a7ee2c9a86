from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

import pytest

from sendmode_sync.errors import RefusedError
from sendmode_sync.model.plan import CampaignStatus
from sendmode_sync.model.preview import Preview
from sendmode_sync.planning import previewing
from tests.planning.small_project import (
    HOUR,
    NOW,
    campaign,
    customer,
    memory,
    outlook,
    person,
    planned,
    project,
    record,
)

PEOPLE = [customer(1, firstname="Seán"), customer(2), customer(3)]
GREETING = "Hi {firstname|there}" + "." * 80


def previewed(of: Any, *rows: Any, people: Any = PEOPLE, **settings: Any) -> Preview:
    desired, state = project(people, of, **settings), memory(*rows)
    return previewing.preview(desired, state, outlook(planned(desired, state)), NOW)


def test_each_text_once_with_what_it_costs() -> None:
    found = previewed(campaign(messagetext=GREETING, senderid="Acme", scheduledate=NOW + HOUR))
    assert (found.status, found.recipients, found.senderid) == (CampaignStatus.WAITING, 3, "Acme")
    plain, dear = sorted(found.texts, key=lambda text: text.segments)
    assert (plain.encoding, plain.units, plain.segments, plain.recipients, plain.credits) == (
        "GSM-7",
        88,
        1,
        2,
        Decimal(2),
    )
    assert (dear.encoding, dear.units, dear.segments, dear.recipients, dear.credits) == ("UCS-2", 87, 2, 1, Decimal(2))
    assert (plain.forcing, dear.forcing) == ((), ("á",))
    assert plain.personal


def test_a_text_without_fields_is_not_personal() -> None:
    assert not previewed(campaign()).texts[0].personal


@pytest.mark.parametrize(
    ("table", "each"),
    [
        ({"default": Decimal(2)}, Decimal(2)),
        ({"default": Decimal(1), "GB": Decimal(3)}, Decimal(3)),
        ({"default": Decimal(1), "IE": Decimal(3)}, Decimal(1)),
    ],
)
def test_the_price_for_one(table: dict[str, Decimal], each: Decimal) -> None:
    assert previewed(campaign(), credits_per_segment=table).texts[0].credits_each == each


def test_no_price_for_one_where_countries_differ() -> None:
    mixed = campaign(recipients=("+353870000001",))
    table = {"default": Decimal(1), "IE": Decimal(3)}
    (text,) = previewed(mixed, credits_per_segment=table).texts
    assert (text.credits_each, text.credits) == (None, Decimal(6))


def test_what_blocks_it_stands_beside_the_texts_of_the_others() -> None:
    found = previewed(campaign(messagetext="Hi {firstname}"))
    assert [text.text for text in found.texts] == ["Hi Seán"]
    assert [problem.code for problem in found.problems] == ["merge-value-missing"]


def test_a_draft_is_previewed_though_never_sent() -> None:
    found = previewed(campaign(draft=True))
    assert (found.status, len(found.texts)) == (CampaignStatus.DRAFT, 1)


def test_a_sent_campaign_shows_the_texts_that_were_fixed() -> None:
    one = campaign(messagetext="Hi {firstname}")
    found = previewed(one, record(one, {1: "accepted", 2: "accepted"}, text="Hi Fixed"))
    assert [(text.text, text.recipients) for text in found.texts] == [("Hi Fixed", 2)]


def test_a_sample_is_what_the_first_recipient_reads() -> None:
    one = campaign(messagetext="Hi {firstname|there}")
    desired = project([customer(2, firstname="Second"), customer(1, firstname="First")], one)
    assert previewing.sample(desired, None, one, NOW).text == "Hi First"
    assert previewing.sample(desired, memory(record(one, {3: "planned"}, text="Hi Fixed")), one, NOW).text == "Hi Fixed"


def test_no_sample_without_a_text() -> None:
    one = dataclasses.replace(campaign(), groups=(), recipients=(person(1),), messagetext="Hi {firstname}")
    with pytest.raises(RefusedError, match="sendmode-sync preview offer"):
        previewing.sample(project([], one), memory(), one, NOW)
