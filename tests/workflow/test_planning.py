"""Plans and the status over a state reader."""

from __future__ import annotations

import datetime as dt

from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.workflow import planning, previewing
from tests.workflow.verbs import NOW, asked, campaign, person, project, start

HOUR = dt.timedelta(hours=1)


def test_without_a_state_everything_is_new() -> None:
    plan = planning.make(asked(project(campaign())), None, NOW)
    assert (plan.lineage, len(plan.imports), len(plan.sends)) == (None, 2, 1)


def test_an_update_shows_what_was_applied_before(store: SqliteStore) -> None:
    old = ("Aoif", *("" for _ in range(9)))
    store.lock(start(), 0)
    store.adopt_imports([("members", person(1), old)], NOW)
    store.unlock()
    changes = {each.mobilenumber: each for each in planning.make(asked(project()), store, NOW).imports}
    assert (changes[person(1)].change, changes[person(1)].before) == ("update", old)
    assert changes[person(2)].change == "create"


def test_a_look_sees_what_is_urgent_and_compares_no_imports(store: SqliteStore) -> None:
    plan = planning.look(asked(project(campaign(), optouts=(9,))), store, NOW)
    assert (len(plan.optouts), len(plan.sends), plan.imports) == (1, 1, ())


def test_a_look_leaves_the_limits_of_imports_to_the_plan_of_the_run(store: SqliteStore) -> None:
    store.lock(start(), 0)
    store.adopt_imports([("members", person(n), ("",) * 10) for n in range(50, 80)], NOW)
    store.unlock()
    made, looked = (of(asked(project(campaign())), store, NOW) for of in (planning.make, planning.look))
    assert ([hit.key for hit in made.limits], looked.limits) == (["max_shrink"], ())


def test_the_status_of_a_fresh_project_and_after_a_run(store: SqliteStore) -> None:
    waiting = asked(project(campaign(scheduledate=NOW + HOUR), optouts=(9,)))
    status = planning.status(planning.make(waiting, store, NOW), store, NOW)
    assert (status.last_run, status.last_exit, status.next_run_needed) == (None, None, NOW + HOUR)
    assert (status.lineage, status.applied_imports, status.optouts) == (store.identity().lineage, 0, 0)
    store.lock(start("run-7"), 0)
    store.record_optouts(waiting.desired.optouts.values(), "yaml", NOW)
    store.adopt_imports([("members", person(1), ("",) * 10)], NOW)
    store.finish(3, NOW + HOUR)
    store.unlock()
    status = planning.status(planning.make(waiting, store, NOW), store, NOW)
    assert (status.last_run, status.last_run_at, status.last_exit) == ("run-7", NOW, 3)
    assert (status.applied_imports, status.optouts, status.optouts_open) == (1, 1, 1)


def test_a_preview_is_the_same_with_and_without_a_state(store: SqliteStore) -> None:
    wanted = asked(project(campaign()), campaigns=frozenset({"offer"}))
    assert previewing.preview(wanted, store, "offer", NOW) == previewing.preview(wanted, None, "offer", NOW)


def test_a_series_that_is_no_longer_written_is_still_left_out_by_name(store: SqliteStore) -> None:
    store.lock(start(), 0)
    store.adopt_campaign("news@2026-06-01T10:00", "aoife", NOW)
    store.unlock()
    (final,) = planning.make(asked(project(campaign("final", exclude_received=("news",)))), store, NOW).campaigns
    assert final.status == "blocked"
    assert "nobody can tell who that was" in (final.reason or "")
