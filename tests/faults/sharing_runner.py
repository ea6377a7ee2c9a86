"""One runner of a shared state, as a hosted one would be: the program's own parts, a short deadline for each call."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sendmode_sync import terminal
from sendmode_sync.client.session import HttpClient
from sendmode_sync.clocks import SystemClock
from sendmode_sync.errors import SyncError
from sendmode_sync.executor import run as executor
from sendmode_sync.executor.course import Stop
from sendmode_sync.executor.job import Job
from sendmode_sync.model.location import GitState
from sendmode_sync.model.report import RunReport
from sendmode_sync.ports import StateStore
from sendmode_sync.render import reports
from sendmode_sync.store.git import GitStore
from sendmode_sync.store.git_branch import Place
from sendmode_sync.wire.dialects import dialect_of
from sendmode_sync.wiring import applying as wired
from sendmode_sync.wiring import environment, parts, reviewing, running, states
from sendmode_sync.wiring.parts import Project
from sendmode_sync.wiring.reviewing import Choice
from sendmode_sync.workflow import applying
from sendmode_sync.workflow.rehearsing import Agreeing
from tests.faults.git_engine import RHYTHM


def apply(order: dict[str, Any]) -> int:
    """Apply once and print the report as JSON, or the refusal; return the exit code."""
    os.environ["SENDMODE_STATE"] = order["state"]
    try:
        report = _apply(Path(order["directory"]), order["hold"], order["lock_timeout"])
    except SyncError as refused:
        sys.stderr.write(f"{refused}\n")
        return int(refused.exit_code)
    sys.stdout.write(reports.render(report, "json"))
    return int(report.exit_code)


@contextlib.contextmanager
def _opened(project: Project) -> Iterator[StateStore]:
    """Open the state as an apply does; one on a git branch in a rhythm that fits schedules of seconds."""
    location = states.of(project.where, project.desired.settings)
    if not isinstance(location, GitState):
        with parts.store(project.where, project.desired.settings, write=True) as store:
            yield store
        return
    place = Place(location.remote, location.branch, Path(location.home))
    with contextlib.closing(GitStore.open(place, None, rhythm=RHYTHM)) as store:
        yield store


def _apply(directory: Path, hold: float, lock_timeout: float) -> RunReport:
    project = parts.project(environment.where(directory, None, None))
    settings = project.desired.settings
    key = parts.needed(parts.secret(settings), settings)
    with _opened(project) as store:
        request = applying.Request(
            asked=reviewing.asked(project, Choice(), running=True),
            start=wired.start("apply", project),
            lock_timeout=lock_timeout,
            account=parts.fingerprint(key, project, store),
        )

        def execute(job: Job) -> RunReport:
            clock = SystemClock()

            async def work(stop: Stop) -> RunReport:
                dialect = dialect_of(settings.account)
                client = HttpClient(settings.account, key, dialect, hold=hold, barred=store.barred)
                async with contextlib.AsyncExitStack() as leaving:
                    leaving.push_async_callback(client.close)
                    with terminal.progress(clock.monotonic, colour=False) as progress:
                        return await executor.apply(job, store, client, clock, progress, stop)

            return running.run(work)

        report = applying.apply(request, store, SystemClock(), Agreeing(), execute).report
    assert report is not None
    if report.stopped is not None:
        raise report.stopped
    return report
