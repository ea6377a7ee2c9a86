"""Commands that only look: plan, show, preview, lint, status."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sendmode_sync.cli import options, output
from sendmode_sync.cli.options import Globals
from sendmode_sync.errors import Exit, SyncError

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    epilog=options.program(
        "sendmode-sync plan                            what an apply now would do",
        "sendmode-sync plan --out plan.json            keep it, to apply exactly this later",
        "sendmode-sync plan --detailed-exitcode        exit 2 when an apply would change something",
        "sendmode-sync plan --offline --format json    no call at all, for machines",
        "sendmode-sync plan --now 2026-12-01T10:00     what an apply would do then, as things stand",
    )
)
@click.option("--out", type=options.File(dir_okay=False), help="Write the plan to a file (mode 0600).")
@options.formats("text", "json", "markdown", "html")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when an apply now would change something.")
@click.option("--offline", is_flag=True, help="Make no call: the balance is not checked.")
@options.now("When the apply would begin")
@options.only
@options.campaigns
@options.all_items
@options.show_personal
@options.with_globals
@click.pass_obj
def plan(  # noqa: PLR0913 - a command takes its options
    said: Globals,
    out: Path | None,
    form: str,
    now: str | None,
    only: tuple[str, ...],
    campaigns: tuple[str, ...],
    *,
    detailed_exitcode: bool,
    offline: bool,
    all_items: bool,
    show_personal: bool,
) -> int:
    """Show what an apply now would do; change nothing.

    It works without a state and without a key; then the balance is not checked.
    """
    from sendmode_sync.wiring import reviewing

    output.known_format(form)
    if now is not None and out is not None:
        raise click.UsageError("a plan that is kept is made now: --now is for looking ahead")
    try:
        reviewed = reviewing.plan(
            output.where(said),
            reviewing.Choice(only, campaigns),
            offline=offline,
            show=show_personal,
            detailed=detailed_exitcode,
            out=out,
            now=now,
        )
    except KeyboardInterrupt as interrupted:  # a plan is never incomplete: it is there or it is not
        raise SyncError("interrupted; nothing was changed") from interrupted
    output.plan(said, reviewed, form, all_items=all_items)
    output.summarise_plan(reviewed)
    if out is not None:
        click.echo(f"saved to {out}; apply exactly this with: sendmode-sync apply {out}", err=True)
    return reviewed.exit_code


@click.command(epilog=options.program("sendmode-sync show plan.json", "sendmode-sync show plan.json --format json"))
@click.argument("planfile", type=options.File(exists=True, dir_okay=False))
@options.formats("text", "json", "markdown", "html")
@options.all_items
@options.show_personal
@options.with_globals
@click.pass_obj
def show(said: Globals, planfile: Path, form: str, *, all_items: bool, show_personal: bool) -> int:
    """Show a saved plan in another format."""
    from sendmode_sync.wiring import reviewing

    output.known_format(form)
    reviewed = reviewing.show(output.where(said), planfile, show_personal=show_personal)
    output.plan(said, reviewed, form, all_items=all_items)
    return Exit.OK


@click.command(
    epilog=options.program(
        "sendmode-sync preview december-offer                 texts, segments, credits",
        "sendmode-sync preview december-offer --excluded      and who is left out, and why",
    )
)
@click.argument("campaign")
@options.formats("text", "json")
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True, help="Most texts to show.")
@click.option("--excluded", is_flag=True, help="Say of each number that is left out why.")
@options.now("When it is looked at")
@options.all_items
@options.show_personal
@options.with_globals
@click.pass_obj
def preview(  # noqa: PLR0913 - a command takes its options
    said: Globals,
    campaign: str,
    form: str,
    limit: int,
    now: str | None,
    *,
    excluded: bool,
    all_items: bool,
    show_personal: bool,
) -> int:
    """Show each distinct text of a campaign: segments, recipients, credits."""
    from sendmode_sync.render import preview as rendering
    from sendmode_sync.render.layout import Layout
    from sendmode_sync.wiring import reviewing

    made, masker, zone = reviewing.preview(output.where(said), campaign, show=show_personal, now=now)
    layout = Layout(all_items, output.colour(said), zone)
    limit = max(limit, len(made.texts)) if all_items else limit
    output.answer(rendering.render(made, form, masker, layout, limit=limit, excluded=excluded))
    return Exit.ERROR if made.problems else Exit.OK


@click.command(
    epilog=options.program(
        "sendmode-sync lint                               what is unwise about the campaigns",
        "sendmode-sync lint --format github               as annotations on a pull request",
        "sendmode-sync lint --explain over-one-segment    why it matters",
    )
)
@options.formats("text", "json", "github")
@click.option("--explain", metavar="RULE", help="Explain one rule, or all of them.")
@options.all_items
@options.with_globals
@click.pass_obj
def lint(said: Globals, form: str, explain: str | None, *, all_items: bool) -> int:
    """Say what is unwise about the campaigns.

    It needs no state, no network and no key. It fails only on what is an error, which blocks its campaign.
    """
    from sendmode_sync.render import lints, problems
    from sendmode_sync.wiring import reviewing

    if explain is not None:
        output.answer(lints.render(reviewing.explain(explain), form))
        return Exit.OK
    found = reviewing.lint(output.where(said))
    if form != "text" or found:
        output.answer(problems.render(found, form, all_items=all_items, command="lint"))
    else:
        click.echo("there is nothing to say", err=True)
    return Exit.ERROR if any(each.level == "error" for each in found) else Exit.OK


@click.command(epilog=options.program("sendmode-sync status", "sendmode-sync status --format json"))
@options.formats("text", "json")
@options.show_personal
@options.with_globals
@click.pass_obj
def status(said: Globals, form: str, *, show_personal: bool) -> int:
    """Show where every campaign stands and what needs a person.

    It also says when the next apply is needed. It makes no call and needs no key.
    """
    from sendmode_sync.render import statuses
    from sendmode_sync.wiring import reviewing

    report, masker, zone, _ = reviewing.status(output.where(said), show=show_personal)
    output.answer(statuses.render(report, form, masker, zone, colour=output.colour(said)))
    return Exit.OK
