from __future__ import annotations

import dataclasses
import json
from decimal import Decimal

import pytest

from sendmode_sync.errors import UsageError
from sendmode_sync.render import history
from sendmode_sync.render.view import Masker
from tests.golden.golden_samples import KEY, OPERATIONS, RUNS, ZONE

MASKED = Masker(KEY)


def test_no_runs_yet() -> None:
    assert history.render([], "text") == "no runs yet."


def test_runs_are_lines_with_what_they_did() -> None:
    _, apply, test = history.render(RUNS, "text", zone=ZONE).splitlines()
    assert apply.split() == [
        "51ab7e60",
        "apply",
        "Fri",
        "2026-11-27",
        "09:00",
        "GMT",
        "72",
        "s",
        "4",
        "500",
        "->",
        "484.5",
        "optout",
        "2",
        "done;",
        "send",
        "1",
        "done,",
        "1",
        "unknown;",
        "import",
        "5",
        "done,",
        "1",
        "rejected",
    ]
    assert test.split() == [
        "40f0aa11",
        "send-test",
        "Wed",
        "2026-07-01",
        "09:30",
        "IST",
        "-",
        "-",
        "not",
        "read",
        "none",
    ]


def test_a_balance_read_once_is_told() -> None:
    run = dataclasses.replace(RUNS[0], balance_before=Decimal(500), balance_after=None, counts={"send": {"done": 0}})
    assert history.render([run], "text").splitlines()[1].endswith("500      send 0")


def test_runs_as_json() -> None:
    answer = json.loads(history.render(RUNS, "json"))
    assert answer["runs"][0]["counts"]["send"] == {"done": 1, "unknown": 1}
    assert answer["runs"][0]["balance"] == {"before": 500.0, "after": 484.5}
    assert answer["runs"][1]["ended_at"] is None


def test_a_run_says_which_limits_it_might_pass_and_who_let_it() -> None:
    run = dataclasses.replace(RUNS[0], allowed={"max_updates": "50%", "max_credits": "900"})
    said = "allowed max_credits=900, max_updates=50%, by maeve"
    assert said in history.render_run(run, OPERATIONS, "text", MASKED, zone=ZONE).splitlines()
    assert json.loads(history.render([run], "json"))["runs"][0]["allowed"] == {
        "max_credits": "900",
        "max_updates": "50%",
    }
    assert "allowed" not in history.render_run(RUNS[0], OPERATIONS, "text", MASKED, zone=ZONE)


def test_a_run_shows_its_calls() -> None:
    shown = history.render_run(RUNS[0], OPERATIONS, "text", MASKED, zone=ZONE).splitlines()
    assert shown[1] == "started Fri 2026-11-27 09:00 GMT, ended Fri 2026-11-27 09:01 GMT after 72 s with exit code 4"
    assert "+44 ** **** **77 p-vk5ardxc" in shown[7]
    assert shown[8].split()[:6] == ["7c1d2e3f", "send", "unknown", "black-friday", "12", "12"]


def test_a_run_that_did_not_end() -> None:
    shown = history.render_run(RUNS[1], (), "text", MASKED, zone=ZONE).splitlines()
    assert shown[1:] == [
        "started Wed 2026-07-01 09:30 IST, has not ended",
        "balance not read",
        "calls none",
        "",
        "no calls",
    ]


@pytest.mark.parametrize(("all_items", "calls"), [(False, 10), (True, 14)])
def test_calls_are_cut_to_ten(all_items: bool, calls: int) -> None:
    shown = history.render_run(RUNS[0], OPERATIONS * 7, "text", MASKED, all_items=all_items)
    assert sum(line.startswith(("0a1b2c3d", "7c1d2e3f")) for line in shown.splitlines()) == calls
    assert ("and 4 more (--all)" in shown) is not all_items


def test_a_run_as_json_has_every_call() -> None:
    answer = json.loads(history.render_run(RUNS[0], OPERATIONS * 7, "json", MASKED))
    assert len(answer["operations"]) == 14
    assert answer["operations"][1]["cause"] == "read-timeout"
    assert answer["operations"][0]["recipients"] == ["+44 ** **** **77 p-vk5ardxc"]


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UsageError):
        history.render(RUNS, "csv")
    with pytest.raises(UsageError):
        history.render_run(RUNS[0], (), "csv", MASKED)
