"""The schema of customers and of opt-outs as a table of compiled checks, since lists of them are long.

A general validator takes 60 microseconds a person, this 1.8. One written in Rust (jsonschema-rs) takes 0.5 and 23 ms to
load, so that it would win from 17,000 people in YAML on, by 0.13 s for 100,000: too little for another dependency. Only
the few keywords that these two schemas use are known here, any other raises at once; a test holds the answers against
those of jsonschema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from sendmode_sync.config.document import Node, Path
from sendmode_sync.config.findings import Finding
from sendmode_sync.config.schema import Definitions, Schema

_SAID_ONLY = frozenset({"$ref", "title", "description", "default", "examples", "errorMessage"})


class _Text(NamedTuple):
    """The check of one text. ``suits`` is None where every text will do."""

    schema: Schema
    keyword: str = ""
    suits: Callable[[str], object] | None = None

    def findings(self, value: Node, path: Path) -> Iterator[Finding]:
        if not isinstance(value, str):
            yield Finding(path, "type", self.schema, value)
        elif self.suits is not None and not self.suits(value):
            yield Finding(path, self.keyword, self.schema, value)


class _List(NamedTuple):
    """The check of a list of texts; nothing written is an empty list."""

    schema: Schema
    items: _Text
    least: int

    def accepts(self, value: Node) -> bool:
        items = [] if value == "" else value
        if type(items) is not list or len(items) < self.least:
            return False
        suits = self.items.suits
        return all(type(item) is str and (suits is None or suits(item)) for item in items)

    def findings(self, value: Node, path: Path) -> Iterator[Finding]:
        items = [] if value == "" else value
        if not isinstance(items, list):
            yield Finding(path, "type", self.schema, value)
            return
        if len(items) < self.least:
            yield Finding(path, "minItems", self.schema, items)
        for at, item in enumerate(items):
            yield from self.items.findings(item, (*path, at))


class RowCheck(NamedTuple):
    """What one row may hold, by key."""

    schema: Schema
    required: tuple[str, ...]
    texts: Mapping[str, _Text]
    lists: Mapping[str, _List]

    def accepts(self, row: Node) -> bool:
        """Say whether a row is as the schema wants it; this runs once for every person, so it keeps to plain steps."""
        if type(row) is not dict:
            return False
        for key in self.required:
            if key not in row:
                return False
        texts = self.texts
        for key, value in row.items():
            check = texts.get(key)
            if check is None:
                if key not in self.lists or not self.lists[key].accepts(value):
                    return False
            elif type(value) is not str or (check.suits is not None and not check.suits(value)):
                return False
        return True

    def findings(self, row: Node, path: Path) -> Iterator[Finding]:
        """Say everything that the schema has against a row that stands at ``path``."""
        row = {} if row == "" else row
        if not isinstance(row, dict):
            yield Finding(path, "type", self.schema, row)
            return
        for key in self.required:
            if key not in row:
                yield Finding((*path, key), "missing-key", self.schema, row)
        for key, value in row.items():
            here = (*path, key)
            if key in self.texts:
                yield from self.texts[key].findings(value, here)
            elif key in self.lists:
                yield from self.lists[key].findings(value, here)
            else:
                yield Finding(here, "unknown-key", self.schema, value)


class TextRows:
    """``RowCheck.accepts`` for rows of texts and one list, called ``name``: what each kind of row needs is found out once."""

    def __init__(self, check: RowCheck, name: str) -> None:
        """Begin without having met any kind."""
        self._check = check
        self._name = name
        self._kinds: dict[tuple[str, ...], tuple[tuple[str, Callable[[str], object]], ...] | None] = {}
        self._lists: dict[tuple[str, ...], bool] = {}

    def accepts(self, texts: Mapping[str, str], items: tuple[str, ...]) -> bool:
        """Say whether a row with these texts and with these items in its list is as the schema wants it."""
        keys = tuple(texts)
        if keys not in self._kinds:
            self._kinds[keys] = self._kind(keys)
        kind = self._kinds[keys]
        if kind is None:
            return False
        for key, suits in kind:
            if not suits(texts[key]):
                return False
        if items not in self._lists:
            self._lists[items] = self._check.lists[self._name].accepts([*items])
        return self._lists[items]

    def _kind(self, keys: tuple[str, ...]) -> tuple[tuple[str, Callable[[str], object]], ...] | None:
        """Return which texts have to be looked at; None where a row with these keys is refused whatever they hold."""
        check = self._check
        if not {*keys, self._name}.issuperset(check.required) or not check.texts.keys() >= {*keys}:
            return None
        suited = ((key, check.texts[key].suits) for key in keys)
        return tuple((key, suits) for key, suits in suited if suits is not None)


def compile_rows(schema: Schema, definitions: Definitions) -> RowCheck:
    """Compile the schema of one row: a mapping of texts and lists of texts, without other keys."""
    schema = definitions.resolved(schema)
    _only(schema, {"type", "additionalProperties", "required", "properties"})
    texts: dict[str, _Text] = {}
    lists: dict[str, _List] = {}
    for key, reference in schema["properties"].items():
        value = definitions.resolved(reference)
        if value["type"] == "array":
            _only(value, {"type", "items", "minItems"})
            lists[key] = _List(value, _text(definitions.resolved(value["items"])), value.get("minItems", 0))
        else:
            texts[key] = _text(value)
    return RowCheck(schema, tuple(schema["required"]), texts, lists)


def _text(schema: Schema) -> _Text:
    _only(schema, {"type", "pattern", "minLength", "maxLength"})
    if schema["type"] != "string" and "string" not in schema["type"]:
        raise ValueError(f"a row cannot hold {schema['type']}")
    match [key for key in schema if key in {"pattern", "minLength", "maxLength"}]:
        case []:
            return _Text(schema)
        case ["pattern"]:
            return _Text(schema, "pattern", re.compile(schema["pattern"]).search)
        case ["minLength"] if schema["minLength"] == 1:
            return _Text(schema, "minLength", bool)
        case ["maxLength"]:
            most = schema["maxLength"]
            return _Text(schema, "maxLength", lambda text: len(text) <= most)
        case keywords:
            raise ValueError(f"no check is written for {keywords}")


def _only(schema: Schema, known: set[str]) -> None:
    unknown = set(schema) - known - _SAID_ONLY
    if unknown:
        raise ValueError(f"no check is written for {sorted(unknown)}")
