from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sendmode_sync.model.plan import Costing, Forcing
from tests.planning.small_project import campaign, customer, memory, outlook, planned, project

PEOPLE = [customer(1, firstname="Aoife"), customer(2, firstname="Seán"), customer(3)]
LONG = "a" * 90


def costing(text: str, table: dict[str, Decimal] | None = None, **more: Any) -> Costing:
    prices: dict[str, Any] = {} if table is None else {"credits_per_segment": table}
    desired = project(PEOPLE, campaign(messagetext=text, **more), **prices)
    found = outlook(planned(desired, memory())).costing
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "more", "expected"),
    [
        pytest.param("Hi", {}, Costing("GSM-7", 1), id="plain"),
        pytest.param("It’s on", {}, Costing("GSM-7", 1), id="made plain"),
        pytest.param(
            f"It’s on {LONG} ’",
            {"transliterate": "none"},
            Costing("UCS-2", 2, (Forcing("’", 3), Forcing("’", 100)), 3, 2, 1, Decimal(3)),
            id="one character makes it dear for all",
        ),
        pytest.param(
            "Slán",
            {},
            Costing("UCS-2", 1, (Forcing("á", 3),), 3, 1, 1),
            id="a letter that costs nothing, since it is short",
        ),
        pytest.param(
            f"{LONG} {{firstname|there}}",
            {},
            Costing("GSM-7", 1, dearer=1, dearer_extra=Decimal(1)),
            id="a value is dear",
        ),
        pytest.param(
            f"{LONG} {{firstname|Zoë}}",
            {},
            Costing("UCS-2", 2),
            id="a default is part of the template, which is dear then",
        ),
        pytest.param(
            f"{LONG} ő {{firstname|there}}",
            {},
            Costing("UCS-2", 2, (Forcing("ő", 92),), 3, 2, 2, Decimal(2)),
            id="without the character, one name would still be dear",
        ),
    ],
)
def test_costing(text: str, more: dict[str, Any], expected: Costing) -> None:
    assert costing(text, **more) == expected


def test_prices_differ_by_country() -> None:
    table = {"default": Decimal(1), "GB": Decimal("2.5")}
    assert costing(f"{LONG} ő", table).wide_extra == Decimal("7.5")
    assert costing(f"{LONG} {{firstname|there}}", table).dearer_extra == Decimal("2.5")


def test_nobody_costs_nothing() -> None:
    assert outlook(planned(project([], campaign(messagetext="Hi")), memory())).costing is None
