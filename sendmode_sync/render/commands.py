"""The exact commands that outputs tell people to type, safe to paste into a shell."""

from __future__ import annotations

import shlex

from sendmode_sync.render.view import printable


def resolve(campaign: str, operation: str | None = None) -> tuple[str, str]:
    """Return the two commands that settle an unknown outcome: it was sent, it was not sent."""
    said = f"sendmode-sync resolve {_word(campaign)}"
    of = "" if operation is None else f" --operation {_word(operation)}"
    return f"{said} --sent{of}", f'{said} --not-sent --evidence "..."{of}'


def preview(campaign: str) -> str:
    """Return the command that shows the texts of a campaign."""
    return f"sendmode-sync preview {_word(campaign)}"


def _word(text: str) -> str:
    return shlex.quote(printable(text))
