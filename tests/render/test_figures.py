from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from sendmode_sync.render import figures


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type, misc] # year, month and day are given


@pytest.mark.parametrize(
    ("value", "text"),
    [("500", "500 credits"), ("1", "1 credit"), ("1.0", "1 credit"), ("2.50", "2.5 credits"), ("0", "0 credits")],
)
def test_credits(value: str, text: str) -> None:
    assert figures.credits(Decimal(value)) == text


def test_an_amount_is_written_without_exponent() -> None:
    assert figures.amount(Decimal("12E+3")) == "12,000"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (3.6, "4 s"),
        (119.2, "2 min"),
        (119.0, "119 s"),
        (181.0, "4 min"),
        (7200.0, "2 h"),
        (7201.0, "2 h 1 min"),
        (7140.5, "2 h"),
    ],
)
def test_durations_are_rounded_up(seconds: float, text: str) -> None:
    assert figures.duration(seconds) == text


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/Dublin", "Wed 2026-07-01 09:30 IST"),
        ("Europe/Berlin", "Wed 2026-07-01 10:30 CEST"),
        ("UTC", "Wed 2026-07-01 08:30 UTC"),
        ("America/Sao_Paulo", "Wed 2026-07-01 05:30 UTC-03"),
    ],
)
def test_a_moment_carries_the_abbreviation_of_its_zone(zone: str, text: str) -> None:
    assert figures.moment(utc(2026, 7, 1, 8, 30), zone) == text


@pytest.mark.parametrize(
    ("end", "text"),
    [
        (utc(2026, 12, 1, 21), "Tue 2026-12-01 10:00 to 21:00 GMT"),
        (utc(2026, 12, 2, 21), "Tue 2026-12-01 10:00 GMT to Wed 2026-12-02 21:00 GMT"),
        (None, "Tue 2026-12-01 10:00 GMT or later"),
    ],
)
def test_spans(end: dt.datetime | None, text: str) -> None:
    assert figures.span(utc(2026, 12, 1, 10), end, "Europe/Dublin") == text


def test_a_span_over_a_change_of_clocks_names_both_zones() -> None:
    text = figures.span(utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 30), "Europe/Dublin")
    assert text == "Sun 2026-10-25 01:30 IST to Sun 2026-10-25 01:30 GMT"


def test_parts_are_joined_without_the_empty_ones() -> None:
    assert figures.joined(("a", "", "b"), "none") == "a, b"
    assert figures.joined(("", ""), "none") == "none"
