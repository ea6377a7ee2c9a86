"""Comments that switch a rule off for one campaign; which rules there are, and whether one was needed, is not known here.

``# sendmode-sync: ignore=RULE reason`` stands behind the campaign's key, or in the comment lines right above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sendmode_sync.errors import Place, Problem
from sendmode_sync.model.desired import Ignore

_DIRECTIVE = re.compile(r"#\s*sendmode-sync:\s*(?P<said>.*?)\s*$")
_IGNORE = re.compile(r"ignore=(?P<rule>[A-Za-z0-9_-]+)(?:\s+(?P<reason>.+))?")
_KEY_LINE = re.compile(r"""\s*(?:"[^"]*"|'[^']*'|[^\s:#"'{\[]+)\s*:\s*#""")


class Directives(NamedTuple):
    """The ignores of each campaign, and what is wrong with comments that meant to be some."""

    ignores: Mapping[str, tuple[Ignore, ...]]
    problems: tuple[Problem, ...]


def read_directives(path: str, text: str, campaigns: Mapping[str, Place]) -> Directives:
    """Read the comments of one file; ``campaigns`` are the places of its campaigns' keys."""
    if "sendmode-sync:" not in text:
        return Directives({}, ())
    lines = text.split("\n")
    of_line = {at: name for name, place in campaigns.items() for at in _lines_of(lines, place.line - 1)}
    ignores: dict[str, list[Ignore]] = {}
    problems = []
    for at, found in _found(lines, of_line):
        place = Place(path, at + 1, found.start() + 1)
        said = _IGNORE.fullmatch(found["said"])
        if said is None:
            problems.append(_wrong(place, "cannot be understood"))
        elif at not in of_line:
            problems.append(_wrong(place, "belongs to no campaign"))
        else:
            ignores.setdefault(of_line[at], []).append(Ignore(said["rule"], said["reason"] or "", place))
    return Directives({name: tuple(found) for name, found in ignores.items()}, tuple(problems))


def _found(lines: list[str], of_line: Mapping[int, str]) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield what looks like a directive: in a line that is a comment, or behind the key of a campaign."""
    for at, line in enumerate(lines):
        is_comment = line.lstrip().startswith("#")
        if "sendmode-sync:" in line and (is_comment or (at in of_line and _KEY_LINE.match(line))):
            found = _DIRECTIVE.search(line)
            if found:
                yield at, found


def _lines_of(lines: list[str], key: int) -> Iterator[int]:
    """Yield the line of a key, and the comment lines right above it, as indices from 0."""
    yield key
    while key > 0 and lines[key - 1].lstrip().startswith("#"):
        key -= 1
        yield key


def _wrong(place: Place, what: str) -> Problem:
    message = (
        f"this comment {what}; write # sendmode-sync: ignore=RULE reason behind a campaign's key, or right above it"
    )
    return Problem("lint-ignore", message, place, "warning")
