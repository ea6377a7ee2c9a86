from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sendmode_sync.config.sheets import Sheet, one_a_line, one_by_one, read_sheet


def cells(sheet: Sheet) -> list[tuple[int, list[str]]]:
    return [(row.line, row.cells) for row in sheet.rows]


@pytest.mark.parametrize(
    ("path", "text", "header", "rows"),
    [
        ("a.csv", "x,y\n1,2\n", ("x", "y"), [(2, ["1", "2"])]),
        ("a.csv", "x;y\n1,5;2\n", ("x", "y"), [(2, ["1,5", "2"])]),
        ("a.csv", "x\ty\n1\t2", ("x", "y"), [(2, ["1", "2"])]),
        ("a.tsv", "x,1\ty\n1\t2", ("x,1", "y"), [(2, ["1", "2"])]),
        ("a.csv", '"x;;;",y\n1,2', ("x;;;", "y"), [(2, ["1", "2"])]),
        ("a.csv", " x , y\n\n1,2\n,\n3,4\n", ("x", "y"), [(3, ["1", "2"]), (5, ["3", "4"])]),
        ("a.csv", 'x,y\n"1\n1",2\n3,"4 ""q"""\n', ("x", "y"), [(2, ["1\n1", "2"]), (4, ["3", '4 "q"'])]),
        ("a.csv", "x\n1\n", ("x",), [(2, ["1"])]),
        ("a.csv", "x,y\n", ("x", "y"), []),
        ("a.csv", "", (), []),
        ("a.csv", "\n\n", (), []),
        (
            "a.jsonl",
            '{"x": "1"}\n\n{"y": 353871234567, "x": 1.50}\n',
            ("x", "y"),
            [(1, ["1", ""]), (3, ["1.50", "353871234567"])],
        ),
        ("a.JSONL", '{"x": null, "groups": ["a", "b"]}', ("x", "groups"), [(1, ["", "a;b"])]),
        ("a.jsonl", '{"e\\u0301": "e\\u0301", "y": ["e\\u0301"]}', ("\u00e9", "y"), [(1, ["\u00e9", "\u00e9"])]),
        ("a.jsonl", "", (), []),
    ],
)
def test_what_is_read(path: str, text: str, header: tuple[str, ...], rows: object) -> None:
    sheet = read_sheet(path, text)
    assert sheet.problems == sheet.bad_rows == ()
    assert sheet.header == header
    assert cells(sheet) == rows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('x,y\n1,2\n"3,4\n5,6\n', "a.csv:3:1: this row cannot be read"),
        ('x,y\n"1"2,3\n', "a.csv:2:1: this row cannot be read"),
        (f"x,y\n1,{'z' * 200000}\n", "a.csv:2:1: this row cannot be read"),
        ("x,y,x\n1,2,3\n", 'a.csv:1:5: a second column "x"; rename or remove one'),
        ("x\u200b,y\n1,2\n", "a.csv:1:2: invisible character U+200B"),
    ],
)
def test_what_makes_the_whole_file_unreadable(text: str, said: str) -> None:
    sheet = read_sheet("a.csv", text)
    assert len(sheet.problems) == 1
    assert str(sheet.problems[0]).startswith(said)
    assert sheet.rows == []


def test_columns_without_a_heading_may_be_many() -> None:
    assert read_sheet("a.csv", "x,,\n1,2,3\n").problems == ()


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("a.csv", "x,y\n1,2\n3,\x004\n", "a.csv:3:3: control character U+0000"),
        ("a.csv", 'x,y\n1,"2\n\u202e3"\n4,5\n', "a.csv:3:1: invisible character U+202E"),
        ("a.csv", "x\nok\nz\u200b\x01\n", "a.csv:3:2: invisible character U+200B"),
        ("a.csv", f"x,y\n1,{'z' * 65537}\n", "a.csv:2:1: a cell of more than 64 KiB"),
        ("a.csv", 'x,y\n1,"' + "z\n" * 33000 + '"\n', "a.csv:2:1: a cell of more than 64 KiB"),
        ("a.jsonl", '{"x": 1}\n[1]\n', "a.jsonl:2:1: this line is no JSON object; each"),
        ("a.jsonl", '{"x": 1\n', "a.jsonl:1:1: this line is no JSON object; write"),
        ("a.jsonl", "[" * 60000, "a.jsonl:1:1: this line is no JSON object"),
        ("a.jsonl", '{"x": 1, "x": 2}\n', "a.jsonl:1:1: one name is written twice"),
        ("a.jsonl", '{"\\u00e9": 1, "e\\u0301": 2}\n', "a.jsonl:1:1: one name is written twice"),
        ("a.jsonl", '{"x": true}\n', 'a.jsonl:1:1: the value of "x" is no text'),
        ("a.jsonl", '{"x": [null]}\n', "a.jsonl:1:1: "),
        ("a.jsonl", '{"x": {"y": "z"}}\n', 'a.jsonl:1:1: the value of "x" is no text'),
        ("a.jsonl", '{"x": "\\ud800"}\n', "a.jsonl:1:1: half of a character U+D800"),
        ("a.jsonl", '{"x": "\\u0000"}\n', "a.jsonl:1:1: control character U+0000"),
        ("a.jsonl", '{"\\u200b": "x"}\n', "a.jsonl:1:1: invisible character U+200B"),
        ("a.jsonl", '{"x": "\u200b"}\n', "a.jsonl:1:8: invisible character U+200B"),
        ("a.jsonl", f'{{"x": "{"z" * 65536}"}}\n', "a.jsonl:1:1: a line of more than 64 KiB"),
    ],
)
def test_what_makes_one_row_bad(path: str, text: str, said: str) -> None:
    sheet = read_sheet(path, text)
    assert sheet.problems == ()
    assert [str(problem).startswith(said) for problem in sheet.bad_rows] == [True], sheet.bad_rows


def test_the_other_rows_of_a_bad_file_stay() -> None:
    sheet = read_sheet("a.csv", "x,y\n1,2\n3,\x004\n5,6\n")
    assert cells(sheet) == [(2, ["1", "2"]), (4, ["5", "6"])]


@pytest.mark.parametrize(
    ("line", "column", "place"),
    [(2, 0, "2:1"), (2, 1, "2:8"), (2, 2, "2:10"), (2, 9, "2:10"), (3, 1, "3:2"), (4, 1, "4:5"), (4, 2, "4:9")],
)
def test_cells_are_placed(line: int, column: int, place: str) -> None:
    sheet = read_sheet("a.csv", 'x,y,z\n"1,""",2,3\n,é,z\n12",6" ,7\n')
    assert str(sheet.place(line, column)) == f"a.csv:{place}"


def test_a_line_of_json_is_one_place() -> None:
    assert str(read_sheet("a.jsonl", '{"x": "1", "y": "2"}').place(1, 1)) == "a.jsonl:1:1"


def test_every_heading_that_was_there_before_is_named() -> None:
    problems = read_sheet("c.csv", "a,b,a,b,b\n").problems
    assert [str(each.place) for each in problems] == ["c.csv:1:5", "c.csv:1:7", "c.csv:1:9"]


@given(st.text(st.sampled_from('a b,;"\n\r'), max_size=40), st.integers(1, 9))
@example("1,2\n3,4\n", 7)
@example('1,"2\n3",4\n', 1)
@example("1\n,\n2\n", 1)
def test_rows_read_at_once_are_those_read_one_by_one(text: str, first: int) -> None:
    lines = [f"{line}\n" for line in text.split("\n")]
    at_once = one_a_line(lines, ",", first)
    carefully = one_by_one("a.csv", lines, ",", first, {})
    assert at_once is None or (at_once, None) == (carefully.rows, carefully.error)


def test_most_lists_are_read_at_once() -> None:
    assert one_a_line(["1,2\n", '"3,",4\n'], ",", 5) == [(5, ["1", "2"]), (6, ["3,", "4"])]
