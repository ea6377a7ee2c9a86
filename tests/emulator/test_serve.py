from __future__ import annotations

import http.client
import json
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from sendmode_sync.emulator.account import EmulatedAccount
from sendmode_sync.emulator.app import App
from sendmode_sync.emulator.faults import Fault
from sendmode_sync.emulator.serve import Server, banner, serve

KEY = "EMULATOREMULATOR1234"
BODY = urllib.parse.urlencode({"message": '{"messagetext": "hi", "recipients": ["447700900001"]}'}).encode()
HEADERS = {"Authorization": KEY, "Content-Type": "application/x-www-form-urlencoded"}
WIRE = (
    f"POST /v2/send HTTP/1.1\r\nHost: x\r\nAuthorization: {KEY}\r\nContent-Type: {HEADERS['Content-Type']}\r\n"
    f"Content-Length: {len(BODY)}\r\n\r\n"
).encode() + BODY


@pytest.fixture
def server(app: App) -> Iterator[Server]:
    with serve(app) as server:
        yield server


@pytest.fixture
def connection(server: Server) -> Iterator[http.client.HTTPConnection]:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        yield connection


def send(connection: http.client.HTTPConnection) -> tuple[int, bytes]:
    connection.request("POST", "/v2/send", BODY, HEADERS)
    response = connection.getresponse()
    return response.status, response.read()


def raw(port: int, request: bytes = WIRE) -> bytes:
    """Send bytes and return all that comes until the other side closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plug:
        plug.sendall(request)
        return b"".join(iter(lambda: plug.recv(1 << 16), b""))


def test_a_connection_is_kept_alive(connection: http.client.HTTPConnection, account: EmulatedAccount) -> None:
    connection.connect()
    plug = connection.sock

    for _ in range(3):
        status, content = send(connection)
        assert (status, json.loads(content)["statusCode"]) == (200, 0)

    assert connection.sock is plug
    assert len(account.messages) == 3


def test_an_answer_says_when_it_was_made(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/v2/credits", headers={"Authorization": KEY})
    response = connection.getresponse()
    response.read()

    assert response.getheader("Date")
    assert response.getheader("Connection") is None


def test_a_scripted_date_stands_alone(connection: http.client.HTTPConnection, app: App) -> None:
    date = "Wed, 21 Oct 2015 07:28:00 GMT"
    app.script.replace([Fault("credits", "http-429", headers={"Date": date})])
    connection.request("GET", "/v2/credits", headers={"Authorization": KEY})
    response = connection.getresponse()
    response.read()

    assert response.headers.get_all("Date") == [date]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
def test_a_refused_body_is_read_so_that_the_connection_lives(
    connection: http.client.HTTPConnection, method: str
) -> None:
    connection.request(method, "/v2/send", BODY, HEADERS)
    response = connection.getresponse()
    content = response.read()

    assert response.status == 405
    assert bool(content) == (method != "HEAD")
    assert send(connection)[0] == 200


def test_a_body_over_the_cap_gets_its_answer(connection: http.client.HTTPConnection) -> None:
    connection.request("POST", "/v2/send", b"x" * 3_000_000, HEADERS)
    response = connection.getresponse()

    assert (response.status, bool(response.read())) == (413, True)
    assert send(connection)[0] == 200


@pytest.mark.parametrize(
    ("header", "status"), [(b"Content-Length: x", b"400"), (b"Transfer-Encoding: chunked", b"411")]
)
def test_a_body_of_unknown_length_ends_the_connection(server: Server, header: bytes, status: bytes) -> None:
    answer = raw(server.port, WIRE.split(b"Content-Length")[0] + header + b"\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"Connection: close\r\n" in answer


def test_a_query_is_no_part_of_the_path(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/v2/%63redits?verbose=1", headers={"Authorization": KEY})

    assert json.loads(connection.getresponse().read())["balance"] == 100.0


def test_garbage_is_answered_and_forgotten(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    assert b"400" in raw(server.port, b"nonsense\r\n\r\n")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("action", "sent"), [("reset", 0), ("reset-after", 1)])
def test_a_reset_is_a_reset(server: Server, app: App, account: EmulatedAccount, action: str, sent: int) -> None:
    app.script.replace([Fault("send", action)])

    with pytest.raises(ConnectionResetError):
        raw(server.port)

    assert len(account.messages) == sent


@pytest.mark.parametrize(("action", "sent"), [("silence", 0), ("silence-after", 1)])
def test_silence_ends_without_an_answer(
    server: Server, app: App, account: EmulatedAccount, action: str, sent: int
) -> None:
    app.script.replace([Fault("send", action, seconds=0.2)])
    started = time.monotonic()

    assert raw(server.port) == b""
    assert time.monotonic() - started >= 0.2
    assert len(account.messages) == sent


def test_silence_outlasts_an_impatient_client(server: Server, app: App) -> None:
    app.script.replace([Fault("send", "silence", seconds=60)])

    with (
        closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=0.1)) as client,
        pytest.raises(TimeoutError),
    ):
        send(client)


def test_a_short_body_is_cut(connection: http.client.HTTPConnection, app: App, account: EmulatedAccount) -> None:
    app.script.replace([Fault("send", "short-body-after")])

    with pytest.raises(http.client.IncompleteRead) as caught:
        send(connection)

    assert caught.value.partial.startswith(b'{"status": "OK"')
    assert len(account.messages) == 1


def test_a_drip_takes_its_time_and_is_whole(server: Server, app: App) -> None:
    app.script.replace([Fault("send", "drip", seconds=0.002)])
    started = time.monotonic()

    answer = raw(server.port)

    assert json.loads(answer.partition(b"\r\n\r\n")[2])["statusCode"] == 0
    assert time.monotonic() - started > 0.1


def test_a_client_that_leaves_a_drip_is_not_talked_about(app: App, capfd: pytest.CaptureFixture[str]) -> None:
    app.script.replace([Fault("send", "drip", seconds=0.005)])
    with serve(app) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plug:
            plug.sendall(WIRE)
            plug.recv(64)
        time.sleep(0.05)

    assert capfd.readouterr() == ("", "")


def test_latency_of_script_and_server_add_up(app: App) -> None:
    app.script.replace([Fault("send", "latency", seconds=0.1)])
    with serve(app, latency=0.1) as server, closing(http.client.HTTPConnection("127.0.0.1", server.port)) as client:
        started = time.monotonic()
        assert send(client)[0] == 200
        assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize("action", ["silence", "drip", "latency"])
def test_stopping_breaks_every_wait(app: App, action: str) -> None:
    app.script.replace([Fault("send", action, seconds=60)])
    server = serve(app).start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plug:
        plug.sendall(WIRE)
        while not app.account.arrivals:
            time.sleep(0.005)
        started = time.monotonic()
        server.stop()
        while plug.recv(1 << 16):
            pass

    assert time.monotonic() - started < 5
    assert not [thread for thread in threading.enumerate() if "process_request" in thread.name]


def test_stopping_ends_idle_connections_and_may_be_repeated(app: App) -> None:
    server = serve(app).start()
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as client:
        send(client)
        server.stop()
        server.stop()
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            send(client)


def test_a_connection_that_comes_while_closing_is_broken(app: App) -> None:
    server = serve(app).start()
    server._listener.closing.set()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plug:
        assert plug.recv(1) == b""
    server.stop()


def test_a_server_that_never_started_can_be_closed(app: App) -> None:
    server = serve(app)
    port = server.port
    server.stop()

    with pytest.raises(ConnectionRefusedError):
        raw(port)


def test_running_for_a_person_ends_with_everything_closed(app: App) -> None:
    server = serve(app)
    port = server.port
    runner = threading.Thread(target=server.run_forever)
    runner.start()
    assert b"200" in raw(port, WIRE.replace(b"Host: x", b"Connection: close"))
    server._listener.shutdown()
    runner.join(10)

    with pytest.raises(ConnectionRefusedError):
        raw(port)


def test_a_defect_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    def broken(_: Any, __: Callable[..., Any]) -> list[bytes]:
        raise RuntimeError("a defect")

    with serve(broken) as server:
        assert raw(server.port) == b""

    assert "a defect" in capfd.readouterr().err


def test_many_threads_bill_every_call_once(server: Server, account: EmulatedAccount) -> None:
    def work() -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as client:
            for _ in range(10):
                send(client)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(account.messages) == 80
    assert account.balance == 20


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org"])
def test_it_serves_loopback_only(app: App, host: str) -> None:
    with pytest.raises(ValueError, match=r"loopback only|not appear to be"):
        serve(app, host)


def test_localhost_is_loopback_and_a_port_can_be_chosen(app: App) -> None:
    with serve(app, "localhost") as first, pytest.raises(OSError, match="in use"):
        serve(app, "127.0.0.1", first.port)


def test_the_banner_says_what_to_export() -> None:
    text = banner(8025, KEY)

    assert f"export SENDMODE_API_KEY={KEY}\n" in text
    assert "base_url: http://127.0.0.1:8025/v2\n" in text
