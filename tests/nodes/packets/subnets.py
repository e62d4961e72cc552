"""Subnets of documents, with an address of the port's."""

from typing import Any

from tests.nodes.packets.documents import SUBNET


def subnet4(number: int = 4, **changes: Any) -> dict[str, Any]:
    made = {
        "id": SUBNET.format(number),
        "cidr": "10.0.0.0/24",
        "version": 4,
        "gateway": "10.0.0.254",
        "dhcp": True,
        "ra_mode": None,
        "address_mode": None,
        "dns": [],
        "routes": [["10.9.0.0/16", "10.0.0.253"]],
        "address": "10.0.0.1",
    }
    return made | changes


def subnet6(mode: str, **changes: Any) -> dict[str, Any]:
    made = subnet4(6, cidr="2001:db8::/64", version=6, gateway="2001:db8::ffff", routes=[])
    return made | {"ra_mode": mode, "address_mode": mode, "address": "2001:db8::1"} | changes
