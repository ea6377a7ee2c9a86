"""Made-up answers stand beside the golden files, where the program that writes those can read them alone."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"

sys.path.insert(0, str(GOLDEN))
