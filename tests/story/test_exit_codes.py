"""Every row of the exit codes, and that the gravest wins."""

from __future__ import annotations

import json

import pytest

from sendmode_sync.emulator.faults import Fault
from tests.story.storyline import MEMBERS, Project, Remote, campaign, lines, more, number, numbers, once, people

WRONG = [
    ("nonsense",),
    ("plan", "--nonsense"),
    ("plan", "--only", "nothing"),
    ("plan", "--campaign", "unwritten"),
    ("plan", "--format", "xml"),
    ("apply", "--auto-approve", "--allow", "max_nothing=1"),
    ("apply", "--auto-approve", "--allow", "max_credits=many"),
    ("apply", "--auto-approve", "--max-duration", "soon"),
    ("apply", "--auto-approve", "absent.json"),
    ("resolve", "hello"),
    ("resolve", "hello", "--not-sent"),
    ("optouts", "remove", "+447700900001"),
    ("optouts", "remove", "+447700900001", "--consent", "  "),
    ("optouts", "add"),
    ("cancel",),
    ("cancel", "unwritten"),
    ("preview", "unwritten"),
    ("schema", "nothing"),
    ("-C", "nowhere", "plan"),
    ("emulator", "--rate-limit", "many"),
]


def test_wrong_usage_is_64_and_calls_nobody(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign()))
    project.begin()
    for words in WRONG:
        ran = project.run(*words)
        assert ran.code == 64, (words, ran.said)
        assert ran.err
        assert "Traceback" not in ran.err
    assert remote.calls() == 0


@pytest.mark.parametrize("planfile", [(), ("plan.json",)], ids=["planning", "saved"])
def test_apply_without_a_terminal_needs_auto_approve(
    remote: Remote, project: Project, planfile: tuple[str, ...]
) -> None:
    project.write(lines(MEMBERS, people(1), campaign()))
    project.begin()
    project.run("plan", "--out", "plan.json", "--offline", key=None)
    before = project.snapshot()
    ran = project.run("apply", *planfile)
    assert ran.code == 64, ran.said
    assert "--auto-approve" in ran.err
    assert remote.calls() == 0
    assert project.snapshot() == before


def test_without_a_key_it_is_1_and_names_the_variable(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign()), account={"api_key_env": "MY_OWN_KEY"})
    project.begin()
    for words in (("apply", "--auto-approve"), ("credits",)):
        ran = project.run(*words)  # SENDMODE_API_KEY is set, and not the variable that is asked for
        assert ran.code == 1, ran.said
        assert "MY_OWN_KEY" in ran.err
    assert remote.calls() == 0
    assert project.apply(key=None, MY_OWN_KEY="EMULATOREMULATOR1234").code == 0


def test_nothing_to_do_needs_no_key(project: Project) -> None:
    project.write(MEMBERS)
    project.begin()
    assert project.apply(key=None).code == 0


@pytest.mark.parametrize("refusal", ["key", "code-14", "http-403"])
def test_a_refused_key_is_1_and_nothing_else_is_tried(remote: Remote, project: Project, refusal: str) -> None:
    project.write(lines(MEMBERS, people(1), f'optouts: [{{mobilenumber: "{number(9)}"}}]\n', campaign()))
    project.begin()
    if refusal != "key":
        remote.faults(Fault("any", refusal, nth=1))
    ran = project.apply(key="WRONGWRONGWRONG12345" if refusal == "key" else "EMULATOREMULATOR1234")
    assert ran.code == 1, ran.said
    assert remote.calls() == 1
    assert "key" in ran.said
    remote.faults()
    assert project.apply().code == 0
    assert once(remote.received, numbers(1))


def test_a_server_that_is_away_is_3(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1)))
    project.begin()
    with remote.away():
        report = project.applied("--max-duration", "3s")
    assert report["exit_code"] == 3
    assert report["counts"]["imports"]["left"] == 1


def test_max_duration_is_3_and_goes_on_next_time(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 30))), account={"rate_limit": {"calls": 2, "per_seconds": 1}})
    project.begin()
    remote.faults(Fault("import", "latency", seconds=0.3))
    report = project.applied("--max-duration", "2s")
    assert report["exit_code"] == 3
    assert report["reasons"] == ["duration"]
    done = report["counts"]["imports"]["done"]
    assert report["counts"]["imports"] == {"done": done, "failed": 0, "left": 29 - done}
    assert len(remote.contacts) == done < 29
    assert len(project.plan()["changes"]) == 29 - done


def test_too_few_credits_is_3_with_opt_outs_and_imports_done(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2, 3), f'optouts: [{{mobilenumber: "{number(9)}"}}]\n', campaign()))
    project.begin()
    remote.account.balance = remote.account.balance - 998
    report = project.applied()
    assert report["exit_code"] == 3
    assert report["reasons"] == ["credits"]
    assert report["counts"]["sends"] == {"accepted": 0, "rejected": 0, "unknown": 0, "left": 3}
    assert remote.kinds == ["optout", "import", "import", "import"]
    assert remote.messages == []


def test_min_balance_is_left(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2), campaign()), safety={"min_balance": 999})
    project.begin()
    assert project.applied()["reasons"] == ["credits"]
    assert remote.messages == []


def test_a_later_campaign_that_is_not_covered_does_not_start(remote: Remote, project: Project) -> None:
    project.write(
        lines(
            MEMBERS,
            people(1, 2, 3),
            campaign("first", "one", scheduledate="2026-01-01T10:00", deadline="3650d"),
            more("second", "two", scheduledate="2026-01-02T10:00", deadline="3650d"),
        )
    )
    project.begin()
    remote.account.balance = remote.account.balance - 995
    report = project.applied()
    assert report["exit_code"] == 3
    assert once(remote.received, numbers(1, 2, 3), "one")
    assert project.status("second")["status"] == "due"


def test_an_unreadable_balance_lets_no_send_start(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), f'optouts: [{{mobilenumber: "{number(9)}"}}]\n', campaign()))
    project.begin()
    remote.faults(Fault("credits", "code-18"))
    report = project.applied()
    assert report["exit_code"] == 1
    assert remote.kinds == ["optout", "import"]


def test_an_unknown_outcome_is_4_until_it_is_resolved(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2), campaign("hello", "all the same")))
    project.begin()
    remote.faults(Fault("send", "http-500-after", nth=1))
    report = project.applied()
    assert report["exit_code"] == 4
    assert report["reasons"] == ["unknown"]
    assert report["counts"]["sends"]["unknown"] == 2
    assert report["counts"]["imports"]["done"] == 2
    assert once(remote.received, numbers(1, 2))

    again = project.apply()
    assert again.code == 4
    assert len(remote.messages) == 1
    assert project.status("hello")["status"] == "unknown"
    assert project.run("plan", "--detailed-exitcode").code == 0

    (told,) = project.run("plan", "--offline", "--format", "json").json["needs_person"]
    project.save()
    for form in ("text", "markdown", "html"):
        for command in (("show", "plan.json"), ("plan", "--offline")):
            page = project.run(*command, "--format", form, key=None).out
            assert all(part in page for part in (told["customerid"], told["operation"], "http-500", "credits before"))
            assert not [each for each in numbers(1, 2) if each in page]

    assert project.run("resolve", "hello", "--sent", key=None).code == 0
    assert project.status("hello")["status"] == "sent"
    assert project.apply().code == 0
    assert len(remote.messages) == 1


def test_not_sent_needs_evidence_and_sends_again(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign()))
    project.begin()
    remote.faults(Fault("send", "http-500", nth=1))
    assert project.apply().code == 4
    assert remote.messages == []
    assert project.run("resolve", "hello", "--not-sent", key=None).code == 64
    resolved = project.run("resolve", "hello", "--not-sent", "--evidence", "not in the report", key=None)
    assert resolved.code == 0, resolved.said
    assert project.apply().code == 0
    assert once(remote.received, numbers(1))
    assert project.run("resolve", "hello", "--sent", key=None).code == 1


def test_rejected_recipients_stay_rejected_until_they_are_resolved(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign()))
    project.begin()
    remote.faults(Fault("send", "code-10", nth=1))
    report = project.applied()
    assert report["exit_code"] == 1
    assert report["counts"]["sends"] == {"accepted": 0, "rejected": 1, "unknown": 0, "left": 0}
    assert project.apply().code == 0
    assert remote.messages == []
    assert project.status("hello")["rejected"] == 1
    assert project.run("resolve", "hello", "--not-sent", "--evidence", "sender was wrong", key=None).code == 0
    assert project.apply().code == 0
    assert once(remote.received, numbers(1))


def test_three_rejected_calls_in_a_row_stop_the_sends(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 7)), campaign()))
    project.begin()
    remote.faults(Fault("send", "code-10"))
    report = project.applied()
    assert report["exit_code"] == 1
    assert report["counts"]["sends"] == {"accepted": 0, "rejected": 3, "unknown": 0, "left": 3}
    assert report["counts"]["imports"]["done"] == 6


def test_two_unknown_calls_in_a_row_stop_the_sends(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 7)), campaign()))
    project.begin()
    remote.faults(Fault("send", "reset"))
    report = project.applied()
    assert report["exit_code"] == 4
    assert report["counts"]["sends"] == {"accepted": 0, "rejected": 0, "unknown": 2, "left": 4}


@pytest.mark.parametrize("fault", ["html", "short-body", "reset-after", "code-42"])
def test_a_send_that_may_have_happened_is_never_tried_again(remote: Remote, project: Project, fault: str) -> None:
    project.write(lines(MEMBERS, people(1), campaign()))
    project.begin()
    remote.faults(Fault("send", fault))
    assert project.apply().code == 4
    assert project.apply().code == 4
    assert remote.calls("send") == 1
    (held,) = project.status()["needs_person"]
    assert held["campaign"] == "hello"
    assert held["cause"]


def test_imports_that_may_have_happened_are_simply_done_again(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2)))
    project.begin()
    remote.faults(Fault("import", "http-500-after", nth=1), Fault("import", "reset", nth=3))
    report = project.applied()
    assert report["exit_code"] == 0
    assert report["counts"]["imports"] == {"done": 2, "failed": 0, "left": 0}
    assert sorted(remote.contacts) == numbers(1, 2)


def test_a_refused_import_is_1_and_tried_again_next_time(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2)))
    project.begin()
    remote.faults(Fault("import", "code-18", nth=1))
    report = project.applied()
    assert report["exit_code"] == 1
    assert report["counts"]["imports"] == {"done": 1, "failed": 1, "left": 0}
    assert project.apply().code == 0
    assert sorted(remote.contacts) == numbers(1, 2)


def test_a_send_to_a_busy_server_waits_and_is_made_once(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign()))
    project.begin()
    remote.faults(Fault("send", "http-429", nth=1, headers={"Retry-After": "1"}))
    assert project.apply().code == 0
    assert once(remote.received, numbers(1))
    assert remote.calls("send") == 2


def test_a_balance_that_does_not_move_is_4_and_holds_the_canary(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 13)), campaign()))
    project.begin()
    remote.faults(Fault("send", "ok-without-sending"))
    report = project.applied()
    assert report["exit_code"] == 4
    assert report["reasons"] == ["unbilled"]
    assert report["counts"]["sends"] == {"accepted": 0, "rejected": 0, "unknown": 1, "left": 11}
    assert report["counts"]["imports"]["done"] == 12
    assert remote.calls("send") == 1
    held = project.status("hello")
    assert (held["status"], held["unknown"], held["left"]) == ("unknown", 1, 11)


def test_ten_people_need_no_canary_and_still_become_unknown(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 11)), campaign("hello", "same")))
    project.begin()
    remote.faults(Fault("send", "ok-without-sending", nth=1))
    report = project.applied()
    assert report["exit_code"] == 4
    assert report["counts"]["sends"]["unknown"] == 10
    remote.faults()
    assert project.apply().code == 4
    assert remote.messages == []


def test_a_canary_that_moves_the_balance_proves_the_account(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 13)), campaign("hello", "same")))
    project.begin()
    assert project.apply().code == 0
    assert [len(each.recipients) for each in remote.messages] == [1, 11]
    assert once(remote.received, numbers(*range(1, 13)))
    project.write(lines(MEMBERS, people(*range(1, 13)), campaign("hello", "same"), more("next", "another")))
    assert project.apply().code == 0
    assert [len(each.recipients) for each in remote.messages] == [1, 11, 12]


def test_a_balance_that_falls_by_more_than_explained_is_a_warning(remote: Remote, project: Project) -> None:
    remote.account.prices = {"": remote.account.balance / 500}
    project.write(lines(MEMBERS, people(1), campaign()))
    project.begin()
    ran = project.apply()
    assert ran.code == 0, ran.said
    assert "fell by 2" in ran.said


def test_the_gravest_wins(remote: Remote, project: Project) -> None:
    project.write(
        lines(
            MEMBERS,
            people(1),
            campaign("asks", "Hi {surname}"),
            more("held", "same", scheduledate="2026-01-01T10:00", deadline="3650d"),
        )
    )
    project.begin()
    remote.faults(Fault("send", "http-500", nth=1))
    report = project.applied()
    assert report["exit_code"] == 4
    assert set(report["reasons"]) == {"unknown", "blocked"}


def test_plan_never_answers_3_or_4(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1), campaign()))
    project.begin()
    remote.faults(Fault("send", "http-500", nth=1))
    assert project.apply().code == 4
    assert project.run("plan").code == 0
    assert project.run("plan", "--detailed-exitcode").code == 0
    project.write(lines(MEMBERS, people(1, 2), campaign("second", "too dear")))
    remote.account.balance = remote.account.balance * 0
    plan = project.run("plan", "--format", "json", "--detailed-exitcode")
    assert plan.code == 2
    assert json.loads(plan.out)["credits"] == {"balance": 0.0, "estimated": 2.0, "sufficient": False}
