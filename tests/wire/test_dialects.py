"""Which dialect an account speaks."""

from __future__ import annotations

import typing

import pytest

from sendmode_sync.model.settings import Account, Api, Paths
from sendmode_sync.wire.abilities import ABILITIES
from sendmode_sync.wire.dialects import dialect_of
from sendmode_sync.wire.engage import Engage
from sendmode_sync.wire.v2 import V2


def test_v2_takes_everything_from_the_account() -> None:
    paths = Paths(optout="/optouts")
    account = Account(paths=paths, encoding="json", number_format="national", timezone="Europe/London")
    assert dialect_of(account) == V2(paths, "json", "national", "Europe/London")


def test_engage_takes_its_send_path_and_number_format() -> None:
    assert dialect_of(Account(api="engage", paths=Paths(send="/sms"), number_format="e164")) == Engage("/sms", "e164")


@pytest.mark.parametrize("api", typing.get_args(Api))
def test_a_plan_knows_the_abilities_of_what_is_spoken(api: Api) -> None:
    assert dialect_of(Account(api=api, number_format="e164")).abilities == ABILITIES[api]


def test_engage_is_known_to_send_at_once_and_nothing_else() -> None:
    assert ABILITIES["v2"] == (True, True, True, True)
    assert ABILITIES["engage"] == (False, False, False, False)
