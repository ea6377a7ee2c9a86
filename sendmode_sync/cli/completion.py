"""The command that prints what lets a shell complete commands, options and choices."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from sendmode_sync.cli import options
from sendmode_sync.errors import Exit

if TYPE_CHECKING:
    from click.shell_completion import ShellComplete

_VARIABLE = "_SENDMODE_SYNC_COMPLETE"
_FOR_BASH = """\
if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
    echo 'sendmode-sync: completion needs bash 4.4 or a later one' >&2
else
{script}
fi
"""


def prepare() -> None:
    """Have a shell that asks for completions answered as ``completion`` does."""
    if _VARIABLE in os.environ:
        from click.shell_completion import add_completion_class

        add_completion_class(_shells()["bash"])


def _shells() -> dict[str, type[ShellComplete]]:
    """Return click's ways to complete; bash says itself which bash it is, where click starts another one to ask that."""
    from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

    class Bash(BashComplete):
        def source(self) -> str:
            return _FOR_BASH.format(script=ShellComplete.source(self))

    return {"bash": Bash, "fish": FishComplete, "zsh": ZshComplete}


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
    click.echo(_shells()[shell](ctx.find_root().command, {}, "sendmode-sync", _VARIABLE).source())
    return Exit.OK
