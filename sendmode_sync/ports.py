"""The protocols between what decides and what touches the world: client, state store, clock and progress.

Everything that is synchronous here is fast (a commit costs about a millisecond); only calls of the remote API are
awaited. A wait is always ``asyncio.sleep``, so that a virtual clock is an event loop and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sendmode_sync.model.desired import OptOut, Values
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import Abilities
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.model.state import (
    BalanceLook,
    Holder,
    Identity,
    OperationEntry,
    PersonEntry,
    RunEntry,
    SentEntry,
    State,
    UnknownOperation,
)

if TYPE_CHECKING:  # a plan makes no call, and need not load what calls are made of
    from sendmode_sync.model.calls import Answer, Call
    from sendmode_sync.model.claim import Beginning, Claim, Result, RunStart, SendClaim


class Client(Protocol):
    """Performs one call and returns what came back; never raises for a fault of network or server.

    ``hold`` is the longest that one call can take in seconds (its total deadline).
    """

    @property
    def abilities(self) -> Abilities:
        """Return what this API can do."""
        ...

    @property
    def hold(self) -> float:
        """Return the longest that one call can take, in seconds."""
        ...

    async def perform(self, call: Call) -> Answer:
        """Make one call and return what came of it."""
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...


class Clock(Protocol):
    """The time, by three clocks."""

    def now(self) -> dt.datetime:
        """Return the wall time, aware, in UTC."""
        ...

    def instant(self) -> Instant:
        """Return the moment for the rate ledger."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only grow while this process lives."""
        ...


class Progress(Protocol):
    """Where a run tells a person what it is doing. Nothing passed here holds personal data."""

    def begin(self, lane: str, total: int) -> None:
        """Start one lane of work (``opt-outs``, ``sends``, ``imports``) of so many calls."""
        ...

    def advance(self, lane: str, done: int = 1) -> None:
        """Say that so many calls of a lane ended."""
        ...

    def say(self, text: str) -> None:
        """Say one sentence."""
        ...


class StateReader(Protocol):
    """Reading the state; every method is one consistent reading."""

    def identity(self) -> Identity:
        """Return which state this is and how far it has come."""
        ...

    def load(self, campaigns: Iterable[str], now: dt.datetime, *, imports: bool = True) -> State:
        """Return the planner's view: the named campaigns, the last 30 days' texts, and ``imports`` unless left out."""
        ...

    def applied_values(self, keys: Sequence[tuple[str, E164]]) -> Mapping[tuple[str, E164], Values]:
        """Return the fields last applied of some (group, number)."""
        ...

    def remembered(self) -> Mapping[str, bytes]:
        """Return what an earlier run remembers of the lists it read, by key; nothing that was altered since."""
        ...

    def unknowns(self) -> Sequence[UnknownOperation]:
        """Return the calls whose outcome a person must settle, oldest first.

        What a run that died left claimed is among them; of a run that is under way only what it holds for unknown.
        """
        ...

    def campaign_names(self) -> Sequence[str]:
        """Return every campaign the state has a record of, also those no longer written."""
        ...

    def runs(self, limit: int = 20) -> Sequence[RunEntry]:
        """Return the newest runs first."""
        ...

    def operations(self, run: str) -> Sequence[OperationEntry]:
        """Return the calls of one run (a unique prefix of its id is enough), in the order of their claims."""
        ...

    def about(self, number: E164) -> PersonEntry:
        """Return everything that is kept about one person."""
        ...

    def sent(self, number: E164 | None = None) -> Iterable[SentEntry]:
        """Return who was, or may have been, sent what; of everybody or of one person."""
        ...

    def numbers(self) -> Iterable[E164]:
        """Return every number the state knows, for looking up tags."""
        ...

    def barred(self, numbers: Sequence[E164]) -> frozenset[E164]:
        """Return those of some numbers that are opted out or erased."""
        ...

    def plan_was_applied(self, plan_id: str) -> bool:
        """Say whether a saved plan was applied before."""
        ...

    def holder(self) -> Holder | None:
        """Return who holds the lock now; None when it is free."""
        ...

    def check(self) -> Sequence[str]:
        """Return what is wrong with the state file, in sentences; empty when it is sound."""
        ...


class StateWriter(Protocol):
    """Changing the state outside a run: each method is one durable transaction and needs no lock."""

    def record_optouts(self, optouts: Iterable[OptOut], source: str, at: dt.datetime) -> int:
        """Record opt-outs and return how many are new; from then on no claim for these numbers can be made."""
        ...

    def refresh_optouts(self, at: dt.datetime) -> None:
        """Remember that the list of opt-outs was brought up to date."""
        ...

    def lift_optout(self, number: E164, consent: str, user: str, at: dt.datetime) -> bool:
        """Lift the local block on the record; return whether there was one."""
        ...

    def cancel(self, campaign: str, user: str, at: dt.datetime) -> int:
        """Record that the rest is never sent; return how many recipients that leaves out."""
        ...

    def resolve(
        self, campaign: str, *, sent: bool, evidence: str, user: str, at: dt.datetime, operation: str | None = None
    ) -> int:
        """Settle unknown outcomes of a campaign, or of one operation of it; return how many recipients."""
        ...

    def forget(self, number: E164, at: dt.datetime) -> bool:
        """Erase a person, keeping a keyed hash that bars the number; return whether anything was erased."""
        ...

    def note_gone(self, numbers: Iterable[E164]) -> None:
        """Remember exactly who was imported before and is no longer written, so that a later run counts only others."""
        ...

    def remember(self, memories: Mapping[str, bytes]) -> None:
        """Remember exactly this of the lists that were read, so that a plan need not read them again."""
        ...

    def backup(self, target: Path) -> None:
        """Copy the state to a new file, private to its owner."""
        ...


class StateRun(Protocol):
    """Changing the state during a run that holds the lock. ``FencedError`` where the lease was taken over."""

    def lock(self, start: RunStart, timeout: float) -> int:
        """Take the lock, record the run, and turn what an earlier run left claimed into what it must become.

        Sends become unknown (cause ``interrupted``), everything else is to be done again. Waits up to ``timeout``
        seconds, then raises ``LockedError`` naming the holder. Returns how many sends became unknown.
        """
        ...

    def unlock(self) -> None:
        """Give the lock back."""
        ...

    def finish(
        self, exit_code: int, at: dt.datetime, before: Decimal | None = None, after: Decimal | None = None
    ) -> None:
        """Close the run's entry in the history."""
        ...

    def note_plan(self, digest: str) -> None:
        """Keep the digest of what the run is about to do."""
        ...

    def note_allowed(self, allowed: Mapping[str, str]) -> None:
        """Keep exactly these limits as those that the run may pass, by key below ``safety``."""
        ...

    def use_plan(self, plan_id: str, at: dt.datetime) -> None:
        """Remember that a saved plan was applied, so that it never is again."""
        ...

    @property
    def block(self) -> int:
        """How many sends are made durable by one ``intend``; 0 where ``begin`` alone is as good."""
        ...

    def intend(self, claims: Sequence[SendClaim], at: dt.datetime) -> float:
        """Make the claims of the next sends durable, before there is a slot for them, and return zero.

        Where it is too early for that, the seconds to wait; nothing is claimed then. ``begin`` still decides about each:
        a claim that may not be made is left out.
        """
        ...

    def recall(self) -> None:
        """Take back what was intended and has not begun: nothing of it will start."""
        ...

    def begin(self, claim: Claim, at: dt.datetime, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        """Claim one call: in one durable transaction check the lease, take a slot of the rate ledger, check every
        number against the opt-outs, and write the claim.
        """
        ...

    def again(self, operation: str, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        """Take a slot for another start of a claimed call; ``Barred`` when a number was opted out meanwhile (the
        claim is then taken back).
        """
        ...

    def answered(self, operation: str, now: Instant) -> None:
        """Note in the rate ledger that the newest start of a call got its answer."""
        ...

    def settle(self, operation: str, result: Result, at: dt.datetime, now: Instant) -> None:
        """Record how a call ended: its journal row, its recipients or import or opt-out, and the ledger, at once."""
        ...

    def suppress(self, campaign: str, numbers: Iterable[E164], at: dt.datetime) -> None:
        """Leave recipients out whose audience was fixed already."""
        ...

    def expire(self, campaign: str, at: dt.datetime) -> int:
        """Turn what is still planned of a campaign into expired; return how many recipients."""
        ...

    def see(self, statuses: Mapping[str, str], at: dt.datetime) -> None:
        """Remember the status in which this run saw each campaign; ``expired`` counts as said."""
        ...

    def doubt(self, operations: Iterable[str], cause: str, at: dt.datetime) -> int:
        """Turn accepted sends into unknown because the balance did not move; return how many recipients."""
        ...

    def balance(self, operations: Iterable[str], before: Decimal | None, after: Decimal | None) -> None:
        """Note the balances read around some calls, as evidence for a person."""
        ...

    def note_balance(self, operation: str, look: BalanceLook) -> None:
        """Note a balance read some seconds after a call whose outcome is unknown, as evidence for a person."""
        ...

    def prove(self, account: str | None, *, proven: bool) -> None:
        """Remember the account's fingerprint after a successful call, and that a send was seen to be billed."""
        ...

    def adopt_imports(self, rows: Iterable[tuple[str, E164, Values]], at: dt.datetime) -> int:
        """Record imports as applied; return how many."""
        ...

    def adopt_campaign(self, campaign: str, user: str, at: dt.datetime) -> None:
        """Record a campaign as already sent."""
        ...


class StateCare(Protocol):
    """What a person does to a state that is in trouble."""

    @property
    def behind(self) -> bool:
        """Whether this is an older copy of a state that has gone further; it sends nothing until it is closed off."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about what is allowed but unwise."""
        ...

    def close_restored(self, at: dt.datetime, campaigns: Iterable[str] = ()) -> Sequence[str]:
        """Close every campaign that an older copy cannot vouch for, and lift its refusal to send; return them."""
        ...

    def seal(self, target: str) -> None:
        """Refuse every use of this state from now on, since it has moved to ``target``; needs the lock."""
        ...

    @property
    def coming(self) -> bool:
        """Whether this arrived by a move that has not sealed what it left."""
        ...

    def admit(self) -> None:
        """Let a state that arrived by a move be used, now that the one it left is sealed."""
        ...

    def force_unlock(self, run: str) -> bool:
        """Fence a run off, so that it starts no further call; return whether its process still holds the lock."""
        ...


class StateStore(StateReader, StateWriter, StateRun, StateCare, Protocol):
    """The whole state, one connection a process. A context manager by ``close``."""

    def close(self) -> None:
        """Close the state, and give the lock back if it is held."""
        ...
