"""Commands that only look."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from sendmode_sync.cli import output
from sendmode_sync.cli.options import Globals
from sendmode_sync.emulator.app import App
from tests.cli.desk import KEY, Desk


def test_plan_shows_what_an_apply_would_do_and_calls_for_the_balance_alone(project: Desk, app: App) -> None:
    ran = project("plan")
    assert (ran.code, ran.err) == (0, "")
    assert "of 1,000 credits" in ran.out
    assert [arrival.kind for arrival in app.account.arrivals] == ["credits"]


def test_plan_offline_makes_no_call(project: Desk, app: App) -> None:
    assert "balance not checked" in project("plan", "--offline").out
    assert not app.account.arrivals


def test_plan_tells_changes_from_none(project: Desk) -> None:
    assert project("plan", "--detailed-exitcode").code == 2
    assert project("plan", "--detailed-exitcode", "--only", "imports").code == 2
    assert project("plan", "--campaign", "welcom").code == 64


def test_plan_works_without_a_state_and_leaves_none(project: Desk) -> None:
    Path("sendmode.state-id").unlink()
    Path(".sendmode/sendmode.db").unlink()
    Path(".sendmode/high-water").unlink(missing_ok=True)
    ran = project("plan")
    assert ran.code == 0
    assert "there is no state" in ran.out
    assert "of 1,000 credits" in ran.out
    assert list(Path(".sendmode").glob("*.db")) == []


def test_plan_says_why_there_is_no_balance(project: Desk, monkeypatch: pytest.MonkeyPatch, app: App) -> None:
    project.key = "WRONGWRONGWRONGWRONG"
    ran = project("plan")
    assert (ran.code, "balance not checked: " in ran.out) == (0, True)
    project.key = KEY
    assert project("apply", "--auto-approve").code == 0
    arrived = len(app.account.arrivals)
    project.key = "WRONGWRONGWRONGWRONG"
    assert "balance not checked: this state belongs to another account" in project("plan").out
    assert len(app.account.arrivals) == arrived


def test_a_saved_plan_is_private_and_can_be_shown_far_from_its_project(
    project: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = project("plan", "--out", "plan.json")
    assert "saved to plan.json; apply exactly this with: sendmode-sync apply plan.json" in ran.err
    assert stat.S_IMODE(Path("plan.json").stat().st_mode) == 0o600
    assert "welcome" in project("show", "plan.json").out
    shown = project("show", "plan.json", "--format", "json").json
    assert shown["summary"]["sends"]["messages"] == 2
    assert "+447700900001" not in str(shown)
    (tmp_path / "far").mkdir()
    monkeypatch.chdir(tmp_path / "far")
    assert "+447700900001" in project("show", "../plan.json", "--show-personal").out


@pytest.mark.parametrize("text", ["", "[]", "{", "\ud83d"])
def test_what_is_no_plan_is_named(desk: Desk, text: str) -> None:
    Path("plan.json").write_text(text, encoding="utf-8", errors="surrogatepass")
    ran = desk("show", "plan.json")
    assert (ran.code, ran.out) == (1, "")
    assert "plan.json: is no saved plan; sendmode-sync plan --out FILE writes one" in ran.err


def test_a_plan_that_cannot_be_written_is_no_bug(project: Desk) -> None:
    ran = project("plan", "--offline", "--out", "none/plan.json")
    assert ran.code == 1
    assert "none: no such file or directory" in ran.err
    assert "bug" not in ran.err


def test_preview_shows_texts_and_hides_people(project: Desk) -> None:
    ran = project("preview", "welcome")
    assert (ran.code, "2 recipients, 2 distinct texts" in ran.out, "Brendan" in ran.out) == (0, True, False)
    assert "Brendan" in project("preview", "welcome", "--show-personal").out
    assert len(project("preview", "welcome", "--format", "json", "--limit", "1").json["texts"]) >= 1
    assert project("preview", "wellcome").code == 64


def test_preview_of_a_blocked_campaign_fails(project: Desk) -> None:
    project.edit("campaigns/welcome.yaml", "{firstname|there}", "{county}")
    assert project("preview", "welcome").code == 1


def test_status_is_read_without_a_key(project: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    project.key = None
    assert project("status").code == 0
    assert project("status", "--format", "json").json["campaigns"][0]["status"] == "due"


@pytest.mark.parametrize(
    "words", [["plan"], ["status"], ["preview", "welcome"], ["export"]], ids=lambda words: str(words[0])
)
def test_personal_data_is_refused_in_ci(project: Desk, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    ran = project(*words, "--show-personal")
    assert (ran.code, ran.out) == (64, "")
    assert "--show-personal is refused in CI" in ran.err


class Terminal:
    def isatty(self) -> bool:
        return True


def test_colour_is_for_terminals_where_nobody_refused_it(monkeypatch: pytest.MonkeyPatch) -> None:
    screen: object = Terminal()
    assert output.colour(Globals(), screen)  # type: ignore[arg-type]
    assert not output.colour(Globals(no_color=True), screen)  # type: ignore[arg-type]
    assert not output.colour(Globals())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not output.colour(Globals(), screen)  # type: ignore[arg-type]


def test_problems_of_the_files_stop_a_plan(project: Desk) -> None:
    project.edit("sendmode.yaml", "version: 1", "version: 2")
    ran = project("plan")
    assert (ran.code, ran.out) == (1, "")
    assert "sendmode.yaml:3:10: " in ran.err


def test_lint_needs_nothing_and_fails_on_errors_alone(project: Desk) -> None:
    project.key = None
    assert project("lint").code == 0
    project.edit("campaigns/welcome.yaml", " Reply STOP to opt out.", " See http://acme.ie")
    ran = project("lint", "--format", "json")
    assert (ran.code, [(each["code"], each["level"]) for each in ran.json["problems"]]) == (
        1,
        [("marketing-without-optout", "error"), ("link-http", "warning")],
    )
    assert "::error file=campaigns/welcome.yaml,line=" in project("lint", "--format", "github").out
    assert project("validate").code == 1
    assert project("plan", "--offline").code == 1
    assert project("apply", "--auto-approve", "--only", "sends").code == 1
    project.edit("sendmode.yaml", "lints: {}", "lints: {marketing-without-optout: warning, link-http: off}")
    assert "marketing-without-optout" in project("lint").out
    assert (project("validate").code, project("plan", "--offline").code) == (0, 0)
    project.edit(
        "campaigns/welcome.yaml", "welcome:", "welcome: # sendmode-sync: ignore=marketing-without-optout a test"
    )
    assert project("lint").out == ""


def test_a_project_without_lints_is_only_warned(project: Desk) -> None:
    project.edit("sendmode.yaml", "lints: {}", "# lints")
    project.edit("campaigns/welcome.yaml", " Reply STOP to opt out.", "")
    assert (project("validate").out, project("plan", "--offline").code) == ("", 0)
    assert project("lint").code == 0
    assert "opt out" in project("lint").out


def test_rules_are_explained(desk: Desk) -> None:
    assert desk("lint", "--explain", "over-one-segment").out.startswith(
        "over-one-segment (warning)\n  A text of one segment"
    )
    assert len(desk("lint", "--explain", "all", "--format", "json").json["rules"]) > 15
    assert desk("lint", "--explain", "nothing").code == 64


def test_preview_says_who_is_left_out(project: Desk) -> None:
    shown = project("preview", "welcome", "--excluded")
    assert "opted out" in shown.out
    assert "+447700900003" not in shown.out
    told = project("preview", "welcome", "--excluded", "--format", "json").json
    assert [(each["reason"]) for each in told["excluded"]] == ["excluded", "opted_out"]
    assert told["funnel"]["recipients"] == 2
    assert "excluded" not in project("preview", "welcome", "--format", "json").json


# -- another time -----------------------------------------------------------------------------------------------------

LATER = """
  later:
    groups: [members]
    scheduledate: 2030-05-06T10:00
    messagetext: "Hello. Reply STOP to opt out."
"""


def test_a_plan_of_another_time_says_what_an_apply_would_do_then(project: Desk, app: App) -> None:
    Path("campaigns/later.yaml").write_text(f"campaigns:{LATER}", encoding="utf-8")
    assert "later  waiting" in project("plan", "--offline").out
    then = project("plan", "--now", "2030-05-06T10:30")
    assert "> later  due" in then.out
    assert "planned as if it were that time already" in then.out
    assert not app.account.arrivals  # the balance of today says nothing of then


def test_a_preview_of_another_time(project: Desk) -> None:
    Path("campaigns/later.yaml").write_text(f"campaigns:{LATER}", encoding="utf-8")
    assert project("preview", "later").out.startswith("later  waiting")
    assert project("preview", "later", "--now", "2030-05-06T10:30").out.startswith("later  due")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["plan", "--now", "2030-05-06T10:30", "--out", "plan.json"], "a plan that is kept is made now"),
        (["plan", "--now", "tomorrow"], "is no date and time"),
        (["preview", "welcome", "--now", "2026-03-29T01:30"], "does not exist"),
        (["apply", "--auto-approve", "--now", "2030-05-06T10:30"], "no such option"),
        (["status", "--now", "2030-05-06T10:30"], "no such option"),
        (["send-test", "welcome", "--now", "2030-05-06T10:30"], "no such option"),
    ],
)
def test_another_time_is_for_looking_alone(project: Desk, words: list[str], said: str) -> None:
    ran = project(*words)
    assert (ran.code, said in ran.err.lower()) == (64, True), ran.err


def test_a_key_of_the_other_api_is_a_warning_that_does_not_show_it(project: Desk) -> None:
    project.key = "live_00000000-0000-4000-8000-00000000abcd"
    ran = project("plan")
    assert "the API key looks like one of engage, and account.api is v2" in ran.err
    assert "live_" not in ran.out + ran.err
    project.key = KEY
    assert "looks like" not in project("plan").err
