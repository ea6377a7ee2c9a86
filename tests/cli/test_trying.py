"""Commands for trying things out."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import pytest

import sendmode_sync
from sendmode_sync.emulator.app import App
from sendmode_sync.wiring import trying
from tests.cli.desk import KEY, Desk


def test_rehearse_needs_neither_state_nor_key_and_changes_nothing(project: Desk, app: App) -> None:
    project.key = None
    before = Path(".sendmode/sendmode.db").read_bytes()
    ran = project("rehearse")
    assert (ran.code, ran.err) == (0, "")
    assert "an apply would make 6 calls" in ran.out
    assert Path(".sendmode/sendmode.db").read_bytes() == before
    Path(".sendmode/sendmode.db").unlink()
    assert project("rehearse", "--all").code == 0
    assert not app.account.arrivals


def test_rehearse_at_another_time_and_short_of_credits(project: Desk) -> None:
    project.edit("campaigns/welcome.yaml", "    messagetext", "    scheduledate: 2030-01-07T10:00\n    messagetext")
    assert "send" not in {call["kind"] for call in project("rehearse", "--format", "json").json["calls"]}
    ran = project("rehearse", "--now", "2030-01-07T10:00", "--credits", "1", "--format", "json")
    assert (ran.code, ran.json["reasons"]) == (3, ["credits"])
    assert project("rehearse", "--now", "2030-01-07T10:00").code == 0
    ran = project("rehearse", "--now", "soon")
    assert (ran.code, '--now: "soon" is no date and time' in ran.err) == (64, True)


def test_rehearse_on_engage(project: Desk) -> None:
    project.edit("sendmode.yaml", "account:\n", "account:\n  api: engage\n")
    assert project("rehearse").code == 0


def test_credits_are_those_of_the_account(project: Desk, app: App) -> None:
    app.account.balance = Decimal("12.5")
    assert project("credits") == (0, "12.5 credits\n", "")
    Path("sendmode.state-id").unlink()
    Path(".sendmode/sendmode.db").unlink()
    assert project("credits") == (0, "12.5 credits\n", "")
    project.key = None
    assert project("credits").err == (
        "sendmode-sync: no API key: SENDMODE_API_KEY is not set; export SENDMODE_API_KEY=...\n"
    )


def test_credits_of_another_account_are_refused(project: Desk, app: App) -> None:
    assert project("apply", "--auto-approve").code == 0
    arrived = len(app.account.arrivals)
    project.key = "ANOTHERANOTHERANOTHE"
    ran = project("credits")
    assert (ran.code, "belongs to another account" in ran.err) == (1, True)
    assert len(app.account.arrivals) == arrived


def test_engage_has_no_balance(project: Desk) -> None:
    project.edit("sendmode.yaml", "account:\n", "account:\n  api: engage\n")
    ran = project("credits")
    assert (ran.code, "api engage has no call for the balance" in ran.err) == (1, True)
    assert "balance not checked: api engage has no call for the balance" in project("plan").out


def test_a_balance_that_cannot_be_read_is_tried_later(project: Desk, app: App) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
    text = Path("sendmode.yaml").read_text(encoding="utf-8")
    Path("sendmode.yaml").write_text(re.sub(r":\d+/v2", f":{port}/v2", text), encoding="utf-8")
    ran, address = project("plan"), f"http://127.0.0.1:{port}/v2"
    said = " ".join(ran.out.split())
    assert (ran.code, f"balance not checked: it could not be read from {address} in time" in said) == (0, True)
    asked = project("credits")
    said = f"the balance could not be read from {address}: connection-refused; try again later"
    assert (asked.code, said in asked.err) == (3, True)


def test_the_emulator_says_what_to_export_and_ends_softly(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "sendmode_sync", "emulator", "--port", "0", "--rate-limit", "5/1", "--credits", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(Path(sendmode_sync.__file__).parents[1]), "PYTHONUNBUFFERED": "1"},
        cwd=tmp_path,
    )
    assert process.stdout is not None
    banner = "".join(iter(process.stdout.readline, "\n"))
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert re.match(r"emulated Sendmode account on http://127\.0\.0\.1:\d+/v2", banner)
    assert (out.splitlines()[-1], err, process.returncode) == ("stopped", "", 0)


def test_the_emulator_is_interrupted_in_this_process_too(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        if len(said) == 1:
            threading.Timer(0.05, signal.raise_signal, [signal.SIGINT]).start()

    trying.serve_emulator(0, Decimal(1), KEY, (100, 60.0), say)
    assert said[-1] == "stopped"


def test_a_port_that_is_taken_is_named(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = desk("emulator", "--port", str(port))
    assert (ran.code, ran.out) == (1, "")
    assert f"port {port} cannot be used: " in ran.err
    assert "--port 0 picks a free one" in ran.err
