from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from sendmode_sync.errors import Exit, FencedError, StateError
from sendmode_sync.executor import run
from sendmode_sync.executor.calling import STALE
from sendmode_sync.executor.course import Stop
from sendmode_sync.model.calls import (
    Accepted,
    Answer,
    Call,
    CheckCredits,
    ImportCustomer,
    OptOutNumber,
    Refused,
    SendText,
    Throttled,
    Unknown,
    Unsent,
)
from sendmode_sync.model.claim import Beginning, Claim, CreditsClaim, ImportClaim, OptOutClaim, Result, SendClaim
from sendmode_sync.model.plan import Plan
from sendmode_sync.model.report import Reason, SendTally
from sendmode_sync.model.settings import RateLimit
from tests.executor.fake_stage import Stage, each_alone, people, person, plan, send, slowly


def test_the_order_is_claim_call_settle(stage: Stage) -> None:
    order: list[str] = []

    def answer(call: Call) -> Answer:
        order.append("call")
        return Accepted()

    stage.client.otherwise[SendText] = answer
    stage.apply(plan(send("a", person(1))), probe=order.append)
    at = order.index("call")
    assert order[at - 1 : at + 3] == ["call:claimed", "call", "call:answered", "call:settled"]


@pytest.mark.parametrize("point", ["call:claimed", "call:answered"])
def test_a_crash_before_the_result_leaves_the_claim(stage: Stage, point: str) -> None:
    class CrashError(BaseException):
        pass

    hits = 0

    def crash(named: str) -> None:
        nonlocal hits
        hits += named == point
        if hits == 2:  # the first is the reading of the balance
            raise CrashError

    with pytest.raises(CrashError):
        stage.apply(plan(*each_alone("a", 1, 3)), probe=crash, proven=False)
    assert stage.store.outcomes(SendClaim) == ["claimed"]
    assert len(stage.client.of(SendText)) == (0 if point == "call:claimed" else 1)


def test_a_wait_for_a_slot_is_slept_and_asked_again(stage: Stage) -> None:
    stage.client.latency = 1.0
    stage.apply(plan(imports=4), limit=RateLimit(2, 20.0))
    assert stage.client.at(ImportCustomer) == pytest.approx([1.0, 21.0, 22.0, 42.0])
    assert stage.store.outcomes(ImportClaim) == ["done"] * 4


@pytest.mark.parametrize(
    "answers",
    [[Unsent("dns")], [Unsent("dns"), Unsent("refused"), Unsent("tls"), Unsent("dns")], [Throttled(5.0)]],
)
def test_a_send_that_did_not_start_goes_again_by_the_same_claim(stage: Stage, answers: list[Answer]) -> None:
    stage.client.script[SendText] = list(answers)
    report = stage.apply(plan(send("a", person(1))))
    assert len(stage.client.of(SendText)) == len(answers) + 1
    assert stage.store.outcomes(SendClaim) == ["done"]
    assert len(stage.store.steps("again")) == len(answers) == len(stage.store.steps("answered"))
    assert (report.exit_code, report.sends.accepted) == (0, 1)


def test_backoff_doubles(stage: Stage) -> None:
    stage.client.latency = 0.0
    stage.client.script[ImportCustomer] = [Unknown("http-500")] * 4
    stage.apply(plan(imports=1))
    first, *later = stage.client.at(ImportCustomer)
    assert [when - first for when in later] == [1, 3, 7, 15]


def test_every_start_takes_a_slot(stage: Stage) -> None:
    stage.client.script[ImportCustomer] = [Unsent("dns")] * 2
    stage.apply(plan(imports=1))
    (operation,) = (name for name, claim in stage.store.claims.items() if isinstance(claim, ImportClaim))
    slots = stage.store.slots[operation]
    assert len(slots) == 3
    assert all(slot.answered is not None for slot in slots)


def test_a_spent_budget_ends_the_run_away(stage: Stage) -> None:
    stage.client.otherwise[OptOutNumber] = lambda call: Unsent("dns")
    report = stage.apply(plan(send("a", person(1)), optouts=1, imports=3))
    assert len(stage.client.of(OptOutNumber)) == 5
    assert stage.client.kinds() == ["CheckCredits", "OptOutNumber"]
    assert stage.store.outcomes(OptOutClaim) == ["released"]
    assert (report.exit_code, report.reasons) == (3, (Reason.AWAY,))
    assert (report.optouts.left, report.sends.left, report.imports.left) == (1, 1, 3)


def test_a_send_whose_budget_is_spent_is_released_for_another_run(stage: Stage) -> None:
    stage.client.otherwise[SendText] = lambda call: Unsent("dns")
    report = stage.apply(plan(send("a", *people(1, 3)), imports=1))
    assert stage.store.outcomes(SendClaim) == ["released"]
    assert (report.sends.left, report.exit_code, report.reasons) == (3, 3, (Reason.AWAY,))
    assert stage.client.of(ImportCustomer) == []


def test_a_repeatable_call_that_stays_unknown_is_released(stage: Stage) -> None:
    stage.client.otherwise[ImportCustomer] = lambda call: Unknown("http-502")
    report = stage.apply(plan(imports=1))
    assert len(stage.client.of(ImportCustomer)) == 5
    assert list(stage.store.results.values())[-1] == Result("released", "http-502")
    assert report.reasons == (Reason.AWAY,)


def test_an_unknown_send_is_held_and_never_retried(stage: Stage) -> None:
    stage.client.script[SendText] = [Unknown("read-timeout")]
    report = stage.apply(plan(send("a", *people(1, 4))))
    assert len(stage.client.of(SendText)) == 1
    assert stage.store.outcomes(SendClaim) == ["unknown"]
    assert (report.sends.unknown, report.exit_code, report.reasons) == (4, 4, (Reason.UNKNOWN,))


@pytest.mark.parametrize("kind", [CheckCredits, OptOutNumber, SendText, ImportCustomer])
def test_a_refused_key_stops_the_run_at_once(stage: Stage, kind: type[Call]) -> None:
    stage.client.script[kind] = [Refused("http-401", key_refused=True)]
    report = stage.apply(plan(*each_alone("a", 1, 2), optouts=1, imports=1), proven=False)
    assert stage.client.kinds()[-1] == kind.__name__
    assert list(stage.store.results.values())[-1] == Result("released", "http-401")
    assert (report.exit_code, report.reasons) == (1, (Reason.FAILED,))
    assert report.failures == ("the API key was refused: http-401",)


def test_throttling_pauses_every_lane(stage: Stage) -> None:
    stage.client.latency = 1.0
    stage.client.script[ImportCustomer] = [Throttled(10.0)]
    stage.apply(plan(imports=20))
    starts = sorted(stage.client.at(ImportCustomer))
    assert starts[:8] == [1.0] * 8
    assert starts[8] == pytest.approx(12.0)
    assert len(starts) == 21


def test_the_longer_pause_counts(stage: Stage) -> None:
    stage.client.latency = 1.0
    stage.client.script[ImportCustomer] = [Throttled(30.0), Throttled(5.0)]
    stage.apply(plan(imports=9))
    assert sorted(stage.client.at(ImportCustomer))[8] == pytest.approx(32.0)


def test_a_claim_that_grew_old_is_taken_back_and_made_anew(stage: Stage) -> None:
    hits = 0

    def doze(point: str) -> None:
        nonlocal hits
        hits += point == "call:claimed"
        if hits == 2:
            hits += 1
            stage.clock.sleep(STALE + 0.1)

    report = stage.apply(plan(send("a", person(1))), probe=doze)
    assert stage.store.outcomes(SendClaim) == ["released", "done"]
    assert len(stage.client.of(SendText)) == 1
    assert (report.exit_code, report.sends.accepted) == (0, 1)


def test_a_claim_that_is_young_enough_is_used(stage: Stage) -> None:
    stage.apply(plan(send("a", person(1))), probe=lambda _: stage.clock.sleep(STALE - 0.1))
    assert stage.store.outcomes(SendClaim) == ["done"]


def test_a_process_that_slept_while_it_claimed_claims_again(stage: Stage) -> None:
    begin = stage.store.begin
    naps = iter([STALE + 0.1])

    class Dozing:
        """The stage's store; between the reading of the clock and the first claim of a send the machine sleeps."""

        def __getattr__(self, name: str) -> Any:
            return getattr(stage.store, name)

        def begin(self, claim: Claim, *rest: Any) -> Beginning:
            if isinstance(claim, SendClaim):
                stage.clock.sleep(next(naps, 0.0))
            return begin(claim, *rest)

    job = stage.job(plan(send("a", person(1))))
    store: Any = Dozing()
    stage.play(lambda: run.apply(job, store, stage.client, stage.clock, stage.progress, stage.stop))
    assert stage.store.outcomes(SendClaim) == ["released", "done"]
    assert len(stage.client.of(SendText)) == 1


def test_no_other_call_is_claimed_between_the_last_check_and_the_call(stage: Stage) -> None:
    checked: list[str] = []
    waiting: list[int] = []

    class Watched:
        """The stage's store; at every claim it counts the calls that are checked and have not started."""

        def __getattr__(self, name: str) -> Any:
            return getattr(stage.store, name)

        def begin(self, *claim: Any) -> Beginning:
            waiting.append(checked.count("call:claimed") - len(stage.client.calls))
            return stage.store.begin(*claim)

    job = stage.job(plan(imports=8), probe=checked.append)
    store: Any = Watched()
    stage.play(lambda: run.apply(job, store, stage.client, stage.clock, stage.progress, stage.stop))
    assert waiting == [0] * 9


def test_barred_recipients_are_left_out_at_a_proportional_cost(stage: Stage) -> None:
    stage.store.opted_out = {person(2), person(4)}
    report = stage.apply(plan(send("a", *people(1, 4), cost=10)))
    (claim,) = stage.store.of(SendClaim)
    assert (claim.recipients, claim.credits) == ((person(1), person(3)), Decimal(5))
    (call,) = stage.client.of(SendText)
    assert call.recipients == (person(1), person(3))
    assert (report.sends.accepted, report.sends.left, report.exit_code) == (2, 0, 0)


def test_a_call_whose_recipients_are_all_barred_is_none(stage: Stage) -> None:
    stage.store.opted_out = set(people(1, 3))
    report = stage.apply(plan(send("a", *people(1, 3))))
    assert stage.client.of(SendText) == []
    assert (report.sends.left, report.exit_code) == (0, 0)


def test_a_store_that_bars_nobody_by_name_bars_the_call(stage: Stage) -> None:
    stage.store.opted_out = {person(1)}
    stage.store.bar_by_no_name = True
    stage.apply(plan(send("a", *people(1, 3))))
    assert stage.client.of(SendText) == []


def test_whoever_opts_out_before_a_retry_is_left_out(stage: Stage) -> None:
    stage.client.script[SendText] = [Unsent("dns")]
    stage.store.bar_on_again = {person(1)}
    report = stage.apply(plan(send("a", *people(1, 3))))
    assert [call.recipients for call in stage.client.of(SendText)] == [people(1, 3), people(2, 3)]
    assert stage.store.outcomes(SendClaim) == ["released", "done"]
    assert len({claim.operation for claim in stage.store.of(SendClaim)}) == 2
    assert (report.sends.accepted, report.sends.left) == (2, 0)


def test_nobody_is_left_of_a_retry(stage: Stage) -> None:
    stage.client.script[SendText] = [Unsent("dns")]
    stage.store.bar_on_again = set(people(1, 3))
    report = stage.apply(plan(send("a", *people(1, 3))))
    assert stage.store.outcomes(SendClaim) == ["released"]
    assert (report.sends.accepted, report.sends.left) == (0, 0)


def test_an_import_is_barred_at_its_claim_and_at_its_retry(stage: Stage) -> None:
    stage.store.opted_out = {person(0)}
    stage.store.bar_on_again = {person(1)}
    stage.client.script[ImportCustomer] = [Unsent("dns")]
    report = stage.apply(plan(imports=3))
    assert [call.mobilenumber for call in stage.client.of(ImportCustomer)] == [person(1), person(2)]
    assert (report.imports.done, report.imports.left, report.imports.failed) == (1, 0, 0)


def test_the_account_is_remembered_once_after_the_first_success(stage: Stage) -> None:
    stage.client.script[CheckCredits] = [Unsent("dns")]
    stage.apply(plan(imports=3), fingerprint="k1:0")
    assert stage.store.proofs == [("k1:0", True)]
    first = next(step for step in stage.store.log if step[0] in {"settle", "prove"})
    assert first[0] == "settle"


def test_no_account_is_remembered_where_nothing_succeeds(stage: Stage) -> None:
    stage.client.otherwise[CheckCredits] = lambda call: Refused("http-403", key_refused=True)
    stage.apply(plan(imports=1), fingerprint="k1:0")
    assert stage.store.proofs == []


@pytest.mark.parametrize("method", ["begin", "settle", "again", "answered"])
def test_an_error_of_the_state_stops_everything(stage: Stage, method: str) -> None:
    stage.client.script[ImportCustomer] = [Unsent("dns")]
    stage.client.latency = 1.0
    count = {"begin": 4, "settle": 2}.get(method, 1)
    stage.store.fail[method] = (count, StateError("disk full"))
    report = stage.apply(plan(imports=30))
    assert isinstance(report.stopped, StateError)
    assert str(report.stopped) == "disk full"
    failed = stage.store.log.index(next(step for step in reversed(stage.store.log) if step[0] == method))
    assert not [step for step in stage.store.log[failed + 1 :] if step[0] in {"begin", "again"}]
    assert stage.client.in_flight.total() == 0


def test_an_error_in_flight_lets_nothing_start_that_waits_for_a_slot(stage: Stage) -> None:
    stage.store.fail["settle"] = (2, StateError("disk full"))
    report = stage.apply(plan(imports=9), limit=RateLimit(3, 60.0))
    assert isinstance(report.stopped, StateError)
    assert len(stage.store.of(ImportClaim)) == 2
    assert stage.loop.time() < 1


def test_a_lost_lease_stops_everything(stage: Stage) -> None:
    stage.store.fail["begin"] = (2, FencedError("taken over"))
    report = stage.apply(plan(*each_alone("a", 1, 3), imports=3))
    assert isinstance(report.stopped, FencedError)
    assert stage.client.kinds() == ["CheckCredits"]
    assert (report.exit_code, report.reasons) == (1, (Reason.FAILED,))
    assert (report.sends.left, report.imports.left) == (3, 3)


@pytest.mark.parametrize("wanted", [plan(imports=2), plan(send("a", person(1)))])
def test_what_is_known_not_to_be_accepted_is_taken_back_when_it_cannot_be_tried_again(
    stage: Stage, wanted: Plan
) -> None:
    for kind in (ImportCustomer, SendText):
        stage.client.script[kind] = [Unsent("dns")]
    stage.store.fail["again"] = (1, FencedError("taken over"))
    report = stage.apply(wanted)
    assert isinstance(report.stopped, FencedError)
    assert {*stage.store.outcomes(SendClaim), *stage.store.outcomes(ImportClaim)} <= {"released", "done"}
    assert (report.sends.unknown, report.sends.left + report.imports.left) == (0, 1)
    assert report.exit_code == Exit.ERROR


def test_a_balance_that_cannot_be_asked_for_again_stops_everything(stage: Stage) -> None:
    stage.client.script[CheckCredits] = [Unsent("dns")]
    stage.store.fail["again"] = (1, StateError("disk full"))
    report = stage.apply(plan(send("a", person(1))))
    assert isinstance(report.stopped, StateError)
    assert stage.client.kinds() == ["CheckCredits"]


def test_a_text_whose_end_cannot_be_written_is_unknown_to_whoever_took_over(stage: Stage) -> None:
    stage.store.fail["settle"] = (2, FencedError("taken over"))
    report = stage.apply(plan(send("a", person(1))))
    assert (report.exit_code, report.reasons) == (Exit.PERSON, (Reason.FAILED, Reason.UNKNOWN))
    assert report.sends.unknown == 1


def test_a_call_that_is_settled_counts_though_the_account_cannot_be_remembered(stage: Stage) -> None:
    stage.store.fail["prove"] = (1, StateError("disk full"))
    report = stage.apply(plan(imports=2), fingerprint="k1:0")
    assert report.imports.done == 2


def test_a_bug_in_flight_is_no_report(stage: Stage) -> None:
    async def broken(call: Call) -> Answer:
        raise ZeroDivisionError

    stage.client.otherwise[ImportCustomer] = broken
    with pytest.raises(ZeroDivisionError):
        stage.apply(plan(imports=2))


def test_the_result_of_a_send_that_cannot_be_written_is_said(stage: Stage) -> None:
    stage.store.fail["settle"] = (2, StateError("disk full"))
    report = stage.apply(plan(send("a", person(1))))
    assert isinstance(report.stopped, StateError)
    assert stage.progress.sentences == ["SMSYNC-RESULT operation=op2 outcome=done cause=none"]
    assert (report.sends.unknown, report.sends.left) == (1, 0)  # until the line is rescued
    assert (report.exit_code, report.reasons) == (1, (Reason.FAILED,))


def test_the_cause_of_an_unknown_is_said_as_well(stage: Stage) -> None:
    stage.store.fail["settle"] = (2, StateError("disk full"))
    stage.client.script[SendText] = [Unknown("read-timeout", "text of a person")]
    report = stage.apply(plan(send("a", person(1))))
    assert isinstance(report.stopped, StateError)
    assert stage.progress.sentences == ["SMSYNC-RESULT operation=op2 outcome=unknown cause=read-timeout"]


def test_the_result_of_an_import_is_not_worth_saying(stage: Stage) -> None:
    stage.store.fail["settle"] = (2, StateError("disk full"))
    report = stage.apply(plan(imports=1))
    assert isinstance(report.stopped, StateError)
    assert stage.progress.sentences == []


@pytest.mark.parametrize("method", ["settle", "begin"])
def test_what_is_in_flight_when_the_state_fails_is_heard_out(stage: Stage, method: str) -> None:
    stage.client.script[SendText] = [Accepted()]
    stage.client.otherwise[SendText] = slowly(4.0)
    stage.store.fail[method] = ({"settle": 2, "begin": 6}[method], StateError("disk full"))
    report = stage.apply(plan(*each_alone("a", 1, 9)))
    assert isinstance(report.stopped, StateError)
    assert str(report.stopped) == "disk full"
    assert stage.client.cancelled == 0
    assert len(stage.client.of(SendText)) == 4
    said = [f"SMSYNC-RESULT operation=op{at} outcome=done cause=none" for at in range(2, 6)]
    assert sorted(stage.progress.sentences) == (said if method == "settle" else [])
    assert stage.store.outcomes(SendClaim) == ["claimed" if method == "settle" else "done"] * 4
    assert report.sends == SendTally(*((0, 0, 4, 5) if method == "settle" else (4, 0, 0, 5)))


def test_an_answer_that_does_not_come_soon_is_not_waited_for_when_the_state_fails(stage: Stage) -> None:
    stage.client.script[SendText] = [Accepted()]
    stage.client.otherwise[SendText] = slowly(25.0)
    stage.store.fail["settle"] = (2, StateError("disk full"))
    report = stage.apply(plan(*each_alone("a", 1, 6)))
    assert isinstance(report.stopped, StateError)
    assert stage.client.cancelled == 3
    assert stage.store.outcomes(SendClaim) == ["claimed"] * 4
    assert 6 <= stage.loop.time() < 8
    assert (report.sends.unknown, report.sends.left) == (4, 2)
    assert (report.exit_code, report.reasons) == (4, (Reason.FAILED, Reason.UNKNOWN))


def test_the_end_of_time_lets_nothing_start(stage: Stage) -> None:
    stage.client.latency = 1.0
    report = stage.apply(plan(imports=40), ends_at=2.5)
    assert max(stage.client.at(ImportCustomer)) < 2.5
    assert stage.store.outcomes(ImportClaim) == ["done"] * 16
    assert (report.imports.done, report.imports.left) == (16, 24)
    assert (report.exit_code, report.reasons) == (3, (Reason.DURATION,))


def test_waiting_for_a_slot_ends_with_the_time(stage: Stage) -> None:
    report = stage.apply(plan(imports=10), limit=RateLimit(3, 600.0), ends_at=300.0)
    assert (report.imports.done, report.reasons) == (2, (Reason.DURATION,))
    assert report.seconds == pytest.approx(300.0)


def test_a_retry_after_the_end_of_time_is_released(stage: Stage) -> None:
    stage.client.script[SendText] = [Unsent("dns"), Unsent("dns")]
    report = stage.apply(plan(send("a", person(1))), ends_at=3.0)
    assert stage.store.outcomes(SendClaim) == ["released"]
    assert report.reasons == (Reason.DURATION,)


def test_time_that_is_up_before_the_first_call_makes_none(stage: Stage) -> None:
    report = stage.apply(plan(imports=1), ends_at=0.0)
    assert stage.client.calls == []
    assert report.reasons == (Reason.DURATION,)


def test_time_that_is_up_when_all_is_done_is_no_reason(stage: Stage) -> None:
    report = stage.apply(plan(imports=1), ends_at=0.15)
    assert (report.exit_code, report.reasons) == (0, ())


def test_a_signal_while_waiting_for_a_slot_ends_the_run_at_once(stage: Stage) -> None:
    stage.stop_at = 5.0
    report = stage.apply(plan(imports=10), limit=RateLimit(3, 600.0))
    assert report.reasons == (Reason.INTERRUPTED,)
    assert report.exit_code == 3
    assert report.seconds == pytest.approx(5.0, abs=0.1)


def test_a_signal_lets_answers_in_flight_arrive(stage: Stage) -> None:
    stage.client.latency = 3.0
    stage.stop_at = 4.0
    report = stage.apply(plan(*each_alone("a", 1, 9)))
    assert stage.store.outcomes(SendClaim) == ["done"] * 4
    assert report.seconds == pytest.approx(6.0, abs=0.1)
    assert (report.sends.accepted, report.sends.left, report.reasons) == (4, 5, (Reason.INTERRUPTED,))


def test_six_seconds_after_a_signal_answers_are_given_up(stage: Stage) -> None:
    stage.client.otherwise[SendText] = slowly(29.0)
    stage.stop_at = 4.0
    report = stage.apply(plan(*each_alone("a", 1, 9)))
    assert report.seconds == pytest.approx(10.0, abs=0.1)
    assert [stage.store.results[claim.operation] for claim in stage.store.of(SendClaim)] == [
        Result("unknown", "interrupted")
    ] * 4
    assert (report.sends.unknown, report.sends.left, report.exit_code) == (4, 5, 4)
    assert report.reasons == (Reason.INTERRUPTED, Reason.UNKNOWN)
    assert stage.client.cancelled == 4


def test_once_hurried_answers_are_given_up_at_once_and_told(stage: Stage) -> None:
    stage.client.otherwise[SendText] = slowly(29.0)
    stage.stop_at = 4.0
    stage.loop.call_later(5.0, stage.stop.hurried.set)
    report = stage.apply(plan(*each_alone("a", 1, 9)))
    assert report.seconds == pytest.approx(5.0, abs=0.1)
    assert stage.store.outcomes(SendClaim) == ["unknown"] * 4
    assert (report.sends.unknown, report.sends.left, report.exit_code) == (4, 5, 4)
    assert report.reasons == (Reason.INTERRUPTED, Reason.UNKNOWN)


def test_a_repeatable_call_that_is_given_up_is_released(stage: Stage) -> None:
    stage.client.latency = 29.0
    stage.stop_at = 31.0
    report = stage.apply(plan(imports=2))
    assert stage.store.outcomes(ImportClaim) == ["released"] * 2
    assert (report.imports.left, report.exit_code, report.reasons) == (2, 3, (Reason.INTERRUPTED,))


def test_a_call_in_flight_at_the_very_end_is_given_up_as_well(stage: Stage) -> None:
    stage.client.latency = 29.0
    stage.client.abilities = stage.client.abilities._replace(credits=False)
    stage.stop_at = 1.0
    report = stage.apply(plan(send("a", person(1))))
    assert report.reasons == (Reason.INTERRUPTED, Reason.UNKNOWN)
    assert report.seconds == pytest.approx(7.0, abs=0.1)


def test_a_signal_before_the_start_makes_no_call(stage: Stage) -> None:
    stage.stop.set()
    report = stage.apply(plan(send("a", person(1)), optouts=1, imports=1))
    assert stage.client.calls == []
    assert stage.store.claims == {}
    assert report.reasons == (Reason.INTERRUPTED,)


def test_a_signal_between_claim_and_bytes_takes_the_claim_back(stage: Stage) -> None:
    def signal(point: str) -> None:
        if point == "call:claimed" and len(stage.store.claims) == 2:
            stage.stop.set()

    report = stage.apply(plan(send("a", person(1))), probe=signal)
    assert stage.store.outcomes(SendClaim) == ["released"]
    assert stage.client.of(SendText) == []
    assert (report.sends.left, report.reasons) == (1, (Reason.INTERRUPTED,))


def test_a_signal_during_backoff_releases(stage: Stage) -> None:
    stage.client.otherwise[SendText] = lambda call: Unsent("dns")
    stage.stop_at = 2.0
    report = stage.apply(plan(send("a", person(1))))
    assert stage.store.outcomes(SendClaim) == ["released"]
    assert report.reasons == (Reason.INTERRUPTED,)


def test_cancelling_the_run_leaves_claims_to_the_next(stage: Stage) -> None:
    stage.client.latency = 10.0

    async def cut_off() -> None:
        from sendmode_sync.executor import run

        job = stage.job(plan(*each_alone("a", 1, 4)))
        task = asyncio.ensure_future(run.apply(job, stage.store, stage.client, stage.clock, stage.progress, Stop()))
        await asyncio.sleep(15)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    stage.play(cut_off)
    assert stage.store.outcomes(SendClaim) == ["claimed"] * 4
    assert stage.client.in_flight.total() == 0


def test_quiet_hours_that_begin_during_a_wait_let_nothing_start(stage: Stage) -> None:
    quiet = stage.clock.now() + dt.timedelta(seconds=30)
    report = stage.apply(plan(*each_alone("a", 1, 9)), limit=RateLimit(4, 60.0), may_send=lambda name, now: now < quiet)
    assert len(stage.client.of(SendText)) == 3
    assert (report.sends.accepted, report.sends.left) == (3, 6)
    assert (report.exit_code, report.reasons) == (0, ())


def test_quiet_hours_that_begin_during_backoff_release_the_claim(stage: Stage) -> None:
    quiet = stage.clock.now() + dt.timedelta(seconds=5)
    stage.client.otherwise[SendText] = lambda call: Unsent("dns")
    report = stage.apply(plan(send("a", person(1))), may_send=lambda name, now: now < quiet)
    assert stage.store.outcomes(SendClaim) == ["released"]
    assert (report.sends.left, report.exit_code) == (1, 0)


def test_reading_the_balance_is_never_settled_as_unknown(stage: Stage) -> None:
    stage.client.script[CheckCredits] = [Unknown("http-500")]
    stage.apply(plan(imports=1))
    assert stage.store.outcomes(CreditsClaim) == ["done"]
