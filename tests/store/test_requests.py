from __future__ import annotations

import datetime as dt
from contextlib import closing
from decimal import Decimal

import pytest

from sendmode_sync.errors import Place, StateError
from sendmode_sync.model.claim import Result
from sendmode_sync.model.desired import OptOut
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.store import decisions, ledger, optouts, requests, results, runs, sqlite_file
from sendmode_sync.store.lease import Lease
from sendmode_sync.store.requests import Request

AT = dt.datetime(2026, 12, 1, 10, 0, 0, 5, tzinfo=dt.UTC)
NOW = Instant(1e9, 5.5, "boot")


@pytest.mark.parametrize(
    "request_",
    [
        Request("optouts.record", ([OptOut("+447700900001", "STOP", None)], "command", AT)),
        Request("optouts.lift", ("+447700900001", "a form", "me", AT)),
        Request("result.settle", ("op-1", Result("unknown", "reset", "words"), AT, NOW)),
        Request("run.finish", (Lease(3, "run-1"), runs.End(4, AT, Decimal("1.50"), None))),
        Request("ledger.take", ("op-1", NOW, RateLimit(3, 0.5), 30.0)),
    ],
    ids=lambda each: each.kind,
)
def test_a_request_is_read_as_it_was_written(request_: Request) -> None:
    assert requests.read(requests.write(request_)) == request_


def test_only_what_a_run_can_be_asked_is_a_request() -> None:
    assert requests.of(optouts.refresh, (AT,)) == Request("optouts.refresh", (AT,))
    assert requests.of(results.settle, ("op-1", Result("done"), AT, NOW)) is not None
    assert requests.of(ledger.take, ("op-1", NOW, RateLimit(), 30.0)) is not None
    assert requests.of(decisions.resolve, ("offer", None, None)) is None


def test_where_an_opt_out_was_written_stays_at_home() -> None:
    asked = requests.of(optouts.record, ((OptOut("+447700900001", place=Place("a.yaml")),), "yaml", AT))
    assert asked == Request("optouts.record", ([OptOut("+447700900001")], "yaml", AT))


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"5", b'["optouts.refresh", {"Thing": []}]'])
def test_what_is_no_request_is_refused(text: bytes) -> None:
    with pytest.raises(StateError, match="cannot be read"):
        requests.read(text)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (Request("optouts.import", ()), 'asked for "optouts.import" by a newer sendmode-sync; upgrade'),
        (Request("result.settle", ("op-1", Result("done"), AT, NOW)), None),  # no call that anybody knows of
    ],
    ids=lambda each: each.kind if isinstance(each, Request) else "",
)
def test_what_cannot_be_done_changes_nothing(request_: Request, said: str | None) -> None:
    with closing(sqlite_file.new_in_memory(AT)) as opened:
        before = opened.connection.total_changes
        if said is None:
            requests.perform(opened.connection, request_)
        else:
            with pytest.raises(StateError, match=said):
                requests.perform(opened.connection, request_)
        assert opened.connection.total_changes == before
