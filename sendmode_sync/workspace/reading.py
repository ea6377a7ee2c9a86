"""Reading whole files with care: regular files of a bounded size only, and never one that would make us wait."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

LARGEST = 64 * 1024 * 1024
"""Bytes of the largest file that is read."""

_TOO_LARGE = "this file is larger than 64 MiB; split it"
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK  # a FIFO opens at once and is then refused


class Unreadable(NamedTuple):
    """Why a file cannot be read. ``missing`` is True where there is none."""

    message: str
    missing: bool = False


def read_file(path: Path, *, follow: bool = False) -> bytes | Unreadable:
    """Return the bytes of a file. Without ``follow``, the last step of the path may be no link (it was resolved)."""
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
            data = file.read(LARGEST + 1)
    finally:
        os.close(handle)
    return data if len(data) <= LARGEST else Unreadable(_TOO_LARGE)
