"""A second process for work that may be done ahead (``model.ahead``): two cores read a long list in half of the time.

It is a fork, which knows what its parent knows, so that only the result has to be sent. There is one only on Linux, where a
fork that starts no other program is safe, with a core to spare, and without other threads, which might hold a lock.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, NoReturn, TypeVar

_T = TypeVar("_T")

_WORTH_IT = 2 << 20
"""Bytes of work. Half a megabyte takes as long to go through as it takes to fork and to copy the result."""

_STREAMS = 3
_STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def ahead(work: Callable[[], _T], size: int) -> Iterator[Callable[[], _T | None]]:
    """Do as ``model.ahead.Ahead`` says; the process is gone when this is left, whatever it was doing."""
    if size < _WORTH_IT or not _is_possible():
        yield lambda: None
        return
    reading, writing = os.pipe()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)  # until each of the two knows which it is
    try:
        child = os.fork()
    except OSError:  # as many processes as there may be
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(reading)
        os.close(writing)
        yield lambda: None
        return
    if not child:
        _do(work, writing)
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            yield functools.partial(_received, pipe)
    finally:
        with suppress(ProcessLookupError, ChildProcessError):  # where SIGCHLD is ignored it is gone once it ended
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _is_possible() -> bool:
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1


def _do(work: Callable[[], object], writing: int) -> NoReturn:
    """Do the work in the child, and end it without anything that its parent meant to do at its own end."""
    try:
        for number in _STOPPING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
        # An open file of the parent may hold a lock, which has to be let go should the parent be killed.
        os.closerange(_STREAMS, writing)
        os.closerange(writing + 1, os.sysconf("SC_OPEN_MAX"))
        import pickle  # noqa: PLC0415 - only a long list needs it

        sent = memoryview(pickle.dumps(work(), protocol=pickle.HIGHEST_PROTOCOL))
        while sent:
            sent = sent[os.write(writing, sent) :]
    finally:
        os._exit(0)  # an error, too, is no more than a result that did not come


def _received(pipe: BinaryIO) -> Any:
    """Wait for the result; what was cut off, since the child was killed, is none."""
    import pickle  # noqa: PLC0415 - only a long list needs it

    try:
        return pickle.load(pipe)  # noqa: S301 - our own child wrote it
    except (EOFError, pickle.UnpicklingError):
        return None
