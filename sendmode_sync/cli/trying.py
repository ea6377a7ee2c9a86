"""Commands for trying things out: rehearse, emulator, credits."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from sendmode_sync.cli import options, output
from sendmode_sync.cli.options import Globals
from sendmode_sync.errors import Exit

if TYPE_CHECKING:
    from decimal import Decimal

_FIGURE = re.compile(r"[0-9]+(\.[0-9]+)?")


def _amount(ctx: click.Context, param: click.Parameter, value: str) -> Decimal:
    """Return a number of credits, without rounding."""
    if not _FIGURE.fullmatch(value):
        raise click.BadParameter(f'"{value}" is no number of credits', ctx, param)
    from decimal import Decimal

    return Decimal(value)


def _rate(ctx: click.Context, param: click.Parameter, value: str) -> tuple[int, float]:
    """Return so many calls in so many seconds, out of ``100/60``."""
    calls, _, seconds = value.partition("/")
    if not (calls.isdecimal() and _FIGURE.fullmatch(seconds) and int(calls) and float(seconds)):
        raise click.BadParameter(f'"{value}" is no limit; write 100/60 for 100 calls in 60 seconds', ctx, param)
    return int(calls), float(seconds)


def _credits(meaning: str) -> Callable[[options.Decorated], options.Decorated]:
    return click.option(
        "--credits", "credit", metavar="N", callback=_amount, default="1000", show_default=True, help=meaning
    )


@click.command(
    epilog=options.program(
        "sendmode-sync rehearse                           every call of an apply now, and its cost",
        "sendmode-sync rehearse --now 2026-12-01T10:00    the same, as if it were then",
        "sendmode-sync rehearse --credits 50              what happens when credits run short",
    )
)
@_credits("The balance to begin with.")
@options.now("When the rehearsal begins")
@options.formats("text", "json")
@options.all_items
@options.with_globals
@click.pass_obj
def rehearse(said: Globals, credit: Decimal, now: str | None, form: str, *, all_items: bool) -> int:
    """Do the whole apply against an emulated account; change nothing.

    It runs on a virtual clock and a copy of the state, so it takes no time, needs no key and reaches nobody.
    """
    from sendmode_sync.render import rehearsal
    from sendmode_sync.wiring import trying

    shown = trying.rehearse(output.where(said), credit, now)
    output.answer(rehearsal.render(shown.rehearsal, form, shown.masker, all_items=all_items))
    return shown.rehearsal.report.exit_code


@click.command(epilog=options.program("sendmode-sync emulator", "sendmode-sync emulator --port 0 --credits 20"))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8025, show_default=True, help="Its port; 0 picks a free one."
)
@_credits("The balance to begin with.")
@click.option(
    "--api-key",
    metavar="KEY",
    default="EMULATOREMULATOR1234",
    show_default=True,
    help="The key it accepts: a made-up one, never your own.",
)
@click.option(
    "--rate-limit",
    metavar="N/SECONDS",
    callback=_rate,
    default="100/60",
    show_default=True,
    help="How many calls it lets through in how many seconds.",
)
@options.with_globals
def emulator(port: int, credit: Decimal, api_key: str, rate_limit: tuple[int, float]) -> int:
    """Serve an emulated Sendmode account on this machine.

    It says what to export, and ends with Ctrl-C.
    """
    from sendmode_sync.wiring import trying

    trying.serve_emulator(port, credit, api_key, rate_limit, click.echo)
    return Exit.OK


@click.command(name="credits", epilog=options.program("sendmode-sync credits"))
@options.with_globals
@click.pass_obj
def credit_balance(said: Globals) -> int:
    """Show the balance of the account."""
    from sendmode_sync.render import figures
    from sendmode_sync.wiring import trying

    output.answer(figures.credits(trying.balance(output.where(said))))
    return Exit.OK
