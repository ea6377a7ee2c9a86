from __future__ import annotations

import pytest

from sendmode_sync.model.phone import tag
from sendmode_sync.render.view import HIDDEN, Masker, page, printable, quoted
from tests.golden.golden_samples import FIRSTNAME, KEY, SENDS, values


def test_a_number_is_masked_with_a_tag_where_there_is_a_key() -> None:
    assert Masker(KEY).number("+353871234567") == f"+353 ** *** **67 {tag('+353871234567', KEY)}"


def test_a_number_is_masked_without_a_tag_where_there_is_no_key() -> None:
    assert Masker().number("+353871234567") == "+353 ** *** **67"


def test_everything_is_shown_only_when_asked_for() -> None:
    shown = Masker(KEY, show=True)
    assert shown.number("+353871234567") == "+353871234567"
    assert shown.values(values(firstname=FIRSTNAME))["firstname"] == FIRSTNAME
    assert shown.text(SENDS[1]) == SENDS[1].messagetext


def test_hidden_fields_keep_their_names_and_their_emptiness() -> None:
    hidden = Masker(KEY).values(values(firstname=FIRSTNAME))
    assert hidden["firstname"] == HIDDEN
    assert set(hidden.values()) == {HIDDEN, ""}


def test_a_hidden_text_is_its_template() -> None:
    assert Masker(KEY).text(SENDS[1]) == SENDS[1].template


def test_the_key_is_in_no_description_of_a_masker() -> None:
    assert "key" not in repr(Masker(KEY))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, with é and €", "plain, with é and €"),
        ("two\nlines\r\n", r"two\nlines\r\n"),
        ("a\ttab", r"a\ttab"),
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("\x9b31m and \x7f", r"\x9b31m and \x7f"),
        ("abc\u202etxt.exe\u2066", r"abc\u202etxt.exe\u2066"),
        ("\u200bzero\ufeff", r"\u200bzero\ufeff"),
        ("line\u2028paragraph\u2029", r"line\u2028paragraph\u2029"),
        ("no\xa0break", r"no\xa0break"),
        ("lone \ud800 half", r"lone \ud800 half"),
        ("family \U0001f468\u200d\U0001f469\u200d\U0001f467", "family \U0001f468\u200d\U0001f469\u200d\U0001f467"),
        ("heart \u2764\ufe0f", "heart \u2764\ufe0f"),
    ],
)
def test_what_does_not_print_is_made_visible(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_characters_can_be_kept() -> None:
    assert printable("a\nb\x1b", keep="\n") == "a\nb\\x1b"


def test_quotes_show_the_ends_of_a_text() -> None:
    assert quoted(" hi\n") == '" hi\\n"'


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("::error::boo", r"\::error::boo"),
        ("   ::set-output name=x::y", r"   \::set-output name=x::y"),
        ("##[error]boo", r"##\[error]boo"),
        ("so ##[group]", r"so ##\[group]"),
        ("a::b", "a::b"),
        ("## [x]", "## [x]"),
    ],
)
def test_no_line_is_a_command_to_a_ci_runner(line: str, shown: str) -> None:
    assert page([line, "end"]) == f"{shown}\nend"
