"""/os-networks and /os-tenant-networks: the network service's, up to 2.35; to look at only.

Source: Compute API reference, "Networks (os-networks) (DEPRECATED)", "Project networks".
"""

from collections.abc import Sequence
from typing import Any

from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network import Network
from cyclades.domain.model.sharing import reach_of
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Resource

LAST = (2, 35)
# What only a compute service with networks of its own had.
NEVER = (
    *("bridge", "bridge_interface", "broadcast", "cidr_v6", "created_at", "deleted"),
    *("deleted_at", "dhcp_server", "dhcp_start", "dns1", "dns2", "enable_dhcp", "gateway"),
    *("gateway_v6", "host", "injected", "mtu", "multi_host", "netmask", "netmask_v6", "priority"),
    *("project_id", "rxtx_base", "share_address", "updated_at", "vlan", "vpn_private_address"),
    *("vpn_public_address", "vpn_public_port"),
)
networks = Resource("compute-networks", "/compute/v2.1/os-networks")
network = Resource("compute-network", "/compute/v2.1/os-networks/{id}")
project_networks = Resource("compute-project-networks", "/compute/v2.1/os-tenant-networks")
project_network = Resource("compute-project-network", "/compute/v2.1/os-tenant-networks/{id}")


def networks_seen(request: CycladesRequest) -> Sequence[Network]:
    """All that the caller may look at."""
    return request.cyclades.networks.page(Listing(reach_of(request.caller)))


def brief(found: Network) -> dict[str, Any]:
    """As project networks are shown; no network has one prefix only."""
    return {"id": found.id, "label": found.name, "cidr": "None"}


def full(found: Network) -> dict[str, Any]:
    """With all that is never known."""
    return {**dict.fromkeys(NEVER), **brief(found)}


@networks.on("GET", until=LAST)
def list_networks(request: CycladesRequest) -> Any:
    """All networks."""
    return {"networks": [full(found) for found in networks_seen(request)]}


@network.on("GET", until=LAST)
def show_network(request: CycladesRequest) -> Any:
    """One network."""
    found = request.cyclades.networks.show(request.caller, request.matchdict["id"])
    return {"network": full(found)}


@project_networks.on("GET", until=LAST)
def list_project_networks(request: CycladesRequest) -> Any:
    """All networks, in short."""
    return {"networks": [brief(found) for found in networks_seen(request)]}


@project_network.on("GET", until=LAST)
def show_project_network(request: CycladesRequest) -> Any:
    """One network, in short."""
    found = request.cyclades.networks.show(request.caller, request.matchdict["id"])
    return {"network": brief(found)}
