"""Commands that change something, over a served account and a real state."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sendmode_sync.emulator.app import App
from tests.cli.desk import Desk

BRENDAN = "+447700900002"


def test_init_writes_a_project_that_validates(desk: Desk, tmp_path: Path) -> None:
    ran = desk("init", "gym")
    assert ran.code == 0
    written = {line.removeprefix("wrote ") for line in ran.out.splitlines()}
    assert {"gym/sendmode.yaml", "gym/.sendmode/sendmode.db", "gym/sendmode.state-id"} <= written
    assert all((tmp_path / name).exists() for name in written)
    assert ran.err == "next: sendmode-sync -C gym validate, then sendmode-sync -C gym plan\n"
    assert "next: sendmode-sync -C 'my gym' validate" in desk("init", "my gym", "--no-workflow").err
    valid = desk("-C", "gym", "validate")
    assert (valid.code, valid.err) == (0, "the project is valid\n")


def test_init_never_overwrites(desk: Desk) -> None:
    Path("sendmode.yaml").write_text("mine", encoding="utf-8")
    ran = desk("init")
    assert (ran.code, ran.out) == (1, "")
    assert "sendmode.yaml is there already" in ran.err
    assert Path("sendmode.yaml").read_text(encoding="utf-8") == "mine"


def test_init_puts_the_state_where_a_flag_or_the_environment_says(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk("init", "one", "--state", "flag.db").code == 0
    monkeypatch.setenv("SENDMODE_STATE", "environment.db")
    assert desk("init", "two").code == 0
    assert (tmp_path / "flag.db").exists()
    assert (tmp_path / "environment.db").exists()
    assert not (tmp_path / "one/.sendmode").exists()


def test_validate_shows_problems_on_stdout_and_fails(desk: Desk) -> None:
    desk("init", "--emulator")
    desk.edit("campaigns/welcome.yaml", "messagetext", "mesagetext")
    ran = desk("validate")
    assert ran.code == 1
    assert "campaigns/welcome.yaml:6:5: " in ran.out
    assert "the project is valid" not in ran.err
    assert [each["code"] for each in desk("validate", "--format", "json").json["problems"]]
    assert desk("validate", "--format", "github").out.startswith("::error ")


def test_validate_as_json_answers_also_where_nothing_is_wrong(desk: Desk) -> None:
    desk("init", "--emulator")
    assert desk("validate", "--format", "json").json == {"format_version": 1, "problems": []}


def test_apply_does_what_plan_said_and_then_there_is_nothing_left(project: Desk, app: App) -> None:
    ran = project("apply", "--auto-approve", "--format", "json")
    assert ran.code == 0
    assert ran.json["counts"]["sends"]["accepted"] == 2
    assert len(app.account.messages) == 2
    assert project("plan", "--detailed-exitcode").code == 0


def test_apply_without_a_terminal_needs_to_be_told(project: Desk, app: App) -> None:
    ran = project("apply")
    assert (ran.code, ran.out) == (64, "")
    assert "add --auto-approve" in ran.err
    assert not app.account.arrivals


def test_apply_without_a_key_names_the_variable_and_burns_nothing(
    project: Desk, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project("plan", "--out", "plan.json", "--offline").code == 0
    project.key = None
    ran = project("apply", "plan.json", "--auto-approve")
    assert (ran.code, "SENDMODE_API_KEY" in ran.err) == (1, True)
    assert not app.account.arrivals
    project.key = app.account.api_key
    assert project("apply", "plan.json", "--auto-approve").code == 0
    assert "applied before" in project("apply", "plan.json", "--auto-approve").err


def test_apply_with_nothing_to_do_needs_no_key(project: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project("apply", "--auto-approve").code == 0
    project.key = None
    assert project("apply", "--auto-approve").code == 0


def test_limits_can_be_passed_for_once(project: Desk, app: App) -> None:
    project.edit("sendmode.yaml", "max_credits: 50 ", "max_credits: 1 ")
    ran = project("apply", "--auto-approve", "--format", "json")
    assert (ran.code, ran.json["reasons"]) == (1, ["limit"])
    named = "error     this run would spend 2 credits and safety.max_credits allows 1"
    assert named in ran.err
    assert named in project("apply", "--auto-approve").out
    assert not app.account.messages
    assert project("apply", "--auto-approve", "--allow", "safety.max_credits=2").code == 0
    assert len(app.account.messages) == 2


def test_kinds_and_campaigns_can_be_chosen(project: Desk, app: App) -> None:
    assert project("apply", "--auto-approve", "--only", "optouts", "--only", "imports").code == 0
    assert (len(app.account.contacts), len(app.account.messages)) == (3, 0)
    assert project("apply", "--auto-approve", "--campaign", "welcome", "--max-duration", "5m").code == 0
    assert len(app.account.messages) == 2
    assert project("apply", "--auto-approve", "--campaign", "wellcome").code == 64


@pytest.mark.parametrize("choice", [("--only", "sends"), ("--campaign", "welcome")])
def test_a_saved_plan_is_applied_whole(project: Desk, app: App, choice: tuple[str, str]) -> None:
    assert project("plan", "--out", "plan.json", "--offline").code == 0
    ran = project("apply", "plan.json", "--auto-approve", *choice)
    assert (ran.code, "a saved plan is applied as it is" in ran.err) == (64, True)
    assert not app.account.arrivals
    assert project("apply", "plan.json", "--auto-approve").code == 0


def test_a_test_goes_to_test_numbers_only(project: Desk, app: App) -> None:
    ran = project("send-test", "welcome")
    assert ran.code == 0
    assert "**99" in ran.out
    assert [message.recipients for message in app.account.messages] == [("447700900999",)]
    ran = project("send-test", "welcome", "--to", BRENDAN)
    assert (ran.code, "is not in account.test_numbers" in ran.err) == (1, True)


def test_a_test_without_a_key_is_refused(project: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    project.key = None
    ran = project("send-test", "welcome")
    assert (ran.code, "SENDMODE_API_KEY is not set" in ran.err) == (1, True)


def test_a_cancelled_campaign_is_never_sent(project: Desk, app: App) -> None:
    assert project("cancel", "welcome").out == 'campaign "welcome" is cancelled: nothing more of it is sent\n'
    assert project("apply", "--auto-approve").code == 0
    assert not app.account.messages
    ran = project("cancel", "wellcome")
    assert (ran.code, 'did you mean "welcome"?' in ran.err) == (64, True)


def unknown(project: Desk, app: App) -> None:
    """Let every send of the welcome end in an unknown outcome."""
    from sendmode_sync.emulator.faults import Fault

    app.script.replace([Fault("send", "http-500", times=None)])
    assert project("apply", "--auto-approve").code == 4
    app.script.replace([])


def test_an_unknown_outcome_is_settled_on_the_record(project: Desk, app: App) -> None:
    unknown(project, app)
    assert project("apply", "--auto-approve").code == 4
    ran = project("resolve", "welcome", "--not-sent")
    assert (ran.code, "--not-sent needs --evidence" in ran.err) == (64, True)
    ran = project("resolve", "welcome", "--not-sent", "--evidence", "not in the report")
    assert (ran.code, "2 people count as not sent" in ran.out) == (0, True)
    assert project("apply", "--auto-approve").code == 0
    assert len(app.account.messages) == 2
    ran = project("resolve", "welcome", "--sent")
    assert (ran.code, "has nothing to settle" in ran.err) == (1, True)


def test_what_was_sent_after_all_is_not_sent_again(project: Desk, app: App) -> None:
    unknown(project, app)
    assert "count as sent" in project("resolve", "welcome", "--sent").out
    assert project("apply", "--auto-approve").code == 0
    assert not app.account.messages


def test_opting_out_holds_at_once_and_stands_in_the_yaml(project: Desk, app: App) -> None:
    ran = project("optouts", "add", "07700 900002")
    assert (ran.code, ran.out) == (
        0,
        "1 opt-out recorded, 1 of them new: nothing is sent to them from now on\n",
    )
    assert ran.err == "written to optouts.yaml; commit it. The next apply tells Sendmode\n"
    assert "447700900002" in Path("optouts.yaml").read_text(encoding="utf-8")
    assert project("apply", "--auto-approve").code == 0
    assert "447700900002" not in {who for message in app.account.messages for who in message.recipients}
    assert "0 of them new" in project("optouts", "add", BRENDAN).out


def test_without_a_state_an_opt_out_is_written_to_the_yaml(project: Desk) -> None:
    Path("sendmode.state-id").unlink()
    Path(".sendmode/sendmode.db").unlink()
    ran = project("optouts", "add", BRENDAN)
    assert (ran.code, ran.out) == (0, "")
    assert "there is no state yet: recorded in the YAML only" in ran.err
    assert "447700900002" in Path("optouts.yaml").read_text(encoding="utf-8")


def test_what_is_no_number_is_masked_and_recorded_nowhere(project: Desk) -> None:
    before = Path("optouts.yaml").read_bytes()
    ran = project("optouts", "add", BRENDAN, "0770090000l")
    assert ran.code == 64
    assert "077009" not in ran.err
    assert Path("optouts.yaml").read_bytes() == before


def test_a_list_of_opt_outs_is_read_whole_or_not_at_all(project: Desk) -> None:
    Path("stopped.csv").write_text("mobilenumber,name\n07700 900002,B\n07700 900002,B\nnobody,C\n", encoding="utf-8")
    ran = project("optouts", "import", "stopped.csv")
    assert (ran.code, ran.out) == (1, "")
    assert "stopped.csv:4:1: " in ran.err
    project.edit("stopped.csv", "nobody,C\n", "")
    assert "1 opt-out recorded, 1 of them new" in project("optouts", "import", "stopped.csv").out


def test_removing_an_opt_out_is_on_the_record(project: Desk) -> None:
    tag = project("plan").out.split("opt-outs\n")[1].split()[5]
    assert tag.startswith("p-")
    ran = project("optouts", "remove", tag, "--consent", "  ")
    assert (ran.code, "--consent is empty" in ran.err) == (64, True)
    ran = project("optouts", "remove", tag, "--consent", "form of 3 May")
    assert (ran.code, ran.out) == (0, "removed from optouts.yaml\n")
    assert "Sendmode keeps its own" in ran.err
    assert json.loads(project("plan", "--format", "json", "--offline").out)["summary"]["optouts"]["create"] == 0
    ran = project("optouts", "remove", "07700 900003", "--consent", "form of 3 May")
    assert (ran.code, ran.err) == (1, "sendmode-sync: that number was not opted out here\n")
