"""The door to a state in PostgreSQL: its transactions, the lock of its session, and a session made anew after a loss.

A run whose session was lost starts no further call, whatever else is still open to it: it says how its calls ended over
a new session, as a run that was fenced does.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sendmode_sync.errors import FencedError, LockedError, StateError
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.state import Holder
from sendmode_sync.store import (
    contradictions,
    lease,
    postgres_lock,
    postgres_moving,
    postgres_schema,
    postgres_session,
    results,
)
from sendmode_sync.store.door import BEHIND, SENDING_RUNS, UnansweredError
from sendmode_sync.store.lease import Lease
from sendmode_sync.store.postgres_connection import Failure, translated
from sendmode_sync.store.postgres_session import LostError, Session
from sendmode_sync.store.sql import Connection
from sendmode_sync.store.transaction import Probe, quiet

P = ParamSpec("P")
T = TypeVar("T")

_PATIENCE_SECONDS = 10.0
"""How long a change waits for a database that went away; a call's answer waits that long to be written down."""

_PAUSE_SECONDS = 0.25


class PostgresDoor:
    """``store.door.Door`` over one database. ``probe`` hears every point in the writing order, for crash tests.

    A database that went away is waited for ``patience`` seconds.
    """

    def __init__(
        self,
        url: str,
        session: Session,
        *,
        write: bool = True,
        probe: Probe = quiet,
        patience: float = _PATIENCE_SECONDS,
    ) -> None:
        """Take over a session with an open state."""
        self.warnings: tuple[str, ...] = ()
        self._url = url
        self._write = write
        self._session = session
        self._probe = probe
        self._patience = patience
        self._lease: Lease | None = None
        self._locked: Session | None = None
        self._closed = False

    def close(self) -> None:
        """Let the lock go and end the session; further calls do nothing."""
        try:
            if not self._closed:
                self.unlock()
        finally:
            self._closed = True
            self._session.close()

    def read(self, view: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return one consistent reading; it is begun again where the session was lost."""
        return self._looked(Session.reading, view, *args, **kwargs)

    def glance(self, view: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what one single statement reads, which needs no transaction of its own."""
        return self._looked(Session.glancing, view, *args, **kwargs)

    def _looked(
        self,
        way: Callable[[Session], AbstractContextManager[Connection]],
        view: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        until = time.monotonic() + self._patience
        while True:
            session = self._live(until)
            try:
                with way(session) as connection:
                    return view(connection, *args, **kwargs)
            except LostError:
                if time.monotonic() >= until:
                    raise

    def change(self, name: str, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make one durable change that needs no lock."""
        return self.note(name, step, *args, **kwargs)

    def note(self, name: str, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make one durable change, over a new session where this one is lost, and never twice."""
        given: Any = tuple(tuple(each) if isinstance(each, Iterator) else each for each in args)
        until = time.monotonic() + self._patience
        while True:
            session = self._live(until)
            try:
                with session.writing(name, self._probe) as connection:
                    result = step(connection, *given, **kwargs)
            except LostError as lost:
                if lost.transaction is not None and self._came_about(lost.transaction, session, until):
                    return result
                if time.monotonic() >= until:
                    raise
            else:
                return result

    def run(self, name: str, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make one durable change that only the newest holder of the lock may make; ``FencedError`` for any other."""
        with self._holding(name, self.held()) as connection:
            return step(connection, *args, **kwargs)

    @contextlib.contextmanager
    def claiming(self) -> Iterator[tuple[Connection, Lease | None]]:
        """Open the transaction of a start; without the lock the lease is None."""
        if self._lease is None:
            with self._live(time.monotonic()).writing("claim", self._probe) as unlocked:
                yield unlocked, None
            return
        with self._holding("claim", self._lease) as connection:
            yield connection, self._lease

    @contextlib.contextmanager
    def _holding(self, name: str, held: Lease) -> Iterator[Connection]:
        """Write over the session that took the lock and over no other, once it is proven to hold it."""
        session = self._locked
        if session is None or session.lost:
            raise self._fenced(held)
        try:
            with session.writing(name, self._probe) as connection:
                postgres_lock.prove(connection, held)
                yield connection
        except LostError as lost:
            raise self._fenced(held, unanswered=lost.transaction is not None) from None

    def mark(self) -> None:
        """Remember nothing: which server and timeline the state is on is remembered in it."""

    def height(self) -> int:
        """Return 0: no serial is known from outside."""
        return 0

    def behind(self) -> bool:
        """Say whether the server is another one than before, or was failed over or restored, and nobody closed it off."""
        return self.glance(postgres_schema.behind, self._session.place)

    def remember_behind(self) -> None:
        """Mark a state whose server changed, where it may be written: it will be at home on the new one."""
        if self._write and self._session.place is not None and self.behind():
            self.note("behind", postgres_schema.fall_behind, self._session.place)

    def refuse_behind(self) -> None:
        """Raise ``StateError`` where a text might be sent from an older copy."""
        if self.behind():
            raise StateError(BEHIND)

    def held(self) -> Lease:
        """Return the lease that this process took; ``StateError`` where it took none."""
        if self._lease is None:
            raise StateError("this needs the state's lock, which this process does not hold")
        return self._lease

    def holder(self) -> Holder | None:
        """Return who holds the lock now; a dead process holds none."""
        status, holder = self.read(lease.last)
        return holder if status != "free" and self.taken() else None

    def taken(self) -> bool:
        """Say whether a living session, this one included, holds the lock."""
        return self.glance(postgres_lock.taken)

    def check(self) -> Sequence[str]:
        """Return what is wrong with what is kept, in sentences; empty when it is sound."""
        wrong = [f"{name} is not as it was made" for name in self.read(postgres_schema.altered)]
        wrong += self.read(contradictions.found)
        return [*wrong, BEHIND] if self.behind() else wrong

    def copy(self, target: Path) -> None:
        """Write a consistent private copy to a new SQLite file; ``StateError`` where the file exists."""
        self.read(postgres_moving.to_file, target)

    def lock(self, start: RunStart, timeout: float) -> int:
        """Take the lock, record the run, and end what earlier runs left claimed; return how many became unknown."""
        if self._lease is not None:
            raise StateError(f"this process holds the lock already, for run {self._lease.run}")
        if start.kind in SENDING_RUNS:
            self.refuse_behind()
        session = self._live(time.monotonic() + timeout)
        try:
            if not postgres_lock.acquire(session.connection, timeout):
                raise LockedError(lease.refusal(*self.read(lease.last)))
        except Failure as error:
            raise translated(error) from None
        try:
            with session.writing("recovery", self._probe) as connection:
                granted = lease.grant(connection, start)
                postgres_lock.prove(connection, granted)
                unknown = results.recover(connection, start.started_at)
        except BaseException:
            self._let_go(session)
            raise
        self._lease, self._locked = granted, session
        return unknown

    def unlock(self) -> None:
        """Give the lock back; one that is not held, or was lost with its session, is left alone."""
        held, session = self._lease, self._locked
        self._lease = self._locked = None
        if held is None or session is None or session.lost:
            return
        try:
            with session.writing("release", self._probe) as connection:
                lease.give_back(connection, held)
        except LostError:
            return
        finally:
            self._let_go(session)

    @staticmethod
    def _let_go(session: Session) -> None:
        with contextlib.suppress(Failure):
            postgres_lock.release(session.connection)

    @staticmethod
    def _fenced(held: Lease, *, unanswered: bool = False) -> FencedError:
        kind = UnansweredError if unanswered else FencedError
        return kind(
            f"run {held.run} lost its connection to the database, and the state's lock with it; it starts no further call"
        )

    def _live(self, until: float) -> Session:
        """Return the session, or a new one to the same server where it is lost; try for it until then."""
        while self._session.lost and not self._closed:
            try:
                session = postgres_session.opened(self._url, write=self._write)
            except StateError:
                if time.monotonic() >= until:
                    raise
                time.sleep(_PAUSE_SECONDS)
                continue
            if session.place != self._session.place:
                session.close()
                raise StateError("the database failed over while this was running; run it again")
            self._session = session
        return self._session

    def _came_about(self, transaction: str, lost: Session, until: float) -> bool:
        session = self._live(until)
        try:
            return session.came_about(transaction, lost)
        except Failure as error:
            raise translated(error) from None
