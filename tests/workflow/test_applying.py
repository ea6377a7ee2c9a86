"""Apply as a verb: the order of lock, plan, agreement, record and execution."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from sendmode_sync.errors import Exit, LockedError, RefusedError, StaleError, StateError
from sendmode_sync.executor.job import Job
from sendmode_sync.model.desired import NO_VALUES, Customer, Group
from sendmode_sync.model.plan import Plan, SendChange
from sendmode_sync.model.report import Reason
from sendmode_sync.model.settings import QuietHours, Threshold
from sendmode_sync.planning import saved
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.workflow import applying, planning
from sendmode_sync.workflow.applying import Request
from tests.workflow.verbs import (
    ACCOUNT,
    NOW,
    PLACE,
    Executor,
    Failing,
    Person,
    campaign,
    clock,
    person,
    project,
    request,
    start,
)

HOUR = dt.timedelta(hours=1)


def to(name: str, *people: int) -> SendChange:
    """Return a call of a campaign to some people."""
    numbers = tuple(map(person, people or (1,)))
    return SendChange(name, numbers, "Hello", "Hello", "t1", "GSM-7", 1, Decimal(len(numbers)), None, f"{name}-1")


def run(request_: Request, store: SqliteStore, at: dt.datetime = NOW, who: Person | None = None) -> Job | None:
    """Apply, and return the job that was executed."""
    execute = Executor()
    applying.apply(request_, store, clock(at), who or Person(), execute)
    return execute.jobs[0] if execute.jobs else None


def job_of(request_: Request, store: SqliteStore, at: dt.datetime = NOW, who: Person | None = None) -> Job:
    job = run(request_, store, at, who)
    assert job is not None
    return job


def test_a_person_agrees_before_anything_is_recorded_or_done(store: SqliteStore) -> None:
    who, execute = Person(agreed=False), Executor()
    desired = project(campaign(), optouts=(9,))
    applied = applying.apply(request(desired), store, clock(), who, execute)
    assert (applied.report, execute.jobs, store.load((), NOW).optouts) == (None, [], {})
    assert who.shown == [applied.plan]
    (entry,) = store.runs()
    assert (entry.exit_code, entry.ended_at, store.holder()) == (1, NOW, None)


def test_opt_outs_of_the_files_are_recorded_before_the_first_call(store: SqliteStore) -> None:
    seen: list[bool] = []
    execute = Executor(first=lambda job: seen.append(person(9) in store.load((), NOW).optouts))
    applying.apply(request(project(campaign(), optouts=(9,))), store, clock(), Person(), execute)
    assert seen == [True]


def test_the_report_is_kept_in_the_history_and_the_lock_given_back(store: SqliteStore) -> None:
    execute = Executor(Exit.INCOMPLETE, first=lambda job: held.append(store.holder() is not None))
    held: list[bool] = []
    applied = applying.apply(request(project(campaign())), store, clock(), Person(), execute)
    (entry,) = store.runs()
    assert (entry.exit_code, entry.balance_before, entry.balance_after) == (3, Decimal(10), Decimal(8))
    assert applied.report is not None
    assert (held, store.holder()) == ([True], None)


@pytest.mark.parametrize(
    ("stops", "code"),
    [(KeyboardInterrupt(), 3), (RefusedError("no key"), 1), (StateError("the disk is full"), 1)],
    ids=["interrupted", "refused", "state"],
)
def test_what_stops_an_apply_is_in_the_history_too(store: SqliteStore, stops: BaseException, code: int) -> None:
    with pytest.raises(type(stops)):
        run(request(project(campaign())), store, who=Person(stops=stops))
    (entry,) = store.runs()
    assert (entry.exit_code, store.holder()) == (code, None)


def test_a_bug_gives_the_lock_back_and_claims_no_end(store: SqliteStore) -> None:
    with pytest.raises(ZeroDivisionError):
        run(request(project(campaign())), store, who=Person(stops=ZeroDivisionError()))
    (entry,) = store.runs()
    assert (entry.exit_code, store.holder()) == (None, None)


@pytest.mark.parametrize("method", ["note_gone", "remember", "finish", "unlock"])
def test_a_state_that_fails_after_the_last_call_takes_no_report_away(store: SqliteStore, method: str) -> None:
    failing: Any = Failing(store, method)
    applied = applying.apply(request(project(campaign())), failing, clock(), Person(), Executor())
    assert applied.report is not None
    assert str(applied.report.stopped) == f"{method} fails"
    assert (applied.report.exit_code, applied.report.reasons) == (1, (Reason.FAILED,))
    assert (applied.report.before, applied.report.after) == (Decimal(10), Decimal(8))
    (entry,) = store.runs()
    assert entry.exit_code == {"finish": None, "unlock": 0}.get(method, 1)
    assert (store.holder() is None) == (method != "unlock")


def test_a_run_that_the_state_stopped_is_reported_and_leaves_nothing_for_the_next(store: SqliteStore) -> None:
    lost = StateError("taken over")
    failing: Any = Failing(store, "remember")
    applied = applying.apply(request(project(campaign())), failing, clock(), Person(), Executor(stopped=lost))
    assert applied.report is not None
    assert applied.report.stopped is lost
    (entry,) = store.runs()
    assert (entry.exit_code, entry.balance_after, store.holder()) == (1, Decimal(8), None)


def test_the_lock_of_another_run_is_respected(store: SqliteStore) -> None:
    store.lock(start("other"), 0)
    with pytest.raises((LockedError, StateError)):
        run(request(project(campaign())), store)


def test_the_key_of_another_account_is_refused_before_the_lock(store: SqliteStore) -> None:
    assert run(request(project(campaign()), account=ACCOUNT), store)
    store.lock(start("other"), 0)
    store.prove(ACCOUNT, proven=True)
    store.unlock()
    job = job_of(request(project(campaign()), "run-2", account=ACCOUNT), store)
    assert (job.fingerprint, job.proven) == (ACCOUNT, True)
    with pytest.raises(RefusedError, match="belongs to another account"):
        run(request(project(campaign()), "run-3", account="a1:another"), store)
    assert [each.run for each in store.runs()] == ["run-2", "other", "run-1"]


def dear() -> Request:
    desired = project(campaign(), people=3, credits_per_segment={"default": Decimal(200)})
    return request(desired)


def test_a_limit_that_is_passed_leaves_the_opt_outs(store: SqliteStore) -> None:
    job = job_of(dear(), store)
    assert (job.optouts_only, [hit.key for hit in job.plan.limits]) == (True, ["max_credits"])


def test_a_figure_typed_back_lifts_the_limit_on_credits(store: SqliteStore) -> None:
    job = job_of(dear(), store, who=Person(credits=Decimal(600)))
    assert (job.optouts_only, job.plan.limits) == (False, ())
    assert job.look_again is not None
    assert job.look_again().limits == ()


@pytest.mark.parametrize(
    ("flags", "typed", "recorded"),
    [
        (None, Decimal("600.0"), {"max_credits": "600"}),
        ({"max_shrink": "40%"}, Decimal(600), {"max_credits": "600", "max_shrink": "40%"}),
        ({"max_credits": "800"}, Decimal(600), {"max_credits": "800"}),
        ({"max_shrink": "40%"}, None, {"max_shrink": "40%"}),
    ],
    ids=["alone", "beside-a-flag", "the-flag-holds", "nothing-typed"],
)
def test_a_figure_typed_back_is_on_the_record_before_the_first_call(
    store: SqliteStore, flags: dict[str, str] | None, typed: Decimal | None, recorded: dict[str, str]
) -> None:
    asked = dear()
    asked = dataclasses.replace(asked, start=dataclasses.replace(asked.start, allowed=flags))
    seen: list[object] = []
    execute = Executor(first=lambda job: seen.append(store.runs()[0].allowed))
    applying.apply(asked, store, clock(), Person(credits=typed), execute)
    (entry,) = store.runs()
    assert seen == [entry.allowed] == [recorded]
    assert (entry.user, entry.started_at) == (asked.start.user, NOW)


def test_a_figure_that_was_not_agreed_to_is_not_on_the_record(store: SqliteStore) -> None:
    assert run(dear(), store, who=Person(agreed=False)) is None
    assert store.runs()[0].allowed == {}


def test_a_run_looks_again_with_fresh_eyes(store: SqliteStore) -> None:
    job = job_of(request(project(campaign(scheduledate=NOW + HOUR))), store)
    assert job.look_again is not None
    store.record_optouts(project(optouts=(1,)).optouts.values(), "command", NOW)
    looked = job.look_again()
    assert [each.mobilenumber for each in looked.optouts] == [person(1)]
    assert looked.imports == ()


def test_a_send_is_asked_for_right_before_it_starts(store: SqliteStore) -> None:
    offer = campaign(scheduledate=NOW, deadline=NOW + HOUR)
    may_send = job_of(request(project(offer)), store).may_send
    assert [may_send(to("offer"), NOW + step) for step in (-HOUR, 0 * HOUR, 2 * HOUR)] == [False, True, False]
    assert not may_send(to("gone"), NOW)


def test_it_is_asked_for_each_of_its_people_by_their_own_clocks(store: SqliteStore) -> None:
    madrid = Group("madrid", timezone="Europe/Madrid")
    night = QuietHours(dt.time(21), dt.time(8))
    desired = project(campaign(scheduledate=NOW, deadline=NOW + 24 * HOUR, quiet_hours=night))
    there = Customer(person(2), NO_VALUES, ("madrid", "members"), PLACE)
    desired = dataclasses.replace(
        desired,
        groups={**desired.groups, "madrid": madrid},
        customers={**desired.customers, there.mobilenumber: there},
    )
    may_send = job_of(request(desired), store).may_send
    half_past_eight = NOW.replace(hour=20, minute=30)  # in London; half past nine in Madrid
    assert may_send(to("offer", 1), half_past_eight)
    assert not may_send(to("offer", 2), half_past_eight)
    assert not may_send(to("offer", 1, 2), half_past_eight)


def test_what_is_handed_over_is_not_handed_over_once_its_time_has_come(store: SqliteStore) -> None:
    offer = campaign(scheduledate=NOW + HOUR, schedule_with="sendmode", deadline=NOW + 12 * HOUR)
    may_send = job_of(request(project(offer)), store).may_send
    change = to("offer")._replace(scheduledate=NOW + HOUR)
    assert [may_send(change, NOW + step) for step in (0 * HOUR, HOUR)] == [True, False]


def test_an_expiry_is_news_once_after_it_was_seen_waiting(store: SqliteStore) -> None:
    offer = campaign(scheduledate=NOW, deadline=NOW + HOUR)
    assert job_of(request(project(offer)), store, NOW + 2 * HOUR).expired_now == frozenset()
    store.lock(start("seer"), 0)
    store.see({"offer": "waiting"}, NOW)
    store.unlock()
    assert job_of(request(project(offer), "run-2"), store, NOW + 2 * HOUR).expired_now == {"offer"}
    store.lock(start("sayer"), 0)
    store.see({"offer": "expired"}, NOW)
    store.unlock()
    assert job_of(request(project(offer), "run-3"), store, NOW + 2 * HOUR).expired_now == frozenset()


def document(store: SqliteStore, **more: object) -> dict[str, object]:
    plan = planning.make(request(project(campaign())).asked, store, NOW)
    return saved.to_document(dataclasses.replace(plan, **more))  # type: ignore[arg-type]


def test_exactly_a_saved_plan_is_applied_and_once(store: SqliteStore) -> None:
    written = document(store, plan_id="saved-1")
    first = request(project(campaign()), document=written)
    job = job_of(first, store, NOW + HOUR)
    assert (job.plan.plan_id, job.look_again, job.plan.created_at) == ("saved-1", None, NOW)
    with pytest.raises(StaleError, match="applied before"):
        run(request(project(campaign()), "run-2", document=written), store)
    assert len(store.runs()) == 1


def test_a_stale_plan_is_refused_before_the_lock(store: SqliteStore) -> None:
    written = document(store)
    changed = dataclasses.replace(project(campaign()), config_digest="sha256:other")
    with pytest.raises(StaleError, match="files changed"):
        run(request(changed, document=written), store)
    assert not store.runs()


def test_declining_a_saved_plan_burns_nothing(store: SqliteStore) -> None:
    written = document(store)
    assert run(request(project(campaign()), document=written), store, who=Person(agreed=False)) is None
    assert not store.plan_was_applied("plan-1")


def test_a_limit_of_a_saved_plan_can_be_allowed(store: SqliteStore) -> None:
    shown: Plan = planning.make(dear().asked, store, NOW)
    assert shown.limits
    asked = dear().asked
    options = asked.options._replace(allow=applying.allowances({"max_credits": "700"}))
    allowed = Request(asked._replace(options=options), start(), saved.to_document(shown))
    job = job_of(allowed, store)
    assert (job.plan.limits, job.max_spend) == ((), Decimal(700))


def test_allowances() -> None:
    found = applying.allowances({"max_updates": "40%", "max_credits": "12.5"})
    assert found == {"max_updates": Threshold(Decimal(40), percent=True), "max_credits": Threshold(Decimal("12.5"))}
