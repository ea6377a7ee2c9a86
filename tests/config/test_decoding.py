from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendmode_sync.config.decoding import Decoded, decode_part, decode_sheet, decode_yaml, is_tidy


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a: b\n", "a: b\n"),
        (b"\xef\xbb\xbfa: b\n", "a: b\n"),
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        ("Bri\u0301d".encode(), "Br\u00edd"),
        (b"", ""),
    ],
)
def test_text_is_brought_to_one_form(data: bytes, text: str) -> None:
    assert decode_yaml("a", data) == Decoded(text)
    assert decode_sheet("a", data) == Decoded(text)


@pytest.mark.parametrize(
    "data",
    [
        "\ufeff中文".encode("utf-16-be"),
        "\ufeff中文".encode("utf-16-le"),
        "a: b".encode("utf-16"),
        "a: b".encode("utf-16-le"),
        "a: b".encode("utf-32"),
    ],
)
def test_sixteen_bits_are_refused(data: bytes) -> None:
    for decode, remedy in ((decode_yaml, "save it as UTF-8"), (decode_sheet, "CSV UTF-8")):
        decoded = decode("a", data)
        assert decoded.text is None
        assert "UTF-16" in str(decoded.problems[0])
        assert remedy in str(decoded.problems[0])


@pytest.mark.parametrize(
    ("data", "place"),
    [(b"\xe9", "a:1:1"), (b"\xef\xbb\xbfab\nc\xc3\xa9\xe9x", "a:2:3"), (b"ab\nc\xed\xa0\x80", "a:2:2")],
)
def test_a_byte_that_is_not_utf_8_is_placed(data: bytes, place: str) -> None:
    decoded = decode_yaml("a", data)
    assert decoded.text is None
    assert str(decoded.problems[0]).startswith(f"{place}: ")


def test_a_sheet_may_be_windows_1252_and_it_is_said() -> None:
    decoded = decode_sheet("a.csv", "Áine,€5".encode("cp1252"))
    assert decoded.text == "Áine,€5"
    assert [problem.level for problem in decoded.problems] == ["notice"]
    assert "Windows-1252" in decoded.problems[0].message


def test_what_is_neither_is_an_error() -> None:
    decoded = decode_sheet("a.csv", b"a\n\x81")
    assert decoded.text is None
    assert str(decoded.problems[0]).startswith("a.csv:2:1: ")


@pytest.mark.parametrize("head", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_a_spreadsheet_under_another_name_is_told(head: bytes) -> None:
    assert "CSV UTF-8" in str(decode_sheet("a.csv", head + b"\0" * 9).problems[0])


def test_what_is_tidy_is_left_as_it_is() -> None:
    for text in ("a\n", "Seán\n", "中文\n", "e\u0301\n", "\u1100\u1161", "a\r\n", "\ufeffa\n", "\u212b\n"):
        odd = text.translate({ord(each): None for each in "aeSn\r\n"})
        assert is_tidy(text.encode(), odd) == (decode_part(text.encode(), "utf-8") == text)
    assert not is_tidy(b"\xc3a\xa9", "\xe9")


@given(st.text(st.sampled_from("aeE\u0301\u0327éçÅ\u212b\u1100\u1161"), max_size=6))
def test_letters_are_always_composed(text: str) -> None:
    assert decode_part(text.encode(), "utf-8") == unicodedata.normalize("NFC", text)


def test_letters_that_are_taken_for_composed_never_join_others() -> None:
    decomposed = (unicodedata.normalize("NFD", chr(point)) for point in range(0x110000))
    joining = {char for text in decomposed for char in text[1:]}
    for char in map(chr, range(0xA0, 0x300)):
        assert is_tidy(char.encode(), char)
        assert char not in joining
        assert unicodedata.normalize("NFC", char) == char
        assert not unicodedata.combining(char)
