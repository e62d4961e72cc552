"""What a guest is told of itself: the files of a config drive, and EC2's paths.

Source: Nova's user documentation, "Metadata"; its network_data.json schema; Amazon's
"Instance metadata categories". The administrator's password and random seeds are left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

from cyclades.domain.model.keypair import SSH
from cyclades.domain.model.node_document import PortFacts
from cyclades.domain.model.server import Server
from cyclades.domain.model.server_guest import ServerGuest
from cyclades.domain.model.subnet import Subnet

LINK = "tap"
# In which way a guest gets an address of a subnet, by the subnet's IPv6 address mode.
IPV6_TYPES: Mapping[str | None, str] = {
    None: "ipv6",
    "slaac": "ipv6_slaac",
    "dhcpv6-stateless": "ipv6_dhcpv6-stateless",
    "dhcpv6-stateful": "ipv6_dhcpv6-stateful",
}
STATIC = frozenset({"ipv4", "ipv6"})
EVERYWHERE: Mapping[int, str] = {4: "0.0.0.0", 6: "::"}  # noqa: S104  not an address to bind to


@dataclass(frozen=True, slots=True)
class Told:
    """All of it. `user_data` is base64 text; `ec2` is what is below /latest/meta-data."""

    meta_data: Mapping[str, Any]
    network_data: Mapping[str, Any]
    user_data: str
    ec2: Mapping[str, Any]
    vendor_data: Mapping[str, Any] = field(default_factory=dict)


def told(server: Server, guest: ServerGuest, ports: Sequence[PortFacts], domain: str) -> Told:
    """`ports` in the order of the server's interfaces; `domain` follows host names."""
    host = f"{server.hostname}.{domain}" if domain else server.hostname
    return Told(
        meta_data(server, guest, host),
        network_data(ports),
        guest.user_data,
        ec2_data(server, guest, ports, host),
    )


def meta_data(server: Server, guest: ServerGuest, host: str) -> dict[str, Any]:
    """meta_data.json; `host` is the full name."""
    keys = {
        "public_keys": dict(guest.public_keys),
        "keys": [
            {"name": name, "type": SSH, "data": key} for name, key in guest.public_keys.items()
        ],
    }
    return {
        "uuid": server.id,
        "name": server.name,
        "hostname": host,
        "availability_zone": server.availability_zone,
        "launch_index": server.launch_index,
        "project_id": server.project_id,
        "devices": [],
        **({"meta": dict(server.metadata)} if server.metadata else {}),
        **(keys if guest.public_keys else {}),
    }


def network_data(ports: Sequence[PortFacts]) -> dict[str, Any]:
    """network_data.json."""
    networks = [network for facts in ports for network in _networks_of(facts)]
    for number, network in enumerate(networks):
        network["id"] = f"network{number}"
    services = {each["address"]: each for network in networks for each in network["services"]}
    return {
        "links": [
            {
                "id": link_of(facts),
                "vif_id": facts.port.id,
                "type": "bridge",
                "mtu": facts.wire.mtu,
                "ethernet_mac_address": facts.port.mac,
            }
            for facts in ports
        ],
        "networks": networks,
        "services": list(services.values()),
    }


def link_of(facts: PortFacts) -> str:
    """What the port's interface is called in there."""
    return f"{LINK}{facts.port.id[:11]}"


def _networks_of(facts: PortFacts) -> Iterator[dict[str, Any]]:
    subnets = {subnet.id: subnet for subnet in facts.subnets}
    for fixed in facts.port.fixed_ips:
        subnet = subnets.get(fixed.subnet_id)
        if subnet is None:
            continue
        kind = type_of(subnet)
        address = _address_in(subnet, fixed.ip_address) if kind in STATIC else {}
        yield {
            "type": kind,
            "link": link_of(facts),
            "network_id": facts.port.network_id,
            **address,
            "services": [{"type": "dns", "address": dns} for dns in subnet.dns_nameservers],
        }


def type_of(subnet: Subnet) -> str:
    """How guests get their address there; told as it is when nobody would tell them."""
    if subnet.ip_version == 4:  # noqa: PLR2004  the version of the protocol
        return "ipv4_dhcp" if subnet.enable_dhcp else "ipv4"
    return IPV6_TYPES[subnet.ipv6_address_mode]


def _address_in(subnet: Subnet, address: str) -> dict[str, Any]:
    everywhere = EVERYWHERE[subnet.ip_version]
    routes = [_route(str(each.destination), str(each.nexthop)) for each in subnet.host_routes]
    if subnet.gateway_ip:
        default = {"network": everywhere, "netmask": everywhere, "gateway": subnet.gateway_ip}
        routes.insert(0, default)
    mask = str(ip_network(subnet.cidr).netmask)
    return {"ip_address": address, "netmask": mask, "routes": routes}


def _route(destination: str, gateway: str) -> dict[str, str]:
    network = ip_network(destination)
    place = {"network": str(network.network_address), "netmask": str(network.netmask)}
    return {**place, "gateway": gateway}


def ec2_data(
    server: Server, guest: ServerGuest, ports: Sequence[PortFacts], host: str
) -> dict[str, Any]:
    """The tree below /latest/meta-data: texts, and mappings with what is below.

    A mapping's `_name` is what a list of its parent says instead of its own name.
    """
    fixed = [each.ip_address for facts in ports for each in facts.port.fixed_ips]
    floating = [address for facts in ports for address in facts.floating]
    keys = {
        str(number): {"_name": f"{number}={name}", "openssh-key": key}
        for number, (name, key) in enumerate(guest.public_keys.items())
    }
    return {
        "ami-id": short_id("ami", server.image_id or ""),
        "ami-launch-index": str(server.launch_index),
        "block-device-mapping": {"ami": "vda", "root": "/dev/vda"},
        "hostname": host,
        "instance-action": "none",
        "instance-id": short_id("i", server.id),
        "instance-type": str(server.flavor.get("name", "")),
        "local-hostname": host,
        "local-ipv4": _first_ipv4(fixed),
        "placement": {"availability-zone": server.availability_zone},
        "public-hostname": host,
        "public-ipv4": _first_ipv4(floating),
        **({"public-keys": keys} if keys else {}),
        "reservation-id": server.reservation_id,
        "security-groups": "\n".join(server.security_groups) or "default",
    }


def short_id(kind: str, identifier: str) -> str:
    """An id as EC2's clients know them: the end of ours differs most."""
    return f"{kind}-{identifier.replace('-', '')[-17:]:0>17}"


def _first_ipv4(addresses: Sequence[str]) -> str:
    return next((address for address in addresses if ":" not in address), "")
