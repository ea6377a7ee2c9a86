"""The clock is the machine's, and tells one boot from another."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from sendmode_sync.clocks import SystemClock


def test_the_system_clock_reads_the_machine() -> None:
    clock = SystemClock()
    before = time.time()
    now, instant = clock.now(), clock.instant()
    assert now.tzinfo is dt.UTC
    assert before <= now.timestamp() <= instant.wall <= time.time()
    assert clock.instant().boot >= instant.boot
    assert clock.monotonic() <= clock.monotonic()


def test_two_clocks_of_one_machine_agree_on_the_boot() -> None:
    assert SystemClock().instant().boot_id == SystemClock().instant().boot_id


def test_without_a_boot_id_each_process_is_a_boot_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> str:
        raise FileNotFoundError

    monkeypatch.setattr("pathlib.Path.read_text", missing)
    one, two = SystemClock(), SystemClock()
    assert one.instant().boot_id.startswith("process-")
    assert one.instant().boot_id == one.instant().boot_id != two.instant().boot_id


def test_without_a_boot_clock_the_monotonic_one_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    before = time.monotonic()
    assert before <= SystemClock().instant().boot <= time.monotonic()
