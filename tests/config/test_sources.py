from __future__ import annotations

from collections.abc import Callable

import pytest

from sendmode_sync.config.compile import Compiled
from sendmode_sync.model.desired import Desired

Problems = Callable[..., list[str]]


def project(source: str, groups: str = "a: , b: ") -> str:
    return f"version: 1\ngroups: {{{groups}}}\nsources:\n  - {{path: m.csv, {source}}}\n"


def test_columns_groups_and_fields(desired_of: Callable[..., Desired]) -> None:
    source = "groups: [a], columns: {Phone: mobilenumber, First name: firstname, Lists: groups}"
    rows = "Phone,First name,surname,Lists\n087 123 4567, Aoife ,Null,b; a\n087 123 4568,,,\n"
    people = desired_of(project(source), m=rows).customers
    assert people["+353871234567"].values[:2] == ("Aoife", "Null")
    assert people["+353871234567"].groups == ("a", "b")
    assert str(people["+353871234567"].place) == "m.csv:2:1"
    assert people["+353871234568"].groups == ("a",)
    assert people["+353871234568"].values == ("",) * 10


def test_ignored_columns_are_said_once(compiling: Callable[..., Compiled]) -> None:
    rows = "mobilenumber,Notes,,Age\n0871234567,x,,1\n0871234568,y,,2\n"
    problems = compiling(project("groups: [a]"), m=rows).problems
    assert [(problem.level, str(problem)) for problem in problems] == [
        ("notice", 'm.csv:1:1: columns that are no field are ignored: "Notes", "Age"')
    ]


@pytest.mark.parametrize(
    ("source", "rows", "said"),
    [
        ("groups: [a]", "Phone\n0871234567\n", "m.csv:1:1: no column holds mobilenumber; name it under columns"),
        ("groups: [a], columns: {Fone: mobilenumber}", "Phone\n0871234567\n", 'sendmode.yaml:4:42: no column "Fone" in m.csv, did you mean "Phone"?'),
        ("groups: [a], columns: {Tel: mobilenumber}", "xyz\n0871234567\n", 'sendmode.yaml:4:42: no column "Tel" in m.csv; it has "xyz"'),
        ("groups: [a], columns: {Phone: mobilenumber}", "mobilenumber,Phone\n1,2\n", "m.csv:1:14: a second column for mobilenumber"),
        ("groups: [a]", "mobilenumber,town,town\n0871234567,x,y\n", 'm.csv:1:19: a second column "town"'),
        ("groups: [zz]", "mobilenumber\n0871234567\n", 'sendmode.yaml:4:28: group "zz" is not declared'),
        ("groups: [a]", "", "sendmode.yaml:4:12: the source has no rows"),
        ("groups: [a]", "mobilenumber\n\n", "sendmode.yaml:4:12: the source has no rows"),
        ("groups: [a]", "mobilenumber\n0871234567x\n", 'm.csv:2:1: a number cannot hold the letter "x"'),
        ("groups: [a]", "town,mobilenumber\nNaas,8.71E+08\n", "m.csv:2:6: the number was saved in scientific notation"),
        ("groups: [a]", "mobilenumber\n0871234567.0\n", 'm.csv:2:1: "'),
        ("groups: [a]", "mobilenumber,dateofbirth\n0871234567,1990-02-01\n", "m.csv:2:12: must be a date written dd/mm/yyyy"),
        ("groups: [a]", "mobilenumber,dateofbirth\n0871234567,30/02/1990\n", "m.csv:2:12: is no day of the calendar"),
        ("groups: [a]", "mobilenumber,town\n0871234567\n", "m.csv:2:1: 1 cell under 2 headings; write a separator"),
        ("groups: [a]", "mobilenumber,town\n0871234567,Naas,Kildare\n", "m.csv:2:1: 3 cells under 2 headings; put quotes"),
        ("groups: [a]", "mobilenumber,groups\n0871234567,a;bb\n", 'm.csv:2:12: group "bb" is not declared, did you mean "b"?'),
        ("on_conflict: error", "mobilenumber\n0871234567\n", "m.csv:2:1: the row belongs to no group"),
        ("groups: [a]", "mobilenumber,town\n0871234567,x\n087 1234567,\n", "m.csv:3:1: +353 ** *** **67 has other fields at m.csv:2:1"),
        ("groups: [a]", 'mobilenumber\n"0871234567\n', "m.csv:2:1: this row cannot be read"),
        ("groups: [a]", "mobilenumber\n0871234567\x00\n", "m.csv:2:11: control character U+0000"),
    ],
)  # fmt: skip
def test_what_is_wrong(problems_of: Problems, source: str, rows: str, said: str) -> None:
    found = problems_of(project(source), m=rows)
    assert len(found) == 1, found
    assert found[0].startswith(said)


def test_empty_cells_behind_the_last_heading_are_nothing(desired_of: Callable[..., Desired]) -> None:
    assert len(desired_of(project("groups: [a]"), m="mobilenumber\n0871234567,,\n").customers) == 1


def test_an_empty_source_may_be_allowed(desired_of: Callable[..., Desired]) -> None:
    assert desired_of(project("groups: [a], allow_empty: true"), m="").customers == {}


def test_the_first_may_count(desired_of: Callable[..., Desired]) -> None:
    rows = "mobilenumber,town,groups\n0871234567,Naas,a\n0871234567,Cork,b\n"
    person = desired_of(project("on_conflict: first"), m=rows).customers["+353871234567"]
    assert person.values[3] == "Naas"
    assert person.groups == ("a", "b")


ROWS = "mobilenumber,town\n0871234567,x\n1,y\n2,z\n0871234568,x\n"


@pytest.mark.parametrize("allowed", ["2", "50%", "3", "100%"])
def test_bad_rows_may_be_left_out(compiling: Callable[..., Compiled], allowed: str) -> None:
    compiled = compiling(project(f"groups: [a], max_bad_rows: {allowed}"), m=ROWS)
    assert compiled.desired is not None
    assert list(compiled.desired.customers) == ["+353871234567", "+353871234568"]
    assert compiled.desired.skipped_rows == 2
    assert [(problem.level, str(problem.place)) for problem in compiled.problems] == [
        ("warning", "m.csv:3:1"),
        ("warning", "m.csv:4:1"),
    ]
    assert all(problem.message.startswith("row left out: ") for problem in compiled.problems)
    assert compiled.desired.notices == compiled.problems


@pytest.mark.parametrize("allowed", ["0", "1", "49%"])
def test_more_bad_rows_than_allowed_are_errors(compiling: Callable[..., Compiled], allowed: str) -> None:
    compiled = compiling(project(f"groups: [a], max_bad_rows: {allowed}"), m=ROWS)
    assert compiled.desired is None
    said = [problem.message for problem in compiled.problems if problem.code == "max-bad-rows"]
    assert said == ([] if allowed == "0" else [f"2 of 4 rows are wrong, and max_bad_rows allows {allowed}"])


def test_unreadable_characters_are_bad_rows_too(compiling: Callable[..., Compiled]) -> None:
    compiled = compiling(project("groups: [a], max_bad_rows: 1"), m="mobilenumber\n0871234567\n08712\u200b34568\n")
    assert compiled.desired is not None
    assert compiled.desired.skipped_rows == 1


def test_json_lines(desired_of: Callable[..., Desired]) -> None:
    text = project("x: y").replace("m.csv, x: y", "m.jsonl")
    rows = '{"mobilenumber": 353871234567, "groups": ["a", "b"]}\n{"mobilenumber": "+353871234568", "groups": "a"}\n'
    people = desired_of(text, m=rows).customers
    assert {number: person.groups for number, person in people.items()} == {
        "+353871234567": ("a", "b"),
        "+353871234568": ("a",),
    }


def test_where_no_line_can_be_read_nothing_is_said_of_columns(compiling: Callable[..., Compiled]) -> None:
    text = project("groups: [a], columns: {Phone: mobilenumber}").replace("m.csv", "m.jsonl")
    compiled = compiling(text, m="no json\n")
    assert [(str(each.place), each.code) for each in compiled.problems] == [("m.jsonl:1:1", "bad-row")]


def test_a_hundred_thousand_rows(desired_of: Callable[..., Desired]) -> None:
    head = "mobilenumber,firstname,town,dateofbirth\n"
    rows = head + "".join(f"087{at:07d},Aoife,Naas,01/02/1990\n" for at in range(100_000))
    people = desired_of(project("groups: [a]"), m=rows).customers
    assert len(people) == 100_000
    assert len({id(person.groups) for person in people.values()}) == 1
