"""What a plan holds while the account is in test mode."""

from __future__ import annotations

import dataclasses
from typing import Any

from sendmode_sync.model.plan import CampaignStatus
from sendmode_sync.planning import approval, planner
from tests.planning.small_project import HOUR, NOW, campaign, codes, customer, outlook, person, planned, project

TEST: dict[str, Any] = {"mode": "test", "test_numbers": (person(999),)}


def test_a_due_campaign_for_others_is_blocked() -> None:
    made = planned(project([customer(1), customer(999)], campaign(), **TEST))
    assert (outlook(made).status, made.sends) == (CampaignStatus.BLOCKED, ())
    (said,) = (each for each in made.notices if each.code == "test-mode" and each.level == "error")
    assert "1 of its recipients are not in account.test_numbers" in said.message


def test_a_campaign_for_the_test_numbers_is_sent() -> None:
    made = planned(project([customer(999)], campaign(), **TEST))
    assert [send.recipients for send in made.sends] == [(person(999),)]
    assert [each.level for each in made.notices if each.code == "test-mode"] == ["notice"]


def test_a_campaign_that_waits_is_judged_when_it_is_due() -> None:
    later = campaign(scheduledate=NOW + HOUR, deadline=NOW + 5 * HOUR)
    assert outlook(planned(project([customer(1)], later, **TEST))).status is CampaignStatus.WAITING


def test_imports_and_optouts_of_others_are_held_and_counted() -> None:
    made = planned(project([customer(1), customer(999)], optouts=[2], **TEST))
    assert [change.mobilenumber for change in made.imports] == [person(999)]
    assert made.optouts == ()
    (said,) = (each for each in made.notices if each.code == "test-mode")
    assert "2 opt-outs and imports of other people are held" in said.message


def test_a_live_account_says_nothing_of_it() -> None:
    made = planned(project([customer(1)], campaign(), optouts=[2], test_numbers=(person(999),)))
    assert "test-mode" not in codes(made)
    assert (len(made.optouts), len(made.sends), len(made.imports)) == (1, 1, 1)


def test_what_was_approved_in_test_mode_is_not_approved_for_everybody() -> None:
    desired = project([customer(999)], campaign(), **TEST)
    live = dataclasses.replace(
        desired,
        settings=dataclasses.replace(
            desired.settings, account=dataclasses.replace(desired.settings.account, mode="live")
        ),
    )
    approved = approval.read(planned(desired).approval)
    assert approved is not None
    assert planner.unapproved(planned(live), live, approved) == (
        "the limits of safety, the prices, or whom and when the account reaches, are others",
    )
