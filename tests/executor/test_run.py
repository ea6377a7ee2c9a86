from __future__ import annotations

import pytest

from sendmode_sync.errors import Exit, FencedError
from sendmode_sync.model.calls import ImportCustomer, OptOutNumber, SendText, Unknown
from sendmode_sync.model.plan import CampaignStatus, LimitHit
from sendmode_sync.model.report import EXIT_OF_REASON, Reason, SendTally, Tally
from sendmode_sync.model.state import UnknownOperation
from tests.executor.fake_stage import START, Stage, each_alone, outlook, people, person, plan, send

HIT = LimitHit("max_updates", "30%", "50%", "too many updates")


def test_a_whole_run(stage: Stage) -> None:
    report = stage.apply(plan(send("a", *people(1, 3)), optouts=2, imports=4))
    assert (report.run, report.plan_digest, report.exit_code, report.reasons) == ("run-1", "p1:0", Exit.OK, ())
    assert (report.optouts, report.imports, report.sends) == (Tally(2), Tally(4), SendTally(3))
    assert report.calls == len(stage.client.calls) == 9
    assert report.seconds == pytest.approx(stage.loop.time())
    assert not report.failures
    assert not report.notices


def test_a_run_without_a_call_makes_none(stage: Stage) -> None:
    report = stage.apply(plan(outlooks=[outlook("a", CampaignStatus.SENT), outlook("w", CampaignStatus.WAITING)]))
    assert stage.client.calls == []
    assert stage.store.claims == {}
    assert (report.exit_code, report.calls, report.before) == (0, 0, None)
    assert stage.store.seen == {"a": "sent", "w": "waiting"}


def test_with_a_limit_passed_only_opt_outs_are_made(stage: Stage) -> None:
    made = plan(*each_alone("a", 1, 3), optouts=2, imports=4, limits=(HIT,))
    report = stage.apply(made, optouts_only=True, look_again=lambda: made)
    assert stage.client.kinds() == ["CheckCredits", "OptOutNumber"]
    assert (report.optouts, report.imports, report.sends) == (Tally(2), Tally(0, 0, 4), SendTally(0, 0, 0, 3))
    assert (report.exit_code, report.reasons) == (1, (Reason.LIMIT,))


def test_with_a_limit_passed_and_no_opt_out_no_call_is_made(stage: Stage) -> None:
    report = stage.apply(plan(*each_alone("a", 1, 3), imports=4, limits=(HIT,)), optouts_only=True)
    assert stage.client.calls == []
    assert (report.imports.left, report.sends.left, report.reasons) == (4, 3, (Reason.LIMIT,))


def test_opt_outs_that_are_refused_stop_no_send_but_the_run_fails(stage: Stage) -> None:
    from sendmode_sync.model.calls import Refused

    stage.client.otherwise[OptOutNumber] = lambda call: Refused("http-404")
    report = stage.apply(plan(send("a", person(1)), optouts=1, imports=1))
    assert len(stage.client.of(SendText)) == len(stage.client.of(ImportCustomer)) == 1
    assert (report.exit_code, report.reasons, report.optouts) == (1, (Reason.FAILED,), Tally(0, 1))


def test_an_api_without_a_balance_is_not_asked_for_it(stage: Stage) -> None:
    stage.client.abilities = stage.client.abilities._replace(credits=False)
    report = stage.apply(plan(send("a", person(1)), optouts=1))
    assert stage.client.kinds() == ["OptOutNumber", "SendText"]
    assert (report.exit_code, report.before, report.sends.accepted) == (0, None, 1)


@pytest.mark.parametrize(
    ("more", "outlooks", "reasons"),
    [
        ({}, [outlook("a", CampaignStatus.BLOCKED)], (Reason.BLOCKED,)),
        ({}, [outlook("a", CampaignStatus.UNKNOWN, unknown=2)], (Reason.UNKNOWN,)),
        ({}, [outlook("a", CampaignStatus.EXPIRED)], ()),
        ({"expired_now": frozenset({"a"})}, [outlook("a", CampaignStatus.EXPIRED)], (Reason.EXPIRED,)),
        ({"reasons": (Reason.OPTOUTS_STALE,)}, [], (Reason.OPTOUTS_STALE,)),
        (
            {"expired_now": frozenset({"a"})},
            [outlook("a", CampaignStatus.EXPIRED), outlook("b", CampaignStatus.BLOCKED)],
            (Reason.BLOCKED, Reason.EXPIRED),
        ),
    ],
)
def test_reasons_that_the_plan_knows(
    stage: Stage, more: dict[str, object], outlooks: list[object], reasons: tuple[Reason, ...]
) -> None:
    report = stage.apply(plan(imports=1, outlooks=outlooks), **more)  # type: ignore[arg-type]
    assert report.reasons == reasons
    assert report.imports.done == 1
    gravest = {(): 0, (Reason.BLOCKED,): 1, (Reason.OPTOUTS_STALE,): 1}.get(reasons, 4)
    assert report.exit_code == gravest


def test_an_unknown_outcome_of_a_campaign_that_is_no_longer_written_keeps_the_exit(stage: Stage) -> None:
    stage.store.open_unknowns.append(UnknownOperation("op0", "old", "reset", START, "old-1", people(1, 1), 1))  # type: ignore[arg-type]
    report = stage.apply(plan(imports=1))
    assert (report.exit_code, report.reasons) == (4, (Reason.UNKNOWN,))


def test_an_open_outcome_needs_a_person_after_a_lost_lease_as_well(stage: Stage) -> None:
    stage.store.open_unknowns.append(UnknownOperation("op0", "old", "reset", START, "old-1", people(1, 1), 1))  # type: ignore[arg-type]
    stage.store.fail["begin"] = (1, FencedError("taken over"))
    report = stage.apply(plan(imports=1))
    assert (report.exit_code, report.reasons) == (4, (Reason.FAILED, Reason.UNKNOWN))


def test_reasons_stand_in_one_order_and_the_gravest_gives_the_exit(stage: Stage) -> None:
    stage.client.otherwise[SendText] = lambda call: Unknown("reset")
    report = stage.apply(
        plan(send("a", person(1)), imports=50, outlooks=[outlook("a"), outlook("b", CampaignStatus.BLOCKED)]),
        ends_at=0.5,
    )
    assert report.reasons == (Reason.DURATION, Reason.BLOCKED, Reason.UNKNOWN)
    assert {EXIT_OF_REASON[reason] for reason in report.reasons} == {3, 1, 4}
    assert report.exit_code == 4


def test_expired_campaigns_are_closed_in_the_state(stage: Stage) -> None:
    stage.apply(plan(outlooks=[outlook("a", CampaignStatus.EXPIRED, suppress=people(1, 2)), outlook("b")]))
    assert stage.store.expired == ["a"]
    assert stage.store.suppressed == {}


def test_ids_and_terms_have_defaults(stage: Stage) -> None:
    from sendmode_sync.executor import run
    from sendmode_sync.executor.job import Job
    from sendmode_sync.model.settings import Settings

    job = Job(plan(send("a", person(1)), send("a", person(2))), Settings(), "run-1")
    report = stage.play(lambda: run.apply(job, stage.store, stage.client, stage.clock, stage.progress, stage.stop))
    assert report.sends.accepted == 2
    assert all(len(operation) == 36 for operation in stage.store.claims)
