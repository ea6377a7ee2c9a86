"""The command that prints what lets a shell complete commands, options and choices."""

from __future__ import annotations

import click

from sendmode_sync.cli import options
from sendmode_sync.errors import Exit

_VARIABLE = "_SENDMODE_SYNC_COMPLETE"


@click.command(
    epilog=options.program(
        "sendmode-sync completion bash > ~/.sendmode-sync.bash    to be sourced in ~/.bashrc",
        "sendmode-sync completion fish | source                   in ~/.config/fish/config.fish",
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@options.with_globals
@click.pass_context
def completion(ctx: click.Context, shell: str) -> int:
    """Print the script that makes a shell complete commands and options."""
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    made = {"bash": BashComplete, "fish": FishComplete, "zsh": ZshComplete}[shell]
    click.echo(made(ctx.find_root().command, {}, "sendmode-sync", _VARIABLE).source())
    return Exit.OK
