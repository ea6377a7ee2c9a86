from __future__ import annotations

import json
from decimal import Decimal

import pytest

from sendmode_sync.errors import UsageError
from sendmode_sync.model.calls import Accepted, Answer, CheckCredits, OptOutNumber, SendText, Throttled, Unknown, Unsent
from sendmode_sync.model.rehearsal import Rehearsal, Rehearsed
from sendmode_sync.render import rehearsal
from sendmode_sync.render.view import Masker
from tests.golden.golden_samples import DONE, KEY, PLAN, REHEARSAL, SENDS, number

MASKED = Masker(KEY)


def only(*calls: Rehearsed) -> Rehearsal:
    return Rehearsal(PLAN, DONE, calls, 1.0)


def test_calls_of_one_kind_share_a_line() -> None:
    shown = rehearsal.render(REHEARSAL, "text", MASKED).splitlines()
    assert shown[2].split() == ["0:00:00", "2", "opt-out", "-", "2", "0", "accepted"]
    assert shown[5].split() == ["0:00:03", "12", "import", "members", "12", "0", "accepted"]


def test_totals_count_what_was_accepted() -> None:
    assert rehearsal.render(REHEARSAL, "text", MASKED).splitlines()[-1] == (
        "an apply would make 17 calls in about 11 s and spend 12 credits; it would end with exit code 3. "
        "nothing was changed."
    )


def test_no_call_at_all() -> None:
    assert rehearsal.render(only(), "text", MASKED) == "an apply would make no call. nothing was changed."


def test_a_run_that_ends_well_says_no_code() -> None:
    shown = rehearsal.render(only(Rehearsed(0.0, OptOutNumber(number(1)), Accepted())), "text", MASKED)
    assert shown.endswith("an apply would make 1 call in about 1 s and spend 0 credits. nothing was changed.")


def test_json_has_every_call() -> None:
    answer = json.loads(rehearsal.render(REHEARSAL, "json", MASKED))
    assert len(answer["calls"]) == answer["api_calls"] == 17
    assert answer["calls"][2] == {
        "seconds": 1.2,
        "kind": "send",
        "what": "december-offer",
        "recipients": ["+44 ** **** **01 p-zscpw4zt"],
        "credits": 1.0,
        "answer": "accepted",
    }
    assert answer["credits"] == {"before": 1000.0, "after": 998.0, "estimated": 12.0}
    assert answer["reasons"] == ["credits"]


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (Accepted(Decimal(5)), "accepted"),
        (Throttled(3.0), "too many calls"),
        (Unknown("read-timeout"), "read-timeout"),
        (Unsent("refused"), "refused"),
    ],
)
def test_every_answer_has_a_word(answer: Answer, word: str) -> None:
    shown = json.loads(rehearsal.render(only(Rehearsed(0.0, CheckCredits(), answer)), "json", MASKED))
    assert (shown["calls"][0]["kind"], shown["calls"][0]["answer"]) == ("credits", word)


def test_a_send_that_no_plan_holds_has_no_campaign() -> None:
    call = SendText((number(99),), SENDS[0].messagetext, "x")
    shown = json.loads(rehearsal.render(only(Rehearsed(0.0, call, Accepted())), "json", MASKED))
    assert shown["calls"][0]["what"] is None


def test_times_of_a_long_run_are_a_clock() -> None:
    shown = rehearsal.render(only(Rehearsed(7384.9, OptOutNumber(number(1)), Accepted())), "text", MASKED)
    assert "2:03:04" in shown


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UsageError):
        rehearsal.render(REHEARSAL, "html", MASKED)
