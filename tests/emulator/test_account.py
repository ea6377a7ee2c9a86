from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

from sendmode_sync.emulator.account import Arrival, EmulatedAccount, OptedOut, Order, canonical

NOON = 1_700_000_000.0
ANNA, BELA = "447700900001", "353850000012"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("353871234567", "353871234567"),
        ("+353871234567", "353871234567"),
        ("0871234567", "353871234567"),
        ("07700900123", "447700900123"),
        ("+08712345678", None),
        ("00353871234567", None),
        ("0112345678", None),
        ("087123456", None),
        ("08712345678", None),
        ("35387123456", None),
        ("+4477009001234", None),
        ("33612345678", "33612345678"),
        ("123456789", None),
        ("1234567890123456", None),
        ("087 1234567", None),
        ("３５３８７１２３４５６７", None),
        ("", None),
        ("+", None),
    ],
)
def test_one_number_however_it_is_written(text: str, expected: str | None) -> None:
    assert canonical(text) == expected


@pytest.mark.parametrize(
    ("text", "recipients", "cost"),
    [
        ("hi", (ANNA,), 1),
        ("hi", (ANNA, BELA, ANNA), 3),
        ("a" * 161, (ANNA, BELA), 4),
        ("a" * 152 + "€" + "a" * 152, (ANNA,), 3),
    ],
)
def test_a_send_costs_its_segments_times_its_recipients(text: str, recipients: tuple[str, ...], cost: int) -> None:
    account = EmulatedAccount()

    message = account.send(Order(recipients, text), NOON)

    assert message is not None
    assert message.recipients == recipients
    assert message.cost == cost
    assert account.balance == 1000 - cost
    assert account.messages == [message]


def test_the_longest_prefix_has_the_price() -> None:
    account = EmulatedAccount(prices={"44": Decimal("2.5"), "447700": Decimal(4), "": Decimal(1)})

    account.send(Order((ANNA, "447111111111", BELA), "hi"), NOON)

    assert account.balance == 1000 - 4 - Decimal("2.5") - 1


def test_a_prefix_that_is_not_priced_costs_one() -> None:
    account = EmulatedAccount(prices={"44": Decimal(2)})

    account.send(Order((BELA,), "hi"), NOON)

    assert account.balance == 999


def test_an_opted_out_recipient_is_accepted_blocked_and_free() -> None:
    account = EmulatedAccount()
    account.opt_out(ANNA, "STOP", "", NOON)

    message = account.send(Order((ANNA, BELA), "hi"), NOON + 1)

    assert message is not None
    assert (message.recipients, message.blocked) == ((ANNA, BELA), (ANNA,))
    assert message.cost == 1


def test_what_the_balance_does_not_cover_leaves_no_trace() -> None:
    account = EmulatedAccount(credits=Decimal(1))

    assert account.send(Order((ANNA, BELA), "hi"), NOON) is None
    assert account.balance == 1
    assert account.messages == []
    assert account.send(Order((ANNA,), "hi"), NOON) is not None
    assert account.balance == 0


def test_a_scheduled_send_is_deducted_at_once_unless_told_otherwise() -> None:
    clock = [dt.datetime(2026, 7, 1, 9, 0, tzinfo=dt.UTC).timestamp()]
    at_ten = Order((ANNA,), "hi", scheduledate=dt.datetime(2026, 7, 1, 10, 15))  # noqa: DTZ001 - wall time in Dublin
    eager = EmulatedAccount(now=lambda: clock[0])
    patient = EmulatedAccount(now=lambda: clock[0], deduct_scheduled=False)
    for account in (eager, patient):
        account.send(at_ten, clock[0])
        account.send(Order((ANNA,), "now"), clock[0])

    assert eager.balance == 998
    assert patient.balance == 999
    clock[0] += 14 * 60 + 59
    assert patient.balance == 999
    clock[0] += 1
    assert patient.balance == 998
    assert patient.balance == 998


def test_an_import_merges_groups_and_fields_and_keeps_blank_ones() -> None:
    account = EmulatedAccount()

    account.import_contact(ANNA, "members", {"firstname": "Anna", "surname": "Null"})
    account.import_contact(ANNA, "staff", {"firstname": ""})
    account.import_contact(BELA, None, {})

    assert account.contacts[ANNA].groups == {"members", "staff"}
    assert account.contacts[ANNA].fields == {"firstname": "", "surname": "Null"}
    assert account.contacts[BELA].groups == set()


def test_an_import_opts_nobody_back_in() -> None:
    account = EmulatedAccount()
    account.opt_out(ANNA, "STOP", "bye", NOON)

    account.import_contact(ANNA, "members", {})

    assert account.optouts == {ANNA: OptedOut(NOON, "STOP", "bye")}


def test_the_limiter_lets_in_so_many_in_any_window() -> None:
    account = EmulatedAccount(rate_limit=(3, 10.0))

    assert [account.throttle(NOON + second) for second in (0, 1, 2)] == [None, None, None]
    assert account.throttle(NOON + 9.5) == pytest.approx(1.5)  # this one counts too: two must leave first
    assert account.throttle(NOON + 11) is None


def test_the_limiter_counts_what_it_turned_away() -> None:
    account = EmulatedAccount(rate_limit=(2, 10.0))

    waits = [account.throttle(NOON + second) for second in range(10)]

    assert waits[:2] == [None, None]
    assert waits[2:] == [pytest.approx(9.0)] * 8


def test_a_slot_is_free_again_exactly_one_window_later() -> None:
    account = EmulatedAccount(rate_limit=(2, 60.0))

    assert account.throttle(NOON + 0.1) is None
    assert account.throttle(NOON + 60.099) is None
    assert account.throttle(NOON + 60.1) is None
    assert account.throttle(NOON + 120.098) is not None


def test_no_limit_is_no_limit() -> None:
    account = EmulatedAccount(rate_limit=None)

    assert {account.throttle(NOON) for _ in range(1000)} == {None}


def test_the_busiest_window_counts_authorised_arrivals_only() -> None:
    account = EmulatedAccount()
    for second in (0, 1, 5, 10.5, 11):
        account.arrivals.append(Arrival(NOON + second, "POST", "/v2/send", "send", "admitted"))
    account.arrivals.append(Arrival(NOON + 11, "POST", "/v2/send", "send", "throttled"))
    account.arrivals.append(Arrival(NOON + 11, "POST", "/v2/send", "send", "bad-key"))
    account.arrivals.append(Arrival(NOON + 11, "GET", "/", "unknown", "not-found"))

    assert account.busiest(10) == 4
    assert account.busiest(0.75) == 3
    assert account.busiest(60) == 6


def test_nothing_arrived_in_the_busiest_window_of_a_new_account() -> None:
    assert EmulatedAccount().busiest(60) == 0


def test_reset_forgets_everything_and_restores_the_first_balance() -> None:
    account = EmulatedAccount(credits=Decimal(5), rate_limit=(1, 60.0), deduct_scheduled=False)
    account.throttle(NOON)
    account.balance = Decimal(3)
    account.import_contact(ANNA, "members", {})
    account.opt_out(BELA, "", "", NOON)
    account.send(Order((ANNA,), "hi", scheduledate=dt.datetime(2000, 1, 1)), NOON)  # noqa: DTZ001 - wall time
    account.arrivals.append(Arrival(NOON, "GET", "/v2/credits", "credits", "admitted"))

    account.reset()

    assert account.snapshot() == {"balance": "5", "contacts": {}, "optouts": {}, "messages": [], "arrivals": []}
    assert account.throttle(NOON) is None


def test_a_shadow_takes_the_call_in_its_place() -> None:
    account = EmulatedAccount(credits=Decimal(7))

    shadow = account.shadow()
    shadow.send(Order((ANNA,), "hi"), NOON)

    assert shadow.balance == 6
    assert account.balance == 7
    assert account.messages == []


def test_a_snapshot_is_plain_json() -> None:
    account = EmulatedAccount(credits=Decimal("7.5"))
    account.import_contact(ANNA, "members", {"firstname": "Anna"})
    account.opt_out(BELA, "STOP", "", NOON)
    tenth = dt.datetime(2026, 12, 1, 10)  # noqa: DTZ001 - wall time, as on the wire
    account.send(Order((ANNA, BELA), "hi", "Repliable", "c-1", tenth), NOON)
    account.arrivals.append(Arrival(NOON, "POST", "/v2/send", "send", "admitted"))

    assert json.loads(json.dumps(account.snapshot())) == {
        "balance": "6.5",
        "contacts": {ANNA: {"groups": ["members"], "fields": {"firstname": "Anna"}}},
        "optouts": {BELA: {"at": NOON, "optoutresponse": "STOP", "returnedresponse": ""}},
        "messages": [
            {
                "at": NOON,
                "recipients": [ANNA, BELA],
                "blocked": [BELA],
                "text": "hi",
                "senderid": "Repliable",
                "customerid": "c-1",
                "scheduledate": "2026-12-01T10:00:00",
                "segments": 1,
                "cost": "1",
            }
        ],
        "arrivals": [{"at": NOON, "method": "POST", "path": "/v2/send", "kind": "send", "verdict": "admitted"}],
    }
