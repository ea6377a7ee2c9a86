"""A TCP proxy on loopback that loses things: a request, such as a commit, the answer to it, or who the server said it was."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from typing import Literal, Self

Loss = Literal["answer", "request"]


class Proxy:
    """Passes bytes on to a port until told to lose some; a connection that lost something is over."""

    def __init__(self, port: int, *, pooling: bool = False, older: bool = False) -> None:
        self._target = ("127.0.0.1", port)
        self._pooling = pooling
        self._older = older
        self._losing: list[tuple[Loss, bytes]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self.lost = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._listener, *self._open):
            _end(each)

    def lose(self, what: Loss, where: bytes = b"COMMIT\x00") -> None:
        """Lose the next request with these words, or the answer to it once the server has carried it out.

        What was to be lost before comes first.
        """
        self._losing.append((what, where))

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                self._open += [client, server]
                ends = threading.Event()
                threading.Thread(target=self._requests, args=(client, server, ends), daemon=True).start()
                threading.Thread(target=self._answers, args=(client, server, ends), daemon=True).start()

    def _requests(self, client: socket.socket, server: socket.socket, ends: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(1 << 16):
                if self._losing and self._losing[0][1] in data:
                    losing, _ = self._losing.pop(0)
                    self.lost += 1
                    if losing == "request":
                        break
                    ends.set()
                server.sendall(data)
        if not ends.is_set():
            _end(client)
            _end(server)

    def _answers(self, client: socket.socket, server: socket.socket, ends: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(1 << 16):
                if ends.is_set():
                    break
                client.sendall(self._altered(data))
        _end(client)
        _end(server)

    def _altered(self, data: bytes) -> bytes:
        if self._pooling:
            return _another_pid(data)
        return _another_version(data) if self._older else data


def _another_pid(data: bytes) -> bytes:
    """Return an answer with a process id that is made up, as a pooler's BackendKeyData holds one."""
    at = data.find(b"K\x00\x00\x00\x0c")
    return data if at < 0 else data[: at + 5] + b"\x00\x00\x00\x07" + data[at + 9 :]


def _another_version(data: bytes) -> bytes:
    """Return an answer in which the server says that it is PostgreSQL 13."""
    return re.sub(rb"(server_version\x00)\d\d", rb"\g<1>13", data)


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
