"""The guest's interfaces, as its own configuration writes them.

Source: OpenStack's network_data.json; man interfaces, systemd.network, systemd.link; cloud-init's
"Networking config Version 1".
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

DYNAMIC = {
    "ipv4_dhcp": "dhcp4",
    "ipv6_dhcp": "dhcp6",
    "ipv6_slaac": "ipv6_slaac",
    "ipv6_dhcpv6-stateless": "ipv6_dhcpv6-stateless",
    "ipv6_dhcpv6-stateful": "ipv6_dhcpv6-stateful",
}
V4 = 4


class Address(NamedTuple):
    """`kind` is cloud-init's word: static, static6 or one of DYNAMIC's."""

    kind: str
    address: str = ""
    gateway: str = ""


class Link(NamedTuple):
    """One interface; `mtu` is 0 for the usual."""

    name: str
    mac: str
    mtu: int
    addresses: tuple[Address, ...]


class Networks(NamedTuple):
    """All interfaces, and the name servers."""

    links: tuple[Link, ...]
    servers: tuple[str, ...]


def read_networks(said: Mapping[str, Any]) -> Networks:
    """Raises KeyError, ValueError, TypeError for what makes no sense."""
    networks = list(said.get("networks") or ())
    servers = [*(said.get("services") or ())]
    for each in networks:
        servers += each.get("services") or ()
    return Networks(
        tuple(
            _link(index, link, [each for each in networks if each.get("link") == link["id"]])
            for index, link in enumerate(said.get("links") or ())
        ),
        tuple(
            dict.fromkeys(
                str(ipaddress.ip_address(each["address"]))
                for each in servers
                if each.get("type", "dns") == "dns"
            )
        ),
    )


def _link(index: int, link: Mapping[str, Any], networks: Iterable[Mapping[str, Any]]) -> Link:
    mac = str(link["ethernet_mac_address"]).lower()
    if len(mac) != 17 or set(mac) - set("0123456789abcdef:"):  # noqa: PLR2004  aa:bb:cc:dd:ee:ff
        raise ValueError
    addresses = tuple(_address(each) for each in networks)
    return Link(f"eth{index}", mac, int(link.get("mtu") or 0), addresses)


def _address(said: Mapping[str, Any]) -> Address:
    kind = str(said["type"])
    if kind in DYNAMIC:
        return Address(DYNAMIC[kind])
    address, _, prefix = str(said["ip_address"]).partition("/")
    interface = ipaddress.ip_interface(f"{address}/{prefix or _prefix(str(said['netmask']))}")
    routes = [said] if said.get("gateway") else list(said.get("routes") or ())
    default = next((each["gateway"] for each in routes if _is_default(each, said)), "")
    gateway = str(ipaddress.ip_address(default)) if default else ""
    return Address("static" if interface.version == V4 else "static6", str(interface), gateway)


def _prefix(mask: str) -> str:
    """Of a mask in either way of writing: Python reads none of IPv6."""
    return mask if mask.isdigit() else str(bin(int(ipaddress.ip_address(mask))).count("1"))


def _is_default(route: Mapping[str, Any], network: Mapping[str, Any]) -> bool:
    return route is network or str(route.get("network")) in {"0.0.0.0", "::"}  # noqa: S104  routes


def for_cloud_init(networks: Networks) -> dict[str, Any]:
    """network-config, version 1: every cloud-init that is in use reads it."""
    config: list[dict[str, Any]] = []
    for link in networks.links:
        subnets = []
        for each in link.addresses:
            said = {"type": each.kind, "address": each.address, "gateway": each.gateway}
            subnets.append({name: value for name, value in said.items() if value})
        named = {"type": "physical", "name": link.name, "mac_address": link.mac}
        config.append({**named, **({"mtu": link.mtu} if link.mtu else {}), "subnets": subnets})
    if networks.servers:
        config.append({"type": "nameserver", "address": list(networks.servers)})
    return {"version": 1, "config": config}


def for_networkd(networks: Networks) -> dict[str, str]:
    """Files of /etc/systemd/network by name."""
    files = {}
    for link in networks.links:
        kinds = {each.kind for each in link.addresses}
        dhcp4, dhcp6 = "dhcp4" in kinds, bool(kinds - {"static", "static6", "dhcp4"})
        how = {(True, True): "yes", (True, False): "ipv4", (False, True): "ipv6"}
        lines = ["[Match]", f"MACAddress={link.mac}"]
        lines += ["[Link]", f"MTUBytes={link.mtu}"] if link.mtu else []
        lines += ["[Network]", f"DHCP={how.get((dhcp4, dhcp6), 'no')}"]
        lines += [f"Address={each.address}" for each in link.addresses if each.address]
        lines += [f"Gateway={each.gateway}" for each in link.addresses if each.gateway]
        lines += [f"DNS={server}" for server in networks.servers]
        files[f"10-cyclades-{link.name}.network"] = "\n".join(lines) + "\n"
    return files


def names_for_udev(networks: Networks) -> dict[str, str]:
    """Files of /etc/systemd/network that give interfaces the names that `for_ifupdown` uses."""
    return {
        f"10-cyclades-{link.name}.link": (
            f"[Match]\nMACAddress={link.mac}\n[Link]\nName={link.name}\n"
        )
        for link in networks.links
    }


def for_ifupdown(networks: Networks) -> str:
    """Stanzas of /etc/network/interfaces."""
    lines = []
    for link in networks.links:
        lines.append(f"auto {link.name}")
        for each in link.addresses:
            family = "inet" if each.kind in {"static", "dhcp4"} else "inet6"
            lines.append(f"iface {link.name} {family} {_METHODS.get(each.kind, 'auto')}")
            lines += [f"    address {each.address}"] if each.address else []
            lines += [f"    gateway {each.gateway}"] if each.gateway else []
            lines += [f"    mtu {link.mtu}"] if link.mtu and each.address else []
    return "\n".join(lines) + "\n"


_METHODS = {"static": "static", "static6": "static", "dhcp4": "dhcp", "dhcp6": "dhcp"}
_METHODS["ipv6_dhcpv6-stateful"] = "dhcp"
