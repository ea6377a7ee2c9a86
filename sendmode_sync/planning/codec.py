"""Frozen values as JSON data and back, driven by their own annotations; it repairs nothing and guesses nothing.

Credits are written as texts, instants as ISO 8601 with their offset, NamedTuples as lists. Reading is strict: another
type, a number that is none, a missing or an additional key is a ``BadShapeError``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import typing
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from types import MappingProxyType, UnionType
from typing import Any, Literal, TypeVar

_T = TypeVar("_T")
_Read = Callable[[object], Any]


class BadShapeError(ValueError):
    """Data does not have the shape of the value it should be; the message names the part, never its content."""


def encode(value: Any) -> object:
    """Return a value as JSON data; what is neither plain nor a dataclass is a ``TypeError``."""
    match value:
        case Enum():
            return encode(value.value)
        case None | bool() | int() | float() | str():
            return value
        case Decimal() | dt.datetime():
            return str(value)
        case Sequence():
            return [item if type(item) is str else encode(item) for item in value]
        case Mapping():
            return {key: encode(item) for key, item in value.items()}
        case _:
            return {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}


def decode(kind: type[_T], data: object) -> _T:
    """Return the value of a class that some data stands for."""
    annotation: Any = kind
    made: _T = _reader(annotation)(data)
    return made


@cache
def _reader(kind: Any) -> _Read:
    """Return what reads one annotation; made once for each."""
    exact = _EXACT.get(kind)
    if exact is not None:
        return exact
    generic = _GENERIC.get(typing.get_origin(kind))
    if generic is not None:
        return generic(*typing.get_args(kind))
    if dataclasses.is_dataclass(kind):
        return _record(kind)
    return _member(kind) if issubclass(kind, Enum) else _named_row(kind)


def _plain(kind: type) -> _Read:
    def read(data: object) -> object:
        if type(data) is not kind:
            raise BadShapeError(f"is no {kind.__name__}")
        return data

    return read


def _float(data: object) -> float:
    if type(data) is not float or not math.isfinite(data):
        raise BadShapeError("is no finite number with a fraction")
    return data


def _decimal(data: object) -> Decimal:
    try:
        number = Decimal(data) if type(data) is str else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise BadShapeError("is no decimal number in quotes")
    return number


def _instant(data: object) -> dt.datetime:
    try:
        instant = dt.datetime.fromisoformat(data) if type(data) is str else None
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise BadShapeError("is no time with an offset")
    return instant


def _choice(*allowed: object) -> _Read:
    def read(data: object) -> object:
        if type(data) is not str or data not in allowed:
            raise BadShapeError("is none of its words")
        return data

    return read


def _member(kind: type[Enum]) -> _Read:
    members = {member.value: member for member in kind}

    def read(data: object) -> Enum:
        if type(data) is not str or data not in members:
            raise BadShapeError("is none of its words")
        return members[data]

    return read


def _optional(*kinds: Any) -> _Read:
    (kind,) = (kind for kind in kinds if kind is not type(None))
    present = _reader(kind)
    return lambda data: None if data is None else present(data)


def _tuple(*kinds: Any) -> _Read:
    if kinds[-1] is not Ellipsis:
        return _row(tuple, tuple(_reader(kind) for kind in kinds))
    item = _reader(kinds[0])

    def read(data: object) -> tuple[object, ...]:
        if type(data) is not list:
            raise BadShapeError("is no list")
        return tuple([item(one) for one in data])

    return read


def _sequence(kind: Any) -> _Read:
    return _tuple(kind, ...)


def _row(build: Callable[[list[object]], object], cells: tuple[_Read, ...]) -> _Read:
    def read(data: object) -> object:
        if type(data) is not list or len(data) != len(cells):
            raise BadShapeError(f"is no list of {len(cells)}")
        return build([cell(one) for cell, one in zip(cells, data, strict=True)])

    return read


def _named_row(kind: Any) -> _Read:
    hints = typing.get_type_hints(kind)
    return _row(kind._make, tuple(_reader(hints[name]) for name in kind._fields))


def _table(_: Any, kind: Any) -> _Read:
    item = _reader(kind)

    def read(data: object) -> dict[str, object]:
        if type(data) is not dict:
            raise BadShapeError("is no table")
        return {key: item(one) for key, one in data.items()}

    return read


def _record(kind: Any) -> _Read:
    hints = typing.get_type_hints(kind)
    cells = {field.name: _reader(hints[field.name]) for field in dataclasses.fields(kind)}

    def read(data: object) -> object:
        if type(data) is not dict:
            raise BadShapeError("is no table")
        if data.keys() != cells.keys():
            odd = sorted(str(name) for name in data.keys() ^ cells.keys())
            raise BadShapeError(f"{odd[0]} {'is missing' if odd[0] in cells else 'is no part of it'}")
        return kind(**{name: _part(name, cell, data[name]) for name, cell in cells.items()})

    return read


def _part(name: str, cell: _Read, data: object) -> object:
    try:
        return cell(data)
    except BadShapeError as error:
        raise BadShapeError(f"{name}: {error}") from None


_EXACT: Mapping[Any, _Read] = MappingProxyType(
    {
        str: _plain(str),
        int: _plain(int),
        bool: _plain(bool),
        float: _float,
        Decimal: _decimal,
        dt.datetime: _instant,
    }
)

_GENERIC: Mapping[Any, Callable[..., _Read]] = MappingProxyType(
    {Literal: _choice, UnionType: _optional, tuple: _tuple, Sequence: _sequence, Mapping: _table}
)
