"""Answers as JSON: the plan, and the one way in which every JSON answer is written; what it says is decided elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from sendmode_sync.model.plan import Plan
from sendmode_sync.model.plandoc import document
from sendmode_sync.model.state import UnknownOperation
from sendmode_sync.render import unsettled
from sendmode_sync.render.layout import Layout
from sendmode_sync.render.view import Masker

FORMAT_VERSION = 1


def plan_json(plan: Plan, masker: Masker, layout: Layout) -> str:  # noqa: ARG001 - renderers of plans are called alike
    """Return the plan as JSON: always every item, times in UTC; ``needs_person`` only where something does."""
    made = document(plan, masker.number, masker.values, masker.text)
    open_calls = [_unsettled(each, masker) for each in plan.unsettled]
    return dump({**made, "needs_person": open_calls} if open_calls else made)


def _unsettled(unknown: UnknownOperation, masker: Masker) -> dict[str, object]:
    return {**unsettled.document(unknown, masker), "balance": unsettled.balances(unknown)}


def dump(answer: Mapping[str, object]) -> str:
    """Return one JSON object, one key a line and one list entry a line, in ASCII.

    A terminal or a CI runner sees no control character and none of its own commands in it: ``##[`` is written
    with an escape that a JSON reader takes back.
    """
    lines = (f"  {json.dumps(key)}: {_value(value)}" for key, value in answer.items())
    return ("{\n" + ",\n".join(lines) + "\n}").replace("##[", "##\\u005b")


def number(value: Decimal | None) -> float | None:
    """Return credits as a JSON number."""
    return None if value is None else float(value)


def _value(value: object) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value)
    return "[\n    " + ",\n    ".join(json.dumps(entry) for entry in value) + "\n  ]"
