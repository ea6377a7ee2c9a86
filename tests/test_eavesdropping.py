"""Who listens hears what is said: the check of every captured answer can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.eavesdropping import KEY, listen, search


@pytest.mark.parametrize(
    "said",
    [
        f"the key is {KEY}",
        "to +447700900001",
        "to 07700 900 001",
        "to 447700900001",
        "(0)7700/900.001",
        "+44 7700 900001",
    ],
)
def test_a_key_and_a_number_are_heard(said: str) -> None:
    with pytest.raises(AssertionError):
        listen(("plan", "-v"), said)


@pytest.mark.parametrize("said", ["+44 ** **** **01 p-yta6incj", "", "at 2026-11-22 19:40", "p1:07700a900001"])
def test_what_is_masked_is_let_by(said: str) -> None:
    listen(("plan",), said)


def test_numbers_are_let_by_where_they_were_asked_for_and_a_key_never_is() -> None:
    listen(("plan", "--show-personal"), "to +447700900001")
    with pytest.raises(AssertionError):
        listen(("plan", "--show-personal"), KEY)


def test_a_file_is_searched(tmp_path: Path) -> None:
    search(tmp_path)
    (tmp_path / "log").write_text(f"Authorization: {KEY}")
    with pytest.raises(AssertionError):
        search(tmp_path)
