from __future__ import annotations

from decimal import Decimal

import pytest

from sendmode_sync.model.plan import Costing, Forcing
from sendmode_sync.render import costs


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, []),
        (Costing("GSM-7", 1), []),
        (
            Costing("UCS-2", 3, (Forcing("’", 12),), 950, 3, 1, Decimal(1900)),
            [
                (
                    "the curly apostrophe ’ (character 12 of the template) makes this 3 segments of UCS-2 for 950 people, "
                    "instead of 1 of GSM-7: 1,900 credits more"
                )
            ],
        ),
        (
            Costing("UCS-2", 1, (Forcing("\u00a0", 1), Forcing("🎉", 2), Forcing("🎉", 4)), 1, 1, 1),
            [
                (
                    "the no-break space (character 1 of the template) and the party popper 🎉 (character 2 of the template) "
                    "makes this 1 segment of UCS-2 for 1 person; in GSM-7 it would cost the same"
                )
            ],
        ),
        (
            Costing("GSM-7", 1, dearer=18, dearer_extra=Decimal("22.5")),
            [
                "18 people cost more than the text alone (1 segment, GSM-7) because of a merge value: 22.5 credits more",
            ],
        ),
    ],
)
def test_remarks(found: Costing | None, said: list[str]) -> None:
    assert list(costs.remarks(found)) == said


def test_only_three_of_many_characters_are_named() -> None:
    many = Costing("UCS-2", 1, tuple(Forcing(char, at) for at, char in enumerate("áíóúă", 1)), 1, 1, 1)
    (said,) = costs.remarks(many)
    assert "latin small letter o with acute ó (character 3 of the template) and 2 more makes" in said
