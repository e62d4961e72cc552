"""Where users may have things fetched from: never from where only we get to.

Source of the networks: IANA's registries of special-purpose addresses.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from cyclades.domain.model.errors import InvalidInput

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
LONGEST = 2048
LONGEST_NAME = 253
DEFAULT_PORTS = {"http": 80, "https": 443}
PLAIN = re.compile(r"[\x21-\x7e]+")
HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
# A last label like these makes resolvers read the whole as a number, in one of many ways.
NUMBER = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)\.?")
REFUSED: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        # Loopback, IPv4 in IPv6 in each of its ways, documentation, ULA, link-local, multicast.
        *("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
        *("5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
)
GLOBAL6 = ip_network("2000::/3")


class Elsewhere(InvalidInput):
    """Nothing is fetched from there. Clients know refusals by their first words."""

    def __init__(self, why: str, field: str | None = None) -> None:
        """Say what is wrong with the URI."""
        super().__init__(f"The URI does not pass filtering. {why}", field)


@dataclass(frozen=True, slots=True)
class Place:
    """Whom to ask, and for what. `host` has no brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def header(self) -> str:
        """The Host that is asked for."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Policy:
    """What an operator says: `denied` goes before `allowed`, and both before what is usual."""

    schemes: frozenset[str]
    ports: frozenset[int]
    allowed: tuple[Network, ...] = ()
    denied: tuple[Network, ...] = ()

    def place(self, uri: str) -> Place:
        """Where a URI leads, by its words alone. Raises Elsewhere."""
        if len(uri) > LONGEST or not PLAIN.fullmatch(uri) or "\\" in uri:
            raise Elsewhere("The URI is too long, or has characters that no URI has.", "uri")
        try:
            parts = urlsplit(uri)
            port = parts.port
        except ValueError as error:
            raise Elsewhere("The URI makes no sense.", "uri") from error
        if parts.scheme not in self.schemes:
            known = ", ".join(sorted(self.schemes))
            raise Elsewhere(f"Only these schemes are fetched: {known}.", "uri")
        if "@" in parts.netloc:
            raise Elsewhere("A URI with a user or password is not fetched.", "uri")
        host = self._host(parts)
        port = DEFAULT_PORTS[parts.scheme] if port is None else port
        if port not in self.ports:
            raise Elsewhere(f"Nothing is fetched from port {port}.", "uri")
        path = parts.path or "/"
        return Place(parts.scheme, host, port, f"{path}?{parts.query}" if parts.query else path)

    def permits(self, found: Iterable[Address]) -> Address:
        """The first of a name's addresses, all of which must be fetched from."""
        addresses = list(found)
        if not addresses or not all(self._permits(address) for address in addresses):
            raise Elsewhere("Nothing is fetched from the address that the URI leads to.", "uri")
        return addresses[0]

    def _host(self, parts: SplitResult) -> str:
        host = parts.hostname or ""
        try:
            literal = ip_address(host)
        except ValueError as error:
            if not HOST.fullmatch(host) or NUMBER.fullmatch(host) or len(host) > LONGEST_NAME:
                raise Elsewhere("The URI names no host that is fetched from.", "uri") from error
            return host
        self.permits([literal])
        return host

    def _permits(self, address: Address) -> bool:
        if any(address in network for network in self.denied):
            return False
        if any(address in network for network in self.allowed):
            return True
        if isinstance(address, IPv6Address) and (address not in GLOBAL6 or address.scope_id):
            return False
        return not any(address in network for network in REFUSED)
