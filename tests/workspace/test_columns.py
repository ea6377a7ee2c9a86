from __future__ import annotations

from pathlib import Path

import pytest

from sendmode_sync.errors import ProjectError
from sendmode_sync.workspace.columns import read_number_column


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        ("a.csv", "mobilenumber,town\n087 1,Naas\n,Cork\n088 2,x\n", [("087 1", "a.csv:2:1"), ("088 2", "a.csv:4:1")]),
        ("a.csv", "Town;Mobile Number\nNaas;087 1\n", [("087 1", "a.csv:2:6")]),
        ("a.csv", "phone,mobilenumber\n1,2\n", [("2", "a.csv:2:3")]),
        ("a.csv", "0871234567\n0871234568\n", [("0871234567", "a.csv:1:1"), ("0871234568", "a.csv:2:1")]),
        ("a.csv", "Aoife,0871234567\nBrian,0871234568\n", [("0871234567", "a.csv:1:7"), ("0871234568", "a.csv:2:7")]),
        ("a.tsv", "msisdn\tx\n353871234567\ty\n\n", [("353871234567", "a.tsv:2:1")]),
        ("a.jsonl", '{"phone": 353871234567}\n', [("353871234567", "a.jsonl:1:1")]),
        ("a.csv", "x,phone\n1\n", []),
        ("a.csv", "phone\n", []),
    ],
)
def test_the_column_is_found(tmp_path: Path, name: str, text: str, rows: list[tuple[str, str]]) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = read_number_column(tmp_path / name, cwd=tmp_path)
    assert [(number, str(place)) for number, place in found] == rows


def test_the_column_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("phone,who to bar\n1,2\n", encoding="utf-8")
    assert [number for number, _ in read_number_column(tmp_path / "a.csv", column="Who to bar")] == ["2"]


@pytest.mark.parametrize(
    ("data", "column", "said"),
    [
        (b"name,town\nx,y\n", None, 'a.csv:1:1: no column of mobile numbers among "name", "town"'),
        (b"phone\n1\n", "fax", "a.csv:1:1: no column of mobile numbers"),
        (b"0871234567,0871234568\n", None, "a.csv:1:1: no column of mobile numbers"),
        (b"", None, "a.csv:1:1: no column of mobile numbers"),
        (b'phone\n"1\n', None, "a.csv:2:1: this row cannot be read"),
        (b"phone\n1\x002\n", None, "a.csv:2:2: control character"),
        (b"PK\x03\x04", None, "a.csv:1:1: this is a spreadsheet"),
        (None, None, "a.csv:1:1: there is no such file"),
    ],
)
def test_what_holds_no_column(tmp_path: Path, data: bytes | None, column: str | None, said: str) -> None:
    if data is not None:
        (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(ProjectError) as raised:
        read_number_column(tmp_path / "a.csv", column=column, cwd=tmp_path)
    assert [str(problem).startswith(said) for problem in raised.value.problems] == [True]
