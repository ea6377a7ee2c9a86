from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

from sendmode_sync.errors import Place, Problem
from sendmode_sync.model import plandoc
from sendmode_sync.model.desired import FIELDS, Values
from sendmode_sync.model.plan import (
    CampaignOutlook,
    CampaignStatus,
    Credits,
    Funnel,
    ImportChange,
    LimitHit,
    OptOutChange,
    Plan,
    SendChange,
)

AT = dt.datetime(2026, 12, 1, 9, 58, tzinfo=dt.UTC)


def values(**fields: str) -> Values:
    return tuple(fields.get(name, "") for name in FIELDS)


SEND = SendChange(
    campaign="december-offer",
    recipients=("+447700900001", "+447700900002"),
    messagetext="Hi Aoife",
    template="Hi {firstname}",
    text_digest="t1:0",
    encoding="GSM-7",
    segments=2,
    credits=Decimal("4.0"),
    senderid="Repliable",
    customerid="dec-offer-1a2b3c4d",
)
PLAN = Plan(
    plan_id="id",
    created_at=AT,
    config_digest="sha256:c",
    approval="p1:a",
    lineage="lineage",
    serial=12,
    optouts=(OptOutChange("+447700900003", "STOP"),),
    sends=(SEND, SEND),
    imports=(
        ImportChange("create", "members", "+447700900001", None, values(firstname="Aoife")),
        ImportChange("update", "members", "+447700900002", values(firstname="A", town="Cork"), values(firstname="B", email="e")),
    ),
    campaigns=(
        CampaignOutlook(
            "december-offer", CampaignStatus.DUE, "Hi {firstname}", "Repliable",
            recipients=4, left=4, messages=4, segments=8, credits=Decimal(8), funnel=Funnel(5, folded=1, recipients=4),
            next_at=AT,
        ),
        CampaignOutlook("old", CampaignStatus.SENT, "Bye", None),
    ),
    notices=(Problem("c", "m", Place("a.yaml", 3, 5), "warning"), Problem("d", "n", level="notice")),
    limits=(LimitHit("max_credits", "5", "8", "too much"),),
    unmanaged=3,
    credits=Credits(Decimal(8), Decimal("500.5"), sufficient=True),
    estimated_seconds=3.0,
)  # fmt: skip


def shown(plan: Plan) -> dict[str, object]:
    return plandoc.document(plan, str, plandoc.named, lambda send: send.messagetext)


def test_keys_stand_in_the_documented_order() -> None:
    document = shown(PLAN)
    assert list(document) == [
        "format_version", "created_at", "plan_id", "plan_digest", "config_digest", "state", "credits", "summary",
        "api_calls", "estimated_seconds", "next_run_needed", "limits", "campaigns", "changes", "notices",
    ]  # fmt: skip
    assert document["created_at"] == "2026-12-01T09:58:00Z"
    assert document["state"] == {"lineage": "lineage", "serial": 12}
    assert json.dumps(document["credits"]) == '{"balance": 500.5, "estimated": 8.0, "sufficient": true}'
    assert (document["api_calls"], document["estimated_seconds"]) == (5, 3.0)


def test_the_summary_counts() -> None:
    assert plandoc.summary(PLAN) == {
        "imports": {"create": 1, "update": 1, "unmanaged": 3},
        "optouts": {"create": 1},
        "sends": {"campaigns": 1, "messages": 4, "segments": 8, "calls": 2},
        "campaigns": {
            "draft": 0, "waiting": 0, "due": 1, "partial": 0, "sent": 1, "expired": 0, "unknown": 0, "blocked": 0,
            "cancelled": 0,
        },
    }  # fmt: skip
    assert set(plandoc.summary(PLAN)["campaigns"]) == {status.value for status in CampaignStatus}


def test_changes_in_the_order_in_which_they_are_made() -> None:
    changes = shown(PLAN)["changes"]
    assert isinstance(changes, list)
    assert [change["action"] for change in changes] == ["optout", "send", "send", "import", "import"]
    assert changes[0] == {
        "action": "optout", "mobilenumber": "+447700900003", "optoutresponse": "STOP", "returnedresponse": None,
    }  # fmt: skip
    assert changes[1] == {
        "action": "send", "campaign": "december-offer", "recipients": ["+447700900001", "+447700900002"],
        "messagetext": "Hi Aoife", "encoding": "GSM-7", "segments": 2, "credits": 4.0, "senderid": "Repliable",
        "customerid": "dec-offer-1a2b3c4d", "scheduledate": None,
    }  # fmt: skip
    assert changes[3] == {
        "action": "import", "change": "create", "group": "members", "mobilenumber": "+447700900001",
        "after": {"firstname": "Aoife"},
    }  # fmt: skip
    assert changes[4] == {
        "action": "import", "change": "update", "group": "members", "mobilenumber": "+447700900002",
        "before": {"firstname": "A", "town": "Cork", "email": ""}, "after": {"firstname": "B", "town": "", "email": "e"},
    }  # fmt: skip


def test_who_asks_says_how_people_are_shown() -> None:
    document = plandoc.document(
        PLAN, lambda _: "+44 **", lambda _: dict.fromkeys(FIELDS, "*"), lambda send: send.template
    )
    text = json.dumps(document["changes"])
    assert "+4477" not in text
    assert "Aoife" not in text
    assert "Cork" not in text
    assert '"after": {"firstname": "*", "town": "*", "email": "*"}' in text
    assert '"messagetext": "Hi {firstname}"' in text


def test_campaigns_limits_and_notices() -> None:
    document = shown(PLAN)
    campaigns = document["campaigns"]
    assert isinstance(campaigns, list)
    assert campaigns[0]["status"] == "due"
    assert campaigns[0]["next_at"] == "2026-12-01T09:58:00Z"
    assert campaigns[0]["funnel"] == {
        "members": 5, "excluded": 0, "opted_out": 0, "folded": 1, "received": 0, "recipients": 4,
    }  # fmt: skip
    assert document["limits"] == [{"key": "max_credits", "allowed": "5", "met": "8", "message": "too much"}]
    assert document["notices"] == [
        {"level": "warning", "code": "c", "message": "m", "where": "a.yaml:3:5"},
        {"level": "notice", "code": "d", "message": "n", "where": None},
    ]


def test_nothing_is_made_up_where_nothing_is_known() -> None:
    document = shown(Plan("id", AT, "sha256:c", "p1:a"))
    assert document["state"] is None
    assert document["credits"] == {"balance": None, "estimated": 0.0, "sufficient": None}


def test_moments_are_whole_seconds_of_utc() -> None:
    dublin = dt.timezone(dt.timedelta(hours=1))
    assert plandoc.moment(dt.datetime(2026, 7, 1, 10, 0, 0, 999, dublin)) == "2026-07-01T09:00:00Z"
    assert plandoc.moment(None) is None
