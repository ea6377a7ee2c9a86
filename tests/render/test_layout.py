from __future__ import annotations

import re

import pytest

from sendmode_sync.render import layout
from sendmode_sync.render.layout import Layout


def test_lines_are_wrapped_under_their_item() -> None:
    lines = layout.item("!", "word " * 40, Layout())
    assert len(lines) > 1
    assert lines[0].startswith("  ! word")
    assert all(line.startswith("    word") for line in lines[1:])
    assert max(map(len, lines)) <= layout.WIDTH


def test_a_word_longer_than_a_line_stays_whole() -> None:
    word = "x" * 150
    assert layout.entry("why", f"{word} and more")[0].endswith(word)


@pytest.mark.parametrize("lead", range(60, 100))
def test_a_masked_number_is_never_broken(lead: int) -> None:
    number = "+353 ** *** **67 p-abcdefgh"
    lines = layout.wrapped(f"{'a' * lead} {number} tail", "")
    assert any(number in line for line in lines)


def test_an_empty_value_is_its_label() -> None:
    assert layout.entry("why", "") == ["      why"]


def test_colour_repeats_a_mark_and_changes_nothing_else() -> None:
    plain = layout.item("+", "a + b " * 30, Layout())
    painted = layout.item("+", "a + b " * 30, Layout(colour=True))
    assert painted[0].startswith("  \x1b[32m+\x1b[0m a + b")
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in painted] == plain


@pytest.mark.parametrize(
    ("items", "all_items", "shown", "rest"),
    [
        (10, False, 10, []),
        (11, False, 10, ["    and 1 more (--all)"]),
        (1210, False, 10, ["    and 1,200 more (--all)"]),
        (11, True, 11, []),
    ],
)
def test_a_long_list_is_ten_examples(items: int, all_items: bool, shown: int, rest: list[str]) -> None:
    found, more = layout.cut(range(items), Layout(all_items=all_items), 4)
    assert (len(found), more) == (shown, rest)


def test_columns_are_aligned_and_figures_stand_right() -> None:
    lines = layout.table(("name", "left", "next"), [("a", "5", "-"), ("long name", "1,200", "now")], frozenset({1}))
    assert lines == [
        "  name        left  next",
        "  a              5  -",
        "  long name  1,200  now",
    ]


def test_sections_stand_apart_and_empty_ones_leave_no_gap() -> None:
    assert layout.sections([], ["a", "b"], [], ["c"]) == ["a", "b", "", "c"]
