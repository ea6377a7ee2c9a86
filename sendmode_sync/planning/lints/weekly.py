"""The rule about how often one person is texted, over all campaigns that the state or the plan knows."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from sendmode_sync.model.phone import E164
from sendmode_sync.model.state import SendStatus, State
from sendmode_sync.planning.barred import examples
from sendmode_sync.planning.lints.rule import Finding, Subject, Texted

_WEEK = dt.timedelta(days=7)
_REACHED = frozenset({SendStatus.ACCEPTED, SendStatus.UNKNOWN, SendStatus.CLAIMED})


def history(state: State | None, now: dt.datetime) -> list[Texted]:
    """Return who got, or may have got, which text in the last seven days: one entry for each campaign and day."""
    found: dict[tuple[str, dt.date], tuple[dt.datetime, set[E164]]] = {}
    for record in () if state is None else state.campaigns.values():
        for number, row in record.rows.items():
            if row.status in _REACHED and now - row.at < _WEEK:
                found.setdefault((record.name, row.at.date()), (row.at, set()))[1].add(number)
    return [Texted(at, numbers) for at, numbers in found.values()]


def frequency(subject: Subject) -> Iterator[Finding]:
    """Count people who get more texts in a week than they want."""
    at = subject.at
    most = subject.desired.settings.lints.texts_per_week
    if at is None:
        return
    near = [texted for texted in subject.week if abs(texted.at - at) < _WEEK]
    if len(near) < most:
        return
    counts = Counter(number for texted in near for number in texted.numbers if number in subject.rest.audience)
    times: dict[E164, list[dt.datetime]] = defaultdict(list)
    often = {number for number, count in counts.items() if count >= most}
    for texted in near:
        for number in often & texted.numbers:
            times[number].append(texted.at)
    over = sorted(number for number in often if _too_many(times[number], at, most))
    if over:
        yield Finding(
            f"with it, {len(over):,} people get more than {most} texts in seven days ({examples(over)}); "
            "spread the campaigns, or leave those people out with exclude_received"
        )


def _too_many(others: Sequence[dt.datetime], at: dt.datetime, most: int) -> bool:
    """Say whether some seven days that hold ``at`` hold more than ``most`` texts."""
    times = sorted((*others, at))
    return any(last - first < _WEEK and first <= at <= last for first, last in zip(times, times[most:], strict=False))
