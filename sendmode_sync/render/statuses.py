"""Where every campaign stands, what needs a person with the exact commands, and when an apply is needed next."""

from __future__ import annotations

from typing import assert_never

from sendmode_sync.model.counting import count, persons
from sendmode_sync.model.plan import CampaignOutlook, CampaignStatus
from sendmode_sync.model.plandoc import moment
from sendmode_sync.model.report import StatusReport
from sendmode_sync.render import figures, unsettled
from sendmode_sync.render.choice import unavailable
from sendmode_sync.render.jsondoc import FORMAT_VERSION, dump
from sendmode_sync.render.layout import Layout, entry, sections, table, title, wrapped
from sendmode_sync.render.view import Masker, page, printable

_GOES_ON = frozenset({CampaignStatus.DUE, CampaignStatus.PARTIAL})


def render(
    report: StatusReport, form: str, masker: Masker, zone: str, *, all_items: bool = False, colour: bool = False
) -> str:
    """Return the status in one format; ``zone`` is the IANA zone of the times in text."""
    match form:
        case "text":
            return page(_lines(report, masker, Layout(all_items, colour, zone)))
        case "json":
            return dump(_document(report, masker))
        case _:
            raise unavailable(form, "text", "json")


def _document(report: StatusReport, masker: Masker) -> dict[str, object]:
    return {
        "format_version": FORMAT_VERSION,
        "state": {"lineage": report.lineage, "serial": report.serial},
        "campaigns": [
            {
                "name": outlook.name,
                "status": outlook.status.value,
                "recipients": outlook.recipients,
                "accepted": outlook.accepted,
                "rejected": outlook.rejected,
                "unknown": outlook.unknown,
                "left": outlook.left,
                "next": moment(outlook.next_at),
            }
            for outlook in report.campaigns
        ],
        "needs_person": [unsettled.document(unknown, masker) for unknown in report.needs_person],
        "next_run_needed": moment(report.next_run_needed),
    }


def _lines(report: StatusReport, masker: Masker, layout: Layout) -> list[str]:
    persons = [line for unknown in report.needs_person for line in unsettled.lines(unknown, masker, layout)]
    notices = [line for each in report.notices for line in entry(each.level, printable(str(each)), indent=2)]
    return sections(
        [title("needs a person", layout), *persons] if persons else [],
        _campaigns(report, layout),
        _unattended(report, layout),
        [title("notices", layout), *notices] if notices else [],
        _facts(report, layout),
    )


def _campaigns(report: StatusReport, layout: Layout) -> list[str]:
    if not report.campaigns:
        return []
    header = ("name", "status", "recipients", "accepted", "rejected", "unknown", "left", "next")
    rows = [
        (
            printable(outlook.name),
            outlook.status.value,
            *(
                f"{number:,}"
                for number in (outlook.recipients, outlook.accepted, outlook.rejected, outlook.unknown, outlook.left)
            ),
            _next(outlook, layout),
        )
        for outlook in report.campaigns
    ]
    return [title("campaigns", layout), *table(header, rows, frozenset(range(2, 7)))]


def _next(outlook: CampaignOutlook, layout: Layout) -> str:
    if outlook.status in _GOES_ON:
        return "the next apply"
    return "-" if outlook.next_at is None else figures.moment(outlook.next_at, layout.zone)


def _unattended(report: StatusReport, layout: Layout) -> list[str]:
    """Return what becomes of each campaign that is not over where no command is given any more."""
    told = ((outlook, _if_nobody_acts(outlook, layout)) for outlook in report.campaigns if not outlook.ahead)
    lines = [
        line for outlook, said in told if said for line in wrapped(f"{printable(outlook.name)}: {said}", "  ", "    ")
    ]
    return [title("if nobody acts", layout), *lines] if lines else []


def _if_nobody_acts(outlook: CampaignOutlook, layout: Layout) -> str | None:
    rest = f"{persons(outlook.left)} {'does' if outlook.left == 1 else 'do'} not get it"
    if outlook.deadline is not None:
        rest = f"it expires {figures.moment(outlook.deadline, layout.zone)}, and {rest}"
    match outlook.status:
        case CampaignStatus.UNKNOWN:
            stays = "stays" if outlook.unknown == 1 else "stay"
            held = (
                f"{persons(outlook.unknown)} {stays} unknown: nothing more of it goes to them, and every apply exits 4"
            )
            return f"{held}; {rest}" if outlook.left else held
        case CampaignStatus.BLOCKED:
            return f"nothing of it is sent; {rest}"
        case CampaignStatus.WAITING | CampaignStatus.DUE | CampaignStatus.PARTIAL if outlook.left:
            return f"without an apply {rest}" + ("" if outlook.deadline else ", however long it waits")
        case CampaignStatus.WAITING | CampaignStatus.DUE | CampaignStatus.PARTIAL:
            return None
        case CampaignStatus.DRAFT | CampaignStatus.CANCELLED | CampaignStatus.SENT | CampaignStatus.EXPIRED:
            return None
        case _:
            assert_never(outlook.status)


def _facts(report: StatusReport, layout: Layout) -> list[str]:
    imports = f"{count(report.applied_imports, 'import')} applied"
    open_ones = f" ({report.optouts_open:,} not yet made at Sendmode)" if report.optouts_open else ""
    facts = [f"{imports}, {count(report.optouts, 'opt-out')} recorded{open_ones}"]
    if report.last_run_at is None:
        facts.append("nothing was applied yet")
    else:
        ended = "has not ended" if report.last_exit is None else f"ended with exit code {report.last_exit}"
        run = f" ({printable(report.last_run)})" if report.last_run else ""
        facts.append(f"last run {figures.moment(report.last_run_at, layout.zone)}{run} {ended}")
    if report.next_run_needed is None:
        facts.append("no run is needed until something changes")
    else:
        at = figures.moment(report.next_run_needed, layout.zone)
        facts.append(f"next run needed: {at}; nothing sends this by itself")
    return facts
