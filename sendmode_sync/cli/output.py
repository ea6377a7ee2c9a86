"""What several commands do with their options and answers; the answer goes to stdout, all else to stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

import click

from sendmode_sync.cli.options import Globals
from sendmode_sync.model.counting import count

if TYPE_CHECKING:
    from sendmode_sync.model.report import RunReport
    from sendmode_sync.wiring.caring import OptedOut
    from sendmode_sync.wiring.environment import Where
    from sendmode_sync.wiring.reviewing import Reviewed


def where(said: Globals) -> Where:
    """Return the project that the global options mean."""
    from sendmode_sync.wiring import environment

    return environment.where(said.project_directory, said.project_file, said.state)


def colour(said: Globals, stream: TextIO | None = None) -> bool:
    """Say whether a stream, stdout by default, may be coloured: only a terminal, and where nobody refused it."""
    from sendmode_sync.wiring import environment

    return environment.colour_wanted(refused=said.no_color) and (stream or sys.stdout).isatty()


def answer(text: str) -> None:
    """Write an answer to stdout, ending with exactly one line break."""
    click.echo(text.rstrip("\n"))


def known_format(form: str) -> None:
    """Refuse a format that is not there before any work is done."""
    from sendmode_sync.render import formats

    formats.known(form)


def plan(said: Globals, reviewed: Reviewed, form: str, *, all_items: bool) -> None:
    """Write a plan to stdout."""
    from sendmode_sync.render import formats

    parts = formats.plan_in_parts(
        reviewed.plan, form, reviewed.masker, all_items=all_items, colour=colour(said), zone=reviewed.zone
    )
    for part in parts:
        click.echo(part, nl=False)
    click.echo()


def summarise_plan(reviewed: Reviewed) -> None:
    """Add a plan to the summary of a CI step, where there is one."""
    from sendmode_sync.wiring import summary

    if summary.wanted():
        from sendmode_sync.render.layout import Layout
        from sendmode_sync.render.markdown import plan_markdown
        from sendmode_sync.render.markdown_budget import STEP_SUMMARY

        page = plan_markdown(reviewed.plan, reviewed.masker, Layout(zone=reviewed.zone), STEP_SUMMARY)
        _said(summary.append(page))


def report(done: RunReport, form: str, zone: str) -> None:
    """Write what a run did to stdout, and add it to the summary of a CI step, where there is one."""
    from sendmode_sync.render import reports
    from sendmode_sync.wiring import summary

    answer(reports.render(done, form, zone))
    if form == "json":
        click.echo(reports.asides(done, zone), err=True, nl=False)

    if summary.wanted():
        from sendmode_sync.render.markdown_report import report_markdown

        _said(summary.append(report_markdown(done, zone)))


def _said(trouble: str | None) -> None:
    if trouble is not None:
        click.echo(trouble, err=True)


def opted_out(done: OptedOut) -> None:
    """Say what became of opt-outs that were given by command."""
    if done.new is None:
        click.echo("there is no state yet: recorded in the YAML only", err=True)
    else:
        click.echo(
            f"{count(done.given, 'opt-out')} recorded, {done.new:,} of them new: nothing is sent to them from now on"
        )
    click.echo(f"written to {done.file}; commit it. The next apply tells Sendmode", err=True)
