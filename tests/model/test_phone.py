"""What is shown of a number, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendmode_sync.model import phone

E164 = st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+353871234567", "+353 ** *** **67"),
        ("+447700900001", "+44 ** **** **01"),
        ("+12025550123", "+1 ** **** **23"),
        ("+79161234567", "+7 ** **** **67"),
        ("+35312", "+353 12"),
        ("+3531234", "+353 **34"),
    ],
)
def test_a_mask_leaves_the_country_and_two_digits(number: str, masked: str) -> None:
    assert phone.mask(number) == masked


@given(E164)
def test_a_mask_shows_two_digits_beyond_the_country(number: str) -> None:
    code = phone.calling_code(number)
    masked = phone.mask(number)
    assert masked.startswith(f"+{code} ")
    national = masked.removeprefix(f"+{code} ").replace(" ", "")
    assert len(national) == len(number) - 1 - len(code)
    assert national[-2:] == number[-2:]
    assert set(national[:-2]) <= {"*"}


@given(st.from_regex(r"\+[0-9]{1,14}", fullmatch=True))
def test_a_mask_that_is_remembered_for_a_kind_of_number_is_that_of_the_number(number: str) -> None:
    assert phone.mask(number) == phone._masked(number)


@pytest.mark.parametrize(
    ("number", "code"),
    [("+12025550123", "1"), ("+79161234567", "7"), ("+447700900001", "44"), ("+353871234567", "353"), ("+3598", "359")],
)
def test_calling_codes(number: str, code: str) -> None:
    assert phone.calling_code(number) == code


@pytest.mark.parametrize(
    ("typed", "masked"),
    [
        ("087 123 4567", "*** *** **67"),
        ("O87 123 4567", "O** *** **67"),
        ("8.71E+08", "*.**E+08"),
        ("no digits", "no digits"),
        ("7", "7"),
        ("", ""),
        ("0" * 40, "*" * 22 + "00"),
    ],
)
def test_what_was_typed_keeps_its_letters_and_two_digits(typed: str, masked: str) -> None:
    assert phone.mask_typed(typed) == masked


@given(st.text())
def test_no_typed_text_shows_more_than_two_digits(typed: str) -> None:
    masked = phone.mask_typed(typed)
    assert sum(char.isdigit() for char in masked) <= 2
    assert len(masked) <= 24


@given(E164, st.binary(min_size=1, max_size=32))
def test_a_tag_has_the_form_of_a_tag_and_follows_number_and_key(number: str, key: bytes) -> None:
    tag = phone.tag(number, key)
    assert phone.is_tag(tag)
    assert tag == phone.tag(number, key)
    assert tag != phone.tag(number + "0", key)
    assert tag != phone.tag(number, key + b"0")


@pytest.mark.parametrize("text", ["", "p-", "p-abcdefg", "p-abcdefghi", "p-abcdefg1", "P-ABCDEFGH", "+353871234567"])
def test_what_is_no_tag(text: str) -> None:
    assert not phone.is_tag(text)
