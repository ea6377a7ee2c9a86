"""One random schedule: runs, deaths, pauses, opt-outs in mid-run, edits, restored copies, faults of all kinds; one seed."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from sendmode_sync.errors import SyncError
from tests.faults.happenings import BETWEEN_RUNS, IN_MID_RUN
from tests.faults.invariants import violations
from tests.faults.playing import Play
from tests.faults.processes import Disk
from tests.faults.variant import AS_IT_IS, Variant


class Outcome(NamedTuple):
    """What one schedule did, and what it broke."""

    seed: int
    violations: tuple[str, ...]
    happened: Counter[str]


def play(seed: int, disk: Disk, variant: Variant = AS_IT_IS) -> Outcome:
    """Play one schedule from its seed and judge it, in the middle and at rest; the disk is made new for it."""
    disk.renew()
    act = Play(seed, disk, variant)
    chance, found = act.chance, list[str]()
    try:
        for _ in range(chance.randint(1, 4)):
            for event in chance.choices(BETWEEN_RUNS, k=chance.choice((0, 1, 1, 2, 3))):
                act.between(event)
            document, act.document = act.document, None
            act.run(chance.choices(IN_MID_RUN, k=chance.choice((0, 1, 1, 2, 3))), document=document)
        act.look()
        found += violations(act.evidence)
        if not found:
            act.heal()
            act.look()
            found += violations(act.evidence)
    except (SyncError, AssertionError) as error:
        if variant is AS_IT_IS:
            raise
        found.append(f"stopped: {type(error).__name__}")
    finally:
        act.close()
    return Outcome(seed, tuple(found), act.happened)
