"""/servers: make, show, change, delete. Source: Compute API reference, "Servers"."""

from typing import Any

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.personality import personality
from cyclades.domain.model.port import WantedInterface
from cyclades.domain.model.server import Server
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.model.wanted_server import WantedServer
from cyclades.web.compute.presenters import servers as present
from cyclades.web.compute.schemas import servers as schemas
from cyclades.web.compute.schemas.block_devices import devices_of
from cyclades.web.compute.views.server_lists import servers
from cyclades.web.compute.views.server_metadata import require_few
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

server = Resource("server", "/compute/v2.1/servers/{id}", rule="os_compute_api:servers")


@servers.on("POST", access=Access.MEMBER, body=schemas.CREATE, status=202, creates=True)
def create_servers(request: CycladesRequest) -> Any:
    """Promise one server or several; the answer speaks of the first."""
    body = request.body_in["server"]
    require_few(request, body["metadata"])
    wish = wanted(body)
    try:
        made = request.cyclades.server_creation.create(request.caller, request.request_id, wish)
    except NotFound as error:  # what a body names and nobody has: the body's fault
        raise InvalidInput(str(error), f"server.{error.kind}") from error
    if body["return_reservation_id"]:
        return {"reservation_id": made.reservation_id}
    first = made.servers[0]
    request.response.headers["Location"] = request.link(f"/compute/v2.1/servers/{first.id}")
    groups = body["security_groups"]
    said = {
        "security_groups": [{"name": "default"}] if groups is None else groups,
        "adminPass": made.admin_password,
    }
    return present.promised(first, said, request.base_url)


@server.on("GET")
def show_server(request: CycladesRequest) -> Any:
    """One server."""
    caller = request.caller
    row = request.cyclades.server_views.show(reach_of(caller), request.matchdict["id"])
    say = present.presenter(request.microversion, request.base_url, admin=caller.is_admin)
    return {"server": say(row)}


@server.on("PUT", access=Access.MEMBER, body=schemas.UPDATE)
def update_server(request: CycladesRequest) -> Any:
    """Change what users wrote down about a server."""
    caller, server_id, body = request.caller, request.matchdict["id"], request.body_in["server"]

    def change(found: Server) -> None:
        for name, attribute in UPDATED.items():
            if name in body:
                setattr(found, attribute, body[name])

    request.cyclades.server_actions.update(caller, server_id, change)
    row = request.cyclades.server_views.show(reach_of(caller), server_id)
    say = present.updated(request.microversion, request.base_url, admin=caller.is_admin)
    return {"server": say(row)}


@server.on("DELETE", access=Access.MEMBER)
def delete_server(request: CycladesRequest) -> Any:
    """Delete it, in any state."""
    request.cyclades.server_actions.delete(
        request.caller, request.request_id, request.matchdict["id"]
    )
    return nothing(request)


UPDATED = {
    "name": "name",
    "description": "description",
    "hostname": "hostname",
    "accessIPv4": "access_ipv4",
    "accessIPv6": "access_ipv6",
    "OS-DCF:diskConfig": "disk_config",
}


def wanted(body: dict[str, Any]) -> WantedServer:
    """The request in the domain's words. Raises InvalidInput, Forbidden."""
    least, most = counts(body["min_count"], body["max_count"])
    return WantedServer(
        name=body["name"],
        flavor_id=body["flavorRef"],
        image_id=body["imageRef"],
        interfaces=interfaces_of(body["networks"]),
        security_groups=tuple(group["name"] for group in body["security_groups"] or ()),
        key_name=body["key_name"],
        metadata=body["metadata"],
        tags=tuple(body.get("tags", ())),
        user_data=body["user_data"],
        personality=personality([(f["path"], f["contents"]) for f in body.get("personality", ())]),
        min_count=least,
        max_count=most,
        zone=body["availability_zone"],
        admin_password=body["adminPass"],
        description=body.get("description"),
        hostname=body.get("hostname"),
        config_drive=body["config_drive"],
        disk_config=body["OS-DCF:diskConfig"],
        access_ipv4=body.get("accessIPv4", ""),
        access_ipv6=body.get("accessIPv6", ""),
        devices=devices_of(body),
    )


def counts(least: int | None, most: int | None) -> tuple[int, int]:
    """How many servers: one number stands for both, none for one."""
    if least is None:
        least = 1
    if most is None:
        most = least
    if least > most:
        raise InvalidInput("min_count must be <= max_count", "server.min_count")
    return least, most


def interfaces_of(networks: Any) -> Any:
    """What to plug into."""
    if isinstance(networks, str):
        return networks
    if not networks:
        return "auto"
    if any(wish["uuid"] is None and wish["port"] is None for wish in networks):
        raise InvalidInput("Each network needs a uuid or a port.", "server.networks")
    return [
        WantedInterface(wish["uuid"], wish["port"], wish["fixed_ip"], wish.get("tag"))
        for wish in networks
    ]
