"""The WSGI callable on a loopback port, over real sockets that can be reset, stalled and starved; never on another host.

HTTP/1.1 with connections kept alive, one thread each; quiet. The waits that the callable only names happen here.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import socketserver
import struct
import sys
import threading
import urllib.parse
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from io import BufferedIOBase
from types import TracebackType
from typing import Self
from wsgiref.types import WSGIApplication, WSGIEnvironment

from sendmode_sync.emulator.app import LATENCY
from sendmode_sync.emulator.faults import ConnectionFault

_CHUNK = 1 << 16
_POLL = 0.05  # seconds between two looks whether to stop
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def banner(port: int, api_key: str) -> str:
    """Return what a person needs to point a project at the emulator."""
    base_url = f"http://127.0.0.1:{port}/v2"
    return f"""emulated Sendmode account on {base_url} (interrupt to stop)

  export SENDMODE_API_KEY={api_key}

and in the project file:

  account:
    base_url: {base_url}

everything it holds: http://127.0.0.1:{port}/_emulator/account"""


def serve(app: WSGIApplication, host: str = "127.0.0.1", port: int = 0, *, latency: float = 0.0) -> Server:
    """Bind a server to a loopback address; port 0 takes a free one, ``latency`` seconds are added to every answer.

    ``ValueError`` for a host that is not loopback, ``OSError`` where the port is taken.
    """
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise ValueError("the emulator serves loopback only")
    return Server(app, host, port, latency)


class Server:
    """A bound server: ``start`` and ``stop`` around tests (or ``with``), ``run_forever`` for a person."""

    def __init__(self, app: WSGIApplication, host: str, port: int, latency: float) -> None:
        """Bind at once, so that the port is known."""
        self._listener = _Listener(app, (host, port), latency)
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """Return the port that was bound."""
        port: int = self._listener.socket.getsockname()[1]
        return port

    def start(self) -> Self:
        """Serve from a thread of its own."""
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(_POLL,), daemon=True)
        self._thread.start()
        return self

    def run_forever(self) -> None:
        """Serve until interrupted, then close everything; the interrupt goes on to the caller."""
        try:
            self._listener.serve_forever(_POLL)
        finally:
            self._listener.close()

    def stop(self) -> None:
        """Stop serving, break every connection and every wait, and end all threads."""
        if self._thread is not None:
            self._listener.shutdown()
            self._thread.join()
            self._thread = None
        self._listener.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Listener(socketserver.ThreadingTCPServer):
    """The listening socket and the connections it accepted."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, app: WSGIApplication, address: tuple[str, int], latency: float) -> None:
        super().__init__(address, _Connection)
        self.app = app
        self.latency = latency
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()

    def track(self, connection: socket.socket) -> None:
        """Remember a connection, so that closing breaks it; one that comes too late is broken at once."""
        with self._guard:
            self._open.add(connection)
            if self.closing.is_set():
                _break(connection)

    def untrack(self, connection: socket.socket) -> None:
        """Forget a connection that ends by itself."""
        with self._guard:
            self._open.discard(connection)

    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: tuple[str, int]
    ) -> None:
        """Say nothing of a client that went away; anything else is a defect and is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """Break what waits, then wait for every thread."""
        self.closing.set()
        with self._guard:
            for connection in self._open:
                _break(connection)
        self.server_close()


def _break(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _run(app: WSGIApplication, environ: WSGIEnvironment) -> tuple[str, list[tuple[str, str]], bytes]:
    """Call the callable and collect its answer: status line, headers, body."""
    said: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        said.append((status, headers))
        return written.append

    written.extend(app(environ, start_response))
    return *said[0], b"".join(written)


class _Body:
    """The body of one request, read only as far as it is asked for."""

    def __init__(self, stream: BufferedIOBase, length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int = -1) -> bytes:
        """Read up to so many bytes, never past the end of this request."""
        data = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data

    def drain(self) -> None:
        """Read the rest, so that an answer is not lost in a reset."""
        while self._left and self.read(_CHUNK):
            pass


class _Connection(BaseHTTPRequestHandler):
    """One connection: reads requests, runs the callable, writes answers or acts out a fault."""

    server: _Listener
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Let the listener break this connection when it closes."""
        super().setup()
        self.server.track(self.connection)

    def finish(self) -> None:
        """Leave the listener's list."""
        self.server.untrack(self.connection)
        super().finish()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Stay quiet."""

    def answer(self) -> None:
        """Answer one request of any method."""
        length = self.headers.get("Content-Length", "0")
        body = _Body(self.rfile, int(length) if length.isdecimal() else 0)
        if not length.isdecimal() or "Transfer-Encoding" in self.headers:
            self.close_connection = True
        environ = self._environ(body)
        try:
            status, headers, content = _run(self.server.app, environ)
        except ConnectionFault as fault:
            self.close_connection = True
            self._act_out(fault, body)
            return
        body.drain()
        if self._wait(environ.get(LATENCY, 0.0) + self.server.latency):
            self._write(status, headers, content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815 - http.server's names

    def _environ(self, body: _Body) -> WSGIEnvironment:
        path, _, query = self.path.partition("?")
        return {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": urllib.parse.unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": self.headers.get("Content-Length", ""),
            "HTTP_AUTHORIZATION": self.headers.get("Authorization", ""),
            "HTTP_TRANSFER_ENCODING": self.headers.get("Transfer-Encoding", ""),
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.input": body,
        }

    def _wait(self, seconds: float) -> bool:
        """Wait; False when the server closes meanwhile and nothing is to be answered any more."""
        if seconds > 0 and self.server.closing.wait(seconds):
            self.close_connection = True
            return False
        return True

    def _write(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        names = {name.lower() for name, _ in headers}
        if "date" not in names:
            headers = [*headers, ("Date", self.date_time_string())]
        if self.close_connection:
            headers = [*headers, ("Connection", "close")]
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers), "", ""]
        self.wfile.write("\r\n".join(lines).encode("latin-1") + (b"" if self.command == "HEAD" else body))

    def _act_out(self, fault: ConnectionFault, body: _Body) -> None:
        if fault.twist == "reset":
            self._reset()
            return
        body.drain()
        if fault.twist == "silence":
            self._wait(fault.seconds)
            return
        whole = fault.reply.body
        headers = [*fault.reply.headers, ("Content-Length", str(len(whole)))]
        status = f"{fault.reply.status} Scripted"
        if fault.twist == "short-body":
            self._write(status, headers, whole[: len(whole) // 2])
            return
        self._write(status, headers, b"")
        for byte in whole:
            if not self._wait(fault.seconds):
                return
            self.wfile.write(bytes((byte,)))

    def _reset(self) -> None:
        """Close so that the other side sees a reset: no lingering, and no polite end before it."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.rfile.close()
        self.connection.close()
