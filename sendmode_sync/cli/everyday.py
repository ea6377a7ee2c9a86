"""Everyday commands that change something: validate, apply, send-test, cancel, resolve, optouts."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from sendmode_sync.cli import failing, options, output
from sendmode_sync.cli.options import Globals
from sendmode_sync.errors import Exit, RefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from sendmode_sync.cli.asking import Reviewer
    from sendmode_sync.planning.approval import Approved
    from sendmode_sync.render.view import Masker
    from sendmode_sync.wiring.parts import Project

_LIMITS = ("max_credits", "max_updates", "max_shrink")
_FIGURE = re.compile(r"[0-9]+(\.[0-9]+)?%?")


@click.command(epilog=options.program("sendmode-sync validate", "sendmode-sync validate --format github"))
@options.formats("text", "json", "github")
@options.all_items
@options.with_globals
@click.pass_obj
def validate(said: Globals, form: str, *, all_items: bool) -> int:
    """Check the files: form and meaning; no state, no network, no key."""
    from sendmode_sync.render import problems as rendering
    from sendmode_sync.wiring import reviewing

    found = reviewing.problems(output.where(said))
    failed = any(each.level == "error" for each in found)
    if form != "text" or found:
        output.answer(rendering.render(found, form, all_items=all_items))
    if not failed:
        click.echo("the project is valid", err=True)
    return Exit.ERROR if failed else Exit.OK


def _allowances(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Return the figure of each limit that one run may pass."""
    allowed = {}
    for value in values:
        key, _, figure = value.partition("=")
        key = key.removeprefix("safety.")
        if key not in _LIMITS:
            raise click.BadParameter(f'"{key}" is no limit; there are {", ".join(_LIMITS)}', ctx, param)
        if not _FIGURE.fullmatch(figure) or (key == "max_credits" and figure.endswith("%")):
            raise click.BadParameter(f'"{figure}" is no figure for {key}; write {key}=800', ctx, param)
        allowed[key] = figure
    return allowed


@click.command(
    epilog=options.program(
        "sendmode-sync apply                                 plan, show, ask, do",
        "sendmode-sync apply plan.json --auto-approve        exactly a saved plan",
        "sendmode-sync apply --auto-approve --max-duration 50m",
        "sendmode-sync apply --auto-approve --wait 12h        stay for what becomes due meanwhile",
        "sendmode-sync apply --allow max_credits=800         pass one limit for once",
    )
)
@click.argument("planfile", required=False, type=options.File(exists=True, dir_okay=False))
@options.auto_approve
@options.only
@options.campaigns
@click.option(
    "--max-duration",
    metavar="DURATION",
    callback=options.duration,
    help="Start no call once this has passed since the command was typed, as in 50m.",
)
@click.option(
    "--wait",
    metavar="DURATION",
    callback=options.duration,
    help="Stay for campaigns that become due within this time since the command was typed, as in 12h.",
)
@click.option(
    "--lock-timeout",
    metavar="DURATION",
    callback=options.duration,
    default="0s",
    show_default=True,
    help="How long to wait for another run to end.",
)
@click.option(
    "--allow",
    metavar="LIMIT=VALUE",
    multiple=True,
    callback=_allowances,
    help=f"Another figure for a safety limit, this once: {', '.join(_LIMITS)} (repeatable).",
)
@click.option(
    "--expect-digest",
    "approved",
    metavar="DIGEST",
    callback=options.approved,
    help="What was approved, as plan prints it; refuse anything else.",
)
@options.formats("text", "json")
@options.with_globals
@click.pass_obj
def apply(  # noqa: PLR0913, PLR0917 - a command takes its options
    said: Globals,
    planfile: Path | None,
    only: tuple[str, ...],
    campaigns: tuple[str, ...],
    max_duration: float | None,
    wait: float | None,
    lock_timeout: float,
    allow: dict[str, str],
    approved: Approved | None,
    form: str,
    *,
    auto_approve: bool,
) -> int:
    """Do what the plan says: opt-outs, due sends, imports; ask first.

    With PLANFILE, as saved by plan --out, it does exactly that or refuses.
    """
    from sendmode_sync.wiring import applying, reviewing

    if planfile is not None and (only or campaigns or wait is not None):
        raise click.UsageError(
            "a saved plan is applied as it is; give --only and --campaign to plan --out, and no --wait"
        )
    colour = output.colour(said, sys.stderr)
    applied, zone = applying.apply(
        output.where(said),
        reviewing.Choice(only, campaigns, allow, max_duration),
        planfile,
        applying.Terms(auto_approve, max_duration, wait, lock_timeout, said.begun, colour, approved),
        _reviewing(allow, auto_approve=auto_approve, colour=colour),
    )
    if applied.report is None:
        raise click.Abort
    output.report(applied.report, form, zone)
    if applied.report.stopped is not None:
        failing.explain(applied.report.stopped, verbose=said.verbose)
    return applied.report.exit_code


def _reviewing(allow: Mapping[str, str], *, auto_approve: bool, colour: bool) -> Callable[[Project, Masker], Reviewer]:
    """Return what makes the reviewer of a plan once the project is read."""

    def reviewer(project: Project, masker: Masker) -> Reviewer:
        from sendmode_sync.cli.asking import Reviewer

        settings = project.desired.settings
        limited = settings.safety.max_credits_written or "max_credits" in allow
        return Reviewer(masker, settings.account.timezone, limited=limited, auto_approve=auto_approve, colour=colour)

    return reviewer


@click.command(name="send-test", epilog=options.program("sendmode-sync send-test december-offer --to +353870000001"))
@click.argument("campaign")
@click.option("--to", "number", metavar="NUMBER", help="Only this one of account.test_numbers.")
@options.with_globals
@click.pass_obj
def send_test(said: Globals, campaign: str, number: str | None) -> int:
    """Send a campaign's text to account.test_numbers, and to nobody else.

    The text is the one that the first of its recipients would read, with their values.
    """
    from sendmode_sync.wiring import applying

    tested = applying.send_test(output.where(said), campaign, number)
    for sentence in tested.sentences:
        click.echo(sentence)
    return tested.exit_code


@click.command(epilog=options.program("sendmode-sync cancel december-offer"))
@click.argument("campaign")
@options.with_globals
@click.pass_obj
def cancel(said: Globals, campaign: str) -> int:
    """Never send the rest of a campaign; works while an apply runs."""
    from sendmode_sync.model.counting import persons
    from sendmode_sync.wiring import caring

    cancelled = caring.cancel(output.where(said), campaign)
    left_out = cancelled.left_out
    rest = "nothing more of it is sent" if not left_out else f"{persons(left_out)} will not get it"
    click.echo(f'campaign "{campaign}" is cancelled: {rest}')
    if cancelled.handed_over:
        click.echo("what was handed over is sent all the same: no API call can cancel it; ask Sendmode to", err=True)
    return Exit.OK


@click.command(
    epilog=options.program(
        "sendmode-sync resolve december-offer --sent",
        'sendmode-sync resolve december-offer --not-sent --evidence "not in the report of 1 December"',
    )
)
@click.argument("campaign")
@click.option("--sent/--not-sent", "sent", default=None, help="What you found out; one of them is needed.")
@click.option("--evidence", default="", metavar="TEXT", help="How you know; needed with --not-sent.")
@click.option("--operation", metavar="ID", help="Only this call of the campaign.")
@options.with_globals
@click.pass_obj
def resolve(said: Globals, campaign: str, evidence: str, operation: str | None, *, sent: bool | None) -> int:
    """Settle an unknown outcome, on the record.

    --sent counts its recipients as reached; --not-sent lets the next apply send to them again.
    """
    from sendmode_sync.model.counting import persons
    from sendmode_sync.wiring import caring

    if sent is None:
        raise click.UsageError("say --sent or --not-sent")
    settled = caring.resolve(output.where(said), campaign, sent=sent, evidence=evidence, operation=operation)
    count = "counts" if settled == 1 else "count"
    end = "as sent" if sent else "as not sent, and the next apply sends to them where it may"
    click.echo(f'campaign "{campaign}": {persons(settled)} {count} {end}')
    return Exit.OK


@click.group(
    no_args_is_help=False,
    epilog=options.program(
        'sendmode-sync optouts add "+353 87 123 4567"     from now on nothing is sent there',
        "sendmode-sync optouts import stopped.csv         a whole list of numbers",
    ),
)
@options.with_globals
def optouts() -> None:
    """Record who must never be texted: add, import, remove."""


@optouts.command(name="add", epilog=options.program('sendmode-sync optouts add "+353 87 123 4567"'))
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")
@options.with_globals
@click.pass_obj
def add(said: Globals, numbers: tuple[str, ...]) -> int:
    """Record opt-outs at once, also while an apply runs.

    They stand in the state first, so that no send to them can start, and then in the YAML.
    """
    from sendmode_sync.wiring import caring

    output.opted_out(caring.add_optouts(output.where(said), numbers))
    return Exit.OK


@optouts.command(name="import", epilog=options.program("sendmode-sync optouts import stopped.csv"))
@click.argument("file", type=options.File(exists=True, dir_okay=False))
@options.with_globals
@click.pass_obj
def import_file(said: Globals, file: Path) -> int:
    """Record the numbers of a CSV file as opt-outs.

    Where one of them is no number, nothing is recorded.
    """
    from sendmode_sync.wiring import caring

    output.opted_out(caring.import_optouts(output.where(said), file))
    return Exit.OK


@optouts.command(
    name="remove",
    epilog=options.program('sendmode-sync optouts remove "+353 87 123 4567" --consent "signed form, 3 May, J. Byrne"'),
)
@click.argument("number")
@click.option("--consent", required=True, metavar="TEXT", help="Who agreed, how and when.")
@options.with_globals
@click.pass_obj
def remove(said: Globals, number: str, consent: str) -> int:
    """Lift the local block of one number, on the record.

    NUMBER may be the tag, such as p-abcdefgh, that is shown in its place. Sendmode keeps a block of its own.
    """
    from sendmode_sync.wiring import caring

    lifted, files = caring.remove_optout(output.where(said), number, consent)
    if not lifted and not files:
        raise RefusedError("that number was not opted out here")
    for file in files:
        click.echo(f"removed from {file}")
    click.echo("the local block is lifted; Sendmode keeps its own, which no call can lift: ask them to", err=True)
    return Exit.OK
