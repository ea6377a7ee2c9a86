"""Each rule against campaigns that it must mind and campaigns that it must let pass."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sendmode_sync.errors import Place, Problem
from sendmode_sync.model.desired import Campaign, Desired, Ignore
from sendmode_sync.model.plan import CampaignStatus, Plan
from sendmode_sync.model.settings import Lints, QuietHours, RateLimit
from sendmode_sync.planning import linting
from sendmode_sync.planning.lints.catalogue import RULES
from tests.model.fake_ahead import Elsewhere
from tests.planning.small_project import (
    DAY,
    HOUR,
    NOW,
    PLACE,
    campaign,
    customer,
    memory,
    outlook,
    person,
    planned,
    project,
    record,
)

PEOPLE = [customer(1, firstname="Aoife", custom1="A1"), customer(2, firstname="Seán", custom1="B2")]
SUNDAY = dt.datetime(2026, 12, 6, 10, tzinfo=dt.UTC)
TUESDAY = dt.datetime(2026, 12, 8, 10, tzinfo=dt.UTC)
STOP = " Reply STOP to opt out."
NIGHT = QuietHours(dt.time(21), dt.time(8))


def desired_with(*campaigns: Campaign, lints: Lints | None = None, **account: Any) -> Desired:
    desired = project(PEOPLE, *campaigns, **account)
    return dataclasses.replace(desired, settings=dataclasses.replace(desired.settings, lints=lints or Lints()))


def text(messagetext: str, **more: Any) -> Desired:
    return desired_with(campaign(messagetext=messagetext, **more))


def found(desired: Desired, now: dt.datetime = NOW) -> list[Problem]:
    return list(linting.lint(desired, desired.notices, now))


def rules(desired: Desired, now: dt.datetime = NOW) -> list[str]:
    return [problem.code for problem in found(desired, now)]


def damaged(value: str, field: str = "firstname") -> Desired:
    one = campaign(messagetext=f"Hi {{{field}|there}}.{STOP}")
    desired = desired_with(one)
    return dataclasses.replace(desired, customers={person(1): customer(1, **{field: value})})


def from_file(code: str, key: str, level: Any, **account: Any) -> Desired:
    """Return a project in which reading the files found something at a key of its campaign."""
    place = Place("c.yaml", 7, 9)
    one = campaign(messagetext=f"Hi.{STOP}", places={key: place}, **account)
    return dataclasses.replace(desired_with(one), notices=(Problem(code, "what the file says", place, level),))


def many(people: int, messagetext: str = f"Hi {{custom1}}.{STOP}", **more: Any) -> Desired:
    """Return a campaign of as many calls as people, ten of which fit into a minute."""
    customers = [customer(which, custom1=f"A{which}") for which in range(people)]
    one = campaign(messagetext=messagetext, **more)
    limit = RateLimit(10, 60.0)
    return dataclasses.replace(desired_with(one, rate_limit=limit), customers={c.mobilenumber: c for c in customers})


FIRES: list[tuple[str, str, Desired]] = [
    ("marketing-without-optout", "nothing", text("20% off")),
    ("marketing-without-optout", "stop in small letters", text("stop by on Friday")),
    ("stop-unanswerable", "a name", text(f"Hi.{STOP}", senderid="AcmeGym")),
    ("stop-unanswerable", "other words", text("Text 'QUIT' and we end this", senderid="AcmeGym")),
    ("stop-unanswerable", "STOP to end", text("STOP to end", senderid="AcmeGym")),
    ("stop-unanswerable", "the account's name", desired_with(campaign(messagetext=f"Hi.{STOP}"), senderid="AcmeGym")),
    ("sender-generic", "INFO", text(f"Hi.{STOP}", senderid="INFO")),
    ("sender-generic", "in any case", text("Hi. opt out: acme.ie", senderid="Delivery")),
    (
        "sender-case",
        "two campaigns",
        desired_with(
            campaign("a", f"Hi.{STOP}", senderid="Repliable"), campaign("b", f"Ho.{STOP}", senderid="REPLIABLE")
        ),
    ),
    (
        "sender-case",
        "the account's table",
        desired_with(campaign(messagetext="Hi. opt out", senderid="acme"), senders={"Acme": True}),
    ),
    ("sender-unregistered", "as the files say", from_file("sender-unregistered", "senderid", "warning")),
    ("over-one-segment", "161", text("a" * 161 + STOP)),
    ("over-one-segment", "a value", text("a" * 100 + " {firstname}" + STOP)),
    ("over-six-segments", "919", text("STOP" + "a" * 915)),
    ("near-next-segment", "156", text("STOP" + "a" * 152)),
    ("near-next-segment", "160", text("STOP" + "a" * 156)),
    ("punctuation-forces-ucs2", "not mapped", text(f"It’s on.{STOP}", transliterate="none")),
    ("punctuation-forces-ucs2", "within a link", text(f"https://acme.ie/a–b{STOP}")),
    ("cluster-cut", "a flag", text("STOP" + "ő" * 61 + "🇮🇪" + "ő" * 66)),
    ("leftover-placeholder", "%s", text(f"Hi %s.{STOP}")),
    ("leftover-placeholder", "$name", text(f"Hi $name.{STOP}")),
    ("leftover-placeholder", "${name}", text(f"Hi ${{{{name}}}}.{STOP}")),
    ("leftover-placeholder", "[[name]]", text(f"Hi [[name]].{STOP}")),
    ("leftover-placeholder", "((name))", text(f"Hi ((first name)).{STOP}")),
    ("leftover-placeholder", "{{name}}", text(f"Hi {{{{name}}}}.{STOP}")),
    ("leftover-placeholder", "*|FNAME|*", text(f"Hi *|FNAME|*.{STOP}")),
    ("leftover-placeholder", "in a default", text(f"Hi {{firstname|[[name]]}}.{STOP}")),
    *(
        ("merge-value-damage", value, damaged(value))
        for value in ("#REF!", "#N/A", "n/a", "[object Object]", "AOIFE", "a@b.ie", "Aoife2")
    ),
    ("merge-value-damage", "formula elsewhere", damaged("#VALUE!", "custom1")),
    ("link-shortener", "bit.ly", text(f"See bit.ly/x.{STOP}")),
    ("link-shortener", "https", text(f"See https://TinyURL.com/x.{STOP}")),
    ("link-http", "http", text(f"See http://acme.ie/x.{STOP}")),
    ("link-http", "an address", text(f"See http://192.0.2.1/x.{STOP}")),
    ("scheduledate-rounded", "as the files say", from_file("scheduledate-rounded", "scheduledate", "notice")),
    ("scheduledate-sunday", "marketing", text(f"Hi.{STOP}", scheduledate=SUNDAY)),
    ("scheduledate-past", "past its deadline", text(f"Hi.{STOP}", scheduledate=NOW - DAY, deadline=NOW - HOUR)),
    (
        "scheduledate-past",
        "too late to be handed over",
        text(f"Hi.{STOP}", scheduledate=NOW - HOUR, schedule_with="sendmode", deadline=NOW + HOUR),
    ),
    ("zone-assumed", "no zone", text(f"Hi.{STOP}", scheduledate=TUESDAY, zone_assumed=True)),
    ("cannot-finish", "deadline", many(31, scheduledate=NOW - HOUR, deadline=NOW + dt.timedelta(minutes=2))),
    ("cannot-finish", "quiet hours", many(31, quiet_hours=QuietHours(dt.time(10, 2), dt.time(11)))),
    ("cannot-finish", "later", many(31, scheduledate=TUESDAY, deadline=TUESDAY + dt.timedelta(minutes=2))),
]

PASSES: list[tuple[str, str, Desired]] = [
    ("marketing-without-optout", "STOP", text(f"Hi.{STOP}")),
    ("marketing-without-optout", "in small letters", text("reply stop to end")),
    ("marketing-without-optout", "opt out", text("Opt-out: acme.ie/x")),
    ("marketing-without-optout", "a link", text("acme.ie/unsubscribe")),
    ("marketing-without-optout", "service", text("We open at 8", purpose="service")),
    (
        "marketing-without-optout",
        "a phrase of one's own",
        desired_with(campaign(messagetext="Freagair STAD"), lints=Lints(optout_phrases=("freagair stad",))),
    ),
    ("stop-unanswerable", "the shared sender", text(f"Hi.{STOP}", senderid="Repliable")),
    ("stop-unanswerable", "a number", text(f"Hi.{STOP}", senderid="0871234567")),
    ("stop-unanswerable", "no sender", text(f"Hi.{STOP}")),
    ("stop-unanswerable", "another number to answer", text("Text STOP to 50123", senderid="AcmeGym")),
    ("stop-unanswerable", "a link", text("Opt out: acme.ie/stop", senderid="AcmeGym")),
    ("sender-generic", "a name", text(f"Hi.{STOP}", senderid="AcmeInfo")),
    ("sender-case", "one spelling", desired_with(campaign("a", senderid="Acme"), campaign("b", senderid="Acme"))),
    ("sender-case", "none", text("Hi")),
    ("sender-unregistered", "of another campaign", from_file("sender-unregistered", "messagetext", "warning")),
    ("over-one-segment", "160", text("STOP" + "a" * 156)),
    ("over-six-segments", "918", text("STOP" + "a" * 914)),
    ("near-next-segment", "155", text("STOP" + "a" * 151)),
    ("punctuation-forces-ucs2", "mapped", text(f"It’s on.{STOP}")),
    ("punctuation-forces-ucs2", "a letter too", text(f"It’s Seán.{STOP}", transliterate="none")),
    ("cluster-cut", "a flag elsewhere", text("STOP" + "ő" * 50 + "🇮🇪" + "ő" * 66)),
    ("cluster-cut", "one segment", text("🇮🇪 STOP")),
    ("leftover-placeholder", "figures", text(f"20% off, from $5, ((soon)) no; 100%.{STOP}".replace("((soon)) ", ""))),
    ("leftover-placeholder", "a field", text(f"Hi {{firstname}}.{STOP}")),
    *(
        ("merge-value-damage", value, damaged(value))
        for value in ("Aoife", "JP", "O'Brien", "Null", "Siobhán", "陳大文")
    ),
    ("merge-value-damage", "capitals elsewhere", damaged("SAVE20", "custom1")),
    ("merge-value-damage", "the number itself", text(f"{{mobilenumber}}.{STOP}")),
    ("link-shortener", "a host that ends alike", text(f"See habit.ly.{STOP}")),
    ("link-shortener", "an address", text(f"Write to us@bit.ly.{STOP}")),
    ("link-http", "https", text(f"See https://acme.ie/x.{STOP}")),
    ("scheduledate-rounded", "of another campaign", from_file("scheduledate-rounded", "messagetext", "notice")),
    ("scheduledate-sunday", "a Tuesday", text(f"Hi.{STOP}", scheduledate=TUESDAY)),
    ("scheduledate-sunday", "service", text("Hi", scheduledate=SUNDAY, purpose="service")),
    ("scheduledate-past", "due", text(f"Hi.{STOP}", scheduledate=NOW - HOUR, deadline=NOW + HOUR)),
    ("scheduledate-past", "none", text(f"Hi.{STOP}")),
    ("zone-assumed", "written", text(f"Hi.{STOP}", scheduledate=TUESDAY)),
    ("cannot-finish", "just", many(30, scheduledate=NOW - HOUR, deadline=NOW + dt.timedelta(minutes=2))),
    ("cannot-finish", "one text for all", many(31, f"Hi.{STOP}", deadline=NOW + dt.timedelta(minutes=1))),
    ("cannot-finish", "no end", many(200)),
    ("cannot-finish", "nobody", many(0, deadline=NOW)),
]


def test_sunday_is_that_of_the_account() -> None:
    late = text(f"Hi.{STOP}", scheduledate=SUNDAY - 10.5 * HOUR)
    assert "scheduledate-sunday" not in rules(late)
    there = desired_with(campaign(messagetext=f"Hi.{STOP}", scheduledate=SUNDAY - 10.5 * HOUR), timezone="Asia/Tokyo")
    assert "scheduledate-sunday" in rules(there)


@pytest.mark.parametrize(("rule", "why", "desired"), FIRES, ids=[f"{rule}: {why}" for rule, why, _ in FIRES])
def test_it_is_minded(rule: str, why: str, desired: Desired) -> None:
    assert rule in rules(desired)


@pytest.mark.parametrize(("rule", "why", "desired"), PASSES, ids=[f"{rule}: {why}" for rule, why, _ in PASSES])
def test_it_passes(rule: str, why: str, desired: Desired) -> None:
    assert rule not in rules(desired)


def test_every_rule_has_both_kinds_of_cases() -> None:
    of_plans = {"frequency", "over-max-duration"}
    assert {rule for rule, _, _ in FIRES} | of_plans == set(RULES)
    assert {rule for rule, _, _ in PASSES} | of_plans == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_every_rule_is_explained(rule: Any) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+|frequency", rule.name)
    assert len(rule.explanation.split()) > 15
    assert rule.explanation.endswith(".")


# What is said, and where.


def said(desired: Desired, rule: str) -> str:
    (problem,) = (each for each in found(desired) if each.code == rule)
    return problem.message.removeprefix("campaign offer: ").removesuffix(f" [{rule}]")


@pytest.mark.parametrize(
    ("rule", "desired", "message"),
    [
        ("over-one-segment", text("a" * 161 + STOP), "it takes 2 segments for everybody"),
        (
            "over-one-segment",
            text("a" * 100 + " {firstname}" + STOP),
            "it takes up to 2 segments for 1 of 2 recipients, because of a merge value",
        ),
        (
            "over-one-segment",
            text("It’s on, " + "a" * 80 + STOP, transliterate="none"),
            "it takes 2 segments for everybody, because of ’ at character 3 of the text",
        ),
        (
            "punctuation-forces-ucs2",
            text(f"A\u00a0‘b’{STOP}", transliterate="none"),
            (
                "only punctuation (U+00A0 ‘ ’) makes it UCS-2 for 2 recipients; write it plainly, or leave out "
                "transliterate: none"
            ),
        ),
        (
            "merge-value-damage",
            damaged("A@B1"),
            (
                "the firstname of 1 recipient looks damaged: an e-mail address, digits (+44 ** **** **01); correct it in "
                "the list"
            ),
        ),
        (
            "cannot-finish",
            many(31, quiet_hours=QuietHours(dt.time(10, 2), dt.time(11))),
            (
                "its 31 calls take at least 3 min at 10 in 60 s, and only 2 min are left before its deadline or quiet hours; "
                "give it more time, or fewer people"
            ),
        ),
    ],
)
def test_messages(rule: str, desired: Desired, message: str) -> None:
    assert said(desired, rule) == message


def test_a_finding_stands_at_its_key() -> None:
    at = Place("c.yaml", 9, 20)
    placed = text("20% off", places={"messagetext": at})
    assert [problem.place for problem in found(placed)] == [at]
    assert [problem.place for problem in found(text("20% off"))] == [PLACE]


def test_what_is_of_the_account_is_said_once() -> None:
    place = Place("sendmode.yaml", 3, 13)
    two = [campaign(name, f"Hi {name}.{STOP}", places={"account.senderid": place}) for name in ("a", "b")]
    notice = Problem("sender-unregistered", "not known", place, "warning")
    desired = dataclasses.replace(desired_with(*two, senderid="0871234567"), notices=(notice,))
    assert [str(problem) for problem in found(desired)] == ["sendmode.yaml:3:13: not known [sender-unregistered]"]
    assert [notice.code for notice in planned(desired).notices].count("sender-unregistered") == 1
    strict = dataclasses.replace(
        desired, settings=dataclasses.replace(desired.settings, lints=Lints(levels={"sender-unregistered": "error"}))
    )
    assert [problem.campaign for problem in found(strict)] == ["a", "b"]


# Levels, comments, and what they do to a plan.

PLAIN = "20% off"


def statuses(plan: Plan) -> tuple[CampaignStatus, list[tuple[str, str]]]:
    return outlook(plan).status, [(each.code, each.level) for each in plan.notices if each.code in RULES]


@pytest.mark.parametrize(
    ("lints", "status", "level"),
    [
        (Lints(), CampaignStatus.DUE, "warning"),
        (Lints(strict=True), CampaignStatus.BLOCKED, "error"),
        (Lints(strict=True, levels={"marketing-without-optout": "warning"}), CampaignStatus.DUE, "warning"),
        (Lints(levels={"marketing-without-optout": "error"}), CampaignStatus.BLOCKED, "error"),
        (Lints(levels={"marketing-without-optout": "off"}), CampaignStatus.DUE, None),
    ],
)
def test_levels(lints: Lints, status: CampaignStatus, level: str | None) -> None:
    plan = planned(desired_with(campaign(messagetext=PLAIN), lints=lints), memory())
    assert statuses(plan) == (status, [("marketing-without-optout", level)] if level else [])
    assert bool(plan.sends) is (status is CampaignStatus.DUE)


@pytest.mark.parametrize("lints", [Lints(), Lints(strict=True)], ids=["warned-of", "blocked"])
def test_the_rules_may_be_asked_ahead(lints: Lints) -> None:
    desired = desired_with(campaign(messagetext=PLAIN), lints=lints)
    elsewhere = Elsewhere()
    plan = planned(desired, memory(), ahead=elsewhere.ahead)
    assert plan == planned(desired, memory())
    assert elsewhere.given == [tuple(each for each in plan.notices if each.code in RULES)]


def test_what_cannot_finish_is_blocked_in_every_project() -> None:
    plan = planned(many(31, deadline=NOW + dt.timedelta(minutes=2)), memory())
    assert outlook(plan).status is CampaignStatus.BLOCKED


def test_sends_of_the_same_plan_take_their_time() -> None:
    late = dt.timedelta(minutes=1)
    first = campaign("first", f"Ho.{STOP}", batch_size=1, scheduledate=NOW - 2 * HOUR)
    last = campaign("last", f"Hi.{STOP}", batch_size=1, scheduledate=NOW - HOUR, deadline=NOW + late)
    desired = project([customer(which) for which in range(11)], first, last, rate_limit=RateLimit(10, 60.0))
    assert outlook(planned(desired, memory()), "last").status is CampaignStatus.BLOCKED
    assert outlook(planned(desired, memory(), campaigns=frozenset({"last"})), "last").status is CampaignStatus.DUE


def test_what_has_started_is_no_longer_judged() -> None:
    one = campaign(messagetext=PLAIN)
    desired = desired_with(one, lints=Lints(strict=True))
    plan = planned(desired, memory(record(one, {1: "accepted", 2: "planned"})))
    assert statuses(plan) == (CampaignStatus.PARTIAL, [])
    adopted = dataclasses.replace(record(one), started_at=None, closed_as="adopted")
    assert statuses(planned(desired, memory(adopted))) == (CampaignStatus.SENT, [])


def test_what_is_past_is_not_judged_by_its_text() -> None:
    old = campaign(messagetext=PLAIN, scheduledate=NOW - DAY, deadline=NOW - HOUR)
    desired = desired_with(old, lints=Lints(strict=True))
    assert statuses(planned(desired, memory())) == (CampaignStatus.EXPIRED, [("scheduledate-past", "warning")])


def test_a_draft_is_only_warned_of() -> None:
    desired = desired_with(campaign(messagetext=PLAIN, draft=True), lints=Lints(strict=True))
    assert [(each.code, each.level) for each in found(desired)] == [("marketing-without-optout", "warning")]
    assert outlook(planned(desired)).status is CampaignStatus.DRAFT


def ignoring(*comments: tuple[str, str], messagetext: str = PLAIN, lints: Lints | None = None) -> Sequence[Problem]:
    ignores = tuple(Ignore(rule, reason, Place("c.yaml", 1, 3)) for rule, reason in comments)
    return found(desired_with(campaign(messagetext=messagetext, ignores=ignores), lints=lints))


def test_a_comment_with_a_reason_switches_a_rule_off() -> None:
    assert ignoring(("marketing-without-optout", "to our own staff")) == []
    assert ignoring(("marketing-without-optout", "staff"), lints=Lints(strict=True)) == []


@pytest.mark.parametrize(
    ("comment", "text_", "message"),
    [
        (("marketing-without-optout", ""), PLAIN, "ignore=marketing-without-optout does nothing without a reason; write one behind it"),
        (("link-http", "ours"), f"Hi.{STOP}", "ignore=link-http ignores nothing; take it out"),
        (
            ("link-htp", "ours"),
            f"Hi.{STOP}",
            "there is no rule link-htp to ignore; sendmode-sync lint --explain all lists them",
        ),
    ],
)  # fmt: skip
def test_comments_that_do_nothing_are_a_warning(comment: tuple[str, str], text_: str, message: str) -> None:
    (problem,) = (each for each in ignoring(comment, messagetext=text_) if each.code == "lint-ignore")
    assert str(problem) == f"c.yaml:1:3: campaign offer: {message}"
    assert problem.level == "warning"


def test_what_only_a_plan_can_tell_is_not_called_unused() -> None:
    assert ignoring(("frequency", "a busy week"), messagetext=f"Hi.{STOP}") == []


def test_what_is_off_is_not_called_unused() -> None:
    off = Lints(levels={"link-http": "off"})
    assert ignoring(("link-http", "ours"), messagetext=f"Hi.{STOP}", lints=off) == []


# What validate says.


def validated(desired: Desired) -> list[tuple[str, str]]:
    return [(each.code, each.level) for each in linting.validated(desired, desired.notices, NOW)]


def test_validate_says_what_blocks_and_leaves_the_unwise_to_lint() -> None:
    one = campaign(messagetext="20% off, see http://acme.ie")
    assert validated(desired_with(one)) == []
    assert validated(desired_with(one, lints=Lints(strict=True))) == [("marketing-without-optout", "error")]


def test_validate_keeps_what_the_files_say_at_the_level_of_the_project() -> None:
    desired = from_file("sender-unregistered", "senderid", "warning")
    assert validated(desired) == [("sender-unregistered", "warning")]
    off = dataclasses.replace(desired.settings, lints=Lints(levels={"sender-unregistered": "off"}))
    assert validated(dataclasses.replace(desired, settings=off)) == []


# How often one person is texted: only a plan knows.


def week(*names: str, texts: int = 3, **more: Any) -> Plan:
    campaigns = [campaign(name, f"{name}.{STOP}", **more) for name in names]
    lints = Lints(texts_per_week=texts)
    return planned(desired_with(*campaigns, lints=lints), memory())


def often(plan: Plan) -> list[tuple[str | None, str]]:
    return [(each.campaign, each.message) for each in plan.notices if each.code == "frequency"]


def test_the_fourth_text_of_a_week_is_minded() -> None:
    assert often(week("a", "b", "c")) == []
    assert often(week("a", "b", "c", "d")) == [
        (
            "d",
            (
                "campaign d: with it, 2 people get more than 3 texts in seven days (+44 ** **** **01, +44 ** **** **02); "
                "spread the campaigns, or leave those people out with exclude_received [frequency]"
            ),
        )
    ]
    assert often(week("a", "b", texts=1)) != []


@pytest.mark.parametrize(
    ("days", "minded"),
    [((0, 2, 4, 6), True), ((0, 2, 4, 7), False), ((0, 8, 16, 24), False), ((1, 7, 7, 7.5), True)],
)
def test_weeks_slide(days: tuple[float, ...], minded: bool) -> None:
    campaigns = [campaign(f"c{at}", f"{at}.{STOP}", scheduledate=NOW + HOUR + day * DAY) for at, day in enumerate(days)]
    assert bool(often(planned(desired_with(*campaigns), memory()))) is minded


def test_what_the_state_remembers_counts() -> None:
    sent = [campaign(name, f"{name}.{STOP}") for name in ("a", "b", "c")]
    new = campaign("d", f"d.{STOP}")
    desired = desired_with(*sent, new)
    reached = memory(*(record(one, {1: "accepted", 2: "rejected"}) for one in sent))
    ((name, message),) = often(planned(desired, reached))
    assert (name, "1 person gets more" in message) == ("d", True)
    later = planned(desired, reached, NOW + 8 * DAY)
    assert often(later) == []


def test_what_is_blocked_or_past_reaches_nobody() -> None:
    old = [campaign(name, f"{name}.{STOP}", scheduledate=NOW - DAY, deadline=NOW - HOUR) for name in ("a", "b", "c")]
    assert often(planned(desired_with(*old, campaign("d", f"d.{STOP}")), memory())) == []


def test_a_cheap_text_has_nothing_to_explain() -> None:
    costing = outlook(planned(text(f"Hi.{STOP}"), memory())).costing
    assert costing is not None
    assert (costing.forcing, costing.wide, costing.dearer, costing.dearer_extra) == ((), 0, 0, Decimal(0))


ROOT = Path(__file__).parents[2]


def test_the_schema_and_the_readme_know_every_rule() -> None:
    schema = json.loads((ROOT / "schemas" / "project.schema.json").read_text(encoding="utf-8"))
    assert list(schema["$defs"]["lints"]["properties"]) == ["optout_phrases", "texts_per_week", *RULES]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [rule for rule in RULES if f"| `{rule}` | {RULES[rule].level} |" not in readme] == []
