"""The state in SQL: which transaction each method of the ports is, whatever engine keeps it, and nothing of what is in it.

Everything is synchronous, and durable on return.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from sendmode_sync.errors import StateError
from sendmode_sync.model.claim import Beginning, Begun, Claim, Result, RunStart, SendClaim, TestClaim
from sendmode_sync.model.desired import OptOut, Values
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.phone import E164
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
from sendmode_sync.store import (
    decisions,
    history,
    identity,
    imports,
    journal,
    lease,
    ledger,
    moving,
    optouts,
    persons,
    recipients,
    remembered,
    results,
    runs,
    views,
)
from sendmode_sync.store.door import Door, UnansweredError


class SqlStore:
    """``ports.StateStore`` over the door of one engine."""

    def __init__(self, door: Door) -> None:
        """Take over an open state."""
        self._door = door

    def close(self) -> None:
        """Let the lock go and close the file; further calls do nothing."""
        self._door.close()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about what is allowed but unwise, such as a file that others can read."""
        return self._door.warnings

    @property
    def behind(self) -> bool:
        """Whether this is an older copy of a state that has gone further; it sends nothing until it is closed off."""
        return self._door.behind()

    # Reading

    def identity(self) -> Identity:
        """Return which state this is."""
        return self._door.read(identity.read)

    def load(self, campaigns: Iterable[str], now: dt.datetime, *, imports: bool = True) -> State:
        """Return the planner's view."""
        return self._door.read(views.load, campaigns, now, imports_too=imports)

    def applied_values(self, keys: Sequence[tuple[str, E164]]) -> Mapping[tuple[str, E164], Values]:
        """Return the fields last applied of some (group, number); what was never applied is left out."""
        return self._door.read(imports.values, keys)

    def unknowns(self) -> Sequence[UnknownOperation]:
        """Return the sends that a person must settle, oldest first; those of a run that died are among them."""
        return self._door.read(history.unknowns, abandoned=not self._door.taken())

    def campaign_names(self) -> Sequence[str]:
        """Return every campaign there is a record of, sorted."""
        return self._door.read(views.campaign_names)

    def runs(self, limit: int = 20) -> Sequence[RunEntry]:
        """Return the newest runs first."""
        return self._door.read(history.runs, limit)

    def operations(self, run: str) -> Sequence[OperationEntry]:
        """Return the calls of one run, by its id or a unique prefix of it; ``RefusedError`` where none fits."""
        return self._door.read(history.operations, run)

    def about(self, number: E164) -> PersonEntry:
        """Return everything that is kept about one person."""
        return self._door.read(persons.about, number)

    def sent(self, number: E164 | None = None) -> Sequence[SentEntry]:
        """Return every recipient for whom a call was claimed, oldest first."""
        return self._door.read(history.sent, number)

    def numbers(self) -> Sequence[E164]:
        """Return every number the state knows, sorted."""
        return self._door.read(views.numbers)

    def barred(self, numbers: Sequence[E164]) -> frozenset[E164]:
        """Return those of some numbers that are opted out or erased."""
        return self._door.read(optouts.barred, numbers)

    def plan_was_applied(self, plan_id: str) -> bool:
        """Say whether a saved plan was used up."""
        return self._door.read(runs.plan_was_applied, plan_id)

    def holder(self) -> Holder | None:
        """Return who holds the lock now; a dead process holds none."""
        return self._door.holder()

    def check(self) -> Sequence[str]:
        """Return what is wrong with the state file, in sentences; empty when it is sound."""
        return self._door.check()

    def remembered(self) -> Mapping[str, bytes]:
        """Return what an earlier run remembers of the lists, by key."""
        return self._door.read(remembered.remembered)

    def note_gone(self, numbers: Iterable[E164]) -> None:
        """Remember exactly who is no longer written."""
        self._door.change("gone", imports.note_gone, numbers)

    def remember(self, memories: Mapping[str, bytes]) -> None:
        """Remember exactly this of the lists."""
        self._door.note("memory", remembered.remember, memories)

    def backup(self, target: Path) -> None:
        """Write a consistent private copy; ``StateError`` where the target exists."""
        self._door.copy(target)

    # Changing it without the lock

    def record_optouts(self, optouts_: Iterable[OptOut], source: str, at: dt.datetime) -> int:
        """Record opt-outs and return how many are new."""
        return self._door.change("optouts", optouts.record, optouts_, source, at)

    def refresh_optouts(self, at: dt.datetime) -> None:
        """Remember that the list of opt-outs was brought up to date."""
        self._door.change("optouts", optouts.refresh, at)

    def lift_optout(self, number: E164, consent: str, user: str, at: dt.datetime) -> bool:
        """Lift the local block of a number, also of an erased person, on the record."""
        return self._door.change("consent", optouts.lift, number, consent, user, at)

    def cancel(self, campaign: str, user: str, at: dt.datetime) -> int:
        """Record that the rest is never sent; return how many recipients that leaves out."""
        return self._door.change("cancel", decisions.cancel, campaign, user, at)

    def resolve(
        self, campaign: str, *, sent: bool, evidence: str, user: str, at: dt.datetime, operation: str | None = None
    ) -> int:
        """Settle unknown outcomes and return how many recipients; ``RefusedError`` for what cannot be settled so."""
        decision = decisions.Decision(sent, evidence, user, at)
        return self._door.change("resolution", decisions.resolve, campaign, decision, operation)

    def forget(self, number: E164, at: dt.datetime) -> bool:
        """Erase a person, keeping a keyed hash that bars the number."""
        return self._door.change("erasure", optouts.forget, number, at)

    def close_restored(self, at: dt.datetime, campaigns: Iterable[str] = ()) -> list[str]:
        """Close every campaign that an older copy cannot vouch for as ``lost``, and lift its refusal to send.

        ``campaigns`` are those of the project that may have started since. Returns what was closed.
        """
        return self._door.change("restored", decisions.close_restored, campaigns, self._door.height(), at)

    def force_unlock(self, run: str) -> bool:
        """Fence a run off, so that it starts no further call; return whether its process still holds the lock.

        ``RefusedError`` where another run, or none, holds it. The flock of a live process goes only with the process.
        """
        self._door.change("unlock", lease.fence, run)
        return self._door.taken()

    def seal(self, target: str) -> None:
        """Refuse every use from now on, and say that the state is at ``target``."""
        self._door.run("seal", moving.leave, target)

    @property
    def coming(self) -> bool:
        """Whether this arrived by a move that has not sealed what it left."""
        return self._door.read(moving.coming)

    def admit(self) -> None:
        """Let a state that arrived be used."""
        self._door.change("admission", moving.admit)

    # Changing it during a run

    def lock(self, start: RunStart, timeout: float) -> int:
        """Take the lock, record the run, and end what earlier runs left claimed; return how many became unknown."""
        return self._door.lock(start, timeout)

    def unlock(self) -> None:
        """Give the lock back; one that is not held is left alone."""
        self._door.unlock()

    def finish(
        self, exit_code: int, at: dt.datetime, before: Decimal | None = None, after: Decimal | None = None
    ) -> None:
        """Close the run's entry in the history."""
        self._door.note("finish", runs.finish, self._door.held(), runs.End(exit_code, at, before, after))

    def note_plan(self, digest: str) -> None:
        """Keep the digest of what the run is about to do."""
        self._door.note("digest", runs.note_plan, self._door.held(), digest)

    def note_allowed(self, allowed: Mapping[str, str]) -> None:
        """Keep exactly these limits as those that the run may pass, by key below ``safety``."""
        self._door.run("allowance", runs.note_allowed, self._door.held(), allowed)

    def use_plan(self, plan_id: str, at: dt.datetime) -> None:
        """Remember that a saved plan was applied; ``StaleError`` where it was before."""
        self._door.run("plan", runs.use_plan, self._door.held(), plan_id, at)

    @property
    def block(self) -> int:
        """How many sends are made durable by one ``intend``: none, since each claim is durable by itself."""
        return 0

    def intend(self, claims: Sequence[SendClaim], at: dt.datetime) -> float:  # noqa: ARG002 - an engine may need it
        """Do nothing: ``begin`` makes each claim durable."""
        return 0.0

    def recall(self) -> None:
        """Do nothing: nothing was intended."""

    def begin(self, claim: Claim, at: dt.datetime, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        """Claim one call, durably; the balance alone may be read without the lock."""
        texts = isinstance(claim, SendClaim | TestClaim)
        if texts:
            self._door.refuse_behind()
        try:
            with self._door.claiming() as (connection, held):
                beginning = journal.begin(connection, held, claim, at, journal.Slot(now, limit, hold))
        except UnansweredError:
            self._take_back(claim.operation, at, now)
            raise
        if texts and isinstance(beginning, Begun):
            self._mark(claim.operation, at, now)
        return beginning

    def again(self, operation: str, now: Instant, limit: RateLimit, hold: float) -> Beginning:
        """Take a slot for another start of a claimed call."""
        at = dt.datetime.fromtimestamp(now.wall, dt.UTC)
        with self._door.claiming() as (connection, _):
            return journal.again(connection, operation, at, journal.Slot(now, limit, hold))

    def answered(self, operation: str, now: Instant) -> None:
        """Note in the rate ledger that the newest start of a call got its answer."""
        self._door.note("answer", ledger.answer, operation, now)

    def settle(self, operation: str, result: Result, at: dt.datetime, now: Instant) -> None:
        """Record how a call ended, also of a run that was fenced meanwhile."""
        self._door.note("result", results.settle, operation, result, at, now)

    def suppress(self, campaign: str, numbers: Iterable[E164], at: dt.datetime) -> None:
        """Leave out those of some numbers that are still planned."""
        self._door.run("suppress", recipients.leave_out, campaign, numbers, at)

    def expire(self, campaign: str, at: dt.datetime) -> int:
        """Turn what is still planned of a campaign into expired; return how many recipients."""
        return self._door.run("expire", recipients.expire, campaign, at)

    def see(self, statuses: Mapping[str, str], at: dt.datetime) -> None:
        """Remember the status in which this run saw each campaign; ``expired`` counts as said."""
        self._door.run("see", decisions.see, statuses, at)

    def doubt(self, operations: Iterable[str], cause: str, at: dt.datetime) -> int:
        """Turn accepted sends into unknown; return how many recipients."""
        return self._door.run("doubt", results.doubt, operations, cause, at)

    def balance(self, operations: Iterable[str], before: Decimal | None, after: Decimal | None) -> None:
        """Note the balances read around some calls."""
        self._door.run("balance", results.balances, operations, before, after)

    def note_balance(self, operation: str, look: BalanceLook) -> None:
        """Note a balance read some seconds after a call whose outcome is unknown; the first in one second counts."""
        self._door.note("balance", results.look, operation, look)

    def prove(self, account: str | None, *, proven: bool) -> None:
        """Remember the account's fingerprint, and that a send was seen to be billed."""
        self._door.run("proof", identity.prove, account, proven=proven)

    def adopt_imports(self, rows: Iterable[tuple[str, E164, Values]], at: dt.datetime) -> int:
        """Write imports as applied without a call, but for erased people; return how many."""
        return self._door.run("adoption", imports.adopt, rows, at)

    def adopt_campaign(self, campaign: str, user: str, at: dt.datetime) -> None:
        """Record a campaign as already sent; ``RefusedError`` for one that has started."""
        self._door.run("adoption", decisions.adopt, campaign, user, at)

    def _mark(self, operation: str, at: dt.datetime, now: Instant) -> None:
        """Move the high-water mark before a text may leave; where that fails the claim is taken back."""
        try:
            self._door.mark()
        except StateError:
            self.settle(operation, Result("released", "high-water"), at, now)
            raise

    def _take_back(self, operation: str, at: dt.datetime, now: Instant) -> None:
        """Look a claim up whose commit was not answered, and release it where it is there: its call never starts.

        Where not even that can be done it stays claimed, and the next run takes it for unknown.
        """
        with contextlib.suppress(StateError):
            self.settle(operation, Result("released", "unanswered"), at, now)
