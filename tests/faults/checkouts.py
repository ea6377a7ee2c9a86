"""Two checkouts of one small project of a shared state, and the processes that run in them."""

from __future__ import annotations

import contextlib
import os
import random
import signal
from collections.abc import Mapping
from pathlib import Path

from sendmode_sync.model.settings import RateLimit
from tests.faults.crime import Ended, Zygote

_HOLD = 1.0
_PROJECT = """\
version: 1
account:
  base_url: http://127.0.0.1:{port}/v2
  senderid: Repliable
  region: GB
  timezone: UTC
  allow_fictional: true
  quiet_hours: none
  rate_limit: {{calls: {calls}, per_seconds: {window}}}
safety: {{max_credits: 1000, canary_wait: 0s}}
groups: {{members: {{}}}}
customers:
{customers}
optouts:
  - {{mobilenumber: "+447700900099", optoutresponse: STOP}}
campaigns:
{campaigns}
"""


class Process:
    """One run of a runner: the tick at which it began, and when it was seen to have ended (monotonic seconds)."""

    def __init__(self, tick: int) -> None:
        self.tick = tick
        self.ended = float("inf")


class Runner:
    """One checkout of the project, and the process that runs in it just now."""

    def __init__(self, directory: Path, zygote: Zygote, state: str) -> None:
        directory.mkdir(parents=True)
        self.directory = directory
        self._zygote = zygote
        self._state = state

    def apply(self, lock_timeout: float) -> Ended:
        """Run one process to its end."""
        return self._zygote.run(self.directory, state=self._state, hold=_HOLD, lock_timeout=lock_timeout)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process of this moment, where there is one."""
        if self._zygote.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._zygote.pid, number)

    def write(self, project: str) -> None:
        (self.directory / "sendmode.yaml").write_text(project)


def project(port: int, limit: RateLimit, people: Mapping[str, str], chance: random.Random) -> str:
    """Return the project of some people, by number, with one or two campaigns that send to them in small calls."""
    customers = "\n".join(
        f"  - {{mobilenumber: {number!r}, groups: [members], firstname: {name}}}" for number, name in people.items()
    )
    campaigns = "\n".join(
        f'  c{at}: {{groups: [members], messagetext: "Hi {{firstname}}, {at}", batch_size: {chance.choice((1, 2, 3))}}}'
        for at in range(chance.choice((1, 1, 2)))
    )
    return _PROJECT.format(
        port=port, calls=limit.calls, window=limit.per_seconds, customers=customers, campaigns=campaigns
    )
