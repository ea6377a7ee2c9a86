from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sendmode_sync.emulator.account import EmulatedAccount, OptedOut
from sendmode_sync.emulator.dialects import CodeError, read_form

Ask = Callable[..., tuple[int, dict[str, str], Any]]
FORM = "application/x-www-form-urlencoded"
SEND = {
    "messagetext": "Hi & bye +1 100% €",
    "recipients": ["+447700900001"],
    "senderid": "Repliable",
    "customerid": "c-1",
}


def test_credits_are_answered_as_a_number(ask: Ask) -> None:
    status, headers, answer = ask("GET", "/v2/credits")

    assert (status, headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert answer == {
        "status": "OK",
        "statusCode": 0,
        "acceptedDateTime": "2023-11-14T22:13:20+00:00",
        "balance": 100.0,
    }


@pytest.mark.parametrize("body", ["form", "document"])
def test_a_send_is_accepted_recorded_and_echoed(ask: Ask, account: EmulatedAccount, body: str) -> None:
    asked = {**SEND, "recipients": ["07700900001", "+353850000012"], "scheduledate": "2026-12-01T10:00:00"}

    status, _, answer = ask("POST", "/v2/send", **{body: {"message": asked}})

    assert (status, answer["status"], answer["statusCode"]) == (200, "OK", 0)
    assert answer["message"] == {**asked, "recipients": ["447700900001", "353850000012"]}
    (message,) = account.messages
    assert message.text == SEND["messagetext"]
    assert message.recipients == ("447700900001", "353850000012")
    assert (message.senderid, message.customerid) == ("Repliable", "c-1")
    assert message.scheduledate == dt.datetime(2026, 12, 1, 10)  # noqa: DTZ001 - wall time, as on the wire
    assert account.balance == 98


@pytest.mark.parametrize("body", ["form", "document"])
def test_an_import_is_recorded_and_echoed(ask: Ask, account: EmulatedAccount, body: str) -> None:
    data = {"mobilenumber": "0871234567", "firstname": "Áine & Co", "surname": "", "dateofbirth": "29/02/2024"}

    _, _, answer = ask("POST", "/v2/import", **{body: {"importdata": data, "group": "members"}})

    assert (answer["statusCode"], answer["group"]) == (0, "members")
    assert answer["importdata"] == {**data, "mobilenumber": "353871234567"}
    contact = account.contacts["353871234567"]
    assert contact.groups == {"members"}
    assert contact.fields == {"firstname": "Áine & Co", "surname": "", "dateofbirth": "29/02/2024"}


def test_an_import_needs_no_group(ask: Ask, account: EmulatedAccount) -> None:
    _, _, answer = ask("POST", "/v2/import", form={"importdata": {"mobilenumber": "447700900001", "dateofbirth": ""}})

    assert answer["statusCode"] == 0
    assert account.contacts["447700900001"].groups == set()


@pytest.mark.parametrize("body", ["form", "document"])
def test_an_optout_is_recorded_and_answers_a_reason(ask: Ask, account: EmulatedAccount, body: str) -> None:
    data = {"mobilenumber": "447700900001", "optoutresponse": "STOP", "returnedresponse": "bye"}

    _, _, answer = ask("POST", "/v2/optout", **{body: {"message": data}})

    assert (answer["statusCode"], answer["mobilenumber"], answer["optoutreason"]) == (0, "447700900001", "STOP")
    assert account.optouts == {"447700900001": OptedOut(account.now(), "STOP", "bye")}


@pytest.mark.parametrize(
    ("changes", "code", "name"),
    [
        ({"messagetext": None}, 195, "EXPECTED_PARAMETER_MISSING"),
        ({"recipients": None}, 195, "EXPECTED_PARAMETER_MISSING"),
        ({"recipients": []}, 195, "EXPECTED_PARAMETER_MISSING"),
        ({"messagetext": ""}, 1, "INVALID_MESSAGE_LENGTH"),
        ({"messagetext": "a" * 1531}, 1, "INVALID_MESSAGE_LENGTH"),
        ({"senderid": "TwelveLetter"}, 10, "INVALID_SENDER_ID"),
        ({"senderid": "Acme-Gym"}, 10, "INVALID_SENDER_ID"),
        ({"senderid": "Ácme"}, 10, "INVALID_SENDER_ID"),
        ({"senderid": "1234567890123456"}, 10, "INVALID_SENDER_ID"),
        ({"recipients": ["+447700900001", "12ab"]}, 11, "INVALID_MOBILE_NUMBER"),
        ({"recipients": ["123"]}, 11, "INVALID_MOBILE_NUMBER"),
        ({"recipients": [447700900001]}, 11, "INVALID_MOBILE_NUMBER"),
        ({"recipients": "+447700900001"}, 18, "INVALID_PARAMETER"),
        ({"customerid": 7}, 18, "INVALID_PARAMETER"),
        ({"text": "x"}, 18, "INVALID_PARAMETER"),
        ({"scheduledate": "2026-12-01 10:00"}, 97, "INVALID_SCHEDULE_DATE_FORMAT"),
        ({"scheduledate": "01/12/2026 10:00:00"}, 97, "INVALID_SCHEDULE_DATE_FORMAT"),
        ({"scheduledate": "2026-12-01T10:00:00Z"}, 97, "INVALID_SCHEDULE_DATE_FORMAT"),
        ({"scheduledate": "2026-02-30T10:00:00"}, 97, "INVALID_SCHEDULE_DATE_FORMAT"),
        ({"messagetext": "a" * 1530, "recipients": ["+447700900001"] * 11}, 99, "INSUFFICIENT_CREDITS_UNDOCUMENTED"),
    ],
)
def test_a_wrong_send_is_refused_with_its_code(
    ask: Ask, account: EmulatedAccount, changes: dict[str, object], code: int, name: str
) -> None:
    message = {key: value for key, value in {**SEND, **changes}.items() if value is not None}

    status, _, answer = ask("POST", "/v2/send", form={"message": message})

    assert (status, answer["statusCode"], answer["status"]) == (200, code, name)
    assert answer["error"]
    assert account.messages == []
    assert account.balance == 100


@pytest.mark.parametrize(
    "changes",
    [
        {"senderid": "Eleven Char"},
        {"senderid": "353871234567890"},
        {"senderid": None},
        {"senderid": ""},
        {"scheduledate": None},
        {"scheduledate": ""},
        {"messagetext": "a" * 1530},
    ],
)
def test_what_the_documentation_allows_is_accepted(ask: Ask, changes: dict[str, object]) -> None:
    assert ask("POST", "/v2/send", form={"message": {**SEND, **changes}})[2]["statusCode"] == 0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, 195),
        ({"mobilenumber": ""}, 195),
        ({"mobilenumber": []}, 11),
        ({"mobilenumber": "12ab"}, 11),
        ({"mobilenumber": "447700900001", "middlename": "x"}, 18),
        ({"mobilenumber": "447700900001", "firstname": 1}, 18),
        ({"mobilenumber": "447700900001", "dateofbirth": "1990-02-01"}, 18),
        ({"mobilenumber": "447700900001", "dateofbirth": "30/02/1990"}, 18),
    ],
)
def test_a_wrong_import_is_refused_with_its_code(
    ask: Ask, account: EmulatedAccount, data: dict[str, object], code: int
) -> None:
    status, _, answer = ask("POST", "/v2/import", form={"importdata": data, "group": "members"})

    assert (status, answer["statusCode"], account.contacts) == (200, code, {})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"optoutresponse": "STOP"}, 195),
        ({"mobilenumber": "1"}, 11),
        ({"mobilenumber": "447700900001", "optoutresponse": "x" * 51}, 18),
        ({"mobilenumber": "447700900001", "optoutreason": "STOP"}, 18),
    ],
)
def test_a_wrong_optout_is_refused_with_its_code(
    ask: Ask, account: EmulatedAccount, data: dict[str, object], code: int
) -> None:
    _, _, answer = ask("POST", "/v2/optout", document={"message": data})

    assert (answer["statusCode"], account.optouts) == (code, {})


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        pytest.param("", b"message={}", 18, id="no type"),
        pytest.param("text/plain", b"message={}", 18, id="another type"),
        pytest.param(FORM, b"", 195, id="empty form"),
        pytest.param(FORM, b"massage=%7B%7D", 195, id="another field"),
        pytest.param(FORM, b"message=%7B%7D&extra=1", 18, id="one field more"),
        pytest.param(FORM, b"message=%7B%7D&message=%7B%7D", 18, id="a field twice"),
        pytest.param(FORM, b"message", 18, id="no value"),
        pytest.param(FORM, b'message={"messagetext": "100% off"}', 18, id="a bare percent sign"),
        pytest.param(FORM, b'message={"messagetext": "fish&chips"}', 18, id="a bare ampersand"),
        pytest.param(FORM, 'message={"messagetext": "é"}'.encode(), 18, id="bare UTF-8"),
        pytest.param(FORM, b"message=%FF", 18, id="no UTF-8"),
        pytest.param(FORM, b"message=%7B", 18, id="broken JSON in a form"),
        pytest.param(FORM, b"message=%5B%5D", 18, id="a list in a form"),
        pytest.param("application/json", b"{", 18, id="broken JSON"),
        pytest.param("application/json", b"\xff", 18, id="JSON that is no UTF-8"),
        pytest.param("application/json", b"[" * 100_000, 18, id="JSON that is too deep"),
        pytest.param("application/json", b"[]", 18, id="a list"),
        pytest.param("application/json", b"{}", 195, id="an empty object"),
        pytest.param("application/json", b'{"message": "{}"}', 18, id="JSON in JSON"),
        pytest.param("application/json", b'{"message": {}, "group": "x"}', 18, id="one member more"),
    ],
)
def test_a_body_that_is_not_properly_made_is_refused(ask: Ask, content_type: str, body: bytes, code: int) -> None:
    status, _, answer = ask("POST", "/v2/send", body=body, content_type=content_type)

    assert (status, answer["statusCode"]) == (200, code)


def standard(body: bytes) -> dict[str, str] | None:
    if re.search(rb"%(?![0-9A-Fa-f]{2})", body):
        return None
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), errors="strict")
    except ValueError:
        return None
    return dict(pairs) if len(dict(pairs)) == len(pairs) else None


FORMS = st.lists(
    st.sampled_from(
        ("a", "2", "5", "7B", "=", "&", "+", "%25", "%22", "%7b", "%7B", "%C3%A9", "%41", "%0A", "%FF", "%", "é")
    )
).map("".join)


@given(FORMS.map(lambda text: text.encode()) | st.binary())
@example(b"message=%2541%257B%7B&group=%25%32%35")
@example(b"message=%7B&group=")
def test_a_form_is_read_as_the_standard_library_reads_it(body: bytes) -> None:
    try:
        found = read_form(body)
    except CodeError:
        assert standard(body) is None
    else:
        assert found == standard(body)


def test_a_plus_that_is_not_encoded_becomes_a_space(ask: Ask, account: EmulatedAccount) -> None:
    body = b'message={"messagetext": "1+1", "recipients": ["447700900001"]}'

    ask("POST", "/v2/send", body=body, content_type=FORM)

    assert account.messages[0].text == "1 1"


def test_a_group_that_is_no_text_is_refused(ask: Ask) -> None:
    answer = ask("POST", "/v2/import", document={"importdata": {"mobilenumber": "447700900001"}, "group": 7})[2]

    assert answer["statusCode"] == 18


def test_engage_sends_to_one_number(ask: Ask, account: EmulatedAccount) -> None:
    asked = {"sender_id": "Repliable", "message": "hi", "mobile_number": "+447700900001", "customer_id": "c-1"}

    status, _, answer = ask("POST", "/3.0/send", document=asked)

    assert (status, answer["is_successful"]) == (200, True)
    assert {"request_id", "accept_date"} <= answer.keys()
    assert account.messages[0].recipients == ("447700900001",)
    assert account.messages[0][4:6] == ("Repliable", "c-1")


def test_engage_sends_to_many_numbers(ask: Ask, account: EmulatedAccount) -> None:
    numbers = ["+447700900001", "+353850000012"]

    answer = ask("POST", "/3.0/send/bulk", document={"sender_id": "Gym", "message": "hi", "mobile_numbers": numbers})[2]

    assert answer["is_successful"] is True
    assert account.messages[0].recipients == ("447700900001", "353850000012")
    assert account.balance == 98


@pytest.mark.parametrize(
    ("path", "changes", "name"),
    [
        ("/3.0/send", {"sender_id": None}, "EXPECTED_PARAMETER_MISSING"),
        ("/3.0/send", {"sender_id": ""}, "EXPECTED_PARAMETER_MISSING"),
        ("/3.0/send", {"mobile_number": None}, "EXPECTED_PARAMETER_MISSING"),
        ("/3.0/send", {"message": None}, "EXPECTED_PARAMETER_MISSING"),
        ("/3.0/send", {"mobile_number": "1"}, "INVALID_MOBILE_NUMBER"),
        ("/3.0/send", {"messagetext": "hi"}, "INVALID_PARAMETER"),
        ("/3.0/send/bulk", {}, "INVALID_PARAMETER"),
        ("/3.0/send/bulk", {"mobile_number": None}, "EXPECTED_PARAMETER_MISSING"),
    ],
)
def test_engage_refuses_with_words(
    ask: Ask, account: EmulatedAccount, path: str, changes: dict[str, object], name: str
) -> None:
    asked = {"sender_id": "Repliable", "message": "hi", "mobile_number": "+447700900001", **changes}

    document = {key: value for key, value in asked.items() if value is not None}
    status, _, answer = ask("POST", path, document=document)

    assert (status, answer["is_successful"]) == (200, False)
    assert answer["error_message"].startswith(name)
    assert account.messages == []


def test_engage_takes_no_forms(ask: Ask) -> None:
    assert ask("POST", "/3.0/send", form={"message": "hi"})[2]["is_successful"] is False
