"""Problems of the project's files: lines that an editor can jump to, JSON, and annotations on a pull request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sendmode_sync.errors import Problem
from sendmode_sync.render.choice import unavailable
from sendmode_sync.render.jsondoc import FORMAT_VERSION, dump
from sendmode_sync.render.layout import more
from sendmode_sync.render.view import page, printable

_LEVELS = ("error", "warning", "notice")
_SHOWN_OF_A_KIND = 20
_ANNOTATIONS = 10  # GitHub shows no more of one level for a step


def render(problems: Sequence[Problem], form: str, *, all_items: bool = False, command: str = "validate") -> str:
    """Return all problems in one format; an empty text (or list) where there are none.

    In text the 21st of one code and those after it are counted, unless ``all_items``; JSON always has all. ``command`` is
    the one that lists them all.
    """
    match form:
        case "text":
            return page(_lines(problems, all_items=all_items))
        case "json":
            return dump({"format_version": FORMAT_VERSION, "problems": [_entry(problem) for problem in problems]})
        case "github":
            return "\n".join(_annotations(problems, command))
        case _:
            raise unavailable(form, "text", "json", "github")


def _lines(problems: Sequence[Problem], *, all_items: bool) -> list[str]:
    lines = []
    total = Counter(problem.code for problem in problems)
    seen: Counter[str] = Counter()
    for problem in problems:
        seen[problem.code] += 1
        if all_items or seen[problem.code] <= _SHOWN_OF_A_KIND:
            lines.append(_line(problem))
        elif seen[problem.code] == _SHOWN_OF_A_KIND + 1:
            lines.append(f"and {total[problem.code] - _SHOWN_OF_A_KIND:,} more of this kind (--all lists them)")
    return lines


def _line(problem: Problem) -> str:
    """Return ``path:line:column: message``; what is no error says so, and what has no place says its level."""
    level = "" if problem.level == "error" and problem.place else f"{problem.level}: "
    place = f"{printable(str(problem.place))}: " if problem.place else ""
    return f"{place}{level}{printable(problem.message)}"


def _entry(problem: Problem) -> dict[str, object]:
    place = problem.place
    return {
        "path": place.path if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "level": problem.level,
        "code": problem.code,
        "message": problem.message,
    }


def _annotations(problems: Sequence[Problem], command: str) -> list[str]:
    """Return workflow commands, most severe first; the tenth of a level counts those that GitHub would not show."""
    lines = []
    for level in _LEVELS:
        own = [problem for problem in problems if problem.level == level]
        shown = own if len(own) <= _ANNOTATIONS else own[: _ANNOTATIONS - 1]
        lines += [_annotation(problem) for problem in shown]
        if len(own) > len(shown):
            lines.append(
                f"::{level} title=sendmode-sync::{more(len(own) - len(shown), f'sendmode-sync {command} --all')}"
            )
    return lines


def _annotation(problem: Problem) -> str:
    place = problem.place
    where = f"file={_property(place.path)},line={place.line},col={place.column}," if place else ""
    return f"::{problem.level} {where}title={_property(problem.code)}::{_data(problem.message)}"


def _data(text: str) -> str:
    """Escape what GitHub's runner reads as the end of a command (actions/toolkit, command.ts)."""
    shown = printable(text, keep="\r\n")
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
