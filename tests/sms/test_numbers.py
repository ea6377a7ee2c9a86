"""Numbers as typed: what is read, what is refused and why, and the fast path against the library."""

from __future__ import annotations

import itertools
import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from sendmode_sync.sms import numbers
from sendmode_sync.sms.numbers import BadNumber

AOIFE = "+353871234567"
TEXTABLE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def _oracle(text: str, region: str) -> str | None:
    """Return what the library alone would read; None where it is no mobile number."""
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.number_type(parsed) not in TEXTABLE:
        return None
    return str(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("0871234567", "IE", AOIFE),
        ("087 123 4567", "IE", AOIFE),
        (" 087-123-4567 ", "IE", AOIFE),
        ("(087) 123.4567", "IE", AOIFE),
        ("087/1234567", "IE", AOIFE),
        ("+353871234567", "IE", AOIFE),
        ("+353 (0)87 123 4567", "IE", AOIFE),
        ("(+353) 87 1234567", "IE", AOIFE),
        ("++353871234567", "IE", AOIFE),
        ("00353871234567", "IE", AOIFE),
        ("353871234567", "IE", AOIFE),
        ("3530871234567", "IE", AOIFE),
        ("871234567", "IE", AOIFE),
        ("0822234567", "IE", "+353822234567"),
        ("+353 87 123 4567", "GB", AOIFE),
        ("00353871234567", "GB", AOIFE),
        ("+353871234567", "US", AOIFE),
        ("07400 123456", "GB", "+447400123456"),
        ("7400123456", "GB", "+447400123456"),
        ("+44 (0)7400 123456", "IE", "+447400123456"),
        ("00447400123456", "IE", "+447400123456"),
        ("07624 123456", "GB", "+447624123456"),
        ("+44 7911 170000", "IE", "+447911170000"),
        ("+1 201 555 0123", "IE", "+12015550123"),
        ("(201) 555-0123", "US", "+12015550123"),
        ("011 353 87 123 4567", "US", AOIFE),
        ("+33 6 12 34 56 00", "IE", "+33612345600"),
        ("06.12.34.56.00", "FR", "+33612345600"),
        ("21 12 34", "FO", "+298211234"),
    ],
)
def test_parse(text: str, region: str, number: str) -> None:
    assert numbers.parse(text, region) == number


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        pytest.param("", "empty-number", "no number is written", id="nothing"),
        pytest.param(" \u00a0", "empty-number", "no number is written", id="blanks"),
        pytest.param("+()", "not-a-number", "no digits", id="signs alone"),
        pytest.param("O871234567", "number-letter", "did you mean the digit 0?", id="letter O"),
        pytest.param("087-CALLNOW", "number-letter", 'the letter "C"', id="vanity"),
        pytest.param("0871234567 ext 5", "number-letter", 'the letter "e"', id="extension"),
        pytest.param("0871234567 (mobile)", "number-letter", 'the letter "m"', id="note"),
        pytest.param("tel:+353871234567", "number-letter", 'the letter "t"', id="tel"),
        pytest.param("Seán", "number-letter", 'the letter "S"', id="name"),
        pytest.param("０８７1234567", "number-digit", "U+FF10", id="full-width digits"),
        pytest.param("٠871234567", "number-digit", "U+0660", id="Arabic digits"),
        pytest.param("087123456٧", "number-digit", "U+0667", id="an Arabic digit where any digit may stand"),
        pytest.param("+35387123456７", "number-digit", "U+FF17", id="the same, full-width and abroad"),
        pytest.param("+44740012345６", "number-digit", "U+FF16", id="the same, British"),
        pytest.param("087²1234567", "number-digit", "U+00B2", id="superscript"),
        pytest.param("087\u00a01234567", "number-space", "U+00A0", id="no-break space"),
        pytest.param("0871234567\n", "number-space", "U+000A", id="line break"),
        pytest.param("087\t1234567", "number-space", "U+0009", id="tab"),
        pytest.param("\u200b0871234567", "number-invisible", "U+200B", id="zero width"),
        pytest.param("087\x001234567", "number-invisible", "U+0000", id="NUL"),
        pytest.param("0871234567;0861234567", "number-character", '";"', id="semicolon"),
        pytest.param("087–123–4567", "number-character", '"–"', id="en dash"),
        pytest.param("'0871234567", "number-character", '"\'"', id="apostrophe"),
        pytest.param("＋353871234567", "number-character", '"＋"', id="full-width plus"),
        pytest.param("8.71E+08", "excel-scientific", "format the column as text", id="scientific"),
        pytest.param("8,71235e+11", "excel-scientific", "format the column as text", id="continental scientific"),
        pytest.param("0871234567.0", "excel-decimal", "format the column as text", id="decimal"),
        pytest.param("087123456.0", "excel-decimal", "format the column as text", id="decimal that fits"),
        pytest.param("+353871234567.00", "excel-decimal", "format the column as text", id="two decimals"),
        pytest.param("01 677 1234", "landline", "is a landline", id="landline"),
        pytest.param("+44 20 7946 0018", "landline", "is a landline", id="London"),
        pytest.param("1520 123456", "premium-rate", "is a premium-rate number", id="premium"),
        pytest.param("1850 123456", "shared-cost", "is a shared-cost number", id="shared cost"),
        pytest.param("1800 123456", "freephone", "is a freephone number", id="freephone"),
        pytest.param("0818 123456", "company-number", "is a company's call number", id="company"),
        pytest.param("076 123 4567", "internet-phone", "is an internet telephone", id="voip"),
        pytest.param("0700 123456", "personal-number", "is a personal number", id="personal"),
        pytest.param("+44 7012 345678", "personal-number", "is a personal number", id="UK 070"),
        pytest.param("+44 7640 123456", "pager", "is a pager", id="UK 076"),
        pytest.param("087 5 123 4567", "voicemail", "is a voice mailbox", id="voicemail"),
        pytest.param("112", "emergency-number", "is an emergency number", id="112"),
        pytest.param("999", "emergency-number", "is an emergency number", id="999"),
        pytest.param("1 1 2", "emergency-number", "is an emergency number", id="112 with spaces"),
        pytest.param("50123", "short-number", "is a short number", id="short"),
        pytest.param("51444", "short-number", "is a short number", id="another short one"),
        pytest.param("0", "too-short", "too few digits", id="one digit"),
        pytest.param("08712", "too-short", "too few digits", id="five digits"),
        pytest.param("+353 112", "too-short", "too few digits", id="112 abroad"),
        pytest.param("087 1234567 / 086 7654321", "too-long", "one mobile number per entry", id="two numbers"),
        pytest.param("087123456789", "too-long", "too many digits", id="two digits too many"),
        pytest.param("+087 123 4567", "unknown-country-code", "+353 for Ireland", id="plus and zero"),
        pytest.param("+999 123 4567", "unknown-country-code", "+353 for Ireland", id="no such country"),
        pytest.param("0+871234567", "not-a-number", "write it like", id="plus inside"),
        pytest.param("080 123 4567", "not-in-use", "check the digits", id="no such prefix"),
        pytest.param("07400 123456", "other-country", "looks like a UK mobile; write it with +44", id="UK in Ireland"),
        pytest.param("447400123456", "other-country", "looks like a UK mobile; write it with +44", id="44 in Ireland"),
    ],
)
def test_a_refusal_names_its_reason(text: str, code: str, says: str) -> None:
    bad = numbers.parse(text, "IE")
    assert isinstance(bad, BadNumber)
    assert bad.code == code
    assert says in bad.message


@pytest.mark.parametrize(
    ("text", "region", "code", "says"),
    [
        ("087 123 4567", "GB", "other-country", "looks like an Irish mobile; write it with +353"),
        ("353871234567", "GB", "other-country", "looks like an Irish mobile; write it with +353"),
        ("00353871234567", "US", "other-country", "looks like an Irish mobile; write it with +353"),
        ("07400 123456", "DE", "landline", "is a landline"),
        ("07700 900123", "DE", "landline", "is a landline"),
        ("+999", "IE", "emergency-number", "never texted"),
        ("07400123456", "UK", "unknown-region", 'region, and "UK" is no country code; the United Kingdom is GB'),
        ("0871234567", "ie", "unknown-region", '"ie" is no country code'),
        ("12345", "XX", "too-short", "too few digits"),
        ("911", "US", "emergency-number", "never texted"),
        ("112", "XX", "emergency-number", "never texted"),
        ("087123456", "IE", "not-in-use", "check the digits"),
        ("+1 201 555 012", "IE", "too-short", "too few digits"),
        ("+43 6 12", "IE", "too-short", "too few digits"),
        ("+65 222 222 222", "IE", "wrong-length", "number of digits"),
    ],
)
def test_a_refusal_depends_on_the_region(text: str, region: str, code: str, says: str) -> None:
    bad = numbers.parse(text, region)
    assert isinstance(bad, BadNumber)
    assert (bad.code, says in bad.message) == (code, True), bad


@pytest.mark.parametrize(
    ("text", "region"),
    [
        *itertools.product(["07700 900000", "7700900000", "447700900000", "0044 7700-900000"], ["IE", "GB"]),
        *itertools.product(["+447700900000", "+44 (0)7700 900 000"], ["IE", "GB", "US"]),
    ],
)
def test_fictional_numbers_pass_only_when_allowed(text: str, region: str) -> None:
    assert numbers.parse(text, region, allow_fictional=True) == "+447700900000"
    bad = numbers.parse(text, region)
    assert isinstance(bad, BadNumber)
    assert bad.code == "fictional-number"
    assert "allow_fictional: true" in bad.message


@given(
    st.sampled_from(["", "0", "+44", "+440", "+44 (0)", "44", "0044", "00440", "+", "00", "+353", "440", "(0)"]),
    st.sampled_from(["7700900", "7700 900 ", "7700-900", "77009001", "770090", "7700901", "07700900"]),
    st.sampled_from(["000", "99 9", "12", "1234", "12a", "1/2/3", "123.0", "123\n"]),
    st.sampled_from(["IE", "GB", "US", "FR", "UK"]),
)
def test_what_is_let_through_at_once_is_what_the_numbering_plan_calls_fictional(
    prefix: str, middle: str, end: str, region: str
) -> None:
    text = prefix + middle + end
    refused = numbers.parse(text, region)  # which looks every such number up
    allowed = numbers.parse(text, region, allow_fictional=True)
    if isinstance(refused, BadNumber) and refused.code == "fictional-number":
        digits = "".join(filter(str.isdigit, text))
        assert allowed == f"+447700900{digits[-3:]}"
    else:
        assert allowed == refused


@pytest.mark.parametrize("text", ["+447700600000", "+447700901000", "+4477009000000", "+44770090000"])
def test_only_ofcoms_thousand_is_fictional(text: str) -> None:
    bad = numbers.parse(text, "GB", allow_fictional=True)
    assert isinstance(bad, BadNumber)
    assert bad.code != "fictional-number"


@given(st.text(st.sampled_from("0123456789 +().-/eEaO\u00a0,；\n²")))
def test_a_message_shows_at_most_two_digits_of_what_was_typed(text: str) -> None:
    found = numbers.parse(text, "IE")
    if isinstance(found, BadNumber):
        shown = found.message.split('" ')[0]
        assert sum(char.isdigit() for char in shown if found.message.startswith('"')) <= 2
        assert found.message == found.message.strip()
        assert "\n" not in found.message


PREFIXES = ["", "0", "353", "3530", "00353", "003530", "+353", "+3530", "44", "440", "0044", "+44", "+440", "+", "00"]
SEPARATORS = st.text(st.sampled_from(" ().-/"), max_size=2)


def _tails(region: str) -> list[str]:
    """Return a number for each beginning that the fast path could decide by: all of 8xxx for IE, 7xxxx for GB."""
    lead, places, rest = ("8", 3, "00001") if region == "IE" else ("7", 4, "00001")
    return [f"{lead}{digits:0{places}d}{rest}" for digits in range(10**places)]


@pytest.mark.parametrize("home", ["IE", "GB", "FR"])
@pytest.mark.parametrize(("owner", "code"), [("IE", "+353"), ("GB", "+44")])
def test_every_range_is_read_as_the_library_reads_it(owner: str, code: str, home: str) -> None:
    for tail in _tails(owner)[:: 1 if home == owner else 7]:
        found = numbers.parse(code + tail, home)
        assert (None if isinstance(found, BadNumber) else found) == _oracle(code + tail, home)
        if isinstance(found, str):
            assert numbers.country(found) == phonenumbers.region_code_for_number(phonenumbers.parse(found))


def test_both_countries_have_mobile_ranges_at_all() -> None:
    read = [
        numbers.parse(code + tail, "IE") for code, owner in (("+353", "IE"), ("+44", "GB")) for tail in _tails(owner)
    ]
    assert sum(isinstance(found, str) for found in read) > 7000


SPELLINGS = st.builds(
    lambda prefix, tail, digits, gaps: "".join(
        char + gap for char, gap in zip(prefix + tail + digits, [*gaps, *[""] * 30], strict=False)
    ),
    st.sampled_from(PREFIXES),
    st.sampled_from(["87", "8", "822", "875", "7400", "77009001", "7911", "7624", "74576", "076", "01"]),
    st.text(st.sampled_from("0123456789"), min_size=5, max_size=8),
    st.lists(SEPARATORS, max_size=4),
)


@given(
    st.one_of(SPELLINGS, st.text(st.sampled_from("0123456789+ -/()."), max_size=22)),
    st.sampled_from(["IE", "GB", "US"]),
)
def test_any_spelling_is_read_as_the_library_reads_it(text: str, region: str) -> None:
    found = numbers.parse(text, region)
    if isinstance(found, str):
        assert found == _oracle(text, region)
    elif found.code != "excel-decimal":
        assert _oracle(text, region) is None


@pytest.mark.parametrize(
    ("number", "country", "national"),
    [
        (AOIFE, "IE", "0871234567"),
        ("+447400123456", "GB", "07400123456"),
        ("+447624123456", "IM", "07624123456"),
        ("+447911170000", "GG", "07911170000"),
        ("+447797700000", "JE", "07797700000"),
        ("+447700900123", "GB", "07700900123"),
        ("+12015550123", "US", "2015550123"),
        ("+33612345678", "FR", "0612345678"),
        ("+393123456789", "IT", "3123456789"),
        ("+882161234567", "", "161234567"),
        ("+12005550123", "", "2005550123"),
    ],
)
def test_country_and_national_digits(number: str, country: str, national: str) -> None:
    assert numbers.country(number) == country
    assert numbers.national(number) == national


@given(st.sampled_from([f"+353{tail}" for tail in _tails("IE")] + [f"+44{tail}" for tail in _tails("GB")]))
def test_national_digits_are_those_of_the_library(number: str) -> None:
    written = phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.NATIONAL)
    if _oracle(number, "IE") is not None:
        assert numbers.national(number) == "".join(filter(str.isdigit, written))


@pytest.mark.parametrize(("code", "known"), [("IE", True), ("GB", True), ("FR", True), ("UK", False), ("", False)])
def test_is_region(code: str, known: bool) -> None:
    assert numbers.is_region(code) == known


@pytest.mark.timeout(60)  # a search that goes back and forth would take hours
@pytest.mark.parametrize("text", ["1" * 60_000 + "x", "1" * 60_000, "(" * 60_000, " " * 60_000 + "1", "1." * 30_000])
def test_a_huge_text_is_refused_at_once(text: str) -> None:
    assert isinstance(numbers.parse(text, "IE"), BadNumber)


def test_plain_mobile_numbers_do_not_load_the_library() -> None:
    script = (
        "import sys; from sendmode_sync.sms import numbers;"
        "number = numbers.parse('087 123 4567', 'IE'); numbers.country(number); numbers.national(number);"
        "sys.exit('phonenumbers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
