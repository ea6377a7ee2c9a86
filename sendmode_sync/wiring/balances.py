"""Reads the balance outside an apply, for ``plan`` and ``credits``: one call, which takes a slot of the state's rate ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sendmode_sync.clocks import SystemClock
from sendmode_sync.errors import RefusedError
from sendmode_sync.wiring import environment, parts, states

if TYPE_CHECKING:
    from sendmode_sync.client.credentials import Secret
    from sendmode_sync.executor.money import Reading
    from sendmode_sync.ports import StateStore
    from sendmode_sync.wiring.parts import Project


async def read(project: Project, store: StateStore | None, key: Secret, patience: float | None) -> Reading:
    """Return the balance in credits, or why it could not be read.

    No try starts later than ``patience`` seconds from now; None for as long as a call's own budget lasts. Without a state
    there is no ledger to share. Raises ``RefusedError`` for an API without a balance, for the key of another account,
    and where the server refuses.
    """
    from sendmode_sync.executor import single
    from sendmode_sync.workflow import applying

    account = project.desired.settings.account
    clock = SystemClock()
    if store is not None:
        applying.same_account(parts.fingerprint(key, project, store), store)
    client = parts.client(project.desired.settings, key)
    ledger = store or states.in_memory(clock.now())
    try:
        if not client.abilities.credits:
            raise RefusedError(f"api {account.api} has no call for the balance", remedy="see Sendmode's own dashboard")
        return await single.read_balance(ledger, client, clock, account.rate_limit, environment.new_id(), patience)
    finally:
        await client.close()
        if store is None:
            ledger.close()
