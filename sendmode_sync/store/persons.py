"""Everything that the state keeps about one person, for whoever asks what is known of them; it changes nothing."""

from __future__ import annotations

from sendmode_sync.model.phone import E164
from sendmode_sync.model.state import AppliedEntry, ConsentEntry, PersonEntry
from sendmode_sync.store import rows
from sendmode_sync.store.rows import fields_of, moment
from sendmode_sync.store.sql import Connection


def about(connection: Connection, number: E164) -> PersonEntry:
    """Return imports, opt-out, consents, texts and calls of one number, each in the order of time or name."""
    key = (number,)
    applied = (
        "SELECT name, field_values, applied_at FROM applied_fields "
        "JOIN contact_group ON contact_group.id = applied_fields.contact_group WHERE mobilenumber = ? ORDER BY name"
    )
    optout = (
        "SELECT recorded_at, applied_at, source, optoutresponse, returnedresponse FROM optout WHERE mobilenumber = ?"
    )
    consents = 'SELECT consent, "user", at FROM consent WHERE mobilenumber = ? ORDER BY at'
    sent = (
        "SELECT send.mobilenumber, send.campaign, send.status, messagetext, customerid, send.at FROM send "
        "JOIN message ON message.campaign = send.campaign AND message.digest = send.text "
        "LEFT JOIN operation ON operation.operation = send.operation "
        "WHERE send.mobilenumber = ? ORDER BY send.at, send.campaign"
    )
    calls = (
        "SELECT operation, run, kind, status, campaign, contact_group, customerid, credits, cause, claimed_at, "
        "settled_at FROM operation JOIN operation_item USING (operation) WHERE mobilenumber = ? ORDER BY seq"
    )
    barred = connection.execute(optout, key).fetchone()
    return PersonEntry(
        number,
        imports=tuple(
            AppliedEntry(group, fields_of(values), moment(at)) for group, values, at in connection.execute(applied, key)
        ),
        optout=None if barred is None else rows.optout(barred),
        consents=tuple(ConsentEntry(text, user, moment(at)) for text, user, at in connection.execute(consents, key)),
        sent=tuple(rows.sent(row) for row in connection.execute(sent, key)),
        calls=tuple(rows.operation(row, key) for row in connection.execute(calls, key)),
    )
