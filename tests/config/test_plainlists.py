"""Customers that are taken out of a YAML file are read as the parser reads them: the same people, places and problems."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sendmode_sync.config.check import Part, Rules, check, read_part
from sendmode_sync.config.compile import Compiled, compile_project
from sendmode_sync.config.reader import read

MANY = 200
HEAD = "version: 1\ngroups: {a: , b: {import: [firstname]}}\n"
PLAIN = (
    "  - mobilenumber: 087 123 4567\n    groups: [a]\n    firstname: Aoife\n",
    "  - groups: [a, b]\n    mobilenumber: +353 87 123 4567\n    firstname: Aoife\n    surname: O'Brien-Ní\n",
    "  - mobilenumber: 0871234568\n    groups: [b]\n    address: Apartment 3, 12 Main Street (rear)\n    dateofbirth: 01/02/1990\n",
    "  - mobilenumber: 0871234569\n    groups: [a]\n    surname: No\n    custom1: 1_000\n    custom2: 0x10\n",
)
ODD = (
    '  - mobilenumber: "0871234570"\n    groups: [a]\n    firstname: "a: b # c"\n',
    "  - {mobilenumber: 0871234571, groups: [a], town: Naas}\n",
    "  - mobilenumber: 0871234572\n    groups:\n      - a\n      - b\n",
    "  - mobilenumber: 0871234573\n    groups:\n    - a\n",
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
    "",
)


def compiled(part: Part) -> Compiled:
    return compile_project([part], (), (), allow_hosts=(), config_digest=str)


def seen(found: Compiled) -> object:
    customers = None if found.desired is None else dict(found.desired.customers.items())
    return customers, None if found.desired is None else found.desired.campaigns, found.problems


@example(items=[UNCLOSED, PLAIN[0], WRONG[-1]], wrong=[], before="", after="")
@settings(max_examples=MANY, deadline=None)
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
    quick = read_part("sendmode.yaml", text, project_rules, lambda: text, included=False)
    assert seen(compiled(quick)) == seen(compiled(check(read("sendmode.yaml", text), project_rules, included=False)))


def test_plain_customers_do_not_reach_the_parser(project_rules: Rules) -> None:
    text = f"{HEAD}customers:\n{''.join(PLAIN)}{ODD[0]}{AROUND[0]}"
    part = read_part("sendmode.yaml", text, project_rules, lambda: text, included=False)
    assert part.plain is not None
    assert len(part.plain.lines) == len(PLAIN)
    assert len(list(part.items("customers"))) == 1


def test_fields_are_read_again_when_they_are_needed(project_rules: Rules) -> None:
    text = f"{HEAD}customers:\n{''.join(PLAIN[1:])}"
    asked: list[str] = []

    def again() -> str:
        asked.append("again")
        return text

    part = read_part("sendmode.yaml", text, project_rules, again, included=False)
    desired = compiled(part).desired
    assert desired is not None
    assert not asked
    assert desired.customers["+353871234568"].values[2] == "Apartment 3, 12 Main Street (rear)"
    assert asked
