"""Where the key may go, and by which proxy."""

from __future__ import annotations

import httpx
import pytest

from sendmode_sync.client.destination import check_destination, find_proxy
from sendmode_sync.errors import RefusedError


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize(
    "base_url",
    [
        "https://rest.sendmode.com/v2",
        "https://sendmode.com",
        "https://REST.Sendmode.Com/v2/",
        "https://sms-rest.sendmode.dev/3.0",
        "https://rest.sendmode.com:8443/v2",
        "http://127.0.0.1:8025/v2",
        "http://127.9.9.9/v2",
        "http://localhost:8025/v2",
        "http://[::1]:8025/v2",
        "https://localhost:8025/v2",
    ],
)
def test_the_key_may_go_to_sendmode_and_to_loopback(base_url: str) -> None:
    assert check_destination(base_url) == httpx.URL(base_url)


@pytest.mark.parametrize(
    ("base_url", "said"),
    [
        ("http://rest.sendmode.com/v2", "https only"),
        ("ftp://127.0.0.1/v2", "https only"),
        ("https://example.com/v2", "example.com"),
        ("https://notsendmode.com/v2", "notsendmode.com"),
        ("https://sendmode.com.example.org/v2", "sendmode.com.example.org"),
        ("https://rest.sendmode.com./v2", "does not go to"),
        ("https://rest.sendmode.com@example.com/v2", "more than"),
        ("https://user:secret@rest.sendmode.com/v2", "more than"),
        ("https://rest.sendmode.com/v2?key=1", "more than"),
        ("https://rest.sendmode.com/v2#top", "more than"),
        ("https://rest.sendmode.com\\@example.com/v2", "account.base_url"),
        ("https://127.0.0.1.example.com/v2", "127.0.0.1.example.com"),
        ("http://0.0.0.0/v2", "0.0.0.0"),
        ("http://192.168.0.1/v2", "192.168.0.1"),
        ("https://ѕendmode.com/v2", "does not go to"),
        ("rest.sendmode.com/v2", "without a host"),
        ("", "without a host"),
        ("https://rest.sendmode.com:port/v2", "no address"),
        ("https://[::1/v2", "no address"),
    ],
)
def test_it_goes_nowhere_else(base_url: str, said: str) -> None:
    with pytest.raises(RefusedError) as caught:
        check_destination(base_url)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_host_that_is_named_is_allowed_but_only_by_https() -> None:
    allowed = {"sms.example.com"}
    assert check_destination("https://sms.example.com/v2", allowed).host == "sms.example.com"
    with pytest.raises(RefusedError, match="https only"):
        check_destination("http://sms.example.com/v2", allowed)
    with pytest.raises(RefusedError, match="does not go to"):
        check_destination("https://other.example.com/v2", allowed)


URL = httpx.URL("https://rest.sendmode.com/v2")


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://proxy.invalid:3128"}, "http://proxy.invalid:3128"),
        ({"https_proxy": "proxy.invalid:3128"}, "http://proxy.invalid:3128"),
        ({"ALL_PROXY": "https://proxy.invalid"}, "https://proxy.invalid"),
        ({"HTTP_PROXY": "http://proxy.invalid:3128"}, None),
        ({"HTTPS_PROXY": "http://proxy.invalid:3128", "NO_PROXY": "*"}, None),
        ({"HTTPS_PROXY": "http://proxy.invalid:3128", "NO_PROXY": "localhost, .sendmode.com"}, None),
        ({"HTTPS_PROXY": "http://proxy.invalid:3128", "NO_PROXY": "example.com"}, "http://proxy.invalid:3128"),
        ({"HTTPS_PROXY": ""}, None),
    ],
)
def test_proxy_variables_are_honoured(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], proxy: str | None
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert find_proxy(URL) == proxy


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8025/v2", "http://localhost/v2", "http://[::1]/v2"])
def test_loopback_is_never_proxied(monkeypatch: pytest.MonkeyPatch, base_url: str) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.invalid:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    assert find_proxy(httpx.URL(base_url)) is None


def test_a_proxy_of_another_kind_is_refused_without_telling_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://user:secret@proxy.invalid")
    with pytest.raises(RefusedError, match="proxy") as caught:
        find_proxy(URL)
    assert "secret" not in str(caught.value)
