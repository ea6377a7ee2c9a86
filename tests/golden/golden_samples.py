"""Made-up answers that the golden files show: numbers that Ofcom keeps for drama, and names that are looked for in leaks."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sendmode_sync.errors import Exit, Place, Problem
from sendmode_sync.model import fingerprint
from sendmode_sync.model.calls import Accepted, ImportCustomer, OptOutNumber, Refused, SendText
from sendmode_sync.model.desired import FIELDS, Values
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import (
    CampaignOutlook,
    CampaignStatus,
    Costing,
    Credits,
    Funnel,
    ImportChange,
    LimitHit,
    OptOutChange,
    Plan,
    SendChange,
)
from sendmode_sync.model.preview import LeftOut, Preview, PreviewText
from sendmode_sync.model.rehearsal import Rehearsal, Rehearsed
from sendmode_sync.model.report import Reason, RunReport, SendTally, StatusReport, Tally
from sendmode_sync.model.state import BalanceLook, OperationEntry, RunEntry, SendStatus, SentEntry, UnknownOperation

KEY = b"a key that no state has"
ZONE = "Europe/Dublin"
FIRSTNAME = "Sorcha"
SURNAME = "Plantednamesson"
TEMPLATE = "Hi {firstname|there}, 20% off in December. Reply STOP to opt out."


def at(month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, second, tzinfo=dt.UTC)


def number(last: int) -> E164:
    """+447700900100 and up, which ring nowhere."""
    return f"+4477009001{last:02}"


def values(**fields: str) -> Values:
    return tuple(fields.get(name, "") for name in FIELDS)


def _send(text: str, recipients: range, customerid: str, *, ucs2: bool = False) -> SendChange:
    return SendChange(
        campaign="december-offer",
        recipients=tuple(number(last) for last in recipients),
        messagetext=text,
        template=TEMPLATE,
        text_digest=fingerprint.of_text(text),
        encoding="UCS-2" if ucs2 else "GSM-7",
        segments=2 if ucs2 else 1,
        credits=Decimal(len(recipients) * (2 if ucs2 else 1)),
        senderid="Repliable",
        customerid=customerid,
    )


SENDS = (
    _send(TEMPLATE.replace("{firstname|there}", "there"), range(1, 13), "dec-offer-1a2b3c4d"),
    _send(TEMPLATE.replace("{firstname|there}", f"{FIRSTNAME}"), range(13, 15), "dec-offer-5e6f7a8b"),
    _send(TEMPLATE.replace("{firstname|there}", "Siobhán"), range(15, 17), "dec-offer-9c0d1e2f", ucs2=True),
    SendChange(
        campaign="newyear-handover",
        recipients=(number(1), number(2)),
        messagetext="We open at 10:00 on 2 January.",
        template="We open at 10:00 on 2 January.",
        text_digest=fingerprint.of_text("We open at 10:00 on 2 January."),
        encoding="GSM-7",
        segments=1,
        credits=Decimal(2),
        senderid="Repliable",
        customerid="newyear-3f4a5b6c",
        scheduledate=at(12, 31, 10, 15),
    ),
)

CAMPAIGNS = (
    CampaignOutlook(
        "december-offer",
        CampaignStatus.DUE,
        TEMPLATE,
        "Repliable",
        recipients=16,
        left=16,
        messages=16,
        segments=18,
        credits=Decimal(18),
        funnel=Funnel(members=22, excluded=3, opted_out=1, folded=2, received=0, recipients=16),
        scheduledate=at(12, 1, 9, 30),
        deadline=at(12, 1, 21),
        next_at=at(12, 1, 9, 58),
        quiet_hours="21:00-08:00",
    ),
    CampaignOutlook(
        "newyear-handover",
        CampaignStatus.DUE,
        "We open at 10:00 on 2 January.",
        "Repliable",
        recipients=2,
        left=2,
        messages=2,
        segments=2,
        credits=Decimal(2),
        funnel=Funnel(members=2, recipients=2),
        scheduledate=at(12, 31, 10),
        next_at=at(12, 1, 9, 58),
        handed_over=True,
        quiet_hours="21:00-08:00",
    ),
    CampaignOutlook(
        "vip-preview",
        CampaignStatus.WAITING,
        "{firstname}, as a member since the very first year you may look around on Friday evening, before anybody "
        "else: the doors of the new hall open at seven. Bring a friend if you like.",
        "Repliable",
        recipients=40,
        left=40,
        messages=40,
        segments=80,
        credits=Decimal(200),
        funnel=Funnel(members=43, received=3, recipients=40),
        scheduledate=at(12, 3, 10),
        deadline=at(12, 3, 21),
        next_at=at(12, 3, 10),
        reason="not due yet",
        quiet_hours="21:00-08:00",
    ),
    CampaignOutlook(
        "black-friday",
        CampaignStatus.UNKNOWN,
        "Black Friday: 30% off today.",
        "Repliable",
        recipients=120,
        accepted=80,
        unknown=40,
        reason="40 may or may not have been sent it",
        scheduledate=at(11, 27, 9),
    ),
    CampaignOutlook(
        "spring-sale",
        CampaignStatus.BLOCKED,
        "Hi {firstname}, spring is here.",
        "Repliable",
        recipients=30,
        left=30,
        messages=28,
        segments=28,
        credits=Decimal(28),
        funnel=Funnel(members=30, recipients=30),
        reason="2 of its recipients have no value for firstname",
        place="campaigns/spring.yaml:6:5",
    ),
    CampaignOutlook(
        "november-news",
        CampaignStatus.SENT,
        "News of November.",
        "Repliable",
        recipients=120,
        accepted=117,
        rejected=2,
        suppressed=1,
    ),
    CampaignOutlook(
        "flash-sale",
        CampaignStatus.EXPIRED,
        "Two hours only.",
        None,
        recipients=50,
        accepted=30,
        left=20,
        reason="past its deadline",
    ),
    CampaignOutlook("easter", CampaignStatus.DRAFT, "Happy Easter.", None, recipients=120, reason="a draft"),
)

NOTICES = (
    Problem(
        "optout-sticky",
        "1 opted out and no longer written (+44 ** **** **77): they stay opted out; "
        'only sendmode-sync optouts remove NUMBER --consent "..." lifts that',
        level="notice",
    ),
    Problem(
        "sender-unregistered",
        'sender ID "AcmeGym" is not registered: Irish networks block unregistered names without any error',
        Place("campaigns/vip.yaml", 4, 13),
        "warning",
        "vip-preview",
    ),
    Problem(
        "merge-value-missing",
        "campaign spring-sale: 2 of its recipients have no value for firstname (+44 ** **** **30, +44 ** **** **31); "
        "fill it in, or write a default as in {firstname|...}",
        Place("campaigns/spring.yaml", 6, 5),
        campaign="spring-sale",
    ),
    Problem("outcome-unknown", "campaign black-friday: 40 may or may not have been sent it", level="warning"),
)

IMPORTS = (
    *(
        ImportChange("create", "members", number(last), None, values(firstname=FIRSTNAME, surname=SURNAME))
        for last in range(20, 32)
    ),
    ImportChange(
        "update",
        "members",
        number(40),
        values(firstname="Sorca", surname=SURNAME, town="Plantedtown"),
        values(firstname=FIRSTNAME, surname=SURNAME, email="planted@example.ie"),
    ),
    ImportChange("create", "staff", number(41), None, values()),
)

UNKNOWN = UnknownOperation(
    operation="7c1d2e3f-0000-4000-8000-000000000001",
    campaign="black-friday",
    cause="read-timeout",
    at=at(11, 27, 9, 2, 11),
    customerid="black-friday-77aa88bb",
    recipients=tuple(number(last) for last in range(60, 72)),
    credits=Decimal(12),
    balance_before=Decimal(512),
    balance_after=Decimal(500),
    looks=(BalanceLook(5, Decimal(512)), BalanceLook(30, Decimal(500))),
)

PLAN = Plan(
    plan_id="3f2a91c4-5d0e-4b7a-9c11-0a1b2c3d4e5f",
    created_at=at(12, 1, 9, 58),
    config_digest="sha256:" + "c" * 64,
    approval="p1:3b8ef0a1c2d4" + "0" * 52,
    lineage="9d1f6a52-1c3b-4e8f-8a70-6b5c4d3e2f10",
    serial=12,
    optouts=(OptOutChange(number(77), "STOP"), OptOutChange(number(78))),
    sends=SENDS,
    imports=IMPORTS,
    campaigns=CAMPAIGNS,
    notices=NOTICES,
    unmanaged=0,
    unsettled=(UNKNOWN,),
    credits=Credits(Decimal(20), Decimal(500), sufficient=True),
    estimated_seconds=12.0,
)

LIMITED = Plan(
    plan_id=PLAN.plan_id,
    created_at=PLAN.created_at,
    config_digest=PLAN.config_digest,
    approval=PLAN.approval,
    optouts=PLAN.optouts[:1],
    sends=SENDS[:3],
    imports=IMPORTS[12:],
    campaigns=CAMPAIGNS[:1],
    notices=(Problem("limit-max-credits", "this run would spend 18 credits and safety.max_credits allows 10"),),
    limits=(LimitHit("max_credits", "10", "18", "this run would spend 18 credits and safety.max_credits allows 10"),),
    credits=Credits(Decimal(18), Decimal(12), sufficient=False),
    estimated_seconds=3.0,
)

EMPTY = Plan(PLAN.plan_id, PLAN.created_at, PLAN.config_digest, PLAN.approval, PLAN.lineage, PLAN.serial)

STATUS = StatusReport(
    lineage="9d1f6a52-1c3b-4e8f-8a70-6b5c4d3e2f10",
    serial=12,
    campaigns=CAMPAIGNS,
    needs_person=(UNKNOWN,),
    next_run_needed=at(12, 1, 9, 58),
    last_run="51ab7e60",
    last_run_at=at(11, 27, 9),
    last_exit=4,
    applied_imports=1200,
    optouts=31,
    optouts_open=2,
    notices=(Problem("optouts-ageing", "opt-outs were last refreshed 41 days ago", level="warning"),),
)

REPORT = RunReport(
    run="51ab7e60-1111-4222-8333-444455556666",
    exit_code=Exit.PERSON,
    reasons=(Reason.UNKNOWN, Reason.DURATION),
    plan_digest=PLAN.approval,
    imports=Tally(done=5, failed=1, left=7),
    optouts=Tally(done=2),
    sends=SendTally(accepted=14, unknown=2, left=0),
    before=Decimal(500),
    after=Decimal("484.5"),
    estimated=Decimal(16),
    calls=11,
    seconds=71.2,
    notices=(Problem("canary", "one recipient was sent to first; the balance moved", level="notice"),),
    failures=("import of +44 ** **** **20 into members: refused, code 11 INVALID_MOBILE_NUMBER",),
)

DONE = RunReport(
    run="51ab7e60-1111-4222-8333-444455556667", exit_code=Exit.OK, imports=Tally(done=5), calls=5, seconds=1.4
)

PREVIEW = Preview(
    name="december-offer",
    status=CampaignStatus.DUE,
    template=TEMPLATE,
    senderid="Repliable",
    recipients=16,
    texts=(
        PreviewText(SENDS[1].messagetext, "GSM-7", 65, 1, 2, Decimal(2), Decimal(1)),
        PreviewText(SENDS[2].messagetext, "UCS-2", 72, 2, 2, Decimal("6.5"), None, forcing=("á",), positions=(5,)),
        PreviewText(SENDS[0].messagetext, "GSM-7", 64, 1, 12, Decimal(12), Decimal(1), personal=False),
    ),
    scheduledate=at(12, 1, 9, 30),
    deadline=at(12, 1, 21),
    notices=(
        Problem(
            "over-one-segment",
            "campaign december-offer: it takes up to 2 segments for 2 of 16 recipients, because of a merge value "
            "[over-one-segment]",
            Place("campaigns/dec.yaml", 3, 18),
            "warning",
            "december-offer",
        ),
    ),
    funnel=Funnel(members=19, excluded=1, opted_out=1, folded=1, recipients=16),
    costing=Costing("GSM-7", 1, dearer=2, dearer_extra=Decimal("3.25")),
    example="Hi there, 20% off in December. Reply STOP to opt out.",
    left_out=(
        LeftOut(number(60), "excluded", "in an excluded group (staff)"),
        LeftOut(number(61), "opted_out", "opted out"),
        LeftOut(number(62), "folded", "named 2 times, counted once (group members, recipients)"),
    ),
)

RUNS = (
    RunEntry(
        run="51ab7e60-1111-4222-8333-444455556666",
        kind="apply",
        started_at=at(11, 27, 9),
        ended_at=at(11, 27, 9, 1, 12),
        exit_code=4,
        host="build-7",
        pid=4711,
        user="maeve",
        plan_digest=PLAN.approval,
        config_digest=PLAN.config_digest,
        balance_before=Decimal(500),
        balance_after=Decimal("484.5"),
        counts={"optout": {"done": 2}, "send": {"done": 1, "unknown": 1}, "import": {"done": 5, "rejected": 1}},
    ),
    RunEntry(
        run="40f0aa11-1111-4222-8333-444455556666",
        kind="send-test",
        started_at=at(7, 1, 8, 30),
        ended_at=None,
        exit_code=None,
        host="laptop",
        pid=12,
        user="maeve",
        plan_digest=None,
        config_digest=None,
        balance_before=None,
        balance_after=None,
        counts={},
    ),
)

OPERATIONS = (
    OperationEntry(
        operation="0a1b2c3d-1111",
        run=RUNS[0].run,
        kind="optout",
        status="done",
        campaign=None,
        group=None,
        customerid=None,
        recipients=(number(77),),
        credits=Decimal(0),
        cause=None,
        claimed_at=at(11, 27, 9, 0, 1),
        settled_at=at(11, 27, 9, 0, 2),
    ),
    OperationEntry(
        operation="7c1d2e3f-1111",
        run=RUNS[0].run,
        kind="send",
        status="unknown",
        campaign="black-friday",
        group=None,
        customerid="black-friday-77aa88bb",
        recipients=UNKNOWN.recipients,
        credits=Decimal(12),
        cause="read-timeout",
        claimed_at=at(11, 27, 9, 0, 3),
        settled_at=None,
    ),
)

SENT = (
    SentEntry(
        number(13), "december-offer", SendStatus.ACCEPTED, SENDS[1].messagetext, "dec-offer-5e6f7a8b", at(12, 1, 10)
    ),
    SentEntry(
        number(14), "=cmd|' /C calc'!A0", SendStatus.UNKNOWN, f'=HYPERLINK("x";{SURNAME})\nBye', None, at(12, 1, 10)
    ),
)

REHEARSAL = Rehearsal(
    plan=PLAN,
    report=RunReport(
        run="r",
        exit_code=Exit.INCOMPLETE,
        reasons=(Reason.CREDITS,),
        before=Decimal(1000),
        after=Decimal(998),
        estimated=Decimal(18),
    ),
    calls=(
        Rehearsed(0.6, OptOutNumber(number(77), "STOP"), Accepted()),
        Rehearsed(0.9, OptOutNumber(number(78)), Accepted()),
        Rehearsed(1.2, SendText((number(1),), SENDS[0].messagetext, "dec-offer-1a2b3c4d-c"), Accepted()),
        Rehearsed(2.0, SendText(SENDS[0].recipients[1:], SENDS[0].messagetext, "dec-offer-1a2b3c4d"), Accepted()),
        Rehearsed(2.6, SendText(SENDS[2].recipients, SENDS[2].messagetext, "dec-offer-9c0d1e2f"), Refused("code-10")),
        *(
            Rehearsed(3.0 + step * 0.6, ImportCustomer("members", number(20 + step), {"surname": SURNAME}), Accepted())
            for step in range(12)
        ),
    ),
    seconds=10.2,
)

PROBLEMS = (
    Problem(
        "unknown-key", 'unknown key "mesagetext", did you mean "messagetext"?', Place("campaigns/spring.yaml", 6, 5)
    ),
    Problem("no-state", "there is no state: everything counts as never applied", level="notice"),
    Problem("include-empty", "no file matches groups/*.yaml", Place("sendmode.yaml", 9, 11), "warning"),
    *(
        Problem("landline", f"number ending in {last:02} is a landline", Place("customers.yaml", 10 + last, 19))
        for last in range(25)
    ),
)
