"""What cannot be so in the rows of a state, whatever engine keeps them: statuses, epochs and fingerprints that disagree."""

from __future__ import annotations

from sendmode_sync.model.fingerprint import of_values
from sendmode_sync.store.rows import fields_of
from sendmode_sync.store.sql import Connection

_CONTRADICTIONS = (
    (
        "rows of the journal belong to an epoch that has not come yet",
        "SELECT count(*) FROM operation WHERE epoch > (SELECT epoch FROM lease)",
    ),
    (
        "calls belong to another epoch than their run",
        "SELECT count(*) FROM operation JOIN run USING (run) WHERE operation.epoch <> run.epoch",
    ),
    (
        "recipients are in another status than the call that claimed them",
        (
            "SELECT count(*) FROM send JOIN operation USING (operation) WHERE operation.status <> "
            "CASE send.status WHEN 'accepted' THEN 'done' ELSE send.status END"
        ),
    ),
    (
        "recipients are missing from the call that claimed them",
        (
            "SELECT count(*) FROM send LEFT JOIN operation_item USING (operation, mobilenumber) "
            "WHERE send.operation IS NOT NULL AND operation_item.operation IS NULL"
        ),
    ),
    (
        "recipients belong to a campaign that never started",
        "SELECT count(*) FROM send JOIN campaign ON name = campaign WHERE started_at IS NULL",
    ),
    (
        "imports are applied without their fields",
        (
            "SELECT count(*) FROM applied LEFT JOIN applied_fields USING (contact_group, mobilenumber) "
            "WHERE field_values IS NULL"
        ),
    ),
    ("numbers were left behind by an erasure", "SELECT count(*) FROM erasing"),
)


def found(connection: Connection) -> list[str]:
    """Return what is wrong, in sentences without personal data; empty where all agrees."""
    wrong = []
    for sentence, query in _CONTRADICTIONS:
        (count,) = connection.execute(query).fetchone()
        if count:
            wrong.append(f"{sentence} ({count})")
    query = "SELECT field_values, fingerprint FROM applied JOIN applied_fields USING (contact_group, mobilenumber)"
    edited = sum(of_values(fields_of(text)) != mark for text, mark in connection.execute(query))
    if edited:
        wrong.append(f"imports do not match their fingerprint ({edited})")
    return wrong
