"""What a store goes through to one open state, whatever engine keeps it: transactions, fence, lock and copies.

A door knows when something may be read or written, and nothing of what is. Each engine brings one of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sendmode_sync.errors import FencedError
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.state import Holder
from sendmode_sync.store.lease import Lease
from sendmode_sync.store.sql import Connection

P = ParamSpec("P")
T = TypeVar("T")


BEHIND = (
    "the state is an older copy of one that has gone further, or was brought here without the file high-water that would "
    "tell, and what was sent since is not in it; restore the newest copy with its high-water, or run "
    "`sendmode-sync state check --restored`, after which nothing that may have been sent is sent"
)
SENDING_RUNS = frozenset({"apply", "send-test"})


class UnansweredError(FencedError):
    """The lock was lost while a commit was under way: what it claimed may be there, and is to be taken back."""


class Door(Protocol):
    """The transactions and the lock of one open state.

    ``warnings`` are sentences about what is allowed but unwise. The steps that ``read``, ``change``, ``run`` and ``note``
    take get the connection as their first argument, inside a transaction that is durable when the method returns.
    """

    warnings: tuple[str, ...]

    def read(self, view: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return one consistent reading."""
        ...

    def change(self, name: str, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make one durable change that needs no lock."""
        ...

    def run(self, name: str, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make one durable change that only the newest holder of the lock may make; ``FencedError`` for any other."""
        ...

    def note(self, name: str, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make one durable change that only adds certainty: a fenced run may still say how its last calls ended."""
        ...

    def claiming(self) -> AbstractContextManager[tuple[Connection, Lease | None]]:
        """Open the transaction of a start; without the lock the lease is None."""
        ...

    def mark(self) -> None:
        """Remember outside the state how far it has come, where it could come back as an older copy."""
        ...

    def height(self) -> int:
        """Return the highest serial known from outside; 0 where nothing is."""
        ...

    def behind(self) -> bool:
        """Say whether this is an older copy of a state that has gone further."""
        ...

    def refuse_behind(self) -> None:
        """Raise ``StateError`` where a text might be sent from an older copy."""
        ...

    def held(self) -> Lease:
        """Return the lease that this process took; ``StateError`` where it took none."""
        ...

    def holder(self) -> Holder | None:
        """Return who holds the lock now; None when it is free."""
        ...

    def taken(self) -> bool:
        """Say whether a living process, this one included, holds the lock."""
        ...

    def lock(self, start: RunStart, timeout: float) -> int:
        """Take the lock, record the run, and end what earlier runs left claimed; return how many became unknown."""
        ...

    def unlock(self) -> None:
        """Give the lock back; one that is not held is left alone."""
        ...

    def check(self) -> Sequence[str]:
        """Return what is wrong with what is kept, in sentences; empty when it is sound."""
        ...

    def copy(self, target: Path) -> None:
        """Write a consistent private copy to a new file; ``StateError`` where the file exists."""
        ...

    def close(self) -> None:
        """Let the lock go and close the state; further calls do nothing."""
        ...
