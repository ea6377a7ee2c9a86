from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sendmode_sync.errors import RefusedError, StateError
from sendmode_sync.executor import single
from sendmode_sync.executor.money import Reading
from sendmode_sync.executor.single import Trial
from sendmode_sync.model import claim as claims
from sendmode_sync.model.calls import Accepted, Answer, CheckCredits, Refused, SendText, Unknown, Unsent
from sendmode_sync.model.claim import CreditsClaim
from sendmode_sync.model.report import Reason
from sendmode_sync.model.settings import Account, RateLimit, Safety, Settings
from tests.executor.fake_stage import ROOMY, Stage, person

CALL = SendText((person(1),), "Hi", "test-1", "Repliable")
CLAIM = claims.TestClaim("op-test", "a", "test-1", person(1), Decimal(1))


def read(stage: Stage, patience: float | None = None, limit: RateLimit = ROOMY, **more: Any) -> Reading:
    return stage.play(
        lambda: single.read_balance(stage.store, stage.client, stage.clock, limit, "op-1", patience, **more)
    )


def trial(stage: Stage, safety: Safety | None = None, **more: Any) -> Trial:
    settings = Settings(Account(rate_limit=ROOMY), safety or Safety())
    return stage.play(
        lambda: single.send_test(
            stage.store, stage.client, stage.clock, settings, CLAIM, CALL, "k1:0", stop=stage.stop, **more
        )
    )


def test_the_balance(stage: Stage) -> None:
    assert read(stage) == Reading(Decimal(500))
    assert list(stage.store.claims) == ["op-1"]
    assert stage.store.proofs == []


def test_the_account_is_remembered_where_asked(stage: Stage) -> None:
    read(stage, account="k1:0")
    assert stage.store.proofs == [("k1:0", False)]


def test_the_balance_is_read_again_by_verdict(stage: Stage) -> None:
    stage.client.script[CheckCredits] = [Unsent("dns"), Unknown("http-500")]
    assert read(stage) == Reading(Decimal(500))
    assert len(stage.client.calls) == 3


def test_patience_bounds_the_tries(stage: Stage) -> None:
    stage.client.otherwise[CheckCredits] = lambda call: Unsent("dns")
    assert read(stage, patience=2.0) == Reading(cause="not-finished")
    assert stage.loop.time() == pytest.approx(2.0, abs=0.1)


def test_patience_bounds_the_wait_for_a_slot(stage: Stage) -> None:
    limit = RateLimit(1, 60.0)
    stage.store.begin(CreditsClaim("op-0"), stage.clock.now(), stage.clock.instant(), limit, 30.0)
    assert read(stage, patience=2.0, limit=limit) == Reading(cause="not-started")
    assert stage.client.calls == []
    assert list(stage.store.claims) == ["op-0"]


def test_without_patience_it_waits_for_its_slot(stage: Stage) -> None:
    limit = RateLimit(1, 60.0)
    stage.store.begin(CreditsClaim("op-0"), stage.clock.now(), stage.clock.instant(), limit, 30.0)
    assert read(stage, limit=limit) == Reading(Decimal(500))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Refused("http-401", key_refused=True), "the API key was refused: http-401"),
        (Refused("http-404"), "credits refused: http-404"),
    ],
)
def test_a_refusal_is_raised(stage: Stage, answer: Answer, message: str) -> None:
    stage.client.script[CheckCredits] = [answer]
    with pytest.raises(RefusedError, match=message):
        read(stage)


def test_a_test_send_that_is_charged_proves_the_account(stage: Stage) -> None:
    assert trial(stage) == Trial(None, "accepted, and the balance fell by 1 credit")
    assert stage.store.proofs == [("k1:0", False), ("k1:0", True)]
    assert stage.client.kinds() == ["CheckCredits", "SendText", "CheckCredits"]


def test_its_outcome_reads_as_a_sentence(stage: Stage) -> None:
    assert f"{trial(stage)}" == "accepted, and the balance fell by 1 credit"


def test_a_test_send_that_is_not_charged(stage: Stage) -> None:
    stage.client.billed = Decimal(0)
    assert trial(stage).reason is Reason.UNBILLED
    assert stage.store.proofs == [("k1:0", False)]
    assert stage.loop.time() == pytest.approx(30, abs=2)


@pytest.mark.parametrize(
    ("readings", "said"),
    [
        ([Accepted(Decimal(500)), Accepted(Decimal(600))], "the balance rose"),
        ([Accepted(Decimal(500)), Refused("http-404")], "could not be read again"),
    ],
)
def test_a_balance_that_proves_nothing(stage: Stage, readings: list[Answer], said: str) -> None:
    stage.client.script[CheckCredits] = readings
    outcome = trial(stage)
    assert outcome.reason is None
    assert said in outcome.sentence
    assert (None, True) not in stage.store.proofs


def test_without_a_balance_a_test_send_is_just_sent(stage: Stage) -> None:
    stage.client.abilities = stage.client.abilities._replace(credits=False)
    assert trial(stage) == Trial(None, "accepted")
    assert stage.client.kinds() == ["SendText"]


@pytest.mark.parametrize(
    ("answer", "reason", "said"),
    [
        (Unsent("dns"), Reason.AWAY, "not sent: the balance could not be read"),
        (Refused("http-404"), Reason.FAILED, "not sent: credits refused: http-404"),
        (Refused("http-401", key_refused=True), Reason.FAILED, "not sent: the API key was refused: http-401"),
        (Accepted(Decimal("0.5")), Reason.CREDITS, "not sent: the balance of 0.5 credits does not cover it"),
    ],
)
def test_nothing_is_sent_without_a_balance_that_covers_it(
    stage: Stage, answer: Answer, reason: Reason, said: str
) -> None:
    stage.client.otherwise[CheckCredits] = lambda call: answer
    assert trial(stage) == Trial(reason, said)
    assert stage.client.of(SendText) == []


def test_the_reserve_holds_for_test_sends(stage: Stage) -> None:
    assert trial(stage, Safety(min_balance=Decimal(500))).reason is Reason.CREDITS


@pytest.mark.parametrize(
    ("answer", "reason", "said", "tries"),
    [
        (Refused("code-10"), Reason.FAILED, "refused: code-10", 1),
        (Unknown("read-timeout"), Reason.UNKNOWN, "it cannot be known whether it was sent: read-timeout", 1),
        (Unsent("dns"), Reason.AWAY, "not sent: dns", 5),
        (Refused("http-403", key_refused=True), Reason.FAILED, "not sent: the API key was refused: http-403", 1),
    ],
)
def test_answers_to_a_test_send(stage: Stage, answer: Answer, reason: Reason, said: str, tries: int) -> None:
    stage.client.otherwise[SendText] = lambda call: answer
    assert trial(stage) == Trial(reason, said)
    assert len(stage.client.of(SendText)) == tries


def test_a_test_send_never_reaches_who_opted_out(stage: Stage) -> None:
    stage.store.opted_out = {person(1)}
    assert trial(stage) == Trial(Reason.FAILED, "not sent: the number is opted out")
    assert stage.client.of(SendText) == []


def test_a_signal_stops_a_test_send(stage: Stage) -> None:
    stage.client.otherwise[SendText] = lambda call: Unsent("dns")
    stage.stop_at = 1.0
    assert trial(stage).reason is Reason.INTERRUPTED


def test_the_result_of_a_test_send_that_cannot_be_written_is_said(stage: Stage) -> None:
    stage.store.fail["settle"] = (2, StateError("disk full"))
    with pytest.raises(StateError):
        trial(stage, progress=stage.progress)
    assert stage.progress.sentences == ["SMSYNC-RESULT operation=op-test outcome=done cause=none"]


def test_without_a_progress_nothing_is_said(stage: Stage) -> None:
    stage.store.fail["settle"] = (2, StateError("disk full"))
    with pytest.raises(StateError):
        trial(stage)
    single.SILENCE.begin("sends", 1)
    single.SILENCE.advance("sends")
