"""The formats in which a plan can be shown, one renderer each; a format that is not in the table is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sendmode_sync.model.plan import Plan
from sendmode_sync.render.choice import unavailable
from sendmode_sync.render.jsondoc import plan_json
from sendmode_sync.render.layout import Layout
from sendmode_sync.render.markdown import plan_markdown
from sendmode_sync.render.text import plan_text
from sendmode_sync.render.view import Masker
from sendmode_sync.render.webpage import plan_webpage

PLAN_FORMATS: Mapping[str, Callable[[Plan, Masker, Layout], str]] = MappingProxyType(
    {"text": plan_text, "json": plan_json, "markdown": plan_markdown, "html": plan_webpage}
)


def known(form: str) -> None:
    """Raise ``UsageError`` for a format in which plans cannot be shown."""
    if form not in PLAN_FORMATS:
        raise unavailable(form, *PLAN_FORMATS)


def render_plan(
    plan: Plan, form: str, masker: Masker, *, all_items: bool = False, colour: bool = False, zone: str = "UTC"
) -> str:
    """Return a plan in a format of the table; ``zone`` is the IANA zone of times that people read."""
    known(form)
    return PLAN_FORMATS[form](plan, masker, Layout(all_items, colour, zone))
