"""The summary of a CI step: a page is added to the file that GitHub's runner names, and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

from sendmode_sync.wiring import environment


def wanted() -> bool:
    """Say whether a summary is read by anybody: CI is set, and so is GITHUB_STEP_SUMMARY."""
    return environment.in_ci() and bool(os.environ.get("GITHUB_STEP_SUMMARY"))


def append(page: str) -> str | None:
    """Add a page of Markdown; return why it could not be added, since no run fails for its summary."""
    try:
        with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as file:
            file.write(f"{page}\n\n")
    except OSError as error:
        return f"the step's summary could not be written: {error.strerror}"
    return None
