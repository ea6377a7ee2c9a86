"""What a reply is worth before any API is looked at."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sendmode_sync.model.calls import Refused, Throttled, Unknown
from sendmode_sync.wire import reading
from sendmode_sync.wire.calls import WireReply
from sendmode_sync.wire.reading import Defect, Reason

NONE = Reason()
WORDS = Reason(10, "INVALID_SENDER_ID", "no such sender")


def reply(body: bytes = b"", status: int = 200, **headers: str) -> WireReply:
    return WireReply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (b'{"statusCode":0}', {"statusCode": 0}),
        (b'\xef\xbb\xbf {"statusCode":0}\r\n', {"statusCode": 0}),
        (b'{"balance":2.5}', {"balance": Decimal("2.5")}),
        ('{"error":"señal"}'.encode(), {"error": "señal"}),
        (b"{}", {}),
        (b'{"a":' * 20 + b"0" + b"}" * 20, None),
    ],
)
def test_json_objects_are_read(body: bytes, document: object) -> None:
    found = reading.read_document(reply(body))
    assert isinstance(found, dict)
    assert document is None or found == document


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"", "empty-answer"),
        (b" \r\n ", "empty-answer"),
        (b"<!doctype html><p>Checking your browser", "html-answer"),
        (b"\n <html>", "html-answer"),
        (b'{"statusCode":0', "bad-json"),
        (b'{"statusCode":0}}', "bad-json"),
        (b'{"statusCode":0,"statusCode":10}', "bad-json"),
        (b'{"message":{"a":1,"a":1},"statusCode":0}', "bad-json"),
        (b'{"statusCode":0,"balance":NaN}', "bad-json"),
        (b'{"statusCode":0,"balance":-Infinity}', "bad-json"),
        (b'{"statusCode":0,"balance":1e9999999999999999999}', "bad-json"),
        (b'{"statusCode":' + b"9" * 5000 + b"}", "bad-json"),
        (b'{"statusCode":0,"a":' + b"[" * 20 + b"]" * 20 + b"}", "bad-json"),
        (b'{"statusCode":0,"a":' + b"[" * 20000 + b"]" * 20000 + b"}", "bad-json"),
        (b"[" * 60000, "bad-json"),
        ('{"statusCode":0,"error":"señal"}'.encode("latin-1"), "bad-json"),
        ('{"statusCode":0}'.encode("utf-16"), "bad-json"),
        (b"OK", "bad-json"),
        (b"[0]", "not-an-object"),
        (b"0", "not-an-object"),
        (b'"OK"', "not-an-object"),
        (b"null", "not-an-object"),
        (b'{"statusCode":0}' + b" " * reading.MAX_BODY, "big-answer"),
    ],
)
def test_anything_else_is_a_defect_with_a_word(body: bytes, cause: str) -> None:
    assert reading.read_document(reply(body)) == Defect(cause)


def test_a_wrong_content_type_does_not_unmake_an_answer() -> None:
    assert reading.read_document(reply(b'{"statusCode":0}', content_type="text/html")) == {"statusCode": 0}


def test_a_body_of_just_the_limit_is_read() -> None:
    body = b'{"statusCode":0}'
    assert reading.read_document(reply(body + b" " * (reading.MAX_BODY - len(body)))) == {"statusCode": 0}


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_named_as_such(status: int) -> None:
    assert reading.judge_status(reply(status=status), WORDS) == Refused(
        f"http-{status}", 10, "INVALID_SENDER_ID", "no such sender", key_refused=True
    )


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308, 399, 400, 402, 404, 405, 413, 415, 422])
def test_a_certain_refusal_takes_its_reason_from_the_body(status: int) -> None:
    refused = Refused(f"http-{status}", 10, "INVALID_SENDER_ID", "no such sender")
    assert reading.judge_status(reply(status=status), WORDS) == refused
    assert reading.judge_status(reply(status=status), NONE) == Refused(f"http-{status}")


@pytest.mark.parametrize(
    "status",
    [100, 101, 199, 406, 407, 408, 409, 410, 414, 418, 421, 423, 425, 451, 499, 500, 501, 502, 503, 504, 599, 999],
)
def test_any_other_status_is_unknown(status: int) -> None:
    assert reading.judge_status(reply(status=status), WORDS) == Unknown(f"http-{status}", "no such sender")


DATE = "Tue, 01 Dec 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("said", "date", "seconds"),
    [
        ("7", "", 7.0),
        (" 0 ", "", 0.0),
        ("Tue, 01 Dec 2026 10:00:30 GMT", DATE, 30.0),
        ("Tue, 01 Dec 2026 10:00:30 -0000", DATE, 30.0),
        ("Tue, 01 Dec 2026 11:00:30 +0100", DATE, 30.0),
        (DATE, DATE, 0.0),
        ("Tue, 01 Dec 2026 09:59:59 GMT", DATE, None),
        ("Tue, 01 Dec 2026 10:00:30 GMT", "", None),
        ("Tue, 01 Dec 2026 10:00:30 GMT", "yesterday", None),
        ("", "", None),
        ("-5", "", None),
        ("1.5", "", None),
        ("1e3", "", None),
        ("inf", "", None),
        ("٧", "", None),
        ("9" * 400, "", None),
        ("soon", DATE, None),
        ("Tue, 01 Dec 99999 10:00:30 GMT", DATE, None),
        ("Tue, 01 Dec 2026 10:00:30 +9999", DATE, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_by_the_replys_own_clock(said: str, date: str, seconds: float | None) -> None:
    answer = reading.judge_status(reply(status=429, retry_after=said, date=date), NONE)
    assert answer == Throttled(seconds)


def test_a_429_that_says_nothing_is_throttled_all_the_same() -> None:
    assert reading.judge_status(reply(status=429), NONE) == Throttled(None)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("senderid is missing", "senderid is missing"),
        ("number 353871234567 is wrong", "number ************ is wrong"),
        ("number +353 87 123 4567 is wrong", "number +*** ** *** **** is wrong"),
        ("(087) 123-4567", "(***) ***-****"),
        ("٠٨٧١٢٣٤", "*******"),
        ("at most 1000 of 9999", "at most 1000 of 9999"),
        ("two\r\nlines\ttabbed \x1b[31mred\x00", "two lines tabbed [31mred"),
        ("turned \u202earound\u2066 \ufeff", "turned around"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("x" * 500, "x" * 200),
        ("0" * 500, "*" * 200),
        (None, ""),
        (5, ""),
        (["text"], ""),
    ],
)
def test_the_servers_words_are_made_fit_to_be_shown(said: object, kept: str) -> None:
    assert reading.clean(said) == kept


@pytest.mark.parametrize(
    ("said", "ours"), [(None, True), ("", True), ("c-1", True), ("c-2", False), (1, False), ([], False)]
)
def test_an_echo_is_ours_or_there_is_none(said: object, ours: bool) -> None:
    assert reading.is_echo(said, "c-1") is ours
