"""What plan and preview estimate is what the emulated account bills, which counts segments in its own way."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections import Counter
from decimal import Decimal

from sendmode_sync.client.credentials import Secret
from sendmode_sync.client.inprocess import WsgiClient
from sendmode_sync.emulator.account import EmulatedAccount
from sendmode_sync.emulator.app import make_app
from sendmode_sync.errors import Place
from sendmode_sync.model.calls import SendText
from sendmode_sync.model.desired import FIELDS, Campaign, Customer, Desired, Group
from sendmode_sync.model.plan import Abilities, Plan
from sendmode_sync.model.settings import Account, Settings
from sendmode_sync.planning import planner, previewing
from sendmode_sync.wire.dialects import dialect_of

CAMPAIGNS = 1000
NOW = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
PLACE = Place("sendmode.yaml")
NAMES = ("", "Aoife", "Seán", "Zoë", "Ødegård", "Łukasz", "[VIP] €uro", "👩‍🚀", "O’Brien", "x" * 20)
PIECES = (
    *"abcdefghij klmnop qrstuvw 0123456789.,!?",
    *"€[]~|^\\",
    *"éàÉ£ß",
    *"’“”–…\u00a0",
    *"áíóúőж漢",
    "😀",
    "👍🏽",
    "🇮🇪",
    "\n",
    "{firstname|there}",
    "{surname|}",
    "{{ok}}",
)


def written(chance: random.Random) -> str:
    """Return a text: most of plain letters, some of anything, around every boundary that there is."""
    kinds = chance.choice((PIECES[:40], PIECES[:47], PIECES[:52], PIECES))
    length = chance.choice((5, 60, 70, 71, 134, 150, 160, 161, 306, 307))  # the account takes no more than ten segments
    length = min(length, 200) if kinds is PIECES else length
    pieces = [chance.choice(kinds) for _ in range(max(1, length + chance.randint(-4, 4)))]
    return "x" + "".join(pieces)


def made_up() -> Desired:
    """Return a project of many campaigns for people of two countries with all sorts of names."""
    chance = random.Random(20261201)
    numbers = [f"+4477009001{at:02}" for at in range(6)] + [f"+3538700000{at:02}" for at in range(6)]
    customers = {
        number: Customer(
            number, (chance.choice(NAMES), chance.choice(NAMES), *[""] * (len(FIELDS) - 2)), ("all",), PLACE
        )
        for number in numbers
    }
    campaigns = {
        name: Campaign(
            name,
            written(chance),
            PLACE,
            recipients=tuple(chance.sample(numbers, 4)),
            transliterate=chance.choice(("punctuation", "none")),
            batch_size=chance.choice((1, 2, 100)),
            allow_repeat=True,
        )
        for name in (f"c{at:04}" for at in range(CAMPAIGNS))
    }
    account = Account(credits_per_segment={"default": Decimal(1), "GB": Decimal("2.5")}, quiet_hours=None)
    return Desired(Settings(account), {"all": Group("all")}, customers, {}, campaigns, "sha256:x")


def planned(desired: Desired) -> Plan:
    found = planner.survey(desired, None)
    return planner.plan(desired, None, found, {}, NOW, "plan", Abilities())


def billed(desired: Desired, plan: Plan) -> EmulatedAccount:
    """Make every send of a plan on an account with the same prices."""
    prices = {"": Decimal(1), "447": Decimal("2.5")}
    account = EmulatedAccount(credits=Decimal(10**6), rate_limit=None, prices=prices)
    client = WsgiClient(make_app(account), dialect_of(desired.settings.account), Secret(account.api_key))

    async def send() -> None:
        for each in plan.sends:
            await client.perform(SendText(each.recipients, each.messagetext, each.customerid, each.senderid))

    asyncio.run(send())
    return account


def test_estimates_are_what_is_billed() -> None:
    desired = made_up()
    plan = planned(desired)
    account = billed(desired, plan)
    assert len(account.messages) == len(plan.sends) > CAMPAIGNS
    for send, message in zip(plan.sends, account.messages, strict=True):
        assert (send.messagetext, send.segments, send.credits) == (message.text, message.segments, message.cost)
    assert Decimal(10**6) - account.balance == plan.credits.estimated

    of_campaign: Counter[str] = Counter()
    for send, message in zip(plan.sends, account.messages, strict=True):
        of_campaign[send.campaign] += int(message.cost * 2)
    assert len(plan.campaigns) == CAMPAIGNS
    for outlook in plan.campaigns:
        assert outlook.credits * 2 == of_campaign[outlook.name]
        shown = previewing.preview(desired, None, outlook, NOW)
        assert sum(text.credits for text in shown.texts) == outlook.credits
    kinds = {(send.encoding, min(send.segments, 3)) for send in plan.sends}
    assert kinds == {(encoding, count) for encoding in ("GSM-7", "UCS-2") for count in (1, 2, 3)}
