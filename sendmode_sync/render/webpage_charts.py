"""Drawings of the page: shares of people as bars, and the day on which a campaign goes out as a strip of its hours.

Each is SVG sized by attributes, which the page's policy allows; what it shows always stands beside it in words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sendmode_sync.model.plan import CampaignOutlook, CampaignStatus, Plan, SendChange
from sendmode_sync.model.settings import QuietHours
from sendmode_sync.render import campaigns, figures
from sendmode_sync.render.webpage_markup import Html, tag
from sendmode_sync.sms import schedule

_DAY = 1440
_HEIGHT = 10
_FLAT = MappingProxyType({"night": (6, 4), "window held": (3, 4)})  # top and height, so that no colour speaks alone
_POINT = 14  # minutes that a single instant is drawn as, so that it can be seen


class Stretch(NamedTuple):
    """A part of a drawing: where it begins, how long it is, in the drawing's own units, and its class."""

    start: float
    length: float
    look: str


class Window(NamedTuple):
    """When a campaign may reach people: from ``start`` to ``end``, the same for one instant, None for ever after."""

    start: dt.datetime
    end: dt.datetime | None
    held: bool


def bar(whole: float, *stretches: Stretch) -> Html:
    """Return stretches on a track as long as the whole."""
    return _drawing("bar", whole or 1, stretches)


def funnel(outlook: CampaignOutlook) -> Html | None:
    """Return how an audience came to its size, step by step; None where nobody was left out."""
    steps = outlook.funnel
    lost = campaigns.losses(steps)
    if not lost:
        return None
    rows = [_step("members", steps.members, bar(steps.members, Stretch(0, steps.members, "kept")))]
    left = steps.members
    for why, number in lost:
        left -= number
        rows.append(_step(f"- {why}", number, bar(steps.members, Stretch(left, number, "lost"))))
    last = bar(steps.members, Stretch(0, steps.recipients, "kept"))
    rows.append(_step("= recipients", steps.recipients, last, class_="sum"))
    return tag("table", tag("caption", "how the audience came about"), tag("tbody", *rows))


def progress(outlook: CampaignOutlook) -> Html | None:
    """Return what became of the recipients so far; None where nothing did."""
    parts = (
        ("accepted", outlook.accepted, "done"),
        ("rejected", outlook.rejected, "failed"),
        ("unknown", outlook.unknown, "unsure"),
        ("left out since it started", outlook.suppressed, "lost"),
        ("left", outlook.left, "kept"),
    )
    if not any((outlook.accepted, outlook.rejected, outlook.unknown, outlook.suppressed)):
        return None
    whole = max(outlook.recipients, sum(number for _, number, _ in parts))
    rows, start = [], 0
    for name, number, look in parts:
        if number:
            rows.append(_step(name, number, bar(whole, Stretch(start, number, look))))
            start += number
    return tag(
        "table", tag("caption", f"how far its {outlook.recipients:,} recipients are served"), tag("tbody", *rows)
    )


def window(plan: Plan, outlook: CampaignOutlook, sends: Sequence[SendChange]) -> Window | None:
    """Return when a campaign may reach people; None where that is not known or never."""
    handed = next((send.scheduledate for send in sends if send.scheduledate), None)
    if handed:
        return Window(handed, handed, bool(plan.limits))
    if sends:
        return Window(plan.created_at, outlook.deadline, bool(plan.limits))
    if outlook.status is CampaignStatus.WAITING and outlook.next_at:
        return Window(outlook.next_at, outlook.deadline, held=False)
    late = outlook.deadline is not None and outlook.deadline < plan.created_at
    if outlook.status is CampaignStatus.BLOCKED and not late:
        return Window(max(outlook.scheduledate or plan.created_at, plan.created_at), outlook.deadline, held=True)
    return None


def strip(plan: Plan, outlook: CampaignOutlook, open_in: Window, zone: str) -> Html:
    """Return the 24 hours of the day on which a window opens, by the clocks of the zone, with its quiet hours."""
    first = open_in.start.astimezone(ZoneInfo(zone))
    last = None if open_in.end is None else open_in.end.astimezone(ZoneInfo(zone))
    start = _minute(first)
    end = _DAY if last is None or last.date() > first.date() else max(_minute(last), start + _POINT)
    start = min(start, end - _POINT)
    now = plan.created_at.astimezone(ZoneInfo(zone))
    today = [Stretch(_minute(now) - 3, 6, "now")] if now.date() == first.date() else []
    opens = Stretch(start, end - start, "window held" if open_in.held else "window")
    nights = _nights(outlook)
    covers = [night._replace(look="track") for night in nights]  # nothing starts in them, also within the window
    drawn = _drawing("strip", _DAY, (opens, *covers, *nights, *today))
    hours = tag("div", *(tag("span", f"{hour:02}") for hour in range(0, 25, 6)), class_="hours", aria_hidden="true")
    day = figures.moment(first, zone).rsplit(" ", 2)[0]
    quiet = f", quiet hours {outlook.quiet_hours}" if outlook.quiet_hours else ""
    return tag("div", tag("div", f"{day}{quiet}", class_="small soft"), drawn, hours, class_="drawn")


def key() -> Html:
    """Return what the colours of a strip mean."""
    meanings = (
        ("window", "may reach people"),
        ("window held", "held back"),
        ("night", "quiet hours"),
        ("now", "when the plan was made"),
    )
    return tag("p", *(tag("span", _swatch(look), said) for look, said in meanings), class_="key")


def _swatch(look: str) -> Html:
    thin = Stretch(46, 8, look) if look == "now" else Stretch(0, 100, look)
    return _drawing("", 100, (thin,))


def _nights(outlook: CampaignOutlook) -> list[Stretch]:
    match schedule.parse_quiet_hours(outlook.quiet_hours or "none"):
        case QuietHours(start, end):
            begin, stop = start.hour * 60 + start.minute, end.hour * 60 + end.minute
        case _:
            return []
    if begin < stop:
        return [Stretch(begin, stop - begin, "night")]
    return [Stretch(0, stop, "night"), Stretch(begin, _DAY - begin, "night")]


def _minute(there: dt.datetime) -> int:
    return there.hour * 60 + there.minute


def _step(name: str, number: int, drawn: Html, class_: str | None = None) -> Html:
    cells = (tag("th", name, scope="row"), tag("td", f"{number:,}", class_="number"), tag("td", drawn, class_="draw"))
    return tag("tr", *cells, class_=class_)


def _drawing(look: str, whole: float, stretches: Iterable[Stretch]) -> Html:
    return tag(
        "svg",
        *map(_rect, (Stretch(0, whole, "track"), *stretches)),
        class_=look or None,
        viewBox=f"0 0 {whole:g} {_HEIGHT}",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def _rect(stretch: Stretch) -> Html:
    top, height = _FLAT.get(stretch.look, (0, _HEIGHT))
    return tag("rect", x=f"{stretch.start:g}", y=top, width=f"{stretch.length:g}", height=height, class_=stretch.look)
