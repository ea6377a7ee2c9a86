from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendmode_sync.config.edits import add, remove
from sendmode_sync.config.reader import read
from sendmode_sync.model.desired import OptOut

NEW = [OptOut("+353870000001", "STOP"), OptOut("+353870000002", None, 'say "bye"')]
ENTRIES = (
    '{mobilenumber: "+353870000001", optoutresponse: "STOP"}',
    '{mobilenumber: "+353870000002", returnedresponse: "say \\"bye\\""}',
)
BLOCK = f"  - {ENTRIES[0]}\n  - {ENTRIES[1]}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"optouts:\n{BLOCK}"),
        ("version: 1", f"version: 1\noptouts:\n{BLOCK}"),
        ("optouts:\n", f"optouts:\n{BLOCK}"),
        ("optouts:   # none yet\n# end\n", f"optouts:   # none yet\n{BLOCK}# end\n"),
        ("optouts: []   # none yet\n", f"optouts: [{ENTRIES[0]}, {ENTRIES[1]}]   # none yet\n"),
        ("optouts: [{mobilenumber: 1}, ]\n", f"optouts: [{{mobilenumber: 1}}, {ENTRIES[0]}, {ENTRIES[1]}, ]\n"),
        (
            "optouts: [\n  {mobilenumber: 1}   # one\n]\n",
            f"optouts: [\n  {{mobilenumber: 1}}, {ENTRIES[0]}, {ENTRIES[1]}   # one\n]\n",
        ),
        (
            "# head\noptouts:\n  - {mobilenumber: 1}   # one\n\n# groups\ngroups: {a: }\n",
            f"# head\noptouts:\n  - {{mobilenumber: 1}}   # one\n{BLOCK}\n# groups\ngroups: {{a: }}\n",
        ),
        (
            "optouts:\n- mobilenumber: 1\n  optoutresponse: |\n    no\n    more\nstate: optouts",
            f"optouts:\n- mobilenumber: 1\n  optoutresponse: |\n    no\n    more\n- {ENTRIES[0]}\n- {ENTRIES[1]}\nstate: optouts\n",
        ),
        ("state: optouts\ngroups: {optouts: {}}\n", f"state: optouts\ngroups: {{optouts: {{}}}}\noptouts:\n{BLOCK}"),
        ("optouts:\n      - mobilenumber: 1\n        optoutresponse: x", f"optouts:\n      - mobilenumber: 1\n        optoutresponse: x\n      - {ENTRIES[0]}\n      - {ENTRIES[1]}\n"),
    ],
)  # fmt: skip
def test_adding(before: str, after: str) -> None:
    assert add(before, NEW) == after


@pytest.mark.parametrize(
    "before",
    ["{version: 1}\n", "a: 'x\n", "optouts: text\n", "optouts: {a: b}\n", "a: b\n...\n", "a: b\na: c\n", "- a\n"],
)
def test_what_cannot_be_added_to_safely(before: str) -> None:
    assert add(before, NEW) is None


LIST = "# head\noptouts:\n  # one\n  - {mobilenumber: 1}   # uno\n  # two\n  - mobilenumber: 2\n    optoutresponse: x\n\n  - {mobilenumber: 3}\ngroups: {}\n"


@pytest.mark.parametrize(
    ("before", "positions", "after"),
    [
        (LIST, [0], LIST.replace("  - {mobilenumber: 1}   # uno\n", "")),
        (LIST, [1], LIST.replace("  - mobilenumber: 2\n    optoutresponse: x\n", "")),
        (LIST, [2], LIST.replace("  - {mobilenumber: 3}\n", "")),
        (LIST, [0, 1, 2], "# head\noptouts:\n  # one\n  # two\n\ngroups: {}\n"),
        ("optouts:\n  - {mobilenumber: 1}", [0], "optouts:\n"),
        ("optouts:\n  -\n    mobilenumber: 1\n", [0], "optouts:\n"),
        ("optouts: [{mobilenumber: 1}, {mobilenumber: 2}, {mobilenumber: 3}]\n", [0], "optouts: [{mobilenumber: 2}, {mobilenumber: 3}]\n"),
        ("optouts: [{mobilenumber: 1}, {mobilenumber: 2}, {mobilenumber: 3}]\n", [1, 2], "optouts: [{mobilenumber: 1}]\n"),
        ("optouts: [{mobilenumber: 1}]\n", [0], "optouts: []\n"),
        (LIST, [], LIST),
    ],
)  # fmt: skip
def test_removing(before: str, positions: list[int], after: str) -> None:
    assert remove(before, positions) == after


@pytest.mark.parametrize("before", ["groups: {}\n", "a: 'x\n", "optouts: x\n"])
def test_what_cannot_be_removed_from(before: str) -> None:
    assert remove(before, [0]) is None


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(["{mobilenumber: 1}", "mobilenumber: 2\n    optoutresponse: b", "mobilenumber: 3  # c"]),
        max_size=4,
    ),
    st.sampled_from(["", "groups: {a: }\n", "# tail\n"]),
    st.sampled_from(["", "# head\n", "version: 1\n"]),
)
def test_adding_then_removing_leaves_the_text_as_it_was(items: list[str], tail: str, head: str) -> None:
    text = f"{head}optouts:\n" + "".join(f"  - {item}\n" for item in items) + tail
    added = add(text, NEW)
    assert added is not None
    listed = read("", added).data["optouts"]
    assert len(listed) == len(items) + 2
    assert remove(added, [len(items), len(items) + 1]) == text
