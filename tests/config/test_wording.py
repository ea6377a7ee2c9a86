from __future__ import annotations

import pytest

from sendmode_sync.config.wording import listed, shown, suggestion


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("members", '"members"'),
        ("two\nlines", '"two lines"'),
        ("x" * 50, f'"{"x" * 40}..."'),
        ("esc\x1b[0m", '"esc?[0m"'),
        ("087 123 4567", '"*** *** **67"'),
        ("EMULATOREMULATOR1234", "(hidden, it looks like a key)"),
        ("live_01234567-89ab-cdef-0123-456789abcdef", "(hidden, it looks like a key)"),
    ],
)
def test_what_is_shown(text: str, said: str) -> None:
    assert shown(text) == said


def test_suggestions_ignore_capitals() -> None:
    assert suggestion("First name", ["first name", "x"]) == ', did you mean "first name"?'
    assert suggestion("mesagetext", ["messagetext", "purpose"]) == ', did you mean "messagetext"?'
    assert suggestion("zzz", ["messagetext"]) == ""


def test_lists_are_cut() -> None:
    assert listed("abc", 2) == "a, b and 1 more"
    assert listed("ab", 2) == "a, b"
