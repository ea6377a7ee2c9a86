from __future__ import annotations

import pytest

from sendmode_sync.config.characters import describe, located, unseen


def test_offsets_become_lines_and_columns() -> None:
    text = "ab\n\ncd\ne"
    assert list(located(text, range(len(text)))) == [
        (1, 1), (1, 2), (1, 3), (2, 1), (3, 1), (3, 2), (3, 3), (4, 1),
    ]  # fmt: skip
    assert list(located(text, (0, 5, 7))) == [(1, 1), (3, 2), (4, 1)]


@pytest.mark.parametrize("text", ["plain", "Áine €5 “x”", "👍🏽"])
def test_what_can_be_seen(text: str) -> None:
    assert list(unseen(text)) == []


@pytest.mark.parametrize("char", "\u00ad\u061c\u200b\u200c\u200d\u200e\u202a\u202e\u2060\u2066\ufe0f\ufeff\U000e0041")
def test_what_cannot_be_seen(char: str) -> None:
    assert [match.start() for match in unseen(f"a{char}b")] == [1]
    assert [match.start() for match in unseen(f"a{char}b", message=True)] == [1]
    assert "U+" in describe(char)
