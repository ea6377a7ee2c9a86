"""Writes the golden files anew: ``python tests/golden/write.py``, then read what changed; no test ever does this.

``python tests/golden/write.py DIRECTORY`` writes them elsewhere, which is how they are compared.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from sendmode_sync.cli.main import cli
from sendmode_sync.render import export, history, preview, problems, rehearsal, reports, statuses
from sendmode_sync.render.formats import render_plan
from sendmode_sync.render.view import Masker
from tests.golden import golden_samples as samples

MASKED = Masker(samples.KEY)
SHOWN = Masker(samples.KEY, show=True)
ZONE = samples.ZONE


def golden() -> Iterator[tuple[str, str]]:
    """Yield every golden file: its name and its text."""
    yield (
        "help.txt",
        cli.get_help(click.Context(cli, info_name="sendmode-sync", terminal_width=100, **cli.context_settings)),
    )
    yield "plan.txt", render_plan(samples.PLAN, "text", MASKED, zone=ZONE)
    yield "plan.colour.txt", render_plan(samples.PLAN, "text", MASKED, colour=True, zone=ZONE)
    yield "plan.all.shown.txt", render_plan(samples.PLAN, "text", SHOWN, all_items=True, zone=ZONE)
    yield "plan.limited.txt", render_plan(samples.LIMITED, "text", Masker(), zone=ZONE)
    yield "plan.empty.txt", render_plan(samples.EMPTY, "text", MASKED, zone=ZONE)
    yield "plan.json", render_plan(samples.PLAN, "json", MASKED)
    yield "plan.md", render_plan(samples.PLAN, "markdown", MASKED, zone=ZONE)
    yield "plan.html", render_plan(samples.PLAN, "html", MASKED, zone=ZONE)
    yield "problems.txt", problems.render(samples.PROBLEMS, "text")
    yield "problems.github.txt", problems.render(samples.PROBLEMS, "github")
    yield "problems.json", problems.render(samples.PROBLEMS, "json")
    yield "status.txt", statuses.render(samples.STATUS, "text", MASKED, ZONE)
    yield "status.json", statuses.render(samples.STATUS, "json", MASKED, ZONE)
    yield "apply.txt", reports.render(samples.REPORT, "text")
    yield "apply.done.txt", reports.render(samples.DONE, "text")
    yield "apply.json", reports.render(samples.REPORT, "json")
    yield "preview.txt", preview.render(samples.PREVIEW, "text", MASKED, zone=ZONE)
    yield "preview.shown.txt", preview.render(samples.PREVIEW, "text", SHOWN, zone=ZONE)
    yield "preview.json", preview.render(samples.PREVIEW, "json", MASKED)
    yield "history.txt", history.render(samples.RUNS, "text", zone=ZONE)
    yield "history.json", history.render(samples.RUNS, "json")
    yield "run.txt", history.render_run(samples.RUNS[0], samples.OPERATIONS, "text", MASKED, zone=ZONE)
    yield "run.json", history.render_run(samples.RUNS[0], samples.OPERATIONS, "json", MASKED)
    yield "export.csv", export.render(samples.SENT, "csv", MASKED)
    yield "export.shown.csv", export.render(samples.SENT, "csv", SHOWN)
    yield "export.json", export.render(samples.SENT, "json", MASKED)
    yield "rehearsal.txt", rehearsal.render(samples.REHEARSAL, "text", MASKED)
    yield "rehearsal.json", rehearsal.render(samples.REHEARSAL, "json", MASKED)


def main(directory: Path) -> None:
    """Write all of them as UTF-8 with a last line break, as a command prints them."""
    for name, text in golden():
        (directory / name).write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
