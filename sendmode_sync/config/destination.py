"""Which addresses the API key may be sent to, judged by the text of ``base_url`` alone; no name is looked up."""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import ip_address
from typing import NamedTuple

_DOMAINS = ("sendmode.com", "sendmode.dev")
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?(?:/[A-Za-z0-9._~/-]*)?"
)
"""No user, query or fragment, and nothing that two readers of URLs could read in two ways."""


class Destination(NamedTuple):
    """A base URL that was judged. ``refusal`` says what is wrong with it, None where the key may go there."""

    loopback: bool
    refusal: str | None


def judge(base_url: str, allow_hosts: Collection[str]) -> Destination:
    """Say whether the key may go to a URL: https to Sendmode or to an allowed host, or any loopback address."""
    found = _URL.fullmatch(base_url)
    if found is None or int(found["port"] or 0) > 65535:
        return Destination(
            loopback=False, refusal="must be an address such as https://rest.sendmode.com/v2, without user, ? or #"
        )
    host = found["host"].strip("[]").lower()
    if _is_loopback(host):
        return Destination(loopback=True, refusal=None)
    ours = any(host == domain or host.endswith(f".{domain}") for domain in _DOMAINS)
    if not ours and host not in {allowed.strip().lower() for allowed in allow_hosts}:
        return Destination(
            loopback=False,
            refusal=f"the key would go to {host}, which is not Sendmode; correct it, or name the host in SENDMODE_ALLOW_HOST",
        )
    if found["scheme"] != "https":
        return Destination(loopback=False, refusal="must begin with https://, or the key could be read on the way")
    return Destination(loopback=False, refusal=None)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
