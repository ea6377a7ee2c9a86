"""Where the API key may go, and by which proxy; it resolves no names and opens no connection."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.request import getproxies, proxy_bypass

import httpx

from sendmode_sync.errors import RefusedError

_OURS = ("sendmode.com", "sendmode.dev")
_PROXY_SCHEMES = frozenset({"http", "https"})


def check_destination(base_url: str, allow_hosts: Collection[str] = ()) -> httpx.URL:
    """Return the parsed address; raises ``RefusedError`` unless the key may go there.

    It may go by https to Sendmode's own hosts and to hosts named in ``allow_hosts``, and to loopback. What is checked
    is the address as the HTTP library itself reads it, so that the two cannot disagree about the host.
    """
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        raise RefusedError(
            "account.base_url: is no address", remedy="write it like https://rest.sendmode.com/v2"
        ) from None
    if url.userinfo or url.query or url.fragment:
        raise RefusedError("account.base_url: holds more than scheme, host, port and path", remedy="remove the rest")
    local = _is_loopback(url.host)
    known = any(url.host == name or url.host.endswith(f".{name}") for name in _OURS) or url.host in allow_hosts
    if not (local or known):
        raise RefusedError(
            f"account.base_url: the key does not go to {url.host or 'an address without a host'}",
            remedy="name the host in SENDMODE_ALLOW_HOST if it may",
        )
    if url.scheme != "https" and not (local and url.scheme == "http"):
        raise RefusedError("account.base_url: the key goes by https only", remedy="write https://")
    return url


def find_proxy(url: httpx.URL) -> str | None:
    """Return the proxy that the environment names for an address; None for none, and always for loopback.

    Raises ``RefusedError`` for a kind of proxy that cannot be used.
    """
    if _is_loopback(url.host) or proxy_bypass(url.host):
        return None
    proxies = getproxies()
    named = proxies.get(url.scheme) or proxies.get("all")
    if not named:
        return None
    proxy = named if "://" in named else f"http://{named}"
    if proxy.partition("://")[0].lower() not in _PROXY_SCHEMES:
        raise RefusedError("the proxy of the environment is neither http nor https", remedy="name one that is, or none")
    return proxy


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
