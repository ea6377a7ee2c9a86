from __future__ import annotations

import pytest

from sendmode_sync.model.counting import count, persons


@pytest.mark.parametrize(("number", "text"), [(0, "0 calls"), (1, "1 call"), (2, "2 calls"), (12_000, "12,000 calls")])
def test_counts(number: int, text: str) -> None:
    assert count(number, "call") == text


def test_people_are_counted_as_people() -> None:
    assert (persons(1), persons(1200)) == ("1 person", "1,200 people")


def test_a_plural_of_its_own() -> None:
    assert (count(1, "opt-out is", "opt-outs are"), count(2, "opt-out is", "opt-outs are")) == (
        "1 opt-out is",
        "2 opt-outs are",
    )
