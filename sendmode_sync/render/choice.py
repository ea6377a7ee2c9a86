"""The refusal of a format that an answer does not come in; it names those that it does."""

from __future__ import annotations

from sendmode_sync.errors import UsageError


def unavailable(form: str, *known: str) -> UsageError:
    """Return the error to raise for a format."""
    return UsageError(f"{form} is not available yet", remedy=f"use {' or '.join(known)}")
