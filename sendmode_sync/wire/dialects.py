"""Which dialect an account speaks: configuration alone decides, and one API is never tried after the other."""

from __future__ import annotations

from typing import assert_never

from sendmode_sync.model.settings import Account
from sendmode_sync.wire.calls import Dialect
from sendmode_sync.wire.engage import Engage
from sendmode_sync.wire.v2 import V2


def dialect_of(account: Account) -> Dialect:
    """Return the dialect of the account's ``api``."""
    match account.api:
        case "v2":
            return V2(account.paths, account.encoding, account.number_format, account.timezone)
        case "engage":
            return Engage(account.paths.send, account.number_format)
        case _:
            assert_never(account.api)
