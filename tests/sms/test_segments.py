"""Counting and cutting: the boundaries by name, the laws by property, the whole against smsutil."""

from __future__ import annotations

import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from sendmode_sync.sms import gsm7, segments
from sendmode_sync.sms.segments import Measure

FAMILY = "👨‍👩‍👧"
GSM_TEXTS = st.text(st.sampled_from(sorted(gsm7.BASIC | gsm7.EXTENSION)), max_size=700)
WIDE_TEXTS = st.text(st.sampled_from("aé€[^áő’😀👍🏽\u200d\u0301"), max_size=400)
ANY_TEXTS = st.one_of(GSM_TEXTS, WIDE_TEXTS, st.text(max_size=300), GSM_TEXTS.map(lambda text: text + "á"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", Measure("GSM-7", 0, 0, 160), id="empty text"),
        pytest.param("a", Measure("GSM-7", 1, 1, 159), id="one character"),
        pytest.param("a" * 160, Measure("GSM-7", 160, 1, 0), id="160"),
        pytest.param("a" * 161, Measure("GSM-7", 161, 2, 145), id="161"),
        pytest.param("a" * 306, Measure("GSM-7", 306, 2, 0), id="306"),
        pytest.param("a" * 307, Measure("GSM-7", 307, 3, 152), id="307"),
        pytest.param("a" * 459, Measure("GSM-7", 459, 3, 0), id="459"),
        pytest.param("a" * 460, Measure("GSM-7", 460, 4, 152), id="460"),
        pytest.param("€" * 80, Measure("GSM-7", 160, 1, 0), id="80 euros"),
        pytest.param("€" * 81, Measure("GSM-7", 162, 2, 143), id="81 euros"),
        pytest.param("€" * 152, Measure("GSM-7", 304, 2, 1), id="152 euros leave one septet"),
        pytest.param("€" * 153, Measure("GSM-7", 306, 3, 151), id="153 euros"),
        pytest.param("[" * 153, Measure("GSM-7", 306, 3, 151), id="153 brackets"),
        pytest.param("a" * 152 + "€" + "a" * 152, Measure("GSM-7", 306, 3, 152), id="152 a, euro, 152 a"),
        pytest.param("a" * 151 + "€" + "a" * 153, Measure("GSM-7", 306, 2, 0), id="151 a, euro, 153 a"),
        pytest.param("a" * 159 + "€", Measure("GSM-7", 161, 2, 145), id="159 a and a euro"),
        pytest.param("\r\n" * 80, Measure("GSM-7", 160, 1, 0), id="CRLF is two"),
        pytest.param("é" * 160, Measure("GSM-7", 160, 1, 0), id="e acute is GSM-7"),
        pytest.param("Dé hAoine", Measure("GSM-7", 9, 1, 151), id="De hAoine"),
        pytest.param("Slán" + "a" * 66, Measure("UCS-2", 70, 1, 0), id="70 with a fada"),
        pytest.param("Slán" + "a" * 67, Measure("UCS-2", 71, 2, 63), id="71 with a fada"),
        pytest.param("á" * 134, Measure("UCS-2", 134, 2, 0), id="134"),
        pytest.param("á" * 135, Measure("UCS-2", 135, 3, 66), id="135"),
        pytest.param("á" + "€" * 69, Measure("UCS-2", 70, 1, 0), id="a euro is one unit in UCS-2"),
        pytest.param("😀" * 35, Measure("UCS-2", 70, 1, 0), id="35 emoji"),
        pytest.param("😀" * 36, Measure("UCS-2", 72, 2, 61), id="36 emoji"),
        pytest.param("😀" * 66, Measure("UCS-2", 132, 2, 1), id="66 emoji"),
        pytest.param("😀" * 67, Measure("UCS-2", 134, 3, 65), id="67 emoji"),
        pytest.param("ő" * 66 + "😀" + "ő" * 66, Measure("UCS-2", 134, 3, 66), id="emoji on the edge"),
        pytest.param("a" * 99 + "’", Measure("UCS-2", 100, 2, 34), id="one curly quote in a hundred"),
        pytest.param("e\u0301", Measure("UCS-2", 2, 1, 68), id="decomposed e acute"),
        pytest.param("a\x1b", Measure("UCS-2", 2, 1, 68), id="an escape is outside GSM-7"),
        pytest.param("\ud83d", Measure("UCS-2", 1, 1, 69), id="a lone surrogate is one unit"),
    ],
)
def test_measure(text: str, expected: Measure) -> None:
    assert segments.measure(text) == expected


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        pytest.param("", (), id="empty text"),
        pytest.param("a" * 160, (160,), id="160"),
        pytest.param("a" * 161, (153, 8), id="161"),
        pytest.param("a" * 152 + "€" + "a" * 152, (152, 152, 1), id="an escape pair moves whole"),
        pytest.param("€" * 153, (76, 76, 1), id="153 euros"),
        pytest.param("😀" * 67, (33, 33, 1), id="a surrogate pair moves whole"),
        pytest.param("ő" * 62 + FAMILY, (67,), id="a family that fits alone"),
        pytest.param("ő" * 66 + FAMILY, (66, 5), id="a family on the edge is cut by code points"),
    ],
)
def test_split(text: str, lengths: tuple[int, ...]) -> None:
    assert tuple(map(len, segments.split(text))) == lengths


def test_forcing_names_what_forces_ucs2() -> None:
    assert segments.forcing("Áine’s €5 ✓") == ((0, "Á"), (4, "’"), (10, "✓"))
    assert segments.forcing("plain €5 [ok]") == ()


def _units(part: str, encoding: str) -> int:
    return len(smsutil.encode(part)) if encoding == "GSM-7" else len(part.encode("utf-16-be")) // 2


@given(ANY_TEXTS)
def test_joined_parts_are_the_text_and_as_many_as_measured(text: str) -> None:
    parts = segments.split(text)
    assert "".join(parts) == text
    assert len(parts) == segments.measure(text).segments


@given(ANY_TEXTS)
def test_no_part_is_over_capacity_and_each_is_as_full_as_it_can_be(text: str) -> None:
    found = segments.measure(text)
    parts = segments.split(text)
    alone, joined = (160, 153) if found.encoding == "GSM-7" else (70, 67)
    capacity = alone if len(parts) == 1 else joined
    sizes = [_units(part, found.encoding) for part in parts]
    assert sum(sizes) == found.units
    assert all(0 < size <= capacity for size in sizes)
    assert found.capacity_left == (capacity - sizes[-1] if parts else 160)
    for size, following in zip(sizes, parts[1:], strict=False):
        assert size + _units(following[0], found.encoding) > capacity


@given(ANY_TEXTS.filter(bool))
def test_parts_are_those_of_smsutil(text: str) -> None:
    oracle = smsutil.split(text)
    assert [part.content for part in oracle.parts] == list(segments.split(text))


@given(GSM_TEXTS)
def test_gsm7_never_takes_more_segments_than_ucs2(text: str) -> None:
    as_ucs2 = smsutil.unicode_split(text).parts if text else []
    assert segments.measure(text).segments <= len(as_ucs2)


@given(GSM_TEXTS, GSM_TEXTS)
def test_more_text_of_one_encoding_never_takes_fewer_segments(text: str, more: str) -> None:
    assert segments.measure(text).segments <= segments.measure(text + more).segments


@given(ANY_TEXTS)
def test_texts_in_latin_1_take_as_many_septets(text: str) -> None:
    latin = text.encode("latin-1", "ignore")
    assert gsm7.septets_of_latin(latin) == gsm7.septets(latin.decode("latin-1"))
