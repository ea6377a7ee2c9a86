"""What a JSON Schema finds wrong, in our own words and at its place; what was typed is not repeated, it may be private.

A node's own sentence stands in the schema itself (``errorMessage``, which editors show too).
"""

from __future__ import annotations

from typing import NamedTuple

from sendmode_sync.config.document import Document, Path
from sendmode_sync.config.schema import Schema
from sendmode_sync.config.wording import SECRET_NAME, listed, shown, suggestion
from sendmode_sync.errors import Problem


class Finding(NamedTuple):
    """One failed keyword of a schema: where, which keyword, in which schema, and what stands there.

    For ``unknown-key`` and ``missing-key``, ``path`` ends with the key in question; for ``bad-key`` too.
    """

    path: Path
    keyword: str
    schema: Schema
    value: object


_MEANT = {
    "object": "a mapping (key: value)",
    "array": "a list such as [one, two]",
    "boolean": "true or false",
    "integer": "a whole number, in plain digits",
    "number": "a number, in plain digits",
    "string": "text",
}


def problem(finding: Finding, document: Document, *, suggest: bool = True) -> Problem:
    """Put a finding into words; with ``suggest``, a near name of what was meant is looked for."""
    path, keyword, schema, value = finding
    match keyword:
        case "unknown-key":
            return _unknown(finding, document, suggest=suggest)
        case "missing-key":
            return Problem("missing-key", f'"{path[-1]}" is missing', document.place(path[:-1]))
        case "bad-key":
            message = f"{shown(str(path[-1]))} {schema.get('errorMessage', 'cannot be a key here')}"
            return Problem("bad-name", message, document.place(path, key=True))
        case "type":
            return Problem("wrong-type", _wrong_type(schema, value), document.place(path))
        case "enum" if "errorMessage" not in schema:
            near = suggestion(value, schema["enum"]) if suggest and isinstance(value, str) else ""
            return Problem("wrong-value", f"must be one of {listed(schema['enum'], 20)}{near}", document.place(path))
        case _:
            return Problem("wrong-value", schema.get("errorMessage", "cannot stand here"), document.place(path))


def _unknown(finding: Finding, document: Document, *, suggest: bool) -> Problem:
    key, place = str(finding.path[-1]), document.place(finding.path, key=True)
    if SECRET_NAME.fullmatch(key):
        message = f'"{key}": keys do not belong in a file; put it into the environment and take it out of the history'
        return Problem("key-in-file", message, place)
    known = finding.schema["properties"]
    near = suggestion(key, known) if suggest else ""
    return Problem("unknown-key", f"unknown key {shown(key)}{near or f'; known here: {listed(known)}'}", place)


def _wrong_type(schema: Schema, value: object) -> str:
    types = schema["type"]
    meant = "string" if isinstance(types, list) else types
    if meant in {"integer", "number"} and "errorMessage" in schema:
        return str(schema["errorMessage"])
    if meant == "string" and isinstance(value, dict | list):
        kind = "a mapping ({...})" if isinstance(value, dict) else "a list ([...])"
        return f"text is meant here, but YAML reads {kind}; put quotes around the whole text"
    return f"must be {_MEANT[meant]}"
