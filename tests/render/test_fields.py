from __future__ import annotations

import pytest

from sendmode_sync.model.desired import FIELDS, Values
from sendmode_sync.model.plan import ImportChange
from sendmode_sync.render.fields import fields
from sendmode_sync.render.view import Masker

ONE = "+447700900001"


def values(**written: str) -> Values:
    return tuple(written.get(name, "") for name in FIELDS)


@pytest.mark.parametrize(
    ("change", "hidden", "shown"),
    [
        (ImportChange("create", "members", ONE, None, values()), "the number alone", "the number alone"),
        (
            ImportChange("create", "members", ONE, None, values(firstname="Ada", town="Naas")),
            "firstname, town",
            'firstname "Ada", town "Naas"',
        ),
        (
            ImportChange(
                "update",
                "members",
                ONE,
                values(firstname="Ada", town="Naas", county="Kildare"),
                values(firstname="Eve", surname="Byrne", county="Kildare"),
            ),
            "firstname changed, surname added, town emptied",
            'firstname "Ada" -> "Eve", surname "" -> "Byrne", town "Naas" -> ""',
        ),
    ],
    ids=["nothing", "new", "changed"],
)
def test_values_are_seen_only_where_that_is_asked_for(change: ImportChange, hidden: str, shown: str) -> None:
    assert fields(change, Masker(b"key")) == hidden
    assert fields(change, Masker(b"key", show=True)) == shown
