"""What may be shown of a phone number: masks and keyed tags. Parsing is elsewhere (``sms.numbers``).

Throughout the code a number is a plain ``str`` in E.164 form (``+353871234567``), aliased ``E164``.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from typing import TypeAlias

E164: TypeAlias = str

_TWO_DIGIT_CODES = frozenset(
    [
        "20",
        "27",
        "30",
        "31",
        "32",
        "33",
        "34",
        "36",
        "39",
        "40",
        "41",
        "43",
        "44",
        "45",
        "46",
        "47",
        "48",
        "49",
        "51",
        "52",
        "53",
        "54",
        "55",
        "56",
        "57",
        "58",
        "60",
        "61",
        "62",
        "63",
        "64",
        "65",
        "66",
        "81",
        "82",
        "84",
        "86",
        "90",
        "91",
        "92",
        "93",
        "94",
        "95",
        "98",
    ]
)
_TAG = re.compile(r"p-[a-z2-7]{8}")
_SHOWN_DIGITS = 2
_LAST_GROUP = 4
_FIRST_GROUP = 2
_BEGIN = 4
"""So many characters of a number, with the plus, tell its calling code."""
_LONG_ENOUGH = _BEGIN + _SHOWN_DIGITS


def calling_code(number: E164) -> str:
    """Return the country calling code of a number, without the plus (ITU-T E.164, assigned codes)."""
    digits = number[1:]
    if digits[:1] in {"1", "7"}:
        return digits[:1]
    return digits[:2] if digits[:2] in _TWO_DIGIT_CODES else digits[:3]


def mask(number: E164) -> str:
    """Return the number with all but its country code and last two digits as stars.

    ``+353871234567`` gives ``+353 ** *** **67``.
    """
    if len(number) < _LONG_ENOUGH:
        return _masked(number)
    return _masked_but_its_end(number[:_BEGIN], len(number)) + number[-_SHOWN_DIGITS:]


@functools.lru_cache(maxsize=1024)  # numbers of one country and length differ in what is shown only
def _masked_but_its_end(begin: str, size: int) -> str:
    return _masked(begin.ljust(size, "0"))[:-_SHOWN_DIGITS]


def _masked(number: E164) -> str:
    code = calling_code(number)
    national = number[1 + len(code) :]
    stars = "*" * max(len(national) - _SHOWN_DIGITS, 0) + national[-_SHOWN_DIGITS:]
    head = stars[:-_LAST_GROUP]
    groups = (head[:_FIRST_GROUP], head[_FIRST_GROUP:], stars[-_LAST_GROUP:])
    return " ".join((f"+{code}", *(group for group in groups if group)))


def mask_typed(text: str) -> str:
    """Return what a person typed as a number with every digit but the last two as a star, for messages.

    Letters stay, since they are usually what is wrong; it is cut at 24 characters.
    """
    cut = text[:24]
    keep = {match.start() for match in list(re.finditer(r"\d", cut))[-_SHOWN_DIGITS:]}
    return "".join("*" if char.isdigit() and at not in keep else char for at, char in enumerate(cut))


def tag(number: E164, key: bytes) -> str:
    """Return the short keyed tag that stands for a number in outputs and on the command line.

    ``key`` is the state's own secret, so that tags of two projects cannot be compared. Form: ``p-`` and eight
    base-32 characters (40 bits); commands refuse an ambiguous tag.
    """
    digest = hashlib.blake2b(number.encode(), key=key, digest_size=5, person=b"smsync-tag").digest()
    return "p-" + base64.b32encode(digest).decode().lower()


def is_tag(text: str) -> bool:
    """Say whether a text has the form of a tag."""
    return _TAG.fullmatch(text) is not None
