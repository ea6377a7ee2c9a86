"""What a reply is worth whatever the API: its status, its JSON, its words; anything doubtful is unknown.

The HTTP status decides first, and the body only refines it. JSON is read strictly, since a reply that two readers
could take differently must never count as an acceptance.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import NamedTuple, TypeAlias

from sendmode_sync.model.calls import Answer, Refused, Throttled, Unknown
from sendmode_sync.wire.calls import WireReply

MAX_BODY = 65_536
"""Bytes of a body that are read; a longer one is not an answer of this API."""

_MAX_DEPTH = 20
_MAX_TEXT = 200
_LOCKED_OUT = frozenset({401, 403})
_REFUSALS = frozenset({400, 402, 404, 405, 413, 415, 422})
_THROTTLED = 429

_SECONDS = re.compile(r"[0-9]{1,9}")
_NUMBER_LIKE = re.compile(r"\d(?:[ ().-]{0,2}\d){4,}")
_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


class Defect(NamedTuple):
    """Why a body is no answer, as a word: ``bad-json``, ``html-answer``."""

    cause: str


Document: TypeAlias = Mapping[str, object]


class Reason(NamedTuple):
    """What an answer says of a failure in its own words, already cleaned by ``clean``."""

    code: int | None = None
    identifier: str = ""
    text: str = ""
    key_refused: bool = False


def is_success(reply: WireReply) -> bool:
    """Say whether the status is 2xx, so that the body has the word."""
    return 200 <= reply.status <= 299


def read_document(reply: WireReply) -> Document | Defect:
    """Return the JSON object of a reply, fractions as ``Decimal``; never raises.

    Refused beside malformed JSON: duplicate keys, NaN and infinities, more than 20 levels, other encodings than UTF-8.
    """
    if len(reply.body) > MAX_BODY:
        return Defect("big-answer")
    text = reply.body.strip()
    if not text:
        return Defect("empty-answer")
    garbled = Defect("html-answer" if text.startswith(b"<") else "bad-json")
    try:
        value = _STRICT.decode(text.decode("utf-8-sig"))
        # each level opens with a bracket: where there are few of them nothing is deep
        deep = text.count(b"{") + text.count(b"[") > _MAX_DEPTH and _is_deeper(value, _MAX_DEPTH)
    except (ValueError, ArithmeticError, RecursionError):
        return garbled
    if deep:
        return garbled
    return value if type(value) is dict else Defect("not-an-object")


def is_echo(said: object, ours: str) -> bool:
    """Say whether an answer is to our own call by the reference it repeats; one that repeats none is taken to be."""
    return said is None or said in ("", ours)


def judge_status(reply: WireReply, reason: Reason) -> Answer:
    """Return what a status other than 2xx means; ``reason`` is what the body says beside it.

    A status that is not known to mean "not processed" is unknown: a gateway may answer for a server that went on.
    """
    cause = f"http-{reply.status}"
    if reply.status in _LOCKED_OUT:
        return Refused(cause, reason.code, reason.identifier, reason.text, key_refused=True)
    if reply.status == _THROTTLED:
        return Throttled(_retry_after(reply.headers))
    if reply.status in _REFUSALS or 300 <= reply.status <= 399:
        return Refused(cause, *reason)
    return Unknown(cause, reason.text)


def clean(value: object) -> str:
    """Return the server's words fit to be kept and shown: at most 200 characters, on one line, numbers masked.

    Anything that could be a phone number, five digits or more however spaced, becomes stars. What is no text is
    the empty text.
    """
    if not isinstance(value, str):
        return ""
    visible = "".join(" " if unicodedata.category(char) in _INVISIBLE else char for char in value)
    masked = _NUMBER_LIKE.sub(lambda match: re.sub(r"\d", "*", match[0]), " ".join(visible.split()))
    return masked[:_MAX_TEXT]


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return one JSON object; raises ``ValueError`` where a key stands twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _no_constant(name: str) -> object:
    """Refuse NaN and the infinities, which are no JSON."""
    raise ValueError(name)


_STRICT = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant, parse_float=Decimal)


def _is_deeper(value: object, levels: int) -> bool:
    """Say whether a value nests deeper than so many levels of objects and lists."""
    match value:
        case dict():
            inner: Iterable[object] = value.values()
        case list():
            inner = value
        case _:
            return False
    return levels == 0 or any(_is_deeper(item, levels - 1) for item in inner)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a 429 asks for; None where it does not say, or says nothing that can be waited for.

    A date is taken against the reply's own ``Date``: the clocks of two machines are not compared (RFC 9110, 10.2.3).
    """
    said = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(said):
        return float(said)
    until, now = _http_date(said), _http_date(headers.get("date", ""))
    if until is None or now is None or until < now:
        return None
    return (until - now).total_seconds()


def _http_date(text: str) -> dt.datetime | None:
    """Return an HTTP date in UTC; None for anything else."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
