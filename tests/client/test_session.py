"""HTTP as it really goes wrong: a server of our own that says, and does, whatever a test tells it to."""

from __future__ import annotations

import asyncio
import gzip
import logging
import shutil
import socket
import ssl
import struct
import subprocess
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sendmode_sync import __version__
from sendmode_sync.client.credentials import Secret
from sendmode_sync.client.session import HttpClient
from sendmode_sync.errors import RefusedError
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
    Unsent,
)
from sendmode_sync.model.settings import Account
from sendmode_sync.wire.v2 import V2

KEY = "EMULATOREMULATOR1234"
SEND = SendText(("+447700900001",), "Hi", "c-1", "Repliable")
IMPORT = ImportCustomer("members", "+447700900001", {"firstname": "Aoife"})
OK = b'{"status":"OK","statusCode":0}'

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """What a scripted server has seen; ``requests`` are whole, in the order in which they ended."""

    script: Script
    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    @property
    def account(self) -> Account:
        return Account(base_url=f"http://127.0.0.1:{self.port}/v2")

    async def read(self, reader: asyncio.StreamReader) -> bool:
        """Read one request; False at the end of the connection."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return False
        lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
        self.requests.append(head + await reader.readexactly(int(lines.get(b"content-length", b"0"))))
        return True

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self.script(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client went away, or the test is over
        finally:
            writer.close()


@asynccontextmanager
async def scripted(script: Script | bytes, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Serve on a free loopback port; bytes are the answer to every request of every connection."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert isinstance(script, bytes)
        while await server.read(reader):
            writer.write(script)
            if not script.endswith(OK) or b"Connection: close" in script:
                return

    server = Server(answer if isinstance(script, bytes) else script)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


def http(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def perform(server: Server, *calls: Call, hold: float = 5.0) -> list[Answer]:
    client = HttpClient(server.account, Secret(KEY), V2(), hold=hold)
    try:
        return [await client.perform(call) for call in calls]
    finally:
        await client.close()


def talk(script: Script | bytes, *calls: Call, hold: float = 5.0) -> tuple[list[Answer], Server]:
    """Perform some calls against a script; return the answers and what the server saw."""

    async def scene() -> tuple[list[Answer], Server]:
        async with scripted(script) as server:
            return await perform(server, *calls, hold=hold), server

    return asyncio.run(scene())


def header_lines(request: bytes) -> dict[str, str]:
    lines = request.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")[1:]
    return dict(line.split(": ", 1) for line in lines)


def test_a_request_carries_what_it_must_and_no_more() -> None:
    answers, server = talk(http(OK), SEND)
    assert answers == [Accepted()]
    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v2/send HTTP/1.1\r\n")
    assert body == V2().encode(SEND).body
    assert header_lines(request) == {
        "Host": f"127.0.0.1:{server.port}",
        "Authorization": KEY,
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "keep-alive",
        "Content-Length": str(len(body)),
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": f"sendmode-sync/{__version__}",
    }


def test_a_get_has_no_body() -> None:
    answers, server = talk(http(b'{"statusCode":0,"balance":12}'), CheckCredits())
    assert [type(answer) for answer in answers] == [Accepted]
    assert server.requests[0].startswith(b"GET /v2/credits HTTP/1.1\r\n")
    assert server.requests[0].endswith(b"\r\n\r\n")


def test_every_send_has_a_connection_of_its_own_and_imports_share_one() -> None:
    answers, server = talk(http(OK), SEND, IMPORT, IMPORT, SEND, IMPORT)
    assert answers == [Accepted()] * 5
    assert server.connections == 3


async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"%7D")
    writer.write(http(OK))


def test_an_idle_connection_that_was_closed_is_not_used_again() -> None:
    async def scene() -> None:
        async with scripted(answer_once) as server:
            client = HttpClient(server.account, Secret(KEY), V2())
            for _ in range(3):
                assert await client.perform(IMPORT) == Accepted()
                await asyncio.sleep(0.05)
            await client.close()

    asyncio.run(scene())


def test_no_cookie_is_kept() -> None:
    _, server = talk(http(OK, "Set-Cookie: session=1; Path=/"), IMPORT, IMPORT)
    assert len(server.requests) == 2
    assert not [request for request in server.requests if b"cookie" in request.lower()]


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (http(OK), Accepted()),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + http(OK), Accepted()),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + OK, Accepted()),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1e\r\n" + OK + b"\r\n0\r\n\r\n", Accepted()),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1e\r\n" + OK + b"\r\n", Unknown("short-body")),
        (http(OK[:10], length=30), Unknown("short-body")),
        (http(b"", length=30), Unknown("short-body")),
        (http(b"", status="401 Unauthorized", length=30), Unknown("short-body")),
        (b"", Unknown("reset")),
        (b"HTTP/1.1 200 OK\r\nContent-Le", Unknown("reset")),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Unknown("bad-protocol")),
        (b"HTTP/1.1 OK 200\r\n\r\n", Unknown("bad-protocol")),
        (b"HTTP/1.1 200 OK\r\nA: " + b"x" * 200_000, Unknown("bad-protocol")),
        (http(OK, "Content-Length: 5"), Unknown("bad-protocol")),
        (http(b""), Unknown("empty-answer")),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Unknown("empty-answer")),
        (b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", Unknown("bad-protocol")),
        (http(b"<html>", "Content-Type: text/html"), Unknown("html-answer")),
        (http(OK + b" " * 70_000), Unknown("big-answer")),
        (http(b" " * 70_000 + OK, status="401 Unauthorized"), Refused("http-401", key_refused=True)),
        (http(gzip.compress(OK, mtime=0), "Content-Encoding: gzip"), Accepted()),
        (http(zlib.compress(OK), "Content-Encoding: deflate"), Accepted()),
        (http(gzip.compress(b" " * 50_000_000, 9, mtime=0), "Content-Encoding: gzip"), Unknown("big-answer")),
        (http(gzip.compress(OK, mtime=0)[:-4], "Content-Encoding: gzip"), Unknown("bad-json")),
        (http(OK, "Content-Encoding: gzip"), Accepted()),
        (http(b"\x8b\x0e\x80", "Content-Encoding: br"), Unknown("bad-json")),
        (http(b"", "Retry-After: 7", status="429 Too Many Requests"), Throttled(7.0)),
        (http(b"", status="500 Oops"), Unknown("http-500")),
        (http(b"", "Location: /v2/elsewhere", status="307 Temporary Redirect"), Refused("http-307")),
    ],
)  # fmt: skip
def test_each_reply_is_one_answer_to_one_request(reply: bytes, answer: Answer) -> None:
    answers, server = talk(reply, SEND)
    assert answers == [answer]
    assert (server.connections, len(server.requests)) == (1, 1)


def test_a_redirect_leads_nowhere() -> None:
    async def scene() -> None:
        async with scripted(http(OK)) as other:
            moved = http(b"", f"Location: http://127.0.0.1:{other.port}/v2/send", status="302 Found")
            async with scripted(moved) as server:
                assert await perform(server, SEND) == [Refused("http-302")]
            assert other.connections == 0

    asyncio.run(scene())


@pytest.mark.parametrize("at", ["before", "after", "inside"])
def test_a_reset_is_unknown_wherever_it_happens(at: str) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if at != "before":
            await reader.readuntil(b"%7D")
        if at == "inside":
            writer.write(http(OK[:10], length=30))
            await writer.drain()
            await asyncio.sleep(0.05)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    answers, _ = talk(script, SEND)
    assert answers == [Unknown("reset")]


@pytest.mark.parametrize(
    ("pieces", "cause"),
    [
        ([], "read-timeout"),
        ([b"HTTP/1.1 200 OK\r\n"], "read-timeout"),
        ([http(b"", length=30)], "deadline"),
        ([http(b"", length=3000), *[b" "] * 40], "deadline"),
    ],
)
def test_the_deadline_is_for_the_whole_call(pieces: list[bytes], cause: str) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)
        await reader.read()
        await reader.read()

    async def scene() -> float:
        loop = asyncio.get_running_loop()
        async with scripted(script) as server:
            began = loop.time()
            assert await perform(server, SEND, hold=1.2) == [Unknown(cause)]
            return loop.time() - began

    assert asyncio.run(scene()) < 10


def test_an_answer_without_end_is_left_once_it_is_too_big() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + OK)
        while True:
            writer.write(b" " * 10_000)
            await writer.drain()
            await asyncio.sleep(0)

    answers, _ = talk(script, SEND, hold=3)
    assert answers == [Unknown("big-answer")]


def test_a_server_that_stops_reading_is_a_write_timeout() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3)

    answers, _ = talk(script, SendText(("+447700900001",), "x" * 12_000_000, "c-1"), hold=1.5)
    assert answers == [Unknown("write-timeout")]


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("call", [SEND, IMPORT, CheckCredits()])
def test_a_refused_connection_is_unsent(call: Call) -> None:
    answers = asyncio.run(perform(Server(asyncio.sleep, closed_port()), call))  # type: ignore[arg-type] # never run
    assert answers == [Unsent("connection-refused")]


def over_tls(script: Script | bytes, *, hold: float, tls: ssl.SSLContext | None = None) -> Answer:
    async def scene() -> Answer:
        async with scripted(script, tls) as server:
            client = HttpClient(Account(base_url=f"https://127.0.0.1:{server.port}"), Secret(KEY), V2(), hold=hold)
            answer = await client.perform(SEND)
            await client.close()
            assert server.requests == []
            return answer

    return asyncio.run(scene())


async def say_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.invalid ESMTP\r\n")
    await reader.read(1)


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(1000):
        pass


def test_a_failed_tls_handshake_is_unsent() -> None:
    assert over_tls(say_hello, hold=5) == Unsent("tls")
    assert over_tls(hang_up, hold=5) == Unsent("tls")
    assert over_tls(stay_silent, hold=0.3) == Unsent("connect-timeout")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=127.0.0.1"]
    files = ["-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "cert")]
    subprocess.run(
        ["openssl", *made, "-addext", "subjectAltName=IP:127.0.0.1", *files], check=True, capture_output=True
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    assert over_tls(http(OK), hold=5, tls=tls) == Unsent("certificate")


def through_proxy(
    monkeypatch: pytest.MonkeyPatch, script: Script | bytes, *, hold: float = 5.0
) -> tuple[Answer, Server]:
    async def scene() -> tuple[Answer, Server]:
        async with scripted(script) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy.port}")
            account = Account(base_url="https://sendmode.invalid/v2")
            client = HttpClient(account, Secret(KEY), V2(), hold=hold, allow_hosts={"sendmode.invalid"})
            answer = await client.perform(SEND)
            await client.close()
            return answer, proxy

    for name in ("https_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return asyncio.run(scene())


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        (http(b"", status="403 Forbidden"), Unsent("proxy")),
        (http(b"", status="407 Proxy Authentication Required"), Unsent("proxy")),
        (b"", Unsent("connect")),
        (b"garbage\r\n\r\n", Unsent("connect")),
        (http(b""), Unsent("tls")),
        (stay_silent, Unsent("connect-timeout")),
    ],
)
def test_a_proxy_that_makes_no_tunnel_means_unsent(
    monkeypatch: pytest.MonkeyPatch, script: Script | bytes, answer: Answer
) -> None:
    found, proxy = through_proxy(monkeypatch, script, hold=2.0)
    assert found == answer
    assert proxy.connections == 1
    for request in proxy.requests:
        assert request.startswith(b"CONNECT sendmode.invalid:443 HTTP/1.1\r\n")
        assert KEY.encode() not in request


def test_loopback_is_never_proxied(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    assert talk(http(OK), SEND)[0] == [Accepted()]


def test_netrc_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("default login somebody password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))
    _, server = talk(http(OK), SEND)
    assert header_lines(server.requests[0])["Authorization"] == KEY


def test_a_cancellation_passes() -> None:
    async def scene() -> None:
        async with scripted(stay_silent) as server:
            client = HttpClient(server.account, Secret(KEY), V2())
            task = asyncio.create_task(client.perform(SEND))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await client.close()

    asyncio.run(scene())


def test_the_key_goes_nowhere_else() -> None:
    with pytest.raises(RefusedError, match=r"go to sendmode\.invalid"):
        HttpClient(Account(base_url="https://sendmode.invalid/v2"), Secret(KEY), V2())


def test_a_client_says_what_it_can_do_and_how_long_it_takes() -> None:
    client = HttpClient(Account(), Secret(KEY), V2(), hold=12.5)
    assert client.abilities == V2().abilities
    assert client.hold == 12.5
    asyncio.run(client.close())


def test_the_libraries_stay_quiet_and_even_when_loud_they_do_not_tell_the_key(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        talk(http(OK), SEND)
        assert not [record for record in caplog.records if record.name.startswith(("httpx", "httpcore"))]

    async def scene() -> None:
        async with scripted(http(b'{"statusCode":18,"error":"%b"}' % KEY.encode())) as server:
            client = HttpClient(server.account, Secret(KEY), V2())
            for name in ("httpx", "httpcore"):
                logging.getLogger(name).setLevel(logging.DEBUG)
            caplog.set_level(logging.DEBUG)
            answer = await client.perform(SEND)
            await client.close()
            assert answer == Refused("code-18", 18, "", "********")
            assert KEY not in f"{client!r} {vars(client)!r} {answer!r}"

    asyncio.run(scene())
    assert "httpcore.http11" in {record.name for record in caplog.records}
    assert KEY not in caplog.text


@pytest.mark.parametrize("call", [SEND, IMPORT], ids=["send", "import"])
def test_who_opts_out_while_a_connection_is_made_gets_no_byte(call: Call) -> None:
    asked: list[tuple[str, ...]] = []
    received: list[bytes] = []
    over = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read())
        over.set()

    def barred(numbers: Sequence[str]) -> frozenset[str]:
        asked.append(tuple(numbers))
        return frozenset(numbers)

    async def scene() -> Answer:
        async with scripted(listen) as server:
            client = HttpClient(server.account, Secret(KEY), V2(), barred=barred)
            answer = await client.perform(call)
            await over.wait()
            await client.close()
            return answer

    assert asyncio.run(scene()) == Unsent("opted-out")
    assert len(asked) == 1
    assert received == [b""]


def test_an_opt_out_and_the_balance_are_held_back_by_nobody() -> None:
    async def scene() -> list[Answer]:
        async with scripted(http(b'{"statusCode": 0, "balance": 1}')) as server:
            client = HttpClient(server.account, Secret(KEY), V2(), barred=lambda numbers: numbers)
            try:
                return [await client.perform(each) for each in (OptOutNumber("+447700900001"), CheckCredits())]
            finally:
                await client.close()

    assert all(isinstance(answer, Accepted) for answer in asyncio.run(scene()))
