"""The project's JSON Schema as a value: its references, and text as the schema sees it. It judges nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from sendmode_sync.config.document import Node

Schema: TypeAlias = Mapping[str, Any]

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,9})?")
TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
}
"""The very types of data out of a file: that ``1.0`` is an integer to JSON Schema, and ``true`` none, is not said here."""


class Definitions(NamedTuple):
    """The ``$defs`` of a schema."""

    by_name: Mapping[str, Schema]

    def resolved(self, schema: Schema) -> Schema:
        """Follow the ``$ref`` of a schema; what stands beside it wins."""
        reference = schema.get("$ref")
        if reference is None:
            return schema
        return {**self.resolved(self.by_name[reference.removeprefix("#/$defs/")]), **schema}

    def typed(self, node: Node, schema: Schema) -> object:
        """Return data as JSON Schema is to see it: text becomes what the schema says it is, where it has that form.

        Nothing written is an empty mapping or list where one is meant; booleans are ``true`` and ``false`` alone, and
        numbers are plain decimals. Everything else stays the text it is.
        """
        schema = self.resolved(schema)
        for alternative in schema.get("anyOf", ()):
            option = self.resolved(alternative)
            value = self.typed(node, option)
            if isinstance(value, TYPES[option["type"]]):
                return value
        match node:
            case dict():
                known, other = schema.get("properties", {}), schema.get("additionalProperties") or {}
                return {key: self.typed(value, known.get(key, other)) for key, value in node.items()}
            case list():
                items = schema.get("items", {})
                return [self.typed(value, items) for value in node]
            case str():
                return _scalar(node, schema.get("type"))


def _scalar(text: str, meant: object) -> object:
    match meant:
        case "object" if not text:
            return {}
        case "array" if not text:
            return []
        case "boolean" if text in {"true", "false"}:
            return text == "true"
        case "integer" if _WHOLE.fullmatch(text):
            return int(text)
        case "number" if _DECIMAL.fullmatch(text):
            return float(text) if "." in text else int(text)
        case _:
            return text
