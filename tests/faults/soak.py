"""Plays many random schedules and prints one table; exits 1 for a violation, and for a kind of fault that never happened.

python -m tests.faults.soak [--schedules 10000] [--seed 0] [--workers 2] [--bug NAME] [--tally FILE.json]
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.faults.happenings import BETWEEN_RUNS, IN_MID_RUN
from tests.faults.playing import REACHED
from tests.faults.processes import Disk
from tests.faults.remote import NETWORK_FAULTS, SERVER_FAULTS
from tests.faults.schedules import Outcome, play
from tests.faults.variant import AS_IT_IS, Variant

KILL_POINTS = tuple(
    f"kill at {point}"
    for point in (
        *("claim:before", "claim:written", "claim:durable", "call:claimed", "wire:arrived", "wire:processed"),
        *("call:answered", "result:before", "result:written", "result:durable", "call:settled"),
        *("recovery:before", "recovery:written", "recovery:durable", "optouts:durable", "release:before"),
    )
)
KINDS = (
    *dict.fromkeys((*SERVER_FAULTS, *NETWORK_FAULTS, *IN_MID_RUN, *BETWEEN_RUNS, *REACHED)),
    "late-arrival",
    *KILL_POINTS,
)
"""Every kind of fault that a long enough soak must have seen."""

ENOUGH_FOR_ALL_KINDS = 3_000
PARTS = 8
"""Each worker takes so many parts, one after the other, so that none is done long before the others."""

_MEMORY = Path("/dev/shm")


class Tally(NamedTuple):
    """What some schedules did, and what they broke, by seed.

    ``seconds`` are of the clock, ``working`` those in which a core was at it, all workers together.
    """

    schedules: int
    happened: Counter[str]
    broken: dict[int, tuple[str, ...]]
    seconds: float
    working: float = 0.0

    def missing(self) -> list[str]:
        """Return the kinds of fault that never happened."""
        return [kind for kind in KINDS if not self.happened[kind]]


def soak(seeds: Iterable[int], directory: Path, variant: Variant = AS_IT_IS) -> Tally:
    """Play schedules one after the other."""
    began, worked = time.monotonic(), time.process_time()
    happened: Counter[str] = Counter()
    broken: dict[int, tuple[str, ...]] = {}
    count = 0
    gc.freeze()  # what is here by now stays, and need not be looked at again
    gc.disable()  # a schedule leaves little behind, and looking for it takes a tenth of the time
    with closing(Disk(directory)) as disk:
        for seed in seeds:
            outcome = _played(seed, disk, variant)
            count += 1
            if count % 100 == 0:
                gc.collect()
            happened += outcome.happened
            if outcome.violations:
                broken[seed] = outcome.violations
    gc.enable()
    gc.unfreeze()
    return Tally(count, happened, broken, time.monotonic() - began, time.process_time() - worked)


def together(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of several tallies; they ran at the same time."""
    every = list(tallies)
    happened: Counter[str] = Counter()
    broken: dict[int, tuple[str, ...]] = {}
    for each in every:
        happened += each.happened
        broken |= each.broken
    seconds, working = max(each.seconds for each in every), sum(each.working for each in every)
    return Tally(sum(each.schedules for each in every), happened, broken, seconds, working)


def read(path: Path) -> Tally:
    """Return the counts that ``--tally`` wrote."""
    found = json.loads(path.read_text(encoding="utf-8"))
    broken = {int(seed): tuple(said) for seed, said in found["broken"].items()}
    return Tally(found["schedules"], Counter(found["happened"]), broken, found["seconds"], found["working"])


def table(tally: Tally) -> Iterator[str]:
    """Yield the lines of the table."""
    happened = tally.happened
    unknown = happened["resolved-sent"] + happened["resolved-not-sent"]
    yield f"{tally.schedules} schedules in {tally.seconds:.0f} s: {happened['run']} runs, {happened['call']} calls, "
    yield f"{happened['kill']} kills, {unknown} unknown outcomes settled, {len(tally.broken)} schedules with a violation"
    yield ""
    for kind in KINDS:
        yield f"{happened[kind]:>9}  {kind}"
    for seed, broken in sorted(tally.broken.items())[:20]:
        yield f"seed {seed}: {broken[0]}" + (f" (and {len(broken) - 1} more)" if broken[1:] else "")
    missing = tally.missing()
    if missing:
        yield f"never happened: {', '.join(missing)}"


def shelf() -> str | None:
    """Return where temporary files cost least."""
    return str(_MEMORY) if _MEMORY.is_dir() else None


def _played(seed: int, disk: Disk, variant: Variant) -> Outcome:
    try:
        return play(seed, disk, variant)
    except Exception as error:  # noqa: BLE001 - whatever stops a schedule is a finding, and the others go on
        return Outcome(seed, (f"{type(error).__name__}: {error}",), Counter())


def _shard(task: tuple[int, int, int, str | None]) -> Tally:
    first, last, step, bug = task
    variant = AS_IT_IS
    if bug is not None:
        from tests.faults.seeded_bugs import BUGS

        variant = BUGS[bug]
    with tempfile.TemporaryDirectory(dir=shelf()) as directory:
        return soak(range(first, last, step), Path(directory) / "disk", variant)


def main(arguments: list[str] | None = None) -> int:
    """Play, print, and say by the exit code whether all is well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schedules", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed; the others follow")
    parser.add_argument("--workers", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--bug", help="play with a seeded bug, which must be noticed")
    parser.add_argument("--tally", type=Path, help="also write the counts to a file, as JSON")
    said = parser.parse_args(arguments)
    last = said.seed + said.schedules
    parts = said.workers * PARTS
    tasks = [(said.seed + at, last, parts, said.bug) for at in range(min(parts, said.schedules))]
    began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(said.workers) as pool:
        tallies = list(pool.imap_unordered(_shard, tasks))
    tally = together(tallies)._replace(seconds=time.monotonic() - began)
    sys.stdout.write("\n".join(table(tally)) + "\n")
    if said.tally is not None:
        said.tally.write_text(json.dumps(tally._asdict()), encoding="utf-8")
    enough = tally.schedules >= ENOUGH_FOR_ALL_KINDS
    return int(bool(tally.broken) or (enough and bool(tally.missing())))


if __name__ == "__main__":
    raise SystemExit(main())
