"""Plain punctuation: what is mapped, what never is, and that it never makes a text dearer."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendmode_sync.sms import segments, transliterate

SOUP = st.text(st.sampled_from("a e€[{’‘“”–—…•´`\t\u00a0\u2009á😀\n/.:"), max_size=220)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("cafe\u0301", "café"),
        ("one\r\ntwo\r\n", "one\ntwo"),
        ("one\rtwo", "one\ntwo"),
        ("ends\n\n\n", "ends"),
        ("\n starts stay ", "\n starts stay "),
        ("a\r\r\n", "a"),
        ("\u212b", "Å"),
        ("", ""),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert transliterate.clean(text) == cleaned


@given(st.text(st.sampled_from("ae\u0301\u030a\r\n “"), max_size=20))
def test_clean_is_idempotent(text: str) -> None:
    once = transliterate.clean(text)
    assert transliterate.clean(once) == once


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        pytest.param("it’s ‘on’ today", "it's 'on' today", id="single quotes"),
        pytest.param("“20% off”", '"20% off"', id="double quotes"),
        pytest.param("„Angebot‟ «et» ‹ici›", '"Angebot" "et" \'ici\'', id="other quotes"),
        pytest.param("6′ 2″", "6' 2\"", id="primes"),
        pytest.param("don`t, don´t", "don't, don't", id="backtick and acute"),
        pytest.param("9–5 — daily ‑ −3", "9-5 - daily - -3", id="dashes and minus"),
        pytest.param("wait…", "wait...", id="ellipsis"),
        pytest.param("20\u00a0% off\u202fnow\u2009or\tnever", "20 % off now or never", id="spaces and tab"),
        pytest.param("• milk\n‣ eggs", "- milk\n- eggs", id="bullets"),
        pytest.param("Dé hAoine – €5", "Dé hAoine - €5", id="letters and signs of GSM-7 stay"),
        pytest.param(
            "see “https://acme.ie/sale”, it’s on", 'see "https://acme.ie/sale", it\'s on', id="quotes around a link"
        ),
    ],
)
def test_punctuation_becomes_plain_where_that_brings_gsm7(text: str, plain: str) -> None:
    assert transliterate.plain(text) == plain
    assert segments.measure(plain).encoding == "GSM-7"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("plain text, €5 [ok]", id="already GSM-7"),
        pytest.param("Slán… it’s", id="a letter keeps it in UCS-2"),
        pytest.param("it’s 😀", id="an emoji keeps it in UCS-2"),
        pytest.param("…" * 70, id="three septets each would take a second segment"),
        pytest.param("’" + "{" * 29 + "…" * 40, id="braces would take a second segment"),
        pytest.param("go to https://acme.ie/a–b now", id="a dash inside a link"),
        pytest.param("go to acme.ie/it’s-on now", id="a quote inside a bare link"),
        pytest.param("go to WWW.acme.ie?q=“a”b", id="quotes inside a query"),
        pytest.param("l·l çedilla", id="letters"),
        pytest.param("", id="empty"),
    ],
)
def test_otherwise_the_text_stays_as_typed(text: str) -> None:
    assert transliterate.plain(text) == text


@given(SOUP)
def test_plain_is_idempotent(text: str) -> None:
    once = transliterate.plain(text)
    assert transliterate.plain(once) == once


@given(SOUP)
def test_plain_never_costs_more_and_changes_only_for_gsm7(text: str) -> None:
    before, after = segments.measure(text), segments.measure(transliterate.plain(text))
    assert after.segments <= before.segments
    if transliterate.plain(text) != text:
        assert (before.encoding, after.encoding) == ("UCS-2", "GSM-7")


@given(st.characters(categories=["L", "M", "N"]))
def test_a_letter_mark_or_number_is_never_mapped(char: str) -> None:
    text = f"it’s {char}"
    kept = transliterate.plain(text)
    assert kept.endswith(char)
    assert unicodedata.normalize("NFC", char) not in {"'", '"', "-"}


@given(st.one_of(SOUP, st.text(max_size=20)))
def test_lettered_is_what_no_mapping_brings_into_gsm7(text: str) -> None:
    outside = {char for _, char in segments.forcing(text)}
    assert transliterate.is_lettered(text) == bool(outside - transliterate.PUNCTUATION)
