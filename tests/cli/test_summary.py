"""The summary of a CI step: written where CI reads it, and never what a run fails for."""

from __future__ import annotations

from pathlib import Path

import pytest

from sendmode_sync.wiring import summary


def test_a_summary_is_wanted_in_ci_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    for said, wanted in (("true", True), ("1", True), ("", False), ("false", False)):
        monkeypatch.setenv("CI", said)
        assert summary.wanted() is wanted
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "")
    assert summary.wanted() is False


def test_pages_are_added(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    assert summary.append("## One") is None
    assert summary.append("## Zwei") is None
    assert (tmp_path / "summary.md").read_text("utf-8") == "## One\n\n## Zwei\n\n"


def test_what_cannot_be_written_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    assert summary.append("## One") == "the step's summary could not be written: Is a directory"
