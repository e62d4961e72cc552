"""What a gateway host is to do for one router: all that it needs, and nothing to look up."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import NamedTuple

from cyclades.domain.model.subnet import HostRoute


class Advertisement(NamedTuple):
    """An IPv6 prefix whose guests learn of the router by its advertisements.

    Modes are slaac, dhcpv6-stateless or dhcpv6-stateful. Prefixes without an RA mode are not
    advertised by us at all.
    """

    cidr: str
    ra_mode: str
    address_mode: str | None
    dns: tuple[str, ...]


class FloatingAddress(NamedTuple):
    """An IPv4 address outside that stands for one inside."""

    external: str
    fixed: str


@dataclass(frozen=True, slots=True)
class RouterLink:
    """Where the router touches a network.

    `mode` and `link` are the network's, as for interfaces of servers: a bridge when `mode` is
    bridged, a routing table when it is routed. `mac_prefix`: all that a MAC_FILTERED network
    lets through. `addresses` carry their subnet's prefix length ("10.0.0.1/24"), IPv4 first.
    """

    port_id: str
    network_id: str
    mode: str
    link: str
    mac: str
    mtu: int
    addresses: tuple[str, ...]
    mac_prefix: str | None = None
    advertised: tuple[Advertisement, ...] = ()


@dataclass(frozen=True, slots=True)
class RouterExternal:
    """The way out. `gateways`: next hops of the default routes, one of a version at most.

    `on_link`: prefixes of the network that the router's own addresses are not in.
    """

    link: RouterLink
    gateways: tuple[str, ...]
    on_link: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RouterState:
    """A router that is up.

    `snat`: the address that hides the IPv4 addresses of `interfaces` that no floating address
    stands for; None: they are not hidden. Floating addresses are always translated, both ways.
    """

    id: str
    external: RouterExternal | None = None
    snat: str | None = None
    interfaces: tuple[RouterLink, ...] = ()
    floating: tuple[FloatingAddress, ...] = ()
    routes: tuple[HostRoute, ...] = ()

    @property
    def digest(self) -> str:
        """The same for two states exactly if they say the same (SHA-256, hexadecimal)."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
