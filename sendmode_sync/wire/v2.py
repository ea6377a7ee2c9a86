"""Sendmode REST v2: how its four calls are written and what its answers mean; HTTP itself is elsewhere.

Source: Sendmode REST v2 documentation (developers.sendmode.com/restdocs) for paths, form fields, names and codes, and the
Sendmode connector reference (learn.microsoft.com/connectors/sendmode) for JSON nesting. The envelope of ``/optout`` is
published nowhere; that it equals the one of ``/send`` is an assumption.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
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
from sendmode_sync.model.settings import Encoding, NumberFormat, Paths
from sendmode_sync.wire import reading, writing
from sendmode_sync.wire.abilities import ABILITIES
from sendmode_sync.wire.calls import WireReply, WireRequest
from sendmode_sync.wire.reading import Defect, Document, Reason

KEY_CODES = frozenset({14, 16})
"""INVALID_ACCESS_KEY and UNAUTHORISED."""

REFUSAL_CODES = frozenset({1, 10, 11, 18, 97, 104, 105, 195}) | KEY_CODES
"""The documented codes that say for certain that nothing was processed. 8 SYSTEM_ERROR does not say so."""

_CODE_TEXT = re.compile(r"0|[1-9][0-9]{0,5}")
_BALANCE_TEXT = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,10})?")
_BALANCE_LIMIT = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class V2:
    """The dialect of one account: its paths, the encoding of bodies, how numbers are written, its time zone."""

    paths: Paths = field(default_factory=Paths)
    encoding: Encoding = "form"
    number_format: NumberFormat = "digits"
    timezone: str = "Europe/Dublin"

    @property
    def abilities(self) -> Abilities:
        """All four calls exist."""
        return ABILITIES["v2"]

    def encode(self, call: Call) -> WireRequest:
        """Return the request of a call."""
        match call:
            case CheckCredits():
                return WireRequest("GET", self.paths.credits)
            case ImportCustomer():
                return self._post(self.paths.importing, {"group": call.group, "importdata": self._customer(call)})
            case OptOutNumber():
                return self._post(self.paths.optout, {"message": self._optout(call)})
            case SendText():
                return self._post(self.paths.send, {"message": self._message(call)})
            case _:
                assert_never(call)

    def decode(self, call: Call, reply: WireReply) -> Answer:
        """Return what a reply says of the call.

        v2 answers failures with HTTP 200 too, so a 2xx is worth what its ``statusCode`` says, and nothing without one.
        """
        document = reading.read_document(reply)
        if not reading.is_success(reply):
            return reading.judge_status(reply, _reason(document))
        match document:
            case Defect(cause):
                return Unknown(cause)
            case _:
                return _judge_document(call, document)

    def _post(self, path: str, fields: Mapping[str, str | dict[str, object]]) -> WireRequest:
        """Return a POST: a form whose nested fields hold JSON text, or one JSON body."""
        match self.encoding:
            case "json":
                return WireRequest("POST", path, (writing.JSON_TYPE,), writing.write_json(fields).encode("ascii"))
            case "form":
                texts = {
                    name: value if isinstance(value, str) else writing.write_json(value)
                    for name, value in fields.items()
                }
                return WireRequest("POST", path, (writing.FORM_TYPE,), writing.write_form(texts))
            case _:
                assert_never(self.encoding)

    def _number(self, number: str) -> str:
        return writing.write_number(number, self.number_format)

    def _customer(self, call: ImportCustomer) -> dict[str, object]:
        return {"mobilenumber": self._number(call.mobilenumber), **call.fields}

    def _optout(self, call: OptOutNumber) -> dict[str, object]:
        return writing.without_none(
            mobilenumber=self._number(call.mobilenumber),
            optoutresponse=call.optoutresponse,
            returnedresponse=call.returnedresponse,
        )

    def _message(self, call: SendText) -> dict[str, object]:
        when = call.scheduledate
        return writing.without_none(
            messagetext=call.messagetext,
            recipients=[self._number(number) for number in call.recipients],
            senderid=call.senderid,
            customerid=call.customerid,
            scheduledate=None if when is None else writing.write_wall_time(when, self.timezone),
        )


def _judge_document(call: Call, document: Document) -> Answer:
    """Return what the object of a 2xx reply means."""
    reason = _reason(document)
    if reason.code is None:
        return Unknown("bad-status-code" if "statusCode" in document else "no-status-code", reason.text)
    if reason.code in REFUSAL_CODES:
        return Refused(f"code-{reason.code}", *reason)
    if reason.code != 0:
        return Unknown(f"code-{reason.code}", reason.text)
    match call:
        case CheckCredits():
            balance = _balance(document.get("balance"))
            return Unknown("bad-balance") if balance is None else Accepted(balance)
        case SendText():
            return Accepted() if _is_ours(call, document) else Unknown("mixed-up-answer")
        case ImportCustomer() | OptOutNumber():
            return Accepted()
        case _:
            assert_never(call)


def _reason(document: Document | Defect) -> Reason:
    """Return the code of an answer and its own words; None for a code that is neither a whole number nor its text."""
    match document:
        case Defect():
            return Reason()
        case _:
            code = _code(document.get("statusCode"))
            words = reading.clean(document.get("error")) or reading.clean(document.get("message"))
            return Reason(code, reading.clean(document.get("status")), words, code in KEY_CODES)


def _code(value: object) -> int | None:
    """Return a status code. ``False`` equals 0 in Python and 0.0 does too; neither is one."""
    if type(value) is int:
        return value
    return int(value) if isinstance(value, str) and _CODE_TEXT.fullmatch(value) else None


def _balance(value: object) -> Decimal | None:
    """Return a balance in credits, which comes as a number or as its text; None for anything else."""
    match value:
        case bool():
            return None
        case int() | Decimal():
            number = Decimal(value)
        case str() if _BALANCE_TEXT.fullmatch(value):
            number = Decimal(value)
        case _:
            return None
    return number if abs(number) < _BALANCE_LIMIT else None


def _is_ours(call: SendText, document: Document) -> bool:
    """Say whether an answer is to this send: the connector's answers repeat the customerid inside ``message``."""
    match document.get("message"):
        case {"customerid": inner}:
            return reading.is_echo(inner, call.customerid) and reading.is_echo(
                document.get("customerid"), call.customerid
            )
        case _:
            return reading.is_echo(document.get("customerid"), call.customerid)
