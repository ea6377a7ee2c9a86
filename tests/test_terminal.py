"""Progress as lines and as bars, and who is asked."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from sendmode_sync import terminal
from sendmode_sync.terminal import BarProgress, PlainProgress, SilentProgress


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Seconds:
    """A clock that a test turns."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_lines_come_at_the_beginning_at_the_end_and_every_ten_seconds_between() -> None:
    said: list[str] = []
    seconds = Seconds()
    with PlainProgress(said.append, seconds) as progress:
        progress.begin("imports", 4)
        progress.advance("imports")
        seconds.now = 10.0
        progress.advance("imports")
        seconds.now = 19.9
        progress.advance("imports")
        progress.advance("imports")
        progress.say("the balance is low")
    assert said == ["imports: 4 to do", "imports: 2 of 4", "imports: 4 of 4", "the balance is low"]


def test_a_lane_that_grows_counts_on() -> None:
    said: list[str] = []
    progress = PlainProgress(said.append, Seconds())
    progress.begin("sends", 2)
    progress.advance("sends", 2)
    progress.begin("sends", 1)
    progress.advance("sends")
    assert said == ["sends: 2 to do", "sends: 2 of 2", "sends: 1 to do", "sends: 3 of 3"]


def test_bars_count_grow_and_leave_nothing_but_what_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    progress = terminal.progress(Seconds(), colour=False)
    assert isinstance(progress, BarProgress)
    with progress:
        progress.begin("imports", 2)
        progress.advance("imports", 2)
        progress.begin("imports", 3)
        progress.say("[bold]not markup[/bold] 42")
    shown = screen.getvalue()
    assert "[bold]not markup[/bold] 42" in shown
    assert "imports" in shown
    assert "\x1b[3" not in shown
    assert shown.rstrip().endswith(("\x1b[2K", "\x1b[?25h", "\x1b[?25h\r\x1b[1A\x1b[2K"))


def test_without_a_terminal_there_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.progress(Seconds(), colour=True) as progress:
        progress.begin("imports", 1)
    assert capsys.readouterr() == ("", "imports: 1 to do\n")


def test_silence_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    progress = SilentProgress()
    progress.begin("imports", 1)
    progress.advance("imports")
    progress.say("nothing")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("typed", "shown", "asked"),
    [(Screen, Screen, True), (Screen, io.StringIO, False), (io.StringIO, Screen, False)],
)
def test_a_person_types_at_one_terminal_and_reads_at_another(
    typed: type[io.StringIO], shown: type[io.StringIO], asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", typed())
    monkeypatch.setattr(sys, "stderr", shown())
    assert terminal.is_interactive() is asked


def test_the_cursor_is_given_back_to_terminals_only(tmp_path: Path) -> None:
    master, slave = os.openpty()
    terminal.show_cursor(slave)
    assert os.read(master, 100) == b"\x1b[?25h"
    os.close(slave)
    os.close(master)
    with (tmp_path / "log").open("w+b") as log:
        terminal.show_cursor(log.fileno())
        assert log.seek(0, os.SEEK_END) == 0
