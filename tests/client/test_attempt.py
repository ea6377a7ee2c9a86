"""What is certain about an attempt that failed, and what is not."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any, NamedTuple

import httpx
import pytest

from sendmode_sync.client.attempt import Attempt, Phase, judge_deadline, judge_error
from sendmode_sync.model.calls import Unknown, Unsent


class Request(NamedTuple):
    method: bytes


OURS: dict[str, Any] = {"request": Request(b"POST")}
TUNNEL: dict[str, Any] = {"request": Request(b"CONNECT")}
DIRECT = [
    ("connection.connect_tcp.started", {}, "connect"),
    ("connection.connect_tcp.complete", {"return_value": 1}, "write"),
    ("connection.start_tls.started", {}, "connect"),
    ("connection.start_tls.complete", {"return_value": 1}, "write"),
    ("http11.send_request_headers.started", OURS, "write"),
    ("http11.send_request_headers.complete", {"return_value": None}, "write"),
    ("http11.send_request_body.started", OURS, "write"),
    ("http11.receive_response_headers.started", OURS, "wait"),
    ("http11.receive_response_headers.complete", {"return_value": ()}, "wait"),
    ("http11.receive_response_body.started", OURS, "read"),
    ("http11.receive_response_body.failed", {"exception": OSError()}, "read"),
    ("http11.response_closed.started", {}, "read"),
]
TUNNELLED = [
    ("connection.connect_tcp.started", {}, "connect"),
    ("connection.connect_tcp.complete", {"return_value": 1}, "write"),
    ("http11.send_request_headers.started", TUNNEL, "connect"),
    ("http11.receive_response_headers.started", TUNNEL, "connect"),
    ("http11.receive_response_headers.complete", {"return_value": ()}, "connect"),
    ("proxy.start_tls.started", {}, "connect"),
    ("proxy.start_tls.complete", {"return_value": 1}, "write"),
    ("http11.send_request_headers.started", OURS, "write"),
    ("http11.receive_response_headers.started", OURS, "wait"),
]


@pytest.mark.parametrize("events", [DIRECT, TUNNELLED])
def test_an_attempt_is_followed_from_phase_to_phase(events: list[tuple[str, dict[str, Any], Phase]]) -> None:
    attempt = Attempt()
    assert attempt.phase == "begin"
    for event, info, phase in events:
        asyncio.run(attempt.watch(event, info))
        assert attempt.phase == phase, event


@pytest.mark.parametrize("event", ["connection.connect_tcp.failed", "connection.start_tls.failed", "retry.complete"])
def test_a_failed_connect_stays_one(event: str) -> None:
    attempt = Attempt()
    asyncio.run(attempt.watch("connection.start_tls.started", {}))
    asyncio.run(attempt.watch(event, {"exception": OSError()}))
    assert attempt.phase == "connect"


@pytest.mark.parametrize("event", ["http2.send_request_headers.started", "http11.something_new.started"])
def test_an_event_nobody_knows_ends_the_certainty(event: str) -> None:
    attempt = Attempt()
    asyncio.run(attempt.watch("connection.connect_tcp.started", {}))
    asyncio.run(attempt.watch(event, OURS))
    assert judge_deadline(attempt.phase) == Unknown("deadline")


@pytest.mark.parametrize(
    ("phase", "answer"),
    [
        ("begin", Unknown("deadline")),
        ("connect", Unsent("connect-timeout")),
        ("write", Unknown("write-timeout")),
        ("wait", Unknown("read-timeout")),
        ("read", Unknown("deadline")),
    ],
)
def test_a_deadline_says_where_it_passed(phase: Phase, answer: Unsent | Unknown) -> None:
    assert judge_deadline(phase) == answer


def caused_by(*chain: Exception) -> httpx.ConnectError:
    """Return a connect error with a chain of causes, the nearest first."""
    error = httpx.ConnectError("All connection attempts failed")
    link: BaseException = error
    for cause in chain:
        link.__cause__ = cause
        link = cause
    return error


@pytest.mark.parametrize("phase", ["begin", "connect", "write", "wait", "read"])
@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (caused_by(), "connect"),
        (caused_by(OSError("unreachable")), "connect"),
        (caused_by(OSError("x"), ConnectionRefusedError()), "connection-refused"),
        (caused_by(OSError("x"), socket.gaierror(-2, "unknown")), "name-lookup"),
        (caused_by(OSError("x"), ssl.SSLCertVerificationError("self-signed")), "certificate"),
        (caused_by(OSError("x"), ssl.SSLError("wrong version")), "tls"),
        (httpx.ConnectTimeout(""), "connect-timeout"),
        (httpx.PoolTimeout(""), "pool-timeout"),
        (httpx.ProxyError("403"), "proxy"),
        (httpx.LocalProtocolError("header"), "bad-request"),
        (httpx.UnsupportedProtocol("ftp"), "bad-request"),
    ],
)
def test_only_what_happens_before_the_connection_is_unsent(error: Exception, cause: str, phase: Phase) -> None:
    assert judge_error(error, phase) == Unsent(cause)


@pytest.mark.parametrize("phase", ["begin", "write", "wait", "read"])
@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadError(""),
        httpx.WriteError(""),
        httpx.CloseError(""),
        httpx.ReadTimeout(""),
        httpx.WriteTimeout(""),
        httpx.RemoteProtocolError("Server disconnected without sending a response."),
        httpx.RemoteProtocolError("illegal status line"),
        httpx.DecodingError(""),
        ssl.SSLError("bad record mac"),
        ConnectionResetError(),
        OSError(),
    ],
)
def test_everything_after_it_is_unknown(error: Exception, phase: Phase) -> None:
    assert isinstance(judge_error(error, phase), Unknown)


@pytest.mark.parametrize("error", [httpx.ReadError(""), httpx.RemoteProtocolError("garbage"), OSError()])
def test_whatever_fails_while_connecting_is_unsent(error: Exception) -> None:
    assert judge_error(error, "connect") == Unsent("connect")
