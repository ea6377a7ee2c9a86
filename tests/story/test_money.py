"""Money as it goes in life: it runs out midway, somebody tops up, and every limit has to be let through by itself."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest

from tests.story.storyline import MEMBERS, Project, Remote, campaign, lines, more, numbers, once, people

ALLOWED = {"max_credits": "6", "max_updates": "100%", "max_shrink": "50%"}


def test_credits_that_run_out_midway_leave_nobody_with_two_and_nobody_forgotten(
    remote: Remote, project: Project
) -> None:
    project.write(lines(MEMBERS, people(1, 2, 3, 4), campaign()))
    project.begin()
    remote.account.prices = {"": Decimal(2)}  # twice of what the project says
    remote.account.balance = Decimal(5)
    report = project.applied()
    assert report["exit_code"] == 4
    assert report["counts"]["sends"] == {"accepted": 2, "rejected": 0, "unknown": 2, "left": 0}
    assert report["counts"]["imports"]["done"] == 4
    assert len(remote.messages) == 2
    told = project.run("status", key=None).out
    assert "code-" in told
    assert "5 credits before" in told

    remote.account.balance = Decimal(100)
    assert project.apply().code == 4
    assert len(remote.messages) == 2, "a top-up opens nothing again by itself"
    settled = project.run("resolve", "hello", "--not-sent", "--evidence", "the portal shows two", key=None)
    assert settled.code == 0, settled.said
    assert project.apply().code == 0
    assert once(remote.received, numbers(1, 2, 3, 4))


def test_a_top_up_lets_the_next_run_start_what_was_not_covered(remote: Remote, project: Project) -> None:
    first, second = ({"scheduledate": f"2026-01-{day:02}T10:00", "deadline": "3650d"} for day in (1, 2))
    both = (campaign("first", "one", **first), more("second", "two", **second))
    project.write(lines(MEMBERS, people(1, 2, 3), *both))
    project.begin()
    remote.account.balance = Decimal(5)
    report = project.applied()
    assert (report["exit_code"], report["reasons"]) == (3, ["credits"])
    assert len(remote.messages) == 1
    assert project.applied()["exit_code"] == 3
    remote.account.balance += 1
    assert project.applied()["exit_code"] == 0
    assert sorted(len(each.recipients) for each in remote.messages) == [3, 3]
    assert all(times == 1 for times in remote.received.values())


@pytest.mark.parametrize("allowed", list(combinations(ALLOWED, 2)), ids="+".join)
def test_two_limits_let_through_leave_the_third(remote: Remote, project: Project, allowed: tuple[str, str]) -> None:
    project.write(lines(MEMBERS, people(*range(1, 11), town="Naas")), safety={"max_credits": 1})
    project.begin()
    assert project.apply().code == 0
    project.write(lines(MEMBERS, people(*range(1, 7), town="Kells"), campaign()), safety={"max_credits": 1})
    (third,) = ALLOWED.keys() - set(allowed)
    options = [option for key in allowed for option in ("--allow", f"{key}={ALLOWED[key]}")]
    ran = project.apply(*options)
    assert ran.code == 1
    assert f"safety.{third}" in ran.said
    assert not [key for key in allowed if f"safety.{key} allows" in ran.err.partition("needs a person")[2]]
    assert remote.messages == []
    assert remote.calls("import") == 10
    assert project.apply(*options, "--allow", f"{third}={ALLOWED[third]}").code == 0
    assert len(remote.received) == 6
    recorded = project.run("history", "--format", "json", key=None).json["runs"]
    assert [run["allowed"] for run in recorded[:2]] == [ALLOWED, {key: ALLOWED[key] for key in allowed}]
