"""Edits of the rows of a list, as people make them between an apply and the next plan."""

from __future__ import annotations

from collections.abc import Iterable

Edit = tuple[int, str, str]
"""Where it happens, what, and the row that comes, if any."""


def edited(rows: Iterable[str], edits: Iterable[Edit], *, cut: int, double: int) -> list[str]:
    """Return rows after some edits; ``cut`` and ``double`` are how many rows go, or stand twice, at a time."""
    left = list(rows)
    for at, what, new in edits:
        match what:
            case "add":
                left.insert(at, new)
            case "swap":
                left[at : at + 1] = [new]
            case "cut":
                del left[at : at + cut]
            case "double":
                left += left[at : at + double]
            case "last first":
                left = left[at:] + left[:at]
            case "turn":
                left.reverse()
            case "shorten":
                del left[len(left) - 1 - at % 9 :]
            case "longer":
                left[at : at + 1] = [f"{row}5" for row in left[at : at + 1]]
            case _:
                del left[at : at + 1]
    return left
