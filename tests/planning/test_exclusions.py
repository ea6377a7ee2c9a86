from __future__ import annotations

from typing import Any

from sendmode_sync.model import fingerprint
from sendmode_sync.model.desired import Campaign
from sendmode_sync.model.plan import Funnel
from sendmode_sync.model.preview import Preview
from sendmode_sync.model.state import CampaignRecord
from sendmode_sync.planning import previewing
from tests.planning.small_project import NOW, campaign, customer, memory, outlook, person, planned, project, record

TAG_KEY = b"a key of the state"


def previewed(one: Campaign, *records: CampaignRecord, optouts: tuple[int, ...] = (), **of_state: Any) -> Preview:
    people = [customer(which, "members") for which in range(1, 5)]
    people += [customer(5, "members", "staff"), customer(6, "members", "vip")]
    desired = project(people, one, campaign("earlier", groups=()), optouts=optouts)
    state = memory(*records, **of_state)
    return previewing.preview(desired, state, outlook(planned(desired, state)), NOW)


def said(preview: Preview) -> list[tuple[str, str, str]]:
    return [(one.mobilenumber[-2:], one.reason, one.said) for one in preview.left_out]


def losses(funnel: Funnel) -> int:
    return funnel.members - funnel.recipients


def test_every_step_of_the_funnel_has_its_people() -> None:
    one = campaign(
        groups=("members", "vip"),
        exclude_groups=("staff",),
        recipients=(person(1), person(9)),
        exclude_recipients=(person(9),),
        exclude_received=("earlier",),
    )
    earlier = record(campaign("earlier"), {2: "accepted", 3: "rejected"})
    preview = previewed(one, earlier, optouts=(4,))
    assert said(preview) == [
        ("05", "excluded", "in an excluded group (staff)"),
        ("09", "excluded", "named in exclude_recipients"),
        ("04", "opted_out", "opted out"),
        ("02", "received", "was, or may have been, sent an earlier campaign (earlier)"),
        ("01", "folded", "named 2 times, counted once (group members, recipients)"),
        ("06", "folded", "named 2 times, counted once (group members, group vip)"),
    ]
    assert preview.funnel == Funnel(members=9, excluded=2, opted_out=1, folded=2, received=1, recipients=3)
    assert losses(preview.funnel) == len(preview.left_out)


def test_who_is_forgotten() -> None:
    forgotten = frozenset({fingerprint.of_forgotten(person(1), TAG_KEY)})
    assert said(previewed(campaign(), forgotten=forgotten)) == [("01", "opted_out", "forgotten")]


def test_of_a_started_campaign_who_was_left_out_since() -> None:
    one = campaign(exclude_recipients=(person(2), person(3)))
    started = record(one, {1: "accepted", 2: "planned", 3: "suppressed", 4: "suppressed", 5: "planned", 6: "planned"})
    preview = previewed(one, started, optouts=(3, 5))
    assert said(preview) == [
        ("02", "excluded", "named in exclude_recipients"),
        ("04", "excluded", "left out since the campaign started"),
        ("03", "opted_out", "opted out"),
        ("05", "opted_out", "opted out"),
    ]
    assert losses(preview.funnel) == len(preview.left_out)


def test_nobody() -> None:
    assert previewed(campaign()).left_out == ()
