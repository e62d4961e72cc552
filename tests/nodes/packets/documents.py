"""Documents as the node API has them."""

import hashlib
import json
from typing import Any

NETWORK = "0a000000-0000-4000-8000-0000000000{:02x}"
PORT = "0b000000-0000-4000-8000-0000000000{:02x}"
SUBNET = "0c000000-0000-4000-8000-0000000000{:02x}"

Rule = dict[str, Any]


def rule(
    direction: str,
    protocol: str | int | None = None,
    ports: tuple[int, int | None] | None = None,
    version: int = 4,
    remote: list[str] | None = None,
) -> Rule:
    return {
        "direction": direction,
        "version": version,
        "protocol": protocol,
        "ports": list(ports) if ports else None,
        "remote": remote,
    }


OUTWARD = [rule("egress"), rule("egress", version=6)]


def document(
    port: str, mac: str, addresses: list[str], network: int = 1, **changes: Any
) -> dict[str, Any]:
    """`changes` go over what is here; `link`, `mode` and `mac_prefix` are the network's."""
    of_network = {
        "id": NETWORK.format(network),
        "flavor": "MAC_FILTERED",
        "mode": changes.pop("mode", "bridged"),
        "link": changes.pop("link", "prv0"),
        "mac_prefix": changes.pop("mac_prefix", mac[:8]),
        "mtu": 1500,
        "external": False,
    }
    made: dict[str, Any] = {
        "port": port,
        "mac": mac,
        "hostname": f"host{port[-2:]}",
        "server": "0d000000-0000-4000-8000-000000000001",
        "project": "0e000000-0000-4000-8000-000000000001",
        "network": of_network,
        "secure": True,
        "addresses": [address.split("/")[0] for address in addresses],
        "pairs": [],
        "layers": [],
        "subnets": [],
        "dhcp_options": [],
        "domain": "",
        "dns_name": "",
    } | changes
    digest = hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()
    return made | {"digest": digest}
