"""What is read without a parser is read as the parser reads it: the same texts, groups and places, or not at all."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendmode_sync.config import plainitems
from sendmode_sync.config.plainitems import Item
from sendmode_sync.config.reader import read
from sendmode_sync.errors import Place

SIGNS = " \n:#\t'\"\\,[]{}-&*!%@`?|>=<~.()+/\u00e9\u0301\u200b\u2028\u0085ax0_"
TEXTS = (
    *(
        "Aoife",
        "O'Brien",
        "087 123 4567",
        "+353 87 123 4567",
        "01/02/1990",
        "Ní Dhomhnaill",
        "No",
        "1_000",
        "0x10",
        "Naïve",
    ),
    *(
        '"Main Street 3, Naas"',
        '""',
        '"it\'s: #1"',
        "'a: b # c'",
        "'O''Brien'",
        "''",
        '"{x: y}"',
        "'[a]'",
        '"groups: [c]"',
    ),
)
ODD_TEXTS = (
    *(
        "a, b",
        "~",
        "- a",
        "[a]",
        '"a" b',
        "'a' b",
        "a # b",
        "a: b",
        "a:b",
        '"a\\n"',
        "a {b",
        "a}",
        "a]",
        ", a: b",
        "&a b",
        "*a",
    ),
    *("? a", "!!str a", "a,b: c", "'", '"', "a\n", "|", ">-\n      a", "a #", "a ", "a'b'", 'a"b', "-", "- ", "\tb"),
)
GROUPS = ("[a]", "[a, b]", "[ a,b ]", "[\"a\", 'b']", "[a-b, c_d]")
ODD_GROUPS = ("[]", "a", "[a", "[-]", "[a,]", "[a b]", "[a: b]", '"a"', "", "[a]]", "[[a]]", "[a, a]", "['a]", "[a#]")
BELOW = ("\n<in>- a", "\n<in>  - a", '\n<in>- "a"\n<in>- b', "\n<in>  - a\n<in>  - 'b'")
ODD_BELOW = (
    "\n<in>- a\n<in>  - b",
    "\n<in> - a",
    "\n<in>- -",
    "\n<in>-  a",
    "\n<in>- a\n<in>-",
    "\n- a",
    "\n<in>- - a",
)
BEHIND = ("\n", "<in># note\n", "# note\n", "      # {town: a}\n", "\n\n")
ODD_BEHIND = (
    " # note",
    "    more\n",
    "\t\n",
    "<in>more\n",
    "---\n",
    "<in>- a\n",
    "<in># a\n<in>  more\n",
    "...\n",
    "? a\n",
)


def mostly(usual: tuple[str, ...], odd: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Return what draws a text, an odd one in one case of ten or so."""
    return st.integers(0, 11).flatmap(lambda at: st.sampled_from(usual if at else odd))


entries = st.lists(
    st.tuples(
        mostly(("mobilenumber", "firstname", "surname", "town", "custom1"), ("Town", "", "town ")),
        mostly(TEXTS, ODD_TEXTS),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda entry: entry[0],
)


@st.composite
def in_lines(draw: st.DrawFn) -> str:
    """Draw an item of one key a line."""
    lines = [f"{key}: {text}\n" for key, text in draw(entries)]
    beside = mostly(GROUPS, ODD_GROUPS).map(lambda groups: f" {groups}")
    groups = draw(st.one_of(beside, mostly(BELOW, ODD_BELOW)))
    lines.insert(draw(st.integers(0, len(lines))), f"groups:{groups}\n")
    behind = [draw(st.one_of(st.just(""), st.just(""), mostly(BEHIND, ODD_BEHIND))) for _ in lines]
    return "<out>- " + "".join(
        f"{'<in>' if at else ''}{line}{note}" for at, (line, note) in enumerate(zip(lines, behind, strict=True))
    )


@st.composite
def in_braces(draw: st.DrawFn) -> str:
    """Draw an item in braces."""
    quotes = st.sampled_from(["", "", '"'])
    found = [f"{quote}{key}{quote}: {text}" for key, text in draw(entries) for quote in [draw(quotes)]]
    key = draw(st.sampled_from(["groups", "groups", '"groups"']))
    found.insert(draw(st.integers(0, len(found))), f"{key}: {draw(mostly(GROUPS, ODD_GROUPS))}")
    between, inside = draw(mostly((", ", ","), (" , ", ",\n", ", ,"))), draw(st.sampled_from(["", "", " "]))
    return f"<out>- {{{inside}{between.join(found)}{inside}}}{draw(mostly(('',), (' #', ' x', '}', ', {}')))}\n{draw(mostly(BEHIND, ODD_BEHIND))}"


@st.composite
def marred(draw: st.DrawFn) -> tuple[str, int]:
    """Draw an item and its indent, often with signs of YAML's put in anywhere."""
    indent = draw(st.sampled_from([0, 2, 2, 2, 4]))
    text = draw(st.one_of(in_lines(), in_braces())).replace("<out>", " " * indent).replace("<in>", " " * (indent + 2))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2]))):
        at = draw(st.integers(indent + 2, len(text)))
        text = text[:at] + draw(st.sampled_from(SIGNS)) + text[at + draw(st.integers(0, 1)) :]
    return unicodedata.normalize("NFC", text), indent  # as decoding leaves it


def seen(text: str) -> object:
    """Return what the parser sees of one customer, None where it sees anything else or finds anything wrong."""
    document = read("a.yaml", f"customers:\n{text}")
    found = document.data.get("customers")
    return found[0] if not document.problems and isinstance(found, list) and len(found) == 1 else None


@settings(max_examples=1500)
@given(marred())
def test_an_item_is_read_as_the_parser_reads_it(drawn: tuple[str, int]) -> None:
    text, indent = drawn
    data = text.encode()
    item, stop = plainitems.layout(indent).read_item(data, 0)
    if item is None or stop < len(data):
        return
    parsed = seen(text)
    if parsed is None:  # what cannot be seen is looked for in the file as a whole
        assert any(sign in text for sign in "\u200b\u2028\u0085")
        return
    assert parsed == {**item.texts, "groups": [*item.groups]}
    assert plainitems.again(data, 0) == item
    places = read("a.yaml", f"customers:\n{text}")
    for name in item.texts:
        line, column = plainitems.spot(data, 0, name, 0)
        assert Place("a.yaml", line + 2, column) == places.place(("customers", 0, name))
    for at in range(len(item.groups)):
        line, column = plainitems.spot(data, 0, "groups", at)
        assert Place("a.yaml", line + 2, column) == places.place(("customers", 0, "groups", at))


AOIFE = {"mobilenumber": "0871234567", "firstname": "Aoife"}


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("  - mobilenumber: 0871234567\n    groups: [a, b]\n    firstname: Aoife\n", Item(AOIFE, ("a", "b"))),
        ("- firstname: Aoife\n  groups:\n  - a\n  - b\n  mobilenumber: '0871234567'\n", Item(AOIFE, ("a", "b"))),
        (
            "- mobilenumber: \"0871234567\"\n  groups:\n    - a\n  # known since 1990\n\n  firstname: 'Aoife'\n",
            Item(AOIFE, ("a",)),
        ),
        ("    - {mobilenumber: 0871234567, groups: [a], firstname: Aoife}\n", Item(AOIFE, ("a",))),
        ('  - {"mobilenumber": "0871234567", "firstname": "Aoife", "groups": ["a", "b"]}\n\n', Item(AOIFE, ("a", "b"))),
        (
            "  - {groups: [a], town: 'O''Brien''s, \"Cross\": #3'}\n# {town: x}\n",
            Item({"town": "O'Brien's, \"Cross\": #3"}, ("a",)),
        ),
        ('  - groups: [a]\n    town: ""\n', Item({"town": ""}, ("a",))),
        ('  - groups: [a]\n    town: "a\\tb"\n', None),
        ("  - groups: [a]\n    town: goes\n      on\n", None),
        ("  - groups: [a]\n    town: Naas # moved\n", None),
        ("  - groups: [a]\n    town: Naas\n    town: Kells\n", None),
        ("  - groups: a\n    town: Naas\n", None),
        ("  - groups: [a]\n    town: [a]\n", None),
        ("  - town: Naas\n", None),
        ("  - {groups: [a], town: Naas,\n    county: Meath}\n", None),
        ("  - {groups: [a], town: Naas, Kells}\n", None),
        ('  - {"groups: [a], town: Naas}\n', None),
    ],
)
def test_what_is_plain(text: str, item: Item | None) -> None:
    data = f"customers:\n{text}".encode()
    found = plainitems.begins(data, data.index(b"\n") + 1)
    assert found is not None
    layout, at = found
    assert layout.read_item(data, at) == (item, len(data))


def test_bytes_that_are_no_text_are_no_item() -> None:
    assert plainitems.layout(2).read_item(b"  - groups: [a]\n    town: Na\xefas\n", 0)[0] is None


def test_an_item_ends_at_the_next_one_and_at_the_next_outermost_key() -> None:
    first, second = "- groups: [a]\n  town: Naas\n\n", "- {groups: [b]}\n"
    data = f"{first}{second}campaigns:\n- x\n".encode()
    layout = plainitems.layout(0)
    item, stop = layout.read_item(data, 0)
    assert (item, stop) == (Item({"town": "Naas"}, ("a",)), len(first))
    assert layout.read_item(data, stop) == (Item({}, ("b",)), len(first + second))
