"""Who received what and when, as CSV for a spreadsheet or as JSON; no cell of it can act as a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sendmode_sync.model.plandoc import moment
from sendmode_sync.model.state import PersonEntry, SentEntry
from sendmode_sync.render.choice import unavailable
from sendmode_sync.render.jsondoc import FORMAT_VERSION, dump
from sendmode_sync.render.view import Masker, page, printable

COLUMNS = ("mobilenumber", "campaign", "status", "messagetext", "customerid", "at")

_FORMULA = re.compile("[\\s\ufeff\"']*[=+\\-@\t\r＝＋－＠]")
_PLAIN = re.compile(r"[A-Za-z0-9_.:* -]*")  # a ; or a tab splits cells in other locales, so they stand in quotes too


def render(entries: Iterable[SentEntry], form: str, masker: Masker) -> str:
    """Return one record a recipient. Where people are hidden, so is the text they read."""
    match form:
        case "csv":
            return page([",".join(COLUMNS), *(_row(entry, masker) for entry in entries)])
        case "json":
            sent = [_record(entry, masker) for entry in entries]
            return dump({"format_version": FORMAT_VERSION, "sent": sent})
        case _:
            raise unavailable(form, "csv", "json")


def render_person(person: PersonEntry, masker: Masker) -> str:
    """Return everything that is kept about one person as JSON: an answer to who asks for access."""
    optout = person.optout
    return dump(
        {
            "format_version": FORMAT_VERSION,
            "mobilenumber": masker.number(person.mobilenumber),
            "imports": [
                {
                    "group": each.group,
                    "fields": {name: value for name, value in masker.values(each.values).items() if value},
                    "applied_at": moment(each.at),
                }
                for each in person.imports
            ],
            "optout": None
            if optout is None
            else {
                "recorded_at": moment(optout.recorded_at),
                "applied_at": moment(optout.applied_at),
                "source": optout.source,
                "optoutresponse": optout.optoutresponse,
                "returnedresponse": optout.returnedresponse,
            },
            "consents": [{**each._asdict(), "at": moment(each.at)} for each in person.consents],
            "sent": [_record(each, masker) for each in person.sent],
            "calls": [
                {
                    "operation": each.operation,
                    "kind": each.kind,
                    "status": each.status,
                    "campaign": each.campaign,
                    "group": each.group,
                    "customerid": each.customerid,
                    "claimed_at": moment(each.claimed_at),
                }
                for each in person.calls
            ],
        }
    )


def _record(entry: SentEntry, masker: Masker) -> dict[str, str | None]:
    return {
        "mobilenumber": masker.number(entry.mobilenumber),
        "campaign": entry.campaign,
        "status": entry.status.value,
        "messagetext": masker.value(entry.messagetext),
        "customerid": entry.customerid,
        "at": moment(entry.at),
    }


def _row(entry: SentEntry, masker: Masker) -> str:
    """Return one line: a number without its plus is digits to a spreadsheet and to Sendmode alike."""
    record = _record(entry, masker)
    record["mobilenumber"] = masker.number(entry.mobilenumber).removeprefix("+")
    return ",".join(_cell(record[column] or "") for column in COLUMNS)


def _cell(text: str) -> str:
    safe = ("'" if _FORMULA.match(text) else "") + printable(text)
    return safe if _PLAIN.fullmatch(safe) else '"' + safe.replace('"', '""') + '"'
