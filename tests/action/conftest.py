"""Lets the tests of the action share their words (``runner``), and gives each test a runner, a GitHub and an account."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sendmode_sync.emulator.account import EmulatedAccount
from sendmode_sync.emulator.app import make_app
from sendmode_sync.emulator.serve import serve
from tests.action.runner import GitHub, Runner


@pytest.fixture
def github() -> Iterator[GitHub]:
    fake = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            fake.tokens.add(self.headers["Authorization"])
            status, body = fake.answer(self.command, self.path, content)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        do_GET = do_POST = do_PATCH = _answer  # noqa: N815 - so it must be named

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        fake.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield fake
        server.shutdown()
        thread.join()


@pytest.fixture
def runner(tmp_path: Path, github: GitHub) -> Iterator[Runner]:
    (tmp_path / "work").mkdir()
    account = EmulatedAccount()
    app = make_app(account)
    with serve(app) as server:
        made = Runner(tmp_path, account, app, github, f"http://127.0.0.1:{server.port}/v2")
        made.write()
        yield made
