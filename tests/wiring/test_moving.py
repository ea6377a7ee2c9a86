"""A move that is killed at any of its steps: never two states that may be used, and one command that ends it."""

from __future__ import annotations

import contextlib
import datetime as dt
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sendmode_sync.errors import LockedError, StateError
from sendmode_sync.model.desired import OptOut
from sendmode_sync.wiring import caring, moving, states
from sendmode_sync.wiring.environment import Where
from tests.engines import postgres_server
from tests.engines.git_remote import Remote

ROOT = Path(__file__).parents[2]
WHERE = Where(Path("sendmode.yaml"), None)
AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
ONE = "+447700900001"

_VICTIM = """
import os, signal, sys, tempfile, uuid
from pathlib import Path
from sendmode_sync.clocks import SystemClock
from sendmode_sync.model.claim import RunStart
from sendmode_sync.wiring import environment, states
from sendmode_sync.workflow import moving

left, reached, point = sys.argv[1:]
where = environment.Where(Path("sendmode.yaml"), None)

class Dying:
    def __init__(self, store):
        self._store = store
    def __getattr__(self, name):
        found = getattr(self._store, name)
        def call(*args, **kwargs):
            answer = found(*args, **kwargs)
            die(name)
            return answer
        return call if callable(found) else found

def die(passed):
    if passed == point:
        os.kill(os.getpid(), signal.SIGKILL)

def arrive(copy):
    arrived = states.arrived(target, copy, source)
    die("arrive")
    return Dying(arrived)

source, target = states.named(where, left), states.named(where, reached)
clock = SystemClock()
start = RunStart(str(uuid.uuid4()), "move", "here", os.getpid(), "me", clock.now())
store = states.engine(source).open(write=True)
moving.move(Dying(store), str(target), arrive, Path(tempfile.mkdtemp()), start, clock)
"""


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What ``--state`` says of each place; nothing is at any of them."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    Path("sendmode.yaml").write_text("version: 1\n", encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], check=True)
    server = postgres_server.shared()
    server.fresh()
    remote = Remote(tmp_path / "remote.git")
    return {"file": "old.db", "new file": "new.db", "git": remote.state, "postgres": server.url}


def why_not(place: str) -> str:
    """Return why the state at a place cannot be used; empty where it can."""
    try:
        states.engine(states.named(WHERE, place)).open(write=True).close()
    except StateError as refused:
        return str(refused)
    return ""


def typed(left: str, reached: str) -> moving.Moved:
    return moving.move(Where(Path("sendmode.yaml"), left), reached)


@pytest.mark.parametrize("point", ["lock", "backup", "arrive", "seal", "unlock", "admit"])
@pytest.mark.parametrize(
    "route", [("file", "postgres"), ("git", "postgres"), ("postgres", "git"), ("git", "new file")], ids=" to ".join
)
def test_a_move_that_dies_is_ended_by_typing_it_again(
    places: dict[str, str], route: tuple[str, str], point: str
) -> None:
    left, reached = (places[each] for each in route)
    caring.new_state(Where(Path("sendmode.yaml"), left), lost=False)
    with contextlib.closing(states.engine(states.named(WHERE, left)).open(write=True)) as store:
        store.record_optouts([OptOut(ONE)], "command", AT)
        identity = store.identity()
    ended = subprocess.run([sys.executable, "-c", _VICTIM, left, reached, point], check=False, capture_output=True)
    assert ended.returncode == -9, ended.stderr
    sealed = point in {"unlock", "admit"} or (point == "seal" and route[0] != "git")  # its last push seals a branch
    assert bool(why_not(left)) is sealed
    assert bool(why_not(reached)) is (point != "admit")
    if point in {"arrive", "seal", "unlock"}:
        assert "did not come to its end; with that place in state:" in why_not(reached)
    if route[0] == "git" and not sealed:
        with pytest.raises(LockedError, match="state unlock") as locked:
            typed(left, reached)
        caring.unlock_state(
            Where(Path("sendmode.yaml"), left), str(locked.value).split("state unlock ")[1].split("`")[0]
        )
    moved = typed(left, reached)
    assert "has moved to" in why_not(left)
    assert why_not(reached) == ""
    with contextlib.closing(states.engine(states.named(WHERE, reached)).open(write=True)) as store:
        came = store.identity()
        assert (replace(came, serial=identity.serial), came.serial > identity.serial) == (identity, True)
        assert set(store.load((), AT).optouts) == {ONE}
        assert store.holder() is None
        assert not store.coming
    assert typed(left, reached) == moved  # there is nothing left to do
    with pytest.raises(StateError, match="has moved to"):
        typed(left, "third.db")
