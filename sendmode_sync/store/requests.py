"""Changes as data: what was asked of a state that another run holds, kept beside it until its holder takes it up.

Only what may be done while an apply runs, and what makes no difference to it but to stop it sooner, can be asked so. A
kind that is not in the table is refused: it comes from a newer version.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from sendmode_sync.errors import Place, StateError
from sendmode_sync.model.claim import Result
from sendmode_sync.model.desired import OptOut
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.store import decisions, imports, ledger, optouts, results, runs
from sendmode_sync.store.lease import Lease
from sendmode_sync.store.runs import End
from sendmode_sync.store.sql import Connection

_STEPS: Mapping[str, Callable[..., object]] = MappingProxyType(
    {
        "optouts.record": optouts.record,
        "optouts.refresh": optouts.refresh,
        "optouts.lift": optouts.lift,
        "optouts.forget": optouts.forget,
        "campaign.cancel": decisions.cancel,
        "imports.gone": imports.note_gone,
        "result.settle": results.settle,
        "run.finish": runs.finish,
        "ledger.take": ledger.take,
    }
)
_KINDS = MappingProxyType({step: kind for kind, step in _STEPS.items()})
_VALUES = MappingProxyType({each.__name__: each for each in (OptOut, Result, Instant, RateLimit, Lease, End)})


class Request(NamedTuple):
    """One change: its kind and the arguments of its step."""

    kind: str
    arguments: tuple[Any, ...]


def of(step: Callable[..., object], arguments: tuple[Any, ...]) -> Request | None:
    """Return a step and its arguments as a request; None for a step that cannot be asked of another run."""
    kind = _KINDS.get(step)
    return None if kind is None else read(write(Request(kind, arguments)))


def perform(connection: Connection, request: Request) -> None:
    """Do what was asked, inside the caller's transaction."""
    step = _STEPS.get(request.kind)
    if step is None:
        raise StateError(f'the state was asked for "{request.kind}" by a newer sendmode-sync', remedy="upgrade")
    if request.kind == "result.settle" and not results.known(connection, request.arguments[0]):
        return  # a call whose claim never reached the branch was never started either
    step(connection, *request.arguments)


def write(request: Request) -> bytes:
    """Return a request as text."""
    return json.dumps([request.kind, *map(_plain, request.arguments)], ensure_ascii=False).encode()


def read(text: bytes) -> Request:
    """Return the request that was written; ``StateError`` for text that is none."""
    try:
        kind, *arguments = json.loads(text)
        return Request(str(kind), tuple(map(_value, arguments)))
    except (ValueError, KeyError, TypeError) as error:
        raise StateError("the state holds a request that cannot be read", remedy="upgrade sendmode-sync") from error


def _plain(value: Any) -> Any:
    """Return a value as JSON: a type beyond JSON becomes an object of one key, its name."""
    if type(value).__name__ in _VALUES:
        parts = [getattr(value, each.name) for each in fields(value)] if is_dataclass(value) else list(value)
        return {type(value).__name__: [_plain(part) for part in parts]}
    match value:
        case Place():
            return None
        case dt.datetime():
            return {"at": value.isoformat()}
        case Decimal():
            return {"decimal": str(value)}
        case list() | tuple() | set() | frozenset():
            return [_plain(part) for part in value]
        case _:
            return value


def _value(plain: Any) -> Any:
    match plain:
        case list():
            return [_value(part) for part in plain]
        case {"at": str(text)}:
            return dt.datetime.fromisoformat(text)
        case {"decimal": str(text)}:
            return Decimal(text)
        case dict():
            ((name, parts),) = plain.items()
            return _VALUES[name](*map(_value, parts))
        case _:
            return plain
