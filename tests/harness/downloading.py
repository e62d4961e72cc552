"""Downloads that may ask this machine, unless a test says otherwise."""

import ssl
from collections.abc import Callable, Sequence
from ipaddress import ip_network
from typing import Any

from cyclades.adapters.downloads.policy import Policy
from cyclades.adapters.downloads.web_downloads import HttpDownloads
from cyclades.adapters.system.clock import SystemClock
from cyclades.ports.web_downloads import WebDownloads

LOOPBACK = (ip_network("127.0.0.0/8"),)
PUBLIC, PRIVATE = "93.184.215.14", "10.0.0.1"


def downloads(
    *ports: int,
    resolver: Callable[[str, int], Sequence[str]] = lambda _host, _port: ["127.0.0.1"],
    allowed: Any = LOOPBACK,
    denied: Any = (),
    schemes: Sequence[str] = ("http", "https"),
    most: int = 1 << 20,
    seconds: float = 20,
    trusted: ssl.SSLContext | None = None,
) -> WebDownloads:
    policy = Policy(frozenset(schemes), frozenset({80, 443, *ports}), allowed, denied)
    return HttpDownloads(policy, SystemClock(), most, seconds, resolver, trusted)


def got(port: WebDownloads, uri: str) -> bytes:
    return b"".join(port.fetch(uri))
