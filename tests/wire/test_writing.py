"""Numbers, wall times and bodies as they stand on the wire."""

from __future__ import annotations

import datetime as dt
import json
from urllib.parse import parse_qsl, quote, unquote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sendmode_sync.model.settings import NumberFormat
from sendmode_sync.wire import writing

TRICKY = '50% off & more + tea = €5; #1 "Gym"\nÁine’s 😀'


@pytest.mark.parametrize(
    ("style", "irish", "british"),
    [
        ("digits", "353871234567", "447700900001"),
        ("e164", "+353871234567", "+447700900001"),
        ("national", "0871234567", "07700900001"),
    ],
)
def test_a_number_is_written_as_the_account_wants_it(style: NumberFormat, irish: str, british: str) -> None:
    assert writing.write_number("+353871234567", style) == irish
    assert writing.write_number("+447700900001", style) == british


@pytest.mark.parametrize(
    ("instant", "zone", "wall"),
    [
        (dt.datetime(2026, 12, 1, 10, 0, tzinfo=dt.UTC), "Europe/Dublin", "2026-12-01T10:00:00"),
        (dt.datetime(2026, 7, 1, 9, 15, tzinfo=dt.UTC), "Europe/Dublin", "2026-07-01T10:15:00"),
        (dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC), "Pacific/Auckland", "2026-07-02T10:30:00"),
        (dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC), "Europe/Dublin", "2026-10-25T01:30:00"),
        (dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC), "Europe/Dublin", "2026-10-25T01:30:00"),
    ],
)
def test_an_instant_is_written_as_wall_time(instant: dt.datetime, zone: str, wall: str) -> None:
    assert writing.write_wall_time(instant, zone) == wall


def test_microseconds_never_reach_the_wire() -> None:
    instant = dt.datetime(2026, 12, 1, 10, 0, 0, 999999, tzinfo=dt.UTC)
    assert writing.write_wall_time(instant, "UTC") == "2026-12-01T10:00:00"


def test_json_is_ascii_and_means_the_same() -> None:
    text = writing.write_json({"messagetext": TRICKY})
    assert text.isascii()
    assert json.loads(text) == {"messagetext": TRICKY}


@pytest.mark.parametrize("value", [TRICKY, "a+b", "a b", "100%25", "a&message=b", "", "\x7f~-_.!*'()"])
def test_a_form_value_survives_both_ways_of_decoding(value: str) -> None:
    body = writing.write_form({"group": value, "importdata": "{}"}).decode("ascii")
    assert parse_qsl(body, keep_blank_values=True, strict_parsing=True) == [("group", value), ("importdata", "{}")]
    assert [unquote(pair.partition("=")[2]) for pair in body.split("&")] == [value, "{}"]


def test_what_is_none_is_left_out_and_what_is_empty_stays() -> None:
    assert writing.without_none(senderid=None, customerid="", count=0) == {"customerid": "", "count": 0}


@given(st.dictionaries(st.text(), st.text() | st.text('abc %{}":,+&=~_.-'), max_size=3))
@example({"group": "50% off", "importdata": '{"email":"a+b@example.org","custom1":"%2B"}'})
def test_a_form_is_what_the_standard_library_writes(fields: dict[str, str]) -> None:
    assert writing.write_form(fields) == urlencode(fields, quote_via=quote, safe="").encode("ascii")
