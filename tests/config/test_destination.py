from __future__ import annotations

import pytest

from sendmode_sync.config.destination import Destination, judge


@pytest.mark.parametrize(
    "url",
    [
        "https://rest.sendmode.com/v2",
        "https://sms-rest.sendmode.dev/3.0",
        "https://sendmode.com",
        "https://REST.Sendmode.COM:443/v2",
        "https://sandbox.example/v2",
    ],
)
def test_the_key_may_go_there(url: str) -> None:
    assert judge(url, {"Sandbox.example"}) == Destination(loopback=False, refusal=None)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8025/v2", "http://localhost:1", "https://127.9.9.9", "http://[::1]:8025/v2"]
)
def test_loopback_needs_no_encryption(url: str) -> None:
    assert judge(url, ()) == Destination(loopback=True, refusal=None)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            "https://evil.example/v2",
            "evil.example, which is not Sendmode; correct it, or name the host in SENDMODE_ALLOW_HOST",
        ),
        ("https://notsendmode.com", "SENDMODE_ALLOW_HOST"),
        ("https://sendmode.com.evil.example", "SENDMODE_ALLOW_HOST"),
        ("https://sendmode.com.", "SENDMODE_ALLOW_HOST"),
        ("https://localhost.evil.example", "SENDMODE_ALLOW_HOST"),
        ("https://10.0.0.1", "SENDMODE_ALLOW_HOST"),
        ("http://rest.sendmode.com/v2", "https://"),
        ("http://sandbox.example/v2", "https://"),
        ("https://user:pass@rest.sendmode.com", "must be an address"),
        ("https://evil.example\\@rest.sendmode.com", "must be an address"),
        ("https://rest.sendmode.com?x", "must be an address"),
        ("https://rest.sendmode.com#x", "must be an address"),
        ("https://rest.sendmode.com:99999", "must be an address"),
        ("https://rest.s\u0435ndmode.com", "must be an address"),
        ("ftp://rest.sendmode.com", "must be an address"),
        ("rest.sendmode.com", "must be an address"),
        ("https://[::zz]/", "must be an address"),
        ("https://[fe80::1]/", "SENDMODE_ALLOW_HOST"),
        ("", "must be an address"),
    ],
)
def test_the_key_may_not_go_there(url: str, says: str) -> None:
    to = judge(url, {"sandbox.example"})
    assert not to.loopback
    assert says in str(to.refusal)
