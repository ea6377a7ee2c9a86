"""The only door to psycopg: one connection that speaks the state's SQL, and its errors told without what they quote.

libpq's errors may quote the URL and PostgreSQL's may quote values, so neither is passed on as it is. It never
reconnects by itself: a lost connection is a lost lock.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import quote

import psycopg
from psycopg import conninfo
from psycopg.types.string import StrDumper

from sendmode_sync.errors import StateError
from sendmode_sync.store.sql import Connection

Failure = psycopg.Error
"""Whatever goes wrong on a connection."""

Forbidden = psycopg.errors.InsufficientPrivilege
"""The role may not do what was asked of it."""

_DEFAULTS: Mapping[str, str | int] = {
    "application_name": "sendmode-sync",
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""What the URL may say otherwise: seconds, but for the last one's milliseconds."""

_SESSION = (
    "SET search_path = sendmode_sync, pg_catalog",
    "SET lock_timeout = '15s'",
    "SET idle_in_transaction_session_timeout = '60s'",
    "SET tcp_keepalives_idle = 10",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
)
"""The server's half: who stands still inside a transaction, or went away without a word, holds the others off not long."""

_SECRETS = ("password", "sslpassword", "user", "passfile", "sslkey")
_PLACEHOLDER = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|::|(?P<one>\?)|:(?P<name>[a-z_]+)""")
_REASONS = {
    "25006": "the database takes no changes; name the primary, not a standby",
    "25P03": "this process stood still inside a change, and the database ended it; run it again",
    "42501": "the database's role may not do this; let the role that made the state grant it, or use that one",
    "53100": "the database's disk is full; make room, then run it again",
    "53300": "the database has no connection left; run it again",
    "55P03": "another process keeps the state busy; run it again",
    "57P01": "the database closed the connection; run it again",
}


class _Text(StrDumper):
    """Text is sent as text, so that a statement means one thing; NUL, which PostgreSQL cannot keep, is made visible."""

    def dump(self, obj: str) -> Any:
        """Return the bytes to be sent."""
        return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}"))


class PostgresConnection:
    """``store.sql.Connection`` over one session of the database; a transaction is opened and ended by statements."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        """Take over a connection that commits every statement unless told otherwise."""
        self._raw = raw
        self.pid = raw.info.backend_pid
        self.server_version = raw.info.server_version

    @property
    def lost(self) -> bool:
        """Whether the session is gone, and every lock of it."""
        return self._raw.closed

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = (), /) -> psycopg.Cursor[Any]:
        """Execute one statement."""
        return self._raw.execute(_translated(sql), parameters)

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> psycopg.Cursor[Any]:
        """Execute one changing statement for every row of values, in one pipeline."""
        cursor = self._raw.cursor()
        cursor.executemany(_translated(sql), parameters)
        return cursor

    def script(self, sql: str) -> None:
        """Execute statements that take no values, exactly as they are written."""
        self._raw.execute(sql.encode())

    def close(self) -> None:
        """End the session; further calls do nothing."""
        self._raw.close()


def value(connection: Connection, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
    """Return the one value that a statement gives."""
    row = connection.execute(sql, parameters).fetchone()
    return None if row is None else row[0]


def connect(url: str) -> PostgresConnection:
    """Begin a session; ``StateError`` without what the URL hides where that cannot be done."""
    said = _parsed(url)
    chosen = {name: value for name, value in _DEFAULTS.items() if name not in said}
    try:
        raw = psycopg.connect(url, autocommit=True, **chosen)  # type: ignore[arg-type]
    except Failure as error:
        _refuse(said, error)
    try:
        raw.adapters.register_dumper(str, _Text)
        for statement in _SESSION:
            raw.execute(statement.encode())
    except Failure as error:
        raw.close()
        raise translated(error) from None
    return PostgresConnection(raw)


def translated(error: Failure) -> StateError:
    """Return the error as one of ours: what a trigger of ours said, else no more than what kind it is."""
    code = error.sqlstate or ""
    if code == "P0001":
        return StateError(f"the state refused the change: {error.diag.message_primary}")
    if code in _REASONS:
        return StateError(_REASONS[code])
    if isinstance(error, psycopg.OperationalError) and not code:
        return StateError("the connection to the database was lost; run it again")
    return StateError(f"the state refused the change: {type(error).__name__} {code}".rstrip())


def _parsed(url: str) -> dict[str, Any]:
    """Return the parts of a URL; an error says nothing of it, since libpq would quote all."""
    try:
        return conninfo.conninfo_to_dict(url)
    except Failure:
        raise StateError(
            "the URL of the PostgreSQL database cannot be read",
            remedy="write postgresql://USER@HOST:PORT/DATABASE, other characters percent-encoded",
        ) from None


def _refuse(said: Mapping[str, Any], error: Failure) -> NoReturn:
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    for name in _SECRETS:
        if value := str(said.get(name) or ""):
            text = text.replace(value, "***").replace(quote(value, safe=""), "***")
    raise StateError(
        f"the PostgreSQL database cannot be reached: {text}", remedy="look at SENDMODE_STATE and at the database"
    ) from None


@functools.lru_cache(maxsize=512)
def _translated(sql: str) -> bytes:
    """Return a statement with psycopg's placeholders in place of ``?`` and ``:name``."""

    def placed(match: re.Match[str]) -> str:
        if match["one"]:
            return "%s"
        return f"%({match['name']})s" if match["name"] else match[0]

    return _PLACEHOLDER.sub(placed, sql.replace("%", "%%")).encode()
