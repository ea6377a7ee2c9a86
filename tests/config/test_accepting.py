"""Whatever is accepted without jsonschema is valid to jsonschema, and what is usually written is accepted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sendmode_sync.config.accepting import surely_valid
from sendmode_sync.config.schema import Definitions

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, Any] = json.loads((ROOT / "schemas" / "project.schema.json").read_text(encoding="utf-8"))
NONE = Definitions({})

LEAVES = st.sampled_from(["", "a", "ab", "abc", "1", "none", 0, 1, -1, 5, 10**9, 0.0, 0.5, 1.0, True, False, None])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "name"]), inner, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(["object", "array", "boolean", "integer", "number", "string", "null"])
KEYWORDS: dict[str, st.SearchStrategy[Any]] = {
    "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
    "enum": st.lists(LEAVES, min_size=1, max_size=3),
    "minLength": st.integers(0, 3),
    "maxLength": st.integers(0, 3),
    "pattern": st.sampled_from(["^a", "b$", "^$", "[0-9]"]),
    "minimum": st.sampled_from([0, 1, 0.5]),
    "exclusiveMinimum": st.sampled_from([0, 1]),
    "maximum": st.sampled_from([0, 1]),
    "minItems": st.integers(0, 2),
    "uniqueItems": st.booleans(),
    "required": st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True),
    "description": st.just("said only"),
    "$ref": st.sampled_from(["#/$defs/name", "#/$defs/positive"]),
}
DEFINITIONS = {"name": {"type": "string", "minLength": 2}, "positive": {"type": "number", "exclusiveMinimum": 0}}


def _few(keywords: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Schemas of one or two keywords: with more, hardly any value is valid, and nothing is tried."""
    one = st.one_of([st.fixed_dictionaries({name: values}) for name, values in keywords.items()])
    return one | st.builds(lambda first, second: {**first, **second}, one, one)


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return _few(
        {
            "items": inner,
            "properties": st.dictionaries(st.sampled_from(["a", "b"]), inner, min_size=1, max_size=2),
            "additionalProperties": st.booleans() | inner,
            "propertyNames": inner,
            "anyOf": st.lists(inner, min_size=1, max_size=2),
        }
    )


SCHEMAS = st.recursive(_few(KEYWORDS), _nested, max_leaves=3)


@settings(max_examples=1500)
@given(VALUES, SCHEMAS)
def test_what_is_accepted_is_valid(value: object, schema: dict[str, Any]) -> None:
    if surely_valid(value, schema, Definitions(DEFINITIONS)):
        assert Draft202012Validator({**schema, "$defs": DEFINITIONS}).is_valid(value)


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string"}, ["", "a"], [1, True, None, [], {}]),
        ({"type": "integer"}, [0, 5], [True, 0.5, "1"]),
        ({"type": "number"}, [0, 0.5], [True, "1"]),
        ({"type": ["object", "boolean"]}, [{}, True], [1, []]),
        ({"enum": ["all", 1]}, ["all", 1], ["", True, 1.5]),
        ({"type": "string", "pattern": "^a"}, ["ab"], ["b"]),
        ({"type": "string", "minLength": 1, "maxLength": 2}, ["a", "ab"], ["", "abc"]),
        ({"type": "number", "minimum": 0}, [0], [-1]),
        ({"type": "number", "exclusiveMinimum": 0}, [0.5], [0]),
        ({"type": "array", "items": {"type": "string"}, "minItems": 1}, [["a"]], [[], [1]]),
        ({"type": "object", "required": ["a"]}, [{"a": 1}], [{}, {"b": 1}]),
        ({"properties": {"a": {"type": "string"}}, "additionalProperties": False}, [{}, {"a": ""}], [{"b": ""}]),
        ({"additionalProperties": {"type": "string"}}, [{"b": ""}], [{"b": 1}]),
        ({"propertyNames": {"pattern": "^a"}}, [{"ab": 1}], [{"b": 1}]),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, ["", 1], [True, []]),
        ({"$ref": "#/$defs/name", "minLength": 3}, ["abc"], ["ab", "a"]),
        ({"minimum": 0}, [1], ["text, of which the keyword says nothing"]),
        ({"format": "email"}, [], ["a keyword that is not known"]),
        ({"properties": {}, "additionalProperties": True}, [{}], [{"a": "a form that is not known"}]),
    ],
)
def test_each_keyword(schema: dict[str, Any], good: list[object], bad: list[object]) -> None:
    known = Definitions(DEFINITIONS)
    assert [surely_valid(value, schema, known) for value in good] == [True] * len(good)
    assert [surely_valid(value, schema, known) for value in bad] == [False] * len(bad)


def test_a_reference_to_nothing_is_left_to_jsonschema() -> None:
    assert not surely_valid("a", {"$ref": "#/$defs/nobody"}, NONE)


def test_every_keyword_of_the_projects_schema_is_known() -> None:
    """Else every project would load jsonschema again, without anybody noticing."""
    definitions = Definitions(SCHEMA["$defs"])
    for name, schema in {**SCHEMA["properties"], **SCHEMA["$defs"]}.items():
        for example in schema.get("examples", ()):
            if Draft202012Validator({**schema, "$defs": SCHEMA["$defs"]}).is_valid(example):
                assert surely_valid(example, schema, definitions), name
