"""The action on a runner: what it comments, what it annotates, and which exit codes fail a step."""

from __future__ import annotations

import re
import signal
import time

import pytest

from sendmode_sync.emulator.faults import Fault
from tests.action.runner import BOT, GitHub, Runner


def annotated(said: str, level: str) -> list[str]:
    return re.findall(rf"^::{level} (.*)$", said, re.MULTILINE)


# -- plan -------------------------------------------------------------------------------------------------------------


def test_a_plan_becomes_one_comment_that_is_updated(runner: Runner, github: GitHub) -> None:
    github.add("Looks good to me", "someone")
    first = runner.step("plan")
    assert first.code == 0, first.said
    assert len(github.comments) == 2
    body = github.comments[1]["body"]
    assert body.startswith("<!-- sendmode-sync: sendmode.yaml -->\n")
    assert "hello" in body
    runner.write("campaigns: {bye: {groups: [members], messagetext: Bye}}\n")
    assert runner.step("plan").code == 0
    assert len(github.comments) == 2
    assert "bye" in github.comments[1]["body"]
    assert "hello" not in github.comments[1]["body"]
    assert github.tokens == {"Bearer gh-token"}


def test_each_project_has_a_comment_of_its_own(runner: Runner, github: GitHub) -> None:
    other = runner.file.with_name("staging.yaml")
    other.write_text(runner.file.read_text("utf-8"), encoding="utf-8")
    runner.step("plan")
    runner.step("plan", file="staging.yaml", directory="./")
    assert [each["body"].splitlines()[0] for each in github.comments] == [
        "<!-- sendmode-sync: sendmode.yaml -->",
        "<!-- sendmode-sync: staging.yaml -->",
    ]


def test_a_comment_with_the_marker_by_anybody_else_is_left_alone(runner: Runner, github: GitHub) -> None:
    theirs = github.add("<!-- sendmode-sync: sendmode.yaml -->\nNobody would get a text", "someone")
    runner.step("plan")
    assert theirs["body"].endswith("Nobody would get a text")
    assert [each["user"]["login"] for each in github.comments] == ["someone", BOT]


def test_the_comment_is_found_behind_many_others(runner: Runner, github: GitHub) -> None:
    for _ in range(130):
        github.add("Chatter", "someone")
    runner.step("plan")
    runner.step("plan")
    assert len(github.comments) == 131


def test_a_fork_needs_no_key_no_state_and_no_token(runner: Runner, github: GitHub) -> None:
    github.allowed = False
    step = runner.step("plan", key="")
    assert step.code == 0, step.said
    assert "title=no comment::the plan stands in the summary" in annotated(step.said, "notice")[-1]
    assert "hello" in step.summary
    assert runner.account.arrivals == []


def test_a_plan_shows_nobody(runner: Runner, github: GitHub) -> None:
    step = runner.step("plan")
    for told in (step.said, step.summary, github.comments[0]["body"]):
        assert "Secretname" not in told
        assert "770090" not in told
        assert "EMULATOREMULATOR" not in told
        assert "gh-token" not in told


def test_a_plan_tells_its_digest_and_whether_it_changes_anything(runner: Runner) -> None:
    outputs = runner.step("plan").outputs
    assert outputs["exit-code"] == "2"
    assert re.fullmatch(r"p1:[0-9a-f]{12}:[a-z2-7]{20}:[a-z2-7]{24}-3", outputs["digest"])


def test_a_broken_project_is_annotated_and_commented(runner: Runner, github: GitHub) -> None:
    runner.write("campaigns: {hello: {groups: [membres], messagetext: Hello}}\n")
    step = runner.step("plan")
    assert step.code == 1
    (said,) = annotated(step.said, "error")
    assert said.startswith("file=sendmode.yaml,line=9,col=")
    assert github.comments[0]["body"].splitlines()[1] == "## There is no plan"
    assert step.outputs["digest"] == ""


def test_without_a_pull_request_there_is_no_comment(runner: Runner, github: GitHub) -> None:
    assert runner.step("plan", event={"ref": "refs/heads/main"}).code == 0
    assert runner.step("plan", comment="false").code == 0
    assert github.asked == []


# -- apply ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["", "/nowhere/gym.db"])
def test_an_apply_without_a_shared_state_says_what_is_missing(runner: Runner, where: str) -> None:
    step = runner.step("apply", state=where)
    assert step.code == 1
    (said,) = annotated(step.said, "error")
    assert f"there is none at {where or '.sendmode/sendmode.db'}." in said
    assert "self-hosted runner" in said
    assert runner.account.arrivals == []


def test_an_apply_applies_what_was_approved(runner: Runner) -> None:
    runner.keep_state()
    digest = runner.step("plan", state=str(runner.state)).outputs["digest"]
    step = runner.step("apply", state=str(runner.state), expect_digest=digest)
    assert (step.code, step.outputs["exit-code"]) == (0, "0"), step.said
    assert step.summary.startswith("## sendmode-sync apply: done (exit 0).\n\n```text\napplied\n")
    assert sum(len(each.recipients) for each in runner.account.messages) == 3
    again = runner.step("apply", state=str(runner.state))
    assert again.code == 0
    assert sum(len(each.recipients) for each in runner.account.messages) == 3


@pytest.mark.parametrize("digest", ["", "p1:7a401d594d68"])
def test_an_approval_that_got_lost_is_none(runner: Runner, digest: str) -> None:
    runner.keep_state()
    step = runner.step("apply", state=str(runner.state), expect_digest=digest)
    assert step.code == 64
    assert runner.account.messages == []


def test_what_was_not_approved_is_refused(runner: Runner) -> None:
    runner.keep_state()
    digest = runner.step("plan", state=str(runner.state)).outputs["digest"]
    runner.write("campaigns: {hello: {groups: [members], messagetext: Another}}\n")
    step = runner.step("apply", state=str(runner.state), expect_digest=digest)
    assert step.code == 1
    assert "campaign hello: its text, sender, times or audience rules are others" in step.said
    assert runner.account.messages == []


def test_running_out_of_time_is_a_warning(runner: Runner) -> None:
    runner.write(rate_limit={"calls": 3, "per_seconds": 60})
    runner.keep_state()
    step = runner.step("apply", state=str(runner.state), max_duration="6s")
    assert (step.code, step.outputs["exit-code"]) == (0, "3"), step.said
    assert annotated(step.said, "warning") == [
        "title=incomplete::the time was used up; the next run goes on where this one stopped"
    ]


def test_a_server_that_is_away_fails_the_step(runner: Runner) -> None:
    runner.write(base_url="http://127.0.0.1:9/v2")
    runner.keep_state()
    step = runner.step("apply", state=str(runner.state), max_duration="20s")
    assert step.code == int(step.outputs["exit-code"]) != 0


def test_an_unknown_outcome_fails_loudly_and_is_settled_by_hand(runner: Runner) -> None:
    runner.keep_state()
    runner.faults(Fault("send", "http-500-after"))
    step = runner.step("apply", state=str(runner.state))
    assert step.code == 4
    (said,) = annotated(step.said, "error")
    assert said.startswith("title=a person is needed::")
    assert "sendmode-sync resolve hello --not-sent" in said
    shown = runner.step("status", state=str(runner.state))
    assert shown.code == 0
    assert "sendmode-sync resolve hello" in shown.summary
    assert shown.summary.startswith("```text\n")
    settled = runner.step(
        "resolve", state=str(runner.state), campaign="hello", outcome="sent", evidence="in the report"
    )
    assert settled.code == 0, settled.said
    assert runner.step("apply", state=str(runner.state)).code == 0


def test_a_campaign_is_cancelled_by_hand(runner: Runner) -> None:
    runner.keep_state()
    assert runner.step("cancel", state=str(runner.state), campaign="hello").code == 0
    assert runner.step("apply", state=str(runner.state)).code == 0
    assert runner.account.messages == []


@pytest.mark.parametrize(
    ("command", "inputs"),
    [
        ("launch", {}),
        ("resolve", {"campaign": "hello"}),
        ("resolve", {"campaign": "hello", "outcome": "--help"}),
        ("cancel", {"campaign": "--help"}),
        ("cancel", {"campaign": ""}),
    ],
)
def test_inputs_are_never_options(runner: Runner, command: str, inputs: dict[str, str]) -> None:
    runner.keep_state()
    assert runner.step(command, event=None, state=str(runner.state), **inputs).code in {1, 64}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_of_the_runner_ends_an_apply_softly(runner: Runner, number: signal.Signals) -> None:
    runner.write(rate_limit={"calls": 2, "per_seconds": 60})
    runner.keep_state()
    (runner.home / "outputs").write_text("", encoding="utf-8")
    (runner.home / "summary.md").write_text("", encoding="utf-8")
    process = runner.start("apply", state=str(runner.state))
    end = time.monotonic() + 60
    while len(runner.account.arrivals) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(number)  # to this process alone, as GitHub does
    step = runner.ended(process)
    assert (step.code, step.outputs["exit-code"]) == (3, "3"), step.said
    assert '"interrupted"' in step.said


# -- where the state is -----------------------------------------------------------------------------------------------


def test_a_state_that_this_version_does_not_know_is_refused_by_name(runner: Runner) -> None:
    step = runner.step("apply", state="mysql://somebody:SECRETWORD@db/gym")
    assert step.code == 1
    (said,) = annotated(step.said, "error")
    assert said.startswith("title=apply ended with exit code 1::the state is kept in ")
    assert "SECRETWORD" not in step.said + step.summary
    assert runner.account.arrivals == []


def test_a_project_whose_state_is_missing_says_where_it_was_looked_for(runner: Runner) -> None:
    runner.write("state: elsewhere/gym.db\ncampaigns: {hello: {groups: [members], messagetext: Hello}}\n")
    (said,) = annotated(runner.step("apply").said, "error")
    assert "there is none at elsewhere/gym.db." in said


def test_a_plan_that_cannot_be_made_says_why_in_the_comment(runner: Runner, github: GitHub) -> None:
    step = runner.step("plan", state="mysql://somebody:SECRETWORD@db/gym")
    assert step.code == 1
    assert github.comments[0]["body"].splitlines()[1:4] == ["## There is no plan", "", "```text"]
    assert "the state is kept in " in github.comments[0]["body"]
    assert "SECRETWORD" not in github.comments[0]["body"] + step.said


TELLS = """#!/bin/sh
test -z "$SENDMODE_STATE_KEY" || echo "sealed with ${#SENDMODE_STATE_KEY} characters" >&2
test -z "$GIT_CONFIG_VALUE_0" || echo "git may use $GIT_CONFIG_KEY_0" >&2
echo "words $*" >&2
echo "kept in $SENDMODE_STATE" >&2
env | grep -c gh-token >&2
"""


def tells(runner: Runner) -> str:
    """Put a program in the place of sendmode-sync that tells how it was called."""
    program = runner.home / "tells"
    program.write_text(TELLS, encoding="utf-8")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize(
    ("state", "project"), [("git", ""), ("git+https://example.ie/texts#kept", ""), ("", "state: git # shared\n")]
)
def test_a_branch_of_git_is_reached_with_the_token_and_sealed_with_the_key(
    runner: Runner, state: str, project: str
) -> None:
    runner.write(project)
    said = runner.step("cancel", state=state, state_key="k" * 32, campaign="hello", program=tells(runner)).said
    assert "sealed with 32 characters" in said
    assert "git may use http.https://github.com/.extraheader" in said
    assert f"kept in {state}" in said
    assert "words -C . -f sendmode.yaml cancel -- hello\n" in said
    assert re.search(r"^0$", said, re.MULTILINE), "the token is handed on in the clear"


def test_git_gets_no_token_where_the_state_is_a_file(runner: Runner) -> None:
    said = runner.step("cancel", state="gym.db", campaign="hello", program=tells(runner)).said
    assert "kept in gym.db" in said
    assert "git may use" not in said


# -- from the beginning -----------------------------------------------------------------------------------------------


def test_a_new_project_goes_from_init_to_a_comment_and_an_approved_apply(runner: Runner, github: GitHub) -> None:
    runner.file.unlink()
    runner.begin("--emulator")
    step = runner.step("plan")
    assert step.code == 0, step.said
    assert "2 people would get a text" in github.comments[0]["body"]
    digest = step.outputs["digest"]
    assert f"`{digest}`" in github.comments[0]["body"]
    applied = runner.step("apply", expect_digest=digest)
    assert applied.code == 0, applied.said
    assert sum(len(each.recipients) for each in runner.account.messages) == 2
    assert "no changes" in runner.step("plan").summary
