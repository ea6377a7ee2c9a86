"""Small projects, people who answer, and executors that remember what they were given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sendmode_sync.errors import Exit, Place, StateError
from sendmode_sync.executor.job import Job
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.desired import NO_VALUES, Campaign, Customer, Desired, Group, OptOut
from sendmode_sync.model.plan import Abilities, Plan
from sendmode_sync.model.report import RunReport
from sendmode_sync.model.settings import Account, Safety, Settings
from sendmode_sync.planning import planner
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.virtual_time import VirtualClock, VirtualLoop
from sendmode_sync.workflow.applying import Approval, Request
from sendmode_sync.workflow.planning import Asked

NOW = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
PLACE = Place("sendmode.yaml", 3, 5)
ACCOUNT = "a1:this"


def person(which: int) -> str:
    """Return a made-up number (Ofcom's drama range)."""
    return f"+447700900{which:03}"


def project(*campaigns: Campaign, people: int = 2, optouts: tuple[int, ...] = (), **account: Any) -> Desired:
    settings = Settings(Account(**{"allow_fictional": True, "region": "GB", "quiet_hours": None, **account}), Safety())
    customers = (Customer(person(each), NO_VALUES, ("members",), PLACE) for each in range(1, people + 1))
    return Desired(
        settings=settings,
        groups={"members": Group("members")},
        customers={each.mobilenumber: each for each in customers},
        optouts={person(each): OptOut(person(each), "STOP") for each in optouts},
        campaigns={each.name: each for each in campaigns},
        config_digest="sha256:c",
    )


def campaign(name: str = "offer", **more: Any) -> Campaign:
    return Campaign(name, "Hello", PLACE, groups=("members",), customerid=name, **more)


def asked(desired: Desired, **options: Any) -> Asked:
    return Asked(desired, Abilities(), planner.Options(**options), "plan-1")


def start(run: str = "run-1", kind: str = "apply") -> RunStart:
    return RunStart(run, kind, "host", 1, "aoife", NOW)


def request(desired: Desired, run: str = "run-1", **more: Any) -> Request:
    return Request(asked(desired, running=True), start(run), **more)


def clock(at: dt.datetime = NOW) -> VirtualClock:
    """Return a clock that stands still."""
    loop = VirtualLoop()
    loop.close()
    return VirtualClock(loop, at)


@dataclass
class Person:
    """Answers every plan alike, and remembers what was shown."""

    agreed: bool = True
    credits: Decimal | None = None
    stops: BaseException | None = None
    shown: list[Plan] = field(default_factory=list)

    def approve(self, plan: Plan) -> Approval:
        self.shown.append(plan)
        if self.stops is not None:
            raise self.stops
        return Approval(self.agreed, self.credits)


@dataclass
class Executor:
    """Does nothing, and reports it."""

    exit_code: Exit = Exit.OK
    first: Callable[[Job], None] = lambda job: None
    jobs: list[Job] = field(default_factory=list)
    stopped: StateError | None = None

    def __call__(self, job: Job) -> RunReport:
        self.jobs.append(job)
        self.first(job)
        report = RunReport(job.run, self.exit_code, before=Decimal(10), after=Decimal(8))
        return report if self.stopped is None else report.stopped_by(self.stopped)


class Failing:
    """A store that does one thing no more."""

    def __init__(self, store: SqliteStore, method: str) -> None:
        self._store = store
        self._method = method

    def __getattr__(self, name: str) -> Any:
        return self._fail if name == self._method else getattr(self._store, name)

    def _fail(self, *_: object) -> None:
        raise StateError(f"{self._method} fails")
