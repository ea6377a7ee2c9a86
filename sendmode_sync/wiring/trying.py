"""Wires what tries things out: rehearse, the emulator, and reading the balance."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from sendmode_sync.errors import InterruptedRunError, RefusedError
from sendmode_sync.wiring import balances, parts, reviewing, states
from sendmode_sync.wiring.applying import start
from sendmode_sync.wiring.environment import Where
from sendmode_sync.wiring.reviewing import Choice

if TYPE_CHECKING:
    from sendmode_sync.model.rehearsal import Rehearsal
    from sendmode_sync.ports import Client
    from sendmode_sync.render.view import Masker
    from sendmode_sync.wiring.parts import Project

_LATENCY = 0.3  # seconds that an emulated answer takes: what the real service was seen to need


class Shown(NamedTuple):
    """A rehearsal and what is needed to show it."""

    rehearsal: Rehearsal
    masker: Masker
    zone: str


def rehearse(where: Where, credit: Decimal, now: str | None) -> Shown:
    """Apply to the emulated account and a throw-away copy of the state, on a virtual clock."""
    from sendmode_sync.workflow import applying, rehearsing

    project = parts.project(where)
    settings = project.desired.settings
    begin = reviewing.instant(now, settings.account.timezone)
    with parts.store_if_any(where, settings) as real:
        source = None if real is None else states.of(where, settings)
        hidden = reviewing.masker(real, show=False)
    store = states.in_memory(begin) if source is None else states.engine(source).throwaway(begin)
    try:
        request = applying.Request(reviewing.asked(project, Choice(), running=True), start("rehearse", project))
        rehearsal = rehearsing.rehearse(request, store, begin, _emulated(project, credit))
    finally:
        store.close()
    return Shown(rehearsal, hidden, settings.account.timezone)


def _emulated(project: Project, credit: Decimal) -> Callable[[Callable[[], float]], Client]:
    """Return what makes a client over an emulated account, in this process, at a given clock."""
    from sendmode_sync.client.credentials import Secret
    from sendmode_sync.client.inprocess import WsgiClient
    from sendmode_sync.emulator.account import EmulatedAccount
    from sendmode_sync.emulator.app import make_app
    from sendmode_sync.model.settings import Paths
    from sendmode_sync.wire.dialects import dialect_of

    account = project.desired.settings.account
    dialect = dialect_of(replace(account, paths=Paths()))  # the emulator serves the default paths only
    root = "/3.0" if account.api == "engage" else "/v2"

    def client(now: Callable[[], float]) -> Client:
        limit = (account.rate_limit.calls, account.rate_limit.per_seconds)
        emulated = EmulatedAccount(credits=credit, rate_limit=limit, now=now)
        key = Secret(emulated.api_key)
        return WsgiClient(make_app(emulated), dialect, key, latency=_LATENCY, root=root, only=account.only)

    return client


def serve_emulator(port: int, credit: Decimal, key: str, limit: tuple[int, float], say: Callable[[str], None]) -> None:
    """Serve the emulated account on loopback until interrupted."""
    from sendmode_sync.emulator import app, serve
    from sendmode_sync.emulator.account import EmulatedAccount

    account = EmulatedAccount(api_key=key, credits=credit, rate_limit=limit)
    try:
        server = serve.serve(app.make_app(account), port=port)
    except OSError as error:
        said = (error.strerror or "it is refused").lower()
        raise RefusedError(f"port {port} cannot be used: {said}", remedy="--port 0 picks a free one") from error
    try:
        say(serve.banner(server.port, key))
        server.run_forever()
    except KeyboardInterrupt:
        say("stopped")
    finally:
        server.stop()


def balance(where: Where) -> Decimal:
    """Return the balance in credits."""
    project = parts.project(where)
    settings = project.desired.settings
    key = parts.needed(parts.secret(settings), settings)
    with parts.store_if_any(where, settings, write=True) as store:
        found = asyncio.run(balances.read(project, store, key, None))
    if found.balance is None:
        raise InterruptedRunError(
            f"the balance could not be read from {settings.account.base_url}: {found.cause}", remedy="try again later"
        )
    return found.balance
