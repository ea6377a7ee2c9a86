"""One HTTP answer as a value, and the documented codes; it refuses to know which call is answered."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

JSON = "application/json; charset=utf-8"

CODES = {
    0: "OK",
    1: "INVALID_MESSAGE_LENGTH",
    8: "SYSTEM_ERROR",
    10: "INVALID_SENDER_ID",
    11: "INVALID_MOBILE_NUMBER",
    14: "INVALID_ACCESS_KEY",
    16: "UNAUTHORISED",
    18: "INVALID_PARAMETER",
    97: "INVALID_SCHEDULE_DATE_FORMAT",
    104: "CODE_EXPIRED",
    105: "CODE_INVALID",
    195: "EXPECTED_PARAMETER_MISSING",
}
"""Sendmode REST v2 documentation, errors page: the complete list."""

LOW_CREDITS = 99
LOW_CREDITS_NAME = "INSUFFICIENT_CREDITS_UNDOCUMENTED"
"""An assumption of this emulator: no code for low credits is published."""


class Reply(NamedTuple):
    """An answer: HTTP status, its headers but for the length, and the body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def json_reply(status: int, document: Any, *headers: tuple[str, str]) -> Reply:
    """Return a JSON answer."""
    return Reply(status, (("Content-Type", JSON), *headers), json.dumps(document).encode())


def code_name(code: int) -> str:
    """Return the identifier of a code; one that is not on the list gets a made-up name."""
    return LOW_CREDITS_NAME if code == LOW_CREDITS else CODES.get(code, f"UNLISTED_{code}")
