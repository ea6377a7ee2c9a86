"""What ``adopt`` would record as applied: counts by group and a few examples; it records nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sendmode_sync.model.counting import count
from sendmode_sync.model.plan import ImportChange
from sendmode_sync.render.layout import Layout, cut, item, sections, title
from sendmode_sync.render.view import Masker, page, printable


def render(
    rows: Sequence[ImportChange],
    left: Sequence[tuple[ImportChange, Sequence[str]]],
    uncompared: Sequence[str],
    masker: Masker,
) -> str:
    """Return the imports that would be recorded, and those that stay for the next apply with the fields that differ.

    ``uncompared`` are fields of which an export says nothing.
    """
    layout = Layout()
    groups = Counter(row.group for row in rows)
    lines = [
        line
        for group in sorted(groups)
        for line in _group(group, [row for row in rows if row.group == group], masker, layout)
    ]
    unseen = f"  the export has no column for {', '.join(uncompared)}: taken to be as written"
    return page(
        sections(
            [title("to be recorded as applied, without a call", layout), *lines, *([unseen] if uncompared else [])]
            if lines
            else [],
            [title("left to the next apply", layout), *_left(left, masker, layout)] if left else [],
        )
    )


def _left(left: Sequence[tuple[ImportChange, Sequence[str]]], masker: Masker, layout: Layout) -> list[str]:
    """Return ten examples; fields are named, and never shown."""
    shown, rest = cut(left, layout, 4)
    lines = [f"  {count(len(left), 'import')} that the export does not have as written"]
    for change, differing in shown:
        why = f"other {', '.join(differing)}" if differing else "not in the export"
        lines += item(".", f"{printable(change.group)}: {masker.number(change.mobilenumber)}  {why}", layout)
    return [*lines, *rest]


def _group(group: str, rows: Sequence[ImportChange], masker: Masker, layout: Layout) -> list[str]:
    shown, rest = cut(rows, layout, 4)
    said = [f"{printable(group)}: {count(len(rows), 'import')}"]
    return [
        *(f"  {line}" for line in said),
        *(line for row in shown for line in item("+", masker.number(row.mobilenumber), layout)),
        *rest,
    ]
