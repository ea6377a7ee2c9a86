"""The verb ``send-test``: a campaign's text, with a real customer's values, to the account's own test numbers only."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from sendmode_sync.errors import Exit, RefusedError, gravest
from sendmode_sync.executor import single
from sendmode_sync.executor.course import Stop
from sendmode_sync.model.calls import SendText
from sendmode_sync.model.claim import RunStart, TestClaim
from sendmode_sync.model.desired import Desired
from sendmode_sync.model.phone import E164
from sendmode_sync.model.report import EXIT_OF_REASON
from sendmode_sync.model.settings import Settings
from sendmode_sync.planning import previewing, series
from sendmode_sync.planning.naming import unknown_campaign
from sendmode_sync.planning.scene import sender
from sendmode_sync.ports import Client, Clock, StateStore
from sendmode_sync.sms import numbers
from sendmode_sync.workflow import applying, caring, planning


class TestSend(NamedTuple):
    """One test send, claim and call."""

    claim: TestClaim
    call: SendText


class Bench(NamedTuple):
    """The parts that a test send needs; ``shown`` writes a number for people."""

    store: StateStore
    client: Client
    clock: Clock
    stop: Stop
    start: RunStart
    shown: Callable[[E164], str]


def prepare(
    desired: Desired, store: StateStore, name: str, number: str | None, now: dt.datetime
) -> tuple[TestSend, ...]:
    """Return the test sends of a campaign; raise where there is no such campaign, text or allowed number."""
    campaign = series.next_of(desired, name, now)
    if campaign is None:
        raise unknown_campaign(name, desired.campaigns)
    account = desired.settings.account
    allowed = account.test_numbers
    if not allowed:
        raise RefusedError(
            "account.test_numbers is empty, and send-test reaches no other number", remedy="write your own number there"
        )
    if number is not None:
        chosen = caring.number(number, account, store, allowed)
        if chosen not in allowed:
            raise RefusedError("that number is not in account.test_numbers", remedy="add it there first")
        allowed = (chosen,)
    state = planning.load(desired, store, now, imports=False)
    sample = previewing.sample(desired, state, campaign, now)
    price = account.credits_per_segment
    return tuple(
        TestSend(
            TestClaim(
                operation := str(uuid.uuid4()),
                name,
                customerid := f"test-{operation[:8]}",
                each,
                Decimal(sample.segments) * price.get(numbers.country(each), price.get("default", Decimal(1))),
            ),
            SendText((each,), sample.text, customerid, sender(campaign, desired)),
        )
        for each in allowed
    )


class Tested(NamedTuple):
    """One sentence a number, and whether all went well."""

    sentences: tuple[str, ...]
    exit_code: Exit


async def send(bench: Bench, settings: Settings, sends: tuple[TestSend, ...], account: str | None) -> Tested:
    """Send them under the lock, one at a time."""
    applying.same_account(account, bench.store)
    bench.store.lock(bench.start, 0.0)
    try:
        said: list[str] = []
        codes: list[Exit] = []
        for each in sends:
            ended = await single.send_test(
                bench.store,
                bench.client,
                bench.clock,
                settings,
                each.claim,
                each.call,
                account,
                proven=bench.store.identity().proven,
                stop=bench.stop,
            )
            said.append(f"{bench.shown(each.claim.mobilenumber)}: {ended}")
            codes.append(Exit.OK if ended.reason is None else EXIT_OF_REASON[ended.reason])
        exit_code = gravest(codes)
        bench.store.finish(int(exit_code), bench.clock.now())
        return Tested(tuple(said), exit_code)
    finally:
        bench.store.unlock()
