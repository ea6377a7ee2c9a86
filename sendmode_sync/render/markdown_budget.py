"""A page of sections cut to a size at the borders of their items, the less important first; it never cuts in silence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sendmode_sync.render.layout import more

_BREAKS = 4  # line breaks before, after and within a block that an empty section does without


class Budget(NamedTuple):
    """How large a page may be, in bytes of UTF-8 (so in characters as well), and what it has to fit."""

    size: int
    of: str


COMMENT = Budget(60_000, "a comment")
"""A pull-request comment at GitHub holds 65,536 characters; the rest is left to who posts it."""

STEP_SUMMARY = Budget(900 * 1024, "a step summary")
"""A step's summary at GitHub Actions holds 1 MiB."""


class Section(NamedTuple):
    """A heading, and items between the opening and the closing of their block.

    ``rank`` says who gets room first, 0 before 1. ``folded`` hides the section behind its title, which is then a line
    of HTML. ``left_out`` are items that the layout left out before. ``gap`` stands between items.
    """

    rank: int
    title: str
    items: Sequence[str]
    opening: str = ""
    closing: str = ""
    folded: bool = False
    left_out: int = 0
    gap: str = "\n"


def fit(head: str, sections: Sequence[Section], foot: str, budget: Budget) -> str:
    """Return the page with as many items as fit, section by section in the order of their ranks.

    An item that does not fit is counted where it would stand; a smaller one after it may still be shown. Head, foot and
    the frames of the sections are always there, so a budget of less than a few thousand bytes is overdrawn.
    """
    present = [section for section in sections if section.items]
    free = budget.size - _size(head) - _size(foot) - sum(_size(_written(each, (), budget)) for each in present)
    kept: dict[int, Sequence[str]] = {}
    for at in sorted(range(len(present)), key=lambda at: present[at].rank):
        kept[at], free = _affordable(present[at], free)
    return head + "".join(_written(section, kept[at], budget) for at, section in enumerate(present)) + foot


def _affordable(section: Section, free: int) -> tuple[Sequence[str], int]:
    """Return the items that there is room for, and how much room is left after them."""
    left = free - _size(section.opening) - _size(section.closing) - _BREAKS
    shown = []
    for item in section.items:
        price = _size(item) + _size(section.gap)
        if price <= left:
            shown.append(item)
            left -= price
    return shown, left if shown else free


def _written(section: Section, shown: Sequence[str], budget: Budget) -> str:
    body = section.gap.join(shown)
    lines = [part for part in (section.opening, body, section.closing) if part] if shown else []
    paragraphs = ["\n".join(lines)] if lines else []
    if section.left_out:
        paragraphs.append(more(section.left_out))
    if len(shown) < len(section.items):
        paragraphs.append(more(len(section.items) - len(shown), f"cut to fit {budget.of}"))
    before, after = (f"<details><summary>{section.title}</summary>", "</details>\n\n") if section.folded else ("", "")
    return "\n\n".join((before or f"### {section.title}", *paragraphs)) + "\n\n" + after


def _size(text: str) -> int:
    return len(text.encode())
