from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from typing import Any

import pytest

from sendmode_sync.model.plan import CampaignStatus
from sendmode_sync.model.report import StatusReport
from sendmode_sync.model.state import BalanceLook, UnknownOperation
from sendmode_sync.render import statuses
from sendmode_sync.render.view import Masker
from tests.golden.golden_samples import KEY, STATUS, UNKNOWN, ZONE

MASKED = Masker(KEY)
FRESH = StatusReport("lineage", 0, (), (), None)


def lines(report: StatusReport, *, all_items: bool = False) -> list[str]:
    return statuses.render(report, "text", MASKED, ZONE, all_items=all_items).splitlines()


def test_a_fresh_project_is_three_lines() -> None:
    assert lines(FRESH) == [
        "0 imports applied, 0 opt-outs recorded",
        "nothing was applied yet",
        "no run is needed until something changes",
    ]


def test_the_commands_that_settle_an_outcome_are_exact() -> None:
    shown = lines(STATUS)
    said = "sendmode-sync resolve black-friday"
    operation = f"--operation {UNKNOWN.operation}"
    assert f"        {said} --sent {operation}" in shown
    assert f'        {said} --not-sent --evidence "..." {operation}' in shown


def test_recipients_are_ten_masked_examples() -> None:
    shown = lines(STATUS)
    assert sum("+44 ** ****" in line for line in shown) == 10
    assert "                and 2 more (--format json lists them)" in shown
    assert sum("+44 ** ****" in line for line in lines(STATUS, all_items=True)) == 12


def test_balances_are_told_where_they_are_known() -> None:
    unknown = dataclasses.replace(UNKNOWN, looks=())
    assert "      balance   512 credits before, 500 after; this call was estimated at 12" in told(unknown)
    assert not [line for line in told(dataclasses.replace(unknown, balance_after=None)) if "balance " in line]


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        ([(5, 512, 0), (30, 500, 0)], "512 after 5 s, 500 after 30 s: it fell by 12, the cost of this call"),
        ([(5, 512, 0)], "512 after 5 s: it did not fall; this call was estimated at 12"),
        (
            [(5, 500, 12)],
            "500 after 5 s: it did not fall, beside 12 for other calls of the run; this call was estimated at 12",
        ),
        ([(6, 490, 10)], "490 after 6 s: it fell by 12, the cost of this call, beside 10 for other calls of the run"),
        ([(5, 505, 0)], "505 after 5 s: it fell by 7; this call was estimated at 12"),
        ([(5, 562, 0)], "562 after 5 s: it rose by 50; this call was estimated at 12"),
    ],
)
def test_what_the_balance_says_of_an_unknown_outcome(looks: list[tuple[int, int, int]], said: str) -> None:
    seen = tuple(BalanceLook(seconds, Decimal(balance), Decimal(others)) for seconds, balance, others in looks)
    text = " ".join(line.strip() for line in told(dataclasses.replace(UNKNOWN, looks=seen)))
    assert f"balance   512 credits before, {said}" in text


def told(unknown: UnknownOperation) -> list[str]:
    return lines(dataclasses.replace(STATUS, needs_person=(unknown,)))


@pytest.mark.parametrize(
    ("last_exit", "last_run", "line"),
    [
        (4, "51ab7e60", "last run Fri 2026-11-27 09:00 GMT (51ab7e60) ended with exit code 4"),
        (None, None, "last run Fri 2026-11-27 09:00 GMT has not ended"),
    ],
)
def test_the_last_run(last_exit: int | None, last_run: str | None, line: str) -> None:
    assert line in lines(dataclasses.replace(STATUS, last_exit=last_exit, last_run=last_run))


def test_the_json_is_what_is_documented() -> None:
    answer = json.loads(statuses.render(STATUS, "json", MASKED, ZONE))
    assert set(answer) == {"format_version", "state", "campaigns", "needs_person", "next_run_needed"}
    assert answer["state"] == {"lineage": STATUS.lineage, "serial": 12}
    assert answer["campaigns"][2] == {
        "name": "vip-preview",
        "status": "waiting",
        "recipients": 40,
        "accepted": 0,
        "rejected": 0,
        "unknown": 0,
        "left": 40,
        "next": "2026-12-03T10:00:00Z",
    }
    (unknown,) = answer["needs_person"]
    assert set(unknown) == {"campaign", "operation", "cause", "at", "customerid", "recipients", "commands"}
    assert len(unknown["recipients"]) == 12
    assert unknown["commands"][0] == f"sendmode-sync resolve black-friday --sent --operation {UNKNOWN.operation}"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "without an apply it expires Tue 2026-12-01 21:00 GMT, and 16 people do not get it"),
        ({"deadline": None, "left": 1}, "without an apply 1 person does not get it, however long it waits"),
        ({"status": CampaignStatus.BLOCKED, "deadline": None}, "nothing of it is sent; 16 people do not get it"),
        (
            {"status": CampaignStatus.UNKNOWN, "unknown": 1, "left": 0},
            "1 person stays unknown: nothing more of it goes to them, and every apply exits 4",
        ),
        (
            {"status": CampaignStatus.UNKNOWN, "unknown": 2, "left": 3},
            (
                "2 people stay unknown: nothing more of it goes to them, and every apply exits 4; "
                "it expires Tue 2026-12-01 21:00 GMT, and 3 people do not get it"
            ),
        ),
        ({"status": CampaignStatus.PARTIAL, "left": 0}, None),
        ({"status": CampaignStatus.WAITING, "ahead": True}, None),
        ({"status": CampaignStatus.SENT}, None),
        ({"status": CampaignStatus.EXPIRED}, None),
        ({"status": CampaignStatus.CANCELLED}, None),
        ({"status": CampaignStatus.DRAFT}, None),
    ],
)
def test_what_happens_if_nobody_acts(changes: dict[str, Any], said: str | None) -> None:
    outlook = dataclasses.replace(STATUS.campaigns[0], **changes)
    text = " ".join(" ".join(lines(dataclasses.replace(STATUS, campaigns=(outlook,)))).split())
    if said is None:
        assert "if nobody acts" not in text
    else:
        assert f"if nobody acts {outlook.name}: {said} notices" in text


def test_nothing_needed_is_null() -> None:
    assert json.loads(statuses.render(FRESH, "json", MASKED, ZONE))["next_run_needed"] is None
