"""Records the cassettes beside this file against the project's own emulator: python tests/cassettes/record.py

Nothing here was ever said by Sendmode. The cassettes pin the bytes that leave us and how the answers are read; a change of
either shows as a difference that is looked at before it is committed. Port 8025 must be free.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import vcr
from vcr.serializers import yamlserializer

from sendmode_sync.client.credentials import Secret
from sendmode_sync.client.session import HttpClient
from sendmode_sync.emulator.account import EmulatedAccount
from sendmode_sync.emulator.app import make_app
from sendmode_sync.emulator.faults import Fault
from sendmode_sync.emulator.replies import code_name
from sendmode_sync.emulator.serve import serve
from sendmode_sync.model.calls import (
    Accepted,
    Answer,
    Call,
    CheckCredits,
    ImportCustomer,
    OptOutNumber,
    Refused,
    SendText,
    Throttled,
    Unknown,
)
from sendmode_sync.model.settings import Account
from sendmode_sync.wire.dialects import dialect_of

FOLDER = Path(__file__).parent
PORT = 8025
KEY = "EMULATOREMULATOR1234"
WRONG_KEY = "WRONGWRONGWRONG12345"
NOTE = "# Recorded against this project's own emulator by record.py, not against Sendmode.\n"
NOON = dt.datetime(2026, 12, 1, 12, 0, tzinfo=dt.UTC)

FORM = Account(base_url=f"http://127.0.0.1:{PORT}/v2")
JSON = Account(base_url=FORM.base_url, encoding="json")
ENGAGE = Account("engage", f"http://127.0.0.1:{PORT}/3.0", number_format="e164")

CREDITS = CheckCredits()
IMPORT = ImportCustomer("members", "+447700900001", {"firstname": "Áine", "surname": "", "custom1": "50% & more"})
OPTOUT = OptOutNumber("+447700900002", "STOP", "Bye & thanks")
SEND = SendText(("+447700900003", "+447700900004"), "50% off + tea & cake; é 😀", "dec-offer-1", "Repliable")
LATER = SendText(("+447700900003",), "Hi", "c-1", "Repliable", NOON + dt.timedelta(hours=3))
ONE = SendText(("+447700900003",), "Hi 😀", "c-1", "Repliable")


class Episode(NamedTuple):
    """One call against an account, what goes wrong with it, and what must come back."""

    name: str
    account: Account
    call: Call
    answer: Answer
    fault: Fault | None = None
    key: str = KEY


def _refused(code: int, *, key_refused: bool = False) -> Refused:
    return Refused(f"code-{code}", code, code_name(code), "scripted", key_refused)


EPISODES = (
    Episode("credits", FORM, CREDITS, Accepted(Decimal(1000))),
    Episode("credits-as-text", FORM, CREDITS, Accepted(Decimal(1000)), Fault("any", "balance-as-string")),
    Episode("import-form", FORM, IMPORT, Accepted()),
    Episode("import-json", JSON, IMPORT, Accepted()),
    Episode("optout-form", FORM, OPTOUT, Accepted()),
    Episode("optout-json", JSON, OPTOUT, Accepted()),
    Episode("send-form", FORM, SEND, Accepted()),
    Episode("send-json", JSON, SEND, Accepted()),
    Episode("send-later", FORM, LATER, Accepted()),
    Episode("engage-single", ENGAGE, ONE, Accepted()),
    Episode("engage-bulk", ENGAGE, SEND, Accepted()),
    Episode(
        "engage-refused",
        ENGAGE,
        ONE,
        Refused("not-successful", text="INVALID_SENDER_ID: scripted"),
        Fault("any", "code-10"),
    ),
    *(
        Episode(f"code-{code}", FORM, SEND, _refused(code), Fault("any", f"code-{code}"))
        for code in (1, 10, 11, 18, 97, 104, 105, 195)
    ),
    *(
        Episode(f"code-{code}", FORM, SEND, _refused(code, key_refused=True), Fault("any", f"code-{code}"))
        for code in (14, 16)
    ),
    Episode("code-8", FORM, SEND, Unknown("code-8", "scripted"), Fault("any", "code-8")),
    Episode(
        "http-401",
        FORM,
        SEND,
        Refused("http-401", 14, "INVALID_ACCESS_KEY", "the key is not valid", key_refused=True),
        key=WRONG_KEY,
    ),
    Episode("http-429", FORM, SEND, Throttled(7.0), Fault("any", "http-429", headers={"Retry-After": "7"})),
    Episode("http-500", FORM, SEND, Unknown("http-500"), Fault("any", "http-500", body="oops")),
)


class Noted:
    """The usual YAML, under a line that says where it comes from."""

    deserialize = staticmethod(yamlserializer.deserialize)

    @staticmethod
    def serialize(cassette: dict[str, Any]) -> str:
        """Return the text of a cassette."""
        return NOTE + str(yamlserializer.serialize(cassette))


def _without_date(response: dict[str, Any]) -> dict[str, Any]:
    response["headers"].pop("date", None)
    return response


def cassettes(record_mode: str) -> Any:
    """Return how cassettes are recorded and played: matched on method, address and each byte of the body, without a key."""
    recorder = vcr.VCR(
        cassette_library_dir=str(FOLDER),
        record_mode=record_mode,
        match_on=["method", "uri", "raw_body"],
        filter_headers=["authorization", "user-agent"],
        before_record_response=_without_date,
        path_transformer=vcr.VCR.ensure_suffix(".yaml"),
        serializer="noted",
    )
    recorder.register_serializer("noted", Noted)
    return recorder


async def play(episode: Episode) -> Answer:
    """Perform the call of an episode."""
    client = HttpClient(episode.account, Secret(episode.key), dialect_of(episode.account))
    try:
        return await client.perform(episode.call)
    finally:
        await client.close()


def _record(episode: Episode) -> None:
    app = make_app(EmulatedAccount(now=NOON.timestamp), [episode.fault] if episode.fault else [])
    with serve(app, port=PORT), cassettes("all").use_cassette(episode.name):
        answer = asyncio.run(play(episode))
    if answer != episode.answer:
        raise SystemExit(f"{episode.name}: {answer} is not {episode.answer}")


if __name__ == "__main__":
    for old in FOLDER.glob("*.yaml"):
        old.unlink()
    for each in EPISODES:
        _record(each)
