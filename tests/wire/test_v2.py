"""REST v2: bytes of each call, and what each answer means."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from urllib.parse import parse_qs

import pytest

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
from sendmode_sync.model.plan import Abilities
from sendmode_sync.model.settings import Paths
from sendmode_sync.wire.calls import WireReply, WireRequest
from sendmode_sync.wire.v2 import V2

CREDITS = CheckCredits()
IMPORT = ImportCustomer("members", "+447700900001", {"firstname": "Áine", "surname": ""})
OPTOUT = OptOutNumber("+447700900002", "STOP", "Bye & thanks")
SEND = SendText(("+447700900001", "+447700900003"), "50% off + tea & cake 😀", "dec-offer-1", "Repliable")
CALLS: tuple[Call, ...] = (CREDITS, IMPORT, OPTOUT, SEND)

IMPORTDATA = {"mobilenumber": "447700900001", "firstname": "Áine", "surname": ""}
OPTOUT_MESSAGE = {"mobilenumber": "447700900002", "optoutresponse": "STOP", "returnedresponse": "Bye & thanks"}
SEND_MESSAGE = {
    "messagetext": "50% off + tea & cake 😀",
    "recipients": ["447700900001", "447700900003"],
    "senderid": "Repliable",
    "customerid": "dec-offer-1",
}
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
JSON = (("Content-Type", "application/json"),)


def form(request: WireRequest) -> dict[str, str]:
    fields = parse_qs(request.body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    return {name: value for name, (value,) in fields.items()}


def decode(call: Call, body: object, status: int = 200) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return V2().decode(call, WireReply(status, {}, raw))


def test_credits_is_a_get_without_a_body() -> None:
    assert V2(encoding="form").encode(CREDITS) == WireRequest("GET", "/credits", (), b"")
    assert V2(encoding="json").encode(CREDITS) == WireRequest("GET", "/credits", (), b"")


def test_an_import_as_a_form_has_the_group_beside_importdata() -> None:
    request = V2().encode(IMPORT)
    assert request[:3] == ("POST", "/import", FORM)
    fields = form(request)
    assert fields.keys() == {"group", "importdata"}
    assert fields["group"] == "members"
    assert json.loads(fields["importdata"]) == IMPORTDATA


def test_an_optout_and_a_send_as_forms_are_one_field_of_json() -> None:
    for call, path, message in ((OPTOUT, "/optout", OPTOUT_MESSAGE), (SEND, "/send", SEND_MESSAGE)):
        request = V2().encode(call)
        assert request[:3] == ("POST", path, FORM)
        fields = form(request)
        assert fields.keys() == {"message"}
        assert json.loads(fields["message"]) == message


@pytest.mark.parametrize(
    ("call", "path", "document"),
    [
        (IMPORT, "/import", {"group": "members", "importdata": IMPORTDATA}),
        (OPTOUT, "/optout", {"message": OPTOUT_MESSAGE}),
        (SEND, "/send", {"message": SEND_MESSAGE}),
    ],
)
def test_as_json_the_same_is_nested(call: Call, path: str, document: object) -> None:
    request = V2(encoding="json").encode(call)
    assert request[:3] == ("POST", path, JSON)
    assert json.loads(request.body) == document


def test_the_bytes_of_a_form_are_pinned() -> None:
    request = V2().encode(SendText(("+447700900001",), "a+b & c", "c-1"))
    assert request.body == (
        b"message=%7B%22messagetext%22%3A%22a%2Bb%20%26%20c%22%2C%22recipients%22%3A%5B%22447700900001%22%5D%2C"
        b"%22customerid%22%3A%22c-1%22%7D"
    )


def test_optional_keys_are_left_out() -> None:
    request = V2(encoding="json").encode(SendText(("+447700900001",), "Hi", "c-1"))
    assert json.loads(request.body)["message"].keys() == {"messagetext", "recipients", "customerid"}
    request = V2(encoding="json").encode(OptOutNumber("+447700900001"))
    assert json.loads(request.body)["message"].keys() == {"mobilenumber"}


def test_a_scheduledate_is_wall_time_of_the_account() -> None:
    call = SendText(("+447700900001",), "Hi", "c-1", scheduledate=dt.datetime(2026, 7, 1, 9, 0, tzinfo=dt.UTC))
    message = json.loads(V2(encoding="json", timezone="Europe/Dublin").encode(call).body)["message"]
    assert message["scheduledate"] == "2026-07-01T10:00:00"


def test_paths_and_number_format_are_configuration() -> None:
    wire = V2(Paths("/a", "/b", "/c", "/d"), "json", "national")
    assert [wire.encode(call).path for call in CALLS] == ["/a", "/b", "/c", "/d"]
    assert json.loads(wire.encode(SEND).body)["message"]["recipients"] == ["07700900001", "07700900003"]
    assert json.loads(wire.encode(IMPORT).body)["importdata"]["mobilenumber"] == "07700900001"
    assert json.loads(wire.encode(OPTOUT).body)["message"]["mobilenumber"] == "07700900002"


def test_v2_can_do_everything() -> None:
    assert V2().abilities == Abilities(credits=True, imports=True, optouts=True, schedules=True)


@pytest.mark.parametrize("call", [IMPORT, OPTOUT, SEND])
@pytest.mark.parametrize("status", [200, 201, 202, 299])
@pytest.mark.parametrize("code", [0, "0"])
def test_code_zero_is_accepted(call: Call, status: int, code: object) -> None:
    assert decode(call, {"status": "OK", "statusCode": code}, status) == Accepted()


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b'{"statusCode":false,"balance":5}', "bad-status-code"),
        (b'{"statusCode":true,"balance":5}', "bad-status-code"),
        (b'{"statusCode":0.0,"balance":5}', "bad-status-code"),
        (b'{"statusCode":0e0,"balance":5}', "bad-status-code"),
        (b'{"statusCode":null,"balance":5}', "bad-status-code"),
        (b'{"statusCode":"","balance":5}', "bad-status-code"),
        (b'{"statusCode":"00","balance":5}', "bad-status-code"),
        (b'{"statusCode":" 0","balance":5}', "bad-status-code"),
        ('{"statusCode":"٠","balance":5}'.encode(), "bad-status-code"),
        (b'{"statusCode":[0],"balance":5}', "bad-status-code"),
        (b'{"statusCode":{},"balance":5}', "bad-status-code"),
        (b'{"status":"OK","balance":5}', "no-status-code"),
        (b'{"StatusCode":0,"balance":5}', "no-status-code"),
        (b'{"is_successful":true}', "no-status-code"),
        (b"", "empty-answer"),
        (b"<html>OK</html>", "html-answer"),
        (b'{"statusCode":0', "bad-json"),
        (b"[0]", "not-an-object"),
    ],
)
def test_any_other_success_is_unknown(call: Call, body: bytes, cause: str) -> None:
    assert decode(call, body) == Unknown(cause)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("code", [1, 10, 11, 18, 97, 104, 105, 195])
def test_a_documented_code_is_a_refusal(call: Call, code: int) -> None:
    for written in (code, str(code)):
        body = {"status": "SOME_NAME", "statusCode": written, "error": "what is wrong"}
        assert decode(call, body) == Refused(f"code-{code}", code, "SOME_NAME", "what is wrong")


@pytest.mark.parametrize("code", [14, 16])
def test_two_codes_refuse_the_key(code: int) -> None:
    body = {"status": "UNAUTHORISED", "statusCode": code, "error": "no"}
    assert decode(SEND, body) == Refused(f"code-{code}", code, "UNAUTHORISED", "no", key_refused=True)
    assert decode(SEND, body, 400) == Refused("http-400", code, "UNAUTHORISED", "no", key_refused=True)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("code", [8, 2, -1, 99, 200, 999999, "8"])
def test_a_system_error_and_an_unlisted_code_are_unknown(call: Call, code: object) -> None:
    assert decode(call, {"statusCode": code, "error": "oops"}) == Unknown(f"code-{code}", "oops")


def test_the_status_decides_before_the_body() -> None:
    accepted = {"status": "OK", "statusCode": 0, "balance": 5}
    assert decode(SEND, accepted, 500) == Unknown("http-500")
    assert decode(SEND, accepted, 302) == Refused("http-302", 0, "OK")
    assert decode(SEND, accepted, 400) == Refused("http-400", 0, "OK")
    assert decode(CREDITS, accepted, 429) == Throttled(None)
    assert decode(SEND, accepted, 401) == Refused("http-401", 0, "OK", key_refused=True)


def test_a_failure_that_is_no_json_is_still_a_failure() -> None:
    assert decode(SEND, b"<h1>Bad Request</h1>", 400) == Refused("http-400")
    assert decode(SEND, b"", 503) == Unknown("http-503")


def test_words_come_from_error_or_message() -> None:
    assert decode(SEND, {"statusCode": 10, "message": "instead"}) == Refused("code-10", 10, "", "instead")
    assert decode(SEND, {"statusCode": 10, "message": {"senderid": "x"}}) == Refused("code-10", 10)


@pytest.mark.parametrize(
    ("balance", "credits_"),
    [
        (b"500", "500"),
        (b"497.5", "497.5"),
        (b'"497.50"', "497.50"),
        (b"0", "0"),
        (b"-2", "-2"),
        (b'"-2.25"', "-2.25"),
        (b"1e3", "1000"),
    ],
)
def test_a_balance_is_a_number_or_its_text(balance: bytes, credits_: str) -> None:
    assert decode(CREDITS, b'{"statusCode":0,"balance":%b}' % balance) == Accepted(Decimal(credits_))


@pytest.mark.parametrize(
    "balance",
    [
        b"null", b"true", b"[5]", b"{}", b'""', b'"5 credits"', b'"1,000.50"', b'"1_000"', b'"NaN"', b'"Infinity"',
        b'" 5"', b'"1e3"', '"٥"'.encode(), b"1e12", b"-1e12", b"1e999", b"9" * 40,
    ],
)  # fmt: skip
def test_anything_else_is_no_balance(balance: bytes) -> None:
    assert decode(CREDITS, b'{"statusCode":0,"balance":%b}' % balance) == Unknown("bad-balance")


def test_a_credits_answer_without_a_balance_is_unknown() -> None:
    assert decode(CREDITS, {"status": "OK", "statusCode": 0}) == Unknown("bad-balance")


@pytest.mark.parametrize(
    "extra",
    [
        {},
        {"message": {"customerid": "dec-offer-1", "recipients": []}},
        {"message": {"customerid": None}},
        {"message": {"customerid": ""}},
        {"message": {"senderid": "Repliable"}},
        {"message": "accepted"},
        {"customerid": "dec-offer-1"},
    ],
)
def test_an_answer_to_our_own_send_is_accepted(extra: dict[str, object]) -> None:
    assert decode(SEND, {"statusCode": 0, **extra}) == Accepted()


@pytest.mark.parametrize(
    "extra",
    [
        {"message": {"customerid": "another-1"}},
        {"message": {"customerid": 5}},
        {"message": {"customerid": ["dec-offer-1"]}},
        {"message": {"customerid": "dec-offer-1"}, "customerid": "another-1"},
        {"customerid": "another-1"},
        {"customerid": {}},
    ],
)
def test_an_answer_to_another_send_is_unknown(extra: dict[str, object]) -> None:
    assert decode(SEND, {"statusCode": 0, **extra}) == Unknown("mixed-up-answer")
