"""How what was typed is quoted in messages: short, without keys and without whole phone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sendmode_sync.model.phone import mask_typed

KEY_LIKE = re.compile(r"(?<![A-Z0-9])[A-Z0-9]{20}(?![A-Z0-9])")
"""The shape of a v2 API key: 20 capitals and digits."""

LIVE_KEY = re.compile(r"live_[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
"""The shape of an Engage API key: ``live_`` and a UUID."""

SECRET_NAME = re.compile(r"(?:api|access|auth|secret)[ _-]?(?:key|token)|password|passwd|secret|token", re.IGNORECASE)
"""Names under which people write keys."""

_MANY_DIGITS = re.compile(r"(?:\d\D{0,2}){7}")
_LONGEST = 40


def shown(text: str) -> str:
    """Return a name as it may stand in a message, in quotes; digits of what could be a number are stars."""
    if KEY_LIKE.search(text) or LIVE_KEY.search(text):
        return "(hidden, it looks like a key)"
    line = " ".join(text.split())
    if _MANY_DIGITS.search(line):
        line = mask_typed(line)
    cut = line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
    return f'"{"".join(char if char.isprintable() else "?" for char in cut)}"'


def suggestion(typed: str, names: Iterable[str]) -> str:
    """Return ``, did you mean "x"?`` for the nearest of some names, or nothing."""
    import difflib  # noqa: PLC0415 - only needed once something is wrong

    by_lower = {name.lower(): name for name in names}
    near = difflib.get_close_matches(typed.lower(), by_lower, n=1, cutoff=0.6)
    return f', did you mean "{by_lower[near[0]]}"?' if near else ""


def listed(names: Iterable[str], limit: int = 12) -> str:
    """Return names joined by commas, cut after some."""
    every = list(names)
    return ", ".join(every[:limit]) + (f" and {len(every) - limit} more" if len(every) > limit else "")


def unknown_region(code: str) -> str:
    """Return the sentence about a code that no country has."""
    remedy = "the United Kingdom is GB" if code == "UK" else "write one such as IE or GB"
    return f"{shown(code)} is no country with telephone numbers; {remedy}"


def unknown_zone(name: str) -> str:
    """Return the sentence about a text that names no time zone."""
    return f"{shown(name)} is no time zone that this machine knows; write one such as Europe/Dublin, or install tzdata"
