from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest

from sendmode_sync.executor.verdict import (
    MOST_TRIES,
    Again,
    Away,
    Done,
    Failed,
    Final,
    Held,
    Kind,
    Stop,
    Verdict,
    result,
    verdict,
)
from sendmode_sync.model.calls import Accepted, Answer, Refused, Throttled, Unknown, Unsent
from sendmode_sync.model.claim import Result

KINDS: tuple[Kind, ...] = get_args(Kind)
REPEATABLE: tuple[Kind, ...] = ("credits", "import", "optout")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Accepted(), Done()),
        (Accepted(Decimal("9.5")), Done(Decimal("9.5"))),
        (Refused("http-404"), Failed("http-404")),
        (Refused("code-10", 10, "INVALID_SENDER_ID", "no"), Failed("code-10", "10 INVALID_SENDER_ID no")),
        (Refused("http-401", key_refused=True), Stop("http-401")),
        (Refused("code-14", 14, "INVALID_ACCESS_KEY", key_refused=True), Stop("code-14", "14 INVALID_ACCESS_KEY")),
        (Throttled(7.0), Again(7.0, everyone=True)),
        (Throttled(0.0), Again(1.0, everyone=True)),
        (Throttled(-5.0), Again(1.0, everyone=True)),
        (Throttled(float("nan")), Again(1.0, everyone=True)),
        (Throttled(3600.0), Again(60.0, everyone=True)),
        (Throttled(), Again(15.0, everyone=True)),
        (Unsent("dns"), Again(1.0)),
    ],
)
def test_certain_answers_mean_the_same_for_every_call(kind: Kind, answer: Answer, expected: Verdict) -> None:
    assert verdict(kind, answer, 1, 0.0) == expected


def test_a_send_of_unknown_outcome_is_held_at_the_first_try() -> None:
    assert verdict("send", Unknown("read-timeout", "x"), 1, 0.0) == Held("read-timeout", "x")


@pytest.mark.parametrize("kind", REPEATABLE)
def test_whatever_is_harmless_to_repeat_is_tried_again(kind: Kind) -> None:
    assert verdict(kind, Unknown("http-500"), 1, 0.0) == Again(1.0)


@pytest.mark.parametrize(("attempt", "after"), [(1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0)])
def test_waits_double(attempt: int, after: float) -> None:
    assert verdict("send", Unsent("refused"), attempt, after - 1) == Again(after)


@pytest.mark.parametrize(
    ("kind", "answer", "expected"),
    [
        ("send", Unsent("dns"), Away("dns")),
        ("send", Throttled(1.0), Away("http-429")),
        ("import", Unknown("http-500", "oops"), Away("http-500", "oops")),
        ("credits", Unsent("dns"), Away("dns")),
    ],
)
def test_five_tries_are_the_most(kind: Kind, answer: Answer, expected: Verdict) -> None:
    assert isinstance(verdict(kind, answer, MOST_TRIES - 1, 0.0), Again)
    assert verdict(kind, answer, MOST_TRIES, 0.0) == expected


def test_a_minute_of_waiting_is_the_most() -> None:
    assert verdict("send", Throttled(30.0), 2, 30.0) == Again(30.0, everyone=True)
    assert verdict("send", Throttled(30.0), 2, 30.5) == Away("http-429")


def test_throttling_that_names_no_time_uses_the_whole_budget() -> None:
    waited, attempt = 0.0, 1
    while isinstance(again := verdict("import", Throttled(), attempt, waited), Again):
        waited, attempt = waited + again.after, attempt + 1
    assert (waited, attempt) == (60.0, 5)


@pytest.mark.parametrize(
    ("final", "expected"),
    [
        (Done(Decimal(1)), Result("done")),
        (Failed("http-400", "x"), Result("rejected", "http-400", "x")),
        (Held("reset"), Result("unknown", "reset")),
        (Stop("http-403", "y"), Result("released", "http-403", "y")),
        (Away("dns"), Result("released", "dns")),
    ],
)
def test_results(final: Final, expected: Result) -> None:
    assert result(final) == expected
