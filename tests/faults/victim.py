"""A process that waits for orders, and forks a child for each: the program itself, or one that kills itself at a point.

    python tests/faults/victim.py      (one JSON order a line on stdin, one JSON answer a line on stdout)

Forking spares the start of Python, of which a hundred crash tests would spend a minute. What a child runs is the command
line as it is, or the same parts wired with a probe that ends the process by SIGKILL at the n-th hit of a named point.
"""

from __future__ import annotations

import dataclasses
import gc
import importlib
import json
import os
import pkgutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import sendmode_sync
from sendmode_sync import terminal
from sendmode_sync.cli.main import run as command_line
from sendmode_sync.clocks import SystemClock
from sendmode_sync.executor import run as executor
from sendmode_sync.executor.course import Stop
from sendmode_sync.executor.job import Job
from sendmode_sync.model.location import FileState, PostgresState
from sendmode_sync.model.report import RunReport
from sendmode_sync.model.settings import Settings
from sendmode_sync.store.postgres import PostgresStore
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.wiring import applying as wired
from sendmode_sync.wiring import parts, reviewing, running, states
from sendmode_sync.wiring.environment import Where
from sendmode_sync.wiring.reviewing import Choice
from sendmode_sync.workflow import applying
from sendmode_sync.workflow.rehearsing import Agreeing
from tests.faults import sharing_runner

KEY = "EMULATOREMULATOR1234"


def die_at(point: str, hit: int) -> Callable[[str], None]:
    """Return a probe that ends the process at the n-th hit of a point; ``any`` is every point."""
    left = hit

    def probe(passed: str) -> None:
        nonlocal left
        if point in {passed, "any"}:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return probe


def where(project_file: Path) -> Where:
    """Return the project of a file, its state where the environment says so."""
    return Where(project_file, os.environ.get("SENDMODE_STATE"))


def opened(place: Where, settings: Settings, probe: Callable[[str], None]) -> SqliteStore | PostgresStore:
    """Open the state with a probe in its store."""
    match states.of(place, settings):
        case PostgresState(url=url):
            return PostgresStore.open(url, probe=probe)
        case FileState(path=path):
            return SqliteStore.open(Path(path), probe=probe)
        case other:
            raise NotImplementedError(other)


def noted(path: Path, probe: Callable[[str], None]) -> Callable[[str], None]:
    """Return the probe with every point written to a file, one a line."""

    def noting(passed: str) -> None:
        with path.open("a") as file:
            file.write(f"{passed}\n")
        probe(passed)

    return noting


def apply(project_file: Path, only: tuple[str, ...], probe: Callable[[str], None]) -> int:
    """Apply as ``sendmode-sync apply --auto-approve`` does, with a probe in store and executor."""
    project = parts.project(where(project_file))
    settings = project.desired.settings
    store = opened(project.where, settings, probe)
    key = parts.needed(parts.secret(settings), settings)
    request = applying.Request(
        asked=reviewing.asked(project, Choice(only=only), running=True),
        start=wired.start("apply", project),
        account=parts.fingerprint(key, project, store),
    )

    def execute(job: Job) -> RunReport:
        clock = SystemClock()

        async def work(stop: Stop) -> RunReport:
            client = parts.client(settings, key)
            try:
                with terminal.progress(clock.monotonic, colour=False) as progress:
                    probed = dataclasses.replace(job, probe=probe)
                    return await executor.apply(probed, store, client, clock, progress, stop)
            finally:
                await client.close()

        return running.run(work)

    report = applying.apply(request, store, SystemClock(), Agreeing(), execute).report
    store.close()
    return int(report.exit_code) if report is not None else 1


def resolve(project_file: Path, campaign: str, probe: Callable[[str], None]) -> int:
    """Settle a campaign's unknown outcomes as sent, with a probe in the store."""
    project = parts.project(where(project_file))
    store = opened(project.where, project.desired.settings, probe)
    store.resolve(campaign, sent=True, evidence="looked up", user="somebody", at=SystemClock().now())
    store.close()
    return 0


def child(order: dict[str, Any]) -> int:
    """Be one process: of the program, or a victim."""
    directory = Path(order["directory"])
    os.chdir(directory)
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        file = os.open(directory / name, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        os.dup2(file, descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ["SENDMODE_API_KEY"] = KEY
    os.environ.update(order.get("environment", {}))
    if "state" in order:
        return sharing_runner.apply(order)
    if "point" not in order:
        return command_line(order["arguments"])
    probe = die_at(order["point"], order["hit"])
    if "record" in order:
        probe = noted(Path(order["record"]), probe)
    project_file = directory / "sendmode.yaml"
    if "campaign" in order:
        return resolve(project_file, order["campaign"], probe)
    return apply(project_file, tuple(order["only"]), probe)


def main() -> None:
    """Fork a child for every order, and say how it ended; say its process id before it does anything."""
    for module in pkgutil.walk_packages(sendmode_sync.__path__, "sendmode_sync."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    importlib.import_module("anyio._backends._asyncio")  # which httpx takes along at its first call
    gc.collect()
    gc.freeze()  # what a child inherits need not be looked at again
    for line in sys.stdin:
        order = json.loads(line)
        process = os.fork()
        if process == 0:
            code = 70
            try:
                code = child(order)
            except BaseException as error:  # noqa: BLE001 - a child must never come back here
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        sys.__stdout__.write(f"{process}\n")  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]
        _, status = os.waitpid(process, 0)
        sys.__stdout__.write(f"{os.waitstatus_to_exitcode(status)}\n")  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]


if __name__ == "__main__":
    main()
