"""The JSON Schemas that come with the package, installed or run from its sources."""

from __future__ import annotations

from pathlib import Path

from sendmode_sync.errors import UsageError

NAMES = ("project", "plan")

_PACKAGE = Path(__file__).parent.parent


def schema(name: str) -> str:
    """Return the text of ``project.schema.json`` or ``plan.schema.json``; UsageError for any other name."""
    if name not in NAMES:
        raise UsageError(f'there is no schema "{name}"', remedy=f"write one of {', '.join(NAMES)}")
    installed, beside = (folder / "schemas" / f"{name}.schema.json" for folder in (_PACKAGE, _PACKAGE.parent))
    return (installed if installed.exists() else beside).read_text(encoding="utf-8")
