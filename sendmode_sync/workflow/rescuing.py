"""Results that could not be recorded, read back from the log of their run, and given to the state; it guesses nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, cast

from sendmode_sync.errors import LockedError
from sendmode_sync.model.claim import Outcome, Result
from sendmode_sync.ports import Clock, StateStore

_LINE = re.compile(
    r"SMSYNC-RESULT operation=(?P<operation>[0-9A-Za-z-]{1,64}) outcome=(?P<outcome>done|rejected|unknown|released) "
    r"cause=(?P<cause>[0-9a-z-]{1,64})\s*$",
    re.MULTILINE,
)


class Line(NamedTuple):
    """One result as a run said it."""

    operation: str
    result: Result


class Rescued(NamedTuple):
    """How many results were found, and how many of them told the state something new.

    ``sendable`` are campaigns of which a text was accepted that somebody has settled as not sent since.
    """

    found: int
    settled: int
    sendable: tuple[str, ...] = ()


def lines(log: str) -> tuple[Line, ...]:
    """Return the results in a log, whatever stands before each on its line; of one call the last counts."""
    found = {
        match["operation"]: Result(
            cast("Outcome", match["outcome"]), None if match["cause"] == "none" else match["cause"]
        )
        for match in _LINE.finditer(log)
    }
    return tuple(Line(operation, result) for operation, result in found.items())


def rescue(found: Iterable[Line], store: StateStore, clock: Clock) -> Rescued:
    """Give results to the state where their calls are still claimed, or unknown because their run was interrupted.

    An unknown call only ever becomes accepted this way. ``LockedError`` while a run is under way: it may know better.
    """
    holder = store.holder()
    if holder is not None:
        raise LockedError(f"run {holder.run} (process {holder.pid}) is under way", remedy="wait for its end")
    every = tuple(found)
    known = {each.operation: each for run in store.runs(limit=1_000_000) for each in store.operations(run.run)}
    settled = 0
    sendable: set[str] = set()
    for line in every:
        call = known.get(line.operation)
        if call is None:
            continue
        before = store.identity().serial
        store.settle(line.operation, line.result, clock.now(), clock.instant())
        settled += store.identity().serial > before
        if call.campaign is not None and line.result.outcome == "done" and call.status == "released":
            sendable.add(call.campaign)
    return Rescued(len(every), settled, tuple(sorted(sendable)))
