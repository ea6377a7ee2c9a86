"""Power loss at every sync of a run: whatever had left has its claim, whatever was recorded is there, and it goes on."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("apsw", reason="apsw makes the disk that loses power; it is in the group dev")

from sendmode_sync.model.claim import RunStart
from sendmode_sync.store import high_water
from sendmode_sync.store.sqlite import SqliteStore
from tests.faults.evidence import read
from tests.faults.playing import Play
from tests.faults.power import Photo, Recorder, Step, replay
from tests.faults.processes import START, Disk, Process
from tests.faults.soak import shelf
from tests.faults.variant import Variant

SEEDS = int(os.environ.get("SENDMODE_POWER_CUTS", "2"))
"""Plays whose every sync is cut; 20 on demand."""


class Tape(list[Step]):
    """The steps of a play: what the store wrote, and when requests arrived."""

    def record(self, process: Process) -> None:
        process.store._door.connection = Recorder(process.connection, self)  # type: ignore[assignment]

    def note_arrivals(self, play: Play) -> None:
        claim_of = play._claim_of

        def noted(asked: object) -> str | None:
            operation = claim_of(asked)  # type: ignore[arg-type]
            self.append(Step("", arrived=operation or "never claimed"))
            return operation

        play.witness._claim_of = noted


def settings_of_the_store(path: Path) -> dict[str, object]:
    """Return the settings that decide what is durable, read from a state that the product opened."""
    with closing(SqliteStore.open(path)) as store:
        connection = store._door.connection
        return {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "temp_store", "secure_delete")
        }


def first_mark(path: Path) -> str:
    with closing(SqliteStore.open(path, write=False)) as store:
        return f"{store.identity().lineage} 0\n"


def judge(photo: Photo, steps: list[Step], directory: Path, mark: str) -> str:
    """Open what a cut left beside its first ``mark``, as the next process would, and check it; return how it ended."""
    directory.mkdir()
    (directory / high_water.NAME).write_text(mark, encoding="ascii")
    for name, data in photo.files.items():
        (directory / name).write_bytes(data)
    arrived = {step.arrived for step in steps[: photo.steps] if step.arrived}
    with closing(SqliteStore.open(directory / "state.db")) as store:
        store._door.connection.execute("PRAGMA synchronous = 0")  # nothing is cut off any more
        store.lock(RunStart("after", "apply", "host", 1, "user", START), 0)
        assert store.check() == []
        memory = read(store._door.connection)
    by_id = {each.operation: each for each in memory.operations}
    assert arrived <= by_id.keys(), "a request had left, and its claim is lost"
    runs = sum(step.statement.startswith("INSERT INTO run ") for step in steps[: photo.steps])
    assert len({each.run for each in memory.operations}) <= runs + 1
    for row in memory.rows:
        assert row.status != "claimed"
    sent = {row.operation for row in memory.rows if row.operation}
    for each in arrived:
        if by_id[each].kind == "send" and by_id[each].status in {"done", "unknown", "rejected"}:
            assert each in sent, "a text may have been sent, and its recipient is open again"
    return "rolled back" if "state.db-journal" in photo.files else "whole"


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_power_cut_at_every_sync(tmp_path: Path, seed: int) -> None:
    tape = Tape()
    play = Play(seed, Disk(tmp_path / "play"), Variant("recorded", opened=tape.record))
    tape.note_arrivals(play)
    play.run()
    play.run()
    play.close()
    play.disk.close()
    assert sum(bool(step.arrived) for step in tape) >= 3
    template = Disk._template
    assert template is not None
    settings = settings_of_the_store(play.disk.path)
    assert settings["synchronous"] == 3
    assert settings["journal_mode"] == "delete"
    ended: Counter[str] = Counter()
    mark = first_mark(play.disk.path)
    with tempfile.TemporaryDirectory(dir=shelf()) as directory:
        for at, photo in enumerate(replay(tape, template, settings, seed)):
            ended[judge(photo, tape, Path(directory) / str(at), mark)] += 1
    assert ended["rolled back"] > 50
    assert ended["whole"] > 50
    print(f"{ended.total()} power cuts")  # noqa: T201 - a figure for who asks for it with -s


@pytest.mark.parametrize("weaker", [0, 1, 2])
def test_every_weaker_setting_is_noticed(tmp_path: Path, weaker: int) -> None:
    tape = Tape()
    play = Play(0, Disk(tmp_path / "play"), Variant("recorded", opened=tape.record))
    play.run()
    play.close()
    play.disk.close()
    template = Disk._template
    assert template is not None
    settings = settings_of_the_store(play.disk.path) | {"synchronous": weaker}
    with pytest.raises(AssertionError, match="may come back"):
        list(replay(tape, template, settings, 1000 + weaker))
