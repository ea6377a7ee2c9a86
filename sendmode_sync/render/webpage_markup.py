"""HTML as values: text is escaped unless it is markup already, so that no data ever becomes an element."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from sendmode_sync.render.view import printable

_WHOLE = re.compile(r"([A-Z][a-z]{2} \d{4}-\d\d-\d\d|\+\d{1,3} \*[* ]*\d+|\d+ (?:s|min|h)\b|GSM-7|UCS-2)")
_VOID = frozenset({"br", "meta"})


@dataclass(frozen=True, slots=True)
class Html:
    """Markup that is finished; only this module makes one out of text."""

    markup: str


Content: TypeAlias = Html | str
Attribute: TypeAlias = str | int | float | None


def tag(element: str, *content: Content, **attributes: Attribute) -> Html:
    """Return an element around its content.

    Names of attributes are written as ``aria_label`` and ``class_``; one that is None is left out.
    """
    start = element + "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_escaped(str(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Html(f"<{start}>" if element in _VOID else f"<{start}>{joined(content).markup}</{element}>")


def joined(content: Iterable[Content], between: str = "") -> Html:
    """Return pieces one after another."""
    return Html(between.join(map(_markup, content)))


def lines(text: str) -> Html:
    """Return text that may break its lines."""
    return joined((Html(_escaped(line)) for line in text.split("\n")), "<br>")


def prose(text: str) -> Html:
    """Return a sentence in which nothing is broken that is read as one word: dates, durations, encodings, masked numbers."""
    pieces = _WHOLE.split(text)
    return joined(tag("span", piece, class_="whole") if at % 2 else piece for at, piece in enumerate(pieces))


def sheet(style: str) -> Html:
    """Return an element of style; a sheet is part of the program, and not escaped."""
    return Html(f"<style>{style}</style>")


def _markup(content: Content) -> str:
    match content:
        case Html(markup):
            return markup
        case str():
            return _escaped(content)
        case _:
            assert_never(content)


def _escaped(text: str) -> str:
    """Escape for HTML, and for the CI runner that prints it: ``##[`` is a command anywhere in a line."""
    return html.escape(printable(text)).replace("##[", "#&#35;[")
