"""Writes what reviewers of ``examples/gym`` see: ``python tests/review/write.py``, then read what changed.

``python tests/review/write.py DIRECTORY`` writes it elsewhere, which is how it is compared. The instant is fixed, and there
is no state, as on a pull request from a fork.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from sendmode_sync.errors import StaleError
from sendmode_sync.executor.job import Job
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.location import FileState
from sendmode_sync.model.report import RunReport
from sendmode_sync.planning import approval
from sendmode_sync.planning.planner import Options
from sendmode_sync.render import preview as preview_page
from sendmode_sync.render import problems as problems_page
from sendmode_sync.render import rehearsal as rehearsal_page
from sendmode_sync.render.formats import render_plan
from sendmode_sync.render.layout import Layout
from sendmode_sync.render.view import Masker
from sendmode_sync.wire.dialects import dialect_of
from sendmode_sync.wiring import states, trying
from sendmode_sync.wiring.environment import Where
from sendmode_sync.workflow import applying, planning, previewing
from sendmode_sync.workspace import project
from tests.workflow.verbs import Person, clock

ROOT = Path(__file__).parents[2]
GYM = ROOT / "examples" / "gym"
NOW = dt.datetime(2026, 12, 1, 10, 0, tzinfo=dt.UTC)
BREAKS = (
    ("campaigns/class-offer.yaml", "groups: [classes]", "groups: [clases]"),
    ("campaigns/january-sale.yaml", "messagetext:", "mesagetext:"),
    ("groups.yaml", "groups:", "groups:\n  <<: *all"),
)
IMPROVED = (  # after the review, by somebody who means well
    ("campaigns/december-hours.yaml", "8am to 4pm", "9am to 3pm"),
    ("sendmode.yaml", "max_credits: 1500", "max_credits: 2500"),
)


def outputs() -> Iterator[tuple[str, str]]:
    """Yield every output: its name and its text."""
    desired = project.load(GYM / "sendmode.yaml", cwd=GYM).desired
    assert desired is not None
    account = desired.settings.account
    asked = planning.Asked(desired, dialect_of(account).abilities, Options(), "0c7b7c52-0000-4000-8000-000000000000")
    plan, masked = planning.make(asked, None, NOW), Masker()
    for form, suffix in (("text", "txt"), ("json", "json"), ("markdown", "md"), ("html", "html")):
        yield f"plan.{suffix}", render_plan(plan, form, masked, zone=account.timezone)
    texts = previewing.preview(asked, None, "class-offer", NOW)
    yield "preview.txt", preview_page.render(texts, "text", masked, Layout(zone=account.timezone), limit=10)
    with copy_of_gym() as copied:
        yield "refusal.txt", refusal(copied, plan.approval)
    with copy_of_gym() as copied:
        rehearsed = trying.rehearse(Where(copied / "sendmode.yaml", None), Decimal(1000), "2026-12-01T10:00")
        yield "rehearsal.txt", rehearsal_page.render(rehearsed.rehearsal, "text", masked)
        edit(copied, BREAKS)
        found = project.load(copied / "sendmode.yaml", cwd=copied).problems
        yield "validate.github.txt", problems_page.render(found, "github")


@contextmanager
def copy_of_gym() -> Iterator[Path]:
    """Give a copy that may be changed."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(shutil.copytree(GYM, Path(folder) / "gym", ignore=shutil.ignore_patterns("review", ".*")))


def edit(project: Path, edits: Sequence[tuple[str, str, str]]) -> None:
    """Change what stands in the files of a project; each edit is a file, what is there, and what comes there."""
    for name, before, after in edits:
        file = project / name
        assert before in file.read_text("utf-8")
        file.write_text(file.read_text("utf-8").replace(before, after), encoding="utf-8")


def refusal(project_directory: Path, digest: str) -> str:
    """Return what an apply says that was approved before the files were improved; it makes no call."""
    edit(project_directory, IMPROVED)
    desired = project.load(project_directory / "sendmode.yaml", cwd=project_directory).desired
    assert desired is not None
    start = RunStart("8d6f1f6e-0000-4000-8000-000000000000", "apply", "runner", 1, "alex", NOW)
    store = states.engine(FileState(str(project_directory / "gym.db"))).create(NOW)
    asked = planning.Asked(desired, dialect_of(desired.settings.account).abilities, Options(running=True), start.run)
    request = applying.Request(asked, start, approved=approval.read(digest))
    try:
        applying.apply(request, store, clock(NOW), Person(), execute=never)
    except StaleError as refused:
        return f"sendmode-sync: {refused}"
    finally:
        store.close()
    raise AssertionError("what nobody approved was not refused")


def never(job: Job) -> RunReport:
    """Stand where calls would be made."""
    raise AssertionError("a call was about to be made")


def main(directory: Path) -> None:
    """Write all of them as UTF-8 with a last line break, as a command prints them."""
    directory.mkdir(exist_ok=True)
    for name, text in outputs():
        (directory / name).write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else GYM / "review")
