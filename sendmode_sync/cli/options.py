"""Options that many commands share, and the global ones that stand before or after the command."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sendmode_sync import __version__

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from sendmode_sync.planning.approval import Approved

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class File(click.Path):
    """A path on the command line; ``pathlib`` is loaded once one is given, so that help need not wait for it."""

    def coerce_path_result(self, value: str | os.PathLike[str]) -> Path:
        """Return what was given as a path."""
        from pathlib import Path

        return Path(value)


@dataclass(slots=True)
class Globals:
    """What was said globally; the last word counts, so an option after the command wins.

    ``begun`` is when this was begun to be read, in monotonic seconds: ``--max-duration`` counts from there.
    """

    project_directory: Path | None = None
    project_file: str | None = None
    state: str | None = None
    no_color: bool = False
    verbose: bool = False
    begun: float = field(default_factory=time.monotonic)


def _remember(ctx: click.Context, param: click.Parameter, value: object) -> None:
    if value and not ctx.resilient_parsing:
        setattr(ctx.ensure_object(Globals), str(param.name), value)


_GLOBALS = (
    click.option(
        "-C",
        "--directory",
        "project_directory",
        metavar="DIR",
        type=File(),
        expose_value=False,
        callback=_remember,
        help="Directory of the project [the working directory].",
    ),
    click.option(
        "-f",
        "--file",
        "project_file",
        metavar="FILE",
        expose_value=False,
        callback=_remember,
        help="Project file in that directory [sendmode.yaml].",
    ),
    click.option(
        "--state",
        metavar="PATH|URL",
        expose_value=False,
        callback=_remember,
        help="Where the state is kept; wins over SENDMODE_STATE and the project file.",
    ),
    click.option(
        "--no-color", is_flag=True, expose_value=False, callback=_remember, help="No colour (so does NO_COLOR)."
    ),
    click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_remember,
        help="Show where in the program a bug is, without values.",
    ),
    click.version_option(__version__, message="sendmode-sync %(version)s"),
)


def with_globals(command: Decorated) -> Decorated:
    """Add the global options to a command or group, as the last of its help; their values are found in ``Globals``."""
    for option in reversed(_GLOBALS):
        command = option(command)
    return command


show_personal = click.option(
    "--show-personal", is_flag=True, help="Show numbers and customer fields unmasked; refused when CI is set."
)
all_items = click.option("--all", "all_items", is_flag=True, help="Cut no list short.")
auto_approve = click.option("--auto-approve", is_flag=True, help="Do not ask; needed where there is no terminal.")
only = click.option(
    "--only", multiple=True, type=click.Choice(["imports", "optouts", "sends"]), help="Nothing but these (repeatable)."
)
campaigns = click.option(
    "--campaign", "campaigns", multiple=True, metavar="NAME", help="Send no campaign but this (repeatable)."
)


def now(example: str) -> Callable[[Decorated], Decorated]:
    """Add ``--now``, for what only looks: nothing that reaches people takes its time from a flag."""
    return click.option("--now", metavar="TIME", help=f"{example}, as in 2026-12-01T10:00 [now].")


def formats(*names: str) -> Callable[[Decorated], Decorated]:
    """Add ``--format`` with some names, the first being the default."""
    return click.option(
        "--format", "form", type=click.Choice(names), default=names[0], show_default=True, help="Form of the answer."
    )


def duration(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Return a duration such as ``30s``, ``50m`` or ``12h`` in seconds, read by the same rule as the project file."""
    from sendmode_sync.sms import schedule

    if value is None:
        return None
    parsed = schedule.parse_duration(value)
    if parsed is None:
        raise click.BadParameter(f'"{value}" is no duration; write 30s, 50m or 12h', ctx, param)
    return parsed.total_seconds()


def approved(ctx: click.Context, param: click.Parameter, value: str | None) -> Approved | None:
    """Return what a reviewer approved; a digest that is empty or not whole is wrong usage, never an approval."""
    from sendmode_sync.planning import approval

    if value is None:
        return None
    found = approval.read(value)
    if found is None:
        message = "this is no digest of a plan; copy all of the last line of sendmode-sync plan, from p1: on"
        raise click.BadParameter(message, ctx, param)
    return found


def program(*examples: str) -> str:
    """Return an epilog of examples that click does not wrap."""
    return "\b\nExamples:\n" + "\n".join(f"  {example}" for example in examples)
