"""Answers as JSON: the plan, and the one way in which every JSON answer is written; what it says is decided elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice

from sendmode_sync.model.plan import Plan
from sendmode_sync.model.plandoc import document
from sendmode_sync.model.state import UnknownOperation
from sendmode_sync.render import unsettled
from sendmode_sync.render.layout import Layout
from sendmode_sync.render.view import Masker

FORMAT_VERSION = 1
_AT_ONCE = 1000


def plan_json(plan: Plan, masker: Masker, layout: Layout) -> str:
    """Return the plan as JSON: always every item, times in UTC; ``needs_person`` only where something does."""
    return "".join(plan_json_in_parts(plan, masker, layout))


def plan_json_in_parts(plan: Plan, masker: Masker, layout: Layout) -> Iterator[str]:  # noqa: ARG001 - as all renderers
    """Yield the same in parts, so that a million changes are never in memory as one text."""
    made = document(plan, masker.number, masker.values, masker.text, gather=iter)
    open_calls = [_unsettled(each, masker) for each in plan.unsettled]
    return _parts({**made, "needs_person": open_calls} if open_calls else made)


def _unsettled(unknown: UnknownOperation, masker: Masker) -> dict[str, object]:
    return {**unsettled.document(unknown, masker), "balance": unsettled.balances(unknown)}


def dump(answer: Mapping[str, object]) -> str:
    """Return one JSON object, one key a line and one list entry a line, in ASCII.

    A terminal or a CI runner sees no control character and none of its own commands in it: ``##[`` is written
    with an escape that a JSON reader takes back.
    """
    return "".join(_parts(answer))


def _parts(answer: Mapping[str, object]) -> Iterator[str]:
    """Yield the object in parts. None ends within a text, so that what is replaced stands in one part."""
    before = "{\n"
    for key, value in answer.items():
        yield f"{before}  {json.dumps(key)}: "
        yield from map(_quiet, _value(value))
        before = ",\n"
    yield "\n}"


def _quiet(part: str) -> str:
    return part.replace("##[", "##\\u005b")


def number(value: Decimal | None) -> float | None:
    """Return credits as a JSON number."""
    return None if value is None else float(value)


def _value(value: object) -> Iterator[str]:
    if not isinstance(value, list | Iterator):
        yield json.dumps(value)
        return
    entries = map(json.dumps, value)
    before, after = "[\n    ", "[]"
    while some := list(islice(entries, _AT_ONCE)):
        yield before + ",\n    ".join(some)
        before, after = ",\n    ", "\n  ]"
    yield after
