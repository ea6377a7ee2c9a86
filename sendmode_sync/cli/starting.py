"""The command that begins a project: at a terminal it asks what no flag has said, elsewhere the defaults count."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING

import click

from sendmode_sync.cli import options
from sendmode_sync.cli.options import Globals
from sendmode_sync.errors import Exit

if TYPE_CHECKING:
    from pathlib import Path

    from sendmode_sync.wiring.starting import Answers

_ZONES = {"IE": "Europe/Dublin", "GB": "Europe/London"}
"""The zone of a country that has one, where it need not be said."""


def _answer(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Refuse what could not stand in the project file."""
    from sendmode_sync.wiring import starting

    said = None if value is None else starting.refusal(str(param.name), value)
    if said is not None:
        raise click.BadParameter(said, ctx, param)
    return value


@click.command(
    epilog=options.program(
        "sendmode-sync init --emulator try-it",
        "sendmode-sync init",
        "sendmode-sync init --from members.csv --region GB --timezone Europe/London gym",
    )
)
@click.argument("directory", type=options.File(file_okay=False), default=".")
@click.option(
    "--from",
    "source",
    metavar="FILE.csv",
    type=options.File(exists=True, dir_okay=False),
    help="A list of people to begin with; what its columns mean is guessed.",
)
@click.option("--emulator", is_flag=True, help="Write the emulator's address: nothing can reach anybody.")
@click.option("--region", metavar="CODE", callback=_answer, help="Country of numbers written without + [IE].")
@click.option("--timezone", metavar="ZONE", callback=_answer, help="Zone of times and quiet hours [Europe/Dublin].")
@click.option("--senderid", metavar="NAME", callback=_answer, help="Who the texts are from [Repliable].")
@click.option("--workflow/--no-workflow", default=None, help="Write a workflow for GitHub, or none [write it].")
@options.with_globals
@click.pass_obj
def init(  # noqa: PLR0913 - a command takes its options
    said: Globals,
    directory: Path,
    source: Path | None,
    region: str | None,
    timezone: str | None,
    senderid: str | None,
    *,
    emulator: bool,
    workflow: bool | None,
) -> int:
    """Write a small working project with comments, and an empty state.

    The files go to DIRECTORY, or to the working directory. Nothing that is there is overwritten. At a terminal it asks
    for what no option says.
    """
    from sendmode_sync.wiring import starting

    if said.project_file is not None:
        raise click.UsageError("init names the project file sendmode.yaml itself")
    if said.project_directory is not None:
        directory = said.project_directory / directory
    answers = starting.Answers(region, timezone, senderid, workflow)
    if not emulator and sys.stdin.isatty() and sys.stderr.isatty():
        answers = _asked(answers)
    elif region is not None and timezone is None:
        if region not in _ZONES:
            raise click.UsageError(f"say --timezone too: which one is meant with --region {region} is not known")
        answers = answers._replace(timezone=_ZONES[region])
    for path in starting.new_project(directory, said.state, answers, source, emulator=emulator):
        click.echo(f"wrote {path}")
    _say_what_is_next(directory, source, emulator=emulator, workflow=answers.workflow is not False)
    return Exit.OK


def _asked(said: Answers) -> Answers:
    """Ask for what no option said, on stderr; return is the usual answer."""
    region = said.region or _ask("region", "Country of numbers that are written without +", "IE")
    timezone = said.timezone or _ask("timezone", "Time zone", _ZONES.get(region))
    senderid = said.senderid or _ask("senderid", "Who the texts are from", "Repliable")
    workflow = said.workflow
    if workflow is None:
        question = "A workflow for GitHub, which plans on pull requests and applies on merge"
        workflow = click.confirm(question, default=True, err=True)
    return said._replace(region=region, timezone=timezone, senderid=senderid, workflow=workflow)


def _ask(key: str, question: str, usual: str | None) -> str:
    """Ask until the answer can stand in the project file; without a usual one, until there is any."""
    from sendmode_sync.wiring import starting

    def understood(answer: str) -> str:
        why = starting.refusal(key, answer.strip())
        if why is not None:
            raise click.UsageError(why)
        return answer.strip()

    return str(click.prompt(question, default=usual, value_proc=understood, err=True))


def _say_what_is_next(directory: Path, source: Path | None, *, emulator: bool, workflow: bool) -> None:
    from sendmode_sync.wiring import starting

    prefix = "" if str(directory) == "." else f" -C {shlex.quote(str(directory))}"
    click.echo(f"next: sendmode-sync{prefix} validate, then sendmode-sync{prefix} plan", err=True)
    if source is not None:
        click.echo(f"      contacts/{source.name} is a copy that holds people: git keeps what is committed", err=True)
    if emulator:
        click.echo("      sendmode-sync emulator in a second terminal serves the account, and names its key", err=True)
    root = starting.root_of_git(directory) if workflow else None
    if root is not None:
        inner = os.path.relpath(directory.resolve(), root)
        click.echo(f"      GitHub reads workflows at the root alone: move .github to {root},", err=True)
        click.echo(f'      and add "directory: {inner}" to each use of the action in it', err=True)
