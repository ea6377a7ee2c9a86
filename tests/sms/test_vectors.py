"""Counting against a second calculator: its answers are kept in ``vectors.json``, which says how they were made.

It keeps a cluster (an emoji of several code points, a letter with its accents) whole, and we cut where networks do; so
the two may differ exactly where a cut is found, and there only.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendmode_sync.sms import clusters, segments

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))["vectors"]
CASES = [("".join(piece * times for piece, times in pieces), encoding, count) for pieces, encoding, count in VECTORS]


def test_there_are_vectors_of_both_kinds() -> None:
    assert len(CASES) > 500
    assert {encoding for _, encoding, _ in CASES} == {"GSM-7", "UCS-2"}


def test_encodings_and_segments_are_those_of_the_other_calculator() -> None:
    for text, encoding, count in CASES:
        found = segments.measure(text)
        assert found.encoding == encoding, text
        if not clusters.cut_by(segments.split(text)):
            assert found.segments == count, text


def test_where_they_differ_a_cluster_is_cut() -> None:
    differing = [text for text, _, count in CASES if segments.measure(text).segments != count]
    assert differing
    assert all(clusters.cut_by(segments.split(text)) for text in differing)


FILL = "ő" * 66


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        pytest.param("", (), id="empty text"),
        pytest.param("a" * 400, (), id="plain text"),
        pytest.param(FILL + "😀" + FILL, (), id="one code point moves whole"),
        pytest.param(FILL + "👍🏽" + FILL, (), id="a thumb moves whole, its skin tone with it"),
        pytest.param(FILL[:65] + "👍🏽" + FILL, ("👍🏽",), id="a skin tone is cut off"),
        pytest.param(FILL + "👨‍👩‍👧" + FILL, (), id="a family of eight units moves whole by luck"),
        pytest.param(FILL[:62] + "👨‍👩‍👧" + FILL, ("👨‍👩‍👧",), id="a family is cut"),
        pytest.param(FILL[:64] + "👨‍👩‍👧" + FILL, ("👨‍👩‍👧",), id="a family is cut before its second joiner"),
        pytest.param(FILL[:65] + "🇮🇪" + FILL, ("🇮🇪",), id="a flag is cut"),
        pytest.param(FILL[:63] + "🇮🇪🇬🇧" + FILL, (), id="between two flags"),
        pytest.param(FILL + "❤️" + FILL, ("❤️",), id="a variation selector is cut off"),
        pytest.param(FILL + "x̣̂" + FILL, ("x̣̂",), id="accents are cut off"),
        pytest.param(FILL[:65] + "x\u200d" + "á" + FILL, (), id="a joiner before a letter joins nothing"),
    ],
)
def test_clusters_that_are_cut(text: str, cut: tuple[str, ...]) -> None:
    assert clusters.cut_by(segments.split(text)) == cut


@given(
    st.lists(
        st.one_of(st.text(min_size=1, max_size=6), st.sampled_from(["👍🏽", "🇮🇪", "e\u0301", "\u200d", "é", "©"])),
        max_size=6,
    )
)
def test_what_is_cut_was_held_possible(parts: list[str]) -> None:
    assert not clusters.cut_by(parts) or clusters.possible("".join(parts))


def test_letters_alone_are_no_clusters() -> None:
    assert not clusters.possible("Gráinne Ní Dhomhnaill, 5 ¼ © \u02ff")
