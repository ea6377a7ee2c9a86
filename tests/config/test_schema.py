from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sendmode_sync.config.document import Node
from sendmode_sync.config.schema import Definitions
from sendmode_sync.model.desired import FIELDS


@pytest.fixture(scope="module")
def schema(schema_text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(schema_text)
    return loaded


def nodes(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        yield path, schema
        for key, value in schema.items():
            yield from nodes(value, f"{path}/{key}")


def test_it_is_a_schema(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


def test_every_mapping_is_closed_and_every_key_is_explained(schema: dict[str, Any]) -> None:
    definitions = Definitions(schema["$defs"])
    for path, node in nodes(schema):
        if isinstance(node.get("properties"), dict) and "type" in node:
            assert node["additionalProperties"] is False, path
            for key, value in node["properties"].items():
                told = definitions.resolved(value)
                assert told.get("title"), f"{path}/{key}"
                assert told.get("examples"), f"{path}/{key}"
                assert told.get("description") or "errorMessage" in told, f"{path}/{key}"


def test_every_default_and_example_is_valid(schema: dict[str, Any]) -> None:
    for path, node in nodes(schema):
        validator = Draft202012Validator({**node, "$defs": schema["$defs"]})
        for example in [*node.get("examples", ()), *([node["default"]] if "default" in node else [])]:
            if "type" in node or "$ref" in node or "anyOf" in node:
                assert validator.is_valid(example), (path, example)


def test_customers_have_the_fields_of_the_api(schema: dict[str, Any]) -> None:
    assert set(schema["$defs"]["customer"]["properties"]) == {"mobilenumber", "groups", *FIELDS}
    assert schema["$defs"]["fieldName"]["enum"] == list(FIELDS)


def test_editors_may_see_numbers_and_nothing_where_text_is_meant(schema: dict[str, Any]) -> None:
    customer = {"mobilenumber": 353871234567, "groups": ["members"], "surname": None, "county": False, "custom1": 1000}
    project = {"version": 1, "groups": {"members": {}}, "customers": [customer]}
    assert Draft202012Validator(schema).is_valid(project)


TYPED: list[tuple[dict[str, Any], Node, object]] = [
    ({"type": "boolean"}, "true", True),
    ({"type": "boolean"}, "false", False),
    ({"type": "boolean"}, "yes", "yes"),
    ({"type": "boolean"}, "True", "True"),
    ({"type": "integer"}, "12", 12),
    ({"type": "integer"}, "-1", -1),
    ({"type": "integer"}, "1.5", "1.5"),
    ({"type": "integer"}, "1_000", "1_000"),
    ({"type": "integer"}, "0x10", "0x10"),
    ({"type": "integer"}, "010", "010"),
    ({"type": "integer"}, "１", "１"),
    ({"type": "number"}, "1.5", 1.5),
    ({"type": "number"}, "2", 2),
    ({"type": "number"}, "1e3", "1e3"),
    ({"type": "number"}, ".inf", ".inf"),
    ({"type": "object"}, "", {}),
    ({"type": "array"}, "", []),
    ({"type": "array", "items": {"type": "integer"}}, ["1", "x"], [1, "x"]),
    ({"type": "object", "properties": {"a": {"type": "integer"}}}, {"a": "1", "b": "2"}, {"a": 1, "b": "2"}),
    ({"type": "object", "additionalProperties": {"type": "integer"}}, {"a": "1"}, {"a": 1}),
    ({"type": ["string", "number"]}, "12", "12"),
    ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "12", 12),
    ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "none", "none"),
    (
        {"anyOf": [{"type": "number"}, {"type": "object", "additionalProperties": {"type": "number"}}]},
        {"a": "1"},
        {"a": 1},
    ),
    ({"anyOf": [{"type": "integer"}]}, "x", "x"),
    ({"$ref": "#/$defs/n"}, "1", 1),
]


@pytest.mark.parametrize(("schema", "node", "value"), TYPED)
def test_text_becomes_what_the_schema_says(schema: dict[str, Any], node: Node, value: object) -> None:
    typed = Definitions({"n": {"type": "integer"}}).typed(node, schema)
    assert typed == value
    assert type(typed) is type(value)


def test_what_stands_beside_a_reference_wins() -> None:
    definitions = Definitions({"a": {"$ref": "#/$defs/b", "title": "A"}, "b": {"title": "B", "type": "string"}})
    assert definitions.resolved({"$ref": "#/$defs/a", "x": 1})["title"] == "A"
    assert definitions.resolved({"$ref": "#/$defs/a", "title": "C"})["title"] == "C"
