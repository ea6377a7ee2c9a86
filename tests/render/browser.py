"""A page in a real browser of its own, which knows nothing and asks nobody."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from sendmode_sync.model.plan import Plan
from sendmode_sync.render.formats import render_plan
from sendmode_sync.render.view import Masker
from tests.golden.golden_samples import KEY, ZONE

CHROMIUM = shutil.which("chromium")
IN_A_BROWSER = [
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
    pytest.mark.timeout(180),
]


class Seen(NamedTuple):
    """What the browser answered: the page as it stands after loading, and its log."""

    page: str
    log: str


def page(plan: Plan, *, show: bool = False, all_items: bool = False) -> str:
    return render_plan(plan, "html", Masker(KEY, show=show), all_items=all_items, zone=ZONE)


def browse(tmp_path: Path, text: str, *options: str, fragment: str = "") -> Seen:
    """Open a page in a browser of its own, which knows nothing and asks nobody."""
    file = tmp_path / "page.html"
    file.write_bytes(text.encode())
    ran = subprocess.run(
        [
            CHROMIUM or "",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--enable-logging=stderr",
            f"--user-data-dir={tmp_path / 'profile'}",
            *options,
            f"{file.as_uri()}{fragment}",
        ],
        capture_output=True,
        check=True,
        timeout=150,
    )
    return Seen(ran.stdout.decode(), ran.stderr.decode(errors="replace"))
