"""Killed, interrupted, crowded: nobody gets a text twice, and the limit holds over processes."""

from __future__ import annotations

import signal
import time

import pytest

from tests.story.storyline import (
    MEMBERS,
    Project,
    Remote,
    campaign,
    emulated,
    fitting,
    lines,
    more,
    number,
    numbers,
    people,
    until,
)


def test_killed_in_the_middle_of_sends(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(*range(1, 9)), campaign("first", "one for all")))
    project.begin()
    assert project.apply("--only", "sends").code == 0, "now the account is proven, and four sends go at once"
    project.write(
        lines(MEMBERS, people(*range(1, 9)), campaign("first", "one for all"), more("hello", "Hi {firstname}"))
    )
    before = remote.calls("send")
    with remote.held("send"):
        running = project.start("apply", "--auto-approve")
        until(lambda: remote.calls("send") == before + 4)
        running.kill()
    assert project.status("hello")["unknown"] == 4
    again = project.applied()
    assert again["exit_code"] == 4
    assert again["reasons"] == ["unknown"]
    assert set(remote.received.values()) == {1}
    assert len(remote.received) == 16
    assert project.status("hello")["status"] == "unknown"
    assert project.status("hello")["accepted"] == 4
    assert sorted(remote.contacts) == numbers(*range(1, 9))
    assert project.run("resolve", "hello", "--sent", key=None).code == 0
    assert project.run("plan", "--detailed-exitcode", key=None).code == 0


def test_what_a_killed_run_leaves_is_settled_without_another_run(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2), campaign("hello", "Hi")))
    project.begin()
    with remote.held("send"):
        running = project.start("apply", "--auto-approve")
        until(lambda: remote.calls("send") == 1)
        under_way = project.run("resolve", "hello", "--not-sent", "--evidence", "guessed", key=None)
        assert (under_way.code, project.status()["needs_person"]) == (1, [])
        said = " ".join(project.run("status", key=None).out.split())
        assert "what it is sending just now counts as unknown until it is answered" in said
        running.kill()
    (left,) = project.status()["needs_person"]
    assert (left["campaign"], left["cause"], len(left["recipients"])) == ("hello", "interrupted", 2)
    settled = project.run("resolve", "hello", "--sent", "--operation", left["operation"], key=None)
    assert settled.code == 0, settled.said
    assert project.status()["needs_person"] == []
    assert project.apply().code == 0
    assert set(remote.received.values()) == {1}


@pytest.mark.parametrize("call", ["import", "optout"])
def test_killed_in_the_middle_of_what_is_harmless(remote: Remote, project: Project, call: str) -> None:
    who = range(1, 9)
    entries = "".join(f'  - {{mobilenumber: "{number(each)}"}}\n' for each in who)
    project.write(lines(MEMBERS, people(*who) if call == "import" else f"optouts:\n{entries}"))
    project.begin()
    with remote.held(call):
        running = project.start("apply", "--auto-approve")
        until(lambda: remote.calls(call) >= 2)
        running.kill()
    assert project.apply().code == 0
    assert (sorted(remote.contacts) if call == "import" else remote.opted_out) == numbers(*who)
    assert project.run("plan", "--detailed-exitcode", key=None).code == 0


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_waits_for_answers_and_is_3(remote: Remote, project: Project, sign: signal.Signals) -> None:
    project.write(lines(MEMBERS, people(*range(1, 9)), campaign("hello", "Hi {firstname}")))
    project.begin()
    with remote.held("send"):
        running = project.start("apply", "--auto-approve", "--format", "json")
        until(lambda: remote.calls("send") >= 1)
        running.signal(sign)
        time.sleep(0.5)
    ended = running.ended()
    assert ended.code == 3, ended.said
    assert ended.json["reasons"] == ["interrupted"]
    assert ended.json["counts"]["sends"] == {"accepted": 1, "rejected": 0, "unknown": 0, "left": 7}
    assert project.apply().code == 0
    assert set(remote.received.values()) == {1}
    assert len(remote.received) == 8


def test_interrupted_with_an_answer_that_never_comes(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2), campaign("hello", "Hi {firstname}")))
    project.begin()
    with remote.held("send"):
        running = project.start("apply", "--auto-approve")
        until(lambda: remote.calls("send") >= 1)
        began = time.monotonic()
        running.signal(signal.SIGTERM)
        ended = running.ended(within=20)
        assert time.monotonic() - began < 20  # 6 s for the answer; a slow machine for the rest
    assert ended.code == 4, ended.said
    assert project.status("hello")["unknown"] == 1


def test_a_second_signal_leaves_at_once_and_says_what_nobody_knows(remote: Remote, project: Project) -> None:
    project.write(lines(MEMBERS, people(1, 2), campaign("hello", "Hi {firstname}")))
    project.begin()
    with remote.held("send"):
        running = project.start("apply", "--auto-approve", "--format", "json")
        until(lambda: remote.calls("send") >= 1)
        running.signal(signal.SIGINT)
        time.sleep(1)  # two of the same kind that are delivered together would be one
        running.signal(signal.SIGINT)
        ended = running.ended()
    assert "leaving" in ended.err  # and not the end of the wait for the answer
    assert ended.code == 4, ended.said
    report = fitting(ended.json, "apply")
    assert report["reasons"] == ["interrupted", "unknown"]
    assert report["counts"]["sends"] == {"accepted": 0, "rejected": 0, "unknown": 1, "left": 1}
    assert project.status("hello")["unknown"] == 1


def test_never_more_than_the_limit_in_any_window_over_processes_and_a_kill(project: Project) -> None:
    with emulated(rate_limit=(8, 2.0)) as remote:
        project.remote = remote
        project.write(lines(MEMBERS, people(*range(1, 16))), account={"rate_limit": {"calls": 8, "per_seconds": 2}})
        project.begin()
        running = project.start("apply", "--auto-approve")
        until(lambda: remote.calls() >= 7)
        running.kill()
        project.run("plan")
        assert project.apply("--max-duration", "4s").code in {0, 3}
        assert project.apply().code == 0
        assert remote.account.busiest(2.0) <= 8
        assert not [each for each in remote.account.arrivals if each.verdict == "throttled"]
        assert sorted(remote.contacts) == numbers(*range(1, 16))
