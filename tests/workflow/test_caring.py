"""Numbers and tags as people type them, adoption, and what a lost state may have sent."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from sendmode_sync.errors import Place, RefusedError, UsageError
from sendmode_sync.model import phone
from sendmode_sync.model.desired import Repeat
from sendmode_sync.model.settings import Account
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.workflow import caring, planning
from tests.workflow.verbs import NOW, asked, campaign, clock, person, project, start

BRITISH = Account(region="GB", allow_fictional=True)


def test_a_number_is_understood_however_it_is_typed() -> None:
    assert caring.number("07700 900001", BRITISH, None) == person(1)
    with pytest.raises(UsageError) as caught:
        caring.number("07700 90000l", BRITISH, None)
    assert "07700" not in str(caught.value)


def test_a_tag_stands_for_whoever_state_or_project_know(store: SqliteStore) -> None:
    tag = phone.tag(person(1), store.identity().tag_key)
    assert caring.number(tag, BRITISH, store, [person(1), person(2)]) == person(1)
    with pytest.raises(RefusedError, match="nobody here has this tag"):
        caring.number(tag, BRITISH, store, [person(2)])
    with pytest.raises(RefusedError, match="tags need a state"):
        caring.number(tag, BRITISH, None, [person(1)])


def test_a_list_is_numbers_and_problems_at_their_places() -> None:
    entries = [("07700 900001", Place("a.csv", 2)), ("nobody", Place("a.csv", 3)), ("07700 900001", Place("a.csv", 4))]
    read = caring.numbers_of(entries, BRITISH)
    assert read.numbers == (person(1), person(1))
    assert [problem.place for problem in read.problems] == [Place("a.csv", 3)]


def test_imports_of_an_export_are_adopted_and_the_rest_left(store: SqliteStore) -> None:
    desired = project(people=3)
    plan = planning.make(asked(desired), store, NOW)
    listed = [{"mobilenumber": each} for each in ("07700 900001", "07700900009", "nobody")]
    found = caring.adoption(plan, desired, caring.exported(listed, BRITISH))
    assert [row.mobilenumber for row in found.rows] == [person(1)]
    assert [(each.change.mobilenumber, each.differing) for each in found.left] == [(person(2), ()), (person(3), ())]
    assert caring.adopt(found, store, start(kind="adopt"), clock()) == 1
    again = planning.make(asked(project(people=3)), store, NOW)
    assert [each.mobilenumber for each in again.imports] == [person(2), person(3)]
    assert caring.adoption(again, desired, None) == caring.Adoption(again.imports)
    (entry,) = store.runs()
    assert (entry.kind, entry.exit_code, store.holder()) == ("adopt", 0, None)


def test_an_adopted_campaign_counts_as_sent(store: SqliteStore) -> None:
    desired = project(campaign())
    caring.adopt_campaign("offer", desired, store, start(kind="adopt"), clock())
    assert planning.make(asked(desired), store, NOW).campaigns[0].status == "sent"
    with pytest.raises(UsageError, match='did you mean "offer"'):
        caring.adopt_campaign("ofer", desired, store, start("run-2"), clock())
    with pytest.raises(UsageError, match="the project has none"):
        caring.adopt_campaign("offer", project(), store, start("run-2"), clock())


def test_names_are_those_of_project_and_state(store: SqliteStore) -> None:
    store.cancel("past", "aoife", NOW)
    assert caring.known_campaign("past", project(campaign()), store) == "past"
    assert caring.known_campaign("offer", project(campaign()), store) == "offer"
    with pytest.raises(UsageError, match="there are: offer, past"):
        caring.known_campaign("spring", project(campaign()), store)


def test_what_may_have_been_sent_before_a_state_was_lost() -> None:
    hour = dt.timedelta(hours=1)
    campaigns = (
        campaign("at-once"),
        campaign("past", scheduledate=NOW - hour),
        campaign("now", scheduledate=NOW),
        campaign("future", scheduledate=NOW + hour),
        campaign("handed-over", scheduledate=NOW + hour, schedule_with="sendmode"),
    )
    assert caring.started_or_past(project(*campaigns), NOW) == ("at-once", "past", "now", "handed-over")


@pytest.mark.parametrize(
    ("ahead", "closed", "left_open"),
    [
        (0, ("past", "series"), ("soon", "later")),
        (2, ("past", "series", "series@2026-12-01T11:00", "soon"), ("later",)),
    ],
)
def test_an_older_copy_closes_what_a_clock_that_was_ahead_may_have_sent(
    store: SqliteStore, ahead: int, closed: tuple[str, ...], left_open: tuple[str, ...]
) -> None:
    hour = dt.timedelta(hours=1)
    store.lock(dataclasses.replace(start(), started_at=NOW + ahead * hour), 0)
    store.unlock()
    desired = project(
        campaign("past", scheduledate=NOW - hour),
        campaign("soon", scheduledate=NOW + hour),
        campaign("later", scheduledate=NOW + 3 * hour),
        campaign("series", repeat=Repeat("day", 1, dt.time(11), "Europe/London")),
    )
    assert caring.close_restored(desired, store, NOW) == (closed, left_open)
    assert all(store.load(closed, NOW).campaigns[name].closed_as == "lost" for name in closed)


def test_a_campaign_that_has_started_is_not_adopted(store: SqliteStore) -> None:
    from decimal import Decimal

    from sendmode_sync.model.claim import Begun, Freeze, SendClaim
    from sendmode_sync.model.settings import RateLimit
    from sendmode_sync.model.state import FrozenText

    freeze = Freeze("c1:x", handed_over=False, audience={person(1): "t"}, texts={"t": FrozenText("Hi", "GSM-7", 1)})
    store.lock(start(), 0)
    claim = SendClaim("op-1", "offer", "ref", (person(1),), "t", Decimal(1), freeze=freeze)
    assert isinstance(store.begin(claim, NOW, clock().instant(), RateLimit(), 30), Begun)
    store.unlock()
    with pytest.raises(RefusedError, match="has started here; sendmode-sync cancel offer stops the rest"):
        caring.adopt_campaign("offer", project(campaign()), store, start("run-2"), clock())


DAILY = Repeat("day", 1, dt.time(11), "Europe/London")
SOON = [f"offer@2026-12-0{day}T11:00" for day in (1, 2, 3)]


def test_cancelling_a_series_cancels_every_occurrence_by_name(store: SqliteStore) -> None:
    desired = project(campaign(repeat=DAILY))
    store.cancel("other@2026-12-01T11:00", "me", NOW)
    assert caring.cancel("offer", desired, store, "me", NOW) == caring.Cancelled(0, handed_over=False)
    assert store.campaign_names() == ("offer", *SOON, "other@2026-12-01T11:00")
    assert all(each.cancelled_at for each in store.load(["offer", *SOON], NOW).campaigns.values())


def test_cancelling_one_occurrence_leaves_the_others(store: SqliteStore) -> None:
    caring.cancel(SOON[0], project(campaign(repeat=DAILY)), store, "me", NOW)
    assert store.campaign_names() == (SOON[0],)


def test_an_occurrence_is_a_name_that_can_be_cancelled_before_the_state_knows_it(store: SqliteStore) -> None:
    desired = project(campaign(repeat=DAILY))
    assert caring.known_campaign("offer@2027-05-01T11:00", desired, store) == "offer@2027-05-01T11:00"
    with pytest.raises(UsageError, match="no campaign"):
        caring.known_campaign("offer@2027-05-01T11:30", desired, store)


def test_a_series_is_adopted_one_by_one(store: SqliteStore) -> None:
    desired = project(campaign(repeat=DAILY))
    with pytest.raises(UsageError, match=r"repeats.*as in offer@2026-12-01T11:00"):
        caring.adopt_campaign("offer", desired, store, start(kind="adopt"), clock())


def test_of_a_series_that_was_lost_what_is_open_counts_as_sent_and_so_does_its_past() -> None:
    desired = project(campaign(repeat=DAILY))
    at_noon = NOW.replace(hour=12)
    assert caring.started_or_past(desired, at_noon) == ("offer", "offer@2026-12-01T11:00")
