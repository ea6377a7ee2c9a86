"""Everyday commands that change something: init, validate, apply, send-test, cancel, resolve, optouts."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sendmode_sync.cli import options, output
from sendmode_sync.cli.options import Globals
from sendmode_sync.errors import Exit

if TYPE_CHECKING:
    from sendmode_sync.cli.asking import Reviewer
    from sendmode_sync.render.view import Masker
    from sendmode_sync.wiring.parts import Project

_STARTED = time.monotonic()
_LIMITS = ("max_credits", "max_updates", "max_shrink")


@click.command(epilog=options.program("sendmode-sync init --emulator try-it", "sendmode-sync init"))
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--emulator", is_flag=True, help="Write the emulator's address: nothing can reach anybody.")
def init(directory: Path, *, emulator: bool) -> int:
    """Write a small working project with comments, and an empty state; overwrite nothing."""
    from sendmode_sync.wiring import caring

    for path in caring.new_project(directory, emulator=emulator):
        click.echo(f"wrote {path}")
    prefix = "" if directory == Path() else f" -C {directory}"
    click.echo(f"next: sendmode-sync{prefix} validate, then sendmode-sync{prefix} plan", err=True)
    if emulator:
        click.echo("      sendmode-sync emulator in a second terminal serves the account", err=True)
    return Exit.OK


@click.command(epilog=options.program("sendmode-sync validate", "sendmode-sync validate --format github"))
@options.with_globals
@options.formats("text", "json", "github")
@options.all_items
@click.pass_obj
def validate(said: Globals, form: str, *, all_items: bool) -> int:
    """Check the files: form and meaning; no state, no network, no key."""
    from sendmode_sync.render import problems as rendering
    from sendmode_sync.wiring import parts

    found = parts.problems(output.where(said))
    failed = any(each.level == "error" for each in found)
    if form != "text" or found:
        click.echo(rendering.render(found, form, all_items=all_items))
    if not failed:
        click.echo("the project is valid", err=True)
    return Exit.ERROR if failed else Exit.OK


class Allowance(click.ParamType[tuple[str, str]]):
    """``LIMIT=VALUE`` for one run."""

    name = "limit=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Read the limit's key and its figure."""
        if isinstance(value, tuple):
            return value
        key, _, figure = str(value).partition("=")
        key = key.removeprefix("safety.")
        if key not in _LIMITS:
            self.fail(f'"{key}" is no limit; there are {", ".join(_LIMITS)}', param, ctx)
        if not re.fullmatch(r"\d+(\.\d+)?%?", figure) or (key == "max_credits" and figure.endswith("%")):
            self.fail(f'"{figure}" is no figure for {key}; write {key}=800', param, ctx)
        return key, figure


@click.command(
    epilog=options.program(
        "sendmode-sync apply                                 plan, show, ask, do",
        "sendmode-sync apply plan.json --auto-approve        exactly a saved plan",
        "sendmode-sync apply --auto-approve --max-duration 50m",
        "sendmode-sync apply --allow max_credits=800         pass one limit for once",
    )
)
@options.with_globals
@click.argument("planfile", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@options.auto_approve
@options.only
@options.campaigns
@click.option("--max-duration", type=options.Duration(), help="Start no call later than this (50m).")
@click.option("--lock-timeout", type=options.Duration(), default="0s", show_default=True, help="Wait for another run.")
@click.option("--allow", multiple=True, type=Allowance(), metavar="LIMIT=VALUE", help="Pass a safety limit for once.")
@options.output_format()
@click.pass_obj
def apply(  # noqa: PLR0913, PLR0917 - a command takes its options
    said: Globals,
    planfile: Path | None,
    only: tuple[str, ...],
    campaigns: tuple[str, ...],
    max_duration: float | None,
    lock_timeout: float,
    allow: tuple[tuple[str, str], ...],
    form: str,
    *,
    auto_approve: bool,
) -> int:
    """Do what the plan says: opt-outs, due sends, imports; ask first."""
    from sendmode_sync.render import reports
    from sendmode_sync.wiring import applying, reviewing

    colour = output.colour(said)

    def reviewer(project: Project, masker: Masker) -> Reviewer:
        from sendmode_sync.cli.asking import Reviewer

        settings = project.desired.settings
        return Reviewer(masker, settings.account.timezone, settings.safety, auto_approve=auto_approve, colour=colour)

    applied = applying.apply(
        output.where(said),
        reviewing.Choice(only, campaigns, dict(allow)),
        planfile,
        applying.Terms(auto_approve, max_duration, lock_timeout, _STARTED, colour),
        reviewer,
    )
    if applied.report is None:
        raise click.Abort
    click.echo(reports.render(applied.report, form))
    return applied.report.exit_code


@click.command(name="send-test", epilog=options.program("sendmode-sync send-test december-offer --to +353870000001"))
@options.with_globals
@click.argument("campaign")
@click.option("--to", "number", metavar="NUMBER", help="One of account.test_numbers [all of them].")
@click.pass_obj
def send_test(said: Globals, campaign: str, number: str | None) -> int:
    """Send a campaign's text, with a real customer's values, to account.test_numbers only."""
    from sendmode_sync.wiring import applying

    tested = applying.send_test(output.where(said), campaign, number)
    for sentence in tested.sentences:
        click.echo(sentence)
    return tested.exit_code


@click.command(epilog=options.program("sendmode-sync cancel december-offer"))
@options.with_globals
@click.argument("campaign")
@click.pass_obj
def cancel(said: Globals, campaign: str) -> int:
    """Never send the rest of a campaign; works while an apply runs."""
    from sendmode_sync.wiring import caring

    left_out = caring.cancel(output.where(said), campaign)
    click.echo(f'campaign "{campaign}" is cancelled: {left_out} recipient(s) will not get it')
    return Exit.OK


@click.command(
    epilog=options.program(
        "sendmode-sync resolve december-offer --sent",
        'sendmode-sync resolve december-offer --not-sent --evidence "not in the report of 1 December"',
    )
)
@options.with_globals
@click.argument("campaign")
@click.option("--sent/--not-sent", "sent", default=None, help="What a person found out.")
@click.option("--evidence", default="", metavar="TEXT", help="How you know; needed with --not-sent.")
@click.option("--operation", metavar="ID", help="Only this call of the campaign.")
@click.pass_obj
def resolve(said: Globals, campaign: str, evidence: str, operation: str | None, *, sent: bool | None) -> int:
    """Settle an unknown outcome, on the record; --not-sent makes it sendable again."""
    from sendmode_sync.wiring import caring

    if sent is None:
        raise click.UsageError("say --sent or --not-sent")
    settled = caring.resolve(output.where(said), campaign, sent=sent, evidence=evidence, operation=operation)
    end = "count as sent" if sent else "will be sent by the next apply that may"
    click.echo(f'campaign "{campaign}": {settled} recipient(s) {end}')
    return Exit.OK


@click.group()
def optouts() -> None:
    """Record who must never be texted: add, import, remove."""


@optouts.command(name="add", epilog=options.program('sendmode-sync optouts add "+353 87 123 4567"'))
@options.with_globals
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")
@click.pass_obj
def add(said: Globals, numbers: tuple[str, ...]) -> int:
    """Record opt-outs in the state at once, then in the YAML; works while an apply runs."""
    from sendmode_sync.wiring import caring

    output.opted_out(caring.add_optouts(output.where(said), numbers))
    return Exit.OK


@optouts.command(name="import", epilog=options.program("sendmode-sync optouts import stopped.csv"))
@options.with_globals
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def import_file(said: Globals, file: Path) -> int:
    """Record the numbers of a CSV file as opt-outs."""
    from sendmode_sync.wiring import caring

    output.opted_out(caring.import_optouts(output.where(said), file))
    return Exit.OK


@optouts.command(
    name="remove",
    epilog=options.program('sendmode-sync optouts remove p-abcdefgh --consent "signed form, 3 May, J. Byrne"'),
)
@options.with_globals
@click.argument("number")
@click.option("--consent", required=True, metavar="TEXT", help="Who agreed, how and when.")
@click.pass_obj
def remove(said: Globals, number: str, consent: str) -> int:
    """Lift the local block of one number, on the record."""
    from sendmode_sync.wiring import caring

    lifted, files = caring.remove_optout(output.where(said), number, consent)
    if not lifted and not files:
        click.echo("that number was not opted out here", err=True)
        return Exit.ERROR
    for file in files:
        click.echo(f"removed from {file}")
    click.echo("the local block is lifted; Sendmode keeps its own, which no call can lift: ask them to", err=True)
    return Exit.OK
