"""Makes every figure that this proof is held to, prints what was found beside what is wanted, and exits 1 if one falls short.

python -m tests.faults.figures [--schedules 10000] [--kills 200] [--workers 2]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

from tests import yardstick
from tests.faults.invariants import INVARIANTS
from tests.faults.seeded_bugs import BUGS
from tests.faults.soak import KINDS, read

ROOT = Path(__file__).parents[2]
MOST_SECONDS = 180
_SOURCES = ("sendmode_sync.executor", "sendmode_sync.store")
_UNIT_TESTS = ("tests/executor", "tests/store", "tests/contracts")


class Figure(NamedTuple):
    """One figure: what is wanted, what was found, and whether that is enough."""

    name: str
    wanted: str
    found: str
    met: bool


class Tests(NamedTuple):
    """What a run of some tests came to."""

    passed: int
    failed: int
    names: tuple[str, ...]


class Asked(NamedTuple):
    """How much is to be done, by how many processes at a time, and a directory for what it leaves."""

    schedules: int
    kills: int
    workers: int
    where: Path


def schedules(asked: Asked) -> Iterator[Figure]:
    """Play random schedules. The limit of time is for ten thousand, and for the work itself: neighbours do not count."""
    count, tally_file = asked.schedules, asked.where / "tally.json"
    _run("-m", "tests.faults.soak", f"--schedules={count}", f"--workers={asked.workers}", f"--tally={tally_file}")
    tally = read(tally_file)
    yield Figure("schedules played", f"{count:,}", f"{tally.schedules:,}", tally.schedules == count)
    yield Figure("  with a violation", "0", f"{len(tally.broken):,}", not tally.broken)
    most = MOST_SECONDS * max(count, 10_000) / 10_000
    each = tally.working / asked.workers
    yield Figure("  seconds of each core", f"at most {most:,.0f}", f"{each:,.0f}", each <= most)
    yield Figure("  seconds on the clock", "", f"{tally.seconds:,.0f}", met=True)
    yield Figure(f"  seconds to look up {yardstick.PEOPLE:,} people", "", f"{yardstick.seconds():.2f}", met=True)
    seen = len(KINDS) - len(tally.missing())
    yield Figure("  kinds of fault that happened", f"{len(KINDS)}", f"{seen}", not tally.missing())
    for what in ("run", "call", "kill"):
        yield Figure(f"  {what}s", "", f"{tally.happened[what]:,}", met=True)


def kills(asked: Asked) -> Iterator[Figure]:
    """Kill real processes at random points, and at every named one, and resume each."""
    found = _pytest(asked, "tests/faults/test_crash_points.py", SENDMODE_KILLS=str(asked.kills))
    random_ones = sum("random_point" in name for name in found.names)
    yield Figure("processes killed at random", f"{asked.kills}", f"{random_ones}", random_ones == asked.kills)
    yield Figure("  and at named points", "", f"{len(found.names) - random_ones}", met=True)
    yield Figure("  with a violation", "0", f"{found.failed}", found.failed == 0)


def seeded_bugs(asked: Asked) -> Iterator[Figure]:
    """Play with each seeded bug until the schedules notice it."""
    found = _pytest(asked, "tests/faults/test_seeded_bugs.py", "-k", "is_noticed")
    yield Figure("seeded bugs noticed", f"{len(BUGS)}", f"{found.passed}", found.passed == len(BUGS))
    yield Figure("invariants with a checker", "12", f"{len(INVARIANTS)}", len(INVARIANTS) == 12)


def coverage(asked: Asked) -> Iterator[Figure]:
    """Measure the branches of executor, store and verdict that their own tests pass."""
    report = asked.where / "coverage.json"
    sources = [f"--cov={source}" for source in _SOURCES]
    options = (*sources, "--cov-branch", f"--cov-report=json:{report}", "--cov-fail-under=0")
    found = _pytest(asked, *_UNIT_TESTS, *options)
    yield Figure("tests of executor and store that fail", "0", f"{found.failed}", found.failed == 0)
    files = json.loads(report.read_text(encoding="utf-8"))["files"]
    for name in ("executor", "executor/verdict.py", "store"):
        said = [each["summary"] for path, each in files.items() if f"sendmode_sync/{name}" in path]
        of = sum(each["num_statements"] + each["num_branches"] for each in said)
        covered = sum(each["covered_lines"] + each["covered_branches"] for each in said)
        met = bool(of) and covered == of
        yield Figure(f"lines and branches of {name} covered", "100 %", f"{100 * covered / max(of, 1):.2f} %", met)


def _run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST"))}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=False
    )


def _pytest(asked: Asked, *arguments: str, **environment: str) -> Tests:
    results = asked.where / "results.xml"
    results.unlink(missing_ok=True)
    done = _run("-m", "pytest", "-q", f"-n{asked.workers}", f"--junitxml={results}", *arguments, **environment)
    if not results.exists():
        raise SystemExit(done.stdout + done.stderr)
    cases = ET.parse(results).getroot().findall(".//testcase")  # written a moment ago, by our own tests
    failed = [each for each in cases if each.find("failure") is not None or each.find("error") is not None]
    if failed:
        sys.stderr.write(re.sub(r"(?s)^.*?= FAILURES", "= FAILURES", done.stdout))
    return Tests(len(cases) - len(failed), len(failed), tuple(each.get("name", "") for each in cases))


Maker: TypeAlias = Callable[[Asked], Iterator[Figure]]
MAKERS: tuple[Maker, ...] = (schedules, kills, seeded_bugs, coverage)


def main(arguments: list[str] | None = None, makers: Iterable[Maker] = MAKERS) -> int:
    """Make the figures, print each as it is there, and say by the exit code whether all are met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schedules", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--workers", type=int, default=multiprocessing.cpu_count())
    said = parser.parse_args(arguments)
    met = True
    sys.stdout.write(f"{'figure':<46}{'wanted':>14}{'found':>14}\n")
    with tempfile.TemporaryDirectory() as name:
        asked = Asked(said.schedules, said.kills, said.workers, Path(name))
        for figure in (figure for make in makers for figure in make(asked)):
            met &= figure.met
            short = "" if figure.met else "  falls short"
            sys.stdout.write(f"{figure.name:<46}{figure.wanted:>14}{figure.found:>14}{short}\n")
            sys.stdout.flush()
    sys.stdout.write("every figure is met\n" if met else "not every figure is met\n")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
