"""An apply that asks a person: real processes on terminals of their own."""

from __future__ import annotations

import signal

import pytest

from sendmode_sync.emulator.app import App
from sendmode_sync.emulator.faults import Fault
from tests.cli.desk import KEY, Desk
from tests.cli.screen import screen

KEYED = {"SENDMODE_API_KEY": KEY}
NO_LIMIT = ("  max_credits: 50            # credits that one run may spend\n", "  min_balance: 0\n")


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ("y\n", 0, "done (exit 0)"),
        ("n\n", 1, "nothing was done: you did not agree"),
        ("\n", 1, "nothing was done: you did not agree"),
        ("\x04", 1, "nothing was done: you did not agree"),
        ("\x03", 3, "interrupted; it is safe to run this again"),
    ],
    ids=["yes", "no", "enter", "end-of-file", "ctrl-c"],
)
def test_a_person_is_asked_and_no_is_the_default(project: Desk, app: App, answer: str, code: int, said: str) -> None:
    with screen("apply", environment=KEYED) as shown:
        shown.wait_for("Apply this? [y/N]: ")
        assert "sends to 2 people" in shown.shown
        shown.settle()
        shown.type(answer)
        assert shown.ended() == code
    assert said in shown.shown
    assert len(app.account.messages) == (2 if code == 0 else 0)
    assert [each["exit_code"] for each in project("history", "--format", "json").json["runs"]] == [code]


@pytest.mark.parametrize(("figure", "code"), [("2", 0), (" 2.0 ", 0), ("3", 1), ("y", 1), ("sNaN", 1), ("", 1)])
def test_without_a_written_limit_the_figure_is_typed_back(project: Desk, app: App, figure: str, code: int) -> None:
    project.edit("sendmode.yaml", *NO_LIMIT)
    with screen("apply", environment=KEYED) as shown:
        shown.wait_for("This spends about 2 credits, and safety.max_credits is not written.")
        shown.wait_for("stop: ")
        shown.type(figure + "\n")
        assert shown.ended() == code
    assert len(app.account.messages) == (2 if code == 0 else 0)
    (run,) = project("history", "--format", "json").json["runs"]
    assert run["allowed"] == ({"max_credits": "2"} if code == 0 else {})
    assert ("allowed max_credits=2, by " in project("history", run["run"]).out) is (code == 0)


@pytest.mark.parametrize(("allowed", "code"), [("2", 0), ("1", 1)])
def test_a_figure_that_was_allowed_is_not_asked_for_again(project: Desk, app: App, allowed: str, code: int) -> None:
    project.edit("sendmode.yaml", *NO_LIMIT)
    with screen("apply", "--allow", f"max_credits={allowed}", environment=KEYED) as shown:
        shown.wait_for("Apply this? [y/N]: ")
        assert "Type that figure" not in shown.shown
        shown.settle()
        shown.type("y\n")
        assert shown.ended() == code
    assert len(app.account.messages) == (2 if code == 0 else 0)
    (run,) = project("history", "--format", "json").json["runs"]
    assert run["allowed"] == {"max_credits": allowed}


def test_a_missing_key_is_asked_for_and_not_echoed(project: Desk, app: App) -> None:
    with screen("apply", environment={}) as shown:
        shown.wait_for("API key (SENDMODE_API_KEY is not set): ")
        shown.type(KEY + "\n")
        shown.wait_for("Apply this? [y/N]: ")
        shown.type("y\n")
        assert shown.ended() == 0
    assert KEY not in shown.shown
    assert len(app.account.messages) == 2


def test_ctrl_c_instead_of_a_key(project: Desk) -> None:
    with screen("apply", environment={}) as shown:
        shown.wait_for("API key")
        shown.settle()
        shown.type("\x03")
        assert shown.ended() == 3
    assert "sendmode-sync: interrupted" in shown.shown


def test_a_second_signal_leaves_at_once_and_gives_the_cursor_back(project: Desk, app: App) -> None:
    app.script.replace([Fault("send", "silence", times=None, seconds=60)])
    with screen("apply", "--auto-approve", environment=KEYED) as shown:
        shown.wait_for("sends")
        while not any(arrival.kind == "send" for arrival in list(app.account.arrivals)):
            pass
        shown.type("\x03")
        shown.wait_for("stopping: ")
        shown.type("\x03")
        shown.wait_for("leaving: ")
        assert shown.ended() == 4
    assert "\x1b[?25h" in shown.shown.partition("stopping: ")[2]
    assert "Traceback" not in shown.shown
    assert "a person is needed (exit 4)" in shown.shown


def test_sigterm_while_a_person_thinks_gives_the_lock_back(project: Desk) -> None:
    with screen("apply", environment=KEYED) as shown:
        shown.wait_for("Apply this? [y/N]: ")
        shown.settle()
        shown.signal(signal.SIGTERM)
        assert shown.ended() == 3
    assert "sendmode-sync: interrupted" in shown.shown
    assert project("apply", "--auto-approve").code == 0


def test_sigterm_while_the_balance_is_read_ends_a_plan(project: Desk, app: App) -> None:
    app.script.replace([Fault("credits", "latency", seconds=60)])
    with screen("plan", environment=KEYED) as shown:
        while not app.account.arrivals:
            pass
        shown.signal(signal.SIGTERM)
        assert shown.ended() == 1
    assert "sendmode-sync: interrupted; nothing was changed" in shown.shown


@pytest.mark.parametrize(
    ("words", "question"),
    [
        (["adopt"], "Record these as applied, without a call? [y/N]: "),
        (["adopt", "--campaign", "welcome"], 'Record "welcome" as sent, without sending it? [y/N]: '),
    ],
)
def test_adopting_asks_first(project: Desk, words: list[str], question: str) -> None:
    before = project("plan", "--offline", "--format", "json").json["changes"]
    with screen(*words, environment={}) as shown:
        shown.wait_for(question)
        shown.type("n\n")
        assert shown.ended() == 1
    assert "nothing was done: you did not agree" in shown.shown
    assert project("plan", "--offline", "--format", "json").json["changes"] == before
    with screen(*words, environment={}) as shown:
        shown.wait_for(question)
        shown.type("y\n")
        assert shown.ended() == 0
    assert project("plan", "--offline", "--format", "json").json["changes"] != before


def test_a_run_that_no_longer_answers_is_unlocked(project: Desk) -> None:
    with screen("apply", environment=KEYED) as shown:
        shown.wait_for("Apply this? [y/N]: ")
        (run,) = project("history", "--format", "json").json["runs"]
        ran = project("state", "unlock", run["run"][:8])
        assert (ran.code, "starts no further call" in ran.out) == (0, True)
        assert "its process is still there" in ran.err
        shown.type("y\n")
        assert shown.ended() == 1
    assert "was unlocked" in shown.shown
