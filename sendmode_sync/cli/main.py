"""The root command, its sections, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import assert_never

import click

from sendmode_sync import __version__
from sendmode_sync.cli import care, everyday, options, review, trying
from sendmode_sync.errors import Exit, ProjectError, SyncError

_SECTIONS: dict[str, tuple[click.Command, ...]] = {
    "Everyday": (
        everyday.init,
        everyday.validate,
        review.plan,
        review.show,
        review.preview,
        everyday.apply,
        everyday.send_test,
        review.status,
        everyday.cancel,
        everyday.resolve,
        everyday.optouts,
    ),
    "Trying out": (trying.rehearse, trying.emulator, trying.credit_balance),
    "Care": (care.adopt, care.history, care.export, care.state, care.schema),
}


class Sections(click.Group):
    """A group whose help lists its commands by section, in the order in which a newcomer needs them."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's form
        """Write one block a section."""
        for title, commands in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(str(each.name), each.get_short_help_str(200)) for each in commands])

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's form
        """Return the names in the order of the sections."""
        return [str(each.name) for commands in _SECTIONS.values() for each in commands]


@click.group(
    cls=Sections,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=options.program(
        "sendmode-sync init --emulator my-project     a small working project",
        "sendmode-sync rehearse                       the whole apply, against an emulated account",
        "sendmode-sync plan                           what an apply would do",
        "sendmode-sync apply                          do it, after asking",
    ),
)
@options.with_globals
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Keep customers, opt-outs and SMS campaigns of a Sendmode account as YAML in git: plan, review, apply."""


for _command in (each for commands in _SECTIONS.values() for each in commands):
    cli.add_command(_command)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; every expected failure is a message without a traceback."""
    gc.disable()  # start-up and planning make no cycles worth collecting; the long commands turn it on again
    said = options.Globals()
    try:
        code = int(cli.main(args=list(arguments), prog_name="sendmode-sync", obj=said, standalone_mode=False) or Exit.OK)
        sys.stdout.flush()
    except (click.ClickException, click.Abort, SyncError, KeyboardInterrupt) as error:
        return _explained(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    return code


def _explained(error: click.ClickException | click.Abort | SyncError | KeyboardInterrupt) -> int:
    match error:
        case click.ClickException():
            return _clicked(error)
        case SyncError():
            return _failed(error)
        case click.Abort():
            return _say("nothing was done: you did not agree", Exit.ERROR)
        case KeyboardInterrupt():
            return _say("interrupted; it is safe to run this again", Exit.INCOMPLETE)
        case _:
            assert_never(error)


def _clicked(error: click.ClickException) -> int:
    """Say what is wrong with the command line."""
    if not isinstance(error, click.UsageError):
        return _say(error.format_message(), Exit.ERROR)
    if error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
    return _say(error.format_message(), Exit.USAGE)


def _failed(error: SyncError) -> int:
    """Say what is wrong with anything else; problems of the files all at once."""
    if not isinstance(error, ProjectError):
        return _say(str(error), error.exit_code)
    from sendmode_sync.render import problems

    click.echo(problems.render(error.problems, "text"), err=True)
    return error.exit_code


def _say(message: str, code: Exit | int) -> int:
    click.echo(f"sendmode-sync: {message}", err=True)
    return int(code)
