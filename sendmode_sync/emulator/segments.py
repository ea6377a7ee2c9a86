"""Counts the segments a network would bill for a text; it refuses to share a line with the product's own counter.

Written from 3GPP TS 23.038 (6.2.1, the default alphabet and its extension table) and 3GPP TS 23.040 (9.2.3.24.1, the
concatenation header): a part of several holds 134 octets, which are 153 septets or 67 units of UCS-2.
"""

from __future__ import annotations

_DEFAULT = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_SEPTETS_ALONE, _SEPTETS_OF_MANY = 160, 153
_UNITS_ALONE, _UNITS_OF_MANY = 70, 67
_LAST_OF_ONE_UNIT = "\uffff"


def segments(text: str) -> int:
    """Return how many segments a text takes; an empty text takes one.

    An escape pair of the default alphabet and a surrogate pair of UCS-2 move whole into the next part.
    """
    if _DEFAULT.issuperset(text):
        return _parts([1] * len(text), _SEPTETS_ALONE, _SEPTETS_OF_MANY)
    if (_DEFAULT | _EXTENSION).issuperset(text):
        return _parts([2 if char in _EXTENSION else 1 for char in text], _SEPTETS_ALONE, _SEPTETS_OF_MANY)
    return _parts([2 if char > _LAST_OF_ONE_UNIT else 1 for char in text], _UNITS_ALONE, _UNITS_OF_MANY)


def _parts(sizes: list[int], alone: int, of_many: int) -> int:
    if sum(sizes) <= alone:
        return 1
    count, room = 1, of_many
    for size in sizes:
        if size > room:
            count, room = count + 1, of_many
        room -= size
    return count
