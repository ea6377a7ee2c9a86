"""Others move the branch, or the remote goes away, just when a push is under way: nothing is lost, and no lock is shared."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from sendmode_sync.errors import FencedError, LockedError, StateError
from sendmode_sync.model.claim import Begun
from sendmode_sync.model.desired import OptOut
from sendmode_sync.store.git_rhythm import Rhythm
from tests.store.branches import (
    AOIFE,
    AT,
    CALM,
    ONE,
    THREE,
    TWO,
    Repository,
    an_import,
    begin,
    end,
    run,
    send,
    statuses,
)


class Before:
    """Does something right before the next push, once, or before every push."""

    def __init__(self) -> None:
        self.once: Callable[[], object] | None = None
        self.always: Callable[[], object] | None = None

    def __call__(self, point: str) -> None:
        if point != "push:before":
            return
        doing, self.once = self.once or self.always, None
        if doing is not None:
            doing()


# -- somebody else was quicker -----------------------------------------------------------------------------------------


def test_a_change_that_somebody_overtakes_is_made_again_whole(shared: Repository) -> None:
    before, other = Before(), shared.store()
    store = shared.store(probe=before)
    before.once = lambda: other.record_optouts([OptOut(THREE)], "command", AT)
    assert store.record_optouts((OptOut(number) for number in (ONE, TWO)), "command", AT) == 2
    assert set(shared.store().load((), AT).optouts) == {ONE, TWO, THREE}


def test_a_request_that_somebody_overtakes_is_left_beside_theirs(shared: Repository) -> None:
    before, holder, other = Before(), shared.store(CALM), shared.store()
    holder.lock(run("run-1"), 0)
    store = shared.store(probe=before)
    before.once = lambda: other.record_optouts([OptOut(TWO)], "command", AT)
    assert store.record_optouts([OptOut(ONE)], "command", AT) == 1
    holder.unlock()
    assert set(shared.store().load((), AT).optouts) == {ONE, TWO}


def test_of_two_that_take_the_lock_at_once_one_has_it(shared: Repository) -> None:
    before, quicker = Before(), shared.store()
    slower = shared.store(probe=before)
    before.once = lambda: quicker.lock(run("run-1"), 0)
    with pytest.raises(LockedError, match="run-1"):
        slower.lock(run("run-2"), 0)
    assert begin(quicker, send("op-1", ONE)) == Begun()
    assert [each.run for each in shared.store().runs()] == ["run-1"]


def test_a_branch_that_never_stands_still_is_given_up_without_a_change(shared: Repository) -> None:
    before = Before()
    store = shared.store(probe=before)
    before.always = shared.remote.stir
    with pytest.raises(StateError, match="others keep changing"):
        store.record_optouts([OptOut(ONE)], "command", AT)
    assert shared.store().load((), AT).optouts == {}


def test_no_text_starts_from_a_claim_that_never_reached_the_branch(shared: Repository) -> None:
    before = Before()
    store = shared.store(CALM, before)
    store.lock(run("run-1"), 0)
    before.always = shared.remote.stir
    with pytest.raises(StateError, match="others keep changing"):
        begin(store, send("op-1", ONE))
    assert shared.store().campaign_names() == ()
    before.always = None
    store.unlock()
    after = shared.store()
    assert after.lock(run("run-2"), 0) == 0
    assert begin(after, send("op-2", ONE)) == Begun()


# -- a lock that is taken away ------------------------------------------------------------------------------------------


def test_a_fenced_run_changes_nothing_more_and_leaves_no_word_of_what_nobody_knows(shared: Repository) -> None:
    pushes: list[str] = []
    blind = Rhythm(look_sends=3600.0, look_others=3600.0, results=0.0, pushes=10_000, pauses=())
    first = shared.store(blind, pushes.append)
    first.lock(run("run-1"), 0)
    assert begin(first, an_import("op-1", ONE)) == Begun()  # lies here alone
    end(first, "op-1")
    second = shared.store()
    second.force_unlock("run-1")
    second.lock(run("run-2"), 0)
    with pytest.raises(FencedError, match="run-1"):
        begin(first, send("op-2", TWO))
    pushes.clear()
    for change in (
        lambda: begin(first, send("op-2", TWO)),
        lambda: begin(first, an_import("op-3", TWO)),
        lambda: first.adopt_imports([("members", TWO, AOIFE)], AT),
    ):
        with pytest.raises(FencedError, match="run-1"):
            change()
    assert "push:before" not in pushes
    with pytest.raises(FencedError, match="run-1"):
        first.unlock()
    second.unlock()
    after = shared.store()
    assert (dict(after.load((), AT).applied), after.check()) == ({}, [])


class Waits:
    """What the process waited for, in seconds; ``meanwhile`` is what happens in that time, of which none passes."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.meanwhile: Callable[[], object] = list
        self._really = time.sleep

    def sleep(self, seconds: float) -> None:
        if seconds < 1.0:  # the standard library waits for a process
            self._really(seconds)
            return
        self.seconds.append(seconds)
        self.meanwhile()


@pytest.fixture(name="waits")
def no_time_passes(monkeypatch: pytest.MonkeyPatch) -> Waits:
    made = Waits()
    monkeypatch.setattr(time, "sleep", made.sleep)
    return made


def test_a_lock_is_waited_for_until_its_holder_gives_it_back(shared: Repository, waits: Waits) -> None:
    holder, second = shared.store(), shared.store()
    holder.lock(run("run-1"), 0)
    waits.meanwhile = holder.unlock
    assert second.lock(run("run-2"), 60.0) == 0
    assert waits.seconds == [2.0]
    assert [each.run for each in second.runs()] == ["run-2", "run-1"]


# -- a remote that is away for a moment ----------------------------------------------------------------------------------


@pytest.mark.parametrize("pauses", [(5.0,), (5.0, 9.0)])
def test_a_last_push_is_tried_again(shared: Repository, waits: Waits, pauses: tuple[float, ...]) -> None:
    store = shared.store(Rhythm(pushes=10_000, pauses=pauses))
    store.lock(run("run-1"), 0)
    assert begin(store, send("op-1", ONE)) == Begun()
    end(store, "op-1")
    shared.remote.harm("once")
    store.unlock()
    assert waits.seconds == [5.0]
    after = shared.store()
    assert after.lock(run("run-2"), 0) == 0
    assert statuses(after) == {ONE: "accepted"}


def test_a_run_whose_place_is_taken_in_its_last_push_is_told(shared: Repository, waits: Waits) -> None:
    before = Before()
    store = shared.store(Rhythm(pushes=10_000, pauses=(5.0,)), before)
    store.lock(run("run-1"), 0)
    other = shared.store()
    before.once = lambda: other.force_unlock("run-1")
    begin(store, an_import("op-1", ONE))
    end(store, "op-1")
    with pytest.raises(FencedError, match="taken over"):
        store.unlock()
    assert waits.seconds == []
