"""How often a run talks to the git remote: when to look, when to push, and when its holder counts as dead."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds, but for ``block`` (calls claimed by one push) and ``pushes`` (pushes in any minute).

    No text starts when the last look at the branch is older than ``look_sends``; no other call when it is older than
    ``look_others``. Results lie here for at most ``results``. A holder that has pushed nothing for ``lease`` counts as
    dead; a host's clock may be wrong by less than that, and nothing worse follows than a run that stops early. Calls of a run
    that was stopped may be under way for ``in_flight``: until it looks, and one call's deadline. Who talked to the remote
    for longer than ``slow`` looks at the clock again. ``pauses`` lie between the tries to leave a last word.
    """

    look_sends: float = 3.0
    look_others: float = 20.0
    results: float = 60.0
    lease: float = 15 * 60.0
    block: int = 20
    pushes: int = 6
    slow: float = 1.0
    in_flight: float = 60.0
    pauses: tuple[float, ...] = (1.0, 3.0, 9.0)


USUAL = Rhythm()


@dataclass(slots=True)
class Pulse:
    """What a run has asked of the remote so far, in seconds since boot, time asleep included where the system counts it."""

    rhythm: Rhythm = USUAL
    _looked: float = float("-inf")
    _pushed: deque[float] = field(default_factory=deque)

    def look(self) -> None:
        """Note that the branch was seen as it is now."""
        self._looked = boot_seconds()

    def push(self) -> None:
        """Note a push, after which the branch is known as well."""
        self._looked = boot_seconds()
        self._pushed.append(self._looked)

    def look_due(self, *, texts: bool) -> bool:
        """Say whether to look before another call."""
        age = boot_seconds() - self._looked
        return age >= (self.rhythm.look_sends if texts else self.rhythm.look_others)

    def push_due(self) -> bool:
        """Say whether results have waited for long enough."""
        return not self._pushed or boot_seconds() - self._pushed[-1] >= self.rhythm.results

    def patience(self) -> float:
        """Return the seconds until another push is allowed; zero when it is now."""
        now = boot_seconds()
        while self._pushed and now - self._pushed[0] >= 60.0:
            self._pushed.popleft()
        return 0.0 if len(self._pushed) < self.rhythm.pushes else 60.0 - (now - self._pushed[-self.rhythm.pushes])


def boot_seconds() -> float:
    """Return seconds that only grow, also while the machine sleeps where the system counts that."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)
