"""/servers/{id}/os-interface: what plugs a server into networks.

Source: Compute API reference, "Port interfaces".
"""

from typing import Any

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.port import WantedInterface
from cyclades.domain.model.sharing import reach_of
from cyclades.ports.server_views import InterfaceView
from cyclades.web.compute.presenters import server_parts as present
from cyclades.web.compute.schemas import server_interfaces as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

BASE = "/compute/v2.1/servers/{id}/os-interface"
RULE = "os_compute_api:os-attach-interfaces"
interfaces = Resource("interfaces", BASE)
interface = Resource("interface", f"{BASE}/{{port_id}}", rule=f"{RULE}:delete")


def ports_of(request: CycladesRequest) -> list[InterfaceView]:
    """The server's ports. Raises NotFound."""
    scope = reach_of(request.caller)
    return list(request.cyclades.server_views.interfaces(scope, request.matchdict["id"]))


def shown(request: CycladesRequest, port_id: str) -> Any:
    """One of them, as clients read it. Raises NotFound."""
    for port in ports_of(request):
        if port.port_id == port_id:
            return {"interfaceAttachment": present.interface(port, request.microversion)}
    raise NotFound("port", port_id)


@interfaces.on("GET")
def list_interfaces(request: CycladesRequest) -> Any:
    """All ports."""
    version = request.microversion
    return {"interfaceAttachments": [present.interface(p, version) for p in ports_of(request)]}


@interface.on("GET")
def show_interface(request: CycladesRequest) -> Any:
    """One port."""
    return shown(request, request.matchdict["port_id"])


@interfaces.on("POST", access=Access.MEMBER, body=schemas.ATTACH, creates=True)
def attach_interface(request: CycladesRequest) -> Any:
    """Plug in one more; it is in state BUILD until the cluster has done so."""
    port_id = request.cyclades.server_interfaces.attach(
        request.caller, request.request_id, request.matchdict["id"], wanted(request.body_in)
    )
    return shown(request, port_id)


@interface.on("DELETE", access=Access.MEMBER, status=202)
def detach_interface(request: CycladesRequest) -> Any:
    """Unplug it; 202 means that it was accepted."""
    ids = request.matchdict
    request.cyclades.server_interfaces.detach(
        request.caller, request.request_id, ids["id"], ids["port_id"]
    )
    return nothing(request, 202)


def wanted(body: dict[str, Any]) -> WantedInterface:
    """The request in the domain's words. Raises InvalidInput."""
    asked = schemas.asked(body)
    network, port = asked.get("net_id"), asked.get("port_id")
    addresses = [fixed["ip_address"] for fixed in asked.get("fixed_ips", ())]
    if network and port:
        raise InvalidInput("Must not input both network_id and port_id", "interfaceAttachment")
    if addresses and not network:
        raise InvalidInput("Must input network_id when request IP address", "interfaceAttachment")
    return WantedInterface(network, port, next(iter(addresses), None), asked.get("tag"))
