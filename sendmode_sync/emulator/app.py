"""The emulated account as one WSGI callable: doors, key, limiter, faults, then the call; it never waits and never sleeps.

What needs time is left to whoever runs it: ``environ["emulator.latency"]`` holds the seconds by which the answer is
late, and a ``ConnectionFault`` leaves the callable where only a socket can show the fault.

Four doors beside the API let tests of another process look in. They need no key, are not counted by the
limiter, and answer on loopback only:

- ``GET /_emulator/account``: balance, contacts, opt-outs, messages and arrivals as JSON
- ``POST /_emulator/faults``: a JSON list of rules (see ``faults.Fault``) replaces the script; counting begins anew
- ``POST /_emulator/balance``: ``{"balance": "12.5"}`` sets the balance
- ``POST /_emulator/reset``: everything is forgotten, the script too
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any, NamedTuple
from wsgiref.types import StartResponse, WSGIEnvironment

from sendmode_sync.emulator.account import Arrival, EmulatedAccount, Verdict
from sendmode_sync.emulator.dialects import ROUTES, Request, Route, respond
from sendmode_sync.emulator.faults import Effect, Fault, Script, from_json, spoil
from sendmode_sync.emulator.replies import Reply, json_reply

LARGEST_BODY = 1 << 20
LATENCY = "emulator.latency"
_CONTROL = "/_emulator/"
_LOOPBACK = ("127.", "::1")
_REASONS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class _Admission(NamedTuple):
    """A request that was let in, and what the script says of it."""

    route: Route
    effect: Effect
    at: float


class App:
    """One account behind HTTP; ``script`` may be replaced at any time."""

    def __init__(self, account: EmulatedAccount, script: Script) -> None:
        """Join an account and a script."""
        self.account = account
        self.script = script
        self._controls: Mapping[str, tuple[str, Callable[[bytes], Any]]] = {
            "account": ("GET", lambda _: self.account.snapshot()),
            "faults": ("POST", lambda body: self.script.replace(from_json(body))),
            "balance": ("POST", self._set_balance),
            "reset": ("POST", lambda _: self._reset()),
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; raises ``ConnectionFault`` when the script says so."""
        path = environ["PATH_INFO"]
        reply = self._control(environ, path) if path.startswith(_CONTROL) else self._call(environ, path)
        headers = [*reply.headers, ("Content-Length", str(len(reply.body)))]
        start_response(_REASONS.get(reply.status, f"{reply.status} Unlisted"), headers)
        return [reply.body]

    def _call(self, environ: WSGIEnvironment, path: str) -> Reply:
        with self.account.lock:
            admission = self._admit(environ, path)
        if isinstance(admission, Reply):
            return admission
        route, (fault, latency), at = admission
        environ[LATENCY] = latency
        performs = "really" if fault is None else fault.performs
        if fault is not None and performs == "not":
            return spoil(fault, route.dialect.accepted(at, {}), route.dialect.refused)
        body = _read(environ)
        if isinstance(body, Reply):
            return body
        content_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        with self.account.lock:
            account = self.account if performs == "really" else self.account.shadow()
            reply = respond(route, account, Request(content_type, body, at))
        return reply if fault is None else spoil(fault, reply, route.dialect.refused)

    def _admit(self, environ: WSGIEnvironment, path: str) -> _Admission | Reply:
        """Log one arrival and let it in, or say why not: unknown path, wrong method, bad key, too many."""
        at, method, route = self.account.now(), environ["REQUEST_METHOD"], ROUTES.get(path)

        def log(verdict: Verdict) -> None:
            self.account.arrivals.append(Arrival(at, method, path, route.kind if route else "unknown", verdict))

        if route is None:
            log("not-found")
            return json_reply(404, {"error": "there is no such path"})
        if method != route.method:
            log("wrong-method")
            return json_reply(405, {"error": f"only {route.method}"}, ("Allow", route.method))
        if environ.get("HTTP_AUTHORIZATION") != self.account.api_key:
            log("bad-key")
            return route.dialect.refused(14, "the key is not valid")._replace(status=401)
        wait = self.account.throttle(at)
        if wait is not None:
            log("throttled")
            return _too_many(wait)
        log("admitted")
        return _Admission(route, self.script.next(route.kind), at)

    def _control(self, environ: WSGIEnvironment, path: str) -> Reply:
        method, act = self._controls.get(path.removeprefix(_CONTROL), ("", None))
        if act is None or not environ.get("REMOTE_ADDR", "127.0.0.1").startswith(_LOOPBACK):
            return json_reply(404, {"error": "there is no such path"})
        if environ["REQUEST_METHOD"] != method:
            return json_reply(405, {"error": f"only {method}"}, ("Allow", method))
        body = _read(environ)
        if isinstance(body, Reply):
            return body
        try:
            with self.account.lock:
                return json_reply(200, act(body) or {})
        except ValueError as error:
            return json_reply(400, {"error": str(error)})

    def _set_balance(self, body: bytes) -> None:
        try:
            balance = Decimal(str(json.loads(body)["balance"]))
        except (KeyError, TypeError, InvalidOperation):
            balance = Decimal("NaN")
        if not balance.is_finite():
            raise ValueError('the body is {"balance": "12.5"}')
        self.account.balance = balance

    def _reset(self) -> None:
        self.account.reset()
        self.script.replace(())


def make_app(account: EmulatedAccount, faults: Iterable[Fault] = ()) -> App:
    """Return an account as a WSGI callable, with a script of faults."""
    return App(account, Script(faults))


def _read(environ: WSGIEnvironment) -> bytes | Reply:
    """Return the whole body; nothing of one that is too large is read."""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        return json_reply(411, {"error": "the content length is missing"})
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal():
        return json_reply(400, {"error": "the content length is not a number"})
    if int(length) > LARGEST_BODY:
        return json_reply(413, {"error": f"the body is larger than {LARGEST_BODY} bytes"})
    body: bytes = environ["wsgi.input"].read(int(length))
    return body


def _too_many(wait: float) -> Reply:
    seconds = math.ceil(wait)
    text = f"Rate limit is exceeded. Try again in {seconds} seconds."
    return json_reply(429, {"statusCode": 429, "message": text}, ("Retry-After", str(seconds)))
