from __future__ import annotations

from sendmode_sync.render import adoption
from sendmode_sync.render.view import Masker
from tests.golden.golden_samples import IMPORTS, KEY


def test_what_would_be_recorded_is_shown_by_group() -> None:
    shown = adoption.render(IMPORTS, 2, Masker(KEY)).splitlines()
    assert shown[1] == "  members: 13 imports"
    assert shown[2] == "  + +44 ** **** **20 p-yi6q562n"
    assert shown[12:15] == ["    and 3 more (--all)", "  staff: 1 import", "  + +44 ** **** **41 p-fmvkunzg"]
    assert shown[-1] == "2 imports stay for the next apply: they differ from what was exported."


def test_nothing_to_record() -> None:
    assert adoption.render((), 0, Masker(KEY)).strip() == ""
