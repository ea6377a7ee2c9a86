"""Whatever a server says, nothing but a valid acceptance is taken for one, and nothing raises."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendmode_sync.model.calls import Accepted, Call, CheckCredits, ImportCustomer, SendText
from sendmode_sync.wire.calls import Dialect, WireReply
from sendmode_sync.wire.engage import Engage
from sendmode_sync.wire.v2 import V2

SEND = SendText(("+447700900001",), "Hi", "c-1", "Repliable")
CALLS: tuple[Call, ...] = (SEND, CheckCredits(), ImportCustomer("members", "+447700900001", {}))
STATUSES = (200, 200, 200, 200, 201, 204, 206, 226, 301, 400, 401, 404, 429, 500, 503)
BODIES = 10_000

ACCEPTANCES: tuple[dict[str, Any], ...] = (
    {"status": "OK", "statusCode": 0, "acceptedDateTime": "2017-08-25T12:51:01"},
    {"status": "OK", "statusCode": "0", "balance": "497.5", "message": {"customerid": "c-1", "recipients": ["x"]}},
    {"status": "OK", "statusCode": 0, "balance": 497.5, "mobilenumber": "x", "optoutreason": "STOP"},
    {"is_successful": True, "request_id": "r", "accept_date": "2026"},
)
VALUES: tuple[Any, ...] = (
    0, "0", False, True, None, 0.0, -0.0, 1, 8, 14, "00", "", [], {}, [0], "OK", float("nan"), float("inf"), 10**30, "😀",
)  # fmt: skip
SPLICES = (
    b"<html>",
    b"{",
    b"}",
    b"[",
    b'"',
    b",",
    b"\x00",
    b"\xff",
    b'"statusCode":0,',
    b'"statusCode":10,',
    b"NaN",
    b"null",
)
UNSAID = {"None", "''", "'c-1'"}
BALANCES = {"497.5", "'497.5'", "0", "1", "8", "14", "0.0", "-0.0", "'0'", "'00'"}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def _never(constant: str) -> Any:
    raise AssertionError(constant)


def is_acceptance(wire: Dialect, call: Call, reply: WireReply) -> bool:
    """Say by another road whether a reply is an acceptance: by how Python writes what is left when all doubt is gone."""
    try:
        document = json.loads(reply.body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_never)
    except (ValueError, AssertionError):
        return False
    if reply.status // 100 != 2 or not isinstance(document, dict):
        return False
    said = {name: repr(value) for name, value in document.items()}
    if isinstance(wire, Engage):
        return said.get("is_successful") == "True" and said.get("customer_id", "None") in UNSAID
    if said.get("statusCode") not in {"0", "'0'"}:
        return False
    if isinstance(call, CheckCredits):
        return said.get("balance") in BALANCES
    inner = document.get("message")
    echoes = (said.get("customerid", "None"), repr(inner.get("customerid")) if isinstance(inner, dict) else "None")
    return not isinstance(call, SendText) or UNSAID.issuperset(echoes)


def spoil(chance: random.Random, body: bytes) -> bytes:
    at = chance.randrange(len(body) + 1)
    spoiled = (
        body[:at],
        body[at:],
        body[:at] + chance.choice(SPLICES) + body[at:],
        body[:at] + bytes(byte ^ (1 << chance.randrange(8)) for byte in body[at : at + 2]) + body[at + 2 :],
        body + body,
        body.replace(b"{", b"[").replace(b"}", b"]"),
        body,
        body,
    )
    return chance.choice(spoiled)


def bodies(chance: random.Random) -> Iterator[bytes]:
    for _ in range(BODIES):
        document = dict(chance.choice(ACCEPTANCES))
        for _ in range(chance.randrange(3)):
            document[chance.choice([*document, "statusCode", "customerid"])] = chance.choice(VALUES)
        yield spoil(chance, json.dumps(document).encode())


@pytest.mark.parametrize("wire", [V2(), Engage()], ids=["v2", "engage"])
def test_ten_thousand_spoiled_answers(wire: Dialect) -> None:
    chance = random.Random(20261201)
    accepted = 0
    for body in bodies(chance):
        call: Call = SEND if isinstance(wire, Engage) else chance.choice(CALLS)
        reply = WireReply(chance.choice(STATUSES), {}, body)
        answer = wire.decode(call, reply)
        assert isinstance(answer, Accepted) is is_acceptance(wire, call, reply), (call, reply, answer)
        accepted += isinstance(answer, Accepted)
    assert accepted > BODIES / 50, "the bodies are so spoiled that an acceptance is never tried"


@settings(max_examples=300)
@given(
    status=st.integers(100, 999), body=st.binary(max_size=200), retry=st.text(max_size=20), date=st.text(max_size=20)
)
def test_no_bytes_make_a_dialect_raise_or_accept(status: int, body: bytes, retry: str, date: str) -> None:
    reply = WireReply(status, {"retry-after": retry, "date": date}, body)
    for wire in (V2(), Engage()):
        assert not isinstance(wire.decode(SEND, reply), Accepted)


def test_the_judge_of_the_judge_knows_a_good_answer() -> None:
    for document in ACCEPTANCES[:3]:
        assert is_acceptance(V2(), SEND, WireReply(200, {}, json.dumps(document).encode()))
    assert is_acceptance(Engage(), SEND, WireReply(200, {}, json.dumps(ACCEPTANCES[3]).encode()))
