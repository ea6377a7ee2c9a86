"""The formats in which a plan can be shown, one renderer each; a format that is not in the table is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from sendmode_sync.model.plan import Plan
from sendmode_sync.render.choice import unavailable
from sendmode_sync.render.layout import Layout
from sendmode_sync.render.view import Masker

PLAN_FORMATS = ("text", "json", "markdown", "html")
"""What ``--format`` of a plan may be."""

_IN_PARTS = {"json": ("sendmode_sync.render.jsondoc", "plan_json_in_parts")}
"""Renderers whose answer may be larger than memory."""

_RENDERERS = {
    "text": ("sendmode_sync.render.text", "plan_text"),
    "json": ("sendmode_sync.render.jsondoc", "plan_json"),
    "markdown": ("sendmode_sync.render.markdown", "plan_markdown"),
    "html": ("sendmode_sync.render.webpage", "plan_webpage"),
}
"""Where each renderer is: only the one that is asked for is loaded, since the page alone takes as long as a small plan."""


def known(form: str) -> None:
    """Raise ``UsageError`` for a format in which plans cannot be shown."""
    if form not in PLAN_FORMATS:
        raise unavailable(form, *PLAN_FORMATS)


def render_plan(
    plan: Plan, form: str, masker: Masker, *, all_items: bool = False, colour: bool = False, zone: str = "UTC"
) -> str:
    """Return a plan in a format of the table; ``zone`` is the IANA zone of times that people read."""
    known(form)
    module, name = _RENDERERS[form]
    renderer: Callable[[Plan, Masker, Layout], str] = getattr(import_module(module), name)
    return renderer(plan, masker, Layout(all_items, colour, zone))


def plan_in_parts(
    plan: Plan, form: str, masker: Masker, *, all_items: bool = False, colour: bool = False, zone: str = "UTC"
) -> Iterator[str]:
    """Yield what ``render_plan`` returns, but for line breaks at its end; in parts where the format can be written so."""
    known(form)
    if form not in _IN_PARTS:
        yield render_plan(plan, form, masker, all_items=all_items, colour=colour, zone=zone).rstrip("\n")
        return
    module, name = _IN_PARTS[form]
    renderer: Callable[[Plan, Masker, Layout], Iterator[str]] = getattr(import_module(module), name)
    yield from renderer(plan, masker, Layout(all_items, colour, zone))
