"""What makes a campaign dear, in sentences: the character that forces UCS-2, and the values that lengthen a text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from sendmode_sync.model.counting import count, persons
from sendmode_sync.model.plan import Costing, Forcing
from sendmode_sync.render import figures
from sendmode_sync.render.view import printable

_NAMED: Mapping[str, str] = MappingProxyType(
    {
        "’": "curly apostrophe",
        "‘": "curly apostrophe",
        "“": "curly quotation mark",
        "”": "curly quotation mark",
        "–": "en dash",
        "—": "em dash",
        "…": "ellipsis",
        "•": "bullet",
        "\u00a0": "no-break space",
        "\t": "tab",
    }
)
"""What people call the characters that word processors make; Unicode calls the first "right single quotation mark"."""

_SHOWN = 3


def remarks(costing: Costing | None) -> Iterator[str]:
    """Yield what is worth knowing of the cost of a campaign; nothing where its texts are as cheap as they can be."""
    if costing is None:
        return
    if costing.forcing:
        yield f"{_forcing(costing.forcing)} {_effect(costing)}"
    if costing.dearer:
        yield (
            f"{persons(costing.dearer)} cost more than the text alone ({count(costing.segments, 'segment')}, "
            f"{costing.encoding}) because of a merge value: {figures.credits(costing.dearer_extra)} more"
        )


def character(char: str) -> str:
    """Return a character with its name: ``curly apostrophe ’``; one that does not print by its name alone."""
    name = _NAMED.get(char) or unicodedata.name(char, f"U+{ord(char):04X}").lower()
    return f"{name} {char}" if char.isprintable() else name


def _forcing(forcing: tuple[Forcing, ...]) -> str:
    """Return the characters with their first positions; only three of many."""
    positions: dict[str, int] = {}
    for char, position in forcing:
        positions.setdefault(char, position)
    shown = [f"the {character(char)} (character {at} of the template)" for char, at in positions.items()][:_SHOWN]
    rest = len(positions) - len(shown)
    return printable(" and ".join((*shown, f"{rest} more")) if rest else " and ".join(shown))


def _effect(costing: Costing) -> str:
    takes = f"this {count(costing.wide_segments, 'segment')} of UCS-2 for {persons(costing.wide)}"
    if not costing.wide_extra:
        return f"makes {takes}; in GSM-7 it would cost the same"
    return f"makes {takes}, instead of {costing.narrow_segments} of GSM-7: {figures.credits(costing.wide_extra)} more"
