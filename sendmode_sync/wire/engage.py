"""Sendmode Engage v3: how its sends are written and what its answers mean; it knows no other call.

Source: public client code, since the vendor's reference could not be read. Nothing is public of credits, imports,
opt-outs and scheduling, so ``abilities`` denies them and the planner holds what would need them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from sendmode_sync.model.calls import (
    Accepted,
    Answer,
    Call,
    CheckCredits,
    ImportCustomer,
    OptOutNumber,
    Refused,
    SendText,
    Unknown,
)
from sendmode_sync.model.plan import Abilities
from sendmode_sync.model.settings import NumberFormat
from sendmode_sync.wire import reading, writing
from sendmode_sync.wire.abilities import ABILITIES
from sendmode_sync.wire.calls import WireReply, WireRequest
from sendmode_sync.wire.reading import Defect, Document, Reason


@dataclass(frozen=True, slots=True)
class Engage:
    """The dialect of one account: the path of single sends (bulk sends are below it) and how numbers are written."""

    path: str = "/send"
    number_format: NumberFormat = "e164"

    @property
    def abilities(self) -> Abilities:
        """Sends at once are all that is known."""
        return ABILITIES["engage"]

    def encode(self, call: Call) -> WireRequest:
        """Return the request of a send.

        Raises ``ValueError`` for any other call, a scheduledate and a missing senderid: the plan lets none of them through.
        """
        match call:
            case SendText():
                return self._send(call)
            case CheckCredits() | ImportCustomer() | OptOutNumber():
                raise ValueError(f"Engage has no call for {type(call).__name__}")
            case _:
                assert_never(call)

    def decode(self, call: Call, reply: WireReply) -> Answer:
        """Return what a reply says of the send: accepted is 2xx and ``is_successful`` exactly true."""
        document = reading.read_document(reply)
        if not reading.is_success(reply):
            return reading.judge_status(reply, _reason(document))
        match document:
            case Defect(cause):
                return Unknown(cause)
            case _:
                return _judge_document(call, document)

    def _send(self, call: SendText) -> WireRequest:
        if call.scheduledate is not None or call.senderid is None:
            raise ValueError("Engage sends at once, and under a senderid")
        numbers = [writing.write_number(number, self.number_format) for number in call.recipients]
        message = {"sender_id": call.senderid, "message": call.messagetext, "customer_id": call.customerid}
        match numbers:
            case [number]:
                path, body = self.path, writing.write_json({**message, "mobile_number": number})
            case _:
                path, body = f"{self.path}/bulk", writing.write_json({**message, "mobile_numbers": numbers})
        return WireRequest("POST", path, (writing.JSON_TYPE,), body.encode("ascii"))


def _judge_document(call: Call, document: Document) -> Answer:
    """Return what the object of a 2xx reply means."""
    reason = _reason(document)
    match call, document.get("is_successful"):
        case SendText(customerid=ours), True:
            return Accepted() if reading.is_echo(document.get("customer_id"), ours) else Unknown("mixed-up-answer")
        case _, False:
            return Refused("not-successful", *reason)
        case _:
            return Unknown("no-verdict", reason.text)


def _reason(document: Document | Defect) -> Reason:
    """Return the words of an answer; Engage has no codes."""
    match document:
        case Defect():
            return Reason()
        case _:
            return Reason(text=reading.clean(document.get("error_message")))
