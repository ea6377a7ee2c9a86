from __future__ import annotations

import uuid
from itertools import pairwise

from sendmode_sync.executor.job import counted_uuids


def ids(count: int) -> list[str]:
    new_id = counted_uuids()
    return [new_id() for _ in range(count)]


def test_each_id_of_a_run_is_above_those_before_it() -> None:
    made = ids(5000)
    assert made == sorted(made)
    assert len({one[:8] for one in made}) == len(made)  # what is shown of an id tells calls apart


def test_an_id_is_a_uuid_of_the_version_that_leaves_its_bits_to_us() -> None:
    for one in map(uuid.UUID, ids(50)):
        assert (one.version, one.variant) == (8, uuid.RFC_4122)


def test_runs_share_no_id() -> None:
    assert len({*ids(100), *ids(100)}) == 200
    assert len({one[8:] for one in ids(100)}) == 100
    assert all(int(after[:8], 16) - int(before[:8], 16) == 1 for before, after in pairwise(ids(100)))
