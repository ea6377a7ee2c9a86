from __future__ import annotations

import json

import pytest

from sendmode_sync.errors import Level, Place, Problem, UsageError
from sendmode_sync.render import problems


def landline(line: int, level: Level = "error") -> Problem:
    return Problem("landline", "a landline", Place("customers.yaml", line, 5), level)


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (landline(3), "customers.yaml:3:5: a landline"),
        (landline(3, "warning"), "customers.yaml:3:5: warning: a landline"),
        (landline(3, "notice"), "customers.yaml:3:5: notice: a landline"),
        (Problem("x", "no place"), "error: no place"),
        (Problem("x", "no place", level="warning"), "warning: no place"),
        (Problem("x", "two\nlines", Place("a\x1b.yaml")), r"a\x1b.yaml:1:1: two\nlines"),
        (Problem("x", "m", Place("::error.yaml")), r"\::error.yaml:1:1: m"),
    ],
)
def test_a_line_starts_with_the_place(problem: Problem, line: str) -> None:
    assert problems.render([problem], "text") == line


def test_nothing_wrong_is_an_empty_text() -> None:
    assert problems.render([], "text") == problems.render([], "github") == ""
    assert json.loads(problems.render([], "json")) == {"format_version": 1, "problems": []}


def test_from_the_21st_of_one_kind_on_they_are_counted() -> None:
    many = [*map(landline, range(1, 22)), Problem("other", "else", Place("z.yaml")), *map(landline, range(22, 58))]
    lines = problems.render(many, "text").splitlines()
    assert lines[19] == "customers.yaml:20:5: a landline"
    assert lines[20:] == ["and 37 more of this kind (--all lists them)", "z.yaml:1:1: else"]


def test_twenty_of_a_kind_are_all_shown() -> None:
    assert len(problems.render([*map(landline, range(20))], "text").splitlines()) == 20


def test_all_are_shown_when_asked_for() -> None:
    lines = problems.render([*map(landline, range(57))], "text", all_items=True).splitlines()
    assert len(lines) == 57
    assert "more of this kind" not in lines[-1]


def test_json_always_has_all() -> None:
    answer = json.loads(problems.render([*map(landline, range(57)), Problem("x", "no place")], "json"))
    assert len(answer["problems"]) == 58
    assert answer["problems"][3] == {
        "path": "customers.yaml",
        "line": 3,
        "column": 5,
        "level": "error",
        "code": "landline",
        "message": "a landline",
    }
    assert answer["problems"][-1] | {"path": None, "line": None, "column": None} == answer["problems"][-1]


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (landline(3), "::error file=customers.yaml,line=3,col=5,title=landline::a landline"),
        (landline(3, "notice"), "::notice file=customers.yaml,line=3,col=5,title=landline::a landline"),
        (Problem("a:b", "100%, a: b\r\nc\x1b"), "::error title=a%3Ab::100%25, a: b%0D%0Ac\\x1b"),
        (
            Problem("x", "m", Place("a,b:50%\n.yaml", 1, 2), "warning"),
            "::warning file=a%2Cb%3A50%25%0A.yaml,line=1,col=2,title=x::m",
        ),
    ],
)
def test_annotations_are_escaped(problem: Problem, line: str) -> None:
    assert problems.render([problem], "github") == line


def test_annotations_are_most_severe_first() -> None:
    mixed = [landline(1, "notice"), landline(2, "warning"), landline(3), landline(4, "warning")]
    kinds = [line.split()[0] for line in problems.render(mixed, "github").splitlines()]
    assert kinds == ["::error", "::warning", "::warning", "::notice"]


def test_ten_annotations_of_a_level_are_shown() -> None:
    assert len(problems.render([*map(landline, range(10))], "github").splitlines()) == 10


def test_the_tenth_annotation_of_a_level_counts_the_rest() -> None:
    lines = problems.render([*map(landline, range(46)), landline(1, "warning")], "github").splitlines()
    assert len(lines) == 11
    assert lines[9] == "::error title=sendmode-sync::and 37 more (sendmode-sync validate --all)"
    assert lines[10].startswith("::warning ")


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UsageError, match="sarif is not available yet; use text or json or github"):
        problems.render([], "sarif")
