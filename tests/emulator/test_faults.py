from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from sendmode_sync.emulator.account import EmulatedAccount
from sendmode_sync.emulator.app import LATENCY, App
from sendmode_sync.emulator.faults import ConnectionFault, Fault, Kind, Script, from_json

Ask = Callable[..., tuple[int, dict[str, str], Any]]
SEND = {"message": {"messagetext": "hi", "recipients": ["447700900001"]}}


@pytest.mark.parametrize(
    ("fault", "kinds", "expected"),
    [
        pytest.param(Fault("send", "empty"), "send credits send", [True, False, True], id="every one of a kind"),
        pytest.param(Fault("send", "empty", nth=2), "send send send", [False, True, False], id="the second"),
        pytest.param(Fault("send", "empty", nth=1, times=2), "send send send", [True, True, False], id="two of them"),
        pytest.param(
            Fault("send", "empty", nth=2, times=None), "send send send", [False, True, True], id="from then on"
        ),
        pytest.param(Fault("any", "empty", nth=2), "send credits import", [False, True, False], id="of any kind"),
    ],
)
def test_a_rule_fits_some_of_the_calls(fault: Fault, kinds: str, expected: list[bool]) -> None:
    script = Script([fault])

    assert [script.next(kind).fault is fault for kind in kinds.split()] == expected


def test_the_first_rule_that_fits_wins_and_latencies_add_up() -> None:
    first, second = Fault("send", "empty", nth=1), Fault("any", "html")
    slow, slower = Fault("any", "latency", seconds=0.5), Fault("send", "latency", seconds=2)
    script = Script([slow, first, second, slower])

    assert script.next("send") == (first, 2.5)
    assert script.next("send") == (second, 2.5)
    assert script.next("credits") == (second, 0.5)


def test_an_empty_script_does_nothing() -> None:
    assert Script().next("send") == (None, 0.0)


def test_a_new_script_counts_from_one() -> None:
    script = Script([Fault("send", "empty", nth=1)])
    script.next("send")
    script.replace([Fault("send", "html", nth=1)])

    fault, _ = script.next("send")

    assert fault is not None
    assert fault.action == "html"


@pytest.mark.parametrize(
    "action", ["", "http", "http-99", "http-1000", "code-", "resets", "latency-after", "redirect-after"]
)
def test_an_action_that_does_not_exist_is_refused(action: str) -> None:
    with pytest.raises(ValueError, match="unknown action"):
        Fault("send", action)


def test_a_kind_that_does_not_exist_is_refused() -> None:
    kind: Any = "sends"
    with pytest.raises(ValueError, match="unknown call 'sends'"):
        Fault(kind, "empty")


def test_a_script_is_read_from_json() -> None:
    rule = {
        "call": "send",
        "action": "http-429",
        "nth": 2,
        "times": None,
        "seconds": 1,
        "headers": {"Retry-After": "3"},
    }

    assert from_json(json.dumps([rule])) == (
        Fault("send", "http-429", nth=2, times=None, seconds=1, headers={"Retry-After": "3"}),
    )
    assert from_json(b"[]") == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Expecting"),
        ("{}", "a list of rules"),
        ("[1]", "with call, action and some of"),
        ('[{"call": "send"}]', "with call, action and some of"),
        ('[{"call": "send", "action": "empty", "when": 1}]', "with call, action and some of"),
        ('[{"call": "send", "action": "empty", "nth": "2"}]', "nth of a rule cannot be '2'"),
        ('[{"call": "send", "action": "empties"}]', "unknown action"),
    ],
)
def test_a_script_that_is_wrong_says_how(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_json(text)


@pytest.mark.parametrize(
    ("fault", "status", "content", "sent"),
    [
        (Fault("send", "http-503"), 503, b"", 0),
        (Fault("send", "http-500-after"), 500, b"", 1),
        (Fault("send", "http-599", body="x"), 599, b"x", 0),
        (Fault("send", "html"), 200, b"<!doctype html><title>Just a moment</title><p>Checking your browser.</p>", 0),
        (Fault("send", "empty"), 200, b"", 0),
        (Fault("send", "empty-after"), 200, b"", 1),
        (Fault("send", "redirect"), 302, b"", 0),
        (Fault("send", "reply", status=418, body="{}x"), 418, b"{}x", 0),
        (Fault("send", "reply-after", status=202), 202, b"", 1),
    ],
)
def test_an_answer_is_replaced(
    ask: Ask, app: App, account: EmulatedAccount, fault: Fault, status: int, content: bytes, sent: int
) -> None:
    app.script.replace([fault])

    answer = ask("POST", "/v2/send", form=SEND)

    assert (answer[0], answer[2], len(account.messages)) == (status, content, sent)


@pytest.mark.parametrize(
    ("action", "code", "name"),
    [
        ("code-8", 8, "SYSTEM_ERROR"),
        ("code-14", 14, "INVALID_ACCESS_KEY"),
        ("code-104", 104, "CODE_EXPIRED"),
        ("code-4711", 4711, "UNLISTED_4711"),
    ],
)
def test_a_code_comes_with_200(ask: Ask, app: App, account: EmulatedAccount, action: str, code: int, name: str) -> None:
    app.script.replace([Fault("send", action)])

    status, _, answer = ask("POST", "/v2/send", form=SEND)

    assert (status, answer["statusCode"], answer["status"]) == (200, code, name)
    assert account.messages == []


def test_a_code_on_engage_is_words(ask: Ask, app: App) -> None:
    app.script.replace([Fault("send", "code-8")])

    assert ask("POST", "/3.0/send", document={})[2] == {
        "is_successful": False,
        "error_message": "SYSTEM_ERROR: scripted",
    }


def test_a_redirect_and_a_throttling_carry_their_headers(ask: Ask, app: App) -> None:
    app.script.replace(
        [
            Fault("credits", "redirect", nth=1, location="https://elsewhere.invalid/"),
            Fault("credits", "http-429", headers={"Retry-After": "7"}),
        ]
    )

    assert ask("GET", "/v2/credits")[1]["Location"] == "https://elsewhere.invalid/"
    assert ask("GET", "/v2/credits")[1]["Retry-After"] == "7"


def test_bad_json_is_half_of_the_answer(ask: Ask, app: App, account: EmulatedAccount) -> None:
    app.script.replace([Fault("send", "bad-json-after", nth=1), Fault("send", "bad-json")])

    for _ in range(2):
        status, headers, content = ask("POST", "/v2/send", form=SEND)
        assert (status, headers["Content-Type"]) == (200, "application/json; charset=utf-8")
        assert content.startswith(b'{"status": "OK"')
        with pytest.raises(ValueError, match=r"."):
            json.loads(content)
    assert len(account.messages) == 1


def test_a_huge_answer_is_right_after_its_blanks(ask: Ask, app: App, account: EmulatedAccount) -> None:
    app.script.replace([Fault("send", "huge-after", size=70_000)])

    _, headers, answer = ask("POST", "/v2/send", form=SEND)

    assert int(headers["Content-Length"]) > 70_000
    assert (answer["statusCode"], len(account.messages)) == (0, 1)


def test_the_known_trap_says_ok_and_sends_nothing(ask: Ask, app: App, account: EmulatedAccount) -> None:
    app.script.replace([Fault("any", "ok-without-sending")])

    _, _, answer = ask("POST", "/v2/send", form=SEND)
    _, _, wrong = ask("POST", "/v2/send", form={})
    _, _, credits_left = ask("GET", "/v2/credits")

    assert (answer["statusCode"], answer["message"]["messagetext"]) == (0, "hi")
    assert wrong["statusCode"] == 195
    assert account.messages == []
    assert account.balance == credits_left["balance"] == 100


def test_a_balance_may_come_as_a_text(ask: Ask, app: App, account: EmulatedAccount) -> None:
    app.script.replace([Fault("any", "balance-as-string")])

    assert ask("GET", "/v2/credits")[2]["balance"] == "100.0"
    assert ask("POST", "/v2/send", form=SEND)[2]["statusCode"] == 0
    assert len(account.messages) == 1


def test_latency_is_left_to_whoever_runs_the_application(app: App, account: EmulatedAccount) -> None:
    app.script.replace([Fault("credits", "latency", seconds=2.5)])
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/v2/credits",
        "HTTP_AUTHORIZATION": account.api_key,
        "wsgi.input": io.BytesIO(),
    }

    app(environ, lambda *_: bytes)

    assert environ[LATENCY] == 2.5


@pytest.mark.parametrize("twist", ["reset", "silence", "short-body", "drip"])
@pytest.mark.parametrize("after", [False, True])
def test_what_only_a_socket_can_show_leaves_the_application(
    ask: Ask, app: App, account: EmulatedAccount, twist: str, after: bool
) -> None:
    app.script.replace([Fault("send", twist + "-after" * after, seconds=3)])

    with pytest.raises(ConnectionError) as caught:
        ask("POST", "/v2/send", form=SEND)

    assert isinstance(caught.value, ConnectionFault)
    assert (caught.value.twist, caught.value.seconds) == (twist, 3)
    assert json.loads(caught.value.reply.body)["statusCode"] == 0
    assert len(account.messages) == after


def test_only_calls_that_were_let_in_are_counted(ask: Ask, app: App, account: EmulatedAccount) -> None:
    account.rate_limit = (2, 60.0)
    app.script.replace([Fault("credits", "empty", nth=2)])
    ask("GET", "/v2/credits", key="")

    assert ask("GET", "/v2/credits")[2] != b""
    assert ask("GET", "/v2/credits")[2] == b""
    assert ask("GET", "/v2/credits")[0] == 429


@pytest.mark.parametrize("kind", ["any", "credits"])
def test_a_rule_past_its_time_fits_no_more(kind: Kind) -> None:
    assert not Fault(kind, "empty", nth=1).fits("credits", Counter({"credits": 2}))


@pytest.mark.parametrize("action", ["http-503", "html", "code-8"])
def test_a_call_that_is_not_processed_is_not_even_read(app: App, account: EmulatedAccount, action: str) -> None:
    app.script.replace([Fault("send", action)])
    body = io.BytesIO(b"{}")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/v2/send",
        "HTTP_AUTHORIZATION": account.api_key,
        "CONTENT_LENGTH": "2",
        "wsgi.input": body,
    }

    app(environ, lambda *_: bytes)

    assert body.tell() == 0
