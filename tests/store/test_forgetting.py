"""An erased person is nowhere in the file any more, not even in the pages that SQLite no longer uses."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from sendmode_sync.model.claim import Freeze, ImportClaim, Result, RunStart, SendClaim
from sendmode_sync.model.desired import FIELDS, OptOut, Values
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.model.state import FrozenText
from sendmode_sync.store.sqlite import SqliteStore

AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
NOW = Instant(1e9, 1000.0, "boot")
LIMIT = RateLimit(100, 60.0)
AOIFE = "+447700900001"
FIELD_VALUES: Values = ("Aoifewhoisgone", *("",) * (len(FIELDS) - 1))


def traces(path: Path) -> list[bytes]:
    content = path.read_bytes()
    return [trace for trace in (AOIFE.encode(), b"Aoifewhoisgone") if trace in content]


def test_an_erased_person_is_nowhere_in_the_file(path: Path) -> None:
    freeze = Freeze("c1:x", False, {AOIFE: "t1:x"}, {"t1:x": FrozenText("Hi Aoifewhoisgone", "GSM-7", 1)})
    with closing(SqliteStore.open(path)) as store:
        store.lock(RunStart("run-1", "apply", "host", 1, "me", AT), 0)
        store.adopt_imports([("members", AOIFE, FIELD_VALUES)], AT)
        store.begin(
            SendClaim("op-1", "offer", "ref", (AOIFE,), "t1:x", Decimal(1), freeze=freeze), AT, NOW, LIMIT, 30.0
        )
        store.settle("op-1", Result("rejected", "code-11", f"bad number {AOIFE}"), AT, NOW)
        store.begin(ImportClaim("op-2", "staff", AOIFE, FIELD_VALUES), AT, NOW, LIMIT, 30.0)
        store.record_optouts([OptOut(AOIFE, "STOP from Aoifewhoisgone")], "yaml", AT)
        store.lift_optout(AOIFE, "signed by Aoifewhoisgone", "me", AT)
        store.record_optouts([OptOut(AOIFE)], "yaml", AT)
        store.remember({"list": f"Aoifewhoisgone {AOIFE}".encode()})
        assert len(traces(path)) == 2
        assert store.forget(AOIFE, AT)
        assert traces(path) == []
        assert store.remembered() == {}
        assert [(entry.kind, entry.recipients) for entry in store.operations("run-1")] == [("send", ()), ("import", ())]
        assert store.check() == []
