"""How far an attempt got, and what its failure means; certainty needs evidence, so without any it is unknown.

The HTTP library raises the same exceptions whether the server had received nothing or everything. Only what
happened while connecting is certain, and that is known by the exception's kind or by having watched the attempt.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import Any, Literal, assert_never

import httpx

from sendmode_sync.model.calls import Unknown, Unsent

Phase = Literal["begin", "connect", "write", "wait", "read"]

_PHASES: dict[str, Phase] = {
    "connection.connect_tcp.started": "connect",
    "connection.connect_tcp.complete": "write",
    "connection.start_tls.started": "connect",
    "connection.start_tls.complete": "write",
    "proxy.start_tls.started": "connect",
    "proxy.start_tls.complete": "write",
    "http11.send_request_headers.started": "write",
    "http11.send_request_body.started": "write",
    "http11.receive_response_headers.started": "wait",
    "http11.receive_response_body.started": "read",
}
"""Events of the library's ``trace`` extension after which an attempt is in a phase."""

_BYTES = "http11.send_request_headers.started"
"""The connection is made, and the first byte of a request leaves next."""

_CLEARING_UP = "http11.response_closed.started"
"""What happens after a failure says nothing of where it happened."""

_NEVER_STARTED: dict[type[Exception], str] = {
    httpx.ConnectTimeout: "connect-timeout",
    httpx.PoolTimeout: "pool-timeout",
    httpx.ProxyError: "proxy",
    httpx.LocalProtocolError: "bad-request",
    httpx.UnsupportedProtocol: "bad-request",
}

_CONNECT_CAUSES: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "certificate"),
    (ssl.SSLError, "tls"),
    (socket.gaierror, "name-lookup"),
    (ConnectionRefusedError, "connection-refused"),
)


class BarredError(Exception):
    """Somebody whom the call is about may not be reached any more; no byte of it has left."""


class Attempt:
    """One attempt as it is watched. ``begin`` counts as if the request were out: not having seen anything proves nothing.

    ``barred`` is asked right before the first byte; ``BarredError`` where it says yes.
    """

    def __init__(self, barred: Callable[[], bool] = lambda: False) -> None:
        """Nothing was seen yet."""
        self.phase: Phase = "begin"
        self._barred = barred

    async def watch(self, event: str, info: dict[str, Any]) -> None:
        """Take note of one event. Whatever begins and is not known here ends the certainty of having sent nothing."""
        request = info.get("request")
        if request is not None and request.method == b"CONNECT":
            self.phase = "connect"  # a proxy is asked for a tunnel; our own request comes after
        elif event == _BYTES and self._barred():
            raise BarredError
        elif event in _PHASES:
            self.phase = _PHASES[event]
        elif event.endswith(".started") and event != _CLEARING_UP:
            self.phase = "begin"


def judge_deadline(phase: Phase) -> Unsent | Unknown:
    """Return what it means that the total deadline passed in a phase."""
    match phase:
        case "connect":
            return Unsent("connect-timeout")
        case "write":
            return Unknown("write-timeout")
        case "wait":
            return Unknown("read-timeout")
        case "begin" | "read":
            return Unknown("deadline")
        case _:
            assert_never(phase)


def judge_error(error: Exception, phase: Phase) -> Unsent | Unknown:
    """Return what an exception of the network or the HTTP library means."""
    word = _NEVER_STARTED.get(type(error))
    if word is not None:
        return Unsent(word)
    if isinstance(error, httpx.ConnectError) or phase == "connect":
        return Unsent(_connect_cause(error))
    if not isinstance(error, httpx.RemoteProtocolError):
        return Unknown("reset")
    if phase == "read":
        return Unknown("short-body")
    return Unknown("reset" if "disconnected" in str(error) else "bad-protocol")


def _connect_cause(error: BaseException | None) -> str:
    """Return the word for why no connection was made, from the chain of what led to it."""
    while error is not None:
        for kind, word in _CONNECT_CAUSES:
            if isinstance(error, kind):
                return word
        error = error.__cause__ or error.__context__
    return "connect"
