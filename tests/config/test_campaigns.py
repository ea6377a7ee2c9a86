from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from sendmode_sync.config.campaigns import short_ascii
from sendmode_sync.config.compile import Compiled
from sendmode_sync.model.desired import Campaign, Desired
from sendmode_sync.model.settings import QuietHours

Compile = Callable[..., Compiled]

NIGHT = QuietHours(dt.time(21), dt.time(8))


def project(campaign: str, account: str = "senderid: Repliable") -> str:
    return f"version: 1\naccount: {{{account}}}\ngroups: {{a: , b: }}\ncampaigns:\n  x:\n    {campaign}\n"


def keys(*lines: str) -> str:
    return "\n    ".join(lines)


@pytest.fixture(scope="session")
def campaign_of(desired_of: Callable[..., Desired]) -> Callable[..., Campaign]:
    return lambda *lines, **options: desired_of(project(keys(*lines), **options)).campaigns["x"]


def test_defaults(campaign_of: Callable[..., Campaign]) -> None:
    campaign = campaign_of("groups: [a]", "messagetext: Hi", account="")
    assert campaign == Campaign(
        name="x", messagetext="Hi", place=campaign.place, groups=("a",), customerid="x", quiet_hours=NIGHT
    )
    assert str(campaign.place) == "sendmode.yaml:5:3"


def test_every_key(campaign_of: Callable[..., Campaign]) -> None:
    campaign = campaign_of(
        "groups: [b, a, b]",
        "exclude_groups: [b]",
        'recipients: ["+353 87 000 0001", 087 000 0001]',
        "exclude_recipients: [087 000 0002]",
        "exclude_received: [x]",
        "messagetext: |",
        "  Hi {firstname|there}",
        "  Bye",
        "purpose: service",
        "draft: true",
        "senderid: 0871234567",
        "customerid: X-1",
        "scheduledate: 2026-07-01T10:07",
        "schedule_with: sendmode",
        "deadline: 1h30m",
        "quiet_hours: 12:00-13:00",
        "batch_size: 7",
        "transliterate: none",
        "allow_repeat: true",
    )
    assert campaign == Campaign(
        name="x",
        messagetext="Hi {firstname|there}\nBye",
        place=campaign.place,
        groups=("b", "a"),
        exclude_groups=("b",),
        recipients=("+353870000001",),
        exclude_recipients=("+353870000002",),
        exclude_received=("x",),
        purpose="service",
        draft=True,
        senderid="0871234567",
        customerid="X-1",
        scheduledate=dt.datetime(2026, 7, 1, 9, 15, tzinfo=dt.UTC),
        schedule_with="sendmode",
        deadline=dt.datetime(2026, 7, 1, 10, 45, tzinfo=dt.UTC),
        quiet_hours=QuietHours(dt.time(12), dt.time(13)),
        batch_size=7,
        transliterate="none",
        allow_repeat=True,
        zone_assumed=True,
    )
    assert {key: str(place) for key, place in campaign.places.items()} == {
        "messagetext": "sendmode.yaml:11:18",
        "senderid": "sendmode.yaml:16:15",
        "scheduledate": "sendmode.yaml:18:19",
    }


@pytest.mark.parametrize(
    ("line", "account", "assumed"),
    [
        ("scheduledate: 2026-12-01T10:00", "", True),
        ("scheduledate: 2026-12-01T10:00Z", "", False),
        ("scheduledate: 2026-12-01T10:00", "timezone: Europe/Dublin", False),
        ("draft: true", "", False),
    ],
)
def test_a_zone_that_nobody_wrote(campaign_of: Callable[..., Campaign], line: str, account: str, assumed: bool) -> None:
    assert campaign_of("groups: [a]", "messagetext: Hi", line, account=account).zone_assumed is assumed


@pytest.mark.parametrize(
    ("lines", "quiet"),
    [
        ((), NIGHT),
        (("purpose: service",), None),
        (("quiet_hours: none",), None),
        (("purpose: service", "quiet_hours: 12:00-13:00"), QuietHours(dt.time(12), dt.time(13))),
    ],
)
def test_quiet_hours(campaign_of: Callable[..., Campaign], lines: tuple[str, ...], quiet: QuietHours | None) -> None:
    assert campaign_of("groups: [a]", "messagetext: Hi", *lines).quiet_hours == quiet


@pytest.mark.parametrize(
    ("lines", "deadline"),
    [
        ((), None),
        (("scheduledate: 2026-12-01T10:00",), dt.datetime(2026, 12, 1, 21, tzinfo=dt.UTC)),
        (("scheduledate: 2026-12-01T10:00", "quiet_hours: none"), dt.datetime(2026, 12, 1, 22, tzinfo=dt.UTC)),
        (("scheduledate: 2026-12-01T22:00",), dt.datetime(2026, 12, 2, 21, tzinfo=dt.UTC)),
        (("scheduledate: 2026-12-01T10:00Z", "deadline: 2d"), dt.datetime(2026, 12, 3, 10, tzinfo=dt.UTC)),
    ],
)
def test_deadline(campaign_of: Callable[..., Campaign], lines: tuple[str, ...], deadline: dt.datetime | None) -> None:
    assert campaign_of("groups: [a]", "messagetext: Hi", *lines).deadline == deadline


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("groups: [a]", "messagetext: ' '"), "7:18: the text must not be empty"),
        (("groups: [a]", "messagetext: Hi {firstnam}"), '7:21: unknown merge field "firstnam", did you mean "firstname"?'),
        (("groups: [a]", 'messagetext: "Hi }"'), '7:22: a lone "}"'),
        (("groups: [a]", "messagetext: |", "  Hi", "  you {"), '9:11: a lone "{"'),
        (("messagetext: Hi",), "5:3: nobody gets this; name groups or recipients"),
        (("messagetext: Hi", "groups: []", "recipients:"), "5:3: nobody gets this"),
        (("groups: [a, c]", "messagetext: Hi"), '6:17: group "c" is not declared'),
        (("groups: [a]", "exclude_groups: [members]", "messagetext: Hi"), '7:22: group "members" is not declared'),
        (("recipients: [0871234567, 01 234 5678]", "messagetext: Hi"), "6:30: "),
        (("groups: [a]", "exclude_recipients: [x]", "messagetext: Hi"), "7:26: "),
        (("groups: [a]", "messagetext: Hi", "scheduledate: 2026-12-01"), "8:19: "),
        (("groups: [a]", "messagetext: Hi", "scheduledate: 2026-03-29T01:30"), "8:19: 2026-03-29T01:30 does not exist"),
        (("groups: [a]", "messagetext: Hi", "scheduledate: 2026-10-25T01:30"), "8:19: 2026-10-25T01:30 happens twice"),
        (("groups: [a]", "messagetext: Hi", "quiet_hours: late"), "8:18: "),
        (("groups: [a]", "messagetext: Hi", "deadline: 12h"), "8:15: a deadline counts from scheduledate; write one"),
        (("groups: [a]", "messagetext: Hi", "schedule_with: sendmode"), "8:20: only a text with a scheduledate"),
        (("groups: [a]", "messagetext: Hi", "scheduledate: 2026-12-01T10:00", "deadline: 0s"), "9:15: must be a time above 0"),
    ],
)  # fmt: skip
def test_an_error_of_the_file_stops_everything(compiling: Compile, lines: tuple[str, ...], said: str) -> None:
    compiled = compiling(project(keys(*lines)))
    assert compiled.desired is None
    assert [str(problem).startswith(f"sendmode.yaml:{said}") for problem in compiled.problems] == [True], (
        compiled.problems
    )


def test_a_handed_over_time_inside_quiet_hours_blocks_the_campaign_alone(compiling: Compile) -> None:
    lines = ("groups: [a]", "messagetext: Hi", "scheduledate: 2026-12-01T20:50", "schedule_with: sendmode")
    compiled = compiling(project(keys(*lines)))
    assert compiled.desired is not None
    blocked = compiled.desired.campaigns["x"].problems
    assert [(str(problem.place), problem.code, problem.campaign) for problem in blocked] == [
        ("sendmode.yaml:8:19", "quiet-hours", "x")
    ]
    assert set(blocked) < set(compiled.problems)
    assert [problem.code for problem in compiled.desired.notices] == ["scheduledate-rounded"]


def test_engage_sends_nothing_without_a_sender(compiling: Compile) -> None:
    compiled = compiling(project(keys("groups: [a]", "messagetext: Hi"), account="api: engage"))
    assert compiled.desired is not None
    assert [problem.code for problem in compiled.desired.campaigns["x"].problems] == ["senderid-missing"]


def warnings(compiled: Compiled) -> list[tuple[str, str]]:
    assert compiled.desired is not None
    return [(problem.code, str(problem.place)) for problem in compiled.problems if problem.level == "warning"]


@pytest.mark.parametrize(
    ("account", "senderid", "place"),
    [
        ("", "AcmeGym", "sendmode.yaml:8:15"),
        ("senders: {AcmeGym: {registered: false}}", "AcmeGym", "sendmode.yaml:8:15"),
        ("senders: {AcmeGym: }", "AcmeGym", "sendmode.yaml:8:15"),
        ("senders: {AcmeGym: {registered: true}}", "AcmeGym", None),
        ("", "Repliable", None),
        ("", "0871234567", None),
    ],
)
def test_unregistered_senders_are_a_warning(compiling: Compile, account: str, senderid: str, place: str | None) -> None:
    found = warnings(compiling(project(keys("groups: [a]", "messagetext: Hi", f"senderid: {senderid}"), account)))
    assert found == ([("sender-unregistered", place)] if place else [])


def test_the_account_s_own_sender_is_said_once(compiling: Compile) -> None:
    text = (
        project(keys("groups: [a]", "messagetext: Hi"), "senderid: AcmeGym") + "  y: {groups: [a], messagetext: Ho}\n"
    )
    assert warnings(compiling(text)) == [("sender-unregistered", "sendmode.yaml:2:21")]


def test_a_campaign_that_is_no_longer_written_is_a_warning(compiling: Compile) -> None:
    lines = ("groups: [a]", "messagetext: Hi", "exclude_received: [november]")
    assert warnings(compiling(project(keys(*lines)))) == [("unknown-campaign", "sendmode.yaml:8:24")]


def test_a_deadline_before_the_morning_is_a_warning(compiling: Compile) -> None:
    lines = ("groups: [a]", "messagetext: Hi", "scheduledate: 2026-12-01T22:00", "deadline: 2h")
    assert warnings(compiling(project(keys(*lines)))) == [("never-sent", "sendmode.yaml:9:15")]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("dec-offer_1.x", "dec-offer_1.x"),
        ("féile", "feile"),
        ("ŁØ", "campaign"),
        ("x" * 64, "x" * 40),
        ("aØb", "ab"),
        ("a b", "a-b"),
    ],
)
def test_the_default_handle_is_short_ascii(name: str, short: str) -> None:
    assert short_ascii(name) == short
