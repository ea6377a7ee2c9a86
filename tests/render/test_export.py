from __future__ import annotations

import csv
import json
from io import StringIO

import pytest

from sendmode_sync.model.state import SentEntry
from sendmode_sync.render import export
from sendmode_sync.render.view import Masker
from tests.golden.golden_samples import KEY, SENT

SHOWN = Masker(KEY, show=True)


def cell(text: str) -> str:
    written = export.render([SENT[0]._replace(messagetext=text)], "csv", SHOWN)
    _, row = csv.reader(StringIO(written))
    return row[3]


def test_the_first_line_names_the_columns() -> None:
    written = export.render([], "csv", SHOWN)
    assert written == "mobilenumber,campaign,status,messagetext,customerid,at"


def test_a_number_is_written_without_plus() -> None:
    assert export.render(SENT[:1], "csv", SHOWN).splitlines()[1].startswith("447700900113,december-offer,accepted,")


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", " =1", '"=1', "'=1", "\ufeff=1", "＝1", "＋1", "－1", "＠x", "\n=1"],
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize("text", ["Hi there", "1 + 1 = 2", "a@b", "20% off"])
def test_an_ordinary_cell_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


@pytest.mark.parametrize("text", ['say "hi", you', "a;b", "x, y", "50%"])
def test_cells_are_quoted(text: str) -> None:
    assert cell(text) == text


def test_a_cell_stays_whole_where_semicolons_part_cells() -> None:
    written = export.render([SENT[0]._replace(messagetext="a;=1+1")], "csv", SHOWN)
    assert '"a;=1+1"' in written


def test_a_record_is_one_line() -> None:
    assert len(export.render(SENT, "csv", SHOWN).splitlines()) == 1 + len(SENT)
    assert cell("two\nlines") == r"two\nlines"


def test_hidden_people_hide_what_they_read() -> None:
    row = export.render(SENT[:1], "csv", Masker(KEY)).splitlines()[1]
    assert row.startswith("44 ** **** **13 p-")
    assert '"(hidden)"' in row


def test_json_has_the_same_with_numbers_as_everywhere() -> None:
    answer = json.loads(export.render(SENT, "json", SHOWN))
    assert answer["sent"][1] == {
        "mobilenumber": "+447700900114",
        "campaign": SENT[1].campaign,
        "status": "unknown",
        "messagetext": SENT[1].messagetext,
        "customerid": None,
        "at": "2026-12-01T10:00:00Z",
    }


def test_every_field_of_an_entry_is_exported() -> None:
    assert SentEntry._fields == export.COLUMNS
