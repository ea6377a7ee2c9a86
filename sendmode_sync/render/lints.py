"""The rules as people read about them: name, default level and why; the rules themselves are not known here."""

from __future__ import annotations

from collections.abc import Sequence

from sendmode_sync.render.jsondoc import FORMAT_VERSION, dump
from sendmode_sync.render.layout import wrapped
from sendmode_sync.render.view import page

Explained = tuple[str, str, str]
"""Name, default level, explanation."""


def render(rules: Sequence[Explained], form: str) -> str:
    """Return rules in text or, for any other format, in JSON."""
    if form != "text":
        entries: list[object] = [{"rule": name, "level": level, "explanation": why} for name, level, why in rules]
        return dump({"format_version": FORMAT_VERSION, "rules": entries})
    lines: list[str] = []
    for name, level, why in rules:
        lines += ["", f"{name} ({level})", *wrapped(why, "  ", "  ")]
    return page(lines[1:])
