"""Calls on a WSGI application, on a clock that costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment
from wsgiref.validate import validator

import pytest

from sendmode_sync.client.credentials import Secret
from sendmode_sync.client.inprocess import WsgiClient
from sendmode_sync.model.calls import Accepted, Answer, Call, CheckCredits, SendText, Throttled, Unknown
from sendmode_sync.virtual_time import VirtualLoop
from sendmode_sync.wire.engage import Engage
from sendmode_sync.wire.v2 import V2

KEY = "EMULATOREMULATOR1234"
SEND = SendText(("+447700900001",), "Hi", "c-1", "Repliable")
OK = b'{"status":"OK","statusCode":0}'


class Chunks:
    """A body in parts that wants to be closed (PEP 3333)."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = parts
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.parts)

    def close(self) -> None:
        self.closed = True


class App:
    """Answers everything alike and remembers what it was asked."""

    def __init__(self, status: str = "200 OK", body: Chunks | None = None, late: float | None = None) -> None:
        self.status = status
        self.body = body or Chunks(OK)
        self.late = late
        self.seen: list[dict[str, Any]] = []
        self.received: list[bytes] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Chunks:
        self.seen.append(dict(environ))
        self.received.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        if self.late is not None:
            environ["emulator.latency"] = self.late
        start_response(self.status, [("Content-Type", "application/json"), ("Retry-After", "7")])
        return self.body


def perform(client: WsgiClient, call: Call) -> tuple[Answer, float]:
    """Perform one call; return its answer and the virtual seconds it took."""

    async def scene() -> tuple[Answer, float]:
        answer = await client.perform(call)
        await client.close()
        return answer, asyncio.get_running_loop().time()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(scene())


def test_a_call_is_a_request_of_the_application() -> None:
    app = App()
    assert perform(WsgiClient(app, V2(), Secret(KEY)), SEND) == (Accepted(), 0.0)
    (environ,) = app.seen
    asked = ("REQUEST_METHOD", "PATH_INFO", "CONTENT_TYPE", "HTTP_AUTHORIZATION")
    assert [environ[name] for name in asked] == ["POST", "/v2/send", "application/x-www-form-urlencoded", KEY]
    assert app.received == [V2().encode(SEND).body]


def test_the_api_may_lie_below_another_path() -> None:
    app = App(body=Chunks(b'{"is_successful":true}'))
    assert perform(WsgiClient(app, Engage(), Secret(KEY), root="/3.0/"), SEND)[0] == Accepted()
    assert app.seen[0]["PATH_INFO"] == "/3.0/send"


def test_the_environment_is_what_pep_3333_asks_for() -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"statusCode":0,"balance":5}']

    answer, _ = perform(WsgiClient(validator(app), V2(), Secret(KEY)), CheckCredits())
    assert isinstance(answer, Accepted)


def test_status_and_headers_arrive() -> None:
    assert perform(WsgiClient(App("429 Too Many Requests"), V2(), Secret(KEY)), SEND)[0] == Throttled(7.0)


def test_a_body_in_parts_is_joined_and_closed() -> None:
    body = Chunks(OK[:7], b"", OK[7:])
    assert perform(WsgiClient(App(body=body), V2(), Secret(KEY)), SEND)[0] == Accepted()
    assert body.closed


@pytest.mark.parametrize(
    ("latency", "late", "answer", "seconds"),
    [
        (0.25, None, Accepted(), 0.25),
        (0.25, 3.0, Accepted(), 3.25),
        (0.0, 9.99, Accepted(), 9.99),
        (0.0, 10.0, Unknown("read-timeout"), 10.0),
        (5.0, 3600.0, Unknown("read-timeout"), 10.0),
    ],
)
def test_an_answer_takes_its_time_and_no_longer_than_the_deadline(
    latency: float, late: float | None, answer: Answer, seconds: float
) -> None:
    app = App(late=late)
    found, took = perform(WsgiClient(app, V2(), Secret(KEY), latency=latency, hold=10.0), SEND)
    assert found == answer
    assert took == pytest.approx(seconds)
    assert len(app.seen) == 1


def test_a_lost_connection_is_unknown() -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        raise ConnectionResetError

    assert perform(WsgiClient(app, V2(), Secret(KEY)), SEND)[0] == Unknown("reset")


def test_a_defect_of_the_application_is_not_hidden() -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        perform(WsgiClient(app, V2(), Secret(KEY)), SEND)


def test_it_says_what_it_can_do_and_how_long_it_takes() -> None:
    client = WsgiClient(App(), Engage(), Secret(KEY), hold=12.5)
    assert client.abilities == Engage().abilities
    assert client.hold == 12.5
    assert KEY not in f"{client!r} {vars(client)!r}"
