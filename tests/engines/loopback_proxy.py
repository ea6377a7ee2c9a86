"""A TCP proxy on loopback that loses things: the answer to a commit, the commit itself, or who the server said it was."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Literal, Self

Loss = Literal["answer", "request"]


class Proxy:
    """Passes bytes on to a port until told to lose some; a connection that lost something is over."""

    def __init__(self, port: int, *, pooling: bool = False) -> None:
        self._target = ("127.0.0.1", port)
        self._pooling = pooling
        self._losing: Loss | None = None
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

    def lose(self, what: Loss) -> None:
        """Lose the next commit, or the answer to it once the server has carried it out."""
        self._losing = what

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
                if b"COMMIT\x00" in data and self._losing is not None:
                    losing, self._losing = self._losing, None
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
                client.sendall(_another_pid(data) if self._pooling else data)
        _end(client)
        _end(server)


def _another_pid(data: bytes) -> bytes:
    """Return an answer with a process id that is made up, as a pooler's BackendKeyData holds one."""
    at = data.find(b"K\x00\x00\x00\x0c")
    return data if at < 0 else data[: at + 5] + b"\x00\x00\x00\x07" + data[at + 9 :]


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
