"""A YAML file as plain data with the place of every node; what a text means is not decided here.

Scalars stay the text that was typed: no numbers, dates, booleans or nulls. ``reader`` makes documents.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TypeAlias, Union

from sendmode_sync.errors import Place, Problem

Node: TypeAlias = Union[str, "list[Node]", "dict[str, Node]"]
Path: TypeAlias = tuple[str | int, ...]
"""Where a node stands in its document: keys, and positions from 0."""

_SHIFT = 32
_COLUMN = (1 << _SHIFT) - 1


def pack(line: int, column: int) -> int:
    """Return line and column, both from 0, as one number."""
    return line << _SHIFT | column


def size(node: Node) -> int:
    """Return how many marks a node has: its own, its keys' and its children's."""
    match node:
        case str():
            return 1
        case list():
            return 1 + sum(map(size, node))
        case dict():
            return 1 + len(node) + sum(map(size, node.values()))


@dataclass(frozen=True, slots=True)
class Document:
    """The data of one file; an empty file is an empty mapping.

    ``marks`` holds the packed place of every node and key in the order of the text: eight bytes each, where objects
    would take a hundred. Which mark is whose follows from the data (``size``).
    ``problems`` are those of the YAML itself; where they kept it from being read to its end, it is not ``complete``.
    ``refused`` are the mappings in which the value of a key was left out for such a problem, by identity and key.
    """

    path: str
    text: str
    data: dict[str, Node]
    marks: array[int]
    problems: tuple[Problem, ...] = ()
    complete: bool = True
    refused: Mapping[tuple[int, str], Node] = field(default_factory=dict)
    _starts: dict[Path, Mapping[str | int, int]] = field(default_factory=dict, compare=False, repr=False)

    def was_refused(self, path: Path) -> bool:
        """Say whether a key is missing only because its value was refused; that was said already."""
        return bool(self.refused) and (id(self._find(path[:-1])[2]), str(path[-1])) in self.refused

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Return where a node starts, or its key; for what is not there, where the nearest node around it starts."""
        key_mark, mark, _ = self._find(path)
        return self._at(key_mark if key else mark)

    def places(self, path: Path) -> Iterator[Place]:
        """Return where each item of a list starts, in order."""
        _, mark, node = self._find(path)
        return map(self._at, _starts(node, mark)) if isinstance(node, list) else iter(())

    def place_of_character(self, path: Path, offset: int) -> Place:
        """Return where one character of a text stands in the file, as far as the source writes it as itself.

        Quotes, escapes and folded lines move characters, so the same one is counted from the start of the text.
        """
        start = self.place(path)
        _, _, text = self._find(path)
        if not isinstance(text, str):
            return start
        at = sum(len(line) + 1 for line in self.text.split("\n", start.line - 1)[: start.line - 1]) + start.column - 2
        for _ in range(text.count(text[offset], 0, offset + 1)):
            at = self.text.find(text[offset], at + 1)
            if at < 0:
                return start
        return Place(self.path, self.text.count("\n", 0, at) + 1, at - self.text.rfind("\n", 0, at))

    def _at(self, mark: int) -> Place:
        packed = self.marks[mark]
        return Place(self.path, (packed >> _SHIFT) + 1, (packed & _COLUMN) + 1)

    def _find(self, path: Path) -> tuple[int, int, Node]:
        """Return the mark of a node's key (its own where it has none), its own mark and the node."""
        key_mark, mark = 0, 0
        node: Node = self.data
        for depth, step in enumerate(path):
            start = self._starts_in(path[:depth], node, mark).get(step)
            if start is None:
                break
            key_mark = start
            if isinstance(node, dict):
                mark, node = start + 1, node[str(step)]
            elif isinstance(node, list) and isinstance(step, int):
                mark, node = start, node[step]
        return key_mark, mark, node

    def _starts_in(self, path: Path, node: Node, mark: int) -> Mapping[str | int, int]:
        """Return the first mark of each child of a node, remembered: one list may hold many problems."""
        starts = self._starts.get(path)
        if starts is None:
            starts = self._starts[path] = _children(node, mark)
        return starts


def _children(node: Node, mark: int) -> Mapping[str | int, int]:
    match node:
        case str():
            return {}
        case list():
            return dict(enumerate(_starts(node, mark)))
        case dict():
            sizes = (1 + size(child) for child in node.values())
            return dict(zip(node, accumulate(sizes, initial=mark + 1), strict=False))


def _starts(items: list[Node], mark: int) -> Iterator[int]:
    for item in items:
        yield mark + 1
        mark += size(item)
