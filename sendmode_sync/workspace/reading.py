"""Reading whole files with care: regular files of a bounded size only, and never one that would make us wait."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

from sendmode_sync.errors import RefusedError

LARGEST = 64 * 1024 * 1024
"""Bytes of the largest file that is read."""

_PIECE = 1 << 20
_T = TypeVar("_T")
_TOO_LARGE = "this file is larger than 64 MiB; split it"
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK  # a FIFO opens at once and is then refused


class Unreadable(NamedTuple):
    """Why a file cannot be read. ``missing`` is True where there is none."""

    message: str
    missing: bool = False


class _Digest(threading.Thread):
    """Takes the SHA-256 of some bytes while others work: all but the first and last moment of it needs no Python."""

    def __init__(self, data: bytes) -> None:
        super().__init__(name="digest")
        self.data = data
        self.found = ""

    def run(self) -> None:
        """Take it; ``found`` is in hex."""
        self.found = hashlib.sha256(self.data).hexdigest()


class SteadyFile:
    """One file that may be read several times, and has to hold the same bytes each time.

    ``size`` is in bytes, as it was at first. Bytes that were read first are kept until their digest was asked for, so that
    both cost one reading. With ``follow`` the last step of the path may be a link. RefusedError where the file changed since.
    """

    def __init__(self, path: Path, shown: str, size: int, *, follow: bool = False) -> None:
        """Name a file; nothing is read."""
        self.size = size
        self._path = path
        self._shown = shown
        self._follow = follow
        self._digest = ""
        self._read: bytes | None = None
        self._beside: _Digest | None = None

    def digest(self) -> str:
        """Return the SHA-256 of the bytes in hex, and let them go where they were kept; else they are read piece by piece."""
        if not self._digest:
            data = self._read
            found = digest_of(self._path, follow=self._follow) if data is None else self._of_read(data)
            if isinstance(found, Unreadable):
                raise _changed(self._shown)
            self._digest, self._read, self._beside = found, None, None
        return self._digest

    def begin_digest(self) -> None:
        """Let the digest of the bytes that were read be taken by a thread from now on, so that it costs no time later.

        Until it is asked for, this process is not forked.
        """
        if self._read is not None and self._beside is None:
            beside = _Digest(self._read)
            with suppress(RuntimeError):  # as many threads as there may be
                beside.start()
                self._beside = beside

    def read(self) -> bytes:
        """Return the bytes."""
        if self._digest or self._read is not None:
            return read_same(self._path, self.digest(), self._shown, follow=self._follow)
        data = read_file(self._path, follow=self._follow)
        if isinstance(data, Unreadable):
            raise _changed(self._shown)
        self._read = data
        return data

    def _of_read(self, data: bytes) -> str:
        if self._beside is None:
            return hashlib.sha256(data).hexdigest()
        self._beside.join()
        return self._beside.found


def read_file(path: Path, *, follow: bool = False) -> bytes | Unreadable:
    """Return the bytes of a file. Without ``follow``, the last step of the path may be no link (it was resolved)."""
    return _with_file(path, _whole, len, follow=follow)


def read_same(path: Path, digest: str, shown: str, *, follow: bool = False) -> bytes:
    """Return the bytes of a file once more; RefusedError where they no longer have the SHA-256 that they had."""
    data = read_file(path, follow=follow)
    if isinstance(data, Unreadable) or hashlib.sha256(data).hexdigest() != digest:
        raise _changed(shown)
    return data


def size_of(path: Path, *, follow: bool = False) -> int | Unreadable:
    """Return the bytes of a file that can be read, without reading it."""
    return _with_file(path, lambda file: os.fstat(file.fileno()).st_size, int, follow=follow)


def digest_of(path: Path, *, follow: bool = False) -> str | Unreadable:
    """Return the SHA-256 of a file in hex; no more than a piece of it is ever in memory."""
    found = _with_file(path, _digested, lambda each: each.size, follow=follow)
    return found if isinstance(found, Unreadable) else found.digest


def _changed(shown: str) -> RefusedError:
    return RefusedError(f"{shown} changed while it was read", remedy="run it again")


def _whole(file: BinaryIO) -> bytes:
    """Read a file with a buffer of its own size, not of the largest one; it may have grown since it was looked at."""
    size = os.fstat(file.fileno()).st_size
    data = file.read(size + 1)
    return data if len(data) <= size else data + file.read(LARGEST + 1 - len(data))


class _Digested(NamedTuple):
    digest: str
    size: int


def _digested(file: BinaryIO) -> _Digested:
    digest, size = hashlib.sha256(), 0
    while size <= LARGEST and (piece := file.read(_PIECE)):
        digest.update(piece)
        size += len(piece)
    return _Digested(digest.hexdigest(), size)


def _with_file(
    path: Path, use: Callable[[BinaryIO], _T], size: Callable[[_T], int], *, follow: bool
) -> _T | Unreadable:
    """Open a regular file that is not too large, and return what ``use`` makes of it."""
    try:
        handle = os.open(path, _FLAGS if follow else _FLAGS | os.O_NOFOLLOW)
    except FileNotFoundError:
        return Unreadable("there is no such file", missing=True)
    except PermissionError:
        return Unreadable("this file may not be read; change its permissions")
    except (OSError, ValueError) as error:
        return Unreadable(f"this file cannot be opened ({getattr(error, 'strerror', None) or error})")
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            return Unreadable("is no regular file")
        if about.st_size > LARGEST:
            return Unreadable(_TOO_LARGE)
        with os.fdopen(handle, "rb", closefd=False) as file:
            made = use(file)
    finally:
        os.close(handle)
    return made if size(made) <= LARGEST else Unreadable(_TOO_LARGE)
