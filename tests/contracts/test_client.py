"""One suite for every client: over a socket and in process, the same account must give the same answers."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol

import pytest

from sendmode_sync.client.credentials import Secret
from sendmode_sync.client.inprocess import WsgiClient
from sendmode_sync.client.session import HttpClient
from sendmode_sync.emulator.account import EmulatedAccount
from sendmode_sync.emulator.app import App, make_app
from sendmode_sync.emulator.faults import Fault
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
    Throttled,
    Unknown,
)
from sendmode_sync.model.settings import Account, Api, Encoding, NumberFormat
from sendmode_sync.ports import Client
from sendmode_sync.wire.dialects import dialect_of

KEY = "EMULATOREMULATOR1234"
HOLD = 20.0
SHORT_HOLD = 2.0  # only where no answer is to come; connecting gets a third of it
_ACCOUNT = Account()
ROOTS: dict[Api, str] = {"v2": "/v2", "engage": "/3.0"}

CREDITS = CheckCredits()
IMPORT = ImportCustomer("members", "+447700900001", {"firstname": "Áine & Zoë", "surname": "", "custom1": "50% + 1"})
OPTOUT = OptOutNumber("+447700900002", "STOP", "Bye & thanks")
SEND = SendText(("+447700900003", "+447700900004"), "50% off + tea & cake; é 😀", "dec-offer-1", "Repliable")
CALLS: tuple[Call, ...] = (CREDITS, IMPORT, OPTOUT, SEND)


class Perform(Protocol):
    """Performs calls one after the other with a client made for them."""

    def __call__(self, *calls: Call, account: Account = ..., key: str = ..., hold: float = ...) -> Sequence[Answer]: ...


class House(NamedTuple):
    """An emulated account, and a way to call it."""

    app: App
    perform: Perform


async def perform_all(client: Client, calls: Sequence[Call], hold: float) -> Sequence[Answer]:
    assert client.hold == hold
    try:
        return [await client.perform(call) for call in calls]
    finally:
        await client.close()


@contextlib.contextmanager
def over_http(app: App) -> Iterator[Perform]:
    with serve(app) as server:

        def perform(*calls: Call, account: Account = _ACCOUNT, key: str = KEY, hold: float = HOLD) -> Sequence[Answer]:
            url = f"http://127.0.0.1:{server.port}{ROOTS[account.api]}"
            there = Account(account.api, url, encoding=account.encoding, number_format=account.number_format)
            client = HttpClient(there, Secret(key), dialect_of(account), hold=hold)
            return asyncio.run(perform_all(client, calls, hold))

        yield perform


@contextlib.contextmanager
def in_process(app: App) -> Iterator[Perform]:
    def perform(*calls: Call, account: Account = _ACCOUNT, key: str = KEY, hold: float = HOLD) -> Sequence[Answer]:
        client = WsgiClient(app, dialect_of(account), Secret(key), hold=hold, root=ROOTS[account.api])
        return asyncio.run(perform_all(client, calls, hold))

    yield perform


@pytest.fixture(params=[over_http, in_process], scope="module")
def open_house(request: pytest.FixtureRequest) -> Iterator[House]:
    app = make_app(EmulatedAccount())
    with request.param(app) as perform:
        yield House(app, perform)


@pytest.fixture
def house(open_house: House) -> House:
    """Return the same house for every test, swept."""
    open_house.app.account.rate_limit = (100, 60.0)
    open_house.app.account.reset()
    open_house.app.script.replace(())
    return open_house


@pytest.mark.parametrize("encoding", ["form", "json"])
@pytest.mark.parametrize("number_format", ["digits", "e164", "national"])
def test_every_call_arrives_as_it_was_meant(house: House, encoding: Encoding, number_format: NumberFormat) -> None:
    account = Account(encoding=encoding, number_format=number_format)
    answers = house.perform(*CALLS, CREDITS, account=account)
    assert answers[:4] == [Accepted(Decimal(1000)), Accepted(), Accepted(), Accepted()]
    emulated = house.app.account
    assert emulated.contacts["447700900001"].groups == {"members"}
    assert emulated.contacts["447700900001"].fields.items() >= IMPORT.fields.items()
    assert emulated.optouts["447700900002"][1:] == ("STOP", "Bye & thanks")
    (message,) = emulated.messages
    assert message.recipients == ("447700900003", "447700900004")
    assert (message.text, message.senderid, message.customerid) == (SEND.messagetext, "Repliable", "dec-offer-1")
    assert answers[4] == Accepted(Decimal(1000) - message.cost)


def test_a_scheduled_send_is_accepted(house: House) -> None:
    when = dt.datetime(2031, 7, 1, 9, 15, tzinfo=dt.UTC)
    call = SendText(("+447700900003",), "Hi", "c-1", scheduledate=when)
    assert house.perform(call) == [Accepted()]
    (message,) = house.app.account.messages
    assert message.scheduledate == dt.datetime(2031, 7, 1, 10, 15)  # noqa: DTZ001 - wall time of the account


def test_engage_sends_singly_and_in_bulk(house: House) -> None:
    account = Account(api="engage", number_format="e164")
    single = SendText(("+447700900003",), "Hi 😀", "c-1", "Repliable")
    bulk = SendText(("+447700900003", "+447700900004"), "Hi", "c-2", "Repliable")
    assert house.perform(single, bulk, account=account) == [Accepted(), Accepted()]
    assert [(each.recipients, each.text, each.customerid) for each in house.app.account.messages] == [
        (("447700900003",), "Hi 😀", "c-1"),
        (("447700900003", "447700900004"), "Hi", "c-2"),
    ]


@pytest.mark.parametrize("call", CALLS)
def test_a_wrong_key_is_refused_as_such(house: House, call: Call) -> None:
    (answer,) = house.perform(call, key="WRONGWRONGWRONG12345")
    assert isinstance(answer, Refused)
    assert (answer.cause, answer.code, answer.key_refused) == ("http-401", 14, True)


def test_too_many_calls_are_throttled_with_the_seconds_to_wait(house: House) -> None:
    house.app.account.rate_limit = (1, 60.0)
    first, second = house.perform(OPTOUT, OPTOUT)
    assert first == Accepted()
    assert isinstance(second, Throttled)
    assert second.retry_after is not None
    assert 0 < second.retry_after <= 60


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("code", [1, 10, 11, 18, 97, 104, 105, 195])
def test_a_documented_code_is_a_refusal_and_nothing_happened(house: House, call: Call, code: int) -> None:
    house.app.script.replace([Fault("any", f"code-{code}")])
    (answer,) = house.perform(call)
    assert isinstance(answer, Refused)
    assert (answer.cause, answer.code, answer.key_refused) == (f"code-{code}", code, False)
    assert answer.identifier
    assert not house.app.account.messages


@pytest.mark.parametrize("action", ["code-14", "code-16", "http-403"])
def test_a_key_refused_later_is_said_so(house: House, action: str) -> None:
    house.app.script.replace([Fault("any", action)])
    (answer,) = house.perform(SEND)
    assert isinstance(answer, Refused)
    assert answer.key_refused


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("when", ["", "-after"])
@pytest.mark.parametrize(
    ("action", "causes"),
    [
        ("code-8", {"code-8"}),
        ("code-77", {"code-77"}),
        ("http-500", {"http-500"}),
        ("http-503", {"http-503"}),
        ("http-408", {"http-408"}),
        ("html", {"html-answer"}),
        ("empty", {"empty-answer"}),
        ("bad-json", {"bad-json"}),
        ("huge", {"big-answer"}),
        ("reset", {"reset"}),
        ("short-body", {"short-body", "reset"}),
    ],
)
def test_what_is_not_certain_is_unknown(house: House, call: Call, when: str, action: str, causes: set[str]) -> None:
    house.app.script.replace([Fault("any", action + when)])
    (answer,) = house.perform(call)
    assert isinstance(answer, Unknown)
    assert answer.cause in causes
    assert len(house.app.account.messages) == (1 if when and call == SEND else 0)
    assert len(house.app.account.arrivals) == 1


@pytest.mark.parametrize("action", ["latency", "silence", "drip-after"])
def test_an_answer_that_does_not_come_in_time_is_unknown(house: House, action: str) -> None:
    house.app.script.replace([Fault("any", action, seconds=60 if action != "drip-after" else 0.05)])
    (answer,) = house.perform(SEND, hold=SHORT_HOLD)
    assert isinstance(answer, Unknown)
    assert answer.cause in {"read-timeout", "deadline", "reset"}
    assert len(house.app.account.arrivals) == 1


@pytest.mark.parametrize("action", ["redirect", "http-301", "http-400", "http-402", "http-404", "http-413", "http-422"])
def test_a_certain_refusal_by_status(house: House, action: str) -> None:
    house.app.script.replace([Fault("any", action)])
    (answer,) = house.perform(SEND)
    assert isinstance(answer, Refused)
    assert not answer.key_refused
    assert len(house.app.account.arrivals) == 1


def test_a_balance_may_be_a_text(house: House) -> None:
    house.app.script.replace([Fault("credits", "balance-as-string")])
    assert house.perform(CREDITS) == [Accepted(Decimal(1000))]


def test_an_acceptance_that_sent_nothing_looks_like_any_other(house: House) -> None:
    house.app.script.replace([Fault("send", "ok-without-sending")])
    assert house.perform(SEND, CREDITS) == [Accepted(), Accepted(Decimal(1000))]
    assert not house.app.account.messages
