"""/os-floating-ips and /os-floating-ip-pools: the network service's, up to 2.35.

Source: Compute API reference, "Floating IPs (os-floating-ips) (DEPRECATED)".
"""

from typing import Any

from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.floating_ip import WantedFloatingIp
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import reach_of
from cyclades.web.compute.presenters import floating_ips as present
from cyclades.web.compute.schemas import floating_ips as schemas
from cyclades.web.compute.views.networks import networks_seen
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

LAST = (2, 35)
floating_ips = Resource("compute-floating-ips", "/compute/v2.1/os-floating-ips")
floating_ip = Resource("compute-floating-ip", "/compute/v2.1/os-floating-ips/{id}")
pools = Resource("compute-floating-ip-pools", "/compute/v2.1/os-floating-ip-pools")


def pools_of(request: CycladesRequest) -> dict[str, str]:
    """The names of the networks that give floating IPs, by id."""
    return {found.id: found.name for found in networks_seen(request) if found.external}


@pools.on("GET", until=LAST)
def list_pools(request: CycladesRequest) -> Any:
    """Where floating IPs come from."""
    return {"floating_ip_pools": [{"name": name} for name in pools_of(request).values()]}


@floating_ips.on("GET", until=LAST)
def list_floating_ips(request: CycladesRequest) -> Any:
    """The project's."""
    mine = {"project_id": (request.caller.project_id,)}
    found = request.cyclades.floating_ips.page(Listing(reach_of(request.caller), mine))
    names = pools_of(request)
    return {"floating_ips": [present.floating_ip(each, names) for each in found]}


@floating_ips.on("POST", access=Access.MEMBER, body=schemas.CREATE, creates=True, until=LAST)
def create_floating_ip(request: CycladesRequest) -> Any:
    """One from this pool, or from the first."""
    asked, names = request.body_in["pool"], pools_of(request)
    for network_id, name in names.items():
        if asked in {None, name, network_id}:
            wanted = WantedFloatingIp(network_id)
            made = request.cyclades.floating_ips.create(request.caller, wanted)
            return {"floating_ip": present.floating_ip(made, names)}
    raise NotFound("floating IP pool", asked or "")


@floating_ip.on("GET", until=LAST)
def show_floating_ip(request: CycladesRequest) -> Any:
    """One."""
    found = request.cyclades.floating_ips.show(request.caller, request.matchdict["id"])
    return {"floating_ip": present.floating_ip(found, pools_of(request))}


@floating_ip.on("DELETE", access=Access.MEMBER, status=202, until=LAST)
def delete_floating_ip(request: CycladesRequest) -> Any:
    """Give it back."""
    request.cyclades.floating_ips.delete(request.caller, request.matchdict["id"], None)
    return nothing(request, 202)
