"""Every row of the table of answers, for each of the four calls and both APIs, from the bytes to what is done next."""

from __future__ import annotations

import json
import socket
import ssl
from typing import Any, Literal, NamedTuple

import httpx
import pytest

from sendmode_sync.client.attempt import Phase, judge_deadline, judge_error
from sendmode_sync.executor.verdict import MOST_TRIES, Again, Away, Done, Failed, Held, Kind, Stop, Verdict, verdict
from sendmode_sync.model.calls import Call, CheckCredits, ImportCustomer, OptOutNumber, SendText
from sendmode_sync.wire.calls import Dialect, WireReply
from sendmode_sync.wire.engage import Engage
from sendmode_sync.wire.v2 import V2

Class = Literal["ok", "not-started", "rejected", "unknown", "stop"]

CALLS: dict[Kind, Call] = {
    "credits": CheckCredits(),
    "import": ImportCustomer("members", "+447700900001", {}),
    "optout": OptOutNumber("+447700900001"),
    "send": SendText(("+447700900001",), "Hi", "c0-1", "Repliable"),
}
OK = {"status": "OK", "statusCode": 0, "balance": 12.5}
ENGAGE_OK = {"is_successful": True, "request_id": "r"}
HTML = b"<!doctype html><title>Just a moment</title>"
REJECTED_STATUSES = (*range(300, 309), 400, 402, 404, 405, 413, 415, 422)
UNKNOWN_STATUSES = (408, 409, 410, 418, 423, 425, 451, 499, *range(500, 512), 520, 524, 529, 530, 598, 599, 600, 999)
ODD_CODES: tuple[Any, ...] = (None, False, 0.0, "", "00", [], {})
ODD_VERDICTS: tuple[Any, ...] = (None, "true", 1, 0, "", [])
REJECTED_CODES = (1, 10, 11, 18, 97, 104, 105, 195)


class Row(NamedTuple):
    """One answer, and the class of the table that it belongs to."""

    status: int
    body: bytes
    belongs: Class
    headers: dict[str, str] = {}  # noqa: RUF012 - a row is never changed

    def __str__(self) -> str:
        return f"{self.status} {self.body[:24]!r}"


def code(number: Any) -> bytes:
    return json.dumps({**OK, "statusCode": number}).encode()


ANY_API: tuple[Row, ...] = (
    *(Row(status, b"", "rejected") for status in REJECTED_STATUSES),
    *(Row(status, HTML, "rejected") for status in REJECTED_STATUSES),
    *(Row(status, b"", "unknown") for status in UNKNOWN_STATUSES),
    *(Row(status, json.dumps(OK | ENGAGE_OK).encode(), "unknown") for status in UNKNOWN_STATUSES),
    *(Row(status, b"", "stop") for status in (401, 403)),
    Row(429, b"", "not-started", {"retry-after": "7"}),
    Row(429, json.dumps(OK | ENGAGE_OK).encode(), "not-started"),
    Row(400, json.dumps(OK | ENGAGE_OK).encode(), "rejected"),
    *(Row(status, body, "unknown") for status in (200, 201, 202, 204, 206) for body in (b"", b"   ", HTML)),
    Row(200, b'{"statusCode": 0', "unknown"),
    Row(200, b'{"statusCode": 0} {"statusCode": 0}', "unknown"),
    Row(200, b'{"statusCode": 0, "statusCode": 10}', "unknown"),
    Row(200, b"[]", "unknown"),
    Row(200, b"0", "unknown"),
    Row(200, b"{}", "unknown"),
    Row(200, json.dumps(OK | ENGAGE_OK).encode("utf-16"), "unknown"),
    Row(200, b" " * 70_000 + json.dumps(OK | ENGAGE_OK).encode(), "unknown"),
)
V2_ROWS: tuple[Row, ...] = (
    Row(200, code(0), "ok"),
    Row(201, code("0"), "ok"),
    *(Row(200, code(number), "rejected") for number in REJECTED_CODES),
    *(Row(200, code(number), "unknown") for number in (8, 2, 9, 99, 999, -1, 10**9)),
    *(Row(200, code(odd), "unknown") for odd in ODD_CODES),
    *(Row(200, code(number), "stop") for number in (14, 16)),
    Row(400, code(14), "stop"),
    Row(500, code(0), "unknown"),
    Row(500, code(10), "unknown"),
    Row(404, code(0), "rejected"),
)
ENGAGE_ROWS: tuple[Row, ...] = (
    Row(200, json.dumps(ENGAGE_OK).encode(), "ok"),
    Row(200, b'{"is_successful": false, "error_message": "no"}', "rejected"),
    *(Row(200, json.dumps({"is_successful": odd}).encode(), "unknown") for odd in ODD_VERDICTS),
    Row(500, json.dumps(ENGAGE_OK).encode(), "unknown"),
)


def expected(belongs: Class, kind: Kind) -> type[Verdict]:
    """Return what the table says is done next after a first try."""
    match belongs:
        case "ok":
            return Done
        case "not-started":
            return Again
        case "rejected":
            return Failed
        case "stop":
            return Stop
        case "unknown":
            return Held if kind == "send" else Again


def judge(wire: Dialect, kind: Kind, row: Row, attempt: int = 1) -> Verdict:
    answer = wire.decode(CALLS[kind], WireReply(row.status, row.headers, row.body))
    return verdict(kind, answer, attempt, 0.0)


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("row", [*ANY_API, *V2_ROWS], ids=str)
def test_v2(row: Row, kind: Kind) -> None:
    assert type(judge(V2(), kind, row)) is expected(row.belongs, kind)


@pytest.mark.parametrize("row", [*ANY_API, *ENGAGE_ROWS], ids=str)
def test_engage(row: Row) -> None:
    assert type(judge(Engage(), "send", row)) is expected(row.belongs, "send")


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("row", [*ANY_API, *V2_ROWS], ids=str)
def test_a_budget_that_is_spent_never_turns_into_a_result(row: Row, kind: Kind) -> None:
    last = judge(V2(), kind, row, MOST_TRIES)
    assert type(last) is (Away if expected(row.belongs, kind) is Again else expected(row.belongs, kind))


NOT_STARTED: tuple[Exception, ...] = (
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
    httpx.PoolTimeout("busy"),
    httpx.ProxyError("no"),
    ConnectionRefusedError(),
    socket.gaierror(),
    ssl.SSLCertVerificationError(),
)
UNKNOWN: tuple[Exception, ...] = (
    httpx.ReadTimeout("slow"),
    httpx.WriteTimeout("slow"),
    httpx.ReadError("reset"),
    httpx.WriteError("broken pipe"),
    httpx.RemoteProtocolError("server disconnected without sending a response"),
    httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
    ConnectionResetError(),
    BrokenPipeError(),
    OSError("no route any more"),
)


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("error", NOT_STARTED, ids=repr)
def test_a_fault_of_connecting_is_tried_again(error: Exception, kind: Kind) -> None:
    assert isinstance(verdict(kind, judge_error(error, "connect"), 1, 0.0), Again)
    assert isinstance(verdict(kind, judge_error(error, "connect"), MOST_TRIES, 0.0), Away)


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("phase", ["begin", "write", "wait", "read"])
@pytest.mark.parametrize("error", UNKNOWN, ids=repr)
def test_a_fault_after_connecting_leaves_a_send_unknown(error: Exception, phase: Phase, kind: Kind) -> None:
    decided = verdict(kind, judge_error(error, phase), 1, 0.0)
    assert isinstance(decided, Held if kind == "send" else Again)


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize(
    ("phase", "sure"), [("connect", True), ("begin", False), ("write", False), ("wait", False), ("read", False)]
)
def test_a_deadline_is_certain_only_while_connecting(phase: Phase, kind: Kind, *, sure: bool) -> None:
    decided = verdict(kind, judge_deadline(phase), 1, 0.0)
    assert isinstance(decided, Again if sure or kind != "send" else Held)
