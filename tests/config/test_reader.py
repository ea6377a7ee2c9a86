from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendmode_sync.config.document import Path
from sendmode_sync.config.reader import read


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read("a.yaml", text).problems]


@pytest.mark.parametrize(
    "typed",
    [
        "0771234567",
        "+353871234567",
        "Null",
        "No",
        "yes",
        "~",
        "1_000",
        "1990-02-01",
        "10:00",
        "0x1F",
        "1e3",
        ".5",
        "on",
    ],
)
def test_every_scalar_is_the_text_that_was_typed(typed: str) -> None:
    assert read("a.yaml", f"a: {typed}\n").data == {"a": typed}


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", {}),
        ("# only a comment\n", {}),
        ("---\n", {}),
        ("a:\nb: ''\n", {"a": "", "b": ""}),
        ("a: [1, [2, {b: c}]]\n", {"a": ["1", ["2", {"b": "c"}]]}),
        ("a: |\n  one\n  two\n", {"a": "one\ntwo"}),
        ("a: >-\n  one\n  two\n", {"a": "one two"}),
        ("a: {b: , c: }\n", {"a": {"b": "", "c": ""}}),
        ('a: "e\\u0301"\n', {"a": "é"}),
        ("%YAML 1.2\n---\na: b\n", {"a": "b"}),
        ("a: Byrne # moved\nsurname: Byrne # moved\n", {"a": "Byrne", "surname": "Byrne"}),
        ("messagetext: Hello  # first draft\n", {"messagetext": "Hello"}),
        ("senderid: Acme #registered\n", {"senderid": "Acme"}),
        ("custom1: \n", {"custom1": ""}),
    ],
)
def test_what_is_read(text: str, data: object) -> None:
    document = read("a.yaml", text)
    assert document.problems == ()
    assert document.data == data


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1", 'the key "a" is written twice'),
        ("a: {x: 1, x: 2}\n", "1:11", 'the key "x" is written twice'),
        ("a: 1\na: {x: [1, {y: z}]}\nb: 2\n", "2:1", "twice"),
        ("a: &x 1\n", "1:4", 'anchors ("&")'),
        ("a: &x {b: c}\n", "1:4", 'anchors ("&")'),
        ("a: &x [b]\n", "1:4", 'anchors ("&")'),
        ("a: *x\n", "1:4", 'aliases ("*")'),
        ("a: [b, *x]\n", "1:8", 'aliases ("*")'),
        ("*x : b\n", "1:1", 'aliases ("*")'),
        ("a: !!str b\n", "1:4", 'tags ("!")'),
        ("a: ! b\n", "1:4", 'tags ("!")'),
        ("a: !x {b: c}\n", "1:4", 'tags ("!")'),
        ("a:\n  <<: {b: c}\n", "2:3", 'merge keys ("<<")'),
        ("a: b\n---\nc: d\n", "2:1", "second document"),
        ("- a\n", "1:1", "outermost level"),
        ("just text\n", "1:1", "outermost level"),
        ("a: " + "[" * 20 + "]" * 20, "1:23", "more than 20 deep"),
        ("a: " + "x" * 65537, "1:4", "64 KiB"),
        ("a: " + "é" * 32769, "1:4", "64 KiB"),
        ("? [a]\n: b\n", "1:3", "a key is meant here"),
        ("a: {{x}}\n", "1:5", "put quotes around the whole text"),
        ("a: {address: 12 Main St, Dublin}\n", "1:26", "put quotes around a text that holds a comma"),
        ("messagetext: Call us at #1 Gym\n", "1:24", "begins a comment"),
        ("messagetext: Sale # 20% off\n", "1:18", "begins a comment"),
        ("address: Flat #4\n", "1:14", "begins a comment"),
        ("custom1: #1 fan\n", "1:9", "begins a comment"),
        ("messagetext: Call: us\n", "1:18", "put quotes around the whole text"),
        ("messagetext: @home\n", "1:14", "put quotes around the whole text"),
        ("messagetext: {firstname}, hi\n", "1:25", "put quotes around the whole text"),
        ("a: b\nc: 'never closed\nd: e\n", "2:4", "put quotes around the whole text"),
        ("a:\n\t- b\n", "2:1", "indent with spaces"),
        ("a: b\x00\n", "1:5", "control character U+0000"),
        ("a: b\x1b[0m\n", "1:5", "control character U+001B"),
        ("a: b\x7f\n", "1:5", "control character U+007F"),
        ("a: b\x85c\n", "1:5", "control character U+0085"),
        ('a: "\\0"\n', "1:4", "control character U+0000"),
        ('a: "x\\r"\n', "1:4", "control character U+000D"),
        ('a: "\\ud800"\n', "1:7", "cannot be read as YAML"),
        ("a: x\u202ey\n", "1:5", "invisible character U+202E"),
        ("# a comment \u2066\na: b\n", "1:13", "invisible character U+2066"),
        ("a: x\u200by\n", "1:5", "invisible character U+200B"),
        ("a: x\u00ady\n", "1:5", "invisible character U+00AD"),
        ("a: x\u2028y\n", "1:5", "control character U+2028"),
        ("x\ufeffy: a\n", "1:2", "invisible character U+FEFF"),
        ('a: "\\u200b"\n', "1:4", "invisible character U+200B"),
        ("messagetext: a\u200db\n", "1:15", "invisible character U+200D"),
        ("firstname: ❤\ufe0f\n", "1:12", "invisible character U+FE0F"),
        ("👨\u200d👩: a\n", "1:1", "invisible character U+200D"),
    ],
)
def test_what_is_refused(text: str, place: str, says: str) -> None:
    found = problems(text)
    assert len(found) == 1, found
    assert found[0].startswith(f"a.yaml:{place}: ")
    assert says in found[0]


@pytest.mark.parametrize(
    "text", ["👨\u200d👩\u200d👧", "❤\ufe0f", "1\ufe0f\u20e3", "✌🏽", "🏳\ufe0f\u200d🌈", "Áine’s €5"]
)
def test_emoji_may_be_joined_in_a_message(text: str) -> None:
    document = read("a.yaml", f"messagetext: {text}\n")
    assert document.problems == ()
    assert document.data == {"messagetext": text}


@pytest.mark.parametrize("depth", [19])
def test_twenty_levels_are_read(depth: int) -> None:
    assert problems("a: " + "[" * depth + "]" * depth) == []


def test_64_kib_are_read() -> None:
    assert problems(f"a: {'x' * 65536}") == []


def test_all_problems_come_at_once() -> None:
    found = problems("a: &x 1\nb: *x\nb: 2\nc: !t 3\na: 4\n")
    assert [problem.split(": ")[0] for problem in found] == ["a.yaml:1:4", "a.yaml:2:4", "a.yaml:4:4"]


def test_a_mapping_where_prose_is_meant_is_left_to_the_schema() -> None:
    document = read("a.yaml", "messagetext: {firstname}\nsurname: {{firstname}}\n")
    assert document.problems == ()
    assert document.data == {"messagetext": {}, "surname": {}}


def test_bombs_are_refused_quickly() -> None:
    text = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + at)}: &{chr(98 + at)} [*{chr(97 + at)}, *{chr(97 + at)}]\n" for at in range(20)
    )
    assert problems(text)


PLACES: list[tuple[str, Path, bool, str]] = [
    ("a: 1\nbb: {c: x, d: [1, 22]}\n", ("a",), False, "1:4"),
    ("a: 1\nbb: {c: x, d: [1, 22]}\n", ("bb",), True, "2:1"),
    ("a: 1\nbb: {c: x, d: [1, 22]}\n", ("bb", "d", 1), False, "2:19"),
    ("a: 1\nbb: {c: x, d: [1, 22]}\n", ("bb", "d"), True, "2:12"),
    ("a: 1\nbb: {c: x, d: [1, 22]}\n", ("bb", "missing"), False, "2:5"),
    ("a: 1\nbb: {c: x, d: [1, 22]}\n", ("bb", "d", 7), False, "2:15"),
    ("a: 1\n", ("a", "below text"), False, "1:4"),
    ("a: [x]\na: {y: z}\nb: 2\n", ("b",), False, "3:4"),
    ("a: *x\nb: 2\n", ("b",), False, "2:4"),
    ("a: [*x, 1]\nb: {? {c: d} : e, f: g}\n", ("b", "f"), False, "2:22"),
    ("é: '😀' \nb: 2\n", ("b",), False, "2:4"),
    ("", ("a",), False, "1:1"),
]


@pytest.mark.parametrize(("text", "path", "key", "place"), PLACES)
def test_places(text: str, path: Path, key: bool, place: str) -> None:
    assert str(read("a.yaml", text).place(path, key=key)) == f"a.yaml:{place}"


def test_places_of_items() -> None:
    document = read("a.yaml", "a:\n  - {b: [c, d]}\n  - x\nz: 1\n")
    assert [str(place) for place in document.places(("a",))] == ["a.yaml:2:5", "a.yaml:3:5"]
    assert list(document.places(("z",))) == []


@pytest.mark.parametrize(
    ("text", "offset", "place"),
    [
        ("m: Hi }\n", 3, "1:7"),
        ("m: 'Hi {x} }'\n", 7, "1:12"),
        ('m: "a\\n}"\n', 2, "1:8"),
        ("m: |\n  Hi\n  there }\n", 9, "3:9"),
        ("m: >\n  a }\n  b }\n", 6, "3:5"),
        ('m: "\\x7d"\n', 0, "1:4"),
        ("m: {a: b}\n", 0, "1:4"),
    ],
)
def test_place_of_a_character(text: str, offset: int, place: str) -> None:
    assert str(read("a.yaml", text).place_of_character(("m",), offset)) == f"a.yaml:{place}"


NODES = st.recursive(
    st.text("ab:#{}[],&*!|>'\"% \n-?é", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


def written(node: object, depth: int) -> str:
    """Write a node as block YAML with quoted texts."""
    pad = "  " * depth
    match node:
        case str():
            escaped = node.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            return f' "{escaped}"\n'
        case dict() if node:
            return "\n" + "".join(f"{pad}{key}:{written(value, depth + 1)}" for key, value in node.items())
        case list() if node:
            return "\n" + "".join(f"{pad}-{written(value, depth + 1)}" for value in node)
        case _:
            return " {}\n" if isinstance(node, dict) else " []\n"


def paths(node: object, path: Path = ()) -> list[tuple[Path, object]]:
    match node:
        case dict():
            below = [(key, value) for key, value in node.items()]
        case list():
            below = list(enumerate(node))
        case _:
            below = []
    return [(path, node), *(found for step, value in below for found in paths(value, (*path, step)))]


@settings(max_examples=60)
@given(st.dictionaries(st.text("abc", min_size=1, max_size=2), NODES, min_size=1, max_size=3))
def test_what_is_written_is_read_and_every_text_is_found_again(data: dict[str, object]) -> None:
    text = written(data, 0).lstrip("\n")
    document = read("a.yaml", text)
    stripped = {path: node.rstrip("\n") for path, node in paths(data) if isinstance(node, str)}
    assert document.problems == ()
    assert {path: node for path, node in paths(document.data) if isinstance(node, str)} == stripped
    lines = text.split("\n")
    for path, node in paths(data):
        place = document.place(path)
        if isinstance(node, str):
            assert lines[place.line - 1][place.column - 1] == '"'


@settings(max_examples=150)
@given(st.text("ab:#{}[],&*!|>'\"%@` \n\t-?<é\u200b\0", max_size=60))
def test_nothing_makes_the_reader_raise(text: str) -> None:
    document = read("a.yaml", text)
    assert document.problems or isinstance(document.data, dict)
    for path, _ in paths(document.data):
        assert document.place(path).line >= 1


def test_an_escaped_half_character_is_to_be_written_as_itself() -> None:
    (problem,) = read("a.yaml", 'a: "\\ud83d\\ude00"\n').problems
    assert "write the character itself" in problem.message
