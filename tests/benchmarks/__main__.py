"""Measures what a person waits for, prints one table, and ends with 1 where a row takes longer than it may.

python -m tests.benchmarks [--quick] [--samples 5] [--only TEXT] [--skip-apply] [--skip-peers]

Every sample is a fresh process, the rows take turns, figures are medians, and ratios are of one run. Rows that take less than
two seconds are measured three times a turn, since a busy moment weighs more in them. What a sample reads is read once before
it, so that no disk is measured along. Memory is that of both processes where a second one reads ahead. Rows that take very
long, and other planners, are measured once, and say so.
``--quick`` takes lists of 10,000 instead of 100,000 and a million, and short windows of the rate limit.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests import yardstick
from tests.benchmarks import peers, starting, throughput
from tests.benchmarks.cases import Case, Project, sizes
from tests.benchmarks.sample import PROGRAM, Sample, environment, median, run, warm

ROOT = Path(__file__).parents[2]
_OFTEN, _SELDOM = 0.02, 0.5
"""Seconds between two looks at the memory: where time does not count, and where a hundredth of it may go."""
_SHORT, _TIMES = 2.0, 3
"""Seconds below which a row is measured so many times a turn."""


class Row(NamedTuple):
    """One row as it is printed; ``failed`` where it takes more than it may, ``skipped`` says why it was not measured."""

    title: str
    target: str
    measured: str
    failed: bool = False


class Bench:
    """The projects, in a directory of their own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.env = environment(root / "compiled")
        self.adopted: dict[tuple[str, int], Path] = {}

    def make(self, project: Project) -> None:
        """Write a project and bring its state to where it is meant to be."""
        directory = self.root / project.name
        if project.state == "none":
            self._write(project, directory)
            return
        adopted = self.adopted.get((project.kind, project.people))
        if adopted is None:
            self._write(project._replace(change=0.0), directory)
            for command in (["state", "init"], ["adopt", "--auto-approve"]):
                run([*PROGRAM, *command], directory, self.env)
            self.adopted[project.kind, project.people] = directory
        else:
            shutil.copytree(adopted, directory)
        if project.state == "applied":
            run([*PROGRAM, "apply", "--auto-approve"], directory, self.env)
        if project.change:
            self._write(project, directory)

    def _write(self, project: Project, directory: Path) -> None:
        arguments = [project.kind, str(project.people), str(directory), "--change", str(project.change)]
        more = ["--wrong", str(project.wrong), *(["--campaign"] if project.campaign else [])]
        run([sys.executable, "-m", "tests.benchmarks.lists", *arguments, *more], ROOT, self.env)

    def sample(self, case: Case, watch: float) -> Sample:
        """Measure one row once; its memory is looked at every so many seconds."""
        directory = ROOT / "examples" / "gym" if case.project == "gym" else self.root / case.project
        env = {**self.env, "_SENDMODE_SYNC_COMPLETE": "bash_source"} if case.completion else self.env
        warm(directory, self.root / "compiled")
        return run([*PROGRAM, *case.command], directory, env, case.ends, watch)


def measured(bench: Bench, cases: Sequence[Case], samples: int) -> dict[str, Sample]:
    """Return the medians of every row, the rows taking turns; one before the first warms up, and looks at the memory."""
    taken: dict[str, list[Sample]] = defaultdict(list)
    first = {case.title: bench.sample(case, _OFTEN) for case in cases if not case.once}
    for turn in range(1, samples + 1):
        for time in range(_TIMES):
            for case in cases:
                if case.once and turn == 1 and time == 0:
                    taken[case.title].append(bench.sample(case, _SELDOM))
                elif not case.once and (time == 0 or first[case.title].wall < _SHORT):
                    taken[case.title].append(bench.sample(case, 0.0))
        print(f"turn {turn} of {samples}", file=sys.stderr, flush=True)
    peaks = {title: max(each.peak for each in [*found, first.get(title, found[0])]) for title, found in taken.items()}
    return {title: median(found)._replace(peak=peaks[title]) for title, found in taken.items()}


def judged(cases: Iterable[Case], found: dict[str, Sample]) -> Iterator[Row]:
    """Yield the rows with what they may take."""
    for case in cases:
        sample = found[case.title]
        targets, failed = [], False
        if case.seconds is not None:
            targets.append(f"{case.seconds:g} s")
            failed |= sample.wall > case.seconds
        if case.megabytes is not None:
            targets.append(f"{case.megabytes:g} MB")
            failed |= sample.peak > case.megabytes
        said = f"{sample.wall:.2f} s, {sample.user:.2f} s CPU, {sample.peak:.0f} MB{', once' if case.once else ''}"
        if case.than in found:
            ratio = sample.wall / found[case.than].wall
            targets.append(f"{case.times:g} times {case.than}")
            said += f", {ratio:.2f} times"
            failed |= ratio > case.times
        yield Row(case.title, ", ".join(targets), said, failed)


def shape() -> str:
    """Return what machine this is: cores, their kind and the memory, as far as the system tells, and how fast it is."""
    told = [f"{os.cpu_count()} cores"]
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        told += [line.partition(": ")[2] for line in lines if line.startswith("model name")][:1]
    with contextlib.suppress(OSError, ValueError):
        told.append(f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / (1 << 30):.0f} GiB")
    told.append(f"{yardstick.seconds():.2f} s to look up {yardstick.PEOPLE:,} people")
    return ", ".join(told)


def table(rows: Iterable[Row]) -> bool:
    """Print rows as they come; return whether one failed."""
    wrong = False
    print("| what | target | measured | |\n|---|---|---|---|")
    for row in rows:
        wrong |= row.failed
        print(f"| {row.title} | {row.target} | {row.measured} | {'not met' if row.failed else ''} |", flush=True)
    return wrong


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--samples", type=int, default=5)
    parser.add_argument("--only", default="", help="rows whose title holds this text")
    parser.add_argument("--skip-apply", action="store_true")
    parser.add_argument("--skip-peers", action="store_true")
    chosen = parser.parse_args()
    many, most = (10_000, 10_000) if chosen.quick else (100_000, 1_000_000)
    projects, cases = sizes(many, most)
    cases = tuple(case for case in cases if chosen.only in case.title)
    wanted = {case.project for case in cases}
    load = os.getloadavg()[0]
    print(f"{shape()}, Python {sys.version.split()[0]}, medians of {chosen.samples} fresh processes,")
    print(f"{chosen.samples * _TIMES} where they take less than {_SHORT:g} seconds")
    print(f"load average {load:.1f} before it began: above 0.5, other work is measured along with it\n")
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        for project in projects:
            if project.name in wanted:
                bench.make(project)
        found = measured(bench, cases, chosen.samples)
        rows: list[Row] = list(judged(cases, found))
        if not chosen.skip_peers:
            rows += [Row(*row) for row in peers.rows(bench.root, bench.env, many, found)]
        if not chosen.skip_apply:
            rows += [Row(*row) for row in starting.rows(bench.root, bench.env, many)]
            rows += [Row(*row) for row in throughput.rows(bench.root, bench.env, quick=chosen.quick)]
        wrong = table(rows)
        shutil.rmtree(bench.root, ignore_errors=True)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
