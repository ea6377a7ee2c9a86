"""A key that shows itself to nobody."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import asdict, dataclass

import pytest

from sendmode_sync.client.credentials import Secret, api_of, fingerprint
from sendmode_sync.errors import RefusedError

KEY = "EMULATOREMULATOR1234"
V2_URL = "https://rest.sendmode.com/v2"


@dataclass
class Holder:
    secret: Secret


def test_only_reveal_gives_it_away() -> None:
    assert Secret(KEY).reveal() == KEY


def test_every_rendering_is_stars() -> None:
    secret = Secret(KEY)
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>40}",
        f"{secret!r}",
        "{}".format(secret),  # noqa: UP032 - the old way must not tell either
        "%s %r" % (secret, secret),  # noqa: UP031 - likewise
        repr(Holder(secret)),
        repr(asdict(Holder(secret))),
        repr([secret]),
        repr(pickle.loads(pickle.dumps(secret))),
        repr(copy.deepcopy(secret)),
        json.dumps({"key": secret}, default=str),
    ]
    assert all("********" in text for text in shown)
    assert not [text for text in shown if KEY in text]
    assert KEY.encode() not in pickle.dumps(secret)


def test_it_is_no_json_and_has_no_dictionary() -> None:
    with pytest.raises(TypeError) as caught:
        json.dumps(Secret(KEY))
    assert KEY not in str(caught.value)
    assert not hasattr(Secret(KEY), "__dict__")


def test_blanks_around_a_key_are_cut() -> None:
    assert Secret(f" {KEY}\r\n").reveal() == KEY


@pytest.mark.parametrize(
    "text", ["", "  \n", "EMULATOR 1234", "EMULATOR\n1234", "EMULATOR\x001234", "ÉMULATOR", "key\u200b"]
)
def test_what_no_header_can_carry_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(RefusedError) as caught:
        Secret(text)
    assert "API key" in str(caught.value)
    assert not text.strip() or text.strip() not in str(caught.value)


def test_a_fingerprint_tells_accounts_apart_and_nothing_else() -> None:
    own = fingerprint(Secret(KEY), V2_URL, b"k" * 32)
    assert own.startswith("a1:")
    assert len(own) == 3 + 32
    assert KEY not in own
    assert own == fingerprint(Secret(KEY), "https://REST.sendmode.com/v2/", b"k" * 32)
    others = {
        fingerprint(Secret(KEY[::-1]), V2_URL, b"k" * 32),
        fingerprint(Secret(KEY), "https://sms-rest.sendmode.dev/3.0", b"k" * 32),
        fingerprint(Secret(KEY), V2_URL, b"j" * 32),
    }
    assert len(others | {own}) == 4


@pytest.mark.parametrize(
    ("key", "api"),
    [
        ("EMULATOREMULATOR1234", "v2"),
        ("live_00000000-0000-4000-8000-00000000abcd", "engage"),
        ("live_00000000-0000-4000-8000-00000000ABCD", None),
        ("EMULATOREMULATOR123", None),
        ("emulatoremulator1234", None),
        ("test_00000000-0000-4000-8000-00000000abcd", None),
    ],
)
def test_the_api_that_a_key_looks_like(key: str, api: str | None) -> None:
    assert api_of(Secret(key)) == api
