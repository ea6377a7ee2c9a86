"""What one apply did: a line a kind of work, credits, why it did not end with 0, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sendmode_sync.errors import Exit
from sendmode_sync.model.report import Reason, RunReport, SendTally, Tally
from sendmode_sync.render import figures
from sendmode_sync.render.choice import unavailable
from sendmode_sync.render.jsondoc import FORMAT_VERSION, dump, number
from sendmode_sync.render.layout import Layout, cut, entry, item, sections, title
from sendmode_sync.render.summary import next_run
from sendmode_sync.render.view import page, printable


class Said(NamedTuple):
    """A reason in words, and what to do next."""

    why: str
    remedy: str


REASONS: Mapping[Reason, Said] = MappingProxyType(
    {
        Reason.DURATION: Said(
            "the time of --max-duration is used up", "run sendmode-sync apply again; it goes on where it stopped"
        ),
        Reason.CREDITS: Said(
            "the balance does not cover every send, or could not be read",
            "look with sendmode-sync credits, top up the account, then run sendmode-sync apply again",
        ),
        Reason.INTERRUPTED: Said(
            "the run was interrupted", "run sendmode-sync apply again; it goes on where it stopped"
        ),
        Reason.AWAY: Said(
            "Sendmode could not be reached, or took no calls", "run sendmode-sync apply again a little later"
        ),
        Reason.LIMIT: Said(
            "a limit of safety is passed, so only the opt-outs were made",
            "look at what would be done with sendmode-sync plan; if it is meant, do as the notice says",
        ),
        Reason.BLOCKED: Said(
            "a campaign has a problem of its own and was left out",
            "sendmode-sync plan names the place; correct it, then apply again",
        ),
        Reason.FAILED: Said(
            "Sendmode refused some calls", "correct what is listed as refused; sendmode-sync history has every call"
        ),
        Reason.UNKNOWN: Said(
            "some texts may or may not have been sent, and are not sent again",
            "sendmode-sync status lists them with the commands that settle them",
        ),
        Reason.UNBILLED: Said(
            "sends were accepted but the balance did not move, so perhaps nothing was sent",
            "look at the account's own report, then settle it: sendmode-sync status lists the commands",
        ),
        Reason.EXPIRED: Said(
            "a campaign passed its deadline with people left",
            "nothing of it is sent any more; a later deadline sends the rest, sendmode-sync cancel closes it",
        ),
        Reason.OPTOUTS_STALE: Said(
            "the opt-outs are older than safety.optouts_max_age, so no marketing was sent",
            "bring in newer ones with sendmode-sync optouts import FILE.csv, then apply again",
        ),
    }
)

_STOPPED = Said(
    "the state took no more of this run, which stopped",
    "do as the error says; where there is a line SMSYNC-RESULT, give sendmode-sync state rescue the log; then run "
    "sendmode-sync apply again",
)

_VERDICTS: Mapping[Exit, str] = MappingProxyType(
    {
        Exit.OK: "done (exit 0).",
        Exit.INCOMPLETE: "incomplete, and safe to run again (exit 3).",
        Exit.PERSON: "a person is needed (exit 4).",
        Exit.ERROR: "ended with an error (exit 1).",
    }
)


def render(report: RunReport, form: str, zone: str = "UTC", *, all_items: bool = False, colour: bool = False) -> str:
    """Return what a run did in one format; ``zone`` is the IANA zone of the times in text."""
    match form:
        case "text":
            return page(_lines(report, Layout(all_items, colour, zone)))
        case "json":
            return dump(_document(report))
        case _:
            raise unavailable(form, "text", "json")


def verdict(report: RunReport) -> str:
    """Return how a run ended, in one line."""
    return _VERDICTS.get(report.exit_code, f"ended with exit {report.exit_code:d}.")


def asides(report: RunReport, zone: str = "UTC") -> str:
    """Return what the JSON form has no key for, as text for stderr: refused calls, notices, the next run; or nothing."""
    last = next_run(report.next_run, zone)
    said = sections(*_asides(report, Layout(zone=zone)), last)
    return page(said) if report.failures or report.notices or last else ""


def _document(report: RunReport) -> dict[str, object]:
    return {
        "format_version": FORMAT_VERSION,
        "run": report.run,
        "exit_code": int(report.exit_code),
        "reasons": [reason.value for reason in report.reasons],
        "plan_digest": report.plan_digest,
        "counts": {
            "imports": report.imports._asdict(),
            "optouts": report.optouts._asdict(),
            "sends": report.sends._asdict(),
        },
        "credits": {
            "before": number(report.before),
            "after": number(report.after),
            "estimated": float(report.estimated),
        },
    }


def _lines(report: RunReport, layout: Layout) -> list[str]:
    return sections(
        [title("applied", layout), *_work(report)],
        *_asides(report, layout),
        [*_reasons(report), verdict(report), *next_run(report.next_run, layout.zone)],
    )


def _asides(report: RunReport, layout: Layout) -> tuple[list[str], list[str]]:
    failures, rest = cut(report.failures, layout, 4)
    refused = [line for failure in failures for line in item("!", printable(failure), layout)]
    notices = [line for each in report.notices for line in entry(each.level, printable(str(each)), indent=2)]
    return (
        [title("refused", layout), *refused, *rest] if refused else [],
        [title("notices", layout), *notices] if notices else [],
    )


def _work(report: RunReport) -> list[str]:
    made = f"{report.calls:,} in {figures.duration(report.seconds)}"
    return [
        *entry("opt-outs", _tally(report.optouts), indent=2),
        *entry("sends", _tally(report.sends), indent=2),
        *entry("imports", _tally(report.imports), indent=2),
        *(entry("credits", _credits(report), indent=2) if report.before is not None or report.estimated else []),
        *entry("calls", made, indent=2),
    ]


def _tally(tally: Tally | SendTally) -> str:
    return figures.joined(
        (f"{number_of:,} {name}" for name, number_of in tally._asdict().items() if number_of), "nothing to do"
    )


def _credits(report: RunReport) -> str:
    if report.before is None:
        return f"balance not read, {figures.amount(report.estimated)} estimated"
    if report.after is None:
        return f"{figures.amount(report.before)} before, {figures.amount(report.estimated)} estimated"
    gone = figures.amount(report.before - report.after)
    change = f"{figures.amount(report.before)} before, {figures.amount(report.after)} after"
    return f"{change}: {gone} gone, {figures.amount(report.estimated)} estimated"


def _reasons(report: RunReport) -> list[str]:
    lines: list[str] = []
    for reason in report.reasons:
        said = _STOPPED if report.stopped and reason is Reason.FAILED and not report.failures else REASONS[reason]
        lines += entry("why", said.why, indent=0) + entry("next", said.remedy, indent=0)
    return lines
