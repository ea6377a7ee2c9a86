"""A script of what goes wrong, call by call; it decides and words faults, and never touches a socket itself.

A script is a list of rules. The first rule that fits a call is its fault; rules with the action ``latency`` add up and do
not end the search. An action with ``-after`` does its mischief once the call was processed; without it nothing was.

- ``http-503``: that HTTP status, with ``headers`` and ``body``
- ``code-8``: HTTP 200 and that code in the body, also one that is not documented
- ``reset``: the connection is reset
- ``silence``: no answer for ``seconds``, then the connection is closed
- ``short-body``: half of the answer, then the connection is closed
- ``drip``: the answer's body byte by byte, one every ``seconds``
- ``html``, ``empty``, ``bad-json``: HTTP 200 and a page of HTML, no body, half of a JSON text
- ``huge``: the answer, after ``size`` blanks
- ``reply``: whatever ``status``, ``headers`` and ``body`` say

And without an ``-after``:

- ``redirect``: 302 to ``location``; nothing was processed
- ``ok-without-sending``: the usual answer, but nothing is done and the balance does not move
- ``balance-as-string``: processed; the balance in the answer is a JSON text
- ``latency``: processed; the answer comes ``seconds`` later
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

from sendmode_sync.emulator.replies import JSON, Reply

Kind = Literal["any", "credits", "import", "optout", "send"]

_TWISTS = r"http-[2-5][0-9]{2}|code-[0-9]+|reset|silence|short-body|drip|html|empty|bad-json|huge|reply"
_ACTION = re.compile(rf"(?:{_TWISTS})(?:-after)?|redirect|ok-without-sending|balance-as-string|latency")
_ON_THE_SOCKET = frozenset({"reset", "silence", "short-body", "drip"})
_AFTER = "-after"
_HTML = b"<!doctype html><title>Just a moment</title><p>Checking your browser.</p>"


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule: which calls it fits, and what happens to them.

    ``call`` is the kind of call; ``nth`` the first occurrence of that kind that it fits, from 1 (None: every one), and
    ``times`` how many from there on (None: all). Only calls that the key and the limiter let in are counted.
    Raises ``ValueError`` for an action that does not exist.
    """

    call: Kind
    action: str
    nth: int | None = None
    times: int | None = 1
    seconds: float = 1.0
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    location: str = "https://redirected.invalid/"
    size: int = 1 << 20

    def __post_init__(self) -> None:
        if self.call not in get_args(Kind):
            raise ValueError(f"unknown call {self.call!r}")
        if _ACTION.fullmatch(self.action) is None:
            raise ValueError(f"unknown action {self.action!r}")

    @property
    def twist(self) -> str:
        """Return the action without saying when it happens."""
        return self.action.removesuffix(_AFTER)

    @property
    def performs(self) -> Literal["really", "seemingly", "not"]:
        """Say whether the call takes effect; ``seemingly`` is answered as if it had."""
        if self.action == "ok-without-sending":
            return "seemingly"
        return "really" if self.action.endswith(_AFTER) or self.action == "balance-as-string" else "not"

    def fits(self, kind: str, seen: Counter[str]) -> bool:
        """Say whether this rule is for the newest call of a kind, when so many of each kind were seen."""
        if self.call not in {kind, "any"}:
            return False
        if self.nth is None:
            return True
        past = (seen.total() if self.call == "any" else seen[kind]) - self.nth
        return past >= 0 and (self.times is None or past < self.times)


class ConnectionFault(ConnectionError):  # noqa: N818 - it is a fault that was asked for, not an error of the emulator
    """What only a real socket can show; a client in the same process takes it for the loss of the connection.

    ``twist`` is ``reset``, ``silence``, ``short-body`` or ``drip``; ``seconds`` is the time it takes (for ``drip``, of
    each byte) and ``reply`` the answer that never fully arrives.
    """

    def __init__(self, twist: str, seconds: float, reply: Reply) -> None:
        """Keep what the server's socket needs to act it out."""
        super().__init__(twist)
        self.twist = twist
        self.seconds = seconds
        self.reply = reply


class Effect(NamedTuple):
    """What the script says of one call: its fault, if any, and how many seconds later it is answered."""

    fault: Fault | None
    latency: float


_NOTHING = Effect(None, 0.0)


class Script:
    """The rules, and how many calls of each kind they have seen."""

    def __init__(self, rules: Iterable[Fault] = ()) -> None:
        """Begin with some rules."""
        self.replace(rules)

    def replace(self, rules: Iterable[Fault]) -> None:
        """Begin again with other rules, counting from one."""
        self._rules = tuple(rules)
        self._seen: Counter[str] = Counter()

    def next(self, kind: str) -> Effect:
        """Count one call and return what happens to it."""
        if not self._rules:
            return _NOTHING
        self._seen[kind] += 1
        fitting = [rule for rule in self._rules if rule.fits(kind, self._seen)]
        latency = sum(rule.seconds for rule in fitting if rule.action == "latency")
        return Effect(next((rule for rule in fitting if rule.action != "latency"), None), latency)


def from_json(text: str | bytes) -> tuple[Fault, ...]:
    """Read a script: a JSON list of objects with the fields of ``Fault``; ``ValueError`` says what is wrong."""
    document = json.loads(text)
    if not isinstance(document, list):
        raise ValueError("a script is a list of rules")  # noqa: TRY004 - one error for all that is wrong with a text
    return tuple(map(_rule, document))


_JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("call", "action", "body", "location"), (str,)),
    **dict.fromkeys(("nth", "times"), (int, type(None))),
    **dict.fromkeys(("status", "size"), (int,)),
    "seconds": (int, float),
    "headers": (dict,),
}


def _rule(document: Any) -> Fault:
    if not isinstance(document, dict) or not {"call", "action"} <= document.keys() <= _JSON_TYPES.keys():
        raise ValueError(f"a rule is an object with call, action and some of: {', '.join(_JSON_TYPES)}")
    for name, value in document.items():
        if not isinstance(value, _JSON_TYPES[name]):
            raise ValueError(f"{name} of a rule cannot be {value!r}")  # noqa: TRY004 - likewise
    return Fault(**document)


def spoil(fault: Fault, reply: Reply, refused: Callable[[int, str], Reply]) -> Reply:
    """Return the answer that a fault makes of the usual one; ``ConnectionFault`` where only a socket can show it."""
    if fault.twist in _ON_THE_SOCKET:
        raise ConnectionFault(fault.twist, fault.seconds, reply)
    if fault.twist in _SPOILED:
        return _SPOILED[fault.twist](fault, reply)
    word, _, figure = fault.twist.partition("-")
    return refused(int(figure), "scripted") if word == "code" else _worded(fault, int(figure))


def _worded(fault: Fault, status: int) -> Reply:
    headers = {"Content-Type": "text/plain", **fault.headers}
    return Reply(status, tuple(headers.items()), fault.body.encode())


def _balance_as_text(_: Fault, reply: Reply) -> Reply:
    document = json.loads(reply.body)
    if "balance" in document:
        document["balance"] = str(document["balance"])
    return reply._replace(body=json.dumps(document).encode())


_SPOILED: Mapping[str, Callable[[Fault, Reply], Reply]] = {
    "html": lambda _, __: Reply(200, (("Content-Type", "text/html"),), _HTML),
    "empty": lambda _, __: Reply(200, (), b""),
    "bad-json": lambda _, reply: Reply(200, (("Content-Type", JSON),), reply.body[: len(reply.body) // 2]),
    "huge": lambda fault, reply: reply._replace(body=b" " * fault.size + reply.body),
    "reply": lambda fault, _: _worded(fault, fault.status),
    "redirect": lambda fault, _: Reply(302, (("Location", fault.location),), b""),
    "ok-without-sending": lambda _, reply: reply,
    "balance-as-string": _balance_as_text,
}
