"""What becomes of campaigns: statuses, audiences that are fixed, edits, repeats, times, blocks."""

from __future__ import annotations

import datetime as dt
import signal
import zoneinfo

import pytest

from sendmode_sync.emulator.faults import Fault
from tests.story.storyline import MEMBERS, Project, Remote, campaign, lines, more, number, numbers, once, people, until

DUBLIN = zoneinfo.ZoneInfo("Europe/Dublin")


def wall(**ahead: int) -> str:
    """Return a wall time in the account's zone, so far from now, on the minute."""
    return f"{dt.datetime.now(DUBLIN) + dt.timedelta(**ahead):%Y-%m-%dT%H:%M}"


def quiet_now() -> str:
    """Return quiet hours that began an hour ago and end in three."""
    now = dt.datetime.now(DUBLIN)
    return f"{now - dt.timedelta(hours=1):%H:%M}-{now + dt.timedelta(hours=3):%H:%M}"


def start_partly(project: Project, remote: Remote, *who: int, text: str = "Hi {firstname}", **settings: object) -> None:
    """Send a campaign to the first of its people and have the server go away before the second."""
    project.write(lines(MEMBERS, people(*who), campaign("hello", text, **settings)))
    project.begin()
    remote.faults(Fault("send", "http-429", nth=2, times=None, headers={"Retry-After": "60"}))
    running = project.start("apply", "--auto-approve", "--only", "sends")
    until(lambda: remote.calls("send") > 1)
    running.signal(signal.SIGINT)
    assert running.ended().code == 3
    remote.faults()
    assert len(remote.messages) == 1
    assert project.status("hello")["status"] == "partial"


def statuses(project: Project) -> dict[str, str]:
    return {each["name"]: each["status"] for each in project.status()["campaigns"]}


def test_each_is_in_the_first_status_that_applies(remote: Remote, project: Project) -> None:
    project.write(
        lines(
            MEMBERS,
            people(1, 2),
            campaign("a-draft", "draft text", draft=True),
            more("asks", "Hi {surname}"),
            more("late", "late text", scheduledate="2026-01-01T10:00", deadline="1h"),
            more("later", "later text", scheduledate=wall(days=2)),
            more("quiet", "quiet text", quiet_hours=quiet_now()),
            more("now", "now text"),
            more("called-off", "cancelled text"),
        )
    )
    project.begin()
    assert project.run("cancel", "called-off", key=None).code == 0
    before = {
        "a-draft": "draft",
        "asks": "blocked",
        "late": "expired",
        "later": "waiting",
        "quiet": "waiting",
        "now": "due",
        "called-off": "cancelled",
    }
    assert statuses(project) == before
    assert {name: count for name, count in project.plan()["summary"]["campaigns"].items() if count} == {
        "draft": 1,
        "blocked": 1,
        "expired": 1,
        "waiting": 2,
        "due": 1,
        "cancelled": 1,
    }
    report = project.applied()
    assert report["exit_code"] == 1
    assert report["reasons"] == ["blocked"]
    assert {each.text for each in remote.messages} == {"now text"}
    assert statuses(project) == {**before, "now": "sent"}
    assert sorted(remote.contacts) == numbers(1, 2)


def test_each_number_gets_a_campaign_at_most_once_ever(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2), campaign()))
    project.begin()
    for _ in range(3):
        assert project.apply().code == 0
    assert once(remote.received, numbers(1, 2))


def test_who_joins_after_the_first_call_does_not_get_it(remote: Remote, project: Project) -> None:
    start_partly(project, remote, 1, 2, 3)
    project.write(lines(MEMBERS, people(1, 2, 3, 4), campaign("hello", "Hi {firstname}")))
    assert any(each["code"] == "joined-later" for each in project.plan()["notices"])
    assert project.apply().code == 0
    assert once(remote.received, numbers(1, 2, 3))
    assert number(4) in remote.contacts


def test_who_joins_after_it_was_sent_does_not_get_it(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign()))
    project.begin()
    assert project.apply().code == 0
    project.write(lines(MEMBERS, people(1, 2), campaign()))
    assert project.apply().code == 0
    assert once(remote.received, numbers(1))


def test_texts_are_fixed_at_the_first_call_too(remote: Remote, project: Project) -> None:
    start_partly(project, remote, 1, 2)
    project.file("sendmode.yaml", project.read().replace('"P2"', '"Renamed"'))
    assert project.apply().code == 0
    assert sorted(text for _, text in remote.received) == ["Hi P1", "Hi P2"]
    assert remote.contacts[number(2)]["firstname"] == "Renamed"


@pytest.mark.parametrize("how", ["opted out", "excluded"])
def test_the_audience_may_still_shrink(remote: Remote, project: Project, how: str) -> None:
    start_partly(project, remote, 1, 2, 3)
    if how == "opted out":
        assert project.run("optouts", "add", number(3), key=None).code == 0
    else:
        project.write(
            lines(MEMBERS, people(1, 2, 3), campaign("hello", "Hi {firstname}", exclude_recipients=[number(3)]))
        )
    assert project.apply().code == 0
    assert once(remote.received, numbers(1, 2))
    assert project.status("hello")["status"] == "sent"


def test_an_edit_of_a_sent_campaign_is_a_warning_and_does_nothing(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign("hello", "original")))
    project.begin()
    assert project.apply().code == 0
    project.edit("original", "edited")
    plan = project.plan()
    assert [each["level"] for each in plan["notices"] if each["code"] == "sent-edited"] == ["warning"]
    assert project.run("plan", "--detailed-exitcode").code == 0
    assert project.apply().code == 0
    assert dict(remote.received) == {(number(1), "original"): 1}


def test_an_edit_of_a_partly_sent_one_blocks_it_and_names_the_remedies(remote: Remote, project: Project) -> None:
    start_partly(project, remote, 1, 2, 3)
    project.edit("Hi {firstname}", "Bye {firstname}")
    ran = project.run("plan", key=None)
    assert ran.code == 1
    for remedy in ("undo", "sendmode-sync cancel hello", "exclude_received"):
        assert remedy in " ".join(ran.out.split())
    report = project.applied()
    assert report["exit_code"] == 1
    assert report["counts"]["imports"]["done"] == 3
    assert len(remote.messages) == 1
    project.edit("Bye {firstname}", "Hi {firstname}")
    assert project.apply().code == 0
    assert once(remote.received, numbers(1, 2, 3))


def test_cancel_and_a_new_name_with_exclude_received_reaches_the_rest(remote: Remote, project: Project) -> None:
    start_partly(project, remote, 1, 2, 3)
    assert project.run("cancel", "hello", key=None).code == 0
    assert project.status("hello")["status"] == "cancelled"
    project.write(
        lines(
            MEMBERS,
            people(1, 2, 3),
            campaign("hello", "Hi {firstname}"),
            more("hello-2", "Bye {firstname}", exclude_received=["hello"]),
        )
    )
    assert project.apply().code == 0
    assert once(remote.received, numbers(1, 2, 3))
    assert len([text for _, text in remote.received if text.startswith("Bye")]) == 2


def test_exclude_received_leaves_out_who_may_have_been_sent_it(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2), campaign("one", "same")))
    project.begin()
    remote.faults(Fault("send", "http-500", nth=1))
    assert project.apply().code == 4
    project.write(
        lines(MEMBERS, people(1, 2, 3), campaign("one", "same"), more("two", "other", exclude_received=["one"]))
    )
    assert project.apply().code == 4
    assert once(remote.received, numbers(3), "other")


def test_the_same_text_under_another_name_is_blocked(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2), campaign("one", "Hi {firstname}")))
    project.begin()
    assert project.apply().code == 0
    project.write(lines(MEMBERS, people(1, 2), campaign("renamed", "Hi {firstname}")))
    ran = project.apply()
    assert ran.code == 1
    assert len(remote.messages) == 2
    project.write(lines(MEMBERS, people(1, 2), campaign("renamed", "Hi {firstname}", allow_repeat=True)))
    assert project.apply().code == 0
    assert set(remote.received.values()) == {2}


def test_two_campaigns_of_one_plan_with_the_same_text(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign("one", "same"), more("two", "same")))
    project.begin()
    assert project.apply().code == 1
    assert once(remote.received, numbers(1), "same")


def test_a_missing_merge_value_blocks_one_campaign_and_nothing_else(remote: Remote, project: Project) -> None:
    project.write(
        lines(
            MEMBERS,
            people(1, 2, surname="Byrne"),
            people(3).removeprefix("customers:\n"),
            campaign("asks", "Dear {surname}"),
            more("plain", "hello"),
            more("default", "Dear {surname|friend} {{now}}"),
        )
    )
    project.begin()
    checked = project.run("validate", key=None)
    assert checked.code == 1, "validate exits 1 for a problem of one campaign"
    assert checked.said.startswith("sendmode.yaml:")
    planned = project.run("plan", "--format", "json", key=None)
    assert planned.code == 1
    assert any("1 " in each["message"] and "surname" in each["message"] for each in planned.json["notices"])
    assert number(3) not in planned.said
    report = project.applied()
    assert report["exit_code"] == 1
    assert report["reasons"] == ["blocked"]
    assert {text for _, text in remote.received} == {"hello", "Dear Byrne {now}", "Dear friend {now}"}
    assert sorted(remote.contacts) == numbers(1, 2, 3)


def test_max_recipients_blocks_one_campaign(remote: Remote, project: Project) -> None:
    project.write(
        lines(MEMBERS, people(1, 2, 3), campaign("many", "all"), more("few", "one", exclude_recipients=numbers(1, 2))),
        safety={"max_recipients": 2},
    )
    project.begin()
    ran = project.apply()
    assert ran.code == 1
    assert "max_recipients" in ran.said
    assert dict(remote.received) == {(number(3), "one"): 1}


def test_a_draft_is_previewed_and_never_sent(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign("hello", "Hi", draft=True)))
    project.begin()
    assert project.run("preview", "hello", key=None).code == 0
    assert project.apply("--only", "sends").code == 0
    assert remote.messages == []


def test_nothing_is_sent_inside_quiet_hours_but_service_is(remote: Remote, project: Project) -> None:
    project.write(
        lines(MEMBERS, people(1), campaign("offer", "buy"), more("notice", "closed", purpose="service")),
        account={"quiet_hours": quiet_now()},
    )
    project.begin()
    assert project.apply().code == 0
    assert dict(remote.received) == {(number(1), "closed"): 1}
    waiting = project.status("offer")
    assert waiting["status"] == "waiting"
    assert waiting["next"] is not None
    assert project.status()["next_run_needed"] == waiting["next"]


def test_past_its_deadline_nothing_is_sent_and_exit_is_0_at_first_sight(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign("late", "x", scheduledate=wall(hours=-13))))
    project.begin()
    assert project.apply().code == 0
    assert remote.messages == []
    assert project.status("late")["status"] == "expired"


def test_one_once_seen_waiting_that_expires_is_4_and_said_once(remote: Remote, project: Project) -> None:
    later = wall(days=1)
    project.write(lines(MEMBERS, people(1), campaign("offer", "x", scheduledate=later)))
    project.begin()
    assert project.apply().code == 0
    project.write(lines(MEMBERS, people(1), campaign("offer", "x", scheduledate=wall(hours=-2), deadline="1h")))
    report = project.applied()
    assert report["exit_code"] == 4
    assert report["reasons"] == ["expired"]
    assert project.apply().code == 0
    assert remote.messages == []


def test_one_partly_sent_that_expires_is_4_and_said_once(remote: Remote, project: Project) -> None:
    start_partly(project, remote, 1, 2, scheduledate=wall(minutes=-10), deadline="2h")
    project.edit('"2h"', '"5m"')
    assert project.applied()["reasons"] == ["expired"]
    assert project.apply().code == 0
    assert len(remote.messages) == 1
    assert project.status("hello")["status"] == "expired"


def test_schedule_with_sendmode_is_handed_over_on_a_quarter(remote: Remote, project: Project) -> None:
    at = dt.datetime.now(DUBLIN).replace(hour=12, minute=7) + dt.timedelta(days=3)
    project.write(
        lines(MEMBERS, people(1), campaign("later", "x", scheduledate=f"{at:%Y-%m-%dT%H:%M}", schedule_with="sendmode"))
    )
    project.begin()
    remote.account.deduct_scheduled = False  # nobody knows when it is charged, so nothing is concluded from that
    plan = project.plan()
    (send,) = [each for each in plan["changes"] if each["action"] == "send"]
    assert send["scheduledate"]
    assert any(each["code"] == "handed-over" for each in plan["notices"])
    report = project.applied()
    assert report["exit_code"] == 0, report
    (message,) = remote.messages
    assert message.scheduledate is not None
    assert f"{message.scheduledate:%Y-%m-%dT%H:%M:%S}" == f"{at:%Y-%m-%dT12:15:00}"
    assert project.status("later")["status"] == "sent"


def test_without_a_handover_nothing_carries_a_scheduledate(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign("now", "x", scheduledate=wall(minutes=-5))))
    project.begin()
    assert project.apply().code == 0
    assert [each.scheduledate for each in remote.messages] == [None]


def test_cancel_while_an_apply_runs(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 7)), campaign("hello", "Hi {firstname}")))
    project.begin()
    with remote.held("send"):
        running = project.start("apply", "--auto-approve")
        until(lambda: remote.calls("send") >= 1)
        assert project.run("cancel", "hello", key=None).code == 0
    ended = running.ended()
    assert len(remote.messages) == 1
    assert ended.code == 0, ended.said
    assert project.status("hello")["status"] == "cancelled"
    sent = remote.received
    assert project.apply().code == 0
    assert remote.received == sent


def test_only_the_campaigns_that_are_named_are_sent(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign("one", "first"), more("two", "second")))
    project.begin()
    assert project.apply("--campaign", "two", "--only", "sends").code == 0
    assert [each.text for each in remote.messages] == ["second"]
    assert remote.contacts == {}


def test_only_imports_or_only_optouts(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), f'optouts: [{{mobilenumber: "{number(9)}"}}]\n', campaign()))
    project.begin()
    assert project.apply("--only", "optouts").code == 0
    assert remote.kinds == ["optout"]
    assert project.apply("--only", "imports").code == 0
    assert remote.kinds == ["optout", "import"]
    assert project.apply().code == 0
    assert remote.kinds == ["optout", "import", "send"]


def test_exclude_groups_and_recipients(remote: Remote, project: Project) -> None:
    project.write(
        lines(
            "groups: {members: {}, staff: {import: none}}\n",
            people(1, 2),
            people(3, group="staff").removeprefix("customers:\n"),
            f'  - {{mobilenumber: "{number(2)}", groups: [staff], firstname: P2}}\n',
            campaign(
                exclude_groups=["staff"], recipients=[number(8), number(7), number(3)], exclude_recipients=[number(7)]
            ),
        )
    )
    project.begin()
    ran = project.apply()
    assert ran.code == 0, ran.said
    assert once(remote.received, numbers(1, 8))


def test_send_test_reaches_test_numbers_only(remote: Remote, project: Project) -> None:
    project.write(
        lines(MEMBERS, people(1), campaign("hello", "Hi {firstname}")), account={"test_numbers": numbers(90, 91)}
    )
    project.begin()
    ran = project.run("send-test", "hello")
    assert ran.code == 0, ran.said
    assert dict(remote.received) == {(number(90), "Hi P1"): 1, (number(91), "Hi P1"): 1}
    assert number(90) not in ran.said
    assert project.run("send-test", "hello", "--to", number(1)).code in {1, 64}
    assert project.run("send-test", "hello", "--to", "+44 7700 900 090").code == 0
    assert project.run("send-test", "unwritten").code == 64
    assert remote.reached == numbers(90, 90, 91)
    assert project.apply().code == 0
    assert remote.reached == numbers(1, 90, 90, 91)


def test_a_test_send_that_moves_the_balance_proves_the_account(remote: Remote, project: Project) -> None:
    project.write(
        lines(MEMBERS, people(*range(1, 13)), campaign("hello", "same")), account={"test_numbers": [number(90)]}
    )
    project.begin()
    assert project.run("send-test", "hello").code == 0
    assert project.apply().code == 0
    assert [len(each.recipients) for each in remote.messages] == [1, 12]


def test_send_test_without_test_numbers_reaches_nobody(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign()))
    project.begin()
    assert project.run("send-test", "hello").code == 1
    assert remote.messages == []


def test_adopt_a_campaign_as_already_sent(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign("old", "x"), more("next", "y", exclude_received=["old"])))
    project.begin()
    assert project.run("adopt", "--campaign", "old", "--auto-approve", key=None).code == 0
    assert project.status("old")["status"] == "sent"
    assert project.run("adopt", "--campaign", "nothing", "--auto-approve", key=None).code == 64
    project.apply("--campaign", "old")
    assert remote.messages == []
