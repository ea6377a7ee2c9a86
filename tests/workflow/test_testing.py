"""Test sends: whom they reach, what they say, and how they end, against an emulated account on a virtual clock."""

from __future__ import annotations

import asyncio
import dataclasses
from decimal import Decimal

import pytest

from sendmode_sync.client.credentials import Secret
from sendmode_sync.client.inprocess import WsgiClient
from sendmode_sync.emulator.account import EmulatedAccount
from sendmode_sync.emulator.app import make_app
from sendmode_sync.emulator.faults import Fault
from sendmode_sync.errors import Exit, RefusedError, UsageError
from sendmode_sync.executor.course import Stop
from sendmode_sync.model.desired import Desired
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.virtual_time import VirtualClock, VirtualLoop
from sendmode_sync.wire.v2 import V2
from sendmode_sync.workflow import testing
from tests.workflow.verbs import NOW, campaign, person, project, start

ME, MATE = person(998), person(999)


def gym(*numbers: str) -> Desired:
    return project(campaign(senderid="Repliable"), test_numbers=numbers)


@pytest.mark.parametrize(
    ("desired", "name", "number", "kind", "said"),
    [
        (gym(ME), "ofer", None, UsageError, 'did you mean "offer"'),
        (project(), "offer", None, UsageError, "the project has none"),
        (gym(), "offer", None, RefusedError, "account.test_numbers is empty"),
        (gym(ME), "offer", MATE, RefusedError, "is not in account.test_numbers"),
        (gym(ME), "offer", "nobody", UsageError, "nobody"),
    ],
)
def test_what_is_refused(
    desired: Desired, name: str, number: str | None, kind: type[Exception], said: str, store: SqliteStore
) -> None:
    with pytest.raises(kind, match=said):
        testing.prepare(desired, store, name, number, NOW)


def test_every_test_number_or_the_one_that_is_named(store: SqliteStore) -> None:
    sends = testing.prepare(gym(ME, MATE), store, "offer", None, NOW)
    assert [each.call.recipients for each in sends] == [(ME,), (MATE,)]
    assert {(each.call.messagetext, each.call.senderid) for each in sends} == {("Hello", "Repliable")}
    assert [each.claim.credits for each in sends] == [Decimal(1), Decimal(1)]
    assert len({each.call.customerid for each in sends}) == 2
    (only,) = testing.prepare(gym(ME, MATE), store, "offer", "07700 900999", NOW)
    assert only.claim.mobilenumber == MATE


def sent(store: SqliteStore, account: EmulatedAccount, *faults: Fault, key: str = "a1:this") -> testing.Tested:
    app = make_app(account)
    app.script.replace(faults)
    desired = gym(ME, MATE)
    loop = VirtualLoop()
    clock = VirtualClock(loop, NOW)
    client = WsgiClient(app, V2(), Secret(account.api_key), latency=0.3)
    sends = testing.prepare(desired, store, "offer", None, NOW)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        bench = testing.Bench(store, client, clock, Stop(), start("run-t", "send-test"), lambda number: "***")
        return runner.run(testing.send(bench, desired.settings, sends, key))


def test_a_test_proves_the_account_and_is_in_the_history(store: SqliteStore) -> None:
    tested = sent(store, EmulatedAccount())
    assert tested.exit_code is Exit.OK
    assert all(sentence.startswith("***: accepted") for sentence in tested.sentences)
    identity = store.identity()
    assert (identity.account, identity.proven, store.holder()) == ("a1:this", True, None)
    (entry,) = store.runs()
    assert (entry.kind, entry.exit_code) == ("send-test", 0)
    assert "offer" not in store.load(["offer"], NOW).campaigns


def test_the_gravest_end_is_the_end(store: SqliteStore) -> None:
    tested = sent(store, EmulatedAccount(), Fault("send", "http-500", nth=1))
    assert tested.exit_code is Exit.PERSON
    assert len(tested.sentences) == 2


def test_the_key_of_another_account_sends_nothing(store: SqliteStore) -> None:
    sent(store, EmulatedAccount())
    account = EmulatedAccount()
    with pytest.raises(RefusedError, match="belongs to another account"):
        sent(store, account, key="a1:another")
    assert not account.arrivals


def test_credits_follow_the_country(store: SqliteStore) -> None:
    desired = gym(ME)
    account = dataclasses.replace(desired.settings.account, credits_per_segment={"GB": Decimal("2.5")})
    dear = dataclasses.replace(desired, settings=dataclasses.replace(desired.settings, account=account))
    (only,) = testing.prepare(dear, store, "offer", None, NOW)
    assert only.claim.credits == Decimal("2.5")
