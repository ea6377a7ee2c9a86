from __future__ import annotations

from sendmode_sync.render import adoption
from sendmode_sync.render.view import Masker
from tests.golden.golden_samples import IMPORTS, KEY


def test_what_would_be_recorded_is_shown_by_group() -> None:
    shown = adoption.render(
        IMPORTS, [(IMPORTS[0], ()), (IMPORTS[1], ("firstname", "town"))], ("email",), Masker(KEY)
    ).splitlines()
    assert shown[1] == "  members: 13 imports"
    assert shown[2] == "  + +44 ** **** **20 p-yi6q562n"
    assert shown[12:15] == ["    and 3 more (--all)", "  staff: 1 import", "  + +44 ** **** **41 p-fmvkunzg"]
    assert shown[15] == "  the export has no column for email: taken to be as written"
    assert shown[-4:] == [
        "left to the next apply",
        "  2 imports that the export does not have as written",
        "  . members: +44 ** **** **20 p-yi6q562n  not in the export",
        "  . members: +44 ** **** **21 p-l2u3s2vw  other firstname, town",
    ]


def test_nothing_to_record() -> None:
    assert adoption.render((), (), (), Masker(KEY)).strip() == ""
