"""What stands in ``examples/gym/review`` is what this version shows, whatever the machine's hash seed, zone and locale."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "examples" / "gym" / "review"


def test_the_example_of_a_review_is_up_to_date(tmp_path: Path) -> None:
    surroundings = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": "7",
        "TZ": "Pacific/Auckland",
        "LC_ALL": "C",
    }
    command = [sys.executable, str(ROOT / "tests" / "review" / "write.py"), str(tmp_path)]
    subprocess.run(command, env=surroundings, cwd=tmp_path, check=True, timeout=100)
    written = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text("utf-8") for path in KEPT.iterdir()}
    assert written.keys() == kept.keys()
    for name, text in kept.items():
        assert written[name] == text, f"{name} differs; python tests/review/write.py writes it anew"


def test_the_example_names_nobody() -> None:
    surnames = {line.split(",")[2] for line in (KEPT.parent / "members.csv").read_text("utf-8").splitlines()[1:]} - {""}
    assert len(surnames) > 10
    for path in KEPT.iterdir():
        words = set(path.read_text("utf-8").replace('"', " ").split())
        assert not words & surnames, path.name
        assert "77009" not in path.read_text("utf-8"), path.name
