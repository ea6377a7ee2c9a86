"""Commands for a state that missed something: a result that could not be written, a key that was changed."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from sendmode_sync.emulator.app import App
from sendmode_sync.emulator.faults import Fault
from sendmode_sync.model.claim import Freeze, RunStart, SendClaim
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.model.state import FrozenText
from sendmode_sync.store.sqlite import SqliteStore
from tests.cli.desk import Desk

STATE = Path(".sendmode/sendmode.db")
AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
NOW = Instant(1e9, 1000.0, "boot")
NUMBERS = ("+447700900901", "+447700900902")
FREEZE = Freeze("c1:x", False, dict.fromkeys(NUMBERS, "t1:x"), {"t1:x": FrozenText("Hi", "GSM-7", 1)})


def interrupted(*, recovered: bool) -> None:
    """Leave two sends claimed by a run that died; where recovered, a later run has made them unknown."""
    with closing(SqliteStore.open(STATE)) as store:
        store.lock(RunStart("dead", "apply", "host", 1, "user", AT), 0)
        for at, number in enumerate(NUMBERS):
            claim = SendClaim(f"op-{at}", "old", "old-1", (number,), "t1:x", Decimal(1), freeze=FREEZE)
            store.begin(claim, AT, NOW, RateLimit(), 30.0)
        store._door._let_go()  # as the end of the process does
    if recovered:
        with closing(SqliteStore.open(STATE)) as store:
            store.lock(RunStart("next", "apply", "host", 1, "user", AT), 0)


def statuses() -> list[str]:
    with closing(SqliteStore.open(STATE, write=False)) as store:
        rows = store.load(["old"], AT).campaigns["old"].rows
        return [rows[number].status.value for number in NUMBERS]


@pytest.mark.parametrize(
    ("outcomes", "recovered", "left", "settled"),
    [
        (("done", "rejected"), False, ["accepted", "rejected"], 2),
        (("unknown", "released"), False, ["unknown", "planned"], 2),
        (("done", "rejected"), True, ["accepted", "unknown"], 1),
        (("released", "unknown"), True, ["unknown", "unknown"], 0),
    ],
)
def test_results_in_a_log_are_given_to_the_state(
    project: Desk, outcomes: tuple[str, str], left: list[str], settled: int, *, recovered: bool
) -> None:
    interrupted(recovered=recovered)
    log = "sends: 2 to do\n" + "".join(
        f"2026-12-01T10:00:00Z SMSYNC-RESULT operation=op-{at} outcome={outcome} cause=none\n"
        for at, outcome in enumerate(outcomes)
    )
    Path("apply.log").write_text(log + "SMSYNC-RESULT operation=another outcome=done cause=none\nSMSYNC-RESULT x\n")
    ran = project("state", "rescue", "apply.log")
    assert (ran.code, ran.out) == (0, f"3 results in the log, {settled} new to the state\n")
    assert statuses() == left
    assert project("state", "rescue", "apply.log").out == "3 results in the log, 0 new to the state\n"


def test_a_text_that_was_settled_as_not_sent_and_was_accepted_needs_a_person(project: Desk) -> None:
    interrupted(recovered=True)
    assert project("resolve", "old", "--not-sent", "--evidence", "nobody has it", "--operation", "op-0").code == 0
    assert statuses() == ["planned", "unknown"]
    lines = (f"SMSYNC-RESULT operation=op-{at} outcome=done cause=none\n" for at in range(2))
    Path("apply.log").write_text("".join(lines))
    ran = project("state", "rescue", "apply.log")
    assert (ran.code, ran.out) == (4, "2 results in the log, 1 new to the state\n")
    assert "campaign old: a text was accepted that was settled as not sent" in ran.err
    assert "sendmode-sync cancel old" in ran.err
    assert project("cancel", "old").code == 0


def test_nothing_is_rescued_beside_a_run(project: Desk) -> None:
    Path("apply.log").touch()
    with closing(SqliteStore.open(STATE)) as store:
        store.lock(RunStart("alive", "apply", "host", 1, "user", AT), 0)
        lock = store._door._flock
        store._door._opened.close()  # another process has it open; here one connection must do
        ran = project("state", "rescue", "apply.log")
        assert (ran.code, "run alive" in ran.err) == (1, True)
        assert lock is not None
        lock.release()
        store._door._lease = None


def test_a_new_key_of_the_same_account(project: Desk, app: App) -> None:
    assert project("apply", "--auto-approve").code == 0
    app.account.api_key = project.key = "ANOTHERANOTHER123456"
    ran = project("apply", "--auto-approve")
    assert (ran.code, "state rekey" in ran.err) == (1, True)
    assert project("state", "rekey").code == 64
    assert project("state", "rekey", "--auto-approve").out == "the state belongs to this key now\n"
    assert project("apply", "--auto-approve").code == 0
    with closing(SqliteStore.open(STATE, write=False)) as store:
        assert not store.identity().proven
        assert [run.kind for run in store.runs()][:2] == ["apply", "rekey"]


def test_a_key_that_the_server_refuses_changes_nothing(project: Desk, app: App) -> None:
    assert project("apply", "--auto-approve").code == 0
    project.key = "WRONGWRONGWRONG12345"
    ran = project("state", "rekey", "--auto-approve")
    assert (ran.code, "refused" in ran.err) == (1, True)
    project.key = app.account.api_key
    assert project("apply", "--auto-approve").code == 0


def test_a_server_that_is_away_changes_nothing(project: Desk, app: App) -> None:
    app.script.replace([Fault("credits", "http-404", times=None)])
    assert project("state", "rekey", "--auto-approve").code == 1
    with closing(SqliteStore.open(STATE, write=False)) as store:
        assert store.identity().account is None


def test_a_run_that_sends_keeps_a_copy_of_the_state_before(project: Desk) -> None:
    assert project("apply", "--auto-approve").code == 0
    (copy,) = Path(".sendmode/backups").iterdir()
    with closing(SqliteStore.open(copy, write=False)) as store:
        assert list(store.sent()) == []
    assert project("apply", "--auto-approve").code == 0
    assert list(Path(".sendmode/backups").iterdir()) == [copy], "a run without a send makes none"
