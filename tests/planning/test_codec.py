from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, NamedTuple

import pytest

from sendmode_sync.planning.codec import BadShapeError, decode, encode

AT = dt.datetime(2026, 12, 1, 10, 0, tzinfo=dt.UTC)


class Colour(StrEnum):
    RED = "red"


class Point(NamedTuple):
    x: int
    note: str | None


@dataclass(frozen=True, slots=True)
class Whole:
    name: str
    number: int
    share: float
    yes: bool
    money: Decimal
    at: dt.datetime | None
    colour: Colour
    word: Literal["a", "b"]
    points: tuple[Point, ...]
    row: tuple[str, int]
    table: Mapping[str, Point]


WHOLE = Whole(
    "n",
    1,
    0.5,
    True,
    Decimal("1.50"),
    AT,
    Colour.RED,
    "a",
    (Point(1, "x"), Point(2, None)),
    ("r", 3),
    {"k": Point(4, "")},
)
DATA: dict[str, Any] = {
    "name": "n",
    "number": 1,
    "share": 0.5,
    "yes": True,
    "money": "1.50",
    "at": "2026-12-01 10:00:00+00:00",
    "colour": "red",
    "word": "a",
    "points": [[1, "x"], [2, None]],
    "row": ["r", 3],
    "table": {"k": [4, ""]},
}


def test_there_and_back() -> None:
    assert encode(WHOLE) == DATA
    assert decode(Whole, DATA) == WHOLE
    assert type(decode(Whole, DATA).colour) is Colour
    assert decode(Whole, DATA | {"at": None}).at is None


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("name", 1),
        ("name", None),
        ("number", True),
        ("number", 1.0),
        ("number", "1"),
        ("share", 1),
        ("share", float("nan")),
        ("share", float("inf")),
        ("yes", 1),
        ("money", 1.5),
        ("money", "NaN"),
        ("money", "Infinity"),
        ("money", "x"),
        ("at", "2026-12-01T10:00:00"),
        ("at", "soon"),
        ("at", 5),
        ("colour", "blue"),
        ("colour", []),
        ("word", "c"),
        ("word", {}),
        ("points", {}),
        ("points", [[1]]),
        ("points", [[1, "x", 2]]),
        ("points", ["ab"]),
        ("row", ["r"]),
        ("row", "r3"),
        ("table", []),
        ("table", {"k": None}),
    ],
)
def test_another_shape_is_refused_by_name_without_its_content(key: str, data: object) -> None:
    with pytest.raises(BadShapeError, match=f"^{key}: is no"):
        decode(Whole, DATA | {key: data})


def test_missing_and_additional_keys_are_refused() -> None:
    with pytest.raises(BadShapeError, match=r"^name is missing"):
        decode(Whole, {key: data for key, data in DATA.items() if key != "name"})
    with pytest.raises(BadShapeError, match=r"^more is no part of it"):
        decode(Whole, DATA | {"more": 1})
    with pytest.raises(BadShapeError, match=r"^is no table"):
        decode(Whole, [])


def test_what_has_no_form_in_json_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError):
        encode(object())
