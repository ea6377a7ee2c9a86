"""Says of data that it surely is as a JSON Schema wants it, so that jsonschema is loaded for what may be wrong alone.

Loading it takes longer than reading a usual project. What stands here never has the last word: False means "ask
jsonschema", which is also what any keyword and any form gets that is not known here. A property test holds each True
against jsonschema's own answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from sendmode_sync.config.schema import TYPES, Definitions, Schema

_Judge: TypeAlias = Callable[[Any, Any, Schema, Definitions], bool]

_SAID_ONLY = frozenset({"$schema", "$id", "$defs", "title", "description", "default", "examples", "errorMessage"})


def surely_valid(value: object, schema: Schema, definitions: Definitions) -> bool:
    """Say whether a value, as ``Definitions.typed`` makes it, is valid beyond doubt."""
    for keyword, wanted in schema.items():
        if keyword not in _SAID_ONLY and not _JUDGES.get(keyword, _unknown)(value, wanted, schema, definitions):
            return False
    return True


def _unknown(*_: object) -> bool:
    return False


def _of(*types: type) -> Callable[[Callable[[Any, Any], bool]], _Judge]:
    """Judge values of these types alone; where a keyword says nothing of the others, jsonschema may say so."""
    return lambda holds: lambda value, wanted, _schema, _definitions: type(value) in types and holds(value, wanted)


def _referred(value: object, reference: str, _schema: Schema, definitions: Definitions) -> bool:
    name = reference.removeprefix("#/$defs/")
    return name in definitions.by_name and surely_valid(value, definitions.by_name[name], definitions)


def _typed(value: object, names: str | list[str], _schema: Schema, _definitions: Definitions) -> bool:
    return any(type(value) in TYPES.get(name, ()) for name in ([names] if isinstance(names, str) else names))


def _any(value: object, schemas: list[Schema], _schema: Schema, definitions: Definitions) -> bool:
    return any(surely_valid(value, each, definitions) for each in schemas)


def _known(value: object, known: Mapping[str, Schema], _schema: Schema, definitions: Definitions) -> bool:
    return type(value) is dict and all(
        surely_valid(each, known[key], definitions) for key, each in value.items() if key in known
    )


def _others(value: object, other: Schema | bool, schema: Schema, definitions: Definitions) -> bool:  # noqa: FBT001 - JSON Schema's form
    known = schema.get("properties", {})
    return type(value) is dict and all(
        not isinstance(other, bool) and surely_valid(each, other, definitions)
        for key, each in value.items()
        if key not in known
    )


def _names(value: object, names: Schema, _schema: Schema, definitions: Definitions) -> bool:
    return type(value) is dict and all(surely_valid(key, names, definitions) for key in value)


def _items(value: object, items: Schema, _schema: Schema, definitions: Definitions) -> bool:
    return type(value) is list and all(surely_valid(each, items, definitions) for each in value)


def _one_of(value: object, values: list[object], _schema: Schema, _definitions: Definitions) -> bool:
    return any(type(value) is type(each) and value == each for each in values)


_JUDGES: Mapping[str, _Judge] = {
    "$ref": _referred,
    "type": _typed,
    "enum": _one_of,
    "anyOf": _any,
    "properties": _known,
    "additionalProperties": _others,
    "propertyNames": _names,
    "items": _items,
    "required": _of(dict)(lambda value, names: all(name in value for name in names)),
    "minItems": _of(list)(lambda items, least: len(items) >= least),
    "minLength": _of(str)(lambda text, least: len(text) >= least),
    "maxLength": _of(str)(lambda text, most: len(text) <= most),
    "pattern": _of(str)(lambda text, pattern: re.search(pattern, text) is not None),
    "minimum": _of(int, float)(lambda number, least: number >= least),
    "exclusiveMinimum": _of(int, float)(lambda number, below: number > below),
}
