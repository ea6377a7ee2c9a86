"""What a person is asked for before anything is done."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from click.testing import CliRunner

from sendmode_sync.cli.asking import Reviewer
from sendmode_sync.model.desired import Group
from sendmode_sync.model.settings import QuietHours
from sendmode_sync.render.view import Masker
from sendmode_sync.workflow.applying import Approval
from tests.planning.small_project import campaign, customer, memory, planned, project

FAR = {"members": Group("members"), "far": Group("far", timezone="Australia/Sydney")}


@pytest.mark.parametrize(
    ("typed", "approval"), [("3\n", Approval(agreed=True, credits=Decimal(3))), ("1\n", Approval(agreed=False))]
)
def test_the_figure_is_that_of_everybody_and_not_of_those_who_are_awake(typed: str, approval: Approval) -> None:
    awake, *asleep = customer(1), customer(2, "far", "members"), customer(3, "far", "members")
    night = QuietHours(dt.time(20), dt.time(8))
    made = planned(project([awake, *asleep], campaign(quiet_hours=night), groups=FAR), memory())
    assert (made.credits.estimated, len(made.sends)) == (Decimal(1), 1)
    reviewer = Reviewer(Masker(None, False), "Europe/Dublin", limited=False, auto_approve=False, colour=False)
    with CliRunner().isolation(input=typed):
        assert reviewer.approve(made) == approval
