"""What the executor is asked to do, and the part of the state that it needs for it; no decision stands here."""

from __future__ import annotations

import datetime as dt
import itertools
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from sendmode_sync.model.plan import Plan, SendChange
from sendmode_sync.model.report import Reason
from sendmode_sync.model.settings import Settings
from sendmode_sync.model.state import UnknownOperation
from sendmode_sync.ports import StateRun


class RunState(StateRun, Protocol):
    """The state as a run needs it: everything of ``StateRun``, and what a person still has to settle."""

    def unknowns(self) -> Sequence[UnknownOperation]:
        """Return the calls whose outcome a person must settle, of all runs."""
        ...


def new_uuid() -> str:
    """Return a fresh id for an operation."""
    return str(uuid.uuid4())


def counted_uuids() -> Callable[[], str]:
    """Return a source of ids for the operations of one run: each is above those before it.

    What was written last is next to what is written then, so that an index of a long run grows at one end instead of
    being split all over. The first 32 bits count from a random start, so that shortened ids still tell calls apart; the
    rest is random. "RFC 9562, 5.8" leaves version 8 to such a layout.
    """
    count = itertools.count(secrets.randbits(31))

    def new_id() -> str:
        text = str(uuid.uuid4())
        return f"{next(count):08x}{text[8:14]}8{text[15:]}"

    return new_id


def no_probe(point: str) -> None:
    """Do nothing at a named point: the places where tests of crashes cut a run off."""


def at_any_time(change: SendChange, now: dt.datetime) -> bool:  # noqa: ARG001 - it stands where others look
    """Let every send start at every instant."""
    return True


@dataclass(frozen=True, slots=True)
class Job:
    """One apply, agreed to, under the lock, with every opt-out of the project recorded.

    ``ends_at`` is on the clock's monotonic seconds: no call starts from then on. ``stays_until`` likewise: the run
    stays for campaigns that become due before it, None where it does not stay. ``fingerprint`` is the account's, to be
    remembered after the first call that succeeds. ``proven`` says that a send was seen to move the balance in an
    earlier run. ``look_again`` plans again with the newest state and clock; None where exactly the plan is applied.
    ``may_send`` is asked right before each start of a send (deadline, quiet hours of each of its people).
    ``optouts_only`` where a limit of the run is passed. ``max_spend`` is the most credits that all sends of the run may
    be estimated at, those that become due while it runs included; None for the greater of ``safety.max_credits`` and
    the plan's own estimate. ``expired_now`` are campaigns whose expiry is news; ``reasons`` whatever else keeps the run
    from 0.
    """

    plan: Plan
    settings: Settings
    run: str
    ends_at: float | None = None
    stays_until: float | None = None
    fingerprint: str | None = None
    look_again: Callable[[], Plan] | None = None
    optouts_only: bool = False
    proven: bool = False
    may_send: Callable[[SendChange, dt.datetime], bool] = at_any_time
    expired_now: frozenset[str] = frozenset()
    max_spend: Decimal | None = None
    reasons: tuple[Reason, ...] = ()
    new_id: Callable[[], str] = field(default_factory=counted_uuids)
    probe: Callable[[str], None] = no_probe
