"""Typographic punctuation made plain where that makes a text cheaper; letters are never touched.

Only characters without a meaning of their own are mapped: quotes, primes, dashes, ellipsis, spaces and bullets. A text
that stays in UCS-2 anyway, or would take more segments, is left as it was typed.
"""

from __future__ import annotations

import re
import unicodedata

from sendmode_sync.sms import gsm7, segments

_TARGETS = {
    "'": "‘’‚‛‹›′‵`´",
    '"': "“”„‟«»″‶",
    "-": "‐‑‒–—―−⁃﹘﹣•‣∙◦",
    "...": "…",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
}
_PLAIN = str.maketrans({char: target for target, chars in _TARGETS.items() for char in chars})
PUNCTUATION = frozenset(chr(code) for code in _PLAIN)
"""The characters that have a plain form."""

_LETTERED = re.compile(f"[^{re.escape(''.join(sorted(gsm7.BASIC | gsm7.EXTENSION | PUNCTUATION)))}]")
_LINK = re.compile(r"https?://|www\.|[a-z0-9]\.[a-z]{2,24}/", re.IGNORECASE)
_AROUND_LINK = "".join(PUNCTUATION) + ".,;:!?)'\""


def clean(text: str) -> str:
    """Return the text composed (Unicode NFC), with LF as line break and without line breaks at the end."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def is_lettered(text: str) -> bool:
    """Say whether a text holds a character outside GSM-7 that is more than punctuation, so that no mapping helps it."""
    return _LETTERED.search(text) is not None


def plain(text: str) -> str:
    """Return the text with plain punctuation where that brings it into GSM-7 for no more segments, else unchanged.

    A link that would read differently keeps the whole text as it is.
    """
    if is_lettered(text) or gsm7.holds(text):
        return text
    candidate = text.translate(_PLAIN)
    if segments.measure(candidate).segments > segments.measure(text).segments or _changes_link(text):
        return text
    return candidate


def _changes_link(text: str) -> bool:
    if not _LINK.search(text):
        return False
    for word in text.split():
        link = _LINK.search(word)
        if link and not PUNCTUATION.isdisjoint(word[link.start() :].rstrip(_AROUND_LINK)):
            return True
    return False
