"""What happens in a schedule beside the runs themselves: to the process in mid-run, and between two runs.

Each is a function of the play; which of them happen, and when, is drawn by the schedule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from sendmode_sync.errors import SyncError
from sendmode_sync.executor import single
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.desired import OptOut
from sendmode_sync.planning import saved
from sendmode_sync.workflow import applying, planning
from tests.faults import projects
from tests.faults.processes import KilledError, Process

if TYPE_CHECKING:
    from sendmode_sync.executor.job import Job
    from sendmode_sync.model.report import RunReport
    from tests.faults.playing import Play

DAY = 86_400.0
IN_MID_RUN = (
    *("kill",) * 8,
    *("pause", "long-pause", "opt-out", "opt-out", "opt-out", "cancel", "clock-forward", "clock-back", "interrupt"),
    *("second-apply", "fence", "top-up", "somebody-spends", "balance-read-elsewhere"),
)
BETWEEN_RUNS = (
    *("edit", "edit", "opt-out", "resolve", "resolve", "reboot", "wait", "next-day"),
    *("backup", "backup", "backup", "restore", "restore", "restore"),
    *("clock-forward-between", "clock-back-between", "stale-plan", "saved-plan"),
)


def edit(play: Play) -> None:
    """Edit the project's files."""
    play.edits += 1
    play.desired = projects.edited(play.desired, play.chance, play.edits)


def look_up(play: Play) -> None:
    """Make an older copy usable, then settle what is unknown."""
    play.visit(play.make_usable, play.resolve)


def restore(play: Play) -> None:
    """Put an older copy of the state back; nobody does that within one window of the limit."""
    play.kernel.sleep(120.0)
    play.disk.restore(play.chance.choice(play.copies))
    play.variant.restored(play.disk)
    play.put_back = True


def jump(play: Play, *seconds: float) -> None:
    """Let the machine's wall clock jump by one of so many seconds."""
    play.kernel.wall_offset += play.chance.choice(seconds)


def next_day(play: Play) -> None:
    """Let nothing run until about the same hour of the next day."""
    play.kernel.sleep(DAY - play.kernel.loop.time() % DAY + play.chance.choice((0.0, 30.0, 150.0)))


def fence(_: Play, process: Process) -> None:
    """Force the lock of the run that holds it."""
    lease = process.store._door._lease
    if lease is not None:
        process.store.force_unlock(lease.run)


def interrupt(play: Play) -> None:
    """Ask the run to stop, as SIGINT does."""
    if play.stop is not None:
        play.stop.set()


def spend(play: Play, credits_: int) -> None:
    """Change the balance behind the run's back; it never falls below nothing."""
    remote = play.evidence.account
    remote.balance = max(remote.balance - credits_, Decimal(0))


def somebody(play: Play) -> str:
    """Return one of the project's people."""
    return play.chance.choice(sorted(play.desired.customers))


def opt_out(play: Play, number: str, process: Process | None) -> None:
    """Record an opt-out by command, in the state at once and then in the project."""

    def record(mine: Process) -> None:
        mine.store.record_optouts([OptOut(number, "STOP")], "command", mine.clock.now())
        play.evidence.optouts[number] = min(play.evidence.optouts.get(number, 1 << 60), play.kernel.tick())

    if process is None:
        play.visit(record)
    else:
        record(process)
    play.edits += 1
    play.desired = projects.opted_out(play.desired, number, play.edits)


def second_apply(play: Play, first: Process) -> None:
    """Start another apply beside the one that runs: it must be refused before any call."""
    calls = len(play.evidence.requests)
    second = Process(play.kernel, play.disk, play.evidence, lambda _: None)
    start = RunStart("second", "apply", "host", 2, "user", second.clock.now())
    try:
        applying.apply(applying.Request(play.asked(), start), second.store, second.clock, play, _never)
    except SyncError as error:
        play.evidence.outputs.append(str(error))
    finally:
        second.end()
        play.process = first
    assert len(play.evidence.requests) == calls


def read_elsewhere(play: Play, process: Process) -> None:
    """Let another process read the balance while the run goes on."""
    if play.kernel.loop.is_running():
        play.beside.append(play.kernel.loop.create_task(_read_elsewhere(play, process)))


def save_plan(play: Play, *, stale: bool) -> None:
    """Make a plan file to be applied by the next run; a stale one was made before the state went on."""

    def save(process: Process) -> None:
        plan = planning.make(play.asked(running=False), process.store, process.clock.now())
        play.document = saved.to_document(plan)
        if stale:
            process.store.cancel(f"never-written-{play.runs}", "somebody", process.clock.now())

    play.visit(save)


async def _read_elsewhere(play: Play, first: Process) -> None:
    """Read the balance as ``plan`` does, without the lock, through the same rate ledger."""
    other = Process(play.kernel, play.disk, play.evidence, lambda _: None)
    limit = play.desired.settings.account.rate_limit
    try:
        await single.read_balance(
            other.store, play.network(), other.clock, limit, f"plan-{play.runs}-{play.points}", 2.0
        )
    except (SyncError, KilledError):
        pass
    finally:
        other.end()
        if not first.dead:
            play.process = first


def _never(job: Job) -> RunReport:
    raise AssertionError("a second apply came as far as its calls")


IN_MID: Mapping[str, Callable[[Play, Process], object]] = {
    "pause": lambda play, _: play.kernel.sleep(play.chance.choice((0.5, 4.0, 7.0))),
    "long-pause": lambda play, _: play.kernel.sleep(play.chance.choice((61.0, 600.0))),
    "opt-out": lambda play, process: opt_out(play, somebody(play), process),
    "cancel": lambda play, process: process.store.cancel(
        play.chance.choice(sorted(play.desired.campaigns)), "somebody", process.clock.now()
    ),
    "clock-forward": lambda play, _: jump(play, 5.0, 100.0, 90_000.0),
    "clock-back": lambda play, _: jump(play, -5.0, -100.0, -90_000.0),
    "interrupt": lambda play, _: interrupt(play),
    "second-apply": second_apply,
    "fence": fence,
    "top-up": lambda play, _: spend(play, -play.chance.choice((1, 50))),
    "somebody-spends": lambda play, _: spend(play, play.chance.choice((1, 50))),
    "balance-read-elsewhere": read_elsewhere,
}
BETWEEN: Mapping[str, Callable[[Play], object]] = {
    "edit": edit,
    "opt-out": lambda play: opt_out(play, somebody(play), None),
    "resolve": look_up,
    "backup": lambda play: play.copies.append(play.disk.copy()),
    "restore": restore,
    "reboot": lambda play: play.kernel.reboot(),
    "wait": lambda play: play.kernel.sleep(play.chance.choice((1.0, 30.0, 300.0))),
    "next-day": next_day,
    "clock-forward-between": lambda play: jump(play, 3.0, 60.0, 4000.0),
    "clock-back-between": lambda play: jump(play, -3.0, -60.0, -4000.0),
    "stale-plan": lambda play: save_plan(play, stale=True),
    "saved-plan": lambda play: save_plan(play, stale=False),
}
