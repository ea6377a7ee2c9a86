"""Plays random schedules of two runners that share one state, and prints one table; exits 1 for a violation.

python -m tests.faults.shared_state --engine postgres [--schedules 1000] [--seed 0] [--seconds 0] [--workers 8]

Most of a schedule is waiting (windows, leases, pauses), so several are played on each core.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.faults.crime import Zygote
from tests.faults.engines import ENGINES, shelf
from tests.faults.sharing import Outcome, play

_PER_CORE = 4


class Tally(NamedTuple):
    """What some schedules did, and what they broke, by seed."""

    schedules: int
    happened: Counter[str]
    broken: dict[int, tuple[str, ...]]
    seconds: float


def shared(engine: str, seeds: Iterable[int], directory: Path, until: float | None = None) -> Tally:
    """Play schedules one after the other on one engine, until the seeds or the time (monotonic seconds) are used up."""
    began = time.monotonic()
    happened: Counter[str] = Counter()
    broken: dict[int, tuple[str, ...]] = {}
    count = 0
    with contextlib.ExitStack() as stack:
        made = stack.enter_context(contextlib.closing(ENGINES[engine]()))
        zygotes = tuple(stack.enter_context(contextlib.closing(Zygote())) for _ in range(2))
        for seed in seeds:
            try:
                outcome = play(seed, directory / str(seed), made, (zygotes[0], zygotes[1]))
            except Exception as error:  # noqa: BLE001 - whatever stops a schedule is a finding, and the others go on
                outcome = Outcome(seed, (f"{type(error).__name__}: {error}",), Counter())
            count += 1
            happened += outcome.happened
            if outcome.violations:
                broken[seed] = outcome.violations
            if until is not None and time.monotonic() >= until:
                break
    return Tally(count, happened, broken, time.monotonic() - began)


def together(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of several tallies; they ran at the same time."""
    every = list(tallies)
    happened: Counter[str] = Counter()
    broken: dict[int, tuple[str, ...]] = {}
    for each in every:
        happened += each.happened
        broken |= each.broken
    return Tally(sum(each.schedules for each in every), happened, broken, max(each.seconds for each in every))


def table(tally: Tally) -> Iterator[str]:
    """Yield the lines of the table."""
    yield f"{tally.schedules} schedules in {tally.seconds:.0f} s, {len(tally.broken)} with a violation"
    for kind, count in sorted(tally.happened.items()):
        yield f"{count:>9}  {kind}"
    for seed, broken in sorted(tally.broken.items())[:20]:
        yield f"seed {seed}: {broken[0]}" + (f" (and {len(broken) - 1} more)" if broken[1:] else "")


def _shard(task: tuple[str, range, float | None]) -> Tally:
    engine, seeds, until = task
    with tempfile.TemporaryDirectory(dir=shelf()) as directory:
        return shared(engine, seeds, Path(directory), until)


def main(arguments: list[str] | None = None) -> int:
    """Play, print, and say by the exit code whether all is well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=sorted(ENGINES), required=True)
    parser.add_argument("--schedules", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed; the others follow")
    parser.add_argument("--seconds", type=float, default=0.0, help="stop after so many; 0 for never")
    parser.add_argument("--workers", type=int, default=_PER_CORE * multiprocessing.cpu_count())
    said = parser.parse_args(arguments)
    until = time.monotonic() + said.seconds if said.seconds else None
    if (memory := shelf()) is not None:
        os.environ["TMPDIR"] = memory  # the scratch repositories of the runners cost a disk more than what is tried
    last = said.seed + said.schedules
    tasks = [(said.engine, range(said.seed + at, last, said.workers), until) for at in range(said.workers)]
    with multiprocessing.get_context("spawn").Pool(said.workers) as pool:
        tally = together(pool.map(_shard, tasks))
    sys.stdout.write("\n".join(table(tally)) + "\n")
    return int(bool(tally.broken))


if __name__ == "__main__":
    raise SystemExit(main())
