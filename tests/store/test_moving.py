"""A state that arrives by a move, in each engine: refused until it is admitted, replaced until then, and whole."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from sendmode_sync.errors import MovedError, StateError
from sendmode_sync.model.desired import OptOut
from sendmode_sync.ports import StateStore
from sendmode_sync.store.git import GitStore
from sendmode_sync.store.git_branch import Place
from sendmode_sync.store.postgres import PostgresStore
from sendmode_sync.store.sqlite import SqliteStore
from tests.engines import postgres_server
from tests.engines.git_remote import BRANCH, Remote
from tests.store.branches import AT, ONE, TWO, let_go, run


class Kind(NamedTuple):
    """One engine at one place where nothing is yet."""

    arrive: Callable[[Path], StateStore]
    open: Callable[[], StateStore]
    open_coming: Callable[[], StateStore]
    create: Callable[[], StateStore]


def a_file(folder: Path) -> Kind:
    path = folder / "new" / "state.db"
    return Kind(
        lambda copy: SqliteStore.arrived(path, copy),
        lambda: SqliteStore.open(path),
        lambda: SqliteStore.open_coming(path),
        lambda: SqliteStore.create(path, AT),
    )


def a_branch(folder: Path) -> Kind:
    place = Place(str(Remote(folder / "remote.git").path), BRANCH, folder)
    return Kind(
        lambda copy: GitStore.arrived(place, None, copy),
        lambda: GitStore.open(place, None),
        lambda: GitStore.open_coming(place, None),
        lambda: GitStore.create(place, None, AT),
    )


def a_database(folder: Path) -> Kind:
    url = postgres_server.shared().fresh()
    return Kind(
        lambda copy: PostgresStore.from_file(url, copy),
        lambda: PostgresStore.open(url),
        lambda: PostgresStore.open_coming(url),
        lambda: PostgresStore.create(url, AT),
    )


@pytest.fixture(params=[a_file, a_branch, a_database])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Kind:
    made: Kind = request.param(tmp_path)
    return made


@pytest.fixture
def closing() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as stack:
        yield stack


def copied(folder: Path, *opted_out: str) -> Path:
    """Return the copy of a state on its way."""
    name = f"copy-{len(opted_out)}.db"
    with contextlib.closing(SqliteStore.create(folder / "old.db", AT)) as store:
        store.record_optouts([OptOut(each) for each in opted_out], "command", AT)
        store.lock(run("move"), 0)
        store.backup(folder / name)
    (folder / "old.db").unlink()
    (folder / "high-water").unlink(missing_ok=True)
    SqliteStore.mark_coming(folder / name, "the old place")
    return folder / name


def optouts(store: StateStore) -> set[str]:
    return set(store.load((), AT).optouts)


def test_what_arrives_is_refused_until_it_is_admitted(kind: Kind, tmp_path: Path) -> None:
    kind.arrive(copied(tmp_path, ONE)).close()
    with pytest.raises(StateError, match='from "the old place" to here did not come to its end'):
        kind.open()
    with contextlib.closing(kind.open_coming()) as store:
        assert store.coming
        store.admit()
        store.admit()
        assert not store.coming
    with contextlib.closing(kind.open()) as store:
        assert optouts(store) == {ONE}
        assert store.holder() is None
        store.lock(run("run-1"), 0)


def test_what_was_not_admitted_gives_way_to_the_next_copy(kind: Kind, tmp_path: Path) -> None:
    kind.arrive(copied(tmp_path, ONE)).close()
    with contextlib.closing(kind.arrive(copied(tmp_path, ONE, TWO))) as store:
        store.admit()
    with contextlib.closing(kind.open()) as store:
        assert optouts(store) == {ONE, TWO}
        assert store.check() == []


@pytest.mark.parametrize("kind", [a_branch, a_database], indirect=True)
def test_a_state_that_may_be_used_does_not_give_way(kind: Kind, tmp_path: Path) -> None:
    kind.create().close()
    with pytest.raises(StateError, match="never overwritten"):
        kind.arrive(copied(tmp_path, ONE))
    with contextlib.closing(kind.open()) as store:
        assert optouts(store) == set()


def test_a_state_that_left_is_refused_by_the_name_of_where_it_went(kind: Kind) -> None:
    with contextlib.closing(kind.create()) as store:
        store.lock(run("run-1"), 0)
        store.seal("the new place")
        let_go(store)  # type: ignore[arg-type] # any store
    for opening in (kind.open, kind.open_coming):
        with pytest.raises(MovedError, match="has moved to") as moved:
            opening()
        assert moved.value.target == "the new place"


def test_a_copy_in_memory_is_not_made_of_a_database_that_left() -> None:
    url = postgres_server.shared().fresh()
    with contextlib.closing(PostgresStore.create(url, AT)) as store:
        store.lock(run("run-1"), 0)
        store.seal("the new place")
    with pytest.raises(MovedError, match="has moved to"):
        PostgresStore.throwaway(url)


def test_what_a_dead_move_left_beside_a_file_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".state.db.arriving").write_bytes(b"half")
    with contextlib.closing(SqliteStore.arrived(tmp_path / "state.db", copied(tmp_path, ONE))) as store:
        store.admit()
        assert optouts(store) == {ONE}
    assert not (tmp_path / ".state.db.arriving").exists()


def test_a_branch_that_moves_while_a_copy_arrives_is_left_alone(tmp_path: Path) -> None:
    place = Place(str(Remote(tmp_path / "remote.git").path), BRANCH, tmp_path)
    GitStore.arrived(place, None, copied(tmp_path, ONE)).close()
    late = GitStore.open_coming(place, None)
    with contextlib.closing(GitStore.open_coming(place, None)) as first:
        first.admit()
    with contextlib.closing(late), pytest.raises(StateError, match="somebody else changed"):
        late.replace(copied(tmp_path, ONE, TWO).read_bytes(), place)
    with contextlib.closing(GitStore.open(place, None)) as store:
        assert optouts(store) == {ONE}
