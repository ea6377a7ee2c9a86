"""Performs calls over HTTP, each exactly once: no retry, no redirect, no cookie, and no longer than it says.

Every exception of the network and of the protocol becomes an answer; only a cancellation passes.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Collection, Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import assert_never

import httpx

from sendmode_sync import __version__
from sendmode_sync.client.attempt import Attempt, BarredError, judge_deadline, judge_error
from sendmode_sync.client.credentials import Secret
from sendmode_sync.client.destination import check_destination, find_proxy
from sendmode_sync.client.reach import refusal
from sendmode_sync.client.replies import build_reply
from sendmode_sync.model.calls import Answer, Call, CheckCredits, ImportCustomer, OptOutNumber, SendText, Unsent
from sendmode_sync.model.phone import E164
from sendmode_sync.model.plan import Abilities
from sendmode_sync.model.settings import Account
from sendmode_sync.wire.calls import Dialect, WireReply, WireRequest
from sendmode_sync.wire.reading import MAX_BODY

_CONNECT_SECONDS = 10.0
_IDLE_SECONDS = 4.0  # shorter than servers usually wait before they close an idle connection under us
_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": f"sendmode-sync/{__version__}",
}


Barred = Callable[[Sequence[E164]], Collection[E164]]
"""Returns those of some numbers that are opted out by now."""


def nobody(numbers: Sequence[E164]) -> Collection[E164]:  # noqa: ARG001 - it stands where others look
    """Bar none: for calls that reach no person of the project."""
    return ()


class HttpClient:
    """A client of one account, as ``ports.Client`` asks; ``close`` it when done.

    ``barred`` is asked about the people of a send or import once its connection is made, right before the first byte:
    where one of them is opted out by then, nothing leaves, and the answer is ``Unsent``.
    ``hold`` is the total deadline of a call in seconds, connecting included. Raises ``RefusedError`` when it is made
    where the key may not go to the account's address. Where ``account.mode`` is ``test``, a call that names another number
    than ``account.test_numbers`` is refused here. Proxy variables of the environment are honoured, its ``.netrc`` is not.
    """

    def __init__(
        self,
        account: Account,
        secret: Secret,
        dialect: Dialect,
        *,
        hold: float = 30.0,
        allow_hosts: Collection[str] = (),
        barred: Barred = nobody,
    ) -> None:
        """Check the address and get ready; no connection is opened yet."""
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._base = check_destination(account.base_url, allow_hosts)
        self._secret = secret
        self._only = account.only
        self._dialect = dialect
        self._hold = hold
        self._barred = barred
        tls = _tls(self._base)
        proxy = find_proxy(self._base)
        # An idle connection that the server closes while we write looks like an unknown outcome. What may be repeated
        # can live with that; each send gets a connection of its own.
        self._keeping = _open(tls, proxy, hold, httpx.Limits(keepalive_expiry=_IDLE_SECONDS))
        self._fresh = _open(tls, proxy, hold, httpx.Limits(max_keepalive_connections=0))

    @property
    def abilities(self) -> Abilities:
        """What the account's API can do."""
        return self._dialect.abilities

    @property
    def hold(self) -> float:
        """The longest that one call can take, in seconds."""
        return self._hold

    async def perform(self, call: Call) -> Answer:
        """Perform one call, once."""
        refused = refusal(call, self._only)
        if refused is not None:
            return refused
        request = self._dialect.encode(call)
        people = _people(call)
        attempt = Attempt(lambda: bool(people and self._barred(people)))
        try:
            async with asyncio.timeout(self._hold):
                reply = await self._exchange(self._client_of(call), request, attempt)
        except BarredError:
            return Unsent("opted-out")
        except TimeoutError:
            return judge_deadline(attempt.phase)
        except (httpx.HTTPError, OSError) as error:
            return judge_error(error, attempt.phase)
        return self._dialect.decode(call, reply)

    async def close(self) -> None:
        """Close every connection."""
        await self._keeping.aclose()
        await self._fresh.aclose()

    def _client_of(self, call: Call) -> httpx.AsyncClient:
        match call:
            case SendText():
                return self._fresh
            case CheckCredits() | ImportCustomer() | OptOutNumber():
                return self._keeping
            case _:
                assert_never(call)

    async def _exchange(self, client: httpx.AsyncClient, request: WireRequest, attempt: Attempt) -> WireReply:
        """Send one request and read its reply, up to one byte more than an answer may have."""
        url = self._base.copy_with(path=self._base.path.rstrip("/") + request.path)
        headers = [*request.headers, ("Authorization", self._secret.reveal())]
        watched = {"trace": attempt.watch}
        raw = bytearray()
        async with client.stream(
            request.method, url, headers=headers, content=request.body, extensions=watched
        ) as response:
            async for chunk in response.aiter_raw():
                raw += chunk
                if len(raw) > MAX_BODY:
                    break
        return build_reply(response.status_code, dict(response.headers), bytes(raw), self._secret)


def _people(call: Call) -> tuple[E164, ...]:
    """Return whom a call reaches or hands on; an opt-out is not held back by itself."""
    match call:
        case SendText(recipients=recipients):
            return tuple(recipients)
        case ImportCustomer(mobilenumber=number):
            return (number,)
        case CheckCredits() | OptOutNumber():
            return ()
        case _:
            assert_never(call)


def _tls(base: httpx.URL) -> ssl.SSLContext:
    """Return what certificates are checked against: for an http address, which is on this machine, nobody's would do.

    Reading those of all authorities takes longer than a call.
    """
    if base.scheme == "https":
        return httpx.create_ssl_context(trust_env=False)
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _open(tls: ssl.SSLContext, proxy: str | None, hold: float, limits: httpx.Limits) -> httpx.AsyncClient:
    """Return a client of the library that does nothing of its own accord."""
    # Name lookup with TCP, then TLS: both together must end before the total deadline, whose cancellation would leave
    # the socket of an unfinished handshake open.
    connecting = min(_CONNECT_SECONDS, hold / 3)
    return httpx.AsyncClient(
        transport=httpx.AsyncHTTPTransport(verify=tls, trust_env=False, limits=limits, proxy=proxy),
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(None, connect=connecting, pool=connecting),  # the rest is the total deadline's
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers=_HEADERS,
    )
