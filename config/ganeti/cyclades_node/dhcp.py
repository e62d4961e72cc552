"""What a network's DHCP, router advertisement and DNS server is told: dnsmasq's own files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cyclades_node.document import Address, Document, Option, Subnet
from cyclades_node.resolver import upstream
from cyclades_node.spoofing import interface_address

SERVER = "169.254.169.254"  # of every network: no tenant has it, all find it
LEASE = "1h"
PREFIX_LIFE = "24h"
RANGES = {  # by how a subnet's addresses come about
    "slaac": f"ra-only,{{length}},{PREFIX_LIFE}",
    "dhcpv6-stateless": f"ra-stateless,{{length}},{PREFIX_LIFE}",
    "dhcpv6-stateful": f"static,{{length}},{LEASE}",
}
SHORTEST6 = 64  # of prefixes that dnsmasq serves
FIXED = """\
no-resolv
no-hosts
no-ping
bind-interfaces
interface=eth0
except-interface=lo
dhcp-authoritative
dhcp-ignore=tag:!known
leasefile-ro
domain-needed
bogus-priv
"""


class Network(NamedTuple):
    """One that has ports here; `link` is the bridge that they are on."""

    id: str
    link: str
    documents: tuple[Document, ...]

    @property
    def name(self) -> str:
        """Of its namespace; an interface's name has room for it and three letters."""
        return hashlib.sha256(self.id.encode()).hexdigest()[:10]

    @property
    def mac(self) -> str:
        """The server's."""
        return next(filter(None, map(server_mac, self.documents)))

    @property
    def subnets(self) -> list[Subnet]:
        """Those that are served, each once."""
        found = {
            subnet.id: subnet
            for document in self.documents
            for subnet in document.subnets
            if is_served(subnet)
        }
        return [found[id] for id in sorted(found)]

    @property
    def domain(self) -> str:
        """Where its hosts' names are, or empty."""
        return next((one.domain for one in self.documents if one.domain), "")

    @property
    def addresses(self) -> list[str]:
        """The server's: IPv6 needs one in each subnet, of which it can speak."""
        own = [f"{_server6(self, one)}/{one.cidr.prefixlen}" for one in self.subnets if _is6(one)]
        return [f"{SERVER}/32", *own]

    @property
    def routes(self) -> list[str]:
        """To the subnets in which it has no address."""
        return [str(one.cidr) for one in self.subnets if not _is6(one)]


def is_served(subnet: Subnet) -> bool:
    """Whether the node answers for it."""
    fits = not _is6(subnet) or subnet.cidr.prefixlen >= SHORTEST6
    return subnet.dhcp and fits and (not _is6(subnet) or _mode(subnet) in RANGES)


def server_mac(document: Document) -> str:
    """The server's, for the document's network; empty where none of its subnets is served.

    The same on every node: its frames do not leave one.
    """
    if not any(map(is_served, document.subnets)):
        return ""
    digest = hashlib.sha256(document.network.encode()).hexdigest()
    start = document.mac_prefix or f"f2:{digest[-4:-2]}:{digest[-2:]}"
    return f"{start}:{digest[0:2]}:{digest[2:4]}:{digest[4:6]}"


def configuration(network: Network, folder: str) -> str:
    """What it takes a restart to change."""
    lines = [FIXED.rstrip()]
    lines += [f"pid-file={folder}/pid", f"dhcp-hostsfile={folder}/hosts"]
    lines += [f"dhcp-optsfile={folder}/options", f"addn-hosts={folder}/names"]
    for subnet in network.subnets:
        start = f"dhcp-range=set:{_tag(subnet)},{subnet.cidr.network_address}"
        if _is6(subnet):
            mode = RANGES[_mode(subnet)].format(length=subnet.cidr.prefixlen)
            lines.append(f"{start},{mode}")
        else:
            lines.append(f"shared-network=eth0,{subnet.cidr.network_address}")
            lines.append(f"{start},static,{subnet.cidr.netmask},{LEASE}")
    if any(subnet.ra_mode for subnet in network.subnets):
        # Of this network, and no default route: that one is the router's to announce.
        lines += ["enable-ra", "ra-param=eth0,0,0"]
    lines.append(upstream())
    if network.domain:
        lines += [f"domain={network.domain}", f"local=/{network.domain}/"]
    return "\n".join(lines) + "\n"


def hosts(network: Network) -> str:
    """A line a port: static leases only."""
    return "".join(f"{line}\n" for one in network.documents if (line := _host(one)))


def options(network: Network) -> str:
    """Of the subnets, then of the ports."""
    lines = [line for subnet in network.subnets for line in _subnet_options(network, subnet)]
    for document in network.documents:
        lines += [f"tag:{_port_tag(document)},{_said(option)}" for option in document.options]
    return "".join(f"{line}\n" for line in lines)


def names(network: Network) -> str:
    """What DNS answers: the hosts of the network that are here."""
    return "".join(
        f"{address} {' '.join(_names(document, network.domain))}\n"
        for document in network.documents
        if document.hostname
        for address in document.addresses
    )


def _host(document: Document) -> str:
    served = [one for one in document.subnets if is_served(one) and one.address]
    first = [next((one for one in served if _is6(one) is six), None) for six in (False, True)]
    said = [f"[{one.address}]" if _is6(one) else str(one.address) for one in first if one]
    if not said:
        return ""
    name = [document.hostname.split(".")[0]] if document.hostname else []
    return ",".join([document.mac, f"set:{_port_tag(document)}", *said, *name])


def _subnet_options(network: Network, subnet: Subnet) -> Iterator[str]:
    tag = f"tag:{_tag(subnet)}"
    if _is6(subnet):
        servers = [f"[{one}]" for one in subnet.dns or (_server6(network, subnet),)]
        yield f"{tag},option6:dns-server,{','.join(servers)}"
        return
    # Who takes these routes takes no other: the default one is among them.
    routes = [(f"{SERVER}/32", "0.0.0.0"), *((str(to), str(via)) for to, via in subnet.routes)]  # noqa: S104  nothing is bound to it
    routes += [("0.0.0.0/0", str(subnet.gateway))] if subnet.gateway else []
    yield f"{tag},option:router,{subnet.gateway}" if subnet.gateway else f"{tag},option:router"
    yield f"{tag},option:classless-static-route,{','.join(f'{to},{via}' for to, via in routes)}"
    yield f"{tag},option:dns-server,{','.join(map(str, subnet.dns or (SERVER,)))}"
    mtu = max((document.mtu for document in network.documents), default=0)
    if mtu:
        yield f"{tag},option:mtu,{mtu}"


def _said(option: Option) -> str:
    start = "option6:" if option.version == 6 else "option:"  # noqa: PLR2004  its name
    return f"{start}{option.name},{option.value}"


def _names(document: Document, domain: str) -> Iterable[str]:
    first = document.hostname.split(".")[0]
    return [f"{first}.{domain}", first] if domain else [first]


def _server6(network: Network, subnet: Subnet) -> Address:
    """One that no host has: where there is not room for all MACs, the routers' common one."""
    if subnet.cidr.prefixlen > SHORTEST6:
        return subnet.cidr.network_address
    return interface_address(subnet.cidr, network.mac)  # type: ignore[arg-type]  # it is IPv6


def _mode(subnet: Subnet) -> str:
    return subnet.ra_mode or subnet.address_mode


def _is6(subnet: Subnet) -> bool:
    return subnet.cidr.version == 6  # noqa: PLR2004  its name


def _tag(subnet: Subnet) -> str:
    return f"s{subnet.id.replace('-', '')}"


def _port_tag(document: Document) -> str:
    return f"p{document.port.replace('-', '')}"
