"""What to say of a campaign that nobody knows by the name that was typed; it looks nothing up."""

from __future__ import annotations

from collections.abc import Collection

from sendmode_sync.errors import UsageError

_LISTED = 10


def unknown_campaign(name: str, known: Collection[str]) -> UsageError:
    """Return the error for a name that is none of ``known``: the nearest of them, else the first few."""
    import difflib  # noqa: PLC0415 - only needed once something is wrong

    near = difflib.get_close_matches(name, sorted(known), n=1)
    return UsageError(
        f'no campaign "{name}"', remedy=f'did you mean "{near[0]}"?' if near else _there_are(sorted(known))
    )


def _there_are(names: list[str]) -> str:
    if not names:
        return "the project has none"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"there are: {', '.join(names[:_LISTED])}{more}"
