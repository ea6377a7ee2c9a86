"""A rehearsal is a whole apply on a clock that costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sendmode_sync.client.credentials import Secret
from sendmode_sync.client.inprocess import WsgiClient
from sendmode_sync.emulator.account import EmulatedAccount
from sendmode_sync.emulator.app import make_app
from sendmode_sync.errors import StateError
from sendmode_sync.ports import Client
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.wire.v2 import V2
from sendmode_sync.workflow import rehearsing
from tests.workflow.verbs import NOW, Failing, campaign, project, request


def test_a_throw_away_state_that_fails_ends_the_rehearsal(store: SqliteStore) -> None:
    def emulated(now: Callable[[], float]) -> Client:
        return WsgiClient(make_app(EmulatedAccount(now=now)), V2(), Secret(EmulatedAccount().api_key))

    failing: Any = Failing(store, "settle")
    with pytest.raises(StateError, match="settle fails"):
        rehearsing.rehearse(request(project(campaign())), failing, NOW, emulated)


def test_every_call_and_how_long_it_would_take(store: SqliteStore) -> None:
    accounts: list[EmulatedAccount] = []

    def emulated(now: Callable[[], float]) -> Client:
        account = EmulatedAccount(now=now)
        accounts.append(account)
        return WsgiClient(make_app(account), V2(), Secret(account.api_key), latency=0.3)

    rehearsal = rehearsing.rehearse(request(project(campaign(), people=250)), store, NOW, emulated)
    assert rehearsal.report.exit_code == 0
    assert len(rehearsal.calls) == 250 + 4
    assert rehearsal.seconds > 120
    assert accounts[0].busiest(60.0) <= 100
    assert [call.seconds for call in rehearsal.calls] == sorted(call.seconds for call in rehearsal.calls)
