"""The limits of one run: passed, they leave the opt-outs and name the key."""

from __future__ import annotations

import pytest

from tests.story.storyline import KEY, MEMBERS, Project, Remote, campaign, lines, number, numbers, once, people


def limited(project: Project, remote: Remote, key: str) -> None:
    """Hold that a limit is shown by ``plan``, and that ``apply`` makes the opt-outs only and names it."""
    planned = project.run("plan", key=None)
    assert planned.code == 1
    assert key in planned.out
    before = [each for each in remote.kinds if each != "optout"]
    ran = project.apply("--format", "json")
    assert ran.code == 1
    assert ran.json["reasons"] == ["limit"]
    assert key in ran.err
    assert [each for each in remote.kinds if each != "optout"] == before
    assert number(99) in remote.opted_out


OPTED_OUT = f'optouts: [{{mobilenumber: "{number(99)}"}}]\n'


def test_max_credits_written(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2, 3), OPTED_OUT, campaign()), safety={"max_credits": 2})
    project.begin()
    limited(project, remote, "max_credits")
    assert project.apply("--allow", "max_credits=3").code == 0
    assert once(remote.received, numbers(1, 2, 3))
    assert sorted(remote.contacts) == numbers(1, 2, 3)


def test_max_credits_not_written_is_500_for_auto_approve(remote: Remote, project: Project) -> None:
    project.write(
        lines(MEMBERS, people(1), OPTED_OUT, campaign()),
        account={"credits_per_segment": {"default": 1, "GB": 500.5}},
        safety={},
    )
    project.edit('"max_credits": 500, ', "")
    project.begin()
    limited(project, remote, "max_credits")
    project.edit("500.5", "500")
    assert project.apply().code == 0
    assert once(remote.received, numbers(1))


def test_max_updates(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 11), town="Naas")))
    project.begin()
    assert project.apply().code == 0
    project.write(lines(MEMBERS, people(*range(1, 11), town="Kells"), OPTED_OUT, campaign()))
    limited(project, remote, "max_updates")
    assert remote.messages == []
    assert project.applied("--allow", "max_updates=100%")["exit_code"] == 0
    assert {found["town"] for found in remote.contacts.values()} == {"Kells"}


def test_max_updates_as_a_number_counts_from_the_first(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2, town="Naas")), safety={"max_updates": 1})
    project.begin()
    assert project.apply().code == 0
    project.write(lines(MEMBERS, people(1, 2, town="Kells"), OPTED_OUT), safety={"max_updates": 1})
    limited(project, remote, "max_updates")


def test_a_share_of_fewer_than_ten_stops_nobody(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 6), town="Naas")))
    project.begin()
    assert project.apply().code == 0
    project.write(lines(MEMBERS, people(*range(1, 6), town="Kells")))
    assert project.apply().code == 0


def test_max_shrink(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 11))))
    project.begin()
    assert project.apply().code == 0
    project.write(lines(MEMBERS, people(*range(1, 7), 20), OPTED_OUT))
    limited(project, remote, "max_shrink")
    assert number(20) not in remote.contacts
    assert project.apply("--allow", "max_shrink=40%").code == 0
    assert number(20) in remote.contacts


def test_an_allowance_holds_for_one_run(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2), campaign("one", "first")), safety={"max_credits": 1})
    project.begin()
    assert project.apply("--allow", "max_credits=2").code == 0
    project.write(lines(MEMBERS, people(1, 2), campaign("two", "second")), safety={"max_credits": 1})
    assert project.apply().code == 1


def test_an_allowance_silences_no_other_limit_and_is_on_the_record(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 11), town="Naas")), safety={"max_credits": 1})
    project.begin()
    assert project.apply().code == 0
    project.write(lines(MEMBERS, people(*range(1, 11), town="Kells"), campaign()), safety={"max_credits": 1})
    credit, updates = ("--allow", "max_credits=10"), ("--allow", "max_updates=100%")
    for one, other in ((credit, "max_updates"), (updates, "max_credits")):
        ran = project.apply(*one)
        assert ran.code == 1
        assert f"safety.{other}" in ran.said
    assert remote.messages == []
    assert project.apply(*credit, *updates).code == 0
    runs = project.run("history", "--format", "json", key=None).json["runs"]
    assert [run["allowed"] for run in runs] == [
        {"max_credits": "10", "max_updates": "100%"},
        {"max_updates": "100%"},
        {"max_credits": "10"},
        {},
    ]
    assert all(run["user"] and run["started_at"] for run in runs)


def test_on_engage_max_credits_must_be_written_and_takes_the_place_of_the_balance(
    remote: Remote, project: Project
) -> None:
    account = {"api": "engage", "base_url": remote.url.replace("/v2", "/3.0"), "senderid": "Repliable"}
    project.write(lines(MEMBERS, people(1, 2), campaign("hello", "same")), account=account)
    project.edit('"max_credits": 500, ', "")
    project.begin()
    assert project.apply().code == 1
    assert remote.calls() == 0
    checked = project.run("validate", key=None)
    assert (checked.code, "write safety.max_credits" in checked.out) == (1, True)
    project.write(lines(MEMBERS, people(1, 2), campaign("hello", "same")), account=account)
    ran = project.apply()
    assert ran.code == 0, ran.said
    assert once(remote.received, numbers(1, 2), "same")
    assert remote.calls("credits") == 0


@pytest.mark.parametrize("key", [KEY, "ANOTHERANOTHER123456"])
def test_the_key_of_another_account_is_refused(remote: Remote, project: Project, key: str) -> None:
    project.write(lines(MEMBERS, people(1)))
    project.begin()
    assert project.apply().code == 0
    remote.account.api_key = "ANOTHERANOTHER123456"
    project.write(lines(MEMBERS, people(1, 2)))
    before = remote.calls()
    assert project.apply(key=key).code == 1
    assert remote.calls() - before == (1 if key == KEY else 0)
    if key != KEY:
        planned = project.run("plan", key=key)
        assert remote.calls() == before, "another account's key is not used by plan either"
        assert "account" in planned.said
        assert project.run("credits", key=key).code == 1
        assert remote.calls() == before
