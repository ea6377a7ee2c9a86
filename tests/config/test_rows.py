from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sendmode_sync.config.check import Rules, rules
from sendmode_sync.config.document import Node
from sendmode_sync.config.rows import TextRows, compile_rows
from sendmode_sync.config.schema import Definitions

# Not a fixture: Hypothesis would print all of it.
RULES = rules((Path(__file__).parents[2] / "schemas" / "project.schema.json").read_text(encoding="utf-8"))

TEXTS = st.sampled_from(
    ["", "a", "members", "a;b", " a", "x" * 51, "x" * 101, "01/02/1990", "1990-02-01", "01/02/90", "+353 87 000 0001"]
)
VALUES: st.SearchStrategy[Any] = TEXTS | st.lists(TEXTS | st.lists(TEXTS, max_size=1), max_size=3) | st.just({})
KEYS = st.sampled_from(
    ["mobilenumber", "groups", "firstname", "dateofbirth", "optoutresponse", "returnedresponse", "mobile", ""]
)
ROWS = st.dictionaries(KEYS, VALUES, max_size=5) | TEXTS | st.lists(TEXTS, max_size=1)


@settings(max_examples=400)
@given(ROWS, st.sampled_from(["customers", "optouts"]))
def test_the_compiled_checks_say_what_jsonschema_says(row: Node, name: str) -> None:
    schema = RULES.project["properties"][name]["items"]
    validator = Draft202012Validator({**schema, "$defs": RULES.definitions.by_name})
    check = RULES.rows[name]
    errors = list(validator.iter_errors(RULES.definitions.typed(row, schema)))
    findings = list(check.findings(row, ()))
    assert bool(findings) == bool(errors)
    assert check.accepts(row) == (not errors)
    found = {(finding.path, finding.keyword) for finding in findings if "-key" not in finding.keyword}
    assert found == {
        (tuple(error.absolute_path), error.validator)
        for error in errors
        if "Prop" not in str(error.validator) and error.validator != "required"
    }


BY_KIND = TextRows(RULES.rows["customers"], "groups")
"""One for all examples: what it found out of a kind of row has to hold for the next of them."""


@settings(max_examples=400)
@given(st.dictionaries(KEYS.filter(lambda key: key != "groups"), TEXTS, max_size=4), st.lists(TEXTS, max_size=2))
def test_a_check_by_kind_of_row_says_what_the_check_of_any_row_says(texts: dict[str, str], groups: list[str]) -> None:
    for mobile in ({}, {"mobilenumber": "087 123 4567"}):
        row = {**texts, **mobile}
        assert BY_KIND.accepts(row, (*groups,)) == RULES.rows["customers"].accepts({**row, "groups": [*groups]})


GOOD: dict[str, Node] = {
    "mobilenumber": "087 123 4567",
    "groups": ["members"],
    "firstname": "Aoife",
    "dateofbirth": "01/02/1990",
}


@pytest.mark.parametrize(
    ("change", "path", "keyword"),
    [
        ({"mobilenumber": ""}, ("mobilenumber",), "minLength"),
        ({"mobilenumber": ["x"]}, ("mobilenumber",), "type"),
        ({"groups": []}, ("groups",), "minItems"),
        ({"groups": ""}, ("groups",), "minItems"),
        ({"groups": "members"}, ("groups",), "type"),
        ({"groups": ["a", ["b"]]}, ("groups", 1), "type"),
        ({"groups": ["a;b"]}, ("groups", 0), "pattern"),
        ({"dateofbirth": "1990-02-01"}, ("dateofbirth",), "pattern"),
        ({"firstnam": "x"}, ("firstnam",), "unknown-key"),
        ({"firstname": {}}, ("firstname",), "type"),
    ],
)
def test_findings(project_rules: Rules, change: dict[str, Node], path: tuple[str | int, ...], keyword: str) -> None:
    check = project_rules.rows["customers"]
    row = {**GOOD, **change}
    assert check.accepts(GOOD)
    assert not check.accepts(row)
    assert [(finding.path, finding.keyword) for finding in check.findings(row, ())] == [(path, keyword)]


def test_a_missing_key_and_a_row_that_is_none(project_rules: Rules) -> None:
    check = project_rules.rows["customers"]
    found = [(finding.path, finding.keyword) for finding in check.findings({"groups": ["a"]}, ("customers", 3))]
    assert found == [(("customers", 3, "mobilenumber"), "missing-key")]
    assert [finding.keyword for finding in check.findings("087", ())] == ["type"]
    assert not check.accepts("087")


@pytest.mark.parametrize(
    "properties",
    [
        {"a": {"type": "integer"}},
        {"a": {"type": "string", "format": "email"}},
        {"a": {"type": "string", "minLength": 2}},
        {"a": {"type": "string", "minLength": 1, "maxLength": 2}},
        {"a": {"type": "array", "items": {"type": "string"}, "uniqueItems": True}},
    ],
)
def test_a_schema_it_does_not_know_raises(properties: dict[str, Any]) -> None:
    schema = {"type": "object", "additionalProperties": False, "required": [], "properties": properties}
    with pytest.raises(ValueError, match=r"cannot hold|no check"):
        compile_rows(schema, Definitions({}))


def test_the_schema_text_is_what_is_compiled(project_rules: Rules, schema_text: str) -> None:
    compiled = project_rules.rows["customers"].schema
    assert json.loads(schema_text)["$defs"]["customer"].items() <= compiled.items()
