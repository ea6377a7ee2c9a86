"""Performs calls on a WSGI application in the same process, so that a rehearsal needs neither network nor time.

It waits with ``asyncio.sleep`` and nothing else: on a virtual clock an hour of answers passes in a moment.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Set as AbstractSet
from typing import Any
from wsgiref.types import WSGIApplication

from sendmode_sync.client.credentials import Secret
from sendmode_sync.client.reach import refusal
from sendmode_sync.client.replies import build_reply
from sendmode_sync.model.calls import Answer, Call, Unknown
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import Abilities
from sendmode_sync.wire.calls import Dialect, WireReply, WireRequest

_LATE = "emulator.latency"
"""Key of the environment under which the application may say by how many seconds this one answer is late."""


class WsgiClient:
    """A client of one application, as ``ports.Client`` asks.

    ``latency`` is the seconds that every answer takes, ``hold`` the total deadline of a call in seconds, ``root`` the
    path below which the API lies (``/v2``, ``/3.0``), ``only`` the numbers that calls may name, None for all. The
    application has processed a call before its answer is waited for, as it may have over a network; a
    ``ConnectionError`` out of it is the loss of the connection.
    """

    def __init__(  # noqa: PLR0913 - whatever HTTP has behind its address
        self,
        app: WSGIApplication,
        dialect: Dialect,
        secret: Secret,
        *,
        latency: float = 0.0,
        hold: float = 30.0,
        root: str = "/v2",
        only: AbstractSet[E164] | None = None,
    ) -> None:
        """Join the application; nothing is opened."""
        self._app = app
        self._dialect = dialect
        self._secret = secret
        self._latency = latency
        self._hold = hold
        self._root = root.rstrip("/")
        self._only = only

    @property
    def abilities(self) -> Abilities:
        """What the application's API can do."""
        return self._dialect.abilities

    @property
    def hold(self) -> float:
        """The longest that one call can take, in seconds."""
        return self._hold

    async def perform(self, call: Call) -> Answer:
        """Perform one call, once."""
        refused = refusal(call, self._only)
        if refused is not None:
            return refused
        environ = self._environ(self._dialect.encode(call))
        try:
            reply = self._run(environ)
        except ConnectionError:
            return Unknown("reset")
        late = self._latency + environ.get(_LATE, 0.0)
        await asyncio.sleep(min(late, self._hold))
        return self._dialect.decode(call, reply) if late < self._hold else Unknown("read-timeout")

    async def close(self) -> None:
        """There is nothing to close."""

    def _environ(self, request: WireRequest) -> dict[str, Any]:
        """Return the environment of one request (PEP 3333)."""
        headers = {name.lower(): value for name, value in request.headers}
        return {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": f"{self._root}{request.path}",
            "QUERY_STRING": "",
            "CONTENT_TYPE": headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(request.body)),
            "HTTP_AUTHORIZATION": self._secret.reveal(),
            "REMOTE_ADDR": "127.0.0.1",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "0",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(request.body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }

    def _run(self, environ: dict[str, Any]) -> WireReply:
        """Run the application and read its answer."""
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
            begun.append((status, headers))

        chunks = self._app(environ, start_response)
        raw = b"".join(chunks)
        getattr(chunks, "close", lambda: None)()
        status, headers = begun[-1]
        return build_reply(int(status[:3]), {name.lower(): value for name, value in headers}, raw, self._secret)
