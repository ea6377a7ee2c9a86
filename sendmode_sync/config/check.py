"""The data of a file against the project's JSON Schema: every problem at once, in our words and with its place."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sendmode_sync.config.accepting import surely_valid
from sendmode_sync.config.document import Document, Node, Path
from sendmode_sync.config.findings import Finding, problem
from sendmode_sync.config.plainlists import PlainList
from sendmode_sync.config.reader import read
from sendmode_sync.config.remembered_files import RememberedFile
from sendmode_sync.config.rows import RowCheck, compile_rows
from sendmode_sync.config.schema import Definitions, Schema
from sendmode_sync.config.thinning import thin
from sendmode_sync.config.wording import KEY_LIKE, LIVE_KEY, SECRET_NAME
from sendmode_sync.errors import Place, Problem

if TYPE_CHECKING:
    from jsonschema import ValidationError

PROJECT_ONLY = ("account", "state", "safety", "lints", "include")
"""What stands in the project file alone, never in an included one."""

_SUGGESTED = 1000
"""Problems of one file that get a "did you mean": looking for a near name is slow, and nobody reads more."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The schema, ready to check files. ``rows`` are the compiled checks of the lists that grow long."""

    definitions: Definitions
    project: Schema
    included: Schema
    rows: Mapping[str, RowCheck]


class Origin(NamedTuple):
    """Which file a part is: its path within the project, the SHA-256 of its bytes in hex, and their count."""

    name: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the project as read and checked.

    ``faulty`` holds the first two steps to everything the schema refuses, so that the rest can still be understood.
    ``plain`` are customers that are not in the document, since nothing of theirs needed it.
    """

    document: Document
    problems: tuple[Problem, ...]
    faulty: frozenset[Path]
    plain: PlainList | None = None
    origin: Origin | None = None

    def section(self, name: str) -> dict[str, Node]:
        """Return a mapping of the outermost level without what the schema refuses in it; empty where there is none."""
        node = self.document.data.get(name)
        if not isinstance(node, dict) or (name,) in self.faulty:
            return {}
        return {key: value for key, value in node.items() if (name, key) not in self.faulty}

    def names(self, section: str) -> tuple[str, ...]:
        """Return the keys of a mapping of the outermost level, also those with a problem."""
        node = self.document.data.get(section)
        return tuple(node) if isinstance(node, dict) else ()

    def items(self, name: str) -> Iterator[tuple[int, Node]]:
        """Return the items of a list of the outermost level, with their positions, likewise."""
        node = self.document.data.get(name)
        if isinstance(node, list) and (name,) not in self.faulty:
            for at, item in enumerate(node):
                if (name, at) not in self.faulty:
                    yield at, item


def rules(schema_text: str) -> Rules:
    """Prepare the project's schema, given as JSON."""
    schema: dict[str, Any] = json.loads(schema_text, object_hook=_filled)
    definitions = Definitions(schema["$defs"])
    included = {key: value for key, value in schema.items() if key != "required"}
    included["properties"] = {key: value for key, value in schema["properties"].items() if key not in PROJECT_ONLY}
    rows = {name: compile_rows(schema["properties"][name]["items"], definitions) for name in ("customers", "optouts")}
    return Rules(definitions, schema, included, rows)


def read_part(text: str, rules: Rules, plain: PlainList, *, included: bool) -> Part:
    """Read and check one file; ``plain`` takes what customers need no parser, and is empty so far."""
    found = read_data(text.encode(), rules, plain, included=included)
    return found or check(read(plain.path, text), rules, included=included)


def read_data(data: bytes, rules: Rules, plain: PlainList, *, included: bool) -> Part | None:
    """Read and check one file that is written as plainly as most lists are, without decoding it; None where it is not."""
    thinned = thin(data, rules.rows["customers"], plain)
    if thinned is None:
        return None
    return dataclasses.replace(check(thinned.document, rules, included=included), plain=thinned.plain)


def recall_part(path: str, known: RememberedFile, rules: Rules, again: Callable[[], bytes]) -> Part:
    """Return an included file as ``read_data`` would, without reading it; ``known`` has to be of its very bytes."""
    part = check(read(path, known.text), rules, included=True)
    return dataclasses.replace(part, plain=PlainList.recalled(path, known, again))


def _filled(node: dict[str, Any]) -> dict[str, Any]:
    """Let a mapping or list be no null: to editors nothing written is one, here it is an empty mapping or list by then."""
    match node.get("type"):
        case ["object" | "array" as meant, "null"]:
            return {**node, "type": meant}
        case _:
            return node


def check(document: Document, rules: Rules, *, included: bool) -> Part:
    """Check one file, the project file or an included one."""
    problems = [*document.problems, *_keys_in_text(document), *_keys_of_account(document)]
    faulty: set[Path] = set()
    misplaced = [name for name in PROJECT_ONLY if included and name in document.data]
    for name in misplaced:
        what = (
            "an included file does not include others" if name == "include" else f'"{name}" stands in the project file'
        )
        problems.append(Problem("project-file-only", f"{what}; move it there", document.place((name,), key=True)))
    if document.complete:
        data = {key: value for key, value in document.data.items() if key not in misplaced}
        for count, finding in enumerate(_findings(data, rules, included=included)):
            if finding.keyword != "missing-key" or not document.was_refused(finding.path):
                problems.append(problem(finding, document, suggest=count < _SUGGESTED))
            faulty.add(finding.path[:2])
    return Part(document, tuple(problems), frozenset(faulty))


def _findings(data: dict[str, Node], rules: Rules, *, included: bool) -> Iterator[Finding]:
    schema = rules.included if included else rules.project
    short = {key: [] if key in rules.rows and isinstance(value, list) else value for key, value in data.items()}
    typed = rules.definitions.typed(short, schema)
    if not surely_valid(typed, schema, rules.definitions):
        yield from _judged(typed, schema)
    for name, row_check in rules.rows.items():
        rows = data.get(name)
        if isinstance(rows, list):
            for at, row in enumerate(rows):
                if not row_check.accepts(row):
                    yield from row_check.findings(row, (name, at))


def _judged(typed: object, schema: Schema) -> Iterator[Finding]:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - takes longer to load than most projects to be read

    for error in Draft202012Validator(schema).iter_errors(typed):
        yield from _from_error(error)


def _from_error(error: ValidationError) -> Iterator[Finding]:
    path = tuple(error.absolute_path)
    schema: Any = error.schema
    value: Any = error.instance
    if "propertyNames" in error.absolute_schema_path:
        yield Finding((*path, str(value)), "bad-key", schema, value)
        return
    match error.validator:
        case "additionalProperties":
            for key in value:
                if key not in schema["properties"]:
                    yield Finding((*path, key), "unknown-key", schema, value)
        case "required":
            # One error comes for each missing key; the key is only named in its sentence.
            missing = next(key for key in schema["required"] if error.message.startswith(f"{key!r} "))
            yield Finding((*path, missing), "missing-key", schema, value)
        case keyword:
            yield Finding(path, str(keyword), schema, value)


def _keys_in_text(document: Document) -> Iterator[Problem]:
    """Find Engage keys anywhere, comments too: whatever is committed has leaked."""
    if "live_" not in document.text.lower():
        return
    for found in LIVE_KEY.finditer(document.text):
        line = document.text.count("\n", 0, found.start()) + 1
        column = found.start() - document.text.rfind("\n", 0, found.start())
        yield _key_in_file(Place(document.path, line, column))


def _keys_of_account(document: Document) -> Iterator[Problem]:
    """Find v2 keys among the account's values; elsewhere, 20 capitals and digits may be anything."""
    waiting: list[tuple[Path, Node | None]] = [(("account",), document.data.get("account"))]
    while waiting:
        path, node = waiting.pop()
        match node:
            case str() if KEY_LIKE.search(node):
                yield _key_in_file(document.place(path))
            case dict():
                waiting += [((*path, key), value) for key, value in node.items() if not SECRET_NAME.fullmatch(key)]
            case list():
                waiting += [((*path, at), value) for at, value in enumerate(node)]
            case _:
                pass


def _key_in_file(place: Place) -> Problem:
    message = "this looks like an API key; put it into the environment only, and replace it, since files are kept"
    return Problem("key-in-file", message, place)
