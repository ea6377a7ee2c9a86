"""Commands for trying things out: rehearse, emulator, credits."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import click

from sendmode_sync.cli import options, output
from sendmode_sync.cli.options import Globals
from sendmode_sync.errors import Exit


class Amount(click.ParamType[Decimal]):
    """A number of credits that is not negative."""

    name = "credits"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Read it without rounding."""
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            self.fail(f'"{value}" is no number of credits', param, ctx)
        if not amount.is_finite() or amount < 0:
            self.fail(f'"{value}" is no number of credits', param, ctx)
        return amount


class Rate(click.ParamType[tuple[int, float]]):
    """A limit such as ``100/60``: so many calls in so many seconds."""

    name = "n/seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, float]:
        """Read both figures."""
        if isinstance(value, tuple):
            return value
        calls, _, seconds = str(value).partition("/")
        try:
            limit = int(calls), float(seconds)
        except ValueError:
            self.fail(f'"{value}" is no limit; write 100/60 for 100 calls in 60 seconds', param, ctx)
        if limit[0] < 1 or not 0 < limit[1] < float("inf"):
            self.fail(f'"{value}" is no limit; write 100/60 for 100 calls in 60 seconds', param, ctx)
        return limit


@click.command(
    epilog=options.program(
        "sendmode-sync rehearse                              what an apply now would call, and what it would cost",
        "sendmode-sync rehearse --now 2026-12-01T10:00       the same, as if it were then",
        "sendmode-sync rehearse --credits 50                 what happens when credits run short",
    )
)
@options.with_globals
@click.option("--credits", "credit", type=Amount(), default="1000", show_default=True, help="The emulated balance.")
@click.option("--now", metavar="TIME", help="When the rehearsal begins [now].")
@options.output_format()
@options.all_items
@click.pass_obj
def rehearse(said: Globals, credit: Decimal, now: str | None, form: str, *, all_items: bool) -> int:
    """Do the whole apply against an emulated account, on a virtual clock; change nothing, need no key."""
    from sendmode_sync.render import rehearsal
    from sendmode_sync.wiring import trying

    shown = trying.rehearse(output.where(said), credit, now)
    click.echo(rehearsal.render(shown.rehearsal, form, shown.masker, all_items=all_items))
    return shown.rehearsal.report.exit_code


@click.command(epilog=options.program("sendmode-sync emulator", "sendmode-sync emulator --port 0 --credits 20"))
@click.option("--port", type=click.IntRange(0, 65535), default=8025, show_default=True, help="Port; 0 picks one.")
@click.option("--credits", "credit", type=Amount(), default="1000", show_default=True, help="The balance.")
@click.option("--api-key", default="EMULATOREMULATOR1234", show_default=True, help="The key it accepts (made up).")
@click.option("--rate-limit", type=Rate(), default="100/60", show_default=True, help="Calls per seconds.")
def emulator(port: int, credit: Decimal, api_key: str, rate_limit: tuple[int, float]) -> int:
    """Serve an emulated Sendmode account on this machine, and say what to export."""
    from sendmode_sync.wiring import trying

    trying.serve_emulator(port, credit, api_key, rate_limit, click.echo)
    return Exit.OK


@click.command(name="credits", epilog=options.program("sendmode-sync credits"))
@options.with_globals
@click.pass_obj
def credit_balance(said: Globals) -> int:
    """Show the balance."""
    from sendmode_sync.render import figures
    from sendmode_sync.wiring import trying

    click.echo(figures.credits(trying.balance(output.where(said))))
    return Exit.OK
