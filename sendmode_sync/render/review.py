"""What a reviewer must see of a plan, sorted by what it asks of them; how a page lays it out is not its concern.

Texts of these values hold data as it is: each page makes it inert in its own way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from sendmode_sync.errors import Problem
from sendmode_sync.model.counting import count, persons
from sendmode_sync.model.plan import (
    CampaignOutlook,
    CampaignStatus,
    MessageEncoding,
    Plan,
    SendChange,
)
from sendmode_sync.model.state import UnknownOperation
from sendmode_sync.render import commands, figures, unsettled
from sendmode_sync.render.layout import EXAMPLES, Layout
from sendmode_sync.render.view import Masker, printable
from sendmode_sync.sms import segments, transliterate

Sends = Mapping[str, Sequence[SendChange]]
"""The calls of a plan by campaign."""

_LEVELS = ("warning", "notice")
_TOLD_AS_TROUBLE = frozenset({"outcome-unknown", "balance-short"})
_CHARACTERS = 5


class Remark(NamedTuple):
    """A sentence, and the place in the project's files that it is about; an empty place where there is none."""

    said: str
    place: str = ""


class Trouble(NamedTuple):
    """Something that an apply cannot settle by itself.

    ``campaign`` is None where the whole run is meant. ``commands`` are pairs of when and what to type; ``unknown`` is
    True for an outcome that nobody knows, of which ``facts`` are labelled and ``people`` masked numbers, ten at most;
    ``more_people`` counts the others.
    """

    remark: Remark
    campaign: str | None = None
    unknown: bool = False
    facts: tuple[tuple[str, Remark], ...] = ()
    people: tuple[str, ...] = ()
    more_people: int = 0
    reasons: tuple[Remark, ...] = ()
    then: str | None = None
    commands: tuple[tuple[str, str], ...] = ()

    @property
    def between(self) -> str:
        """Return what stands between the campaign's name and what is said of it."""
        return ": " if self.unknown else " "


class Size(NamedTuple):
    """How many people get texts of one size; ``segments`` is for one of them, ``credits`` for all.

    ``forcing`` names the characters outside GSM-7; it is empty where there is none.
    """

    encoding: MessageEncoding
    segments: int
    people: int
    credits: Decimal
    forcing: str


def headline(plan: Plan) -> str:
    """Return what an apply means to people, in a few words."""
    if plan.limits:
        return "A limit holds back all but the opt-outs" if plan.optouts else "A limit holds everything back"
    reached = len({number for send in plan.sends for number in send.recipients})
    if reached:
        return f"{persons(reached)} would get a text, for {figures.credits(plan.credits.estimated)}"
    return "Nobody would get a text" if plan.api_calls else "Nothing would change"


def sends_of(plan: Plan) -> Sends:
    """Return the calls of each campaign that has some."""
    calls: dict[str, list[SendChange]] = {}
    for send in plan.sends:
        calls.setdefault(send.campaign, []).append(send)
    return calls


def told_briefly(outlooks: Sequence[CampaignOutlook]) -> str:
    """Return the heading of campaigns that take a line each: those that are over, and occurrences beyond the next one."""
    nothing = "nothing is sent yet, or any more" if any(each.ahead for each in outlooks) else "nothing more is sent"
    return f"{count(len(outlooks), 'campaign')} of which {nothing}"


def by_urgency(outlooks: Iterable[CampaignOutlook], sends: Sends) -> list[CampaignOutlook]:
    """Return campaigns in the order of a reviewer's interest: sent now, waiting by time, and the others as written."""

    def rank(outlook: CampaignOutlook) -> tuple[int, float]:
        if outlook.name in sends:
            return 0, 0.0
        return (2, 0.0) if outlook.next_at is None else (1, outlook.next_at.timestamp())

    return sorted(outlooks, key=rank)


def troubles(plan: Plan, masker: Masker, layout: Layout) -> list[Trouble]:
    """Return unknown outcomes, blocked campaigns, other errors, passed limits and a low balance, in this order."""
    blocked = [outlook for outlook in plan.campaigns if outlook.status is CampaignStatus.BLOCKED]
    told = {outlook.name for outlook in blocked}
    limits = {limit.message for limit in plan.limits}
    return [
        *_unknowns(plan, masker, layout),
        *(_blocked(outlook, plan.notices) for outlook in blocked),
        *(
            Trouble(remark(problem))
            for problem in plan.notices
            if problem.level == "error" and problem.campaign not in told and problem.message not in limits
        ),
        *(
            Trouble(Remark(limit.message), then="as it stands, an apply makes the opt-outs only")
            for limit in plan.limits
        ),
        *_low_balance(plan),
    ]


def notices(plan: Plan) -> list[Problem]:
    """Return warnings, then notices, without what is told as a trouble."""
    others = [each for each in plan.notices if each.level != "error" and each.code not in _TOLD_AS_TROUBLE]
    return sorted(others, key=lambda each: _LEVELS.index(each.level))


def remark(problem: Problem) -> Remark:
    """Return a problem with its place apart."""
    return Remark(problem.message, "" if problem.place is None else str(problem.place))


def cautions(outlook: CampaignOutlook, sends: Sequence[SendChange]) -> list[str]:
    """Return what of a campaign that is sent now deserves a second look."""
    said = [
        f"{size.forcing} in the text of {persons(size.people)}: outside GSM-7, so a segment holds 70 "
        "characters and not 160"
        for size in sizes(sends)
        if size.forcing
    ]
    if any(send.scheduledate for send in sends):
        said.append("once handed over, it can be neither stopped nor held back by an opt-out")
    if sends and outlook.senderid is None:
        said.append("no sender ID is written: the account's own shows on the phones")
    return said


def sizes(sends: Iterable[SendChange]) -> list[Size]:
    """Return the distinct sizes of texts, the smallest first."""
    calls: dict[tuple[MessageEncoding, int], list[SendChange]] = {}
    for send in sends:
        calls.setdefault((send.encoding, send.segments), []).append(send)
    return [
        Size(
            *key,
            sum(len(send.recipients) for send in calls[key]),
            sum((send.credits for send in calls[key]), Decimal(0)),
            _forcing(send.messagetext for send in calls[key]),
        )
        for key in sorted(calls)
    ]


def text(outlook: CampaignOutlook, sends: Sequence[SendChange], masker: Masker) -> str:
    """Return the text of a campaign: as most people will read it where that may be seen, else as it is written."""
    if not masker.show or not sends:
        return outlook.template
    return readers(sends)[0][0]


def readers(sends: Iterable[SendChange]) -> list[tuple[str, int]]:
    """Return each distinct text and how many people read it, most first; it is personal data."""
    counted: Counter[str] = Counter()
    for send in sends:
        counted[send.messagetext] += len(send.recipients)
    return counted.most_common()


def _forcing(texts: Iterable[str]) -> str:
    """Name characters outside GSM-7, first those that no plain punctuation could stand for."""
    found = dict.fromkeys(char for text in texts for _, char in segments.forcing(text))
    named = [printable(char) for char in sorted(found, key=lambda char: transliterate.plain(char) != char)]
    others = f"and {len(named) - _CHARACTERS} others" if len(named) > _CHARACTERS else ""
    return " ".join((*named[:_CHARACTERS], others)).rstrip()


def _unknowns(plan: Plan, masker: Masker, layout: Layout) -> Iterator[Trouble]:
    """Yield the calls whose outcome nobody knows, then the campaigns with such calls that the state does not list."""
    shown = plan.unsettled if layout.all_items else plan.unsettled[:EXAMPLES]
    yield from (_call(each, masker, layout) for each in shown)
    if len(shown) < len(plan.unsettled):
        left = len(plan.unsettled) - len(shown)
        said = f"{left:,} more {'call' if left == 1 else 'calls'} of which nobody knows whether it was made"
        yield Trouble(Remark(said), commands=(("all of them", "sendmode-sync status"),))
    listed = {each.campaign for each in plan.unsettled}
    for outlook in plan.campaigns:
        if outlook.status is CampaignStatus.UNKNOWN and outlook.name not in listed:
            yield _unknown(outlook)


def _call(unknown: UnknownOperation, masker: Masker, layout: Layout) -> Trouble:
    was_sent, was_not = commands.resolve(unknown.campaign, unknown.operation)
    told = unsettled.balance(unknown)
    return Trouble(
        Remark(unsettled.reach(unknown)),
        unknown.campaign,
        unknown=True,
        facts=(
            ("cause", Remark(f"{unknown.cause} on {figures.moment(unknown.at, layout.zone)}")),
            ("customerid", Remark("look for it in Sendmode's own report", unknown.customerid)),
            *((("balance", Remark(told)),) if told else ()),
        ),
        people=tuple(map(masker.number, unknown.recipients[:EXAMPLES])),
        more_people=len(unknown.recipients[EXAMPLES:]),
        commands=(("if it was sent", was_sent), ("if it was not", was_not)),
    )


def _unknown(outlook: CampaignOutlook) -> Trouble:
    was_sent, was_not = commands.resolve(outlook.name)
    return Trouble(
        Remark(f"{persons(outlook.unknown)} may or may not have been sent it"),
        outlook.name,
        unknown=True,
        commands=(("if it was sent", was_sent), ("if it was not", was_not)),
    )


def _blocked(outlook: CampaignOutlook, said: Iterable[Problem]) -> Trouble:
    own = [problem for problem in said if problem.level == "error" and problem.campaign == outlook.name]
    prefix = f"campaign {outlook.name}: "
    reasons = tuple(each._replace(said=each.said.removeprefix(prefix)) for each in map(remark, own))
    return Trouble(
        Remark("is blocked; everything else goes on"),
        outlook.name,
        reasons=reasons or (Remark(outlook.reason or "no reason was given"),),
    )


def _low_balance(plan: Plan) -> list[Trouble]:
    balance, estimated = plan.credits.balance, plan.credits.estimated
    if balance is None or plan.credits.sufficient is not False:
        return []
    said = f"the sends need {figures.credits(estimated)} and the balance is {figures.amount(balance)}"
    return [
        Trouble(
            Remark(f"{said}: a campaign that is not covered as a whole does not start"),
            then="top up the account and apply again; opt-outs and imports go on meanwhile",
        )
    ]
