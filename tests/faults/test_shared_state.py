"""Two runners in two processes that share one state, under kills of both and of the engine: a few schedules of many."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.faults.crime import Zygote
from tests.faults.engines import ENGINES, Postgres
from tests.faults.evidence import Operation, Request
from tests.faults.git_engine import Git
from tests.faults.shared_state import Tally, shared, table, together
from tests.faults.sharing import Play, play

SCHEDULES = 2


@pytest.fixture
def zygotes() -> Iterator[tuple[Zygote, Zygote]]:
    with contextlib.closing(Zygote()) as first, contextlib.closing(Zygote()) as second:
        yield first, second


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ENGINES)
def test_no_schedule_breaks_an_invariant(engine: str, tmp_path: Path) -> None:
    tally = shared(engine, range(SCHEDULES), tmp_path)
    assert (tally.schedules, tally.broken) == (SCHEDULES, {})
    assert tally.happened["run"] > SCHEDULES


class Forgetful(Postgres):
    """An engine in which nobody ever finds a claim."""

    def calls(self) -> Sequence[Operation]:
        return ()


@pytest.mark.timeout(300)
def test_a_call_without_its_claim_is_noticed(tmp_path: Path, zygotes: tuple[Zygote, Zygote]) -> None:
    with contextlib.closing(Forgetful()) as engine:
        outcome = play(1, tmp_path, engine, zygotes)
    assert any(said.startswith("I8: ") for said in outcome.violations)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("began", ["before", "after"])
def test_an_import_after_an_opt_out_is_judged_where_its_run_had_read_it(
    began: str, tmp_path: Path, zygotes: tuple[Zygote, Zygote]
) -> None:
    with contextlib.closing(Git()) as engine:
        act = Play(1, tmp_path / "play", engine, zygotes)
        try:
            number = min(act.people)
            if began == "before":
                act.begun()
            act.opt_out(number)
            if began == "after":
                act.begun()
            act.arrived(Request(1000, "import", (number,), "", "members", None))
            found = act.look()
        finally:
            act.close()
    assert any(said.startswith("I4: ") for said in found) is (began == "after")


def test_the_table_tells_what_happened_and_what_broke() -> None:
    first = Tally(2, Counter(kill=1), {7: ("I1: twice", "I3: a lie")}, 1.0)
    lines = list(table(together([first, Tally(1, Counter(kill=2), {}, 2.0)])))
    assert lines == [
        "3 schedules in 2 s, 1 with a violation",
        "        3  kill",
        "seed 7: I1: twice (and 1 more)",
    ]
