"""One corpus, two judges: what an editor sees through the schema, and what ``validate`` says, agree on every form.

An editor reads YAML 1.2 and gives the schema numbers, booleans and nulls; ``validate`` reads every scalar as the text that
was typed. The corpus is each key of the schema with its examples, each spoiled in several ways, all that ships as an
example, and what people write.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from sendmode_sync.config.check import Part
from sendmode_sync.config.compile import Compiled
from sendmode_sync.config.schema import Definitions
from sendmode_sync.planning.lints.catalogue import RULES
from sendmode_sync.workspace.scaffold import Beginning, new_project

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, Any] = json.loads((ROOT / "schemas" / "project.schema.json").read_text("utf-8"))
DEFINITIONS = Definitions(SCHEMA["$defs"])
WHOLE = Draft202012Validator(SCHEMA)
NAMES = {"groups": "members", "campaigns": "offer", "senders": "AcmeGym"}
"""What a mapping by name is filled with on the way to a key."""


class Key(NamedTuple):
    """One key of the schema: the steps that lead to it, its own schema, and the smallest project that has it."""

    steps: tuple[str | int, ...]
    schema: dict[str, Any]

    @property
    def title(self) -> str:
        return ".".join(map(str, self.steps))

    def project(self, value: object) -> dict[str, Any]:
        """Return a project that holds a value at this key, and what must be there beside it."""
        project: dict[str, Any] = {"version": 1}
        node: Any = project
        schema: Mapping[str, Any] = SCHEMA
        for at, step in enumerate(self.steps):
            inner = DEFINITIONS.resolved(child(schema, step))
            between: object = [None] if meant(inner) == "array" else {}
            filled = value if at + 1 == len(self.steps) else between
            if isinstance(node, list):
                node[0] = filled
            else:
                needed = {name: DEFINITIONS.resolved(schema["properties"][name]) for name in schema.get("required", ())}
                node |= {name: copy.deepcopy(told["examples"][0]) for name, told in needed.items() if name not in node}
                node[step] = filled
            node, schema = filled, inner
        return project


def meant(schema: Mapping[str, Any]) -> object:
    """Return the type of a schema; nothing written, which an editor sees as null, is not counted."""
    match schema.get("type"):
        case [str() as first, *_]:
            return first
        case other:
            return other


def child(schema: Mapping[str, Any], step: str | int) -> dict[str, Any]:
    found: dict[str, Any] = (
        schema["items"]
        if isinstance(step, int)
        else schema.get("properties", {}).get(step) or schema["additionalProperties"]
    )
    return found


def keys(schema: dict[str, Any] = SCHEMA, steps: tuple[str | int, ...] = ()) -> Iterator[Key]:
    for name, value in schema.get("properties", {}).items():
        told = dict(DEFINITIONS.resolved(value))
        here = (*steps, name)
        yield Key(here, told)
        inner = told
        if isinstance(told.get("additionalProperties"), dict) and name in NAMES:
            here, inner = (*here, NAMES[name]), dict(DEFINITIONS.resolved(told["additionalProperties"]))
        elif meant(told) == "array":
            here, inner = (*here, 0), dict(DEFINITIONS.resolved(told["items"]))
        yield from keys(inner, here)


KEYS = tuple(keys())
NO_DEFAULT = {
    "number_format",
    "registered",
    "senderid",
    "state",
    "customerid",
    "scheduledate",
    "deadline",
    "quiet_hours",
    "timezone",
    "repeat",
    "every",
    "on",
    "at",
    "from",
    "until",
}
"""Keys that may be left out and then mean no fixed value; what they mean then is said in their description."""


OF_OTHERS = {"empty-source", "no-audience", "unknown-group"}
"""Codes of problems that lie between keys, which no schema of one file could see."""


def seen_by_an_editor(text: str) -> bool:
    return WHOLE.is_valid(YAML(typ="safe", pure=True).load(text))


def test_there_is_a_corpus() -> None:
    assert len(KEYS) > 100
    assert {("campaigns", "offer", "messagetext"), ("customers", 0, "dateofbirth")} <= {each.steps for each in KEYS}


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.title)
def test_a_key_is_told_to_editors_in_full(key: Key) -> None:
    for word in ("title", "description", "examples"):
        assert key.schema.get(word), word
    people = {"customers", "optouts"} & set(key.steps)
    level_of_a_notice = key.schema.get("enum") == ["off", "warning", "error"]
    if key.steps[-1] not in {"path", "messagetext", *NO_DEFAULT} and not people and not level_of_a_notice:
        assert "default" in key.schema


def test_editors_are_told_the_level_that_a_rule_has() -> None:
    told = {name: value.get("default", "notice") for name, value in SCHEMA["$defs"]["lints"]["properties"].items()}
    assert {name: rule.level for name, rule in RULES.items()}.items() <= told.items()


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.title)
def test_both_take_every_example(key: Key, part: Callable[[str], Part]) -> None:
    for example in key.schema["examples"]:
        text = json.dumps(key.project(example), ensure_ascii=False)
        assert part(text).problems == (), text
        assert seen_by_an_editor(text), text


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.title)
def test_both_refuse_what_is_spoiled(key: Key, part: Callable[[str], Part]) -> None:
    wrong: list[object] = [[[]], {";": []}]
    if "enum" in key.schema:
        wrong.append("nonsense")
    if meant(key.schema) in {"integer", "number", "boolean"}:
        wrong += ["some", -1 if "minimum" in key.schema or "exclusiveMinimum" in key.schema else "none"]
    for value in wrong:
        text = json.dumps(key.project(value))
        assert part(text).problems, text
        assert not seen_by_an_editor(text), text
    project = key.project(key.schema["examples"][0])
    beside: Any = project
    for step in key.steps[:-1]:
        beside = beside[step]
    beside[f"{key.steps[-1]}x"] = beside.pop(key.steps[-1])
    misspelled = json.dumps(project)
    assert part(misspelled).problems, misspelled
    assert not seen_by_an_editor(misspelled), misspelled


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.title)
def test_both_say_the_same_where_nothing_is_written(key: Key, compiling: Callable[..., Compiled]) -> None:
    text = json.dumps(key.project("NOTHING")).replace('"NOTHING"', "")
    sheets = {"members": "Phone\n"} if "sources" in key.steps else {}
    found = [
        each for each in compiling(text, **sheets).problems if each.level == "error" and each.code not in OF_OTHERS
    ]
    assert seen_by_an_editor(text) == (not found), found


@pytest.mark.parametrize("path", sorted((ROOT / "examples").rglob("*.yaml")), ids=lambda path: path.stem)
def test_both_take_every_example_project(path: Path, part: Callable[[str], Part]) -> None:
    text = path.read_text("utf-8")
    whole = text if "version:" in text else f"version: 1\n{text}"
    assert part(whole).problems == ()
    assert seen_by_an_editor(whole)


@pytest.mark.parametrize("begin", [Beginning(), Beginning(region="GB", emulator=True)], ids=["init", "init --emulator"])
def test_both_take_what_init_writes(tmp_path: Path, begin: Beginning, part: Callable[[str], Part]) -> None:
    for path in new_project(tmp_path, begin):
        if path.suffix == ".yaml":
            text = path.read_text("utf-8")
            whole = text if "version:" in text else f"version: 1\n{text}"
            assert part(whole).problems == (), path
            assert seen_by_an_editor(whole), path


WRITTEN: list[tuple[str, bool]] = [
    ("customers: [{mobilenumber: 0771234567, groups: [a], surname: Null, county: No, custom1: 1_000}]", True),
    ("customers: [{mobilenumber: +353871234567, groups: [a], firstname: }]", True),
    ("customers: [{mobilenumber: '+353 87 123 4567', groups: [a], email: ~}]", True),
    ("customers: [{mobilenumber: 087 123 4567, groups: a}]", False),
    ("customers: [{mobilenumber: 087 123 4567}]", False),
    ("customers: [{mobilenumber: 087 123 4567, groups: []}]", False),
    ("customers: [{mobilenumber: 087 123 4567, groups: [a], dateofbirth: 1990-02-01}]", False),
    ("customers: [{mobilenumber: 087 123 4567, groups: [a], birthday: 01/02/1990}]", False),
    ("optouts: [{mobilenumber: 087 123 4567, optoutresponse: STOP}]", True),
    (f"optouts: [{{mobilenumber: 087 123 4567, optoutresponse: {'x' * 51}}}]", False),
    ("optouts: [087 123 4567]", False),
    ("account: {senderid: 353871234567}", True),
    ("account: {senderid: Acme Gym}", True),
    ("account: {senderid: Acme-Gym}", False),
    ("account: {senderid: TwelveLetter}", False),
    ("account: {allow_fictional: true}", True),
    ("account: {allow_fictional: yes}", False),
    ("account: {rate_limit: {calls: 50, per_seconds: 0.5}}", True),
    ("account: {rate_limit: {calls: 0}}", False),
    ("account: {credits_per_segment: {default: 1, GB: 2.5}}", True),
    ("account: {credits_per_segment: {gb: 1}}", False),
    ("account: {quiet_hours: 21:00-08:00}", True),
    ("account: {test_numbers: 087 123 4567}", False),
    ("account: {region: Ireland}", False),
    ("account: {api_key: x}", False),
    ("safety: {max_credits: 12.5, max_updates: 30%, max_shrink: 10}", True),
    ("safety: {max_updates: 30 percent}", False),
    ("safety: {max_recipients: none}", True),
    ("safety: {max_recipients: few}", False),
    ("safety: {canary_wait: 30}", False),
    ("safety: {optouts_max_age: 7d}", True),
    ("lints: {}", True),
    ("lints: {over-one-segment: off, link-http: error, texts_per_week: 2}", True),
    ("lints: {over-one-segment: loud}", False),
    ("lints: {over-two-segments: off}", False),
    ("groups: {members: {import: [firstname, surname]}}", True),
    ("groups: {members: {import: [mobilenumber]}}", False),
    ("groups: {'a;b': {}}", False),
    ("sources: [{path: a.csv, groups: [members], columns: {Phone: mobilenumber}, max_bad_rows: 2%}]", True),
    ("sources: [{groups: [members]}]", False),
    ("sources: [{path: a.csv, columns: {Phone: phone}}]", False),
    ("sources: [{path: a.csv, on_conflict: last}]", False),
    ("campaigns: {a: {messagetext: 20% off}}", True),
    (
        "campaigns: {a: {messagetext: '{firstname}', scheduledate: 2026-12-01T10:00, deadline: 12h, batch_size: 50}}",
        True,
    ),
    ("campaigns: {a: {messagetext: {firstname}}}", False),
    ("campaigns: {a: {messagetext: ''}}", False),
    ("campaigns: {a: {}}", False),
    ("campaigns: {a: {messagetext: x, batch_size: 0}}", False),
    ("campaigns: {a: {messagetext: x, purpose: fun}}", False),
    ("campaigns: {a: {messagetext: x, draft: no}}", False),
    ("campaigns: {'a b': {messagetext: x}}", False),
    ("include: [groups/*.yaml]", True),
    ("include: groups/*.yaml", False),
    ("campaings: {}", False),
]


@pytest.mark.parametrize(("written", "good"), WRITTEN)
def test_both_say_the_same_of_what_people_write(written: str, good: bool, part: Callable[[str], Part]) -> None:
    text = f"version: 1\n{written}\n"
    problems = part(text).problems
    assert (not problems, seen_by_an_editor(text)) == (good, good), problems


@pytest.mark.parametrize("start", ["", "version: 2", "version: '1'", "version: one"])
def test_both_ask_for_the_version(start: str, part: Callable[[str], Part]) -> None:
    text = f"{start}\ngroups: {{}}\n"
    if start != "version: '1'":  # to an editor a text is not a number; to us every scalar is what was typed
        assert part(text).problems
    assert not seen_by_an_editor(text)
