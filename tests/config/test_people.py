from __future__ import annotations

from collections.abc import Callable

import pytest

from sendmode_sync.config.people import People
from sendmode_sync.errors import Place
from sendmode_sync.model.desired import NO_VALUES, Desired, Group, OptOut

HEAD = """version: 1
account: {base_url: http://127.0.0.1/v2, allow_fictional: true}
groups: {a: , b: {description: Bees}, c: {import: none}, d: {import: [surname]}, e: {import: []}}
"""


def test_a_person(desired_of: Callable[..., Desired]) -> None:
    entry = "{mobilenumber: 087 123 4567, groups: [b, a, b], firstname: ' Aoife ', surname: Null, town: ''}"
    person = desired_of(f"{HEAD}customers:\n  - {entry}\n").customers["+353871234567"]
    assert person.values == ("Aoife", "Null", *NO_VALUES[2:])
    assert person.groups == ("a", "b")
    assert str(person.place) == "sendmode.yaml:5:5"


def test_what_leaves_of_a_group(desired_of: Callable[..., Desired]) -> None:
    groups = desired_of(HEAD).groups
    assert groups["b"].description == "Bees"
    assert len(groups["a"].fields or ()) == 10
    assert groups["c"].fields is None
    assert groups["d"].fields == frozenset({"surname"})
    assert groups["e"].fields == frozenset()


@pytest.mark.parametrize("spelled", ["+353871234567", "087-123 4567", "00353 87 123 4567", "(087) 123.4567"])
def test_one_person_is_one_number(desired_of: Callable[..., Desired], spelled: str) -> None:
    text = f"{HEAD}customers:\n  - {{mobilenumber: 0871234567, groups: [b], town: Naas}}\n  - {{mobilenumber: {spelled}, groups: [a], town: Naas}}\n"
    customers = desired_of(text).customers
    assert list(customers) == ["+353871234567"]
    assert customers["+353871234567"].groups == ("a", "b")
    assert customers["+353871234567"].place.line == 5


def test_the_same_person_twice_in_the_same_groups(desired_of: Callable[..., Desired]) -> None:
    text = f"{HEAD}customers:\n" + "  - {mobilenumber: 0871234567, groups: [b]}\n" * 2
    assert desired_of(text).customers["+353871234567"].groups == ("b",)


@pytest.mark.parametrize("other", ["", ", town: Naas", ", town: Naas, county: Meath"])
def test_other_fields_for_one_person_are_an_error(problems_of: Callable[..., list[str]], other: str) -> None:
    text = f"{HEAD}customers:\n  - {{mobilenumber: 0871234567, groups: [a], town: Cork}}\n"
    included = f"customers:\n  - {{mobilenumber: +353 87 1234567, groups: [a]{other}}}\n"
    assert problems_of(text, included) == [
        "part1.yaml:2:5: +353 ** *** **67 has other fields at sendmode.yaml:5:5; make them the same, or keep one"
    ]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{mobilenumber: O871234567, groups: [a]}", '5:20: a number cannot hold the letter "O"'),
        ("{mobilenumber: 01 234 5678, groups: [a]}", "5:20: "),
        ("{mobilenumber: 8.71E+08, groups: [a]}", "5:20: "),
        ("{mobilenumber: 0871234567.0, groups: [a]}", "5:20: "),
        ("{mobilenumber: ０８７１２３４５６７, groups: [a]}", "5:20: "),
        ("{mobilenumber: 0871234567, groups: [aa]}", '5:41: group "aa" is not declared, did you mean "a"?'),
        ("{mobilenumber: 0871234567, groups: [zzz]}", '5:41: group "zzz" is not declared; add it under groups'),
        ("{mobilenumber: 0871234567, groups: [a], dateofbirth: 31/02/1990}", "5:58: is no day of the calendar"),
        ("{mobilenumber: 0871234567, groups: [a], dateofbirth: 01/01/0000}", "5:58: is no day of the calendar"),
    ],
)
def test_what_is_wrong_with_a_person(problems_of: Callable[..., list[str]], entry: str, said: str) -> None:
    found = problems_of(f"{HEAD}customers:\n  - {entry}\n")
    assert len(found) == 1, found
    assert found[0].startswith(f"sendmode.yaml:{said}")
    assert "1234567" not in found[0]
    assert "2345678" not in found[0]


def test_fictional_numbers_need_leave(problems_of: Callable[..., list[str]]) -> None:
    customers = "customers:\n  - {mobilenumber: +447700900001, groups: [a]}\n"
    assert problems_of(HEAD + customers) == []
    assert len(problems_of("version: 1\ngroups: {a: }\n" + customers)) == 1


def test_optouts(desired_of: Callable[..., Desired]) -> None:
    text = """optouts:
  - {mobilenumber: "+353 86 765 4321", optoutresponse: STOP, returnedresponse: ""}
  - mobilenumber: 086 765 4322
    returnedresponse: You are out.
  - {mobilenumber: 0867654321, optoutresponse: again}
"""
    optouts = desired_of(HEAD + text).optouts
    assert [(str(optout.place), optout) for optout in optouts.values()] == [
        ("sendmode.yaml:5:5", OptOut("+353867654321", "STOP", None, optouts["+353867654321"].place)),
        ("sendmode.yaml:6:5", OptOut("+353867654322", None, "You are out.", optouts["+353867654322"].place)),
    ]


def test_an_optout_that_is_no_number_stops_everything(compiling: Callable[..., object]) -> None:
    compiled = compiling(f"{HEAD}optouts:\n  - {{mobilenumber: none}}\n")
    assert compiled.desired is None  # type: ignore[attr-defined]
    message = str(compiled.problems[0])  # type: ignore[attr-defined]
    assert message.startswith("sendmode.yaml:5:20: ")
    assert "nothing is sent while an opt-out cannot be read" in message


def test_a_near_name_is_looked_for_a_hundred_times_and_remembered() -> None:
    people = People("IE", False, {"members": Group("members")})
    names = [f"member{at}" for at in range(101)]
    said = [people.undeclared(name, Place("a.yaml")).message for name in (*names, *names)]
    near = ['did you mean "members"?' in message for message in said]
    assert near == [*[True] * 100, False] * 2
    assert said[100] == 'group "member100" is not declared; add it under groups'
