"""Whom a client reaches while the account is in test mode: nobody else, by any call, whatever asked for it."""

from __future__ import annotations

import asyncio

import pytest

from sendmode_sync.client.credentials import Secret
from sendmode_sync.client.inprocess import WsgiClient
from sendmode_sync.client.reach import refusal
from sendmode_sync.client.session import HttpClient
from sendmode_sync.emulator.account import EmulatedAccount
from sendmode_sync.emulator.app import make_app
from sendmode_sync.emulator.serve import serve
from sendmode_sync.model.calls import (
    Accepted,
    Answer,
    Call,
    CheckCredits,
    ImportCustomer,
    OptOutNumber,
    Refused,
    SendText,
)
from sendmode_sync.model.settings import Account
from sendmode_sync.virtual_time import VirtualLoop
from sendmode_sync.wire.v2 import V2

ME, OTHER = "+447700900999", "+447700900001"
CALLS = [
    (CheckCredits(), True),
    (SendText((ME,), "Hi", "c-1", "Repliable"), True),
    (SendText((OTHER,), "Hi", "c-2", "Repliable"), False),
    (SendText((ME, OTHER), "Hi", "c-3", "Repliable"), False),
    (ImportCustomer("members", ME, {}), True),
    (ImportCustomer("members", OTHER, {}), False),
    (OptOutNumber(ME), True),
    (OptOutNumber(OTHER), False),
]


@pytest.mark.parametrize(("call", "may"), CALLS)
def test_a_call_may_name_the_test_numbers_alone(call: Call, may: bool) -> None:
    refused = refusal(call, frozenset({ME}))
    assert (refused is None) is may
    assert refused is None or (refused.cause, OTHER in refused.text) == ("test-mode", False)
    assert refusal(call, None) is None


@pytest.mark.parametrize(("call", "may"), CALLS)
def test_the_client_over_http_refuses_before_a_byte_leaves(call: Call, may: bool) -> None:
    emulated = EmulatedAccount()
    with serve(make_app(emulated)) as server:
        account = Account(base_url=f"http://127.0.0.1:{server.port}/v2", mode="test", test_numbers=(ME,))

        async def perform() -> Answer:
            client = HttpClient(account, Secret(emulated.api_key), V2())
            try:
                return await client.perform(call)
            finally:
                await client.close()

        answer = asyncio.run(perform())
    assert isinstance(answer, Accepted if may else Refused)
    assert len(emulated.arrivals) == (1 if may else 0)


@pytest.mark.parametrize(("call", "may"), CALLS)
def test_a_rehearsal_is_held_to_the_same(call: Call, may: bool) -> None:
    emulated = EmulatedAccount()
    client = WsgiClient(make_app(emulated), V2(), Secret(emulated.api_key), only=frozenset({ME}))
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        answer = runner.run(client.perform(call))
    assert isinstance(answer, Accepted if may else Refused)
    assert len(emulated.arrivals) == (1 if may else 0)


def test_a_live_account_names_anybody() -> None:
    assert Account(test_numbers=(ME,)).only is None
    assert Account(mode="test").only == frozenset()
