"""The golden files, written by other processes under other hash seeds, zones and locales, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"

SETTINGS = [
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Auckland", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "2", "TZ": "America/St_Johns", "LC_ALL": "C.UTF-8"},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=["east", "west"])
def test_golden_files_are_what_is_rendered(settings: dict[str, str], tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(GOLDEN / "write.py"), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
        check=True,
        timeout=60,
    )
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in GOLDEN.iterdir() if path.suffix not in {".py", ""}}
    assert written.keys() == kept.keys()
    for name, content in kept.items():
        assert written[name] == content, f"{name} differs; python tests/golden/write.py writes it anew"


def test_texts_for_people_keep_to_the_width_of_a_terminal() -> None:
    for name in ("plan.txt", "plan.limited.txt", "status.txt", "apply.txt", "preview.txt", "rehearsal.txt"):
        for line in (GOLDEN / name).read_text("utf-8").splitlines():
            grepped = (
                line.startswith(("apply would", "an apply would", "plan digest")) or "sendmode-sync resolve" in line
            )
            assert len(line) <= 100 or grepped, f"{name}: {line}"
