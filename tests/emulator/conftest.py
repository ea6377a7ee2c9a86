"""An account on a clock that only the test moves, and ways to call it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from sendmode_sync.emulator.account import EmulatedAccount
from sendmode_sync.emulator.app import App, make_app

Clock = list[float]
Ask = Callable[..., tuple[int, dict[str, str], Any]]


@pytest.fixture
def clock() -> Clock:
    return [1_700_000_000.0]


@pytest.fixture
def account(clock: Clock) -> EmulatedAccount:
    return EmulatedAccount(credits=Decimal(100), now=lambda: clock[0])


@pytest.fixture
def app(account: EmulatedAccount) -> App:
    return make_app(account)


@pytest.fixture
def ask(app: App) -> Ask:
    """Call the application in this process: ``form=`` and ``document=`` are encoded, JSON answers are read."""

    def ask(
        method: str,
        path: str,
        *,
        form: dict[str, Any] | None = None,
        document: object = None,
        body: bytes = b"",
        content_type: str = "",
        key: str = "EMULATOREMULATOR1234",
        **environ: str,
    ) -> tuple[int, dict[str, str], Any]:
        if form is not None:
            texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in form.items()}
            body, content_type = urlencode(texts).encode(), "application/x-www-form-urlencoded"
        if document is not None:
            body, content_type = json.dumps(document).encode(), "application/json; charset=utf-8"
        begun: list[tuple[str, list[tuple[str, str]]]] = []
        request = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "CONTENT_TYPE": content_type,
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_AUTHORIZATION": key,
            "wsgi.input": io.BytesIO(body),
            **environ,
        }

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
            begun.append((status, headers))
            return bytes

        content = b"".join(app(request, start_response))
        status, headers = begun[0][0], dict(begun[0][1])
        assert headers["Content-Length"] == str(len(content))
        readable = headers.get("Content-Type", "").startswith("application/json") and content[-1:] == b"}"
        return int(status[:3]), headers, json.loads(content) if readable else content

    return ask
