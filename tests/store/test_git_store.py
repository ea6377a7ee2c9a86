"""A state on a branch in every other way that it comes about, is read, or is found damaged."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest

from sendmode_sync.errors import StateError
from sendmode_sync.model.claim import Begun, CreditsClaim, Wait
from sendmode_sync.model.desired import OptOut
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.store import git_format, git_seal, identity, remembered, sqlite_file
from sendmode_sync.store.git import GitStore
from sendmode_sync.store.git_branch import GitBranch, Place
from sendmode_sync.store.git_copy import WorkingCopy
from sendmode_sync.store.git_format import Header
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.store.transaction import writing
from tests.engines.git_remote import BRANCH, Remote
from tests.store.branches import AT, CALM, ONE, TWO, Repository, begin, end, moment, run, send, statuses


@pytest.fixture(name="bare")
def remote_without_a_state(tmp_path: Path) -> Remote:
    return Remote(tmp_path / "bare.git")


@pytest.fixture(name="nowhere")
def no_branch_yet(bare: Remote, tmp_path: Path) -> Place:
    return Place(str(bare.path), BRANCH, tmp_path)


# -- the ways to one -----------------------------------------------------------------------------------------------------


def test_a_lost_state_is_begun_anew_with_its_campaigns_closed(nowhere: Place) -> None:
    GitStore.init_lost(nowhere, None, AT, ["offer"], "the-lineage").close()
    with closing(GitStore.open(nowhere, None)) as store:
        assert store.identity().lineage == "the-lineage"
        assert store.load(["offer"], AT).campaigns["offer"].closed_as == "lost"


def test_a_copy_in_memory_is_no_checkout(shared: Repository) -> None:
    shared.store().record_optouts([OptOut(ONE)], "command", AT)
    before = shared.remote.head()
    with closing(SqliteStore.over(shared.store().detached())) as copy:
        assert set(copy.load((), AT).optouts) == {ONE}
        copy.lock(run("run-1"), 0)
        copy.record_optouts([OptOut(TWO)], "command", AT)
    assert shared.remote.head() == before
    assert set(shared.store().load((), AT).optouts) == {ONE}


def test_an_older_copy_that_moved_to_a_branch_sends_nothing_until_it_is_closed_off(
    nowhere: Place, tmp_path: Path
) -> None:
    path = tmp_path / "state.db"
    SqliteStore.create(path, AT).close()
    with closing(sqlite_file.open_file(path, write=True)) as opened, writing(opened.connection, "test") as connection:
        identity.fall_behind(connection)
    with closing(GitStore.arrived(nowhere, None, path)) as store:
        assert store.behind
        with pytest.raises(StateError, match="older copy"):
            store.lock(run("run-1"), 0)
        assert any("older copy" in each for each in store.check())
    with closing(GitStore.open(nowhere, None)) as store:
        assert store.close_restored(AT, ["offer"]) == ["offer"]
        assert (store.behind, store.check()) == (False, [])
        assert store.lock(run("run-1"), 0) == 0


def test_a_copy_that_was_made_while_a_run_held_it_is_nobodys_on_the_branch(nowhere: Place, tmp_path: Path) -> None:
    with closing(SqliteStore.create(tmp_path / "state.db", AT)) as store:
        store.lock(run("run-1"), 0)
        assert store.begin(send("op-1", ONE), AT, moment(), RateLimit(), 30.0) == Begun()
        store.backup(tmp_path / "copy.db")
    GitStore.arrived(nowhere, None, tmp_path / "copy.db").close()
    with closing(GitStore.open(nowhere, None)) as store:
        assert store.lock(run("run-2"), 0) == 1
        assert statuses(store) == {ONE: "unknown"}


def test_room_that_a_database_gives_back_is_given_back_on_the_branch(nowhere: Place, bare: Remote) -> None:
    opened = sqlite_file.new_in_memory(AT)
    with closing(WorkingCopy(GitBranch(nowhere, None), opened)) as copy:
        with writing(copy.connection, "test") as connection:
            remembered.remember(connection, {"lists": b"x" * 100_000})
        copy.publish(None)
        full = copy.base
        with writing(copy.connection, "test") as connection:
            remembered.remember(connection, {})
        copy.connection.execute("VACUUM")
        copy.publish(None)
        assert full is not None
        assert copy.base is not None
        assert copy.base.header.size < full.header.size - 90_000
    assert len(bare.files("database")) == copy.base.header.size // git_format.CHUNK
    with closing(GitStore.open(nowhere, None)) as store:
        assert store.check() == []


# -- slots ---------------------------------------------------------------------------------------------------------------


def test_a_claim_that_waits_for_its_slot_is_kept(shared: Repository) -> None:
    store, one = shared.store(CALM), RateLimit(1, 60.0)
    store.lock(run("run-1"), 0)
    first, second = send("op-1", ONE), send("op-2", TWO)
    store.intend([first, second], AT)
    assert store.begin(first, AT, moment(), one, 30.0) == Begun()
    end(store, "op-1")
    assert store.begin(second, AT, moment(2), one, 30.0) == Wait(59.0)
    assert statuses(store) == {ONE: "accepted", TWO: "claimed"}
    assert store.begin(second, AT, moment(61), one, 30.0) == Begun()


def test_every_try_to_read_the_balance_beside_a_run_counts(shared: Repository) -> None:
    holder, other, three = shared.store(), shared.store(), RateLimit(3, 60.0)
    holder.lock(run("run-1"), 0)
    assert begin(other, CreditsClaim("op-1")) == Begun()
    assert other.again("op-1", moment(), three, 30.0) == Begun()
    assert holder.begin(CreditsClaim("op-2"), AT, moment(), three, 30.0) == Begun()
    assert isinstance(holder.begin(CreditsClaim("op-3"), AT, moment(), three, 30.0), Wait)


# -- what is damaged, newer or public ------------------------------------------------------------------------------------


def test_a_remote_that_lost_a_part_is_not_taken_for_one_without_a_state(shared: Repository) -> None:
    shared.remote.lose("database/0000/00")
    with pytest.raises(StateError, match="the git remote of the state did not answer"):
        shared.store()


DATABASE = b"a database" * 1000
SEAL = git_seal.NoSeal()
HEADER = Header(
    lineage="the-lineage",
    serial=7,
    epoch=2,
    lock="free",
    size=len(DATABASE),
    digest=git_format.digest(DATABASE),
    sealed="none",
    inbox=("0000-one",),
)
FILES = {git_format.place(at): each for at, each in enumerate(git_format.chunks(DATABASE))}
FILES["inbox/0000-one"] = b"[]"


def signed(**changed: object) -> bytes:
    """Return a header with other fields, and the signature that fits them; a field that is None is left out."""
    fields = {**asdict(HEADER), **changed}
    plain = {name: value for name, value in fields.items() if value is not None or name not in changed}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()
    return json.dumps({**plain, "signature": SEAL.sign(text)}).encode()


def opened(header: bytes, files: dict[str, bytes]) -> bytes:
    read, seal = git_format.read_header(header, None)
    assert git_format.requests(read, files, seal) == [("0000-one", b"[]")]
    return git_format.joined(read, files, seal)


def test_what_was_written_is_what_is_read() -> None:
    assert opened(git_format.write_header(HEADER, SEAL), FILES) == DATABASE
    assert opened(signed(), FILES) == DATABASE


@pytest.mark.parametrize(
    ("header", "files", "said"),
    [
        (b"", FILES, "holds no state"),
        (b"[]", FILES, "holds no state"),
        (signed(format=None), FILES, "holds no state"),
        (signed(format=2), FILES, "newer sendmode-sync; upgrade"),
        (signed(chunk=8192), FILES, "newer sendmode-sync; upgrade"),
        (signed(inbox=None), FILES, "holds no state"),
        (signed(another="field"), FILES, "holds no state"),
        (signed().replace(b'"serial": 7', b'"serial": 9'), FILES, "was altered"),
        (signed(), {**FILES, git_format.place(1): b"x" * 4096}, "not whole: its digest is another"),
        (signed(), {**FILES, git_format.place(2): b"x"}, "not whole: its digest is another"),
        (signed(), {name: each for name, each in FILES.items() if name != git_format.place(1)}, "lacks 1 of its 3"),
        (signed(), {name: each for name, each in FILES.items() if "inbox" not in name}, "lacks a request"),
    ],
)
def test_a_branch_that_is_not_whole_is_refused(header: bytes, files: dict[str, bytes], said: str) -> None:
    with pytest.raises(StateError, match=said):
        opened(header, files)
