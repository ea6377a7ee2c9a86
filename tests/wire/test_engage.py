"""Engage v3: bytes of a send, and what its answers mean."""

from __future__ import annotations

import datetime as dt
import json

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
from sendmode_sync.wire.calls import WireReply
from sendmode_sync.wire.engage import Engage

ONE = SendText(("+447700900001",), "Hi 😀", "c-1", "Repliable")
MANY = SendText(("+447700900001", "+447700900002"), "Hi", "c-1", "Repliable")


def decode(body: object, status: int = 200) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Engage().decode(ONE, WireReply(status, {}, raw))


def test_one_recipient_is_a_single_send() -> None:
    request = Engage().encode(ONE)
    assert request[:3] == ("POST", "/send", (("Content-Type", "application/json"),))
    assert json.loads(request.body) == {
        "sender_id": "Repliable",
        "message": "Hi 😀",
        "mobile_number": "+447700900001",
        "customer_id": "c-1",
    }


def test_several_recipients_are_a_bulk_send() -> None:
    request = Engage().encode(MANY)
    assert request.path == "/send/bulk"
    document = json.loads(request.body)
    assert document["mobile_numbers"] == ["+447700900001", "+447700900002"]
    assert "mobile_number" not in document


def test_path_and_number_format_are_configuration() -> None:
    request = Engage("/sms", "digits").encode(MANY)
    assert request.path == "/sms/bulk"
    assert json.loads(request.body)["mobile_numbers"] == ["447700900001", "447700900002"]


def test_engage_can_only_send_at_once() -> None:
    assert Engage().abilities == Abilities(credits=False, imports=False, optouts=False, schedules=False)


@pytest.mark.parametrize(
    "call",
    [
        CheckCredits(),
        ImportCustomer("members", "+447700900001", {}),
        OptOutNumber("+447700900001"),
        SendText(("+447700900001",), "Hi", "c-1"),
        SendText(("+447700900001",), "Hi", "c-1", "Repliable", dt.datetime(2026, 12, 1, tzinfo=dt.UTC)),
    ],
)
def test_what_engage_cannot_do_is_never_put_on_the_wire(call: Call) -> None:
    with pytest.raises(ValueError, match="Engage"):
        Engage().encode(call)


@pytest.mark.parametrize("extra", [{}, {"customer_id": "c-1"}, {"customer_id": None}, {"request_id": "r"}])
def test_success_is_exactly_true(extra: dict[str, object]) -> None:
    assert decode({"is_successful": True, **extra}) == Accepted()
    assert decode({"is_successful": True, **extra}, 202) == Accepted()


@pytest.mark.parametrize("verdict", [b"1", b'"true"', b"1.0", b"null", b"[true]", b"0", b'"false"', b'""'])
def test_any_other_verdict_is_unknown(verdict: bytes) -> None:
    body = b'{"is_successful":%b,"error_message":"hm"}' % verdict
    assert decode(body) == Unknown("no-verdict", "hm")


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ({}, "no-verdict"),
        ({"statusCode": 0}, "no-verdict"),
        (b"", "empty-answer"),
        (b"<html>", "html-answer"),
        (b'{"is_successful":true', "bad-json"),
        (b'{"is_successful":false,"is_successful":true}', "bad-json"),
        ({"is_successful": True, "customer_id": "c-2"}, "mixed-up-answer"),
    ],
)
def test_doubt_is_unknown(body: object, cause: str) -> None:
    assert decode(body) == Unknown(cause)


def test_false_is_a_refusal_in_its_own_words() -> None:
    body = {"is_successful": False, "error_message": "no credit for +353 87 123 4567"}
    assert decode(body) == Refused("not-successful", text="no credit for +*** ** *** ****")


def test_the_status_decides_before_the_body() -> None:
    accepted = {"is_successful": True}
    assert decode(accepted, 500) == Unknown("http-500")
    assert decode(accepted, 401) == Refused("http-401", key_refused=True)
    assert decode(accepted, 429) == Throttled(None)
    assert decode({"error_message": "bad sender"}, 400) == Refused("http-400", text="bad sender")
    assert decode(b"oops", 422) == Refused("http-422")
