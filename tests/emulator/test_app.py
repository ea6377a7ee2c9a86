from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from sendmode_sync.emulator.account import Arrival, EmulatedAccount
from sendmode_sync.emulator.app import LARGEST_BODY, App
from sendmode_sync.emulator.faults import Fault

Ask = Callable[..., tuple[int, dict[str, str], Any]]
SEND = {"message": {"messagetext": "hi", "recipients": ["447700900001"]}}


@pytest.mark.parametrize(
    ("method", "path", "key", "status", "verdict", "kind"),
    [
        ("GET", "/credits", "EMULATOREMULATOR1234", 404, "not-found", "unknown"),
        ("POST", "/v2/verify", "EMULATOREMULATOR1234", 404, "not-found", "unknown"),
        ("GET", "/v2/credits/", "EMULATOREMULATOR1234", 404, "not-found", "unknown"),
        ("POST", "/v2/credits", "EMULATOREMULATOR1234", 405, "wrong-method", "credits"),
        ("GET", "/v2/send", "EMULATOREMULATOR1234", 405, "wrong-method", "send"),
        ("GET", "/v2/credits", "", 401, "bad-key", "credits"),
        ("GET", "/v2/credits", "Bearer EMULATOREMULATOR1234", 401, "bad-key", "credits"),
        ("GET", "/v2/credits", "emulatoremulator1234", 401, "bad-key", "credits"),
        ("POST", "/3.0/send", "", 401, "bad-key", "send"),
        ("GET", "/v2/credits", "EMULATOREMULATOR1234", 200, "admitted", "credits"),
    ],
)
def test_every_arrival_is_logged_with_what_became_of_it(
    ask: Ask, account: EmulatedAccount, method: str, path: str, key: str, status: int, verdict: Any, kind: str
) -> None:
    assert ask(method, path, key=key)[0] == status
    assert account.arrivals == [Arrival(account.now(), method, path, kind, verdict)]


def test_a_bad_key_has_the_code_of_its_dialect(ask: Ask) -> None:
    v2 = ask("GET", "/v2/credits", key="")[2]
    engage = ask("POST", "/3.0/send", key="")[2]

    assert (v2["statusCode"], v2["status"]) == (14, "INVALID_ACCESS_KEY")
    assert engage["is_successful"] is False


def test_a_wrong_method_names_the_right_one(ask: Ask) -> None:
    assert ask("DELETE", "/v2/send")[1]["Allow"] == "POST"


def test_too_many_calls_wait_on_the_servers_clock(ask: Ask, account: EmulatedAccount, clock: list[float]) -> None:
    account.rate_limit = (2, 60.0)
    for _ in range(2):
        assert ask("POST", "/v2/send", form=SEND)[0] == 200
        clock[0] += 10.5

    status, headers, _ = ask("POST", "/v2/send", form=SEND)

    assert (status, headers["Retry-After"]) == (429, "50")  # 49.5 s until the second arrival leaves
    assert len(account.messages) == 2
    assert account.arrivals[-1].verdict == "throttled"
    clock[0] += 50
    assert ask("POST", "/v2/send", form=SEND)[0] == 200


def test_a_wait_is_never_said_to_be_nothing(ask: Ask, account: EmulatedAccount) -> None:
    account.rate_limit = (1, 0.1)
    ask("GET", "/v2/credits")

    assert ask("GET", "/v2/credits")[1]["Retry-After"] == "1"


def test_a_stranger_uses_up_no_slots(ask: Ask, account: EmulatedAccount) -> None:
    account.rate_limit = (1, 60.0)
    ask("GET", "/v2/credits", key="")
    ask("GET", "/v2/nowhere")
    ask("POST", "/v2/credits")

    assert ask("GET", "/v2/credits")[0] == 200


def test_a_body_over_the_cap_is_not_read(ask: Ask) -> None:
    assert ask("POST", "/v2/send", body=b" " * LARGEST_BODY, content_type="application/json")[0] == 200
    assert ask("POST", "/v2/send", body=b" " * (LARGEST_BODY + 1), content_type="application/json")[0] == 413


def test_a_body_without_a_length_is_refused(ask: Ask) -> None:
    assert ask("POST", "/v2/send", HTTP_TRANSFER_ENCODING="chunked")[0] == 411
    assert ask("POST", "/v2/send", CONTENT_LENGTH="many")[0] == 400
    assert ask("GET", "/v2/credits", CONTENT_LENGTH="")[0] == 200


def test_another_process_can_look_in(ask: Ask, account: EmulatedAccount) -> None:
    ask("POST", "/v2/send", form=SEND)

    status, _, seen = ask("GET", "/_emulator/account", key="")

    assert (status, seen["balance"]) == (200, "99")
    assert [message["recipients"] for message in seen["messages"]] == [["447700900001"]]
    assert len(account.arrivals) == 1


def test_another_process_can_script_faults(ask: Ask, app: App) -> None:
    app.script.replace([Fault("any", "empty")])

    assert ask("POST", "/_emulator/faults", document=[{"call": "credits", "action": "http-503", "nth": 2}])[2] == {}
    assert [ask("GET", "/v2/credits")[0] for _ in range(3)] == [200, 503, 200]


@pytest.mark.parametrize(
    ("door", "document"),
    [
        ("faults", {"call": "send"}),
        ("faults", [{"call": "sent", "action": "empty"}]),
        ("balance", {}),
        ("balance", []),
        ("balance", {"balance": "much"}),
        ("balance", {"balance": "NaN"}),
    ],
)
def test_a_wrong_order_at_a_door_changes_nothing(
    ask: Ask, account: EmulatedAccount, door: str, document: object
) -> None:
    status, _, answer = ask("POST", f"/_emulator/{door}", document=document)

    assert status == 400
    assert account.balance == 100
    assert answer["error"]
    assert ask("GET", "/v2/credits")[0] == 200


def test_another_process_can_set_the_balance(ask: Ask, account: EmulatedAccount) -> None:
    ask("POST", "/_emulator/balance", document={"balance": "12.5"})

    assert account.balance == Decimal("12.5")


def test_another_process_can_begin_again(ask: Ask, account: EmulatedAccount, app: App) -> None:
    app.script.replace([Fault("credits", "empty")])
    ask("POST", "/v2/send", form=SEND)

    ask("POST", "/_emulator/reset")

    assert account.balance == 100
    assert account.messages == []
    assert ask("GET", "/v2/credits")[2]["balance"] == 100


@pytest.mark.parametrize(
    ("method", "path", "environ", "status"),
    [
        ("GET", "/_emulator/nothing", {}, 404),
        ("POST", "/_emulator/account", {}, 405),
        ("GET", "/_emulator/reset", {}, 405),
        ("GET", "/_emulator/account", {"REMOTE_ADDR": "192.0.2.1"}, 404),
        ("GET", "/_emulator/account", {"REMOTE_ADDR": "127.0.0.1"}, 200),
        ("GET", "/_emulator/account", {"REMOTE_ADDR": "::1"}, 200),
        ("POST", "/_emulator/reset", {"CONTENT_LENGTH": str(LARGEST_BODY + 1)}, 413),
    ],
)
def test_the_doors_are_narrow(ask: Ask, method: str, path: str, environ: dict[str, str], status: int) -> None:
    assert ask(method, path, **environ)[0] == status


def test_a_rehearsal_of_a_long_import_is_quick(ask: Ask, account: EmulatedAccount) -> None:
    account.rate_limit = None
    data = {"mobilenumber": "447700900001", "firstname": "Anna", "dateofbirth": "01/02/1990"}
    started = time.process_time()
    for _ in range(2000):
        ask("POST", "/v2/import", form={"importdata": data, "group": "members"})

    assert (time.process_time() - started) / 2000 < 0.0005  # seconds; a tenth of it is usual
