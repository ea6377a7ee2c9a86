"""The alphabet against 3GPP TS 23.038 as smsutil's codec knows it."""

from __future__ import annotations

import pytest
import smsutil

from sendmode_sync.sms import gsm7


def test_the_basic_table_has_127_characters_and_no_escape() -> None:
    assert len(gsm7.BASIC) == 127
    assert "\x1b" not in gsm7.BASIC


def test_the_extension_table_has_ten_characters_that_are_not_basic() -> None:
    assert frozenset("^{}\\[~]|€\f") == gsm7.EXTENSION
    assert not gsm7.EXTENSION & gsm7.BASIC


def test_the_alphabet_is_that_of_the_oracle_but_for_the_escape() -> None:
    ours = {chr(code) for code in range(0x11000) if gsm7.holds(chr(code))}
    oracle = {chr(code) for code in range(0x3000) if smsutil.is_valid_gsm(chr(code))}
    assert ours == oracle - {"\x1b"} == gsm7.BASIC | gsm7.EXTENSION


@pytest.mark.parametrize("char", sorted((gsm7.BASIC | gsm7.EXTENSION) - {"\x1b"}))
def test_every_character_takes_as_many_septets_as_the_oracle_writes(char: str) -> None:
    assert gsm7.septets(char) == len(smsutil.encode(char))


@pytest.mark.parametrize(
    ("text", "septets"),
    [
        ("", 0),
        ("Hello", 5),
        ("@£$¥èéùìòÇ", 10),
        ("Ç", 1),
        ("€", 2),
        ("[a]", 5),
        ("\r\n", 2),
        ("\f", 2),
        ("ç", None),
        ("Á", None),
        ("á", None),
        ("`", None),
        ("\t", None),
        ("\x1b", None),
        ("’", None),
        ("\u00a0", None),
        ("😀", None),
        ("plain text and one ő", None),
    ],
)
def test_septets(text: str, septets: int | None) -> None:
    assert gsm7.septets(text) == septets


def test_outside_names_position_and_character_in_order() -> None:
    assert gsm7.outside("Seán’s €5") == ((2, "á"), (4, "’"))
    assert gsm7.outside("plain") == ()
