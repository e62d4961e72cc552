"""What hangs on a server, to look at.

Source: Compute API reference, "Servers IPs", "Servers diagnostics", "Servers security
groups".
"""

from typing import Any

from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.sharing import reach_of
from cyclades.ports.server_views import ServerView
from cyclades.web.compute.presenters import server_parts as present
from cyclades.web.compute.presenters.server_fields import bare_addresses
from cyclades.web.compute.views.server_interfaces import ports_of
from cyclades.web.microversions import Microversion
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource

STANDARD_DIAGNOSTICS = Microversion(2, 48)
BASE = "/compute/v2.1/servers/{id}"
ips = Resource("server-addresses", f"{BASE}/ips")
ips_of_network = Resource("server-addresses-of-network", f"{BASE}/ips/{{network}}")
groups = Resource("server-security-groups", f"{BASE}/os-security-groups")
diagnostics = Resource(
    "server-diagnostics", f"{BASE}/diagnostics", rule="os_compute_api:os-server-diagnostics"
)


def row_of(request: CycladesRequest) -> ServerView:
    """The server in question. Raises NotFound."""
    return request.cyclades.server_views.show(reach_of(request.caller), request.matchdict["id"])


@ips.on("GET")
def list_addresses(request: CycladesRequest) -> Any:
    """All addresses by network."""
    return {"addresses": bare_addresses(row_of(request), request.base_url)}


@ips_of_network.on("GET")
def list_addresses_of_network(request: CycladesRequest) -> Any:
    """The addresses on one network, by its name."""
    name, found = request.matchdict["network"], bare_addresses(row_of(request), "")
    if name not in found:
        raise NotFound("network", name)
    return {name: found[name]}


@groups.on("GET")
def list_groups(request: CycladesRequest) -> Any:
    """The security groups of its ports."""
    scope = reach_of(request.caller)
    rows = request.cyclades.server_views.security_groups(scope, request.matchdict["id"])
    return {"security_groups": [present.security_group(row) for row in rows]}


@diagnostics.on("GET", access=Access.ADMIN)
def show_diagnostics(request: CycladesRequest) -> Any:
    """What we know of how it runs."""
    row = row_of(request)
    if request.microversion < STANDARD_DIAGNOSTICS:
        return present.old_diagnostics(row)
    return present.diagnostics(row, ports_of(request))
