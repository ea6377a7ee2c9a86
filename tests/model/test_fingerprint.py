"""Digests say which rule made them, and nothing else moves them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendmode_sync.model import fingerprint
from sendmode_sync.model.roll import joined

PLAIN = st.text("abcé ", max_size=5)


def test_canonical_json_is_sorted_tight_and_utf_8() -> None:
    assert fingerprint.canonical({"b": [1, 2.5, None], "a": "é"}) == '{"a":"é","b":[1,2.5,null]}'.encode()


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        (fingerprint.digest("p1", {}), "p1:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
        (fingerprint.of_values(("a", "")).hex(), "e8106665ad55af214e0d7e96ead878e6"),
        (fingerprint.of_text("Hi"), "t1:6da9bea444edd84437d7cb4711bac4ef"),
        (fingerprint.of_forgotten("+447700900001", b"key"), "f1:77abf460f7e99980ce131a97c118d14c"),
    ],
    ids=["digest", "values", "text", "forgotten"],
)
def test_a_state_written_today_is_understood_tomorrow(found: str, kept: str) -> None:
    assert found == kept


@given(st.lists(PLAIN, min_size=1, max_size=4), st.lists(PLAIN, min_size=1, max_size=4))
def test_values_are_told_apart_wherever_one_ends(one: list[str], other: list[str]) -> None:
    same = fingerprint.of_values(tuple(one)) == fingerprint.of_values(tuple(other))
    assert same == (one == other)
    assert fingerprint.of_joined(joined(tuple(one))) == fingerprint.of_values(tuple(one))


def test_digests_of_different_things_never_meet() -> None:
    found = {
        fingerprint.of_text("x"),
        fingerprint.of_forgotten("x", b"k"),
        fingerprint.of_forgotten("x", b"l"),
        fingerprint.digest("c1", "x"),
        fingerprint.digest("c2", "x"),
    }
    assert len(found) == 5
