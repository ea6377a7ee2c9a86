from __future__ import annotations

import dataclasses
import datetime as dt
import json
from decimal import Decimal

import pytest

from sendmode_sync.errors import Exit, StateError, UsageError
from sendmode_sync.model.plan import NextRun
from sendmode_sync.model.report import EXIT_OF_REASON, Reason, RunReport
from sendmode_sync.render import reports
from tests.golden.golden_samples import DONE, REPORT


def lines(report: RunReport) -> list[str]:
    return reports.render(report, "text").splitlines()


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_told_with_what_to_do(reason: Reason) -> None:
    shown = lines(dataclasses.replace(DONE, exit_code=EXIT_OF_REASON[reason], reasons=(reason,)))
    said = reports.REASONS[reason]
    told = " ".join(" ".join(shown).split())
    assert f"why {said.why} next {said.remedy}" in told


def test_a_run_that_the_state_stopped_says_so_instead_of_refused_calls() -> None:
    stopped = dataclasses.replace(DONE, failures=()).stopped_by(StateError("taken over"))
    told = " ".join(" ".join(lines(stopped)).split())
    assert "why the state took no more of this run, which stopped next do as the error says" in told
    assert reports.REASONS[Reason.FAILED].why not in told
    refused = dataclasses.replace(stopped, failures=("import refused: http-400",))
    assert f"why {reports.REASONS[Reason.FAILED].why}" in " ".join(" ".join(lines(refused)).split())
    assert lines(stopped)[-1] == "ended with an error (exit 1)."


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (Exit.OK, "done (exit 0)."),
        (Exit.INCOMPLETE, "incomplete, and safe to run again (exit 3)."),
        (Exit.PERSON, "a person is needed (exit 4)."),
        (Exit.ERROR, "ended with an error (exit 1)."),
        (Exit.USAGE, "ended with exit 64."),
    ],
)
def test_the_last_line_is_the_verdict(code: Exit, line: str) -> None:
    assert lines(dataclasses.replace(DONE, exit_code=code))[-1] == line


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("500", "484.5", "  credits   500 before, 484.5 after: 15.5 gone, 16 estimated"),
        ("500", None, "  credits   500 before, 16 estimated"),
        (None, None, "  credits   balance not read, 16 estimated"),
    ],
)
def test_credits_are_told_as_far_as_they_were_read(before: str | None, after: str | None, line: str) -> None:
    report = dataclasses.replace(
        REPORT, before=None if before is None else Decimal(before), after=None if after is None else Decimal(after)
    )
    assert line in lines(report)


def test_a_run_without_sends_says_nothing_of_credits() -> None:
    assert not [line for line in lines(DONE) if "credits" in line]


def test_refused_calls_are_cut_to_ten() -> None:
    shown = lines(dataclasses.replace(REPORT, failures=tuple(f"failure {at}" for at in range(14))))
    assert sum(line.startswith("  ! failure") for line in shown) == 10
    assert "    and 4 more (--all)" in shown


def test_the_json_is_what_is_documented() -> None:
    assert json.loads(reports.render(REPORT, "json")) == {
        "format_version": 1,
        "run": REPORT.run,
        "exit_code": 4,
        "reasons": ["unknown", "duration"],
        "plan_digest": REPORT.plan_digest,
        "counts": {
            "imports": {"done": 5, "failed": 1, "left": 7},
            "optouts": {"done": 2, "failed": 0, "left": 0},
            "sends": {"accepted": 14, "rejected": 0, "unknown": 2, "left": 0},
        },
        "credits": {"before": 500.0, "after": 484.5, "estimated": 16.0},
    }


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UsageError):
        reports.render(DONE, "html")


def test_it_ends_with_the_next_run_that_is_needed() -> None:
    needed = NextRun(dt.datetime(2026, 12, 3, 10, tzinfo=dt.UTC), "vip", dt.datetime(2026, 12, 3, 21, tzinfo=dt.UTC))
    report = dataclasses.replace(DONE, next_run=needed)
    assert reports.render(report, "text", "Europe/Madrid").splitlines()[-1] == (
        "next run needed: Thu 2026-12-03 11:00 to 22:00 CET, for vip; nothing sends this by itself."
    )
