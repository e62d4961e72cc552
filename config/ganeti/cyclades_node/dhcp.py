"""Who answers DHCP on a node: one namespace for each network that has a port here."""

from __future__ import annotations

import hashlib

from cyclades_node.document import Document, Subnet

MODES = frozenset({"slaac", "dhcpv6-stateful", "dhcpv6-stateless"})


def is_served(subnet: Subnet) -> bool:
    """Whether the node answers for it."""
    if not subnet.dhcp:
        return False
    return subnet.cidr.version == 4 or bool({subnet.ra_mode, subnet.address_mode} & MODES)  # noqa: PLR2004  its name


def server_mac(document: Document) -> str:
    """The server's, for the document's network; empty where none of its subnets is served.

    The same on every node: its frames do not leave one.
    """
    if not any(map(is_served, document.subnets)):
        return ""
    digest = hashlib.sha256(document.network.encode()).hexdigest()
    start = document.mac_prefix or f"f2:{digest[-4:-2]}:{digest[-2:]}"
    return f"{start}:{digest[0:2]}:{digest[2:4]}:{digest[4:6]}"
