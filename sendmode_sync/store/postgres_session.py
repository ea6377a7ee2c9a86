"""One trusted session with a state in PostgreSQL: its readings, its durable changes, and what became of a lost one.

Whether a commit came about whose answer was lost is looked up, never guessed: by the transaction's own id, once the
session that made it is certainly gone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sendmode_sync.errors import StateError
from sendmode_sync.store import postgres_lock, postgres_safety, postgres_schema
from sendmode_sync.store.postgres_connection import Failure, PostgresConnection, connect, translated, value
from sendmode_sync.store.postgres_safety import Place
from sendmode_sync.store.transaction import Probe

_GONE_MILLISECONDS = 5000
_BEGAN = "SELECT extract(epoch FROM backend_start)::text FROM pg_stat_activity WHERE pid = pg_backend_pid()"


class LostError(StateError):
    """The session broke inside a change. ``transaction`` is its id once its commit was asked for, else None."""

    def __init__(self, reason: StateError, transaction: str | None) -> None:
        """Keep what is needed to look up what became of the change."""
        super().__init__(reason.message, remedy=reason.remedy)
        self.transaction = transaction


class Session:
    """A connection whose server was looked at; ``place`` is None on a standby, which is only read."""

    def __init__(self, connection: PostgresConnection, place: Place | None) -> None:
        """Take over a connection."""
        self.connection = connection
        self.place = place
        self.began = str(value(connection, _BEGAN))

    @property
    def lost(self) -> bool:
        """Whether the session is gone, and every lock of it."""
        return self.connection.lost

    def close(self) -> None:
        """End the session; further calls do nothing."""
        self.connection.close()

    @contextlib.contextmanager
    def reading(self) -> Iterator[PostgresConnection]:
        """Run the body on one snapshot."""
        connection = self.connection
        try:
            connection.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield connection
            finally:
                self._roll_back()
        except Failure as error:
            raise self._told(error, None) from None

    @contextlib.contextmanager
    def glancing(self) -> Iterator[PostgresConnection]:
        """Run the body's one statement by itself."""
        try:
            yield self.connection
        except Failure as error:
            raise self._told(error, None) from None

    @contextlib.contextmanager
    def writing(self, name: str, probe: Probe) -> Iterator[PostgresConnection]:
        """Run the body as the one durable change at its time, rolled back when the body raises.

        The probe hears the same points as that of a file (``store.transaction.writing``).
        """
        probe(f"{name}:before")
        connection, asked = self.connection, None
        try:
            connection.script("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
            try:
                transaction = postgres_lock.only_writer(connection)
                yield connection
                probe(f"{name}:written")
                asked = transaction
                connection.script("COMMIT")
            except BaseException:
                self._roll_back()
                raise
        except Failure as error:
            raise self._told(error, asked) from None
        probe(f"{name}:durable")

    def came_about(self, transaction: str, predecessor: Session) -> bool:
        """Say whether a change of an earlier, lost session with the same server is there; ``StateError`` where nobody can know."""
        self.make_sure_gone(predecessor)
        fate = value(self.connection, "SELECT pg_xact_status(?::text::xid8)", (transaction,))
        if fate not in {"committed", "aborted"}:
            raise StateError("the database does not say what became of a change; look at `sendmode-sync history`")
        return bool(fate == "committed")

    def make_sure_gone(self, predecessor: Session) -> None:
        """End the server's half of an earlier session of this process, which may not have noticed that it is alone."""
        self.connection.execute(
            "SELECT pg_terminate_backend(pid, ?) FROM pg_stat_activity "
            "WHERE pid = ? AND extract(epoch FROM backend_start)::text = ?",  # ids are given out again
            (_GONE_MILLISECONDS, predecessor.connection.pid, predecessor.began),
        )

    def _roll_back(self) -> None:
        with contextlib.suppress(Failure):
            self.connection.script("ROLLBACK")

    def _told(self, error: Failure, asked: str | None) -> StateError:
        reason = translated(error)
        return LostError(reason, asked) if self.lost else reason


def begun(url: str, *, write: bool) -> Session:
    """Begin a session with whatever is there; ``StateError`` where the server cannot keep a state safely."""
    connection = connect(url)
    try:
        try:
            postgres_safety.assert_direct(connection)
            following = postgres_safety.standby(connection)
            if write and following:
                raise StateError("the PostgreSQL server is a standby and takes no changes; name the primary")
            if write:
                postgres_safety.assert_durable(connection)
            return Session(connection, None if following else postgres_safety.place(connection))
        except Failure as error:
            raise translated(error) from None
    except BaseException:
        connection.close()
        raise


def opened(url: str, *, write: bool) -> Session:
    """Begin a session with a state that is there and known."""
    session = begun(url, write=write)
    try:
        with session.reading() as connection:
            postgres_schema.assert_known(connection)
    except BaseException:
        session.close()
        raise
    return session
