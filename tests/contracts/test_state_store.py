"""One suite for every store of the state: what the executor and the planner rely on, whatever database is behind it.

A new store joins by one more factory in ``FACTORIES``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import pytest

from sendmode_sync.errors import FencedError, RefusedError, StaleError, StateError
from sendmode_sync.model import claim as claims
from sendmode_sync.model.claim import (
    Barred,
    Beginning,
    Begun,
    Claim,
    CreditsClaim,
    Freeze,
    ImportClaim,
    OptOutClaim,
    Outcome,
    Result,
    RunStart,
    SendClaim,
    Wait,
)
from sendmode_sync.model.desired import FIELDS, OptOut, Values
from sendmode_sync.model.fingerprint import of_forgotten, of_values
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.model.state import BalanceLook, CampaignRecord, FrozenText, SendStatus
from sendmode_sync.ports import StateStore
from sendmode_sync.store.git import GitStore
from sendmode_sync.store.git_branch import Place
from sendmode_sync.store.git_rhythm import Rhythm
from sendmode_sync.store.postgres import PostgresStore
from sendmode_sync.store.sqlite import SqliteStore
from tests.engines import postgres_server

AT = dt.datetime(2026, 12, 1, 10, 0, 0, 123456, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(minutes=5)
LIMIT = RateLimit(100, 60.0)
HOLD = 30.0
ONE, TWO, THREE, FOUR = (f"+44770090000{digit}" for digit in (1, 2, 3, 4))
TEXT = "t1:one"
AOIFE: Values = ("Aoife", "Byrne", *("",) * (len(FIELDS) - 2))
FREEZE = Freeze("c1:x", False, dict.fromkeys((ONE, TWO, THREE), TEXT), {TEXT: FrozenText("Hi", "GSM-7", 1)})
CAMPAIGN = "december-offer"
Trial = claims.TestClaim  # under a name that pytest does not take for a test


class Store(StateStore, Protocol):
    """The port, and what a person does to a run that no longer answers."""

    def force_unlock(self, run: str) -> bool: ...


def in_a_file(folder: Path) -> Store:
    return SqliteStore.create(folder / ".sendmode" / "state.db", AT)


def in_memory(folder: Path) -> Store:
    return SqliteStore.throwaway(None, AT)


def on_a_branch(folder: Path) -> Store:
    """A state on a branch of a bare repository.

    Pushes are not rationed and never slow here: a test makes many claims in no time, and asks for each once.
    """
    remote = folder / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--template=", remote], check=True)
    subprocess.run(["git", "-C", remote, "config", "core.fsync", "none"], check=True)
    return GitStore.create(Place(str(remote), "state", folder), None, AT, rhythm=Rhythm(pushes=10_000, slow=120.0))


def in_postgres(folder: Path) -> Store:
    return PostgresStore.create(postgres_server.shared().fresh(), AT, own_clock=True)


FACTORIES: Mapping[str, Callable[[Path], Store]] = {
    "sqlite-file": in_a_file,
    "sqlite-memory": in_memory,
    "git": on_a_branch,
    "postgres": in_postgres,
}


@pytest.fixture(params=FACTORIES, name="idle")
def idle_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A new store whose lock nobody holds; it must be sound at the end of every test."""
    with closing(FACTORIES[request.param](tmp_path)) as made:
        yield made
        assert made.check() == []


@pytest.fixture(name="store")
def locked_store(idle: Store) -> Store:
    idle.lock(run("run-1"), 0)
    return idle


def run(name: str, kind: str = "apply") -> RunStart:
    return RunStart(name, kind, "host", 42, "me", AT, "sha256:c", "p1:d", {"max_credits": "10"})


def moment(seconds: float = 0.0, boot_id: str = "boot") -> Instant:
    return Instant(1e9 + seconds, 1000.0 + seconds, boot_id)


def send(operation: str, *numbers: str, text: str = TEXT, freeze: Freeze | None = FREEZE) -> SendClaim:
    credit = Decimal("2.5") * len(numbers)
    return SendClaim(operation, CAMPAIGN, f"ref-{operation}", numbers, text, credit, freeze=freeze)


def begin(store: Store, claim: Claim, seconds: float = 0.0, limit: RateLimit = LIMIT) -> Beginning:
    return store.begin(claim, AT, moment(seconds), limit, HOLD)


def end(store: Store, operation: str, outcome: Outcome = "done", cause: str | None = None) -> None:
    store.settle(operation, Result(outcome, cause), LATER, moment(1))


def deliver(store: Store, operation: str, *numbers: str, outcome: Outcome = "done", cause: str | None = None) -> None:
    assert begin(store, send(operation, *numbers)) == Begun()
    end(store, operation, outcome, cause)


def record(store: Store) -> CampaignRecord:
    return store.load([CAMPAIGN], LATER).campaigns[CAMPAIGN]


def statuses(store: Store) -> dict[str, str]:
    return {number: row.status.value for number, row in record(store).rows.items()}


def calls(store: Store, name: str = "run-1") -> dict[str, str]:
    return {each.operation: each.status for each in store.operations(name)}


def serial(store: Store) -> int:
    return store.identity().serial


# -- identity and account ------------------------------------------------------------------------------------------


def test_a_new_state_is_empty_and_has_an_identity_of_its_own(idle: Store) -> None:
    state = idle.load(["nothing"], AT)
    assert (state.identity.serial, state.identity.account, state.identity.proven) == (0, None, False)
    assert state.identity.lineage
    assert len(state.identity.tag_key) >= 16
    assert (dict(state.applied), dict(state.optouts), dict(state.campaigns), dict(state.recent)) == ({}, {}, {}, {})
    assert state.forgotten == frozenset()
    assert state.optouts_refreshed_at is None
    assert not any((idle.unknowns(), idle.campaign_names(), idle.runs(), list(idle.numbers()), list(idle.sent())))


def test_what_is_remembered_of_lists_is_exactly_the_last(idle: Store) -> None:
    before = serial(idle)
    idle.remember({"a": b"1", "b": b"2"})
    idle.remember({"b": b"3", "c": b""})
    assert idle.remembered() == {"b": b"3", "c": b""}
    idle.remember({})
    assert idle.remembered() == {}
    assert serial(idle) == before


def test_what_is_proven_of_an_account_stays_proven_until_the_account_changes(store: Store) -> None:
    store.prove("a1:first", proven=False)
    assert (store.identity().account, store.identity().proven) == ("a1:first", False)
    store.prove(None, proven=True)
    store.prove("a1:first", proven=False)
    assert (store.identity().account, store.identity().proven) == ("a1:first", True)
    store.prove("a1:second", proven=False)
    assert (store.identity().account, store.identity().proven) == ("a1:second", False)


# -- lock, runs, plans ---------------------------------------------------------------------------------------------


def test_the_lock_names_its_holder_until_it_is_given_back(idle: Store) -> None:
    assert idle.holder() is None
    assert idle.lock(run("run-1"), 0) == 0
    holder = idle.holder()
    assert holder is not None
    assert tuple(holder) == ("run-1", "host", 42, AT)
    idle.unlock()
    idle.unlock()
    assert idle.holder() is None


def test_a_run_is_in_the_history_from_its_lock_to_its_end(store: Store) -> None:
    (entry,) = store.runs()
    assert (entry.run, entry.kind, entry.started_at, entry.ended_at, entry.exit_code) == (
        "run-1",
        "apply",
        AT,
        None,
        None,
    )
    deliver(store, "op-1", ONE)
    deliver(store, "op-2", TWO, outcome="unknown", cause="read-timeout")
    begin(store, CreditsClaim("op-3"))
    begin(store, CreditsClaim("op-4"))
    end(store, "op-4")
    store.finish(4, LATER, Decimal("10.5"), Decimal(8))
    store.unlock()
    store.lock(run("run-2", "adopt"), 0)
    newest, entry = store.runs()
    assert (newest.run, newest.kind) == ("run-2", "adopt")
    assert store.runs(limit=1) == (newest,)
    assert (entry.ended_at, entry.exit_code, entry.balance_before, entry.balance_after) == (
        LATER,
        4,
        Decimal("10.5"),
        Decimal(8),
    )
    assert (entry.host, entry.pid, entry.user, entry.plan_digest, entry.config_digest) == (
        "host",
        42,
        "me",
        "p1:d",
        "sha256:c",
    )
    assert entry.allowed == {"max_credits": "10"}
    assert entry.counts == {"send": {"done": 1, "unknown": 1}, "credits": {"done": 1, "released": 1}}


def test_nothing_of_a_run_happens_without_the_lock(idle: Store) -> None:
    for change in (
        lambda: begin(idle, send("op-1", ONE)),
        lambda: begin(idle, ImportClaim("op-1", "members", ONE, AOIFE)),
        lambda: idle.suppress(CAMPAIGN, [ONE], AT),
        lambda: idle.expire(CAMPAIGN, AT),
        lambda: idle.see({}, AT),
        lambda: idle.finish(0, AT),
        lambda: idle.use_plan("plan", AT),
        lambda: idle.adopt_imports([], AT),
    ):
        with pytest.raises(StateError, match="lock"):
            change()
    assert serial(idle) == 0


def test_the_balance_may_be_read_without_the_lock_and_takes_a_slot(idle: Store) -> None:
    one = RateLimit(1, 60.0)
    assert begin(idle, CreditsClaim("op-1"), limit=one) == Begun()
    assert begin(idle, CreditsClaim("op-2"), 1, one) == Wait(HOLD + 60.0 - 1)
    idle.settle("op-1", Result("done"), AT, moment(2))
    assert begin(idle, CreditsClaim("op-2"), 3, one) == Wait(59.0)
    assert serial(idle) == 0


def test_a_plan_is_applied_once(store: Store) -> None:
    assert not store.plan_was_applied("plan-1")
    store.use_plan("plan-1", AT)
    assert store.plan_was_applied("plan-1")
    with pytest.raises(StaleError, match="applied before"):
        store.use_plan("plan-1", AT)


def test_a_fenced_run_starts_nothing_more_but_says_how_its_last_call_ended(store: Store) -> None:
    begin(store, send("op-1", ONE))
    store.force_unlock("run-1")
    for change in (
        lambda: begin(store, send("op-2", TWO)),
        lambda: begin(store, CreditsClaim("op-2")),
        lambda: store.again("op-1", moment(), LIMIT, HOLD),
        lambda: store.suppress(CAMPAIGN, [TWO], AT),
        lambda: store.see({CAMPAIGN: "partial"}, AT),
        lambda: store.doubt(["op-1"], "unbilled", AT),
        lambda: store.balance(["op-1"], None, None),
        lambda: store.prove("a1:x", proven=True),
        lambda: store.adopt_campaign("other", "me", AT),
    ):
        with pytest.raises(FencedError, match="run-1"):
            change()
    store.answered("op-1", moment(1))
    end(store, "op-1")
    store.finish(1, LATER)
    assert statuses(store) == {ONE: "accepted", TWO: "planned", THREE: "planned"}


def test_one_process_takes_the_lock_once(store: Store) -> None:
    with pytest.raises(StateError, match="holds the lock already, for run run-1"):
        store.lock(run("run-2"), 0)
    assert begin(store, send("op-1", ONE)) == Begun()
    assert [each.run for each in store.runs()] == ["run-1"]


@pytest.mark.parametrize("factory", FACTORIES.values(), ids=FACTORIES)
def test_a_state_that_is_closed_is_closed(factory: Callable[[Path], Store], tmp_path: Path) -> None:
    store = factory(tmp_path)
    store.lock(run("run-1"), 0)
    store.close()
    store.close()
    with pytest.raises(StateError):
        store.identity()


def test_only_the_run_that_holds_the_lock_can_be_unlocked(idle: Store) -> None:
    with pytest.raises(RefusedError, match="no run holds"):
        idle.force_unlock("run-1")
    idle.lock(run("run-1-long-id"), 0)
    with pytest.raises(RefusedError, match="run-1-long-id"):
        idle.force_unlock("other")
    with pytest.raises(RefusedError, match="run-1-long-id"):
        idle.force_unlock("run")
    idle.force_unlock("run-1")
    with pytest.raises(RefusedError, match="no run holds"):
        idle.force_unlock("run-1-long-id")


# -- claims ahead of their slots -----------------------------------------------------------------------------------


def test_what_is_claimed_ahead_begins_under_its_claim_or_is_taken_back(store: Store) -> None:
    ahead = [send("op-1", ONE), send("op-2", TWO)]
    assert store.intend(ahead, AT) == 0.0
    assert statuses(store)[TWO] == "claimed" if store.block else not store.campaign_names()
    assert begin(store, ahead[0]) == Begun()
    end(store, "op-1")
    store.recall()
    assert statuses(store) == {ONE: "accepted", TWO: "planned", THREE: "planned"}
    deliver(store, "op-3", TWO)
    assert statuses(store) == {ONE: "accepted", TWO: "accepted", THREE: "planned"}


def test_who_is_claimed_ahead_is_barred_from_every_other_call(store: Store) -> None:
    ahead = send("op-1", ONE, TWO)
    store.intend([ahead], AT)
    begin(store, ahead)
    assert begin(store, send("op-2", TWO)) == Barred((TWO,))


# -- recovery ------------------------------------------------------------------------------------------------------


def test_what_a_run_left_claimed_is_ended_by_the_next_one(store: Store) -> None:
    store.record_optouts([OptOut(FOUR)], "yaml", AT)
    begin(store, send("op-1", ONE, TWO))
    begin(store, ImportClaim("op-2", "members", ONE, AOIFE))
    begin(store, OptOutClaim("op-3", FOUR))
    begin(store, CreditsClaim("op-4"))
    begin(store, Trial("op-5", CAMPAIGN, "ref", THREE, Decimal(1)))
    before = serial(store)
    store.unlock()
    assert store.lock(run("run-2"), 0) == 2
    assert serial(store) == before + 1
    assert statuses(store) == {ONE: "unknown", TWO: "unknown", THREE: "planned"}
    assert calls(store) == {
        "op-1": "unknown",
        "op-2": "released",
        "op-3": "released",
        "op-4": "released",
        "op-5": "unknown",
    }
    (unknown,) = store.unknowns()
    assert (unknown.operation, unknown.cause, unknown.at, unknown.recipients) == (
        "op-1",
        "interrupted",
        AT,
        (ONE, TWO),
    )
    assert (unknown.campaign, unknown.customerid, unknown.credits) == (CAMPAIGN, "ref-op-1", Decimal(5))


def test_a_lock_after_a_clean_run_changes_nothing(store: Store) -> None:
    deliver(store, "op-1", ONE)
    before = serial(store)
    store.unlock()
    assert store.lock(run("run-2"), 0) == 0
    assert serial(store) == before


@pytest.mark.parametrize(
    ("outcome", "expected"), [("done", "accepted"), ("rejected", "unknown"), ("released", "unknown")]
)
def test_a_late_result_only_adds_certainty(store: Store, outcome: Outcome, expected: str) -> None:
    begin(store, send("op-1", ONE))
    store.unlock()
    store.lock(run("run-2"), 0)
    end(store, "op-1", outcome)
    assert statuses(store)[ONE] == expected


def test_a_late_result_does_not_overrule_a_person(store: Store) -> None:
    begin(store, send("op-1", ONE))
    store.unlock()
    store.lock(run("run-2"), 0)
    store.resolve(CAMPAIGN, sent=False, evidence="seen", user="me", at=LATER)
    end(store, "op-1")
    assert statuses(store)[ONE] == "planned"
    assert calls(store)["op-1"] == "released"


# -- sends ---------------------------------------------------------------------------------------------------------


def test_the_first_claim_fixes_audience_and_texts(store: Store) -> None:
    begin(store, send("op-1", ONE))
    found = record(store)
    assert (found.name, found.started_at, found.content_digest, found.handed_over) == (CAMPAIGN, AT, "c1:x", False)
    assert found.texts == {TEXT: FrozenText("Hi", "GSM-7", 1)}
    assert statuses(store) == {ONE: "claimed", TWO: "planned", THREE: "planned"}
    assert (found.rows[ONE].text, found.rows[ONE].at, found.operations) == (TEXT, AT, 1)
    wider = Freeze("c1:y", True, {FOUR: "t1:y"}, {"t1:y": FrozenText("Ho", "UCS-2", 2)})
    begin(store, send("op-2", TWO, freeze=wider))
    assert (record(store).content_digest, set(record(store).rows)) == ("c1:x", {ONE, TWO, THREE})
    begin(store, send("op-3", THREE, freeze=None))
    assert record(store).operations == 3


def test_a_campaign_cannot_start_without_its_audience(store: Store) -> None:
    with pytest.raises(StateError, match="audience"):
        begin(store, send("op-1", ONE, freeze=None))
    assert store.campaign_names() == ()


def test_a_text_other_than_the_fixed_one_is_not_claimed(store: Store) -> None:
    deliver(store, "op-1", ONE)
    with pytest.raises(StateError, match="not the one fixed"):
        begin(store, send("op-2", TWO, text="t1:other"))
    assert statuses(store)[TWO] == "planned"


def test_a_recipient_named_twice_is_not_claimed(store: Store) -> None:
    with pytest.raises(StateError, match="names a recipient twice"):
        begin(store, send("op-1", ONE, ONE))
    assert calls(store) == {}


@pytest.mark.parametrize(
    ("outcome", "status", "call"),
    [
        ("done", "accepted", "done"),
        ("rejected", "rejected", "rejected"),
        ("unknown", "unknown", "unknown"),
        ("released", "planned", "released"),
    ],
)
def test_a_result_moves_its_recipients_and_nobody_else(store: Store, outcome: Outcome, status: str, call: str) -> None:
    before = serial(store)
    deliver(store, "op-1", ONE, TWO, outcome=outcome, cause="because")
    assert statuses(store) == {ONE: status, TWO: status, THREE: "planned"}
    assert record(store).rows[ONE].at == LATER
    (entry,) = store.operations("run-1")
    assert (entry.status, entry.cause, entry.claimed_at, entry.settled_at) == (call, "because", AT, LATER)
    assert (entry.kind, entry.campaign, entry.group, entry.customerid) == ("send", CAMPAIGN, None, "ref-op-1")
    assert (entry.recipients, entry.credits) == ((ONE, TWO), Decimal("5.0"))
    assert serial(store) == before + 2


@pytest.mark.parametrize("outcome", ["done", "rejected", "unknown"])
def test_a_number_gets_a_campaign_at_most_once(store: Store, outcome: Outcome) -> None:
    deliver(store, "op-1", ONE, outcome=outcome)
    before = serial(store)
    assert begin(store, send("op-2", ONE, TWO)) == Barred((ONE,))
    assert statuses(store) == {ONE: {"done": "accepted"}.get(outcome, outcome), TWO: "planned", THREE: "planned"}
    assert (calls(store), serial(store)) == ({"op-1": outcome}, before)


def test_a_released_claim_may_be_made_again(store: Store) -> None:
    deliver(store, "op-1", ONE, outcome="released")
    deliver(store, "op-2", ONE)
    assert statuses(store)[ONE] == "accepted"


def test_nobody_is_added_to_a_started_audience(store: Store) -> None:
    deliver(store, "op-1", ONE)
    assert begin(store, send("op-2", TWO, FOUR)) == Barred((FOUR,))


def test_an_opted_out_recipient_is_suppressed_and_nothing_is_claimed(store: Store) -> None:
    deliver(store, "op-1", ONE)
    store.record_optouts([OptOut(TWO)], "yaml", AT)
    before = serial(store)
    assert begin(store, send("op-2", TWO, THREE)) == Barred((TWO,))
    assert statuses(store) == {ONE: "accepted", TWO: "suppressed", THREE: "planned"}
    assert (calls(store), serial(store)) == ({"op-1": "done"}, before + 1)
    assert begin(store, send("op-2", THREE)) == Begun()


def test_an_opt_out_before_the_first_claim_starts_as_suppressed(store: Store) -> None:
    store.record_optouts([OptOut(TWO), OptOut(THREE)], "yaml", AT)
    assert begin(store, send("op-1", ONE, TWO)) == Barred((TWO,))
    assert statuses(store) == {ONE: "planned", TWO: "suppressed", THREE: "suppressed"}


def test_an_erased_recipient_does_not_come_back_with_a_new_audience(store: Store) -> None:
    texts = {TEXT: FrozenText("Hi", "GSM-7", 1), "t1:two": FrozenText("Hi Zoe", "GSM-7", 1)}
    store.forget(TWO, AT)
    freeze = Freeze("c1:x", False, {ONE: TEXT, TWO: "t1:two"}, texts)
    assert begin(store, send("op-1", ONE, TWO, freeze=freeze)) == Barred((TWO,))
    assert begin(store, send("op-1", ONE, freeze=freeze)) == Begun()
    assert statuses(store) == {ONE: "claimed"}
    assert set(record(store).texts) == {TEXT}
    assert TWO not in store.numbers()


def test_a_cancelled_campaign_sends_no_more(store: Store) -> None:
    deliver(store, "op-1", ONE)
    before = serial(store)
    assert store.cancel(CAMPAIGN, "me", AT) == 2
    assert serial(store) == before + 1
    assert record(store).cancelled_at == AT
    assert begin(store, send("op-2", TWO, THREE)) == Barred((TWO, THREE))
    assert statuses(store) == {ONE: "accepted", TWO: "planned", THREE: "planned"}
    assert store.cancel(CAMPAIGN, "me", LATER) == 2
    assert (record(store).cancelled_at, serial(store)) == (AT, before + 1)


def test_a_campaign_can_be_cancelled_before_it_starts(store: Store) -> None:
    assert store.cancel(CAMPAIGN, "me", AT) == 0
    assert begin(store, send("op-1", ONE)) == Barred((ONE,))
    assert (record(store).started_at, statuses(store)) == (None, {})


def test_suppressed_and_expired_take_only_those_still_planned(store: Store) -> None:
    deliver(store, "op-1", ONE)
    before = serial(store)
    store.suppress(CAMPAIGN, [ONE, TWO], LATER)
    assert statuses(store) == {ONE: "accepted", TWO: "suppressed", THREE: "planned"}
    assert store.expire(CAMPAIGN, LATER) == 1
    assert statuses(store) == {ONE: "accepted", TWO: "suppressed", THREE: "expired"}
    assert serial(store) == before + 2
    store.suppress(CAMPAIGN, [THREE], LATER)
    assert (store.expire(CAMPAIGN, LATER), serial(store)) == (0, before + 2)
    assert begin(store, send("op-2", TWO, THREE)) == Barred((TWO, THREE))


def test_a_campaign_remembers_how_it_was_last_seen(store: Store) -> None:
    store.see({CAMPAIGN: "waiting"}, AT)
    assert (record(store).seen, record(store).expiry_said, record(store).started_at) == ("waiting", False, None)
    store.see({CAMPAIGN: "expired"}, AT)
    store.see({CAMPAIGN: "cancelled"}, AT)
    assert (record(store).seen, record(store).expiry_said) == ("cancelled", True)
    assert serial(store) == 0
    assert store.campaign_names() == (CAMPAIGN,)


def test_a_test_send_never_counts_as_the_campaign(store: Store) -> None:
    claim = Trial("op-1", CAMPAIGN, "ref", ONE, Decimal(1))
    assert begin(store, claim) == Begun()
    end(store, "op-1", "unknown")
    assert (store.campaign_names(), store.unknowns(), list(store.sent())) == ((), (), [])
    (entry,) = store.operations("run-1")
    assert (entry.kind, entry.status, entry.campaign, entry.recipients) == ("test", "unknown", CAMPAIGN, (ONE,))
    store.record_optouts([OptOut(ONE)], "yaml", AT)
    assert begin(store, Trial("op-2", CAMPAIGN, "ref", ONE, Decimal(1))) == Barred((ONE,))


# -- imports and opt-outs ------------------------------------------------------------------------------------------


def test_an_import_is_applied_once_it_is_done(store: Store) -> None:
    begin(store, ImportClaim("op-1", "members", ONE, AOIFE))
    assert store.load([], AT).applied == {}
    end(store, "op-1")
    assert store.load([], AT).applied == {"members": {ONE: of_values(AOIFE)}}
    begin(store, ImportClaim("op-2", "members", ONE, ("Zoë", *AOIFE[1:])))
    end(store, "op-2", "rejected")
    begin(store, ImportClaim("op-3", "staff", TWO, AOIFE))
    end(store, "op-3")
    assert store.load([], AT).applied == {"members": {ONE: of_values(AOIFE)}, "staff": {TWO: of_values(AOIFE)}}
    keys = [("members", ONE), ("staff", TWO), ("staff", ONE), ("nobody", ONE)]
    assert store.applied_values(keys) == {("members", ONE): AOIFE, ("staff", TWO): AOIFE}
    begin(store, ImportClaim("op-4", "members", ONE, ("Zoë", *AOIFE[1:])))
    end(store, "op-4")
    assert store.applied_values([("members", ONE)]) == {("members", ONE): ("Zoë", *AOIFE[1:])}
    assert serial(store) == 8


def test_without_imports_everything_else_is_loaded(store: Store) -> None:
    begin(store, ImportClaim("op-1", "members", ONE, AOIFE))
    end(store, "op-1")
    store.record_optouts([OptOut(TWO)], "yaml", AT)
    whole, narrow = store.load([], AT), store.load([], AT, imports=False)
    assert (len(whole.applied), narrow) == (1, dataclasses.replace(whole, applied={}))


def test_an_opted_out_number_is_not_imported(store: Store) -> None:
    store.record_optouts([OptOut(ONE)], "yaml", AT)
    before = serial(store)
    assert begin(store, ImportClaim("op-1", "members", ONE, AOIFE)) == Barred((ONE,))
    assert (calls(store), serial(store)) == ({}, before)


def test_an_opt_out_is_recorded_once_and_acknowledged_once(store: Store) -> None:
    assert store.record_optouts([OptOut(ONE, "STOP", "Bye"), OptOut(TWO)], "yaml", AT) == 2
    assert serial(store) == 1
    assert store.record_optouts([OptOut(ONE, "other")], "command", LATER) == 0
    assert serial(store) == 1
    assert begin(store, OptOutClaim("op-1", ONE)) == Begun()
    end(store, "op-1")
    begin(store, OptOutClaim("op-2", TWO))
    end(store, "op-2", "rejected")
    found = store.load([], AT).optouts
    assert tuple(found[ONE]) == (AT, LATER, "yaml", "STOP", "Bye")
    assert tuple(found[TWO]) == (AT, None, "yaml", None, None)
    assert begin(store, OptOutClaim("op-3", ONE)) == Begun()
    store.settle("op-3", Result("done"), LATER + dt.timedelta(hours=1), moment())
    assert store.load([], AT).optouts[ONE].applied_at == LATER


def test_the_list_of_opt_outs_remembers_when_it_was_refreshed(idle: Store) -> None:
    idle.refresh_optouts(LATER)
    assert (idle.load([], AT).optouts_refreshed_at, serial(idle)) == (LATER, 0)


def test_only_a_consent_lifts_an_opt_out(store: Store) -> None:
    assert not store.lift_optout(ONE, "signed", "me", AT)
    store.record_optouts([OptOut(ONE)], "yaml", AT)
    before = serial(store)
    assert store.lift_optout(ONE, "signed", "me", LATER)
    assert serial(store) == before + 1
    assert store.load([], AT).optouts == {}
    assert begin(store, OptOutClaim("op-1", ONE)) == Barred((ONE,))
    assert begin(store, send("op-1", ONE)) == Begun()
    assert store.record_optouts([OptOut(ONE)], "yaml", LATER) == 1


# -- rate ledger ---------------------------------------------------------------------------------------------------


def test_a_slot_is_free_one_window_after_its_answer(store: Store) -> None:
    two = RateLimit(2, 60.0)
    before = serial(store)
    assert begin(store, CreditsClaim("op-1"), 0, two) == Begun()
    assert begin(store, CreditsClaim("op-2"), 1, two) == Begun()
    assert begin(store, CreditsClaim("op-3"), 2, two) == Wait(HOLD + 60 - 2)
    store.answered("op-1", moment(3))
    store.answered("op-1", moment(30))  # the first answer counts
    assert begin(store, CreditsClaim("op-3"), 4, two) == Wait(59.0)
    assert begin(store, CreditsClaim("op-3"), 62.5, two) == Wait(0.5)
    assert begin(store, CreditsClaim("op-3"), 63, two) == Begun()
    assert serial(store) == before


def test_waiting_writes_nothing(store: Store) -> None:
    one = RateLimit(1, 60.0)
    begin(store, CreditsClaim("op-1"), limit=one)
    before = store.load([CAMPAIGN], AT)
    assert isinstance(begin(store, send("op-2", ONE), limit=one), Wait)
    assert store.load([CAMPAIGN], AT) == before
    assert set(calls(store)) == {"op-1"}


def test_another_start_takes_another_slot(store: Store) -> None:
    two = RateLimit(2, 60.0)
    assert begin(store, send("op-1", ONE), 0, two) == Begun()
    store.answered("op-1", moment(1))
    assert store.again("op-1", moment(2), two, HOLD) == Begun()
    assert store.again("op-1", moment(3), two, HOLD) == Wait(58.0)
    assert serial(store) == 1
    end(store, "op-1")
    with pytest.raises(StateError, match="done"):
        store.again("op-1", moment(3), two, HOLD)


def test_the_balance_may_be_asked_again(store: Store) -> None:
    begin(store, CreditsClaim("op-1"))
    assert store.again("op-1", moment(), LIMIT, HOLD) == Begun()


def test_another_start_is_barred_by_an_opt_out_and_takes_the_claim_back(store: Store) -> None:
    begin(store, send("op-1", ONE, TWO))
    store.record_optouts([OptOut(TWO)], "command", AT)
    assert store.again("op-1", moment(), LIMIT, HOLD) == Barred((TWO,))
    assert statuses(store) == {ONE: "planned", TWO: "suppressed", THREE: "planned"}
    assert calls(store) == {"op-1": "released"}


def test_another_start_of_an_import_is_barred_by_an_opt_out(store: Store) -> None:
    begin(store, ImportClaim("op-1", "members", ONE, AOIFE))
    store.record_optouts([OptOut(ONE)], "command", AT)
    assert store.again("op-1", moment(), LIMIT, HOLD) == Barred((ONE,))
    assert calls(store) == {"op-1": "released"}


def test_another_start_is_barred_by_a_cancel(store: Store) -> None:
    begin(store, send("op-1", ONE, TWO))
    store.cancel(CAMPAIGN, "me", AT)
    assert store.again("op-1", moment(), LIMIT, HOLD) == Barred((ONE, TWO))
    assert statuses(store) == {ONE: "planned", TWO: "planned", THREE: "planned"}


@pytest.mark.parametrize(
    ("now", "waits"),
    [
        (Instant(1e9 - 5000, 1010.0, "boot"), 50.0),  # the wall clock jumped back: the boot clock decides
        (Instant(1e9 + 5000, 1010.0, "boot"), 50.0),  # and forth
        (Instant(1e9 + 10, 3.0, "next-boot"), 50.0),  # the machine started again: the wall clock decides
        (Instant(1e9 + 61, 3.0, "next-boot"), 0.0),
        (Instant(1e9 - 100, 3.0, "next-boot"), 60.0),  # a start that lies ahead counts as just now
        (Instant(1e9 - 200_000, 3.0, "next-boot"), 0.0),  # but not days ahead, under a clock that was wrong
    ],
)
def test_no_clock_jump_or_restart_forgets_a_start(store: Store, now: Instant, waits: float) -> None:
    one = RateLimit(1, 60.0)
    begin(store, CreditsClaim("op-1"), 0, one)
    store.answered("op-1", moment(0))
    found = store.begin(CreditsClaim("op-2"), AT, now, one, HOLD)
    assert found == (Wait(waits) if waits else Begun())


def test_a_call_that_was_never_claimed_cannot_go_on(store: Store) -> None:
    with pytest.raises(StateError, match="never claimed"):
        end(store, "op-1")
    with pytest.raises(StateError, match="never claimed"):
        store.again("op-1", moment(), LIMIT, HOLD)


def test_an_operation_is_claimed_once(store: Store) -> None:
    begin(store, send("op-1", ONE))
    with pytest.raises(StateError):
        begin(store, send("op-1", TWO))
    assert statuses(store)[TWO] == "planned"


def test_a_settled_call_is_not_settled_again(store: Store) -> None:
    deliver(store, "op-1", ONE)
    before = serial(store)
    end(store, "op-1", "released")
    assert (statuses(store)[ONE], serial(store)) == ("accepted", before)


def test_no_start_is_forgotten_while_it_counts(store: Store) -> None:
    limit = RateLimit(600, 60.0)
    for number in range(600):
        assert begin(store, CreditsClaim(f"op-{number}"), number / 100, limit) == Begun()
        store.answered(f"op-{number}", moment(number / 100))
    assert begin(store, CreditsClaim("last"), 6, limit) == Wait(54.0)


def test_many_calls_leave_the_ledger_able_to_answer(store: Store) -> None:
    wide = RateLimit(10_000, 1.0)
    for number in range(1030):
        assert begin(store, CreditsClaim(f"op-{number}"), number * 60.0, wide) == Begun()
        store.answered(f"op-{number}", moment(number * 60.0))
    assert begin(store, CreditsClaim("last"), 1030 * 60.0, RateLimit(1, 60.0)) == Begun()


# -- unknowns ------------------------------------------------------------------------------------------------------


def test_unknown_was_sent_says_a_person(store: Store) -> None:
    deliver(store, "op-1", ONE, outcome="unknown", cause="http-500")
    deliver(store, "op-2", TWO, outcome="rejected")
    store.balance(["op-1"], Decimal(10), None)
    store.balance(["op-1"], None, Decimal("7.5"))
    (unknown,) = store.unknowns()
    assert (unknown.cause, unknown.balance_before, unknown.balance_after) == ("http-500", Decimal(10), Decimal("7.5"))
    before = serial(store)
    assert store.resolve(CAMPAIGN, sent=True, evidence="", user="me", at=LATER) == 1
    assert serial(store) == before + 1
    assert statuses(store) == {ONE: "accepted", TWO: "rejected", THREE: "planned"}
    assert (store.unknowns(), calls(store)) == ((), {"op-1": "done", "op-2": "rejected"})
    assert store.resolve(CAMPAIGN, sent=True, evidence="", user="me", at=LATER) == 0
    assert serial(store) == before + 1


def test_balances_after_an_unknown_outcome_are_kept_in_the_order_of_time(store: Store) -> None:
    deliver(store, "op-1", ONE, outcome="unknown", cause="http-500")
    deliver(store, "op-2", TWO, outcome="unknown", cause="http-500")
    store.note_balance("op-1", BalanceLook(30, Decimal("7.5"), Decimal(1)))
    store.note_balance("op-1", BalanceLook(5, Decimal(10)))
    store.note_balance("op-1", BalanceLook(5, Decimal(9)))
    first, second = store.unknowns()
    assert first.looks == (BalanceLook(5, Decimal(10)), BalanceLook(30, Decimal("7.5"), Decimal(1)))
    assert second.looks == ()


def test_a_person_is_told_of_everything_that_is_kept_about_them(store: Store) -> None:
    store.adopt_imports([("members", ONE, AOIFE)], AT)
    deliver(store, "op-1", ONE)
    store.record_optouts([OptOut(ONE, "STOP")], "command", LATER)
    store.lift_optout(ONE, "signed", "me", LATER)
    told = store.about(ONE)
    assert [(each.group, each.values) for each in told.imports] == [("members", AOIFE)]
    assert [(each.campaign, each.status, each.messagetext) for each in told.sent] == [(CAMPAIGN, "accepted", "Hi")]
    assert [(each.operation, each.recipients) for each in told.calls] == [("op-1", (ONE,))]
    assert [each.consent for each in told.consents] == ["signed"]
    assert told.optout is None
    store.record_optouts([OptOut(TWO, "STOP")], "yaml", AT)
    assert store.barred([ONE, TWO, THREE]) == {TWO}
    barred = store.about(TWO).optout
    assert barred is not None
    assert (barred.optoutresponse, barred.source) == ("STOP", "yaml")


def test_a_run_remembers_the_digest_of_its_plan(store: Store) -> None:
    store.note_plan("p1:other")
    assert store.runs()[0].plan_digest == "p1:other"


def test_a_run_remembers_what_it_was_allowed_later(store: Store) -> None:
    assert store.runs()[0].allowed == {"max_credits": "10"}
    store.note_allowed({"max_credits": "600", "max_shrink": "40%"})
    assert store.runs()[0].allowed == {"max_credits": "600", "max_shrink": "40%"}
    store.unlock()
    with pytest.raises(StateError):
        store.note_allowed({"max_credits": "1"})


def test_what_a_run_left_claimed_needs_a_person_once_no_run_is_under_way(store: Store) -> None:
    begin(store, send("op-1", ONE))
    assert store.unknowns() == ()
    store.unlock()
    assert [(each.operation, each.cause, each.recipients) for each in store.unknowns()] == [
        ("op-1", "interrupted", (ONE,))
    ]


def test_not_sent_makes_unknown_and_rejected_sendable_again(store: Store) -> None:
    deliver(store, "op-1", ONE, outcome="unknown")
    deliver(store, "op-2", TWO, outcome="rejected")
    deliver(store, "op-3", THREE)
    assert store.resolve(CAMPAIGN, sent=False, evidence="portal", user="me", at=LATER) == 2
    assert statuses(store) == {ONE: "planned", TWO: "planned", THREE: "accepted"}
    assert store.unknowns() == ()
    deliver(store, "op-4", ONE, TWO)
    assert statuses(store) == {ONE: "accepted", TWO: "accepted", THREE: "accepted"}


def test_one_call_alone_can_be_settled(store: Store) -> None:
    deliver(store, "op-1", ONE, outcome="unknown")
    deliver(store, "op-2", TWO, outcome="unknown")
    deliver(store, "op-3", THREE, outcome="rejected")
    assert store.resolve(CAMPAIGN, sent=False, evidence="portal", user="me", at=LATER, operation="op-2") == 1
    assert statuses(store) == {ONE: "unknown", TWO: "planned", THREE: "rejected"}
    assert store.resolve(CAMPAIGN, sent=False, evidence="portal", user="me", at=LATER, operation="op-3") == 1
    assert statuses(store)[THREE] == "planned"


@pytest.mark.parametrize("operation", ["op-2", "op-3", "nothing"])
def test_a_call_that_is_not_open_cannot_be_settled(store: Store, operation: str) -> None:
    deliver(store, "op-1", ONE, outcome="unknown")
    deliver(store, "op-2", TWO)
    deliver(store, "op-3", THREE, outcome="rejected")
    with pytest.raises(RefusedError, match=operation):
        store.resolve(CAMPAIGN, sent=True, evidence="", user="me", at=LATER, operation=operation)


def test_a_campaign_without_a_record_cannot_be_settled(store: Store) -> None:
    with pytest.raises(RefusedError, match="no campaign"):
        store.resolve("nothing", sent=True, evidence="", user="me", at=LATER)


def test_sends_that_were_not_billed_become_unknown_and_keep_their_time(store: Store) -> None:
    deliver(store, "op-1", ONE, TWO)
    deliver(store, "op-2", THREE, outcome="rejected")
    before = serial(store)
    assert store.doubt(["op-1", "op-2", "nothing"], "unbilled", LATER + dt.timedelta(hours=1)) == 2
    assert serial(store) == before + 1
    assert statuses(store) == {ONE: "unknown", TWO: "unknown", THREE: "rejected"}
    assert record(store).rows[ONE].at == LATER
    assert [each.cause for each in store.unknowns()] == ["unbilled"]
    end(store, "op-1")  # no answer of the call itself settles that
    assert statuses(store)[ONE] == "unknown"
    assert store.doubt(["op-1"], "unbilled", LATER) == 0
    assert serial(store) == before + 1
    assert store.resolve(CAMPAIGN, sent=False, evidence="portal", user="me", at=LATER, operation="op-1") == 2


# -- adopting and forgetting ---------------------------------------------------------------------------------------


def test_imports_are_adopted_without_a_call(store: Store) -> None:
    store.forget(TWO, AT)
    before = serial(store)
    assert store.adopt_imports([("members", ONE, AOIFE), ("members", TWO, AOIFE)], AT) == 1
    assert store.load([], AT).applied == {"members": {ONE: of_values(AOIFE)}}
    assert (calls(store), serial(store)) == ({}, before + 1)
    assert (store.adopt_imports([], AT), serial(store)) == (0, before + 1)


def test_an_adopted_campaign_is_never_sent(store: Store) -> None:
    before = serial(store)
    store.adopt_campaign(CAMPAIGN, "me", AT)
    assert (record(store).closed_as, serial(store)) == ("adopted", before + 1)
    assert begin(store, send("op-1", ONE)) == Barred((ONE,))
    store.adopt_campaign(CAMPAIGN, "me", LATER)
    assert serial(store) == before + 1


def test_a_started_campaign_is_not_adopted(store: Store) -> None:
    deliver(store, "op-1", ONE)
    with pytest.raises(RefusedError, match="has started"):
        store.adopt_campaign(CAMPAIGN, "me", AT)


def test_forgetting_erases_a_person_and_keeps_them_barred(store: Store) -> None:
    texts = {TEXT: FrozenText("Hi", "GSM-7", 1), "t1:aoife": FrozenText("Hi Aoife", "GSM-7", 1)}
    freeze = Freeze("c1:x", False, {ONE: "t1:aoife", TWO: TEXT}, texts)
    store.adopt_imports([("members", ONE, AOIFE), ("members", TWO, AOIFE)], AT)
    store.record_optouts([OptOut(ONE), OptOut(THREE)], "yaml", AT)
    store.lift_optout(ONE, "signed by Aoife", "me", AT)
    begin(store, send("op-1", ONE, text="t1:aoife", freeze=freeze))
    end(store, "op-1")
    begin(store, ImportClaim("op-2", "staff", ONE, AOIFE))
    store.record_optouts([OptOut(ONE)], "yaml", AT)
    before = serial(store)
    assert store.forget(ONE, LATER)
    assert serial(store) == before + 1
    end(store, "op-2")
    state = store.load([CAMPAIGN], LATER)
    assert state.forgotten == {of_forgotten(ONE, state.identity.tag_key)}
    assert (state.applied, set(state.optouts)) == ({"members": {TWO: of_values(AOIFE)}}, {THREE})
    assert (statuses(store), set(record(store).texts)) == ({TWO: "planned"}, {TEXT})
    assert set(store.numbers()) == {TWO, THREE}
    assert [each.recipients for each in store.operations("run-1")] == [(), ()]
    assert list(store.sent()) == []
    assert begin(store, ImportClaim("op-3", "members", ONE, AOIFE)) == Barred((ONE,))
    assert begin(store, Trial("op-3", CAMPAIGN, "ref", ONE, Decimal(1))) == Barred((ONE,))
    assert store.record_optouts([OptOut(ONE)], "yaml", LATER) == 0
    assert not store.forget(ONE, LATER)


def test_somebody_unknown_to_the_state_is_barred_by_being_forgotten(store: Store) -> None:
    assert not store.forget(ONE, AT)
    assert begin(store, ImportClaim("op-1", "members", ONE, AOIFE)) == Barred((ONE,))


def test_an_erased_person_can_come_back_by_consent_alone(store: Store) -> None:
    store.forget(ONE, AT)
    assert store.lift_optout(ONE, "signed", "me", LATER)
    assert store.load([], AT).forgotten == frozenset()
    assert begin(store, ImportClaim("op-1", "members", ONE, AOIFE)) == Begun()
    store.forget(ONE, LATER)
    assert len(store.load([], AT).forgotten) == 1


def test_an_unknown_call_of_an_erased_person_needs_nobody_any_more(store: Store) -> None:
    deliver(store, "op-1", ONE, outcome="unknown")
    deliver(store, "op-2", TWO, THREE, outcome="unknown")
    store.forget(ONE, LATER)
    store.forget(TWO, LATER)
    assert [(each.operation, each.recipients) for each in store.unknowns()] == [("op-2", (THREE,))]
    assert store.resolve(CAMPAIGN, sent=True, evidence="", user="me", at=LATER) == 1


# -- reading -------------------------------------------------------------------------------------------------------


def test_only_the_campaigns_asked_for_are_loaded(store: Store) -> None:
    deliver(store, "op-1", ONE)
    store.see({"other": "waiting"}, AT)
    assert set(store.load([], AT).campaigns) == set()
    assert set(store.load(["other", "nothing"], AT).campaigns) == {"other"}
    assert store.campaign_names() == (CAMPAIGN, "other")


@pytest.mark.parametrize(
    ("outcome", "days", "found"),
    [
        ("done", 29, True),
        ("unknown", 29, True),
        ("rejected", 29, False),
        ("released", 29, False),
        ("done", 31, False),
        ("unknown", 31, False),
    ],
)
def test_texts_of_the_last_thirty_days_are_known(store: Store, outcome: Outcome, days: int, found: bool) -> None:
    deliver(store, "op-1", ONE, outcome=outcome)
    recent = store.load([], LATER + dt.timedelta(days=days)).recent
    assert recent == ({(ONE, TEXT): CAMPAIGN} if found else {})


def test_a_text_on_its_way_counts_and_one_that_was_not_sent_does_not(store: Store) -> None:
    begin(store, send("op-1", ONE))
    assert store.load([], AT).recent == {(ONE, TEXT): CAMPAIGN}
    end(store, "op-1", "unknown")
    store.resolve(CAMPAIGN, sent=False, evidence="portal", user="me", at=LATER)
    assert store.load([], AT).recent == {}


def test_who_was_sent_what_is_listed_by_time(store: Store) -> None:
    deliver(store, "op-1", TWO)
    begin(store, send("op-2", ONE))
    store.settle("op-2", Result("unknown", "reset"), LATER + dt.timedelta(minutes=1), moment())
    assert [tuple(entry) for entry in store.sent()] == [
        (TWO, CAMPAIGN, SendStatus.ACCEPTED, "Hi", "ref-op-1", LATER),
        (ONE, CAMPAIGN, SendStatus.UNKNOWN, "Hi", "ref-op-2", LATER + dt.timedelta(minutes=1)),
    ]
    assert [entry.mobilenumber for entry in store.sent(ONE)] == [ONE]
    assert list(store.sent(THREE)) == []


def test_a_run_is_found_by_a_unique_prefix(idle: Store) -> None:
    for name in ("abc-1", "abc-2", "abc", "xyz-1"):
        idle.lock(run(name), 0)
        deliver(idle, f"op-{name}", ONE, outcome="released")
        idle.unlock()
    assert [entry.operation for entry in idle.operations("xyz")] == ["op-xyz-1"]
    assert [entry.operation for entry in idle.operations("abc")] == ["op-abc"]
    with pytest.raises(RefusedError, match="more than one"):
        idle.operations("ab")
    for nothing in ("", "%", "nothing"):
        with pytest.raises(RefusedError, match="no run"):
            idle.operations(nothing)


def test_every_number_is_known_once(store: Store) -> None:
    store.adopt_imports([("members", ONE, AOIFE), ("staff", ONE, AOIFE)], AT)
    store.record_optouts([OptOut(TWO), OptOut(FOUR)], "yaml", AT)
    store.lift_optout(FOUR, "signed", "me", AT)
    begin(store, Trial("op-1", CAMPAIGN, "ref", THREE, Decimal(1)))
    assert tuple(store.numbers()) == (ONE, TWO, THREE, FOUR)


def test_times_are_kept_to_the_microsecond_in_utc_and_naive_ones_refused(idle: Store) -> None:
    dublin = dt.datetime(2026, 7, 1, 10, 0, 0, 1, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    idle.record_optouts([OptOut(ONE)], "yaml", dublin)
    found = idle.load([], AT).optouts[ONE].recorded_at
    assert (found, found.utcoffset()) == (dublin, dt.timedelta(0))
    with pytest.raises(ValueError, match="time zone"):
        idle.refresh_optouts(dt.datetime(2026, 7, 1, 10))  # noqa: DTZ001 - the naive one to be refused


def test_a_backup_is_private_whole_and_never_overwrites(store: Store, tmp_path: Path) -> None:
    deliver(store, "op-1", ONE)
    target = tmp_path / "backup.db"
    store.backup(target)
    assert target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(StateError, match="never overwritten"):
        store.backup(target)
    with closing(SqliteStore.open(target, write=False)) as copy:
        assert copy.identity() == store.identity()
        assert statuses(copy) == statuses(store)


# -- the serial ----------------------------------------------------------------------------------------------------


def test_the_serial_never_falls_and_the_lineage_never_changes(store: Store) -> None:
    lineage = store.identity().lineage
    steps: tuple[Callable[[], object], ...] = (
        lambda: deliver(store, "op-1", ONE, outcome="unknown"),
        lambda: store.record_optouts([OptOut(TWO)], "yaml", AT),
        lambda: begin(store, send("op-2", TWO)),
        lambda: store.resolve(CAMPAIGN, sent=False, evidence="x", user="me", at=AT),
        lambda: store.cancel(CAMPAIGN, "me", AT),
        lambda: store.lift_optout(TWO, "signed", "me", AT),
        lambda: store.forget(THREE, AT),
    )
    serials = [serial(store)]
    for step in steps:
        step()
        serials.append(serial(store))
    assert all(earlier < later for earlier, later in itertools.pairwise(serials))
    quiet = serials[-1]
    store.see({CAMPAIGN: "cancelled"}, AT)
    store.balance(["op-1"], Decimal(1), Decimal(1))
    store.prove("a1:x", proven=True)
    store.refresh_optouts(AT)
    store.use_plan("plan", AT)
    store.finish(0, AT)
    store.unlock()
    assert (serial(store), store.identity().lineage) == (quiet, lineage)


def test_a_thousand_imports_and_a_wide_audience_are_read_back_whole(store: Store) -> None:
    numbers = [f"+4477009{number:05d}" for number in range(1000)]
    assert store.adopt_imports((("members", number, AOIFE) for number in numbers), AT) == 1000
    freeze = Freeze("c1:x", False, dict.fromkeys(numbers, TEXT), {TEXT: FrozenText("Hi", "GSM-7", 1)})
    for first in range(0, 1000, 100):
        begin(store, send(f"op-{first}", *numbers[first : first + 100], freeze=freeze))
        end(store, f"op-{first}")
    state = store.load([CAMPAIGN], LATER)
    assert len(state.applied["members"]) == len(state.recent) == len(list(store.sent())) == 1000
    assert {row.status for row in state.campaigns[CAMPAIGN].rows.values()} == {SendStatus.ACCEPTED}
    assert len(store.applied_values([("members", number) for number in numbers])) == 1000
    assert json.dumps(store.runs()[0].counts) == '{"send": {"done": 10}}'


def test_who_is_no_longer_written_is_remembered_exactly(idle: Store) -> None:
    idle.lock(RunStart("run", "adopt", "host", 1, "user", AT), 0.0)
    idle.adopt_imports([("members", number, AOIFE) for number in (ONE, TWO)], AT)
    idle.note_gone([ONE, THREE])
    assert idle.load((), AT).gone == {ONE}
    idle.note_gone([TWO])
    assert idle.load((), AT).gone == {TWO}
    idle.forget(TWO, AT)
    assert not idle.load((), AT).gone
