from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from sendmode_sync.clocks import SystemClock
from sendmode_sync.errors import FencedError, LockedError, RefusedError, StateError
from sendmode_sync.model.claim import Barred, Begun, CreditsClaim, Result, Wait
from sendmode_sync.model.desired import OptOut
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.store.git_rhythm import Rhythm
from sendmode_sync.workflow import rescuing
from tests.store.branches import (
    AT,
    CALM,
    LIMIT,
    NUMBERS,
    ONE,
    THREE,
    TWO,
    Repository,
    an_import,
    begin,
    end,
    moment,
    run,
    send,
    statuses,
)

ROOT = Path(__file__).parents[2]
A_MINUTE = dt.timedelta(minutes=1)


# -- the lock --------------------------------------------------------------------------------------------------------


def test_a_holder_is_named_to_whoever_comes_second(shared: Repository) -> None:
    shared.store().lock(run("run-1", host="runner-7"), 0)
    second = shared.store()
    with pytest.raises(LockedError, match=r"run-1 \(process 42 on runner-7"):
        second.lock(run("run-2"), 0)
    holder = second.holder()
    assert holder is not None
    assert holder.run == "run-1"
    header = json.loads(shared.remote.show("state.json"))
    assert (header["lock"], header["run"], header["host"]) == ("held", "run-1", "runner-7")


def test_a_lock_that_was_given_back_is_taken_at_once_and_without_a_pause(shared: Repository) -> None:
    first = shared.store()
    first.lock(run("run-1"), 0)
    first.unlock()
    second = shared.store()
    assert second.lock(run("run-2"), 0) == 0
    assert begin(second, send("op-1", ONE)) == Begun()


def test_a_silent_holder_is_followed_after_its_lease_and_one_window(shared: Repository) -> None:
    first = shared.store()
    first.lock(run("run-1"), 0)
    assert begin(first, send("op-1", ONE)) == Begun()
    second = shared.store()
    with pytest.raises(LockedError):
        second.lock(run("run-2", AT + 14 * A_MINUTE), 0)
    assert second.lock(run("run-2", AT + 16 * A_MINUTE), 0) == 1
    assert statuses(second) == {ONE: "unknown"}
    later = (16 * A_MINUTE).total_seconds()
    waits = second.begin(send("op-2", TWO), AT, moment(later), LIMIT, 30.0)
    assert isinstance(waits, Wait)
    assert 115 < waits.seconds <= 120  # until its last call is certainly over, and a window
    assert second.begin(send("op-2", TWO), AT, moment(later + 121), LIMIT, 30.0) == Begun()


def test_an_unlocked_run_stops_before_its_next_call_and_leaves_word_of_its_last(shared: Repository) -> None:
    first = shared.store()
    first.lock(run("run-1"), 0)
    assert begin(first, send("op-1", ONE)) == Begun()
    assert begin(first, send("op-2", TWO)) == Begun()
    second = shared.store()
    second.force_unlock("run-1")
    assert second.lock(run("run-2"), 0) == 2
    with pytest.raises(FencedError, match="run-1"):
        begin(first, send("op-3", THREE))
    end(first, "op-1")
    with pytest.raises(FencedError, match="run-1"):
        first.unlock()
    begin(second, CreditsClaim("op-4"), 500)  # looks, and takes in what was left
    assert statuses(second) == {ONE: "accepted", TWO: "unknown"}


def test_a_run_that_ends_without_a_look_is_told_that_its_place_was_taken(shared: Repository) -> None:
    first = shared.store(CALM)
    first.lock(run("run-1"), 0)
    assert begin(first, send("op-1", ONE)) == Begun()
    shared.store().force_unlock("run-1")
    end(first, "op-1")
    with pytest.raises(FencedError, match="taken over"):
        first.unlock()
    third = shared.store()
    assert third.lock(run("run-3"), 0) == 0
    assert statuses(third) == {ONE: "accepted"}


def test_a_branch_that_is_gone_stops_the_run(shared: Repository) -> None:
    store = shared.store()
    store.lock(run("run-1"), 0)
    subprocess.run(["git", "-C", shared.remote.path, "update-ref", "-d", "refs/heads/state"], check=True)
    with pytest.raises(FencedError, match="gone"):
        begin(store, send("op-1", ONE))


def test_an_earlier_commit_that_is_put_back_is_overwritten_by_the_holder(shared: Repository) -> None:
    store = shared.store()
    store.lock(run("run-1"), 0)
    earlier = shared.remote.head()
    assert begin(store, send("op-1", ONE)) == Begun()
    subprocess.run(["git", "-C", shared.remote.path, "update-ref", "refs/heads/state", str(earlier)], check=True)
    end(store, "op-1")
    store.unlock()
    assert statuses(shared.store()) == {ONE: "accepted"}


def test_a_remote_that_is_away_stops_the_run_before_its_next_text(shared: Repository) -> None:
    store = shared.store()
    store.lock(run("run-1"), 0)
    shared.remote.harm("reject")
    with pytest.raises(StateError, match="did not take"):
        begin(store, send("op-1", ONE))
    shared.remote.harm(None)
    store.unlock()
    after = shared.store()
    assert after.lock(run("run-2"), 0) == 0
    assert begin(after, send("op-2", ONE)) == Begun()


def test_results_that_cannot_be_pushed_stand_in_the_log_and_are_rescued(shared: Repository) -> None:
    store = shared.store(CALM)
    store.lock(run("run-1"), 0)
    assert begin(store, send("op-1", ONE)) == Begun()
    end(store, "op-1")
    shared.remote.harm("reject")
    with pytest.raises(StateError, match="state unlock run-1") as unsaid:
        store.unlock()
    shared.remote.harm(None)
    found = rescuing.lines(str(unsaid.value))
    after = shared.store()
    after.force_unlock("run-1")
    assert rescuing.rescue(found, after, SystemClock()) == (1, 1, ())
    assert statuses(shared.store()) == {ONE: "accepted"}


# -- what others ask of a holder ---------------------------------------------------------------------------------------


def test_an_opt_out_of_another_checkout_holds_back_what_was_claimed_ahead(shared: Repository) -> None:
    holder = shared.store()
    holder.lock(run("run-1"), 0)
    holder.intend([send("op-1", ONE), send("op-2", TWO, THREE)], AT)
    other = shared.store()
    assert other.record_optouts([OptOut(TWO)], "command", AT) == 1
    assert TWO in shared.store().load((), AT).optouts  # whoever opens it sees it as recorded
    assert begin(holder, send("op-1", ONE)) == Begun()
    assert begin(holder, send("op-2", TWO, THREE)) == Barred((TWO,))
    assert begin(holder, send("op-3", THREE)) == Begun()
    holder.unlock()
    assert statuses(shared.store()) == {ONE: "claimed", TWO: "suppressed", THREE: "claimed"}
    assert json.loads(shared.remote.show("state.json"))["inbox"] == []


def test_several_requests_are_taken_in_once_and_in_their_order(shared: Repository) -> None:
    holder = shared.store(CALM)
    holder.lock(run("run-1"), 0)
    assert begin(holder, an_import("op-1", ONE)) == Begun()
    end(holder, "op-1")
    shared.store().record_optouts([OptOut(TWO)], "command", AT)
    assert shared.store().lift_optout(TWO, "a form", "me", AT)
    shared.store().refresh_optouts(AT)
    assert shared.store().forget(THREE, AT) is False
    assert shared.store().cancel("offer", "me", AT) == 0
    holder.unlock()
    after = shared.store()
    state = after.load(["offer"], AT)
    assert (set(state.optouts), len(state.forgotten), state.optouts_refreshed_at) == (set(), 1, AT)
    assert state.campaigns["offer"].cancelled_at is not None
    assert set(state.applied) == {"members"}
    assert after.check() == []


def test_a_cancel_of_another_checkout_stops_the_rest(shared: Repository) -> None:
    holder = shared.store()
    holder.lock(run("run-1"), 0)
    holder.intend([send("op-1", ONE)], AT)
    assert shared.store().cancel("offer", "me", AT) == len(NUMBERS) - 1
    assert begin(holder, send("op-1", ONE)) == Barred((ONE,))


def test_what_cannot_wait_for_a_run_is_refused_and_names_it(shared: Repository) -> None:
    holder = shared.store()
    holder.lock(run("run-1"), 0)
    assert begin(holder, send("op-1", ONE)) == Begun()
    holder.settle("op-1", Result("unknown", "reset"), AT, moment(1))
    holder.intend([send("op-2", TWO)], AT)
    other = shared.store()
    with pytest.raises(LockedError, match="run-1"):
        other.resolve("offer", sent=True, evidence="", user="me", at=AT)
    assert statuses(other)[ONE] == "unknown"


def test_a_balance_read_beside_a_run_counts_in_its_window(shared: Repository) -> None:
    holder = shared.store()
    holder.lock(run("run-1"), 0)
    three = RateLimit(3, 60.0)
    for at in range(three.calls):
        store = shared.store() if at == 0 else holder
        assert store.begin(CreditsClaim(f"op-{at}"), AT, moment(), three, 30.0) == Begun()
    assert isinstance(holder.begin(CreditsClaim("op-more"), AT, moment(), three, 30.0), Wait)


def test_a_balance_that_nobody_may_write_down_is_refused(shared: Repository) -> None:
    shared.remote.harm("reject")
    with pytest.raises(RefusedError, match="could not be put on the git branch"):
        begin(shared.store(), CreditsClaim("op-1"))


# -- claims by the block -----------------------------------------------------------------------------------------------


def test_a_block_is_one_push_and_whoever_comes_next_knows_all_of_it(shared: Repository) -> None:
    holder = shared.store(CALM)
    holder.lock(run("run-1"), 0)
    before = shared.remote.head()
    assert holder.intend([send(f"op-{at}", NUMBERS[at]) for at in range(20)], AT) == 0.0
    pushed = shared.remote.head()
    assert pushed != before
    for at in range(3):
        assert begin(holder, send(f"op-{at}", NUMBERS[at])) == Begun()
        end(holder, f"op-{at}")
    assert shared.remote.head() == pushed
    after = shared.store()
    assert after.lock(run("run-2", AT + 16 * A_MINUTE), 0) == 20
    assert set(statuses(after).values()) == {"unknown"}


def test_the_results_of_a_block_are_pushed_with_the_next_one(shared: Repository) -> None:
    holder = shared.store(CALM)
    holder.lock(run("run-1"), 0)
    holder.intend([send("op-1", ONE)], AT)
    begin(holder, send("op-1", ONE))
    end(holder, "op-1")
    holder.intend([send("op-2", TWO)], AT)
    assert statuses(shared.store()) == {ONE: "accepted", TWO: "claimed"}


def test_what_was_claimed_ahead_and_never_began_is_taken_back(shared: Repository) -> None:
    holder = shared.store(CALM)
    holder.lock(run("run-1"), 0)
    holder.intend([send("op-1", ONE), send("op-2", TWO)], AT)
    begin(holder, send("op-1", ONE))
    holder.recall()
    end(holder, "op-1")
    holder.intend([send("op-3", TWO)], AT)
    holder.unlock()
    after = shared.store()
    assert after.lock(run("run-2"), 0) == 0
    assert statuses(after) == {ONE: "accepted"}


def test_pushes_are_rationed(shared: Repository) -> None:
    store = shared.store(Rhythm(pushes=2))
    store.lock(run("run-1"), 0)
    assert store.intend([send("op-1", ONE)], AT) == 0.0
    assert 50 < store.intend([send("op-2", TWO)], AT) <= 60
    wait = begin(store, send("op-2", TWO))
    assert isinstance(wait, Wait)
    assert statuses(store) == {ONE: "claimed"}


def test_whoever_talked_to_a_slow_remote_looks_at_the_clock_again(shared: Repository) -> None:
    store = shared.store(Rhythm(slow=0.0, pushes=10_000))
    store.lock(run("run-1"), 0)
    assert begin(store, send("op-1", ONE)) == Wait(1e-3)
    assert statuses(store) == {ONE: "claimed"}


def test_imports_are_pushed_now_and_then(shared: Repository) -> None:
    store = shared.store(Rhythm(results=3600.0))
    store.lock(run("run-1"), 0)
    before = shared.remote.head()
    for at, number in enumerate(NUMBERS[:5]):
        assert begin(store, an_import(f"op-{at}", number)) == Begun()
        end(store, f"op-{at}")
    assert shared.remote.head() == before
    store.unlock()
    assert len(shared.store().load((), AT).applied["members"]) == 5


# -- death ---------------------------------------------------------------------------------------------------------------

_VICTIM = """
import os, signal, sys
from pathlib import Path
from sendmode_sync.store.git import GitStore
from sendmode_sync.store.git_branch import Place
from tests.store.branches import *
left = int(sys.argv[3])
def probe(point):
    global left
    if point == sys.argv[2]:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
store = GitStore.open(Place(sys.argv[1], "state", Path.cwd()), None, rhythm=CALM, probe=probe)
store.lock(run("run-1"), 0)
store.intend([send("op-1", ONE), send("op-2", TWO)], AT)
begin(store, send("op-1", ONE))
end(store, "op-1")
store.unlock()
"""


@pytest.mark.parametrize(
    ("point", "hit", "unknown", "found"),
    [
        ("push:before", 1, 0, {}),  # the lock never reached the branch
        ("push:done", 1, 0, {}),  # it did, and nothing was claimed
        ("push:before", 2, 0, {}),
        ("push:done", 2, 2, {ONE: "unknown", TWO: "unknown"}),  # between the push and the first call
        ("result:durable", 1, 2, {ONE: "unknown", TWO: "unknown"}),  # a result that only the dead one knew
        ("push:done", 3, 0, {ONE: "accepted"}),
    ],
)
def test_a_death_leaves_at_most_one_block_unknown(
    shared: Repository, tmp_path: Path, point: str, hit: int, unknown: int, found: dict[str, str]
) -> None:
    command = [sys.executable, "-c", textwrap.dedent(_VICTIM), str(shared.remote.path), point, str(hit)]
    ended = subprocess.run(command, check=False, cwd=ROOT, env=None, capture_output=True, text=True)
    assert ended.returncode == -9, ended.stderr
    after = shared.store()
    assert after.lock(run("run-2", AT + 16 * A_MINUTE), 0) == unknown
    assert (statuses(after) if after.campaign_names() else {}) == found
