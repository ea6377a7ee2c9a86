"""Writes what reviewers of ``examples/gym`` see: ``python tests/review/write.py``, then read what changed.

``python tests/review/write.py DIRECTORY`` writes it elsewhere, which is how it is compared. The instant is fixed, and there
is no state, as on a pull request from a fork.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from sendmode_sync.render import preview as preview_page
from sendmode_sync.render import problems as problems_page
from sendmode_sync.render import rehearsal as rehearsal_page
from sendmode_sync.render.formats import render_plan
from sendmode_sync.render.view import Masker
from sendmode_sync.wire.dialects import dialect_of
from sendmode_sync.wiring import trying
from sendmode_sync.wiring.environment import Where
from sendmode_sync.workflow import planning, previewing
from sendmode_sync.workspace import project

GYM = Path(__file__).parents[2] / "examples" / "gym"
NOW = dt.datetime(2026, 12, 1, 10, 0, tzinfo=dt.UTC)
BREAKS = (
    ("campaigns/class-offer.yaml", "groups: [classes]", "groups: [clases]"),
    ("campaigns/january-sale.yaml", "messagetext:", "mesagetext:"),
    ("groups.yaml", "groups:", "groups:\n  <<: *all"),
)


def outputs() -> Iterator[tuple[str, str]]:
    """Yield every output: its name and its text."""
    from sendmode_sync.planning.planner import Options

    desired = project.load(GYM / "sendmode.yaml", cwd=GYM).desired
    assert desired is not None
    account = desired.settings.account
    asked = planning.Asked(desired, dialect_of(account).abilities, Options(), "0c7b7c52-0000-4000-8000-000000000000")
    plan, masked = planning.make(asked, None, NOW), Masker()
    for form, suffix in (("text", "txt"), ("json", "json"), ("markdown", "md"), ("html", "html")):
        yield f"plan.{suffix}", render_plan(plan, form, masked, zone=account.timezone)
    texts = previewing.preview(asked, None, "class-offer", NOW)
    yield "preview.txt", preview_page.render(texts, "text", masked, limit=10, zone=account.timezone)
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(shutil.copytree(GYM, Path(folder) / "gym", ignore=shutil.ignore_patterns("review", ".*")))
        rehearsed = trying.rehearse(Where(copied / "sendmode.yaml", None), Decimal(1000), "2026-12-01T10:00")
        yield "rehearsal.txt", rehearsal_page.render(rehearsed.rehearsal, "text", masked)
        for name, right, wrong in BREAKS:
            file = copied / name
            assert right in file.read_text("utf-8")
            file.write_text(file.read_text("utf-8").replace(right, wrong), encoding="utf-8")
        found = project.load(copied / "sendmode.yaml", cwd=copied).problems
        yield "validate.github.txt", problems_page.render(found, "github")


def main(directory: Path) -> None:
    """Write all of them as UTF-8 with a last line break, as a command prints them."""
    directory.mkdir(exist_ok=True)
    for name, text in outputs():
        (directory / name).write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else GYM / "review")
