"""The limits of one run: credits, updates and shrinking; passing one is a value that is shown, never an exception."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

from sendmode_sync.errors import Problem, UsageError
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import CampaignOutlook, LimitHit, SendChange
from sendmode_sync.model.settings import Safety, Threshold
from sendmode_sync.model.state import State

LIMITS = ("max_credits", "max_updates", "max_shrink")
"""The limits that ``--allow`` can raise for one run."""

_SHARES_COUNT_FROM = 10

Allowed = Mapping[str, Threshold]


def effective(safety: Safety, allow: Allowed) -> Safety:
    """Return the limits of this run: those of the project, raised or lowered by ``--allow``."""
    if not allow:
        return safety
    for name in allow:
        if name not in LIMITS:
            raise UsageError(f'unknown limit "{name}" in --allow', remedy=f"the limits are {', '.join(LIMITS)}")
    credit = allow.get("max_credits")
    if credit is not None and credit.percent:
        raise UsageError(f"--allow max_credits={credit} is a share", remedy="write a number of credits")
    return dataclasses.replace(
        safety,
        max_credits=safety.max_credits if credit is None else credit.value,
        max_credits_written=safety.max_credits_written or credit is not None,
        max_updates=allow.get("max_updates", safety.max_updates),
        max_shrink=allow.get("max_shrink", safety.max_shrink),
    )


def to_cover(sends: Iterable[SendChange], outlooks: Iterable[CampaignOutlook]) -> Decimal:
    """Return the credits that a run must be able to spend before it starts: all of each campaign that it sends to.

    That is more than its sends where some people of a campaign wait in other time zones.
    """
    costs: dict[str, Decimal] = {}
    for send in sends:
        costs[send.campaign] = costs.get(send.campaign, Decimal(0)) + send.credits
    whole = {outlook.name: outlook.credits for outlook in outlooks if outlook.held}
    return sum((max(cost, whole.get(name, cost)) for name, cost in costs.items()), Decimal(0))


def credits_hit(estimated: Decimal, allowed: Decimal) -> LimitHit | None:
    """Return the limit where a run would spend more than it may, in credits."""
    if estimated <= allowed:
        return None
    met = plain(estimated)
    return LimitHit(
        "max_credits",
        plain(allowed),
        met,
        f"this run would spend {met} credits and safety.max_credits allows {plain(allowed)}; "
        f"raise it, or run with --allow max_credits={met}",
    )


def updates_hit(updates: int, applied: int, allowed: Threshold) -> LimitHit | None:
    """Return the limit where a run would change more of the ``applied`` imports than it may."""
    return _share_hit("max_updates", f"{updates} of {applied} imports would be changed", updates, applied, allowed)


def shrink_hit(gone: int, people: int, allowed: Threshold) -> LimitHit | None:
    """Return the limit where more of the ``people`` imported before are no longer written than may be."""
    said = f"{gone} of {people} people imported before are no longer written"
    return _share_hit("max_shrink", said, gone, people, allowed)


def people_gone(gone: frozenset[E164], state: State | None) -> tuple[int, int]:
    """Return how many of those who are gone went since the last apply, and how many people there were then."""
    if state is None:
        return 0, 0
    known_gone = len(gone & state.gone)
    return len(gone) - known_gone, _people(state) - known_gone


def _people(state: State) -> int:
    """Count who was imported; people of one list alone need no set of all of them."""
    lists = list(state.applied.values())
    return len(lists[0]) if len(lists) == 1 else len(frozenset().union(*lists))


def notice(hit: LimitHit) -> Problem:
    """Return a passed limit as a notice."""
    return Problem(f"limit-{hit.key.replace('_', '-')}", hit.message)


def plain(figure: Decimal) -> str:
    """Write credits as people do: no exponent, no zeros at the end."""
    return f"{figure.normalize():f}"


def _share_hit(
    key: Literal["max_updates", "max_shrink"], said: str, number: int, whole: int, allowed: Threshold
) -> LimitHit | None:
    """Compare a number of changes; a share of fewer than ten says nothing, a number always holds."""
    if allowed.percent:
        if whole < _SHARES_COUNT_FROM or Decimal(number * 100) <= allowed.value * whole:
            return None
        met = f"{plain(Decimal(math.ceil(number * 1000 / whole)) / 10)}%"
    else:
        if number <= allowed.value:
            return None
        met = str(number)
    return LimitHit(
        key, str(allowed), met, f"{said} and safety.{key} allows {allowed}; raise it, or run with --allow {key}={met}"
    )
