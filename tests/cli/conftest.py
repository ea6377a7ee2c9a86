"""The command line in this process: a directory of its own, an environment of its own, an emulated account."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from sendmode_sync.emulator.account import EmulatedAccount
from sendmode_sync.emulator.app import App, make_app
from sendmode_sync.emulator.serve import Server, serve
from tests.cli.desk import KEY, Desk
from tests.eavesdropping import search

_HEARD = ("SENDMODE_API_KEY", "SENDMODE_STATE", "SENDMODE_ALLOW_HOST", "NO_COLOR", "CI", "GITHUB_ACTOR")


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Stand in an empty directory, with nothing in the environment that the program listens to."""
    for name in _HEARD:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    yield
    gc.enable()  # a command turns it off
    search(tmp_path)


@pytest.fixture
def app() -> App:
    return make_app(EmulatedAccount())


@pytest.fixture
def server(app: App) -> Iterator[Server]:
    with serve(app) as served:
        yield served


@pytest.fixture
def desk(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(capsys, monkeypatch)


@pytest.fixture
def project(desk: Desk, server: Server) -> Desk:
    """Return a desk in the directory of a small project whose account is served."""
    assert desk("init", "--emulator").code == 0
    desk.edit("sendmode.yaml", ":8025/", f":{server.port}/")
    desk.key = KEY
    return desk
