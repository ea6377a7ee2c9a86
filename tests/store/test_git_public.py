from __future__ import annotations

import http.server
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sendmode_sync.store import git_public
from tests.store.branches import repository


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/gym/lists.git", "https://github.com/gym/lists.git"),
        ("https://me:token@github.com/gym/lists", "https://github.com/gym/lists"),
        ("https://host:8443/gym/lists", "https://host:8443/gym/lists"),
        ("http://host/lists", "http://host/lists"),
        ("git@github.com:gym/lists.git", "https://github.com/gym/lists.git"),
        ("ssh://git@github.com:22/gym/lists.git", "https://github.com/gym/lists.git"),
        ("git://host/lists.git", "https://host/lists.git"),
        ("http://127.0.0.1:3000/lists", None),
        ("ssh://git@localhost/lists", None),
        ("/srv/git/lists.git", None),
        ("../lists.git", None),
        ("file:///srv/git/lists.git", None),
    ],
)
def test_a_remote_is_asked_for_where_anybody_would_read_it(remote: str, address: str | None) -> None:
    assert git_public.public_address(remote) == address


class Handler(http.server.SimpleHTTPRequestHandler):
    open_to_all = True

    def do_GET(self) -> None:
        if self.open_to_all:
            super().do_GET()
        else:
            self.send_response(401)
            self.send_header("WWW-Authenticate", "Basic")
            self.end_headers()

    def log_message(self, *said: object) -> None:
        """Say nothing."""


@pytest.fixture(name="served", params=[True, False])
def served_repository(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, bool]]:
    with repository(tmp_path) as shared:
        subprocess.run(["git", "-C", shared.remote.path, "update-server-info"], check=True)

    class Here(Handler):
        open_to_all = request.param

        def __init__(self, *arguments: object, **named: object) -> None:
            super().__init__(*arguments, directory=str(tmp_path), **named)  # type: ignore[arg-type] # as it was given

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Here) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/remote.git", request.param
        server.shutdown()


def test_whether_anybody_may_read_it_is_asked_of_the_remote(served: tuple[str, bool]) -> None:
    address, everybody = served
    assert git_public.readable(address) is everybody


def test_what_cannot_be_reached_is_not_public(tmp_path: Path) -> None:
    assert not git_public.readable("http://127.0.0.1:9/remote.git")
    git_public.refuse(str(tmp_path))
