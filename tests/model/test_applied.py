from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sendmode_sync.model.applied import WINDOW, Applied, windows

PRINTS = st.binary(min_size=16, max_size=16)
NUMBERS = st.integers(100, 999).map("+447700900{}".format)


@given(st.dictionaries(NUMBERS, PRINTS))
def test_it_is_the_mapping_it_was_made_of(known: dict[str, bytes]) -> None:
    made = Applied.of(known)
    assert made == known
    assert (list(made), len(made), bool(made)) == (list(known), len(known), bool(known))
    assert {number: made.get(number) for number in ("+447700900100", *known)} == {
        number: known.get(number) for number in ("+447700900100", *known)
    }


def test_what_has_columns_already_is_itself() -> None:
    made = Applied.of({})
    assert Applied.of(made) is made


def test_more_than_one_window() -> None:
    known = {f"+4477009{at:05}": bytes([at % 256]) * 16 for at in range(2 * WINDOW + 1)}
    made = Applied(windows(known.items()))
    assert [len(numbers) for numbers, _ in made.windows()] == [WINDOW, WINDOW, 1]
    assert made == known


def test_a_fingerprint_of_another_length_moves_no_other() -> None:
    made = Applied.of({"+447700900001": b"x", "+447700900002": b"y" * 16, "+447700900003": b"z" * 17})
    assert list(made.values()) == [bytes(16), b"y" * 16, bytes(16)]
