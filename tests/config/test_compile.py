from __future__ import annotations

import sys
import zoneinfo
from collections.abc import Callable

import pytest

from sendmode_sync.config.check import Part
from sendmode_sync.config.compile import Compiled, compile_project
from sendmode_sync.errors import Place, Problem

Compile = Callable[..., Compiled]


def test_parts_make_one_project(compiling: Compile) -> None:
    compiled = compiling(
        "version: 1\ngroups: {a: }\n",
        "customers:\n  - {mobilenumber: 0871234567, groups: [a, b]}\n",
        "groups: {b: }\noptouts: [{mobilenumber: 0871234567}]\ncampaigns: {x: {groups: [b], messagetext: Hi}}\n",
    )
    assert compiled.problems == ()
    assert compiled.desired is not None
    assert list(compiled.desired.groups) == ["a", "b"]
    assert list(compiled.desired.customers) == list(compiled.desired.optouts) == ["+353871234567"]
    assert list(compiled.desired.campaigns) == ["x"]
    assert compiled.desired.config_digest == "sha256:x"


def test_all_problems_come_at_once_in_the_order_of_places(compiling: Compile) -> None:
    text = """version: 2
account: {timezone: Nowhere}
groups: {a: {import: some}}
customers:
  - {mobilenumber: 1, groups: [a]}
  - {mobilenumber: 0871234567, groups: [a], shoe: 42}
campaigns:
  x: {groups: [a], messagetext: "{"}
  y: {groups: [a]}
"""
    compiled = compiling(text, "state: x\n")
    assert compiled.desired is None
    assert [str(problem.place) for problem in compiled.problems] == [
        "part1.yaml:1:1",
        "sendmode.yaml:1:10",
        "sendmode.yaml:2:21",
        "sendmode.yaml:3:22",
        "sendmode.yaml:5:20",
        "sendmode.yaml:6:45",
        "sendmode.yaml:8:34",
        "sendmode.yaml:9:6",
    ]


@pytest.mark.parametrize(("section", "entry"), [("groups", "{}"), ("campaigns", "{groups: [a], messagetext: Hi}")])
def test_one_name_in_two_files_is_an_error(compiling: Compile, section: str, entry: str) -> None:
    text = "version: 1\ngroups: {a: }\n"
    first, second = (f"{pad}{section}:\n  twin: {entry}\n" for pad in ("", "\n"))
    compiled = compiling(text, first, second)
    assert [str(problem) for problem in compiled.problems] == [
        'part2.yaml:3:3: "twin" is written a second time, first at part1.yaml:2:3; keep one'
    ]


def test_problems_of_files_are_among_them(part: Callable[[str], Part]) -> None:
    earlier = (
        Problem("missing-file", "there is no such file", Place("sendmode.yaml", 9, 9)),
        Problem("x", "without a place"),
    )
    compiled = compile_project([part("version: 1\n")], (), earlier, allow_hosts=(), config_digest=str)
    assert compiled.desired is None
    assert [problem.message for problem in compiled.problems] == ["without a place", "there is no such file"]


def test_what_is_faulty_makes_no_second_problem(compiling: Compile) -> None:
    text = "version: 1\ngroups: {a: {impart: all}}\ncampaigns: {x: {groups: [a], messagetext: Hi, exclude_received: [y]}, y: {}}\n"
    compiled = compiling(text)
    assert [problem.code for problem in compiled.problems] == ["unknown-key", "missing-key"]


@pytest.mark.parametrize("key", ["grups", "group", "Groups"])
def test_groups_under_a_misspelt_key_make_no_second_problem(compiling: Compile, key: str) -> None:
    text = "version: 1\ncampaigns: {x: {groups: [a], messagetext: Hi}, y: {groups: [b], messagetext: Hi}}\n"
    compiled = compiling(text, f"{key}: {{a: }}\n")
    assert [problem.message for problem in compiled.problems] == [
        f'unknown key "{key}", did you mean "groups"?',
        'group "b" is not declared; add it under groups',
    ]


@pytest.mark.parametrize("more", ["gruops: [a]", "gruops: a", "crews: {a: }", "campaign: {a: }"])
def test_a_key_that_means_something_else_declares_no_group(compiling: Compile, more: str) -> None:
    text = f"version: 1\ncampaigns: {{x: {{groups: [a], messagetext: Hi}}}}\n{more}\n"
    assert sorted(problem.code for problem in compiling(text).problems) == ["unknown-group", "unknown-key"]


def test_without_time_zone_data_nothing_is_guessed(compiling: Compile, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("tzdata", "tzdata.zoneinfo", "tzdata.zoneinfo.Europe"):
        monkeypatch.setitem(sys.modules, package, None)
    try:
        zoneinfo.reset_tzpath(to=())
        zoneinfo.ZoneInfo.clear_cache()
        compiled = compiling("version: 1\ngroups: {a: }\ncampaigns: {x: {groups: [a], messagetext: Hi}}\n")
    finally:
        zoneinfo.reset_tzpath()
        zoneinfo.ZoneInfo.clear_cache()
    assert [problem.code for problem in compiled.problems] == ["unknown-zone"]
    assert "install tzdata" in compiled.problems[0].message
