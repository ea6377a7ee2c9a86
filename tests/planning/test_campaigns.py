from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from sendmode_sync.errors import Problem
from sendmode_sync.model import fingerprint
from sendmode_sync.model.desired import Campaign
from sendmode_sync.model.plan import Abilities, CampaignStatus, Funnel, Plan
from sendmode_sync.model.settings import QuietHours, Threshold
from sendmode_sync.model.state import CampaignRecord, SendRow, SendStatus
from sendmode_sync.planning import scene
from tests.planning.small_project import (
    DAY,
    HOUR,
    NOW,
    PLACE,
    as_applied,
    campaign,
    codes,
    customer,
    memory,
    outlook,
    person,
    planned,
    project,
    record,
)

QUIET = QuietHours(dt.time(9), dt.time(12))  # around NOW, which is 10:00 in Dublin
PEOPLE = [customer(1), customer(2), customer(3)]
WRONG = Problem("undeclared-group", "campaign offer: no such group", PLACE, "error", "offer")


def seen(of: Any, *rows: Any, now: dt.datetime = NOW, **settings: Any) -> tuple[str, int]:
    """Return status and number of people sent to now; ``rows`` is a record, or nothing."""
    plan = planned(project(PEOPLE, of, **settings), memory(*rows), now)
    return outlook(plan, of.name).status.value, sum(len(send.recipients) for send in plan.sends)


PARTLY = {1: "accepted", 2: "planned", 3: "planned"}


@pytest.mark.parametrize(
    ("more", "rows", "status", "sent"),
    [
        ({}, None, "due", 3),
        ({"draft": True}, None, "draft", 0),
        ({"draft": True}, {1: "unknown"}, "draft", 0),
        ({"problems": (WRONG,)}, None, "blocked", 0),
        ({"scheduledate": NOW + HOUR}, None, "waiting", 0),
        ({"scheduledate": NOW}, None, "due", 3),
        ({"scheduledate": NOW - HOUR, "deadline": NOW}, None, "due", 3),
        ({"scheduledate": NOW - HOUR, "deadline": NOW - HOUR / 60}, None, "expired", 0),
        ({"quiet_hours": QUIET}, None, "waiting", 0),
        ({"quiet_hours": QUIET, "deadline": NOW - HOUR}, None, "expired", 0),
        ({}, PARTLY, "partial", 2),
        ({"scheduledate": NOW + HOUR}, PARTLY, "waiting", 0),
        ({"quiet_hours": QUIET}, PARTLY, "waiting", 0),
        ({"deadline": NOW - HOUR}, PARTLY, "expired", 0),
        ({"problems": (WRONG,)}, PARTLY, "blocked", 0),
        ({}, {1: "accepted", 2: "rejected", 3: "suppressed"}, "sent", 0),
        ({"deadline": NOW - HOUR}, {1: "accepted"}, "sent", 0),
        ({"scheduledate": NOW + HOUR}, {1: "accepted"}, "sent", 0),
        ({"problems": (WRONG,)}, {1: "accepted"}, "blocked", 0),
        ({"deadline": NOW + DAY}, {1: "accepted", 2: "expired"}, "expired", 0),
        ({}, {1: "unknown"}, "unknown", 0),
        ({}, {1: "unknown", 2: "planned"}, "unknown", 1),
        ({"scheduledate": NOW + HOUR}, {1: "unknown", 2: "planned"}, "unknown", 0),
        ({"quiet_hours": QUIET}, {1: "unknown", 2: "planned"}, "unknown", 0),
        ({"deadline": NOW - HOUR}, {1: "unknown", 2: "planned"}, "unknown", 0),
        ({"problems": (WRONG,)}, {1: "unknown", 2: "planned"}, "unknown", 0),
        ({}, {1: "claimed", 2: "planned"}, "unknown", 1),
    ],
)
def test_a_campaign_has_the_first_status_that_applies(
    more: dict[str, Any], rows: dict[int, str] | None, status: str, sent: int
) -> None:
    one = campaign(**more)
    known = [] if rows is None else [record(one, rows)]
    assert seen(one, *known) == (status, sent)


def test_cancelled_comes_before_unknown_and_keeps_the_counts() -> None:
    one = campaign()
    rows = {1: "accepted", 2: "unknown", 3: "planned"}
    known = memory(record(one, rows, cancelled_at=NOW))
    plan = planned(project(PEOPLE, one), known)
    found = outlook(plan)
    assert found.status is CampaignStatus.CANCELLED
    assert (found.accepted, found.unknown, found.left, found.next_at, plan.sends) == (1, 1, 0, None, ())


def test_cancelled_before_its_first_call() -> None:
    one = campaign()
    assert seen(one, CampaignRecord(one.name, cancelled_at=NOW)) == ("cancelled", 0)


@pytest.mark.parametrize(("closed", "reason"), [("lost", "possibly sent"), ("adopted", "already sent")])
def test_a_closed_campaign_is_sent(closed: str, reason: str) -> None:
    one = campaign()
    plan = planned(project(PEOPLE, one), memory(CampaignRecord(one.name, closed_as=closed)))  # type: ignore[arg-type]
    assert outlook(plan).status is CampaignStatus.SENT
    assert reason in (outlook(plan).reason or "")
    assert not plan.sends


def test_claims_of_the_run_itself_are_left_and_not_unknown() -> None:
    one = campaign()
    known = memory(record(one, {1: "claimed"}))
    plan = planned(project(PEOPLE, one), known, running=True)
    assert (outlook(plan).status, outlook(plan).left, outlook(plan).unknown) == (CampaignStatus.PARTIAL, 1, 0)
    assert not plan.sends


def test_everyone_of_a_started_campaign_is_counted_once() -> None:
    one = campaign()
    rows = {1: "accepted", 2: "rejected", 3: "unknown", 4: "suppressed", 5: "planned", 6: "planned"}
    found = outlook(planned(project(PEOPLE, one, optouts=[6]), memory(record(one, rows))))
    assert (found.accepted, found.rejected, found.unknown, found.suppressed, found.left) == (1, 1, 1, 2, 1)
    assert found.recipients == 6
    assert found.suppress == (person(6),)


# -- times ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "next_at", "reason"),
    [
        ({"scheduledate": NOW + HOUR}, NOW + HOUR, "not due yet"),
        ({"scheduledate": NOW + HOUR, "quiet_hours": QUIET}, NOW + 2 * HOUR, "not due yet"),
        ({"quiet_hours": QUIET}, NOW + 2 * HOUR, "inside quiet hours"),
        ({"quiet_hours": QUIET, "deadline": NOW + 2 * HOUR}, NOW + 2 * HOUR, "inside quiet hours"),
        ({}, NOW, None),
        ({"deadline": NOW - HOUR}, None, "past its deadline"),
        ({"draft": True}, None, "a draft"),
    ],
)
def test_the_next_moment_and_the_reason(more: dict[str, Any], next_at: dt.datetime | None, reason: str | None) -> None:
    found = outlook(planned(project(PEOPLE, campaign(**more)), memory()))
    assert (found.next_at, found.reason) == (next_at, reason)


def test_a_campaign_whose_deadline_passes_in_quiet_hours_can_never_go() -> None:
    plan = planned(project(PEOPLE, campaign(quiet_hours=QUIET, deadline=NOW + HOUR)), memory())
    assert outlook(plan).status is CampaignStatus.WAITING
    assert outlook(plan).next_at is None
    assert "never-in-time" in codes(plan)


def test_handed_over_at_once_with_the_next_quarter_hour() -> None:
    at = NOW + dt.timedelta(days=3, minutes=7)
    plan = planned(project(PEOPLE, campaign(schedule_with="sendmode", scheduledate=at)), memory())
    assert [send.scheduledate for send in plan.sends] == [NOW + dt.timedelta(days=3, minutes=15)]
    assert outlook(plan).handed_over
    (said,) = (notice.message for notice in plan.notices if notice.code == "handed-over")
    assert "rounded up to 10:15" in said
    assert "no longer be changed" in said


def test_a_quarter_hour_is_not_rounded() -> None:
    plan = planned(project(PEOPLE, campaign(schedule_with="sendmode", scheduledate=NOW + HOUR)), memory())
    assert plan.sends[0].scheduledate == NOW + HOUR
    (said,) = (notice.message for notice in plan.notices if notice.code == "handed-over")
    assert "rounded" not in said


@pytest.mark.parametrize("scheduledate", [None, NOW, NOW - HOUR])
def test_what_is_no_longer_in_the_future_is_sent_like_any_other(scheduledate: dt.datetime | None) -> None:
    one = campaign(schedule_with="sendmode", scheduledate=scheduledate)
    plan = planned(project(PEOPLE, one), memory())
    assert [send.scheduledate for send in plan.sends] == [None]
    assert not outlook(plan).handed_over
    assert seen(dataclasses.replace(one, quiet_hours=QUIET))[0] == "waiting"


def test_handing_over_may_happen_in_quiet_hours_but_not_into_them() -> None:
    into_day = campaign(schedule_with="sendmode", scheduledate=NOW + 3 * HOUR, quiet_hours=QUIET)
    assert seen(into_day) == ("due", 3)
    into_night = dataclasses.replace(into_day, scheduledate=NOW + HOUR)
    plan = planned(project(PEOPLE, into_night), memory())
    assert outlook(plan).status is CampaignStatus.BLOCKED
    assert "scheduledate-quiet" in codes(plan)


def test_rounding_up_past_the_deadline_blocks() -> None:
    late = dt.timedelta(minutes=7)
    one = campaign(schedule_with="sendmode", scheduledate=NOW + late, deadline=NOW + 2 * late)
    plan = planned(project(PEOPLE, one), memory())
    assert (outlook(plan).status, codes(plan)) == (CampaignStatus.BLOCKED, ["scheduledate-late"])


def test_an_api_without_schedules_holds_what_would_be_handed_over() -> None:
    one = campaign(schedule_with="sendmode", scheduledate=NOW + HOUR)
    plan = planned(project(PEOPLE, one), memory(), abilities=Abilities(schedules=False))
    assert (outlook(plan).status, codes(plan)) == (CampaignStatus.BLOCKED, ["api-cannot"])


@pytest.mark.parametrize(
    ("settings", "options", "status"),
    [
        ({}, {}, "blocked"),
        ({"max_credits_written": True}, {}, "due"),
        ({}, {"allow": {"max_credits": Threshold(Decimal(50))}}, "due"),
    ],
)
def test_without_a_balance_to_read_a_written_limit_takes_its_place(
    settings: dict[str, Any], options: dict[str, Any], status: str
) -> None:
    plan = planned(project(PEOPLE, campaign(), **settings), memory(), abilities=Abilities(credits=False), **options)
    assert outlook(plan).status.value == status
    assert ("api-cannot" in codes(plan)) == (status == "blocked")


# -- what blocks ------------------------------------------------------------------------------------------------------


def blocked(of: Any, *rows: Any, people: Any = PEOPLE, **settings: Any) -> list[tuple[str, str]]:
    plan = planned(project(people, of, **settings), memory(*rows))
    assert outlook(plan, of.name).status is CampaignStatus.BLOCKED
    assert not plan.sends
    found = [(notice.code, notice.message) for notice in plan.notices if notice.level == "error"]
    assert outlook(plan, of.name).reason == found[0][1] + (f" (and {len(found) - 1} more)" if len(found) > 1 else "")
    return found


def test_a_missing_merge_value_blocks_and_names_three_people_masked() -> None:
    people = [customer(which) for which in range(1, 6)] + [customer(6, firstname="Aoife")]
    ((code, message),) = blocked(campaign(messagetext="Hi {firstname}"), people=people)
    assert code == "merge-value-missing"
    assert "5 of its recipients have no value for firstname" in message
    assert message.count("+44 ** **** **") == 3
    assert "{firstname|...}" in message
    assert "900001" not in message


def test_a_recipient_who_is_no_customer_has_no_values() -> None:
    one = campaign(messagetext="Hi {firstname} {surname}", recipients=(person(9),), groups=())
    ((code, message),) = blocked(one)
    assert code == "merge-value-missing"
    assert "firstname, surname" in message


def test_a_text_that_would_be_empty_blocks() -> None:
    assert blocked(campaign(messagetext="{custom1|} "))[0][0] == "blank-text"


def test_a_template_that_cannot_be_read_blocks() -> None:
    assert blocked(campaign(messagetext="Hi {"))[0][0] == "bad-template"


def test_more_recipients_than_allowed() -> None:
    assert seen(campaign(), max_recipients=3) == ("due", 3)
    ((code, message),) = blocked(campaign(), max_recipients=2)
    assert code == "max-recipients"
    assert "3 recipients" in message
    assert "safety.max_recipients allows 2" in message


def test_an_edit_to_a_partly_sent_text_blocks_and_names_the_remedies() -> None:
    old = campaign()
    ((code, message),) = blocked(campaign(messagetext="Hello again"), record(old, PARTLY))
    assert code == "text-edited"
    assert "undo the edit" in message
    assert "sendmode-sync cancel offer" in message
    assert "exclude_received: [offer]" in message


@pytest.mark.parametrize("edit", [{"senderid": "Acme"}, {"transliterate": "none"}])
def test_sender_and_transliteration_belong_to_the_text(edit: dict[str, Any]) -> None:
    assert blocked(campaign(**edit), record(campaign(), PARTLY))[0][0] == "text-edited"


def test_an_edit_to_a_sent_campaign_is_a_warning_and_does_nothing() -> None:
    known = record(campaign(), {1: "accepted"})
    edited = campaign(messagetext="Hello again", recipients=(person(1), person(9)))
    plan = planned(project(PEOPLE, edited), memory(known))
    (notice,) = plan.notices
    assert (notice.code, notice.level) == ("sent-edited", "warning")
    assert "text or sender was edited and 1 recipient was added" in notice.message
    assert outlook(plan).status is CampaignStatus.SENT
    assert not plan.sends


def test_a_sent_campaign_as_it_was_says_nothing() -> None:
    plan = planned(project(PEOPLE, campaign()), memory(record(campaign(), {1: "accepted"})))
    assert not plan.notices


def repeated(of: str, text: str = "Hello") -> dict[tuple[str, str], str]:
    return {(person(2), fingerprint.of_text(text)): of}


def test_the_same_text_under_another_name_blocks() -> None:
    plan = planned(project(PEOPLE, campaign("copy")), memory(recent=repeated("offer")))
    assert outlook(plan, "copy").status is CampaignStatus.BLOCKED
    (notice,) = plan.notices
    assert notice.code == "text-repeated"
    assert "1 of its recipients get the same text from campaign offer" in notice.message
    assert "exclude_received: [offer]" in notice.message
    assert "allow_repeat: true" in notice.message


@pytest.mark.parametrize(
    ("more", "recent"),
    [
        ({"allow_repeat": True}, repeated("offer")),
        ({}, repeated("copy")),
        ({}, repeated("offer", "Another text")),
        ({"exclude_recipients": (person(2),)}, repeated("offer")),
        ({"messagetext": "Hello!"}, repeated("offer")),
    ],
)
def test_no_repeat(more: dict[str, Any], recent: dict[tuple[str, str], str]) -> None:
    plan = planned(project(PEOPLE, campaign("copy", **more)), memory(recent=recent))
    assert outlook(plan, "copy").status is CampaignStatus.DUE


def test_a_waiting_campaign_is_not_yet_judged_by_repeats() -> None:
    plan = planned(project(PEOPLE, campaign("copy", scheduledate=NOW + 40 * DAY)), memory(recent=repeated("offer")))
    assert outlook(plan, "copy").status is CampaignStatus.WAITING


def test_a_copy_in_the_same_plan_is_a_repeat_and_the_older_one_goes() -> None:
    older = campaign("zebra", scheduledate=NOW - HOUR)
    plan = planned(project(PEOPLE, campaign("apple"), older), memory())
    assert [send.campaign for send in plan.sends] == ["zebra"]
    assert outlook(plan, "apple").status is CampaignStatus.BLOCKED
    fine = planned(project(PEOPLE, campaign("apple", allow_repeat=True), older), memory())
    assert [send.campaign for send in fine.sends] == ["zebra", "apple"]


@pytest.mark.parametrize(
    ("refreshed", "purpose", "status"),
    [
        (NOW - 7 * DAY, "marketing", "due"),
        (NOW - 7 * DAY - HOUR, "marketing", "blocked"),
        (None, "marketing", "blocked"),
        (None, "service", "due"),
    ],
)
def test_opt_outs_must_be_fresh_where_an_age_is_written(refreshed: Any, purpose: str, status: str) -> None:
    desired = project(PEOPLE, campaign(purpose=purpose), optouts_max_age=7 * DAY)
    plan = planned(desired, memory(optouts_refreshed_at=refreshed))
    assert outlook(plan).status.value == status
    assert [(notice.code, notice.level) for notice in plan.notices] == (
        [("optouts-stale", "error")] if status == "blocked" else []
    )
    assert bool(plan.sends) == (status == "due")


def test_stale_opt_outs_do_not_block_what_is_not_due() -> None:
    desired = project(PEOPLE, campaign(scheduledate=NOW + HOUR), optouts_max_age=DAY)
    assert outlook(planned(desired, None)).status is CampaignStatus.WAITING
    assert outlook(planned(desired, None, NOW + HOUR)).status is CampaignStatus.BLOCKED


def test_several_reasons_are_counted() -> None:
    found = blocked(campaign(messagetext="{firstname}"), max_recipients=1)
    assert [code for code, _ in found] == ["merge-value-missing", "max-recipients"]


def test_a_draft_with_problems_stays_a_draft_and_warns() -> None:
    plan = planned(project(PEOPLE, campaign(draft=True, problems=(WRONG,))), memory())
    assert outlook(plan).status is CampaignStatus.DRAFT
    assert [(notice.code, notice.level) for notice in plan.notices] == [("undeclared-group", "warning")]


def test_a_warning_of_a_campaign_blocks_nothing() -> None:
    mild = dataclasses.replace(WRONG, level="warning")
    plan = planned(project(PEOPLE, campaign(problems=(mild,))), memory())
    assert (outlook(plan).status, plan.notices) == (CampaignStatus.DUE, (mild,))


def test_nobody_to_send_to_is_said_and_blocks_nothing() -> None:
    plan = planned(project([], campaign()), memory())
    assert (outlook(plan).status, outlook(plan).next_at, codes(plan)) == (
        CampaignStatus.DUE,
        None,
        ["nobody-to-send-to"],
    )
    assert not plan.api_calls


# -- started campaigns ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "optouts", "bucket"),
    [
        ({}, [2], "opted_out"),
        ({"exclude_groups": ("staff",)}, [], "excluded"),
        ({"exclude_recipients": (person(2),)}, [], "excluded"),
        ({"exclude_received": ("older",)}, [], "received"),
    ],
)
def test_a_fixed_audience_only_shrinks(more: dict[str, Any], optouts: list[int], bucket: str) -> None:
    people = [customer(1), customer(2, "members", "staff"), customer(3)]
    one = campaign(**more)
    older = record(campaign("older", "Old"), {2: "accepted"})
    plan = planned(project(people, one, optouts=optouts), memory(record(one, PARTLY), older))
    assert [send.recipients for send in plan.sends] == [(person(3),)]
    assert outlook(plan).suppress == (person(2),)
    assert outlook(plan).funnel == Funnel(members=3, recipients=2)._replace(**{bucket: 1})


def test_who_left_a_group_after_the_first_call_still_gets_it() -> None:
    one = campaign()
    plan = planned(project([customer(1)], one), memory(record(one, PARTLY)))
    assert plan.sends[0].recipients == (person(2), person(3))


def test_who_joined_after_the_first_call_does_not_get_it_and_is_counted() -> None:
    one = campaign()
    plan = planned(project([*PEOPLE, customer(4), customer(5)], one), memory(record(one, PARTLY)))
    assert plan.sends[0].recipients == (person(2), person(3))
    assert [(notice.code, "2 joined" in notice.message) for notice in plan.notices] == [("joined-later", True)]


def test_fixed_texts_are_never_written_again() -> None:
    one = campaign(messagetext="Hi {firstname}")
    known = record(one, {1: "accepted", 2: "planned"}, text="Hi Aoife")
    people = [customer(1, firstname="Aoife"), customer(2, firstname="Another")]
    plan = planned(project(people, one), memory(known))
    assert plan.sends[0].messagetext == "Hi Aoife"
    assert plan.sends[0].template == "Hi {firstname}"
    assert not outlook(plan).freeze


def test_everyone_left_was_opted_out_so_nothing_is_left() -> None:
    one = campaign()
    plan = planned(project(PEOPLE, one, optouts=[2, 3]), memory(record(one, PARTLY)))
    assert (outlook(plan).status, outlook(plan).suppressed) == (CampaignStatus.SENT, 2)


def test_a_fresh_campaign_is_frozen_with_everyone_and_every_text() -> None:
    people = [customer(1, firstname="Aoife"), customer(2), customer(3)]
    plan = planned(project(people, campaign(messagetext="Hi {firstname|there}")), memory())
    found = outlook(plan)
    texts = {digest: text[0] for digest, text in found.texts.items()}
    assert {number: texts[digest] for number, digest in found.freeze.items()} == {
        person(1): "Hi Aoife",
        person(2): "Hi there",
        person(3): "Hi there",
    }
    assert (found.messages, found.segments, found.credits) == (3, 3, Decimal(3))


@pytest.mark.parametrize("more", [{"scheduledate": NOW + HOUR}, {"problems": (WRONG,)}, {"draft": True}])
def test_what_is_not_sent_now_is_not_frozen(more: dict[str, Any]) -> None:
    assert not outlook(planned(project(PEOPLE, campaign(**more)), memory())).freeze


def test_a_waiting_campaign_is_priced_and_an_expired_one_is_not() -> None:
    waiting = outlook(planned(project(PEOPLE, campaign(scheduledate=NOW + HOUR)), memory()))
    assert (waiting.messages, waiting.credits, waiting.left) == (3, Decimal(3), 3)
    expired = outlook(planned(project(PEOPLE, campaign(deadline=NOW - HOUR)), memory()))
    assert (expired.messages, expired.credits, expired.left) == (0, Decimal(0), 3)


# -- exclude_received -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "left_out"),
    [
        ("accepted", True),
        ("unknown", True),
        ("claimed", True),
        ("planned", False),
        ("rejected", False),
        ("suppressed", False),
        ("expired", False),
    ],
)
def test_who_was_or_may_have_been_sent_another_campaign_is_left_out(status: str, left_out: bool) -> None:
    older = campaign("older", "Old")
    one = campaign(exclude_received=("older",))
    plan = planned(project(PEOPLE, one), memory(record(older, {2: status})))
    assert outlook(plan).funnel.received == int(left_out)
    assert (person(2) in plan.sends[0].recipients) is not left_out


def test_a_closed_campaign_counts_everyone_it_might_have_reached() -> None:
    older = record(campaign("older"), {1: "accepted", 2: "planned"}, closed_as="adopted")
    plan = planned(project(PEOPLE, campaign(exclude_received=("older",))), memory(older))
    assert plan.sends[0].recipients == (person(3),)


@pytest.mark.parametrize("closed", ["lost", "adopted"])
def test_nobody_can_tell_whom_a_closed_campaign_reached(closed: Any) -> None:
    one = campaign(exclude_received=("older",))
    ((code, message),) = blocked(one, CampaignRecord("older", closed_as=closed))
    assert code == "exclude-received-unknowable"
    assert "exclude_recipients" in message


def test_nobody_can_tell_either_for_a_started_campaign() -> None:
    one = campaign(exclude_received=("older",))
    found = blocked(one, record(one, PARTLY), CampaignRecord("older", closed_as="lost"))
    assert [code for code, _ in found] == ["exclude-received-unknowable"]


def test_who_gets_the_other_campaign_earlier_in_this_plan_is_left_out() -> None:
    first = campaign("first", "One", groups=(), recipients=(person(2),))
    second = campaign("second", "Two", exclude_received=("first",))
    other = campaign("another", "Zero")
    plan = planned(project(PEOPLE, other, first, second), memory())
    assert [(send.campaign, len(send.recipients)) for send in plan.sends] == [
        ("another", 3),
        ("first", 1),
        ("second", 2),
    ]


def test_a_campaign_that_nobody_knows_leaves_out_nobody_and_is_said() -> None:
    plan = planned(project(PEOPLE, campaign(exclude_received=("no-such",))), None)
    assert outlook(plan).recipients == 3
    assert codes(plan) == ["no-state", "exclude-received-unheard-of"]


def test_rows_of_a_campaign_keep_their_own_name_out_of_exclude_received() -> None:
    one = campaign(exclude_received=("offer",))
    plan = planned(project(PEOPLE, one), memory(record(one, PARTLY)))
    assert plan.sends[0].recipients == (person(2), person(3))


def test_unknown_names_the_commands_and_what_else_holds_it() -> None:
    one = campaign(scheduledate=NOW + HOUR)
    plan = planned(project(PEOPLE, one), memory(record(one, {1: "unknown", 2: "planned", 3: "accepted"})))
    assert outlook(plan).reason == (
        "1 may or may not have been sent it; settle that with sendmode-sync resolve offer --sent or --not-sent; not due yet"
    )
    assert codes(plan) == ["outcome-unknown"]
    assert outlook(plan).next_at == NOW + HOUR


def test_texts_of_a_record_keep_their_own_measure() -> None:
    one = campaign()
    known = record(one, {1: "planned"})
    digest = next(iter(known.texts))
    row = SendRow(SendStatus.PLANNED, digest, NOW)
    plan = planned(project(PEOPLE, one), memory(dataclasses.replace(known, rows={person(1): row})))
    assert (plan.sends[0].text_digest, plan.sends[0].segments) == (digest, 1)


# -- what was handed over is out of our hands -------------------------------------------------------------------------

HANDED = campaign(schedule_with="sendmode", scheduledate=NOW + DAY, deadline=NOW + 2 * DAY)


def after_handing_over(one: Campaign, now: dt.datetime = NOW + HOUR) -> Plan:
    """Return the plan for a campaign as it is written now, after it was handed over as ``HANDED``."""
    first = planned(project(PEOPLE, HANDED), memory())
    (frozen,) = first.campaigns
    state = as_applied(first, memory())
    kept = dataclasses.replace(
        state.campaigns["offer"], handed_over=frozen.handed_over, content_digest=frozen.content_digest
    )
    return planned(project(PEOPLE, one), dataclasses.replace(state, campaigns={"offer": kept}), now)


def test_what_was_handed_over_counts_as_sent() -> None:
    made = after_handing_over(HANDED)
    assert outlook(made).status is CampaignStatus.SENT
    assert "handed-over-edited" not in codes(made)


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param({"messagetext": "Hallo"}, id="its text"),
        pytest.param({"senderid": "Other"}, id="its sender"),
        pytest.param({"scheduledate": NOW + 2 * DAY}, id="its time"),
        pytest.param({"schedule_with": "apply"}, id="who sends it"),
    ],
)
def test_an_edit_after_handing_over_is_an_error_that_says_so(edit: dict[str, Any]) -> None:
    made = after_handing_over(dataclasses.replace(HANDED, **edit))
    assert outlook(made).status is CampaignStatus.BLOCKED
    (said,) = (each for each in made.notices if each.code == "handed-over-edited")
    assert (said.level, "no API call can change or cancel it" in said.message) == ("error", True)
    assert made.sends == ()


def test_one_handed_over_before_its_time_was_remembered_is_judged_by_its_text() -> None:
    digest = scene.content_digest(campaign(), project())
    state = memory(record(HANDED, {1: "accepted", 2: "accepted"}, handed_over=True, content_digest=digest))
    later = dataclasses.replace(HANDED, scheduledate=NOW + 3 * DAY)
    assert outlook(planned(project(PEOPLE, later), state)).status is CampaignStatus.SENT
    other = dataclasses.replace(HANDED, messagetext="Hallo")
    assert outlook(planned(project(PEOPLE, other), state)).status is CampaignStatus.BLOCKED
