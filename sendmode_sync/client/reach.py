"""Whom calls may name while ``account.mode`` is ``test``: the last door before the network, whatever a plan says."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import assert_never

from sendmode_sync.model.calls import Call, CheckCredits, ImportCustomer, OptOutNumber, Refused, SendText
from sendmode_sync.model.phone import E164


def refusal(call: Call, only: AbstractSet[E164] | None) -> Refused | None:
    """Return the answer to a call that names a number outside ``only``, which is then never made; None where it may be.

    ``only`` is None where every number may be named.
    """
    if only is None or only >= set(_named(call)):
        return None
    return Refused("test-mode", text="account.mode is test, and the call names a number outside account.test_numbers")


def _named(call: Call) -> tuple[E164, ...]:
    match call:
        case SendText(recipients=recipients):
            return recipients
        case ImportCustomer(mobilenumber=number) | OptOutNumber(mobilenumber=number):
            return (number,)
        case CheckCredits():
            return ()
        case _:
            assert_never(call)
