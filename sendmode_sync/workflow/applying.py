"""The verb ``apply``: under the lock it plans, lets a person agree, records the opt-outs and hands over to the executor.

It decides nothing about calls (the executor does) and nothing about what is due (the planner does).
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple, Protocol

from sendmode_sync.errors import Exit, Problem, RefusedError, StaleError, StateError, SyncError
from sendmode_sync.executor.job import Job
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.desired import Desired
from sendmode_sync.model.plan import CampaignStatus, NextRun, Plan, SendChange
from sendmode_sync.model.report import Reason, RunReport
from sendmode_sync.model.settings import Threshold
from sendmode_sync.planning import planner, saved, series, timing
from sendmode_sync.planning.approval import Approved
from sendmode_sync.planning.zones import Clocks
from sendmode_sync.ports import Clock, StateReader, StateStore
from sendmode_sync.workflow import planning
from sendmode_sync.workflow.planning import Asked

_DUE_SINCE = "due-since-plan"
_PLAN_AGAIN = "make a new one: sendmode-sync plan --out FILE"


class Approval(NamedTuple):
    """What a person, or ``--auto-approve``, said to a plan. ``credits`` is a figure that was typed back."""

    agreed: bool
    credits: Decimal | None = None


class Person(Protocol):
    """Whoever sees the plan before anything is done."""

    def approve(self, plan: Plan) -> Approval:
        """Say whether to go on."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """One apply as it was asked for.

    ``document`` is a saved plan as it was read, None to plan now. ``lock_timeout`` is in seconds, ``ends_at`` and
    ``stays_until`` on the clock's monotonic seconds. ``account`` is the keyed fingerprint of key and account, None where
    there is no key. ``approved`` is the digest that a reviewer agreed to, None where none is asked for. ``memories`` is
    what may be remembered of the lists, by key.
    """

    asked: Asked
    start: RunStart
    document: Mapping[str, object] | None = None
    lock_timeout: float = 0.0
    ends_at: float | None = None
    stays_until: float | None = None
    account: str | None = None
    approved: Approved | None = None
    memories: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))


class Applied(NamedTuple):
    """What came of it: the plan that was applied, and the report; no report where nobody agreed."""

    plan: Plan
    report: RunReport | None


Execute = Callable[[Job], RunReport]


def apply(request: Request, store: StateStore, clock: Clock, person: Person, execute: Execute) -> Applied:
    """Plan under the lock, ask, record opt-outs, execute.

    Raises ``StaleError`` for a saved plan that no longer fits, or one that is not what was approved, before the lock is
    taken and again under it; ``LockedError`` while another run is under way; ``RefusedError`` for the key of another
    account. What the state raises once there is something to report stands in the report.
    """
    if request.approved is not None:
        _plan(request, store, clock.now())
    elif request.document is not None:
        _fresh(request, request.document, store, clock.now())
    same_account(request.account, store)
    applied = None
    try:
        with _lock(request, store, clock):
            applied = _apply(request, store, clock, person, execute)
            applied = _concluded(request, applied, store, clock)
    except StateError as lost:
        if applied is None or applied.report is None:
            raise
        return Applied(applied.plan, applied.report.stopped_by(lost))
    return applied


@contextlib.contextmanager
def _lock(request: Request, store: StateStore, clock: Clock) -> Iterator[None]:
    """Hold the lock; what stops the run stands in the history."""
    store.lock(request.start, request.lock_timeout)
    try:
        yield
    except (SyncError, KeyboardInterrupt) as stopped:
        with contextlib.suppress(StateError):  # what stopped the run may be that the state cannot be written
            store.finish(stopped.exit_code if isinstance(stopped, SyncError) else Exit.INCOMPLETE, clock.now())
        raise
    finally:
        store.unlock()


def _apply(request: Request, store: StateStore, clock: Clock, person: Person, execute: Execute) -> Applied:
    """Do what ``apply`` says under the lock, up to the last call."""
    plan = _plan(request, store, clock.now())
    store.note_plan(plan.approval)
    approval = person.approve(plan)
    if not approval.agreed:
        return Applied(plan, None)
    if approval.credits is not None:
        said = {"max_credits": format(approval.credits.normalize(), "f"), **(request.start.allowed or {})}
        store.note_allowed(said)  # whoever typed a figure back is answerable for it as for --allow
        plan = replace(plan, limits=tuple(hit for hit in plan.limits if hit.key != "max_credits"))
    if request.document is not None:
        store.use_plan(plan.plan_id, clock.now())
    store.record_optouts(request.asked.desired.optouts.values(), "yaml", clock.now())
    return Applied(plan, execute(_job(request, plan, approval, store, clock)))


def _concluded(request: Request, applied: Applied, store: StateStore, clock: Clock) -> Applied:
    """Write down how a run ended; a state that fails now, or failed before, takes no report away."""
    plan, report = applied
    if report is None:
        store.finish(Exit.ERROR, clock.now())
        return applied
    try:
        if report.stopped is None:
            report = _followed_up(request, plan, report, store, clock)
        store.finish(int(report.exit_code), clock.now(), report.before, report.after)
    except StateError as lost:
        report = report.stopped_by(report.stopped or lost)
        with contextlib.suppress(StateError):
            store.finish(int(report.exit_code), clock.now(), report.before, report.after)
    return Applied(plan, report)


def _followed_up(request: Request, plan: Plan, report: RunReport, store: StateStore, clock: Clock) -> RunReport:
    """Keep what the next run is to know, and add to the report what this one left to it."""
    if not plan.limits:  # safety.max_shrink counts who went since the last apply that was let through
        desired = request.asked.desired
        store.note_gone(planner.survey(desired, store.load((), clock.now())).gone)
    store.remember(request.memories)
    since = _still_due(request, plan, store, clock.now())
    passed = tuple(Problem("limit-passed", hit.message) for hit in plan.limits)
    notices = (*passed, *report.notices, *since)
    return replace(report, notices=notices, next_run=_next_run(request, plan, store, clock.now()))


def _next_run(request: Request, plan: Plan, store: StateStore, now: dt.datetime) -> NextRun | None:
    """Return the apply that is needed after this one, as things stand now."""
    return planner.following(planning.look(request.asked, store, now), now) if plan.campaigns else None


def _fresh(request: Request, document: Mapping[str, object], store: StateStore, now: dt.datetime) -> Plan:
    plan = saved.from_document(document)
    identity = store.identity()
    if store.plan_was_applied(plan.plan_id):
        raise StaleError("the saved plan is stale: it was applied before", remedy=_PLAN_AGAIN)
    reason = saved.refusal(
        plan,
        document=document,
        config_digest=request.asked.desired.config_digest,
        lineage=identity.lineage,
        serial=identity.serial,
        now=now,
    )
    if reason is not None:
        raise StaleError(f"the saved plan is stale: {reason}", remedy=_PLAN_AGAIN)
    return plan


def same_account(account: str | None, store: StateReader) -> None:
    """Refuse the key or address of another account than the one that the state belongs to."""
    known = store.identity().account
    if account is not None and known is not None and account != known:
        raise RefusedError(
            "this state belongs to another account: the API key or base_url is not the one that was used before",
            remedy="use that account's key, or another state; for a new key of the same account run sendmode-sync state rekey",
        )


def _plan(request: Request, store: StateStore, now: dt.datetime) -> Plan:
    """Return the plan that is to be applied, with its limits as ``--allow`` of this run has them."""
    saved_plan = None if request.document is None else _fresh(request, request.document, store, now)
    made = planning.make(request.asked, store, now)
    _as_approved(request, made)
    if saved_plan is None:
        return made
    still = {hit.key for hit in made.limits}
    return replace(
        saved_plan,
        limits=tuple(hit for hit in saved_plan.limits if hit.key in still),
        notices=(*saved_plan.notices, *_due_since(saved_plan, made)),
    )


def _as_approved(request: Request, made: Plan) -> None:
    """Refuse a plan that goes beyond what a reviewer agreed to; a saved one is judged by what it would be now."""
    if request.approved is None:
        return
    differing = planner.unapproved(made, request.asked.desired, request.approved, request.asked.options)
    if differing:
        raise StaleError(
            f"this is not what was approved: {'; '.join(differing)}",
            remedy="review sendmode-sync plan, and approve its digest",
        )


def _due_since(saved_plan: Plan, made: Plan) -> tuple[Problem, ...]:
    """Return what became due after a plan was saved: it says so, and sends none of it."""
    waiting = {each.name for each in saved_plan.campaigns if each.status is CampaignStatus.WAITING}
    names = dict.fromkeys(send.campaign for send in made.sends if send.campaign in waiting)
    return tuple(
        Problem(
            _DUE_SINCE,
            f"campaign {name}: due since the plan, so this run does not send it; sendmode-sync apply does",
            level="warning",
            campaign=name,
        )
        for name in names
    )


def _still_due(request: Request, plan: Plan, store: StateReader, now: dt.datetime) -> tuple[Problem, ...]:
    """Return what a saved plan left to the next run: what became due before it was applied, and while it was."""
    told = {each.campaign: each for each in plan.notices if each.code == _DUE_SINCE}
    if request.document is None:
        return ()
    found = {each.campaign: each for each in _due_since(plan, planning.look(request.asked, store, now))}
    return tuple({**told, **found}.values())


def _job(request: Request, plan: Plan, approval: Approval, store: StateStore, clock: Clock) -> Job:
    desired = request.asked.desired
    options = request.asked.options._replace(approved_credits=approval.credits)
    asked = request.asked._replace(options=options)

    def look_again() -> Plan:
        return planning.look(asked, store, clock.now())

    return Job(
        plan=plan,
        settings=desired.settings,
        run=request.start.run,
        ends_at=request.ends_at,
        stays_until=request.stays_until,
        fingerprint=request.account,
        look_again=None if request.document is not None else look_again,
        optouts_only=bool(plan.limits),
        proven=store.identity().proven,
        may_send=_gate(desired),
        expired_now=_expired_now(plan, store, clock.now()),
        max_spend=_allowed_spend(request, approval),
        reasons=(Reason.OPTOUTS_STALE,) if any(each.code == "optouts-stale" for each in plan.notices) else (),
    )


def _allowed_spend(request: Request, approval: Approval) -> Decimal | None:
    """Return the credits that this run may spend where somebody said a figure for it, by flag or at the terminal."""
    allowed = request.asked.options.allow.get("max_credits")
    return approval.credits if allowed is None else allowed.value


def _gate(desired: Desired) -> Callable[[SendChange, dt.datetime], bool]:
    """Return what is asked right before each send: is it still allowed at this instant, for every one of its people?"""
    clocks = Clocks(desired)

    def may_send(change: SendChange, now: dt.datetime) -> bool:
        campaign = series.named(desired, change.campaign)
        if campaign is None or (change.scheduledate is not None and change.scheduledate <= now):
            return False
        return timing.timing(campaign, [clocks.of_all(change.recipients)], now).phase == "due"

    return may_send


def _expired_now(plan: Plan, store: StateStore, now: dt.datetime) -> frozenset[str]:
    """Return the campaigns whose expiry is news: an earlier apply saw them waiting, due or partly sent."""
    expired = [each.name for each in plan.campaigns if each.status is CampaignStatus.EXPIRED]
    records = store.load(expired, now, imports=False).campaigns if expired else {}
    return frozenset(
        name
        for name, record in records.items()
        if not record.expiry_said
        and record.seen in {CampaignStatus.WAITING, CampaignStatus.DUE, CampaignStatus.PARTIAL}
    )


def allowances(written: Mapping[str, str]) -> dict[str, Threshold]:
    """Return ``--allow LIMIT=VALUE`` as thresholds; raises nothing, since the caller checked the form."""
    return {
        key: Threshold(Decimal(value.removesuffix("%")), percent=value.endswith("%")) for key, value in written.items()
    }
