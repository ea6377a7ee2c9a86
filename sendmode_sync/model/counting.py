"""How many of what, in words: the sentences of every floor say it alike."""

from __future__ import annotations


def count(number: int, noun: str, nouns: str | None = None) -> str:
    """Return ``1 call``, ``1,200 calls``; ``nouns`` where the plural is not made with an s."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def persons(number: int) -> str:
    """Return ``1 person``, ``120 people``."""
    return count(number, "person", "people")
