"""Which dialect an account speaks."""

from __future__ import annotations

from sendmode_sync.model.settings import Account, Paths
from sendmode_sync.wire.dialects import dialect_of
from sendmode_sync.wire.engage import Engage
from sendmode_sync.wire.v2 import V2


def test_v2_takes_everything_from_the_account() -> None:
    paths = Paths(optout="/optouts")
    account = Account(paths=paths, encoding="json", number_format="national", timezone="Europe/London")
    assert dialect_of(account) == V2(paths, "json", "national", "Europe/London")


def test_engage_takes_its_send_path_and_number_format() -> None:
    assert dialect_of(Account(api="engage", paths=Paths(send="/sms"), number_format="e164")) == Engage("/sms", "e164")
