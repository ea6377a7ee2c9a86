from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sendmode_sync.errors import RefusedError
from sendmode_sync.workspace import reading
from sendmode_sync.workspace.reading import SteadyFile, Unreadable, read_file, size_of


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x\0y")
    assert read_file(tmp_path / "a") == b"x\0y"


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    assert read_file(tmp_path / "a") == Unreadable("there is no such file", missing=True)


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    for name in ("fifo", "folder"):
        assert read_file(tmp_path / name) == Unreadable("is no regular file")
    assert read_file(Path("/dev/zero")) == Unreadable("is no regular file")


def test_links_are_followed_only_where_asked(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "link").symlink_to("a")
    assert isinstance(read_file(tmp_path / "link"), Unreadable)
    assert read_file(tmp_path / "link", follow=True) == b"x"


def test_loops_and_hopeless_names_are_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for path in (tmp_path / "loop", tmp_path / ("x" * 300), Path("a\0b")):
        found = read_file(path, follow=True)
        assert isinstance(found, Unreadable)
        assert found.message.startswith("this file cannot be opened")


def test_too_large_a_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(reading.LARGEST + 1)
    assert read_file(tmp_path / "large") == Unreadable("this file is larger than 64 MiB; split it")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "a").touch(mode=0)
    assert read_file(tmp_path / "a") == Unreadable("this file may not be read; change its permissions")


@pytest.fixture
def steady(tmp_path: Path) -> SteadyFile:
    (tmp_path / "a").write_bytes(b"one")
    return SteadyFile(tmp_path / "a", "lists/a", 3)


Look = Callable[[SteadyFile], object]
OF_ONE = hashlib.sha256(b"one").hexdigest()


def test_the_size_of_a_file_is_known_without_reading_it(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    assert size_of(tmp_path / "a") == 3
    assert size_of(tmp_path / "b") == Unreadable("there is no such file", missing=True)


def test_a_steady_file_gives_its_bytes_and_their_digest_in_any_order_and_again(steady: SteadyFile) -> None:
    assert [steady.read(), steady.digest(), steady.read(), steady.digest()] == [b"one", OF_ONE, b"one", OF_ONE]


def test_the_digest_is_that_of_the_bytes_that_were_read(steady: SteadyFile, tmp_path: Path) -> None:
    assert steady.read() == b"one"
    (tmp_path / "a").write_bytes(b"two")
    assert steady.digest() == OF_ONE


def test_a_digest_that_was_begun_is_that_of_the_bytes_that_were_read_and_leaves_no_thread(
    steady: SteadyFile, tmp_path: Path
) -> None:
    steady.begin_digest()  # of nothing
    assert steady.read() == b"one"
    threads = threading.active_count()
    steady.begin_digest()
    steady.begin_digest()
    (tmp_path / "a").write_bytes(b"two")
    assert steady.digest() == OF_ONE
    assert threading.active_count() == threads
    with pytest.raises(RefusedError, match=r"lists/a changed while it was read"):
        steady.read()


def test_where_no_thread_can_be_begun_the_digest_is_taken_all_the_same(
    steady: SteadyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    steady.read()
    steady.begin_digest()
    assert steady.digest() == OF_ONE


@pytest.mark.parametrize("look", [SteadyFile.read, SteadyFile.digest])
def test_a_steady_file_may_be_a_link_where_that_is_asked(steady: SteadyFile, tmp_path: Path, look: Look) -> None:
    (tmp_path / "link").symlink_to("a")
    assert look(SteadyFile(tmp_path / "link", "link", 3, follow=True)) == look(steady)
    with pytest.raises(RefusedError):
        look(SteadyFile(tmp_path / "link", "link", 3))


@pytest.mark.parametrize("first", [SteadyFile.read, SteadyFile.digest])
def test_a_file_that_changed_is_not_read_again(steady: SteadyFile, tmp_path: Path, first: Look) -> None:
    first(steady)
    (tmp_path / "a").write_bytes(b"two")
    with pytest.raises(RefusedError, match=r"^lists/a changed while it was read; run it again$"):
        steady.read()


@pytest.mark.parametrize("look", [SteadyFile.read, SteadyFile.digest])
def test_a_file_that_is_gone_changed(steady: SteadyFile, tmp_path: Path, look: Look) -> None:
    (tmp_path / "a").unlink()
    with pytest.raises(RefusedError, match=r"^lists/a changed while it was read; run it again$"):
        look(steady)
