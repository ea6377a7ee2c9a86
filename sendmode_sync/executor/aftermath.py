"""What the balance did after a send whose outcome is unknown: evidence for whoever settles it, and never a decision.

It reads while the rest of the run goes on, and for no longer than the project lets a balance be watched.
"""

from __future__ import annotations

from decimal import Decimal

from sendmode_sync.executor.billing import Billing
from sendmode_sync.executor.calling import Means
from sendmode_sync.executor.flight import Flight
from sendmode_sync.executor.money import Money
from sendmode_sync.model.state import BalanceLook

LOOKS = (5.0, 30.0)  # seconds after the call


class Aftermath:
    """Looks at the balance after unknown outcomes; ``patience`` is the longest that it may watch one, in seconds."""

    def __init__(self, means: Means, money: Money, billing: Billing, patience: float) -> None:
        """Read by the run's own calls; ``billing`` knows the balance before the sends."""
        self.flight = Flight(means.course)
        self._means = means
        self._money = money
        self._billing = billing
        self._patience = patience

    async def watch(self, operation: str) -> None:
        """Note the balance before a call that has just become unknown, and look at it from now on."""
        before, spent = self._billing.base, self._billing.spent_at_base
        if before is None:
            return
        self._means.store.balance([operation], before, None)
        if self._patience >= LOOKS[0]:
            self._means.progress.say("an outcome is unknown: the balance is read again a little later, as evidence")
        await self.flight.launch(self._look(operation, spent))

    async def _look(self, operation: str, spent: Decimal) -> None:
        means = self._means
        began = means.clock.monotonic()
        for seconds in LOOKS:
            if seconds > self._patience or not await means.course.wait(began + seconds - means.clock.monotonic()):
                return
            reading = await self._money.read()
            if reading.balance is None:
                return
            means.book.after = reading.balance
            passed = int(means.clock.monotonic() - began)
            means.store.note_balance(operation, BalanceLook(passed, reading.balance, means.book.estimated - spent))
