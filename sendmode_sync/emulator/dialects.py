"""The two APIs as tables of routes: what each call must carry, what it does, how it is answered; no sockets, no faults.

REST v2 (Sendmode REST v2 documentation, and the connector reference for JSON and for opt-outs) and Engage v3 (read out
of public clients). It is strict where the documentation is silent: unknown parameters, values that are no text and
bodies that are not properly encoded are refused, so that a careless client shows.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import unquote_to_bytes

from sendmode_sync.emulator.account import EmulatedAccount, Order, canonical
from sendmode_sync.emulator.replies import LOW_CREDITS, Reply, code_name, json_reply
from sendmode_sync.emulator.segments import segments

Document: TypeAlias = Mapping[str, Any]

FIELDS = frozenset(
    {
        *("mobilenumber", "firstname", "surname", "address", "town", "county", "email"),
        *("custom1", "custom2", "businessname", "dateofbirth"),
    }
)
_MOST_SEGMENTS = 10
_LONGEST_RESPONSE = 50
_SENDER = re.compile(r"[A-Za-z0-9 ]{1,11}|\+?[0-9]{1,15}")
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_FREQUENT = tuple((f"%{ord(char):02X}", char) for char in ' "{}:,[]/@+')
_DATE_OF_BIRTH = re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4}")
_SCHEDULE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")


class CodeError(Exception):
    """A call that ends with one of the codes, and the words that go with it."""

    def __init__(self, code: int, text: str) -> None:
        """Keep the code apart from the words."""
        super().__init__(text)
        self.code = code


class Request(NamedTuple):
    """A request once it is let in: content type in lower case without parameters, and the whole body."""

    content_type: str
    body: bytes
    at: float


class Dialect(NamedTuple):
    """How one of the APIs words its answers."""

    accepted: Callable[[float, Document], Reply]
    refused: Callable[[int, str], Reply]


class Route(NamedTuple):
    """One call: its kind, its only method, its dialect, and what it does; ``process`` raises ``CodeError``."""

    kind: str
    method: str
    dialect: Dialect
    process: Callable[[EmulatedAccount, Request], Document]


def respond(route: Route, account: EmulatedAccount, request: Request) -> Reply:
    """Perform one call on an account and word its answer."""
    try:
        return route.dialect.accepted(request.at, route.process(account, request))
    except CodeError as error:
        return route.dialect.refused(error.code, str(error))


def _v2_accepted(at: float, extra: Document) -> Reply:
    accepted = dt.datetime.fromtimestamp(at, dt.UTC).isoformat()
    return json_reply(200, {"status": "OK", "statusCode": 0, "acceptedDateTime": accepted, **extra})


def _v2_refused(code: int, text: str) -> Reply:
    return json_reply(200, {"status": code_name(code), "statusCode": code, "error": text})


def _engage_accepted(at: float, extra: Document) -> Reply:
    accepted = dt.datetime.fromtimestamp(at, dt.UTC).isoformat()
    return json_reply(
        200, {"is_successful": True, "request_id": f"emulated-{at:.6f}", "accept_date": accepted, **extra}
    )


def _engage_refused(code: int, text: str) -> Reply:
    return json_reply(200, {"is_successful": False, "error_message": f"{code_name(code)}: {text}"})


def _parse_json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise CodeError(18, "the JSON cannot be read") from None


def _json_object(value: object, name: str) -> Document:
    if not isinstance(value, dict):
        raise CodeError(18, f"{name} is not a JSON object")
    return value


def _envelope(request: Request, name: str, *siblings: str) -> tuple[Document, Document]:
    """Return the object called ``name`` and the parameters beside it, from a form or from JSON."""
    if request.content_type == "application/json":
        document = _json_object(_parse_json(request.body), "the body")
        parsed = document.get(name)
    elif request.content_type == "application/x-www-form-urlencoded":
        document = read_form(request.body)
        parsed = _parse_json(document[name]) if name in document else None
    else:
        raise CodeError(18, f"a body of type {request.content_type or 'none'} is not understood")
    if parsed is None:
        raise CodeError(195, f"{name} is missing")
    _only(document, {name, *siblings})
    return _json_object(parsed, name), {key: document[key] for key in siblings if key in document}


def read_form(body: bytes) -> dict[str, str]:
    """Return the parameters of a form; ``CodeError`` where it is not properly encoded or names one twice."""
    try:
        pairs = [_pair(text) for text in body.decode("ascii").split("&")] if body else []
    except ValueError:
        raise CodeError(18, "the form is not properly percent-encoded") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise CodeError(18, "a parameter stands twice")
    return form


def _pair(text: str) -> tuple[str, str]:
    """Return name and value of one parameter; ``ValueError`` where it is not properly encoded, or has no value."""
    if _STRAY_PERCENT.search(text):
        raise ValueError(text)
    name, value = text.split("=", 1)
    return _decoded(name), _decoded(value)


def _decoded(text: str) -> str:
    """Undo the encoding of a name or value, in which each percent sign begins an escape: first of what is frequent."""
    text = text.replace("+", " ")
    for escape, char in _FREQUENT if "%" in text else ():
        if escape in text:
            text = text.replace(escape, char)
    return unquote_to_bytes(text).decode() if "%" in text else text


def _only(document: Document, known: frozenset[str] | set[str]) -> None:
    unknown = document.keys() - known
    if unknown:
        raise CodeError(18, f"unknown parameter {min(unknown)}")


def _text(document: Document, name: str, *, required: bool = False) -> str | None:
    value = document.get(name)
    if value is None:
        if required:
            raise CodeError(195, f"{name} is missing")
        return None
    if not isinstance(value, str):
        raise CodeError(18, f"{name} is not a text")
    return value


def _number(value: object) -> str:
    number = canonical(value) if isinstance(value, str) else None
    if number is None:
        raise CodeError(11, "not a mobile number")
    return number


def _required_number(document: Document, name: str = "mobilenumber") -> str:
    value = document.get(name)
    if value is None or value == "":
        raise CodeError(195, f"{name} is missing")
    return _number(value)


def _messagetext(text: str | None) -> str:
    if not text or segments(text) > _MOST_SEGMENTS:
        raise CodeError(1, f"a text has 1 to {_MOST_SEGMENTS} segments")
    return text


def _senderid(text: str | None) -> str | None:
    if text and _SENDER.fullmatch(text) is None:
        raise CodeError(10, "a sender has at most 11 letters, digits and spaces, or 15 digits")
    return text or None


def _recipients(value: object) -> tuple[str, ...]:
    if not value:
        raise CodeError(195, "recipients are missing")
    if not isinstance(value, list):
        raise CodeError(18, "recipients are not a list")
    return tuple(map(_number, value))


def _scheduledate(text: str | None) -> dt.datetime | None:
    if not text:
        return None
    try:
        if _SCHEDULE.fullmatch(text):
            return dt.datetime.fromisoformat(text)
    except ValueError:
        pass
    raise CodeError(97, "scheduledate must read YYYY-MM-DDTHH:MM:SS")


def _dateofbirth(text: str | None) -> None:
    if not text:
        return
    day, month, year = text.split("/") if _DATE_OF_BIRTH.fullmatch(text) else ("0", "0", "0")
    try:
        dt.date(int(year), int(month), int(day))
    except ValueError:
        raise CodeError(18, "dateofbirth must read dd/mm/yyyy") from None


def _sent(account: EmulatedAccount, order: Order, at: float) -> None:
    if account.send(order, at) is None:
        raise CodeError(LOW_CREDITS, "the balance does not cover this call (an assumption of the emulator)")


def _credits(account: EmulatedAccount, _: Request) -> Document:
    return {"balance": float(account.balance)}


def _import(account: EmulatedAccount, request: Request) -> Document:
    data, beside = _envelope(request, "importdata", "group")
    _only(data, FIELDS)
    group = _text(beside, "group")
    number = _required_number(data)
    fields = {name: value for name in data if name != "mobilenumber" and (value := _text(data, name)) is not None}
    _dateofbirth(fields.get("dateofbirth"))
    account.import_contact(number, group, fields)
    return {"group": group, "importdata": {"mobilenumber": number, **fields}}


def _optout(account: EmulatedAccount, request: Request) -> Document:
    data, _ = _envelope(request, "message")
    _only(data, {"mobilenumber", "optoutresponse", "returnedresponse"})
    number = _required_number(data)
    reason = _text(data, "optoutresponse") or ""
    if len(reason) > _LONGEST_RESPONSE:
        raise CodeError(18, f"optoutresponse is longer than {_LONGEST_RESPONSE} characters")
    account.opt_out(number, reason, _text(data, "returnedresponse") or "", request.at)
    return {"mobilenumber": number, "optoutreason": reason}


def _send(account: EmulatedAccount, request: Request) -> Document:
    data, _ = _envelope(request, "message")
    _only(data, {"messagetext", "recipients", "senderid", "customerid", "scheduledate"})
    text = _text(data, "messagetext", required=True)
    order = Order(
        recipients=_recipients(data.get("recipients")),
        text=_messagetext(text),
        senderid=_senderid(_text(data, "senderid")),
        customerid=_text(data, "customerid"),
        scheduledate=_scheduledate(_text(data, "scheduledate")),
    )
    _sent(account, order, request.at)
    return {"message": {**data, "recipients": list(order.recipients)}}


def _engage_order(request: Request, name: str) -> tuple[Document, str, str | None]:
    if request.content_type != "application/json":
        raise CodeError(18, "the body is not JSON")
    data = _json_object(_parse_json(request.body), "the body")
    _only(data, {"sender_id", "message", "customer_id", name})
    sender = _senderid(_text(data, "sender_id", required=True))
    if sender is None:
        raise CodeError(195, "sender_id is missing")
    return data, sender, _text(data, "customer_id")


def _engage_send(account: EmulatedAccount, request: Request) -> Document:
    data, sender, customer = _engage_order(request, "mobile_number")
    text = _messagetext(_text(data, "message", required=True))
    _sent(account, Order((_required_number(data, "mobile_number"),), text, sender, customer), request.at)
    return {}


def _engage_bulk(account: EmulatedAccount, request: Request) -> Document:
    data, sender, customer = _engage_order(request, "mobile_numbers")
    text = _messagetext(_text(data, "message", required=True))
    _sent(account, Order(_recipients(data.get("mobile_numbers")), text, sender, customer), request.at)
    return {}


V2 = Dialect(_v2_accepted, _v2_refused)
ENGAGE = Dialect(_engage_accepted, _engage_refused)

ROUTES: Mapping[str, Route] = {
    "/v2/credits": Route("credits", "GET", V2, _credits),
    "/v2/import": Route("import", "POST", V2, _import),
    "/v2/optout": Route("optout", "POST", V2, _optout),
    "/v2/send": Route("send", "POST", V2, _send),
    "/3.0/send": Route("send", "POST", ENGAGE, _engage_send),
    "/3.0/send/bulk": Route("send", "POST", ENGAGE, _engage_bulk),
}
