"""Merge fields: ``{field}`` and ``{field|default}`` and nothing else; a template computes and looks up nothing more.

``{{`` and ``}}`` are braces. A template is filled in one pass, so a value that looks like a field stays text.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, assert_never

from sendmode_sync.model.desired import FIELDS
from sendmode_sync.model.phone import mask_typed

NAMES = ("mobilenumber", *FIELDS)
"""Every name that may stand in a merge field."""

_SPEAKING = 4  # letters at the end of a name that say which are meant: {name} is firstname or surname
_TOKEN = re.compile(r"\{\{|\}\}|\{(?P<field>[^{}]*)\}|[{}]")


class Field(NamedTuple):
    """A place for a customer's value. ``default`` is None where none is written; it may be empty."""

    name: str
    default: str | None = None


class BadTemplate(NamedTuple):
    """Why a text is no template. ``offset`` is the index in the text, in characters from 0."""

    offset: int
    message: str


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed text: literal pieces and fields in turn."""

    parts: tuple[str | Field, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The names used, each once, in the order of the text."""
        return tuple(dict.fromkeys(part.name for part in self.parts if isinstance(part, Field)))


@functools.lru_cache(maxsize=256)  # one plan asks for a campaign's text several times
def parse(text: str) -> Template | BadTemplate:
    """Read a text with merge fields, up to the first thing that is wrong."""
    parts: list[str | Field] = []
    literal = ""
    end = 0
    for token in _TOKEN.finditer(text):
        literal += text[end : token.start()]
        end = token.end()
        match token.group():
            case "{{" | "}}" as double:
                literal += double[0]
            case "{" | "}" as brace:
                return BadTemplate(token.start(), _lone(brace))
            case _:
                name, bar, default = token["field"].partition("|")
                if name not in NAMES:
                    return BadTemplate(token.start(), _unknown(name))
                parts += [literal, Field(name, default if bar else None)]
                literal = ""
    return Template(tuple(part for part in (*parts, literal + text[end:]) if part))


def render(template: Template, values: Mapping[str, str]) -> str | tuple[str, ...]:
    """Fill a template in one pass; an empty value counts as absent.

    Where a field has neither value nor default, the answer is the tuple of those names, each once.
    """
    pieces: list[str] = []
    missing: dict[str, None] = {}
    for part in template.parts:
        match part:
            case str():
                pieces.append(part)
            case Field(name, default):
                value = values.get(name) or default
                if value is None:
                    missing[name] = None
                else:
                    pieces.append(value)
            case _:
                assert_never(part)
    return tuple(missing) if missing else "".join(pieces)


def filler(template: Template) -> Callable[[tuple[str, ...]], str | tuple[str, ...]]:
    """Return ``render`` for many people: it takes the values of ``template.fields``, in their order."""
    names = template.fields
    pieces = (
        part.replace("{", "{{").replace("}", "}}") if isinstance(part, str) else f"{{{names.index(part.name)}}}"
        for part in template.parts
    )
    form = "".join(pieces).format

    def fill(values: tuple[str, ...]) -> str | tuple[str, ...]:
        return form(*values) if all(values) else render(template, dict(zip(names, values, strict=True)))

    return fill


def _lone(brace: str) -> str:
    if brace == "{":
        return 'a lone "{"; close the field as in {firstname}, or write "{{" for a brace'
    return 'a lone "}"; write "}}" for a brace'


def _unknown(name: str) -> str:
    import difflib  # noqa: PLC0415 - only needed once something is wrong

    if not name.strip():
        return 'a merge field without a name; write one such as {firstname}, or "{{" and "}}" for braces'
    shown = mask_typed(" ".join(name.split()))
    squeezed = re.sub(r"[\W_]", "", shown).lower()
    whole = [each for each in NAMES if len(squeezed) >= _SPEAKING and each.endswith(squeezed)]
    near = [f'"{each}"' for each in whole or difflib.get_close_matches(squeezed, NAMES, n=1)]
    if near:
        return f'unknown merge field "{shown}", did you mean {" or ".join(near)}?'
    return f'unknown merge field "{shown}"; the fields are {", ".join(NAMES)}'
