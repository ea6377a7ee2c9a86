"""The root command and its sections; whatever a command raises becomes one message and an exit code here."""

from __future__ import annotations

import gc
from collections.abc import Sequence

import click

from sendmode_sync.cli import care, completion, everyday, failing, options, review, starting, trying
from sendmode_sync.errors import Exit

_SECTIONS: dict[str, tuple[click.Command, ...]] = {
    "Everyday": (
        starting.init,
        everyday.validate,
        review.lint,
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
    "Care": (care.adopt, care.history, care.export, care.state, care.schema, completion.completion),
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
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=options.program(
        "sendmode-sync init --emulator my-project     a small working project",
        "sendmode-sync rehearse                       the whole apply, against an emulated account",
        "sendmode-sync plan                           what an apply would do",
        "sendmode-sync apply                          do it, after asking",
    ),
)
@options.with_globals
@click.pass_context
def cli(ctx: click.Context) -> int:
    """Keep customers, opt-outs and SMS campaigns of a Sendmode account as YAML in git: plan, review, apply."""
    if ctx.invoked_subcommand is not None:
        return Exit.OK
    click.echo(ctx.get_help(), err=True)
    return Exit.USAGE


for _command in (each for commands in _SECTIONS.values() for each in commands):
    cli.add_command(_command)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; no failure shows a traceback."""
    gc.disable()  # start-up and planning make no cycles worth collecting; the long commands turn it on again
    said = options.Globals()
    try:
        completion.prepare()
        code = cli.main(args=list(arguments), prog_name="sendmode-sync", obj=said, standalone_mode=False)
    except SystemExit:
        return Exit.OK  # so click leaves when whoever reads has seen enough, as in: sendmode-sync plan | head -1
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - a bug, too, ends in one line
        return failing.explain(error, verbose=said.verbose)
    return int(code or Exit.OK)  # help and version return nothing
