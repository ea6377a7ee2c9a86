"""The remote as the plays see it: the emulated account, a witness in front of it, and a network that loses things.

The witness reads every request by itself and looks into the durable state before the account does anything.
"""

from __future__ import annotations

import asyncio
import io
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment

from sendmode_sync.client.credentials import Secret
from sendmode_sync.client.inprocess import WsgiClient
from sendmode_sync.emulator.account import EmulatedAccount
from sendmode_sync.emulator.app import App
from sendmode_sync.emulator.faults import Effect, Fault, Script
from sendmode_sync.model.calls import Answer, Call, CheckCredits, Unsent
from sendmode_sync.model.plan import Abilities
from sendmode_sync.wire.calls import Dialect
from sendmode_sync.wire.v2 import V2
from tests.faults.evidence import Request, campaign_of

KEY = "EMULATOREMULATOR1234"

SERVER_FAULTS = (
    *("http-500", "http-500-after", "http-502-after", "http-503", "http-408-after", "http-409-after", "http-429"),
    *("http-400", "http-401", "http-404", "http-418-after", "redirect"),
    *("code-8", "code-8-after", "code-999-after", "code-10", "code-14", "code-195"),
    *("reset", "reset-after", "short-body-after", "silence", "silence-after"),
    *("html", "html-after", "empty", "empty-after", "bad-json", "bad-json-after", "huge-after"),
    *("ok-without-sending", "balance-as-string", "latency"),
)
"""Everything a remote may do that leaves no doubt which answers are lies: a refusal after processing would be one."""

NETWORK_FAULTS = ("name-lookup", "connection-refused", "connect-timeout", "slow-request")

_LONGEST_ANSWER = 65_536
_CERTAIN_CODES = frozenset({1, 10, 11, 14, 16, 18, 97, 104, 105, 195})
_CERTAIN_STATUSES = frozenset({*range(300, 400), 400, 401, 402, 403, 404, 405, 413, 415, 422, 429})


class Asked(NamedTuple):
    """What a request asks for, read off its bytes."""

    kind: str
    numbers: tuple[str, ...]
    customerid: str
    group: str


class TellingScript(Script):
    """A script that counts which of its faults happened."""

    def __init__(self, rules: Iterable[Fault], happened: Counter[str]) -> None:
        super().__init__(rules)
        self._happened = happened
        self.performs = True

    def next(self, kind: str) -> Effect:
        effect = super().next(kind)
        self.performs = effect.fault is None or effect.fault.performs == "really"
        if effect.fault is not None:
            self._happened[effect.fault.action] += 1
        if effect.latency:
            self._happened["latency"] += 1
        return effect


class Witness:
    """The account behind a look at each mutating request: who asked for what, and was it claimed?

    ``claim_of`` finds the durable claim that a request belongs to, ``point`` is told when a request arrived and when it
    was processed: a process may die there. ``named`` tells the campaign of a customerid.
    """

    def __init__(
        self,
        app: App,
        script: TellingScript,
        requests: list[Request],
        tick: Callable[[], int],
        claim_of: Callable[[Asked], str | None],
        point: Callable[[str], None],
        named: Callable[[str], str] = campaign_of,
    ) -> None:
        self.app = app
        self.point = point
        self._script = script
        self._requests = requests
        self._tick = tick
        self._claim_of = claim_of
        self._named = named

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked = read_request(environ)
        self.point("wire:arrived")
        if asked is None:
            return self.app(environ, start_response)
        account = self.app.account
        found = Request(
            self._tick(), asked.kind, asked.numbers, self._named(asked.customerid), asked.group, self._claim_of(asked)
        )
        texts, status = len(account.messages), 0

        def started(line: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            return start_response(line, headers, *rest)

        body = b""
        try:
            chunks = self.app(environ, started)
            body = b"".join(chunks)
        finally:
            let_in = account.arrivals[-1].verdict == "admitted"
            performed = let_in and self._script.performs and (asked.kind != "send" or len(account.messages) > texts)
            self._requests.append(
                found._replace(
                    let_in=let_in,
                    performed=performed,
                    ok=is_ok(status, body),
                    certain=is_certain(status, body),
                )
            )
        self.point("wire:processed")
        return [body]


def read_request(environ: WSGIEnvironment) -> Asked | None:
    """Return what a mutating v2 request asks for; its body can be read again afterwards.

    None also where the body was cut short: whoever sent it died between two of its bytes, and asked for nothing.
    """
    kind = environ["PATH_INFO"].rsplit("/", 1)[-1]
    if kind not in {"send", "import", "optout"}:
        return None
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = io.BytesIO(body)
    if len(body) < length:
        return None
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    data = json.loads(form.get("importdata") or form["message"])
    numbers = data.get("recipients") or [data["mobilenumber"]]
    return Asked(
        kind, tuple(sorted(f"+{number}" for number in numbers)), data.get("customerid", ""), form.get("group", "")
    )


def is_ok(status: int, body: bytes) -> bool:
    """Say whether an answer is v2's acceptance."""
    document = _document(status, body)
    return document is not None and document.get("statusCode") == 0


def is_certain(status: int, body: bytes) -> bool:
    """Say whether an answer proves that nothing was processed."""
    if status in _CERTAIN_STATUSES:
        return True
    document = _document(status, body)
    return document is not None and document.get("statusCode") in _CERTAIN_CODES


def _document(status: int, body: bytes) -> dict[str, object] | None:
    """Return the JSON object of a 2xx answer of readable size."""
    if not 200 <= status <= 299 or len(body) > _LONGEST_ANSWER:
        return None
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


class Network:
    """A ``ports.Client`` over the witness: some requests never leave, some arrive late."""

    def __init__(
        self,
        witness: Witness,
        chance: random.Random,
        happened: Counter[str],
        *,
        faulty: float,
        hold: float,
        dialect: Dialect | None = None,
        asked: Callable[[Call], None] = lambda _: None,
    ) -> None:
        self._inner = WsgiClient(witness, dialect or V2(), Secret(KEY), latency=0.2, hold=hold)
        self._chance = chance
        self._happened = happened
        self._faulty = faulty
        self._point = witness.point
        self._asked = asked

    @property
    def abilities(self) -> Abilities:
        return self._inner.abilities

    @property
    def hold(self) -> float:
        return self._inner.hold

    async def perform(self, call: Call) -> Answer:
        self._asked(call)
        self._point("wire:asked")
        if self._chance.random() < self._faulty:
            fault = self._chance.choice(NETWORK_FAULTS)
            self._happened[fault] += 1
            if fault != "slow-request":
                await asyncio.sleep(self._chance.choice((0.01, 1.0, 5.0)))
                return Unsent(fault)
            began = asyncio.get_running_loop().time()
            await self._dawdle(call)
            if asyncio.get_running_loop().time() - began > self.hold:
                return Unsent("connect-timeout")  # the process was asleep: its deadline is over when it wakes up
        return await self._inner.perform(call)

    async def close(self) -> None:
        """There is nothing to close."""

    async def _dawdle(self, call: Call) -> None:
        """Let a request take its time; where its sender died meanwhile it may arrive all the same."""
        try:
            await asyncio.sleep(self._chance.random())
        except asyncio.CancelledError:
            if not isinstance(call, CheckCredits) and self._chance.random() < 0.8:
                self._happened["late-arrival"] += 1
                self._inner._run(self._inner._environ(self._inner._dialect.encode(call)))
            raise


def account(credits_: int, limit: tuple[int, float], now: Callable[[], float]) -> EmulatedAccount:
    """Return an account of the plays."""
    return EmulatedAccount(KEY, Decimal(credits_), limit, now)


def random_faults(chance: random.Random) -> list[Fault]:
    """Return what the remote of one play does wrong; nothing in every fifth."""
    if chance.random() < 0.2:
        return []
    return [
        Fault(
            chance.choice(("any", "send", "send", "import", "optout", "credits")),
            action := chance.choice((*SERVER_FAULTS, "latency", "latency")),
            nth=chance.randint(1, 8),
            times=chance.choice((1, 1, 1, 2, 6)),
            seconds=chance.choice((1.0, 5.0, 20.0, 20.0)),
            headers={"Retry-After": chance.choice(("1", "7", "soon"))} if action == "http-429" else {},
            size=70_000,
        )
        for _ in range(chance.randint(1, 4))
    ]
