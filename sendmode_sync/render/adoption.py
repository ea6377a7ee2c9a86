"""What ``adopt`` would record as applied: counts by group and a few examples; it records nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sendmode_sync.model.plan import ImportChange
from sendmode_sync.render.figures import count
from sendmode_sync.render.layout import Layout, cut, item, sections, title
from sendmode_sync.render.view import Masker, page, printable


def render(rows: Sequence[ImportChange], left: int, masker: Masker) -> str:
    """Return the imports that would be recorded, and how many stay for the next apply."""
    layout = Layout()
    groups = Counter(row.group for row in rows)
    lines = [
        line
        for group in sorted(groups)
        for line in _group(group, [row for row in rows if row.group == group], masker, layout)
    ]
    rest = f"{count(left, 'import')} stay for the next apply: they differ from what was exported." if left else ""
    return page(sections([title("to be recorded as applied, without a call", layout), *lines] if lines else [], [rest]))


def _group(group: str, rows: Sequence[ImportChange], masker: Masker, layout: Layout) -> list[str]:
    shown, rest = cut(rows, layout, 4)
    said = [f"{printable(group)}: {count(len(rows), 'import')}"]
    return [
        *(f"  {line}" for line in said),
        *(line for row in shown for line in item("+", masker.number(row.mobilenumber), layout)),
        *rest,
    ]
