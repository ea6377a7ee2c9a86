"""Customers that are taken out of a YAML file are read as the parser reads them: the same people, places and problems."""

from __future__ import annotations

import dataclasses
import hashlib
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sendmode_sync.config.check import Origin, Part, Rules, check, read_part
from sendmode_sync.config.compile import Compiled, compile_project
from sendmode_sync.config.lists import Memory
from sendmode_sync.config.marks import Marking
from sendmode_sync.config.plainlists import PlainList
from sendmode_sync.config.reader import read
from sendmode_sync.config.remembered_files import RememberedFile, decode_file, key_of_file
from sendmode_sync.model.ahead import Ahead, alone
from sendmode_sync.model.roll import Roll
from tests.config.edits import Edit, edited
from tests.model.fake_ahead import Elsewhere

MANY = 200
HEAD = "version: 1\ngroups: {a: , b: {import: [firstname]}}\n"
PLAIN = (
    "  - mobilenumber: 087 123 4567\n    groups: [a]\n    firstname: Aoife\n",
    "  - groups: [a, b]\n    mobilenumber: +353 87 123 4567\n    firstname: Aoife\n    surname: O'Brien-Ní\n",
    "  - mobilenumber: 0871234568\n    groups: [b]\n    address: Apartment 3, 12 Main Street (rear)\n    dateofbirth: 01/02/1990\n",
    "  - mobilenumber: 0871234569\n    groups: [a]\n    surname: No\n    custom1: 1_000\n    custom2: 0x10\n",
    '  - mobilenumber: "0871234570"\n    groups: [a]\n    firstname: "a: b # c"\n\n',
    "  - {mobilenumber: 0871234571, groups: [a], town: Naas}\n",
    "  - mobilenumber: 0871234572\n    groups:\n      - a\n      - b\n    # moved in spring\n    town: 'Naas'\n",
)
ODD = (
    '  - mobilenumber: "\\x30871234570"\n    groups: [a]\n    firstname: "a\\tb"\n',
    "  - {mobilenumber: 0871234571, groups: [a],\n    town: Naas}\n",
    "  - mobilenumber: 0871234573\n    groups:\n     - a\n",
    "  - mobilenumber: 0871234574 # moved\n    groups: [a]\n",
    "  - mobilenumber: 0871234575\n    groups: [a]\n    address: |\n      two\n      lines\n",
    "  - mobilenumber: 0871234576\n    groups: [a]\n    address: goes\n      on\n",
    "  - mobilenumber: 0871234577\n    groups: [a]\n    town:\n",
    "  - mobilenumber: 0871234578\n    groups: [a]\n    town: Naas \n",
    "\n  # a comment\n",
)
WRONG = (
    "  - mobilenumber: 087x\n    groups: [a]\n",
    "  - mobilenumber: 0871234579\n    groups: [a, c]\n    dateofbirth: 31/02/1990\n",
    "  - mobilenumber: 0871234579\n    groups: [a]\n    dateofbirth: 1990\n",
    "  - mobilenumber: 0871234567\n    groups: [a]\n    firstname: Other\n",
    "  - mobilenumber: 0871234580\n    groups: [a]\n    groups: [b]\n",
    "  - mobilenumber: 0871234581\n    groups: [a]\n    frstname: x\n",
    "  - mobilenumber: 0871234582\n",
    "  - groups: [a]\n    town: &x Naas\n",
    "  - mobilenumber: 0871234583\n    groups: [a]\n    custom1: live_abcdefghijklmnopqrstuvwxyz0123456789\n",
    '  - mobilenumber: 0871234584\n    groups: [a]\n    town: "never closed\n',
    "  - mobilenumber: 0871234585\n    groups: [a]\n    town: 'never closed\n",
    "  - mobilenumber: 0871234586\n    groups: [a]\n    town: hid\u200bden\n",
    "  - mobilenumber: 0871234587\n    groups: [a]\n\ttown: Naas\n",
    "   - mobilenumber: 0871234588\n",
    "  - mobilenumber: 0871234589\n    groups: [a]\n    town: [\n",
    "- mobilenumber: 0871234590\n",
    '  - mobilenumber: 0871234594\n    groups: [a] # moved\n    town: closes"\n',
)
UNCLOSED = next(item for item in WRONG if '"never closed' in item)
AROUND = (
    "campaigns:\n  c: {groups: [a], messagetext: 'Hi {firstname|there}, it is on'}\n",
    'optouts:\n  - mobilenumber: 0871234500\n    optoutresponse: "STOP"\n',
    "customers:\n  - mobilenumber: 0871234591\n    groups: [a]\n",
    'state: "x\ncustomers:\n  - mobilenumber: 0871234592\n    groups: [a]\n"\n',
    'note: closes"\n',
    "",
)


def compiled(part: Part) -> Compiled:
    return compile_project([part], (), (), allow_hosts=(), config_digest=str)


def seen(found: Compiled) -> object:
    customers = None if found.desired is None else dict(found.desired.customers.items())
    return customers, None if found.desired is None else found.desired.campaigns, found.problems


@example(items=[UNCLOSED, PLAIN[0], WRONG[-1]], wrong=[], before="", after="")
@example(items=[UNCLOSED, PLAIN[0]], wrong=[], before="", after='note: closes"\n')
@settings(max_examples=MANY)
@given(
    items=st.lists(st.sampled_from((*PLAIN * 3, *ODD)), max_size=8),
    wrong=st.lists(st.tuples(st.integers(0, 8), st.sampled_from(WRONG)), max_size=2),
    before=st.sampled_from(AROUND),
    after=st.sampled_from(AROUND),
)
def test_both_ways_of_reading_agree(
    project_rules: Rules, items: list[str], wrong: list[tuple[int, str]], before: str, after: str
) -> None:
    for at, item in wrong:
        items.insert(at, item)
    text = f"{HEAD}{before}customers:\n{''.join(items)}{after}"
    quick = read_part(text, project_rules, PlainList("sendmode.yaml", text.encode, keep=True), included=False)
    slow = seen(compiled(check(read("sendmode.yaml", text), project_rules, included=False)))
    assert seen(compiled(quick)) == slow
    by_two = PlainList("sendmode.yaml", text.encode, keep=True, ahead=Elsewhere().ahead)
    assert seen(compiled(read_part(text, project_rules, by_two, included=False))) == slow


@pytest.mark.parametrize(
    "text",
    [
        "{{\ncustomers:\n{}}}\n",
        "{{groups: {{}},\ncustomers:\n{}}}\n",
        "customers:\n  |\n{}",
        'customers:\n  "\n{}"\n',
        "customers:\n  '\n{}'\n",
        "customers:\n  &x\n{}",
        "customers:\n  # | a comment\n\n# and another\n{}",
    ],
)
def test_what_only_looks_like_a_list_is_none(project_rules: Rules, text: str) -> None:
    whole = text.format(PLAIN[0])
    slow = check(read("people.yaml", whole), project_rules, included=True)
    assert told(project(project_rules, HEAD, included(project_rules, whole))) == told(
        project(project_rules, HEAD, slow)
    )


@pytest.mark.parametrize("last", ["", *ODD, *AROUND[:2]])
def test_somebody_else_may_walk_through_the_back_of_a_list(project_rules: Rules, last: str) -> None:
    text = f"{HEAD}customers:\n{''.join(map(item, range(40)))}{last}"
    reader = Elsewhere()
    by_two, by_one = (
        read_part(text, project_rules, PlainList("sendmode.yaml", text.encode, ahead=each), included=False)
        for each in (reader.ahead, alone)
    )
    (back,) = reader.given
    assert 15 < len(back.people.lines) <= 25  # type: ignore[attr-defined]
    assert seen(compiled(by_two)) == seen(compiled(by_one))
    assert by_two.document.text == by_one.document.text


@pytest.mark.parametrize(
    ("count", "last", "given"),
    [
        (40, "    town: hid\u200bden\n", [None]),
        (4, "optouts:\n" + "  - mobilenumber: 0871234500\n" * 40, []),  # the middle of the file is in another list
        (4, 'note: "' + "\n  - mobilenumber: 0871234500" * 40 + '"\n', []),
    ],
)
def test_where_anything_is_unusual_the_file_is_walked_through_by_one(
    project_rules: Rules, count: int, last: str, given: list[None]
) -> None:
    text = f"{HEAD}customers:\n{''.join(map(item, range(count)))}{last}"
    reader = Elsewhere()
    by_two = read_part(text, project_rules, PlainList("sendmode.yaml", text.encode, ahead=reader.ahead), included=False)
    assert reader.given == given
    assert seen(compiled(by_two)) == seen(compiled(check(read("sendmode.yaml", text), project_rules, included=False)))


def test_plain_customers_do_not_reach_the_parser(project_rules: Rules) -> None:
    text = f"{HEAD}customers:\n{''.join(PLAIN)}{ODD[0]}{AROUND[0]}"
    part = read_part(text, project_rules, PlainList("sendmode.yaml", text.encode, keep=True), included=False)
    assert part.plain is not None
    assert len(part.plain.lines) == len(PLAIN)
    assert len(list(part.items("customers"))) == 1


def test_fields_are_read_again_when_they_are_needed(project_rules: Rules) -> None:
    text = f"{HEAD}customers:\n{''.join(PLAIN[1:])}"
    asked: list[str] = []

    def again() -> bytes:
        asked.append("again")
        return text.encode()

    part = read_part(text, project_rules, PlainList("sendmode.yaml", again, keep=True), included=False)
    desired = compiled(part).desired
    assert desired is not None
    assert not asked
    assert desired.customers["+353871234568"].values[2] == "Apartment 3, 12 Main Street (rear)"
    assert asked


def item(at: int) -> str:
    return f"  - mobilenumber: 089 {at:07}\n    groups: [{'a, b' if at % 3 else 'b'}]\n    firstname: Nío {at}\n"


def included(
    rules: Rules, text: str, known: RememberedFile | None = None, *, hold: bool = False, ahead: Ahead = alone
) -> Part:
    marking = Marking() if hold else None
    plain = PlainList("people.yaml", text.encode, known, keep=hold, marking=marking, ahead=ahead)
    part = read_part(text, rules, plain, included=True)
    return dataclasses.replace(
        part, origin=Origin("people.yaml", hashlib.sha256(text.encode()).hexdigest(), len(text.encode()))
    )


def project(rules: Rules, head: str, part: Part, *, hold: bool = False) -> Compiled:
    parts = [check(read("sendmode.yaml", head), rules, included=False), part]
    return compile_project(parts, (), (), allow_hosts=(), config_digest=str, memory=Memory({}, hold=hold, kept={}))


def told(found: Compiled) -> object:
    prints = None
    if found.desired is not None:
        roll = Roll.of(found.desired.customers)
        prints = {
            number: [roll.prints(fields)[row * 16 : row * 16 + 16] for fields in roll.fieldsets]
            for number, row in roll.rows()
        }
    return seen(found), prints


def remembered(rules: Rules, text: str, head: str = HEAD, ahead: Ahead = alone) -> RememberedFile:
    kept = project(rules, head, included(rules, text, hold=True, ahead=ahead), hold=True).memories
    found = decode_file(kept[key_of_file("people.yaml")])
    assert found is not None
    return found


changes = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.sampled_from([*["add", "swap"] * 3, "drop", "cut", "double", "last first", "turn", "shorten"]),
        st.sampled_from((*PLAIN * 3, *ODD, *WRONG, "# a comment\n", "\n", "    town: Naas\n", "    # inside\n")),
    ),
    max_size=5,
)


changed = partial(edited, cut=40, double=20)


@settings(max_examples=MANY)
@given(
    edits=changes,
    odd=st.lists(st.tuples(st.integers(0, 60), st.sampled_from(ODD)), max_size=4),
    odd_leave=st.booleans(),
    around=st.tuples(
        st.sampled_from(["", AROUND[0]]), st.sampled_from(["", AROUND[1]]), *[st.sampled_from(AROUND)] * 2
    ),
    head=st.sampled_from(
        [HEAD, HEAD, "version: 1\ngroups: {a: , b: }\n", f"{HEAD}account: {{region: GB}}\n", HEAD.replace("b:", "c:")]
    ),
)
def test_customers_that_are_remembered_are_those_that_are_read(
    project_rules: Rules,
    edits: list[Edit],
    odd: list[tuple[int, str]],
    odd_leave: bool,
    around: tuple[str, str, str, str],
    head: str,
) -> None:
    items = [item(at) for at in range(60)]
    for at, text in odd:
        items.insert(at, text)
    written = f"{around[0]}customers:\n{''.join(items)}{around[1]}"
    known = remembered(project_rules, written)
    by_two = remembered(project_rules, written, ahead=Elsewhere().ahead)
    assert by_two._replace(marks=known.marks) == known
    items = [each for each in items if each not in ODD] if odd_leave else items
    text = f"{around[2]}customers:\n{''.join(changed(items, edits))}{around[3]}"
    slow = check(read("people.yaml", text), project_rules, included=True)
    quick, fresh = included(project_rules, text, known), included(project_rules, text)
    assert (quick.plain and [*quick.plain.lines]) == (fresh.plain and [*fresh.plain.lines])
    assert told(project(project_rules, head, quick)) == told(project(project_rules, head, slow))
    quick = included(project_rules, text, by_two)
    assert told(project(project_rules, head, quick)) == told(project(project_rules, head, slow))


@pytest.mark.parametrize(
    ("edits", "read_again"),
    [
        ([], 0),
        ([(0, "add", PLAIN[0])], 1),
        ([(30, "swap", PLAIN[0]), (50, "drop", "")], 1),
        ([(20, "last first", "")], 20),
        ([(10, "double", "")], 20),
        ([(8, "add", "  # a comment\n")], 1),
    ],
)
def test_only_customers_that_changed_are_read_again(project_rules: Rules, edits: list[Edit], read_again: int) -> None:
    items = [item(at) for at in range(60)]
    known = remembered(project_rules, f"customers:\n{''.join(items)}{AROUND[1]}")
    part = included(project_rules, f"customers:\n{''.join(changed(items, edits))}optouts:\n", known)
    assert part.plain is not None
    assert len(part.plain.read(0, 60).numbers) <= read_again


@pytest.mark.parametrize("count", range(50, 60))
def test_what_stands_behind_the_list_is_no_customer_where_the_last_one_went(project_rules: Rules, count: int) -> None:
    items = [item(at) for at in range(count)]
    known = remembered(project_rules, f"customers:\n{''.join(items)}")
    part = included(project_rules, f"customers:\n{PLAIN[0]}{''.join(items[1:-1])}optouts: []\n", known)
    assert part.plain is not None
    assert len(part.plain.read(0, count).numbers) <= 2


def test_a_file_with_a_wrong_plain_customer_is_not_remembered(project_rules: Rules) -> None:
    text = f"customers:\n{item(1)}  - mobilenumber: 0871234579\n    groups: [a, unheard-of]\n"
    parts = [
        check(read("sendmode.yaml", HEAD), project_rules, included=False),
        included(project_rules, text, hold=True),
    ]
    memory = Memory({}, hold=True, kept={})
    found = compile_project(parts, (), (), allow_hosts=(), config_digest=str, memory=memory)
    assert found.problems
    assert not memory.kept
