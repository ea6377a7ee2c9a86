"""The rule about how often one person is texted, over all campaigns that the state or the plan knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from sendmode_sync.model.counting import persons
from sendmode_sync.model.phone import E164
from sendmode_sync.model.state import SendStatus, State
from sendmode_sync.planning.barred import examples
from sendmode_sync.planning.lints.rule import Finding, Subject

_WEEK = dt.timedelta(days=7)
_REACHED = frozenset({SendStatus.ACCEPTED, SendStatus.UNKNOWN, SendStatus.CLAIMED})


def history(state: State | None, now: dt.datetime) -> dict[E164, list[dt.datetime]]:
    """Return when people got, or may have got, texts in the last seven days."""
    times: dict[E164, list[dt.datetime]] = {}
    for record in () if state is None else state.campaigns.values():
        for number, row in record.rows.items():
            if row.status in _REACHED and now - row.at < _WEEK:
                times.setdefault(number, []).append(row.at)
    return times


def note(times: dict[E164, list[dt.datetime]], at: dt.datetime | None, numbers: Iterable[E164]) -> None:
    """Add a text that people get at one time; None where nobody will."""
    if at is not None:
        for number in numbers:
            times.setdefault(number, []).append(at)


def frequency(subject: Subject) -> Iterator[Finding]:
    """Count people who get more texts in a week than they want."""
    at, week = subject.at, subject.week
    most = subject.desired.settings.lints.texts_per_week
    if at is None or not week:
        return
    often = (number for number in subject.rest.audience if len(week.get(number, ())) >= most)
    over = sorted(number for number in often if _too_many(week[number], at, most))
    if over:
        yield Finding(
            f"with it, {persons(len(over))} {'gets' if len(over) == 1 else 'get'} more than {most} texts in seven days ({examples(over)}); "
            "spread the campaigns, or leave those people out with exclude_received"
        )


def _too_many(others: Sequence[dt.datetime], at: dt.datetime, most: int) -> bool:
    """Say whether some seven days that hold ``at`` hold more than ``most`` texts."""
    times = sorted((*others, at))
    return any(last - first < _WEEK and first <= at <= last for first, last in zip(times, times[most:], strict=False))
