"""The shape of a request, of a reply, and of what translates between them and our calls; nothing here is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, Protocol

from sendmode_sync.model.calls import Answer, Call
from sendmode_sync.model.plan import Abilities


class WireRequest(NamedTuple):
    """One HTTP request below the account's ``base_url``, without what every request carries (key, user agent)."""

    method: Literal["GET", "POST"]
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class WireReply(NamedTuple):
    """One HTTP reply. Names of ``headers`` are in lower case; ``body`` is what was read of it, undone of any encoding.

    A body longer than ``reading.MAX_BODY`` bytes stands for one that was cut.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class Dialect(Protocol):
    """One of Sendmode's APIs. The two are incompatible, and never a fallback for each other."""

    @property
    def abilities(self) -> Abilities:
        """What of the four calls this API has."""
        ...

    def encode(self, call: Call) -> WireRequest:
        """Return the request; raises ``ValueError`` for a call outside ``abilities``, which the planner holds back."""
        ...

    def decode(self, call: Call, reply: WireReply) -> Answer:
        """Return what the reply says of the call; never raises, whatever the bytes are."""
        ...
