"""Who may not be reached, whatever else is written, and which opt-outs are still to be made; nothing here is lifted."""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

from sendmode_sync.errors import Problem
from sendmode_sync.model import fingerprint
from sendmode_sync.model.desired import Desired
from sendmode_sync.model.phone import E164, mask
from sendmode_sync.model.plan import OptOutChange
from sendmode_sync.model.state import State

_EXAMPLES = 3


class Barred(NamedTuple):
    """Numbers that are never imported and never sent to.

    ``everyone`` is those opted out in the project or the state, and the ``forgotten`` ones among all numbers that
    project and state mention.
    """

    everyone: frozenset[E164]
    forgotten: frozenset[E164] = frozenset()


class OptOuts(NamedTuple):
    """The opt-outs to be made, in the order of their numbers, and what is worth saying."""

    changes: tuple[OptOutChange, ...]
    notices: tuple[Problem, ...]


def barred(desired: Desired, state: State | None) -> Barred:
    """Return who may not be reached, from both sides."""
    if state is None:
        return Barred(frozenset(desired.optouts))
    forgotten = _forgotten(desired, state)
    return Barred(forgotten.union(desired.optouts, state.optouts), forgotten)


def optouts(desired: Desired, state: State | None, forgotten: frozenset[E164]) -> OptOuts:
    """Return what Sendmode has not yet acknowledged: opt-outs of the project, and those recorded by a command.

    Recorded ones stay opted out when they are taken out of the project, and the notice says so. A forgotten
    person is barred here already; a call would need their number in the state again.
    """
    recorded = {} if state is None else state.optouts
    changes = [
        OptOutChange(number, wanted.optoutresponse, wanted.returnedresponse)
        for number, wanted in desired.optouts.items()
        if number not in forgotten and ((known := recorded.get(number)) is None or known.applied_at is None)
    ]
    changes += [
        OptOutChange(number, known.optoutresponse, known.returnedresponse)
        for number, known in recorded.items()
        if known.applied_at is None and number not in desired.optouts
    ]
    changes.sort(key=lambda change: change.mobilenumber)
    sticky = sorted(number for number in recorded if number not in desired.optouts)
    return OptOuts(tuple(changes), _notices(sticky, forgotten))


def examples(numbers: list[E164]) -> str:
    """Return up to three masked numbers, for a message; the numbers are given in their order."""
    shown = ", ".join(mask(number) for number in numbers[:_EXAMPLES])
    return f"{shown}, ..." if len(numbers) > _EXAMPLES else shown


def _forgotten(desired: Desired, state: State) -> frozenset[E164]:
    if not state.forgotten:
        return frozenset()
    mentioned = set(
        chain(
            desired.customers,
            desired.optouts,
            chain.from_iterable(campaign.recipients for campaign in desired.campaigns.values()),
            chain.from_iterable(record.rows for record in state.campaigns.values()),
        )
    )
    key = state.identity.tag_key
    return frozenset(number for number in mentioned if fingerprint.of_forgotten(number, key) in state.forgotten)


def _notices(sticky: list[E164], forgotten: frozenset[E164]) -> tuple[Problem, ...]:
    notices = []
    if sticky:
        notices.append(
            Problem(
                "optout-sticky",
                f"{len(sticky)} opted out and no longer written ({examples(sticky)}): they stay opted out; "
                'only sendmode-sync optouts remove NUMBER --consent "..." lifts that',
                level="notice",
            )
        )
    if forgotten:
        notices.append(
            Problem(
                "forgotten-written",
                f"{len(forgotten)} forgotten and still written ({examples(sorted(forgotten))}): nothing is imported, "
                "opted out or sent for them; take them out of the project's files",
                level="warning",
            )
        )
    return tuple(notices)
