"""One campaign of a plan as text: what is sent to whom, at what cost, when, and if not now, why not; it decides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence

from sendmode_sync.model.counting import count, persons
from sendmode_sync.model.plan import CampaignOutlook, CampaignStatus, Funnel, Held, SendChange
from sendmode_sync.render import commands, costs, figures
from sendmode_sync.render.layout import Layout, Mark, cut, entry, item
from sendmode_sync.render.view import Masker, printable, quoted

ENDED = frozenset({CampaignStatus.DRAFT, CampaignStatus.CANCELLED, CampaignStatus.SENT, CampaignStatus.EXPIRED})
"""Statuses in which nothing more happens; such a campaign is one line."""

_INDENT = 16


def block(
    outlook: CampaignOutlook, sends: Sequence[SendChange], masker: Masker, layout: Layout, *, limited: bool
) -> list[str]:
    """Return everything a reviewer wants to know of a campaign.

    ``sends`` are its calls in the plan; ``limited`` says that a limit of the run holds them back.
    """
    lines = item(_mark(outlook, sends), f"{printable(outlook.name)}  {outlook.status}", layout)
    lines += entry("text", quoted(outlook.template))
    if masker.show:
        lines += _filled(sends, layout)
    lines += entry("sender", "none written" if outlook.senderid is None else printable(outlook.senderid))
    lines += entry("people", people(outlook))
    if layout.all_items:
        lines += [f"{'':{_INDENT}}{masker.number(number)}" for send in sends for number in send.recipients]
    if outlook.messages:
        lines += entry("cost", cost(outlook, sends))
        lines += [line for said in costs.remarks(outlook.costing) for line in entry("", said)]
    lines += entry("when", when(outlook, sends, layout, limited=limited))
    lines += [line for said in elsewhere(outlook.held, layout) for line in entry("waits", said)]
    if outlook.status is CampaignStatus.WAITING:
        lines += entry("why", printable(outlook.reason or "not due yet"))
        lines += entry("next", "run sendmode-sync apply then" if outlook.next_at else "choose a later deadline")
    return lines


def line(outlook: CampaignOutlook, layout: Layout) -> list[str]:
    """Return in one sentence a campaign of which nothing is sent: ended, a draft, or unknown with nobody left."""
    said = ending(outlook)
    told = f": {said}" if said else ""
    return item(_mark(outlook, ()), f"{printable(outlook.name)}  {outlook.status}{told}", layout)


def is_over(outlook: CampaignOutlook, sends: Container[str]) -> bool:
    """Say whether a line is enough: nothing is sent of it, now or later, unless a person changes something.

    ``sends`` holds the names of campaigns that are sent. Occurrences beyond the next one take a line too.
    """
    unsettled = outlook.status is CampaignStatus.UNKNOWN and not outlook.messages
    return outlook.name not in sends and (outlook.status in ENDED or unsettled or outlook.ahead)


def ending(outlook: CampaignOutlook) -> str:
    """Return how a campaign ended of which nothing is sent; empty where there is nothing to tell."""
    match outlook.status:
        case CampaignStatus.DRAFT:
            return f"never sent while draft is true; {commands.preview(outlook.name)} shows its texts"
        case CampaignStatus.UNKNOWN:
            return tally(outlook)
        case CampaignStatus.WAITING:
            return f"{count(outlook.recipients, 'recipient')} as it stands"
        case _:
            left = f"{outlook.left:,} left" if outlook.left else ""
            return figures.joined((tally(outlook), left, printable(outlook.reason or "")), "")


def people(outlook: CampaignOutlook) -> str:
    """Return how the audience came to its size, and how far it has been served."""
    done = tally(outlook)
    if done:
        return f"{count(outlook.recipients, 'recipient')}: {done}, {outlook.left:,} left"
    return funnel(outlook.funnel) if outlook.funnel.members else count(outlook.recipients, "recipient")


def funnel(steps: Funnel) -> str:
    """Return ``120 members - 3 excluded - 1 opted out = 116 recipients``, steps of nobody left out."""
    taken = "".join(f" - {lost:,} {why}" for why, lost in losses(steps))
    recipients = count(steps.recipients, "recipient")
    return f"{count(steps.members, 'member')}{taken} = {recipients}" if taken else recipients


def losses(steps: Funnel) -> list[tuple[str, int]]:
    """Return why members of an audience are no recipients, and how many each time; reasons of nobody are left out."""
    reasons = (
        ("named twice", steps.folded),
        ("excluded", steps.excluded),
        ("opted out", steps.opted_out),
        ("received an earlier campaign", steps.received),
    )
    return [(why, lost) for why, lost in reasons if lost]


def elsewhere(holding: Sequence[Held], layout: Layout) -> list[str]:
    """Return who waits for longer than others, since it is quiet where they are."""
    said = []
    for held in holding:
        until = (
            f"until {figures.moment(held.next_at, layout.zone)}" if held.next_at else "until its deadline has passed"
        )
        said.append(f"{persons(held.recipients)} in {printable(held.zones)}, {until}")
    return said


def tally(outlook: CampaignOutlook) -> str:
    """Return what became of recipients so far; empty where nothing did."""
    counts = (
        (outlook.accepted, "accepted"),
        (outlook.rejected, "rejected"),
        (outlook.unknown, "unknown"),
        (outlook.suppressed, "left out since it started"),
    )
    return figures.joined((f"{number:,} {what}" for number, what in counts if number), "")


def _mark(outlook: CampaignOutlook, sends: Sequence[SendChange]) -> Mark:
    match outlook.status:
        case CampaignStatus.UNKNOWN:
            return "?"
        case CampaignStatus.BLOCKED:
            return "!"
        case _:
            return ">" if sends else "."


def _filled(sends: Sequence[SendChange], layout: Layout) -> list[str]:
    """Return the distinct texts as they will be read; only called where personal data may be seen."""
    readers: Counter[str] = Counter()
    for send in sends:
        readers[send.messagetext] += len(send.recipients)
    shown, rest = cut(readers.most_common(), layout, _INDENT)
    lines = []
    for text, number in shown:
        lines += entry("", f"{number:,} x {quoted(text)}")
    return lines + rest


def cost(outlook: CampaignOutlook, sends: Sequence[SendChange]) -> str:
    """Return encodings, segments and credits of what is left to be sent."""
    texts = [(send.encoding, send.segments) for send in sends]
    texts = texts or [(encoding, segments) for _, encoding, segments in outlook.texts.values()]
    total = f"{count(outlook.segments, 'segment')}, {figures.credits(outlook.credits)}"
    if not texts:
        return total
    encodings = " and ".join(sorted({encoding for encoding, _ in texts}))
    least, most = min(segments for _, segments in texts), max(segments for _, segments in texts)
    each = f"{count(least, 'segment')} each" if least == most else f"{least} to {most} segments each"
    calls = f" in {count(len(sends), 'call')}" if sends else ""
    return f"{encodings}, {each}: {total}{calls}"


def when(outlook: CampaignOutlook, sends: Sequence[SendChange], layout: Layout, *, limited: bool = False) -> str:
    """Return when a campaign goes out; ``limited`` says that a limit of the run holds it back."""
    if limited:
        return "held back by a limit of the run"
    until = "" if outlook.deadline is None else f", not after {figures.moment(outlook.deadline, layout.zone)}"
    handed = next((send.scheduledate for send in sends if send.scheduledate), None)
    if handed:
        at = figures.moment(handed, layout.zone)
        return f"handed over by this apply; Sendmode sends it {at}"
    if sends:
        return f"with this apply{until}"
    start = outlook.next_at or outlook.scheduledate
    if outlook.status is CampaignStatus.WAITING and start:
        return figures.span(start, outlook.deadline, layout.zone)
    if outlook.status is CampaignStatus.BLOCKED:
        return f"once the problem is solved{until}"
    return f"not part of this plan{until}" if outlook.left else "there is nobody to send it to"
